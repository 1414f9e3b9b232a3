"""How far an exploration has come: a line that renews itself on a terminal, and nothing elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Protocol

from rich.console import Console


class Explored(Protocol):
    """What an exploration tells of itself."""

    @property
    def states(self) -> int:
        """Distinct states so far."""
        ...

    @property
    def frontier(self) -> int:
        """Of them, those that are still to be looked at."""
        ...

    @property
    def layers(self) -> list[int]:
        """How many there are at each distance from the start."""
        ...


class ExploreProgress:
    """The line."""

    def __init__(self, console: Console, name: str) -> None:
        self.status = console.status(name)
        self.name = name
        self.began = perf_counter()

    def tell(self, done: Explored) -> None:
        """Show how far it has come."""
        seconds = max(perf_counter() - self.began, 1e-6)
        self.status.update(
            f"{self.name}: {done.states:,} states, {done.states / seconds:,.0f} a second, "
            f"{done.frontier:,} to look at, {len(done.layers) - 1} steps from the start"
        )

    def judged(self, done: int, planned: int) -> None:
        """Show how many forks have been judged."""
        self.status.update(f"{self.name}: {done:,} of {planned:,} forks judged")


@contextmanager
def explore_progress(name: str, *, quiet: bool) -> Iterator[ExploreProgress]:
    """Show the line while something is explored, on standard error; nothing if it is to be quiet."""
    progress = ExploreProgress(Console(stderr=True, quiet=quiet), name)
    with progress.status:
        yield progress
