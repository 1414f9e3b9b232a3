"""Canonical bytes: the deterministic subset of CBOR in which every value has exactly one encoding (ENC-1).

CBOR (RFC 8949) starts each item with a head: three bits of *major type* and an argument. The argument 0 to 23 stands in
the head's other five bits; a larger one follows in 1, 2, 4 or 8 bytes, big-endian, announced by 24, 25, 26 or 27 there.

| value | encoding |
|-|-|
| int 0 to 2⁶⁴ − 1 | major 0, argument n |
| int −2⁶⁴ to −1 | major 1, argument −1 − n |
| other int n in [−2²⁵⁶, 2²⁵⁶) | tag 2 (byte 0xc2), or 3 (0xc3) for n < 0, then n, or −1 − n, as a byte string |
| bytes | major 2, argument length, then the bytes |
| text | major 3, argument length of its UTF-8, then that |
| list | major 4, argument length, then the items |
| map from text | major 5, argument length, then key and value in turn, ascending by the keys' *encoded* bytes |
| false, true, null | 0xf4, 0xf5, 0xf6 |

Every head is the shortest that holds its argument; bignums have no leading zero; keys are unique. There is nothing
else: no floats, no other tags or simple values, no indefinite lengths. By encoded bytes a shorter key sorts before a
longer one ("z" before "aa"), as the head comes first.

Reading is strict and goes from left to right; the first fault met is the one reported. What is not CBOR at all is
ENC-3: cut short, a reserved head, bad UTF-8, bytes left over. CBOR that is not the one encoding of a value above is
ENC-1. Of one item, in this order: its head is cut short (ENC-3); longer than needed (ENC-1); reserved (ENC-3); outside
the subset (ENC-1); the length, or the number of items or entries, exceeds the bytes left (ENC-3: nothing is ever
allocated on the word of a length); nested too deep (ENC-1). A key is read as an item before it is asked whether it is
text and ascends.

Reserved are 28 to 30 in any head; 31 where CBOR knows no indefinite length, so a break (0xff) that ends nothing, too;
and a simple value below 32 in two bytes (0xf8). Heads of major type 7 are never "longer than needed": the two-byte
simple values from 32 on and floats are outside the subset.
"""

from __future__ import annotations

from struct import Struct
from typing import TypeAlias

from clearstone.spec.receipts import Rejection

Value: TypeAlias = "int | bytes | str | bool | list[Value] | dict[str, Value] | None"
"""What can be written. Python's True is not 1 here: the two have different encodings."""

MAX_INTEGER_BYTES = 32
"""Integers lie in [−2²⁵⁶, 2²⁵⁶): a bignum's byte string has at most so many bytes. Amounts are far below (NUM-5)."""
MAX_DEPTH = 32
"""Lists and maps may lie within one another so deep: the innermost of 32 is accepted, a 33rd is not."""

UNSIGNED, NEGATIVE, BYTES, TEXT, LIST, MAP, TAG, SIMPLE = range(8)

_HEAD = [[bytes((major << 5 | argument,)) for argument in range(24)] for major in range(8)]
_SMALL_INT = _HEAD[UNSIGNED]
_one, _two, _four, _eight = (Struct(">B" + size).pack for size in "BHIQ")
_CONSTANTS: dict[int, bool | None] = {20: False, 21: True, 22: None}
_LEAST_OF_SIZE = {1: 24, 2: 1 << 8, 4: 1 << 16, 8: 1 << 32}


def encode(value: Value) -> bytes:
    """ENC-1. The one encoding of a value. Total on `Value`; that integers are within bounds is the caller's (NUM-5)."""
    if isinstance(value, bool) or value is None:
        return b"\xf6" if value is None else b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return encode_int(value)
    if isinstance(value, bytes):
        return encode_bytes(value)
    if isinstance(value, str):
        return encode_text(value)
    if isinstance(value, list):
        return head(LIST, len(value)) + b"".join(map(encode, value))
    entries = sorted((encode_text(key), encode(item)) for key, item in value.items())
    return head(MAP, len(entries)) + b"".join(key + item for key, item in entries)


def head(major: int, argument: int) -> bytes:
    """ENC-1. The shortest head of a major type, 0 to 7, with an argument, 0 to 2⁶⁴ − 1."""
    if argument < 24:
        return _HEAD[major][argument]
    if argument < 0x100:
        return _one(major << 5 | 24, argument)
    if argument < 0x10000:
        return _two(major << 5 | 25, argument)
    if argument < 0x100000000:
        return _four(major << 5 | 26, argument)
    return _eight(major << 5 | 27, argument)


