"""Canonical bytes of the protocol's own types: transactions, blocks, votes, accounts (ENC-1).

A record is written as a CBOR map from field names to values, every field present; `shapes` has the table for the rest.
For each class one encoder is composed as Python source and compiled, on first use, because a block writes every
account that it touched: going through plain values takes six times as long. Printed, one reads like

    def encode(record):
        return b''.join((b'\\xa2dlots', write0(record.lots), b'fmarket', write1(record.market)))

(Heads and names are constants, already in canonical order.) `encode_record` trusts its argument to be what its type
says, which mypy checks; `decode_record` trusts nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from clearstone.spec.encoding import cbor
from clearstone.spec.encoding.plain import from_plain
from clearstone.spec.encoding.shapes import Choice, Leaf, Optional, Record, Row, Sequence, Shape, fields_of
from clearstone.spec.receipts import Rejection

R = TypeVar("R")
Encoder = Callable[[Any], bytes]


def encode_record(record: Any) -> bytes:
    """ENC-1. The canonical bytes of a record, whose class is not part of them."""
    return _ENCODERS[type(record)](record)


def decode_record(cls: type[R], data: bytes) -> R | Rejection:
    """ENC-1, ENC-3. The record of a class that has these canonical bytes. Whatever else they are is a rejection.

    Values of the right form are accepted whatever they say: whether an amount may be negative is its rule's business.
    """
    value = cbor.decode(data)
    return value if isinstance(value, Rejection) else from_plain(cls, value)


class _Encoders(dict[type, Encoder]):
    """The encoder of each class, compiled when first asked for."""

    def __missing__(self, cls: type) -> Encoder:
        self[cls] = _compiled(cls)
        return self[cls]


_ENCODERS = _Encoders()


def _compiled(cls: type) -> Encoder:
    """ENC-1. The encoder of a class. One whose fields no shape describes is a mistake in the program: a TypeError."""
    names: dict[str, Any] = {}
    parts = []
    shapes = sorted((cbor.encode_text(name), name, shape) for name, shape in fields_of(cls))
    start = cbor.head(cbor.MAP, len(shapes))
    for number, (key, name, shape) in enumerate(shapes):
        names[f"write{number}"] = _writer(shape)
        parts += [repr(key if number else start + key), f"write{number}(record.{name})"]
    exec(f"def encode(record):\n    return b''.join(({', '.join(parts) or repr(start)},))\n", names)
    encode: Encoder = names["encode"]
    return encode


def _writer(shape: Shape) -> Encoder:
    """ENC-1. What writes a value of a shape."""
    match shape:
        case Leaf():
            return _LEAF_WRITERS[shape.kind]
        case Choice():
            return {text: cbor.encode_text(text) for text in shape.texts}.__getitem__
        case Optional():
            return _optional(_writer(shape.present))
        case Sequence():
            return _sequence(_writer(shape.item))
        case Row():
            return _row([_writer(item) for item in shape.items])
        case Record():
            return _ENCODERS[shape.cls]
        case _:
            return _tagged({cls: (cbor.encode({tag: 0})[:-1], _writer(member)) for tag, cls, member in shape.members})


def _optional(write: Encoder) -> Encoder:
    return lambda value: b"\xf6" if value is None else write(value)


def _sequence(write: Encoder) -> Encoder:
    return lambda items: cbor.head(cbor.LIST, len(items)) + b"".join(map(write, items))


def _row(writers: list[Encoder]) -> Encoder:
    start = cbor.head(cbor.LIST, len(writers))
    return lambda items: start + b"".join([write(item) for write, item in zip(writers, items, strict=True)])


def _tagged(writers: dict[type, tuple[bytes, Encoder]]) -> Encoder:
    def write(value: object) -> bytes:
        start, write_member = writers[type(value)]
        return start + write_member(value)

    return write


_LEAF_WRITERS: dict[type, Encoder] = {
    int: cbor.encode_int,
    bytes: cbor.encode_bytes,
    str: cbor.encode_text,
    bool: lambda value: b"\xf5" if value else b"\xf4",
}
