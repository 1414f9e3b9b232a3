import json
from pathlib import Path

import cbor2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clearstone.spec.encoding.cbor import LIST, MAX_DEPTH, NEGATIVE, UNSIGNED, Value, decode, encode, head
from clearstone.spec.receipts import Rejection

VECTORS = json.loads((Path(__file__).parents[2] / "data" / "cbor-rfc8949-appendix-a.json").read_text())

FLOAT, SIMPLE, TAG = "a float", "a simple value outside the subset", "a tag outside the subset"
INDEFINITE = "indefinite length"
OUTSIDE_THE_SUBSET = {
    "f90000": FLOAT,  # 0.0
    "f98000": FLOAT,  # -0.0
    "f93c00": FLOAT,  # 1.0
    "fb3ff199999999999a": FLOAT,  # 1.1
    "f93e00": FLOAT,  # 1.5
    "f97bff": FLOAT,  # 65504.0
    "fa47c35000": FLOAT,  # 100000.0
    "fa7f7fffff": FLOAT,  # 3.4028234663852886e+38
    "fb7e37e43c8800759c": FLOAT,  # 1e+300
    "f90001": FLOAT,  # 5.960464477539063e-08
    "f90400": FLOAT,  # 6.103515625e-05
    "f9c400": FLOAT,  # -4.0
    "fbc010666666666666": FLOAT,  # -4.1
    "f97c00": FLOAT,  # Infinity
    "f97e00": FLOAT,  # NaN
    "f9fc00": FLOAT,  # -Infinity
    "fa7f800000": FLOAT,  # Infinity
    "fa7fc00000": FLOAT,  # NaN
    "faff800000": FLOAT,  # -Infinity
    "fb7ff0000000000000": FLOAT,  # Infinity
    "fb7ff8000000000000": FLOAT,  # NaN
    "fbfff0000000000000": FLOAT,  # -Infinity
    "f7": SIMPLE,  # undefined
    "f0": SIMPLE,  # simple(16)
    "f818": "reserved head",  # simple(24), which RFC 8949 itself made malformed
    "f8ff": SIMPLE,  # simple(255)
    "c074323031332d30332d32315432303a30343a30305a": TAG,  # 0("2013-03-21T20:04:00Z")
    "c11a514b67b0": TAG,  # 1(1363896240)
    "c1fb41d452d9ec200000": TAG,  # 1(1363896240.5)
    "d74401020304": TAG,  # 23(h'01020304')
    "d818456449455446": TAG,  # 24(h'6449455446')
    "d82076687474703a2f2f7777772e6578616d706c652e636f6d": TAG,  # 32("http://www.example.com")
    "a201020304": "a key that is no text",  # {1: 2, 3: 4}
    "5f42010243030405ff": INDEFINITE,  # (_ h'0102', h'030405')
    "7f657374726561646d696e67ff": INDEFINITE,  # (_ "strea", "ming")
    "9fff": INDEFINITE,  # [_ ]
    "9f018202039f0405ffff": INDEFINITE,  # [_ 1, [2, 3], [_ 4, 5]]
    "9f01820203820405ff": INDEFINITE,  # [_ 1, [2, 3], [4, 5]]
    "83018202039f0405ff": INDEFINITE,  # [1, [2, 3], [_ 4, 5]]
    "83019f0203ff820405": INDEFINITE,  # [1, [_ 2, 3], [4, 5]]
    "9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff": INDEFINITE,  # [_ 1, 2, …, 25]
    "bf61610161629f0203ffff": INDEFINITE,  # {_ "a": 1, "b": [_ 2, 3]}
    "826161bf61626163ff": INDEFINITE,  # ["a", {_ "b": "c"}]
    "bf6346756ef563416d7421ff": INDEFINITE,  # {_ "Fun": true, "Amt": -2}
}
BYTE_STRINGS = {"h''": b"", "h'01020304'": bytes.fromhex("01020304")}

