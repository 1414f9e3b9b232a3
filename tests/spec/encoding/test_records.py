import json
from dataclasses import dataclass, fields
from typing import Literal, NamedTuple, get_args

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearstone.spec.blocks import Block
from clearstone.spec.encoding import cbor
from clearstone.spec.encoding.plain import from_plain, to_plain
from clearstone.spec.encoding.records import decode_record, encode_record
from clearstone.spec.encoding.shapes import shape_of
from clearstone.spec.encoding.state_json import from_json, parse, to_json
from clearstone.spec.receipts import Event, Posting, Receipt, Rejection
from clearstone.spec.transactions import Action, Body, Place, Signature, Transaction, Transfer


@dataclass(frozen=True, slots=True)
class Nothing:
    pass


class Pair(NamedTuple):
    first: int
    second: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Everything:
    whole: int
    octets: bytes
    text: str
    flag: bool
    choice: Literal["left", "right"]
    maybe: int | None
    many: tuple[Pair, ...]
    row: tuple[int, str, Nothing]
    either: Nothing | Pair
    either_or_none: Nothing | Pair | None
    number_or_text: int | str
    bytes_or_text_or_flag: bytes | str | bool


EVERYTHING = Everything(
    whole=-5,
    octets=b"\x01\xff",
    text="é",
    flag=True,
    choice="right",
    maybe=None,
    many=(Pair(1, ()), Pair(2**70, (b"", b"x"))),
    row=(7, "seven", Nothing()),
    either=Pair(0, ()),
    either_or_none=None,
    number_or_text="3",
    bytes_or_text_or_flag=False,
)
PLAIN = {
    "whole": -5,
    "octets": b"\x01\xff",
    "text": "é",
    "flag": True,
    "choice": "right",
    "maybe": None,
    "many": [{"first": 1, "second": []}, {"first": 2**70, "second": [b"", b"x"]}],
    "row": [7, "seven", {}],
    "either": {"Pair": {"first": 0, "second": []}},
    "either_or_none": None,
    "number_or_text": {"str": "3"},
    "bytes_or_text_or_flag": {"bool": False},
}
PLACE = Place("BTC-PERP", "buy", 12, None, "ioc", False, "decrement")
TRANSACTION = Transaction(Body("chain", "ab", 3, 9, PLACE), (Signature(b"k" * 32, b"s" * 64),))

records = st.one_of(map(st.from_type, (Everything, Transaction, Block, Receipt, Event, Posting)))


def reason(outcome):
    assert isinstance(outcome, Rejection)
    assert outcome.rule == "ENC-3"
    return outcome.reason


def test_a_record_becomes_a_map_of_its_fields_with_unions_tagged_by_name():
    assert to_plain(EVERYTHING) == PLAIN
    assert from_plain(Everything, PLAIN) == EVERYTHING
    assert to_plain(Nothing()) == {}


def test_in_json_integers_are_decimal_strings_and_bytes_hex():
    assert to_json(EVERYTHING) == {
        "whole": "-5",
        "octets": "01ff",
        "text": "é",
        "flag": True,
        "choice": "right",
        "maybe": None,
        "many": [{"first": "1", "second": []}, {"first": str(2**70), "second": ["", "78"]}],
        "row": ["7", "seven", {}],
        "either": {"Pair": {"first": "0", "second": []}},
        "either_or_none": None,
        "number_or_text": {"str": "3"},
        "bytes_or_text_or_flag": {"bool": False},
    }


def test_the_bytes_of_a_small_record_are_pinned():
    data = encode_record(Transfer(to="b", amount=1000))
    assert data.hex() == "a262746f616266616d6f756e741903e8"
    assert encode_record(Nothing()).hex() == "a0"


@given(records)
def test_the_compiled_bytes_are_the_canonical_encoding_of_the_plain_form(record):
    data = encode_record(record)
    assert data == cbor.encode(to_plain(record)) == cbor2.dumps(to_plain(record), canonical=True)
    assert decode_record(type(record), data) == record
    assert type(decode_record(type(record), data)) is type(record)


@given(records)
def test_every_record_survives_the_way_through_plain_values_and_json(record):
    assert from_plain(type(record), to_plain(record)) == record
    assert from_json(type(record), to_json(record)) == record
    assert parse(type(record), json.dumps(to_json(record))) == record


def test_every_kind_of_transaction_has_its_own_tag():
    tags = set()
    for kind in get_args(Action):
        shape = shape_of(kind)
        assert shape.cls is kind
        arguments = {"price": None, "side": "buy", "time_in_force": "gtc", "self_trade": "decrement"}
        blank = {int: 0, bytes: b"", str: "", bool: False}
        hints = {"int": int, "bytes": bytes, "str": str, "bool": bool}
        for field in fields(kind):
            arguments.setdefault(field.name, blank[hints.get(field.type, str)])
        action = kind(**{field.name: arguments[field.name] for field in fields(kind)})
        body = Body("c", "a", 1, 2, action)
        [tag] = to_plain(body)["action"]
        tags.add(tag)
        assert decode_record(Body, encode_record(body)) == body
    assert len(tags) == len(get_args(Action))


