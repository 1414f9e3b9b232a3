"""Records as plain values and back: lists and dicts of ints, bytes, texts, booleans and nulls (ENC-1, ENC-3).

The plain form of a record is what its canonical CBOR reads as. `state_json` is the same with two leaves written
otherwise, so both are read by following the shape here and differ in their `Leaves` only.

Reading builds the very classes that the hints name, and refuses everything else with the path of the field that is
wrong, as in `body.action.Place.lots: not an integer`. When several are wrong, the first in the order of the class's
fields is reported, unless the set of fields is itself wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias, TypeVar, overload

from clearstone.spec.encoding import cbor
from clearstone.spec.encoding.shapes import (
    Choice,
    Leaf,
    Optional,
    Record,
    Row,
    Sequence,
    Shape,
    fields_of,
    shape_of,
)
from clearstone.spec.receipts import Rejection

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Fault:
    """ENC-3. Why a value can't be read. (Not a `Rejection`, since receipts hold rejections: one is a value to read.)"""

    path: str
    """Where, as seen from the value being read: `.lots`, `[2].lots`, or nothing."""
    reason: str
    """What is wrong there."""


Reader: TypeAlias = Callable[[Any], Any]
"""From a plain value to what it stands for, or a Fault."""


@dataclass(frozen=True, slots=True)
class Leaves:
    """ENC-1. How the values without parts are read. Each reader takes anything."""

    integer: Reader
    """To an int in [−2²⁵⁶, 2²⁵⁶)."""
    octets: Reader
    """To bytes."""


def to_plain(record: object) -> cbor.Value:
    """ENC-1. The plain form of a record."""
    return _write(Record(type(record)), record)


def _write(shape: Shape, value: Any) -> cbor.Value:
    match shape:
        case Leaf() | Choice():
            plain: cbor.Value = value
            return plain
        case Optional():
            return None if value is None else _write(shape.present, value)
        case Sequence():
            return [_write(shape.item, item) for item in value]
        case Row():
            return [_write(item, part) for item, part in zip(shape.items, value, strict=True)]
        case Record():
            return {name: _write(field, getattr(value, name)) for name, field in fields_of(shape.cls)}
        case _:
            [(tag, member)] = [(tag, member) for tag, cls, member in shape.members if cls is type(value)]
            return {tag: _write(member, value)}


@overload
def from_plain(hint: type[R], value: object) -> R | Rejection: ...
@overload
def from_plain(hint: object, value: object) -> Any: ...
def from_plain(hint: object, value: object) -> Any:
    """ENC-3. What a plain value stands for under a type hint (a record class, mostly), or a Rejection."""
    return read(hint, value, PLAIN)


def read(hint: object, value: object, leaves: Leaves) -> Any:
    """ENC-3. `from_plain`, with the readers of the leaves given."""
    result = _reader(shape_of(hint), leaves)(value)
    if isinstance(result, Fault):
        return Rejection("ENC-3", f"{result.path.removeprefix('.')}: {result.reason}" if result.path else result.reason)
    return result


@cache
def _reader(shape: Shape, leaves: Leaves) -> Reader:
    match shape:
        case Leaf():
            return {int: leaves.integer, bytes: leaves.octets, str: _text, bool: _boolean}[shape.kind]
        case Choice():
            return _choice(shape.texts)
        case Optional():
            present = _reader(shape.present, leaves)
            return lambda value: None if value is None else present(value)
        case Sequence():
            return _sequence(_reader(shape.item, leaves))
        case Row():
            return _row([_reader(item, leaves) for item in shape.items])
        case Record():
            return _record(shape.cls, [(name, _reader(field, leaves)) for name, field in fields_of(shape.cls)])
        case _:
            return _tagged({tag: _reader(member, leaves) for tag, _, member in shape.members})


def _integer(value: Any) -> Any:
    if type(value) is not int:
        return Fault("", "not an integer")
    return value if -(2**256) <= value < 2**256 else Fault("", "an integer past the bound")


def _octets(value: Any) -> Any:
    return value if type(value) is bytes else Fault("", "not a byte string")


def _boolean(value: Any) -> Any:
    return value if type(value) is bool else Fault("", "neither true nor false")


def _text(value: Any) -> Any:
    if type(value) is not str:
        return Fault("", "not a text")
    try:
        value.encode()  # JSON can spell half of a surrogate pair, which has no UTF-8
    except UnicodeEncodeError:
        return Fault("", "a text that UTF-8 cannot express")
    return value


def _choice(texts: tuple[str, ...]) -> Reader:
    fault = Fault("", "none of " + ", ".join(texts))
    return lambda value: value if type(value) is str and value in texts else fault


def _sequence(read_item: Reader) -> Reader:
    def read_sequence(value: Any) -> Any:
        if type(value) is not list:
            return Fault("", "not a list")
        return _items((read_item,) * len(value), value)

    return read_sequence


def _row(readers: list[Reader]) -> Reader:
    def read_row(value: Any) -> Any:
        if type(value) is not list or len(value) != len(readers):
            return Fault("", f"not a list of {len(readers)}")
        return _items(readers, value)

    return read_row


def _items(readers: Any, value: list[Any]) -> Any:
    items = []
    for index, read_item in enumerate(readers):
        item = read_item(value[index])
        if isinstance(item, Fault):
            return Fault(f"[{index}]{item.path}", item.reason)
        items.append(item)
    return tuple(items)


def _record(cls: type, readers: list[tuple[str, Reader]]) -> Reader:
    names = {name for name, _ in readers}

    def read_record(value: Any) -> Any:
        if type(value) is not dict:
            return Fault("", "not a map")
        if value.keys() != names:
            return _wrong_fields(names, value)
        arguments = []
        for name, read_field in readers:
            argument = read_field(value[name])
            if isinstance(argument, Fault):
                return Fault(f".{name}{argument.path}", argument.reason)
            arguments.append(argument)
        return cls(*arguments)

    return read_record


def _wrong_fields(names: set[str], value: dict[Any, Any]) -> Fault:
    missing = sorted(names - value.keys())
    return Fault("", f"without the field {missing[0]}" if missing else "with a field that is none of its own")


def _tagged(readers: dict[str, Reader]) -> Reader:
    fault = Fault("", "not a map with one entry, named " + " or ".join(readers))

    def read_tagged(value: Any) -> Any:
        if type(value) is not dict or len(value) != 1:
            return fault
        [(tag, content)] = value.items()
        if tag not in readers:
            return fault
        member = readers[tag](content)
        return Fault(f".{tag}{member.path}", member.reason) if isinstance(member, Fault) else member

    return read_tagged


PLAIN = Leaves(_integer, _octets)
"""The leaves of plain values."""
