import json
import runpy
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearstone.spec.encoding import cbor
from clearstone.spec.encoding.edwards25519 import (
    BASE,
    NEUTRAL,
    L,
    P,
    add,
    decode_point,
    double,
    encode_point,
    multiply_and_add,
    negate,
)
from clearstone.spec.encoding.plain import to_plain
from clearstone.spec.encoding.signatures import SMALL_ORDER_Y, authentic, signing_bytes, strict_form, verify
from clearstone.spec.transactions import Body, Transfer

DATA = Path(__file__).parents[2] / "data"
WYCHEPROOF = [
    (bytes.fromhex(group["publicKey"]["pk"]), test)
    for group in json.loads((DATA / "ed25519-wycheproof.json").read_text())["testGroups"]
    for test in group["tests"]
]
EDGES = json.loads((DATA / "ed25519-edge-cases.json").read_text())
BODY = Body("chain", "ab", 1, 2, Transfer("b", 5))

scalars = st.integers(0, 2**256 - 1)
points = scalars.map(lambda n: multiply_and_add(n, BASE, 0, NEUTRAL))


def same(a, b):
    return encode_point(a) == encode_point(b)


@pytest.mark.parametrize(("key", "test"), WYCHEPROOF, ids=[f"tcId {test['tcId']}" for _, test in WYCHEPROOF])
def test_every_wycheproof_vector_is_judged_as_expected(key, test):
    valid = verify(key, bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"]))
    assert valid == (test["result"] == "valid")


def test_wycheproof_has_151_vectors():
    assert len(WYCHEPROOF) == 151


@pytest.mark.parametrize("case", EDGES["cases"], ids=lambda case: case["id"])
def test_every_edge_case_is_judged_as_expected(case):
    key, message, signature = (bytes.fromhex(case[part]) for part in ("key", "message", "signature"))
    assert strict_form(key, signature) == case["strict"]
    assert verify(key, message, signature) == (case["result"] == "valid")


def test_the_edge_cases_tell_the_rule_from_every_laxer_one():
    def some(**wanted):
        return any(all(case[name] == value for name, value in wanted.items()) for case in EDGES["cases"])

    assert some(strict=False, cofactorless=True, result="invalid")
    assert some(strict=True, cofactorless=False, cofactored=True, result="invalid")
    assert some(flags=["MixedOrder"], result="valid")
    assert {flag for case in EDGES["cases"] for flag in case["flags"]} == set(EDGES["flags"])
    assert len({case["id"] for case in EDGES["cases"]}) == len(EDGES["cases"])


def test_the_script_beside_the_edge_cases_still_writes_them():
    script = runpy.run_path(str(DATA / "ed25519_edge_cases.py"))
    assert script["document"]() == (DATA / "ed25519-edge-cases.json").read_text()


@given(st.binary(max_size=70), st.binary(max_size=8), st.binary(max_size=70))
def test_any_bytes_get_an_answer_and_it_is_no(key, message, signature):
    assert verify(key, message, signature) is False


@given(st.binary(min_size=32, max_size=32))
def test_a_point_has_one_encoding(encoded):
    point = decode_point(encoded)
    assert point is None or encode_point(point) == encoded


@pytest.mark.parametrize("length", [0, 31, 33])
def test_an_encoding_of_another_length_is_no_point(length):
    assert decode_point(bytes(length)) is None


def test_y_past_the_field_and_a_sign_on_x_0_are_no_points():
    for number in (P, P + 1, 2**255 - 1, 1 | 1 << 255, P - 1 | 1 << 255):
        assert decode_point(number.to_bytes(32, "little")) is None
    assert decode_point((2).to_bytes(32, "little")) is None
    assert decode_point((1).to_bytes(32, "little")) == NEUTRAL


def test_small_order_y_are_exactly_those_whose_eightfold_is_neutral():
    found = []
    for y in SMALL_ORDER_Y:
        for sign in (0, 1 << 255):
            point = decode_point((y | sign).to_bytes(32, "little"))
            if point is not None:
                found.append(point)
                assert same(double(double(double(point))), NEUTRAL)
    assert len({encode_point(point) for point in found}) == 8


@given(points, points, points)
def test_points_form_a_commutative_group(a, b, c):
    assert same(add(a, b), add(b, a))
    assert same(add(add(a, b), c), add(a, add(b, c)))
    assert same(add(a, NEUTRAL), a)
    assert same(add(a, negate(a)), NEUTRAL)
    assert same(add(a, a), double(a))


@given(scalars, scalars, points)
def test_multiples_add_up(m, n, point):
    both = multiply_and_add(m, BASE, n, point)
    assert same(both, add(multiply_and_add(m, BASE, 0, point), multiply_and_add(0, BASE, n, point)))
    assert same(multiply_and_add(m % L, BASE, 0, point), multiply_and_add(m, BASE, 0, point))


def test_the_base_point_has_order_l():
    assert same(multiply_and_add(L, BASE, 0, NEUTRAL), NEUTRAL)
    assert not same(BASE, NEUTRAL)


def test_what_is_signed_names_the_protocol_and_the_class():
    assert cbor.decode(signing_bytes(BODY)) == ["clearstone/1", "Body", to_plain(BODY)]


def test_two_classes_with_the_same_fields_are_signed_differently():
    @dataclass(frozen=True, slots=True)
    class Prevote:
        height: int

    @dataclass(frozen=True, slots=True)
    class Precommit:
        height: int

    assert signing_bytes(Prevote(1)) != signing_bytes(Precommit(1))


def test_a_record_is_authentic_under_a_signature_over_its_signing_bytes():
    private = 5
    key = encode_point(multiply_and_add(private, BASE, 0, NEUTRAL))
    script = runpy.run_path(str(DATA / "ed25519_edge_cases.py"))
    nonce = encode_point(multiply_and_add(7, BASE, 0, NEUTRAL))
    k = script["full_k"](key, nonce, signing_bytes(BODY)) % L
    signature = nonce + ((7 + k * private) % L).to_bytes(32, "little")
    assert authentic(key, BODY, signature)
    assert not authentic(key, Body("other", "ab", 1, 2, Transfer("b", 5)), signature)
