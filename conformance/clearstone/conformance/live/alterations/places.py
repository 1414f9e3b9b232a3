"""What a question is made of: its parts with their shapes, in the JSON form, and what kind of place each stands at.

Parts at places of the same kind can stand for each other: the cash of one account for that of another, an order for
another order, also if they come from different questions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from random import Random

from clearstone.conformance.live.alterations.alteration import Path
from clearstone.conformance.wire import Json
from clearstone.spec.encoding.shapes import Choice, Leaf, Optional, Record, Row, Sequence, Shape, Tagged, fields_of

STOPS = 0.15
"""How often a record, or one of several kinds, is taken as a whole instead of a part of it."""
STOPS_AT_LISTS = 0.3
"""The same for a list."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a question."""

    path: Path
    """Where it stands."""
    place: str
    """The kind of place: class and field, as `Account.cash`."""
    shape: Shape
    """What may stand there."""
    value: Json
    """What stands there."""
    bounds: tuple[int, int] | None = None
    """The range that the record states for it, both ends included; only parameters have one."""

    @property
    def inner(self) -> tuple[Part, ...]:
        """What it is made of, from its first part to its last."""
        value = self.value
        match self.shape:
            case Leaf() | Choice():
                return ()
            case Optional():
                return () if value is None else (Part(self.path, f"{self.place}?", self.shape.present, value),)
            case Sequence():
                item, place = self.shape.item, f"{self.place}[]"
                return tuple(Part((*self.path, index), place, item, each) for index, each in enumerate(value))
            case Row():
                return tuple(
                    Part((*self.path, index), f"{self.place}[{index}]", shape, value[index])
                    for index, shape in enumerate(self.shape.items)
                )
            case Record():
                cls = self.shape.cls
                bounds = _bounds_of(cls)
                return tuple(
                    Part((*self.path, name), f"{cls.__name__}.{name}", shape, value[name], bounds.get(name))
                    for name, shape in fields_of(cls)
                )
            case _:
                [(tag, content)] = value.items()
                [shape] = [shape for name, _, shape in self.shape.members if name == tag]
                return (Part((*self.path, tag), f"{self.place}:{tag}", shape, content),)


def whole(question: type, given: Json) -> Part:
    """A question as a part."""
    return Part((), question.__name__, Record(question), given)


def some_part(chance: Random, part: Part) -> Part:
    """A part of a part, wherever chance leads: down one level after the other, each part as likely as its sisters."""
    while True:
        inner = part.inner
        if not inner:
            return part
        stops = STOPS_AT_LISTS if isinstance(part.shape, Sequence) else STOPS
        if part.path and not isinstance(part.shape, Row) and chance.random() < stops:
            return part
        last_of_row = isinstance(part.shape, Row) and chance.random() < 0.7  # first comes a key, mostly
        part = inner[-1] if last_of_row else chance.choice(inner)


def at_place(part: Part, place: str) -> Iterator[Json]:
    """What stands at places of a kind, in a part."""
    if part.place == place:
        yield part.value
    elif place in places_in(part.place, part.shape):
        for each in part.inner:
            yield from at_place(each, place)


_PLACES: dict[str, frozenset[str]] = {}
"""By kind of place, all kinds that can lie in it: what stands at a place is always of the same shape."""


def places_in(place: str, shape: Shape) -> frozenset[str]:
    """All kinds of places that can lie in one, itself included."""
    if place not in _PLACES:
        found: set[str] = {place}
        match shape:
            case Optional():
                found |= places_in(f"{place}?", shape.present)
            case Sequence():
                found |= places_in(f"{place}[]", shape.item)
            case Row():
                for index, item in enumerate(shape.items):
                    found |= places_in(f"{place}[{index}]", item)
            case Record():
                for name, item in fields_of(shape.cls):
                    found |= places_in(f"{shape.cls.__name__}.{name}", item)
            case Tagged():
                for tag, _, member in shape.members:
                    found |= places_in(f"{place}:{tag}", member)
        _PLACES[place] = frozenset(found)
    return _PLACES[place]


@cache
def _bounds_of(cls: type) -> dict[str, tuple[int, int]]:
    """The ranges that a record states for its fields."""
    held = fields(cls) if is_dataclass(cls) else ()
    return {each.name: (each.metadata["low"], each.metadata["high"]) for each in held if "low" in each.metadata}
