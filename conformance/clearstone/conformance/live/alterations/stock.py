"""The vectors that are altered: those beside the sources, or, where there are none, the same made from the spec."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextvars import Context
from random import Random

from clearstone.conformance.live.alterations.mending import InOrder, in_order
from clearstone.conformance.vector_file import Case, committed_folder, read_folder
from clearstone.conformance.vectors import DRAFTS, cases_of

DONORS = 2
"""Vectors of the same operation from which a change may take something."""


def vectors_of(suites: Collection[str]) -> tuple[Case, ...]:
    """The vectors of some suites."""
    folder = committed_folder()
    if folder is not None:
        return read_folder(folder, tuple(suites))
    made = Context()  # the suites make keys of their own
    return tuple(case for suite in DRAFTS if suite in suites for case in made.run(cases_of, suite))


class Stock:
    """Vectors by suite, given out in an order that a seed decides, each as often as any other."""

    def __init__(self, cases: Sequence[Case], seed: int) -> None:
        """Of these vectors."""
        self._chance = Random(seed)
        self._left: dict[str, list[Case]] = {}
        self._by_suite: dict[str, list[Case]] = {}
        self._by_operation: dict[str, list[Case]] = {}
        self._in_order: dict[str, InOrder] = {}
        for case in cases:
            self._by_suite.setdefault(case.suite, []).append(case)
            self._by_operation.setdefault(case.operation, []).append(case)

    def count(self, suite: str) -> int:
        """How many vectors a suite has."""
        return len(self._by_suite.get(suite, ()))

    def next(self, suite: str, count: int) -> Iterator[Case]:
        """So many vectors of a suite that has some; those that were not given out for longest come first."""
        left = self._left.setdefault(suite, [])
        for _ in range(count):
            if not left:
                left += self._by_suite[suite]
                self._chance.shuffle(left)
            yield left.pop()

    def donors(self, chance: Random, case: Case) -> tuple[Case, ...]:
        """Vectors of the same operation as one."""
        return tuple(chance.choice(self._by_operation[case.operation]) for _ in range(DONORS))

    def in_order(self, case: Case) -> InOrder:
        """What is in order in a vector."""
        if case.id not in self._in_order:
            self._in_order[case.id] = in_order(case)
        return self._in_order[case.id]