integers = st.one_of(st.integers(-(2**256), 2**256 - 1), st.integers(-(2**65), 2**65), st.integers(-(2**9), 2**9))
values: st.SearchStrategy[Value] = st.recursive(
    st.one_of(integers, st.binary(), st.text(), st.booleans(), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(), inner, max_size=4)),
    max_leaves=20,
)


def refused(data: bytes) -> tuple[str, str]:
    outcome = decode(data)
    assert isinstance(outcome, Rejection)
    reason, _, _ = outcome.reason.partition(" at byte ")
    return outcome.rule, reason


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["hex"])
def test_every_example_of_the_rfc_is_read_and_written_or_rejected_for_its_reason(vector):
    data = bytes.fromhex(vector["hex"])
    if vector["hex"] in OUTSIDE_THE_SUBSET:
        _, reason = refused(data)
        assert reason == OUTSIDE_THE_SUBSET[vector["hex"]]
    else:
        value = vector["decoded"] if "decoded" in vector else BYTE_STRINGS[vector["diagnostic"]]
        assert decode(data) == value
        assert type(decode(data)) is type(value)
        assert encode(value) == data


def test_the_rfc_has_82_examples_of_which_38_are_in_the_subset_and_44_are_not():
    assert len(VECTORS) == 82
    assert len(OUTSIDE_THE_SUBSET) == 44
    assert set(OUTSIDE_THE_SUBSET) < {vector["hex"] for vector in VECTORS}


@given(values)
def test_writing_agrees_with_another_canonical_encoder_and_reads_back(value):
    data = encode(value)
    assert data == cbor2.dumps(value, canonical=True)
    assert decode(data) == value
    assert encode(decode(data)) == data


@given(integers)
@example(-(2**256))
@example(2**256 - 1)
def test_integers_of_every_size_agree_with_another_encoder(n):
    assert encode(n) == cbor2.dumps(n, canonical=True)
    assert decode(encode(n)) == n


@pytest.mark.parametrize("edge", [2**bits for bits in (8, 16, 32, 64, 72, 128)] + [24])
def test_heads_change_size_exactly_at_the_powers_of_two(edge):
    for n in (edge - 1, edge, -edge, -edge - 1):
        assert encode(n) == cbor2.dumps(n, canonical=True)
        assert decode(encode(n)) == n


@pytest.mark.parametrize("argument", [0, 23, 24, 255, 256, 65535, 65536, 2**32 - 1, 2**32, 2**64 - 1])
def test_a_head_is_the_same_for_every_major_type_but_for_its_three_bits(argument):
    assert head(UNSIGNED, argument) == encode(argument)
    assert head(NEGATIVE, argument) == encode(-1 - argument)
    assert head(LIST, argument)[0] == encode(argument)[0] | LIST << 5
    assert head(LIST, argument)[1:] == encode(argument)[1:]


@pytest.mark.parametrize("length", [0, 23, 24, 255, 256, 65535, 65536])
def test_long_strings_and_lists_get_longer_heads(length):
    for value in (b"x" * length, "x" * length, [0] * length):
        assert encode(value) == cbor2.dumps(value, canonical=True)
        assert decode(encode(value)) == value


@given(st.binary(max_size=64))
def test_any_bytes_are_the_one_encoding_of_a_value_or_rejected(data):
    value = decode(data)
    if isinstance(value, Rejection):
        assert value.rule in ("ENC-1", "ENC-3")
    else:
        assert encode(value) == data


@given(values, st.data())
def test_an_encoding_that_is_changed_in_one_byte_is_another_value_or_rejected(value, data):
    encoded = bytearray(encode(value))
    encoded[data.draw(st.integers(0, len(encoded) - 1))] ^= data.draw(st.integers(1, 255))
    outcome = decode(bytes(encoded))
    assert isinstance(outcome, Rejection) or encode(outcome) == encoded != encode(value)


@given(values, st.data())
def test_an_encoding_that_is_cut_short_is_malformed(value, data):
    encoded = encode(value)
    assert refused(encoded[: data.draw(st.integers(0, len(encoded) - 1))])[0] == "ENC-3"