def test_hints_other_than_record_classes_can_be_read():
    assert from_plain(tuple[int, ...], [1, 2]) == (1, 2)
    assert from_json(tuple[int, ...], ["1", "2"]) == (1, 2)
    assert from_plain(int | None, None) is None
    assert parse(tuple[int, str], '["1", "x"]') == (1, "x")


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("whole", True, "whole: not an integer"),
        ("whole", "1", "whole: not an integer"),
        ("whole", 2**256, "whole: an integer past the bound"),
        ("whole", -(2**256) - 1, "whole: an integer past the bound"),
        ("octets", "ff", "octets: not a byte string"),
        ("text", b"x", "text: not a text"),
        ("text", "\ud800", "text: a text that UTF-8 cannot express"),
        ("flag", 1, "flag: neither true nor false"),
        ("choice", "up", "choice: none of left, right"),
        ("choice", [], "choice: none of left, right"),
        ("maybe", "", "maybe: not an integer"),
        ("many", (), "many: not a list"),
        ("many", [{"first": 1, "second": []}, {"first": None, "second": []}], "many[1].first: not an integer"),
        ("many", [{"first": 1, "second": [b"", 0]}], "many[0].second[1]: not a byte string"),
        ("many", [{"first": 1}], "many[0]: without the field second"),
        ("many", [{"first": 1, "second": [], "third": 3}], "many[0]: with a field that is none of its own"),
        ("many", [[1, []]], "many[0]: not a map"),
        ("row", [7, "seven"], "row: not a list of 3"),
        ("row", {}, "row: not a list of 3"),
        ("row", [7, 7, {}], "row[1]: not a text"),
        ("either", {}, "either: not a map with one entry, named Nothing or Pair"),
        ("either", {"Nothing": {}, "Pair": {}}, "either: not a map with one entry, named Nothing or Pair"),
        ("either", {"Other": {}}, "either: not a map with one entry, named Nothing or Pair"),
        ("either", None, "either: not a map with one entry, named Nothing or Pair"),
        ("either", {"Pair": {"first": "", "second": []}}, "either.Pair.first: not an integer"),
        ("either_or_none", {"Nothing": 0}, "either_or_none.Nothing: not a map"),
        ("number_or_text", 3, "number_or_text: not a map with one entry, named int or str"),
        ("number_or_text", {"int": "3"}, "number_or_text.int: not an integer"),
    ],
)
def test_a_plain_value_that_is_wrong_is_rejected_with_the_path_of_the_field(field, value, fault):
    assert reason(from_plain(Everything, PLAIN | {field: value})) == fault


@pytest.mark.parametrize(
    "integer", ["-0", "+1", "01", " 1", "1 ", "1_0", "", "-", "1.0", "٣", "9" * 79, str(2**256), 1, 1.0, None]
)
def test_an_integer_in_json_has_one_spelling(integer):
    assert reason(from_json(Transfer, {"to": "b", "amount": integer})).startswith("amount: ")


@pytest.mark.parametrize("octets", ["AB", "a", "0x", "zz", " 00", "00 00", 0])
def test_bytes_in_json_have_one_spelling(octets):
    assert reason(from_json(Signature, {"key": octets, "signature": ""})) == "key: not bytes in lowercase hex"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('{\n"to": "b"\n"amount": "1"}', "line 3: Expecting ',' delimiter"),
        ("", "line 1: Expecting value"),
        ("[" * 100_000, "JSON past all bounds"),
        ("1" * 5_000, "JSON past all bounds"),
        ('{"to": "b", "to": "c", "amount": "1"}', "not a map"),
        ('{"to": "\\ud800", "amount": "1"}', "to: a text that UTF-8 cannot express"),
        ("NaN", "not a map"),
    ],
)
def test_a_text_that_is_no_json_of_the_record_is_rejected(text, fault):
    assert reason(parse(Transfer, text)) == fault


def test_bytes_that_are_not_canonical_are_rejected_as_such():
    data = encode_record(TRANSACTION)
    assert decode_record(Transaction, data) == TRANSACTION
    assert decode_record(Transaction, data + b"\x00") == Rejection("ENC-3", f"bytes left over at byte {len(data)}")
    longer = bytes.fromhex("a262746f616266616d6f756e741a000003e8")
    assert decode_record(Transfer, longer) == Rejection("ENC-1", "a longer head than needed at byte 13")
    assert reason(decode_record(Body, data)) == "without the field account"


@given(st.binary(max_size=200))
def test_any_bytes_are_a_record_or_a_rejection(data):
    outcome = decode_record(Transfer, data)
    assert isinstance(outcome, Rejection) or encode_record(outcome) == data


@given(st.data())
def test_a_damaged_transaction_is_another_one_or_a_rejection(data):
    encoded = bytearray(encode_record(TRANSACTION))
    encoded[data.draw(st.integers(0, len(encoded) - 1))] ^= data.draw(st.integers(1, 255))
    outcome = decode_record(Transaction, bytes(encoded))
    assert isinstance(outcome, Rejection) or encode_record(outcome) == encoded


def test_a_receipt_that_holds_a_rejection_can_be_read():
    receipt = Receipt(Rejection("MARGIN-6", "too thin"))
    assert decode_record(Receipt, encode_record(receipt)) == receipt


@pytest.mark.parametrize("hint", [float, list[int], dict[str, int], Literal[1, 2], int | tuple[int, ...], object, 3])
def test_a_hint_that_no_record_may_have_is_a_mistake_in_the_program(hint):
    with pytest.raises(TypeError):
        shape_of(hint)
