"""Tables of which only some entries may be touched: how a proof about two accounts holds for any number of them.

The accounts that are not named are the rest of the world. A function that reads one of them, writes one, or goes
through all of them, leaves its frame, and the proof fails. So whatever is proved holds whatever the rest is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, NoReturn, TypeVar, cast

from immutables import Map

from clearstone.spec.tables import Table

V = TypeVar("V")


class OutOfFrameError(Exception):
    """Something that was not named was read or written."""


@dataclass(frozen=True, slots=True)
class FramedTable(Generic[V]):
    """A table like the specification's, limited to the entries that are named."""

    entries: Map[str, V]
    """What is named and there."""
    absent: frozenset[str]
    """What is named and not there; it may be written."""

    def _named(self, key: str) -> str:
        if key not in self.entries and key not in self.absent:
            raise OutOfFrameError(f"{key!r} is none of the entries that may be touched")
        return key

    def get(self, key: str) -> V | None:
        """The value at the key, or None."""
        return self.entries.get(self._named(key))

    def __getitem__(self, key: str) -> V:
        return self.entries[self._named(key)]

    def __contains__(self, key: str) -> bool:
        return self._named(key) in self.entries

    def set(self, key: str, value: V) -> FramedTable[V]:
        """The table with the value at the key."""
        return FramedTable(self.entries.set(self._named(key), value), self.absent)

    def remove(self, key: str) -> FramedTable[V]:
        """The table without the key."""
        return FramedTable(self.entries.delete(key), self.absent | {key})

    def keys(self) -> NoReturn:
        """Nobody may go through a table of which only a part is known."""
        raise OutOfFrameError("a function goes through the whole table")

    items = keys
    __len__ = keys

    def __iter__(self) -> Iterator[str]:
        self.keys()

    def as_leaves(self) -> Mapping[str, V]:
        """What is there, for comparing results."""
        return dict(self.entries)


def framed(entries: Mapping[str, V], absent: Collection[str] = ()) -> Table[V]:
    """A framed table, in the place of a table of the specification."""
    made: Any = FramedTable(Map(dict(entries)), frozenset(absent))
    return cast("Table[V]", made)