@given(values, st.binary(min_size=1, max_size=4))
def test_bytes_left_over_are_malformed(value, rest):
    assert refused(encode(value) + rest) == ("ENC-3", "bytes left over")


@pytest.mark.parametrize(
    ("data", "rule", "reason"),
    [
        ("", "ENC-3", "cut short"),
        ("18", "ENC-3", "cut short"),
        ("c2", "ENC-3", "cut short"),
        ("f9", "ENC-3", "cut short"),
        ("1c", "ENC-3", "reserved head"),
        ("1f", "ENC-3", "reserved head"),
        ("df", "ENC-3", "reserved head"),
        ("ff", "ENC-3", "reserved head"),
        ("f814", "ENC-3", "reserved head"),
        ("61ff", "ENC-3", "text that is not UTF-8"),
        ("63eda080", "ENC-3", "text that is not UTF-8"),
        ("62c080", "ENC-3", "text that is not UTF-8"),
        ("4201", "ENC-3", "more is claimed than there is"),
        ("5bffffffffffffffff", "ENC-3", "more is claimed than there is"),
        ("9bffffffffffffffff00", "ENC-3", "more is claimed than there is"),
        ("bbffffffffffffffff00", "ENC-3", "more is claimed than there is"),
        ("c25bffffffffffffffff00", "ENC-3", "more is claimed than there is"),
        ("c2490100000000000000", "ENC-3", "more is claimed than there is"),
        ("a16161", "ENC-3", "cut short"),
        ("1817", "ENC-1", "a longer head than needed"),
        ("1900ff", "ENC-1", "a longer head than needed"),
        ("1a0000ffff", "ENC-1", "a longer head than needed"),
        ("1b00000000ffffffff", "ENC-1", "a longer head than needed"),
        ("3817", "ENC-1", "a longer head than needed"),
        ("580161", "ENC-1", "a longer head than needed"),
        ("d802490100000000000000", "ENC-1", "a longer head than needed"),
        ("c20a", "ENC-1", "a bignum that is no byte string"),
        ("c2480100000000000000", "ENC-1", "a bignum of a length outside the subset"),
        ("c240", "ENC-1", "a bignum of a length outside the subset"),
        ("c25821" + "01" * 33, "ENC-1", "a bignum of a length outside the subset"),
        ("c249000100000000000000", "ENC-1", "a bignum with a leading zero"),
        ("a2616100616100", "ENC-1", "a key that does not ascend"),
        ("a2616200616100", "ENC-1", "a key that does not ascend"),
        ("a262616100617a00", "ENC-1", "a key that does not ascend"),
        ("a14000", "ENC-1", "a key that is no text"),
        ("a1f600", "ENC-1", "a key that is no text"),
        ("e0", "ENC-1", "a simple value outside the subset"),
        ("f820", "ENC-1", "a simple value outside the subset"),
        ("81f7", "ENC-1", "a simple value outside the subset"),
        ("a161611817", "ENC-1", "a longer head than needed"),
    ],
)
def test_each_fault_has_its_rule_and_reason(data, rule, reason):
    assert refused(bytes.fromhex(data)) == (rule, reason)


def test_a_shorter_key_comes_before_a_longer_one():
    assert encode({"aa": 1, "z": 2}).hex() == "a2617a0262616101"


def test_values_may_be_nested_to_the_stated_depth_and_no_deeper():
    assert not isinstance(decode(b"\x81" * MAX_DEPTH + b"\x00"), Rejection)
    assert refused(b"\x81" * (MAX_DEPTH + 1) + b"\x00") == ("ENC-1", "nested too deep")
    assert refused(b"\xa1\x61a" * (MAX_DEPTH + 1) + b"\x00") == ("ENC-1", "nested too deep")
    assert refused(b"\x81" * 10**6 + b"\x00") == ("ENC-1", "nested too deep")