def encode_int(n: int) -> bytes:
    """ENC-1. An integer. Accounts are made of these, hence a path for the likely sizes that does not call `head`."""
    major = 0
    if n < 0:
        n, major = -1 - n, 0x20
    elif n < 24:
        return _SMALL_INT[n]
    if n < 0x100000000:
        return _four(major | 26, n) if n > 0xFFFF else head(major >> 5, n)
    if n < 0x10000000000000000:
        return _eight(major | 27, n)
    return (b"\xc3" if major else b"\xc2") + encode_bytes(n.to_bytes((n.bit_length() + 7) // 8, "big"))


def encode_bytes(content: bytes) -> bytes:
    """ENC-1. A byte string."""
    return head(BYTES, len(content)) + content


def encode_text(text: str) -> bytes:
    """ENC-1. A text. One that UTF-8 cannot express (a lone surrogate) is no `Value`; no text that was read is one."""
    content = text.encode()
    return head(TEXT, len(content)) + content


def decode(data: bytes) -> Value | Rejection:
    """ENC-1, ENC-3. The value whose one encoding these bytes are, or why there is none. Total: any bytes will do."""
    read = _item(data, 0, MAX_DEPTH)
    if isinstance(read, Rejection):
        return read
    value, end = read
    return value if end == len(data) else _malformed(end, "bytes left over")


def _malformed(at: int, reason: str) -> Rejection:
    return Rejection("ENC-3", f"{reason} at byte {at}")


def _not_canonical(at: int, reason: str) -> Rejection:
    return Rejection("ENC-1", f"{reason} at byte {at}")


def _item(data: bytes, at: int, depth: int) -> tuple[Value, int] | Rejection:
    """The item that starts at a byte, and where the next one would."""
    opening = _head(data, at)
    if isinstance(opening, Rejection):
        return opening
    major, argument, after = opening
    if major == UNSIGNED:
        return argument, after
    if major == NEGATIVE:
        return -1 - argument, after
    if major == SIMPLE:
        return _CONSTANTS[argument], after
    if major == TAG:
        return _bignum(data, at, negative=argument == 3)
    if argument > len(data) - after:
        return _malformed(at, "more is claimed than there is")
    if major == BYTES:
        return data[after : after + argument], after + argument
    if major == TEXT:
        return _text(data, after, after + argument)
    if depth == 0:
        return _not_canonical(at, "nested too deep")
    return (_list if major == LIST else _map)(data, after, argument, depth - 1)


def _head(data: bytes, at: int) -> tuple[int, int, int] | Rejection:
    """Major type and argument of a head within the subset, and where it ends."""
    if at >= len(data):
        return _malformed(at, "cut short")
    major, low = data[at] >> 5, data[at] & 31
    if low < 24:
        argument, after = low, at + 1
    elif low < 28:
        size = 1 << low - 24
        after = at + 1 + size
        if after > len(data):
            return _malformed(at, "cut short")
        argument = int.from_bytes(data[at + 1 : after], "big")
        if argument < _LEAST_OF_SIZE[size] and major != SIMPLE:
            return _not_canonical(at, "a longer head than needed")
    elif low == 31 and major in (BYTES, TEXT, LIST, MAP):
        return _not_canonical(at, "indefinite length")
    else:
        return _malformed(at, "reserved head")
    if major == SIMPLE and not (low < 24 and argument in _CONSTANTS):
        return _simple(at, low, argument)
    if major == TAG and argument not in (2, 3):
        return _not_canonical(at, "a tag outside the subset")
    return major, argument, after


def _simple(at: int, low: int, argument: int) -> Rejection:
    if low == 24 and argument < 32:
        return _malformed(at, "reserved head")
    return _not_canonical(at, "a simple value outside the subset" if low <= 24 else "a float")


def _bignum(data: bytes, at: int, negative: bool) -> tuple[Value, int] | Rejection:
    """The integer behind a tag of one byte: a byte string too long for a head, without leading zeros."""
    opening = _head(data, at + 1)
    if isinstance(opening, Rejection):
        return opening
    major, length, after = opening
    if major != BYTES:
        return _not_canonical(at, "a bignum that is no byte string")
    if length > len(data) - after:
        return _malformed(at + 1, "more is claimed than there is")
    if not 8 < length <= MAX_INTEGER_BYTES:
        return _not_canonical(at, "a bignum of a length outside the subset")
    if data[after] == 0:
        return _not_canonical(at, "a bignum with a leading zero")
    magnitude = int.from_bytes(data[after : after + length], "big")
    return -1 - magnitude if negative else magnitude, after + length


def _text(data: bytes, start: int, end: int) -> tuple[str, int] | Rejection:
    try:
        return data[start:end].decode(), end
    except UnicodeDecodeError:
        return _malformed(start, "text that is not UTF-8")


def _list(data: bytes, at: int, count: int, depth: int) -> tuple[Value, int] | Rejection:
    items: list[Value] = []
    for _ in range(count):
        read = _item(data, at, depth)
        if isinstance(read, Rejection):
            return read
        item, at = read
        items.append(item)
    return items, at


def _map(data: bytes, at: int, count: int, depth: int) -> tuple[Value, int] | Rejection:
    entries: dict[str, Value] = {}
    previous = b""
    for _ in range(count):
        read = _item(data, at, depth)
        if isinstance(read, Rejection):
            return read
        key, after = read
        if not isinstance(key, str):
            return _not_canonical(at, "a key that is no text")
        if data[at:after] <= previous:
            return _not_canonical(at, "a key that does not ascend")
        previous = data[at:after]
        read = _item(data, after, depth)
        if isinstance(read, Rejection):
            return read
        entries[key], at = read
    return entries, at
