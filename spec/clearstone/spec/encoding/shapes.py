"""What a record is made of, read off its type hints (ENC-1).

A *record* is a frozen dataclass or a named tuple of the specification. Its type hints are its format: there is no
second description to keep in step. This module turns a hint into a *shape*, once; `records` and `plain` follow it.

| hint | plain value |
|-|-|
| `int`, `bytes`, `str`, `bool` | itself |
| `Literal["a", "b"]` | that text |
| `X \\| None` | null, or X |
| `X \\| Y` | a map with one entry: the name of the one that it is → X or Y (class name, or `int`, `str`…) |
| `tuple[X, ...]`, `tuple[X, Y]` | a list |
| a record | a map: field name → value, every field present |
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints


@dataclass(frozen=True, slots=True)
class Leaf:
    """ENC-1. A value without parts."""

    kind: type[int] | type[bytes] | type[str] | type[bool]
    """Exactly its class: True is no int here."""


@dataclass(frozen=True, slots=True)
class Choice:
    """ENC-1. One of a few texts."""

    texts: tuple[str, ...]
    """The texts, as the hint lists them."""


@dataclass(frozen=True, slots=True)
class Optional:
    """ENC-1. Null, or a value."""

    present: Shape
    """What it is when it is not null."""


@dataclass(frozen=True, slots=True)
class Tagged:
    """ENC-1. One of several shapes, told apart by name."""

    members: tuple[tuple[str, type, Shape], ...]
    """(tag, class, shape) of each, as the hint lists them; tags and classes are unique."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """ENC-1. Any number of items of one shape."""

    item: Shape
    """Shape of every item."""


@dataclass(frozen=True, slots=True)
class Row:
    """ENC-1. A fixed number of items, each of its own shape."""

    items: tuple[Shape, ...]
    """Their shapes, in order."""


@dataclass(frozen=True, slots=True)
class Record:
    """ENC-1. A dataclass or named tuple."""

    cls: type
    """The class; its fields are read with `fields_of` when needed."""


Shape: TypeAlias = Leaf | Choice | Optional | Tagged | Sequence | Row | Record


@cache
def shape_of(hint: Any) -> Shape:
    """ENC-1. The shape of a type hint. A hint outside the table above is a mistake in the program: a TypeError."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in (int, bytes, str, bool):
        return Leaf(hint)
    if origin is Literal and all(type(text) is str for text in arguments):
        return Choice(arguments)
    if origin in (Union, UnionType):
        return _union(arguments)
    if origin is tuple and arguments[1:] == (Ellipsis,):
        return Sequence(shape_of(arguments[0]))
    if origin is tuple:
        return Row(tuple(map(shape_of, arguments)))
    if is_record(hint):
        return Record(hint)
    raise TypeError(f"a record cannot hold {hint}")


def _union(members: tuple[Any, ...]) -> Shape:
    present = [member for member in members if member is not NoneType]
    if len(present) == 1:
        return Optional(shape_of(present[0]))
    shapes = [shape_of(member) for member in present]
    if not all(isinstance(shape, Leaf | Record) for shape in shapes):
        raise TypeError(f"a union of {present} has members without a name")
    tagged = Tagged(tuple((member.__name__, member, shape) for member, shape in zip(present, shapes, strict=True)))
    return tagged if len(present) == len(members) else Optional(tagged)


def is_record(cls: Any) -> bool:
    """ENC-1. Whether a class is a dataclass or a named tuple."""
    return isinstance(cls, type) and (is_dataclass(cls) or (issubclass(cls, tuple) and hasattr(cls, "_fields")))


@cache
def fields_of(cls: type) -> tuple[tuple[str, Shape], ...]:
    """ENC-1. Name and shape of every field of a record, in the order in which its constructor takes them."""
    hints = get_type_hints(cls)
    names = [field.name for field in fields(cls)] if is_dataclass(cls) else vars(cls)["_fields"]
    return tuple((name, shape_of(hints[name])) for name in names)
