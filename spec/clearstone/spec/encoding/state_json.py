"""Records in JSON: for state files, vectors and reports, never for what is hashed or signed (ENC-1, ENC-3).

The plain form, in which an integer is a decimal string and bytes are lowercase hex: many JSON readers keep numbers as
floats and would lose an atom above 2⁵³. Both spellings are unique ("-0", "+1", "01", "AB" are refused), so that a
record has one JSON form up to white space and the order of keys.
"""

from __future__ import annotations

import json
import re
from typing import Any, TypeAlias, TypeVar, overload

from clearstone.spec.encoding import cbor
from clearstone.spec.encoding.plain import PLAIN, Fault, Leaves, read, to_plain
from clearstone.spec.receipts import Rejection

R = TypeVar("R")
Json: TypeAlias = "str | bool | list[Json] | dict[str, Json] | None"
"""What is written: JSON without numbers."""

_DECIMAL = re.compile(r"0|-?[1-9][0-9]{0,77}")  # 78 digits hold every integer below 2^256
_HEX = re.compile(r"(?:[0-9a-f]{2})*")


def to_json(record: object) -> Json:
    """ENC-1. A record as JSON values, ready for `json.dumps`."""
    return _spell(to_plain(record))


def _spell(value: cbor.Value) -> Json:
    match value:
        case bool() | None | str():
            return value
        case int():
            return str(value)
        case bytes():
            return value.hex()
        case list():
            return [_spell(item) for item in value]
        case _:
            return {key: _spell(item) for key, item in value.items()}


@overload
def from_json(hint: type[R], value: object) -> R | Rejection: ...
@overload
def from_json(hint: object, value: object) -> Any: ...
def from_json(hint: object, value: object) -> Any:
    """ENC-3. What JSON values stand for under a type hint, or a Rejection that names the field."""
    return read(hint, value, _LEAVES)


@overload
def parse(hint: type[R], text: str) -> R | Rejection: ...
@overload
def parse(hint: object, text: str) -> Any: ...
def parse(hint: object, text: str) -> Any:
    """ENC-3. `from_json` of a text. One that is no JSON is a rejection with its line; one nested too deep, too."""
    try:
        value = json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        return Rejection("ENC-3", f"line {error.lineno}: {error.msg}")
    except (ValueError, RecursionError):  # an integer of thousands of digits; thousands of brackets
        return Rejection("ENC-3", "JSON past all bounds")
    return from_json(hint, value)


def _unique(entries: list[tuple[str, Any]]) -> Any:
    """An object's entries; one that names a key twice is kept as a list, which no record reads as a map."""
    return dict(entries) if len(dict(entries)) == len(entries) else entries


def _integer(value: Any) -> Any:
    if type(value) is not str or not _DECIMAL.fullmatch(value):
        return Fault("", "not an integer in decimal, as a string")
    return PLAIN.integer(int(value))


def _octets(value: Any) -> Any:
    if type(value) is not str or not _HEX.fullmatch(value):
        return Fault("", "not bytes in lowercase hex")
    return bytes.fromhex(value)


_LEAVES = Leaves(_integer, _octets)
