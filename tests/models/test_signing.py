import json
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearstone.models import signing
from clearstone.models.signing import SigningKey, fast_authentic, fast_verify, remembering_authentic
from clearstone.spec.encoding.signatures import authentic, verify
from clearstone.spec.transactions import Body, Transfer

DATA = Path(__file__).parents[1] / "data"
WYCHEPROOF = [
    (bytes.fromhex(group["publicKey"]["pk"]), test)
    for group in json.loads((DATA / "ed25519-wycheproof.json").read_text())["testGroups"]
    for test in group["tests"]
]
EDGES = json.loads((DATA / "ed25519-edge-cases.json").read_text())["cases"]
BODY = Body("chain", "ab", 1, 2, Transfer("b", 5))
KEY = SigningKey.derive(1, "alice")


@pytest.mark.parametrize(("key", "test"), WYCHEPROOF, ids=[f"tcId {test['tcId']}" for _, test in WYCHEPROOF])
def test_the_fast_way_agrees_on_every_wycheproof_vector(key, test):
    valid = fast_verify(key, bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"]))
    assert valid == (test["result"] == "valid")


@pytest.mark.parametrize("case", EDGES, ids=lambda case: case["id"])
def test_the_fast_way_agrees_on_every_edge_case(case):
    key, message, signature = (bytes.fromhex(case[part]) for part in ("key", "message", "signature"))
    assert fast_verify(key, message, signature) == (case["result"] == "valid")


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=9), st.binary(min_size=64, max_size=64))
def test_random_bytes_are_refused_both_ways(key, message, signature):
    signature = signature[:63] + b"\x00"
    assert not fast_verify(key, message, signature)
    assert not verify(key, message, signature)


@given(st.binary(max_size=70), st.binary(max_size=70))
def test_any_lengths_get_an_answer(key, signature):
    assert fast_verify(key, b"", signature) is False


@given(st.integers(), st.text(alphabet="abc"), st.integers(0, 511))
def test_what_a_key_signs_is_authentic_by_every_way_until_a_bit_changes(seed, name, bit):
    key = SigningKey.derive(seed, name)
    signature = key.sign(BODY)
    changed = (int.from_bytes(signature, "little") ^ 1 << bit).to_bytes(64, "little")
    for check in (authentic, fast_authentic, remembering_authentic()):
        assert check(key.public, BODY, signature)
        assert not check(key.public, BODY, changed)
        assert not check(key.public, replace(BODY, nonce=2), signature)


def test_a_key_depends_on_seed_and_name_alone():
    assert SigningKey.derive(1, "alice").public == KEY.public
    assert len({KEY.public, SigningKey.derive(2, "alice").public, SigningKey.derive(1, "bob").public}) == 3
    assert SigningKey.derive(1, "alice").sign(BODY) == KEY.sign(BODY)


def test_an_answer_is_remembered_until_newer_ones_push_it_out(monkeypatch):
    asked = []

    def counting(key, message, signature):
        asked.append(signature)
        return fast_verify(key, message, signature)

    monkeypatch.setattr(signing, "fast_verify", counting)
    check = remembering_authentic(capacity=2)
    bodies = [replace(BODY, nonce=nonce) for nonce in range(3)]
    signatures = [KEY.sign(body) for body in bodies]
    for index in (0, 0, 1, 2, 0):
        assert check(KEY.public, bodies[index], signatures[index])
    assert asked == [signatures[index] for index in (0, 1, 2, 0)]


def test_records_that_compare_equal_are_not_mixed_up():
    class Prevote(NamedTuple):
        height: int

    class Precommit(NamedTuple):
        height: int

    check = remembering_authentic()
    signature = KEY.sign(Prevote(1))
    assert Prevote(1) == Precommit(1)
    assert check(KEY.public, Prevote(1), signature)
    assert not check(KEY.public, Precommit(1), signature)
