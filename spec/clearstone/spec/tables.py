"""Persistent tables: the maps of which the state consists, each of which knows what was written to it.

A table costs O(log n) per write and shares what did not change with the table before it. It also lists the keys written
since it was last committed, so that the state root (ENC-1) is brought up to date in O(log n) per changed entry and no
rule can forget to say what it changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import field
from typing import Generic, TypeAlias, TypeVar

from immutables import Map

from clearstone.spec.values import value

V = TypeVar("V")
A = TypeVar("A")
B = TypeVar("B")


Written: TypeAlias = tuple[str, "Written"] | None
"""Keys in the order in which they were written, newest first: the newest, and those before it."""


@value
class Table(Generic[V]):
    """ENC-1. An immutable map from text keys to values, with the keys written since the last commitment."""

    entries: Map[str, V]
    """What the table holds."""
    written: Written = field(default=None, compare=False, repr=False)
    """Keys written or removed since the last commitment, newest first, possibly repeated."""

    def get(self, key: str) -> V | None:
        """ENC-1. The value at the key, or None."""
        return self.entries.get(key)

    def __getitem__(self, key: str) -> V:
        """ENC-1. The value at a key that is known to be there."""
        return self.entries[key]

    def __contains__(self, key: str) -> bool:
        """ENC-1. Whether the key is there."""
        return key in self.entries

    def set(self, key: str, value: V) -> Table[V]:
        """ENC-1. The table with the value at the key."""
        return Table(self.entries.set(key, value), (key, self.written))

    def remove(self, key: str) -> Table[V]:
        """ENC-1. The table without the key, which must be there."""
        return Table(self.entries.delete(key), (key, self.written))

    def keys(self) -> tuple[str, ...]:
        """ENC-1. The keys, ascending: no rule depends on the order of a map (NUM-1)."""
        return tuple(sorted(self.entries))

    def items(self) -> Iterator[tuple[str, V]]:
        """ENC-1. The entries, ascending by key."""
        return ((key, self.entries[key]) for key in self.keys())

    def committed(self) -> Table[V]:
        """ENC-1. The same table, with nothing written since."""
        return Table(self.entries)

    def keys_written(self, since: Table[V] | None = None) -> tuple[str, ...]:
        """ENC-1. The keys written since the last commitment, or since an earlier version; each once, newest first."""
        end = None if since is None else since.written
        keys: dict[str, None] = {}
        written = self.written
        while written is not end and written is not None:
            keys[written[0]] = None
            written = written[1]
        return tuple(keys)


def table(entries: Iterable[tuple[str, V]] = ()) -> Table[V]:
    """ENC-1. A table that holds `entries`, all of them as written."""
    held = dict(entries)
    nothing: Written = None
    return Table(Map(held), fold(lambda written, key: (key, written), nothing, held))


def fold(step: Callable[[A, B], A], start: A, items: Iterable[B]) -> A:
    """NUM-6. The one loop of the ledger: `step` over the items in their order.

    Wherever a rule must go through accounts, orders or markets, it is a fold whose step is a function of its own, so
    that what is proved of the step holds of the loop by induction.
    """
    for item in items:
        start = step(start, item)
    return start
