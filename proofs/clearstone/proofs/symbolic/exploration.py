"""Exploring a function's paths: each time it asks whether something is true, each possible answer is followed.

A path is followed by running the function from the start and answering as decided; so the function may do anything, as
long as it does the same each time. Answers that follow from the path so far part nothing.
"""

from __future__ import annotations

from builtins import max, min  # noqa: UP029  # the plain ones, also while others are in their place
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from math import inf
from typing import Any, TypeVar

from clearstone.proofs.symbolic.extremes import symbolic_extremes
from clearstone.proofs.symbolic.formulas import (
    Both,
    Formula,
    Within,
    conjunction,
    formula_of,
    negation,
    pop_decider,
    push_decider,
)
from clearstone.proofs.symbolic.merging import Ending, Merging, any_of, joined, skeleton
from clearstone.proofs.symbolic.solving import Solver
from clearstone.proofs.symbolic.vocabulary import EVERYTHING, Vocabulary, pop_vocabulary, push_vocabulary

T = TypeVar("T")

MOST_PATHS = 20_000
"""More paths than this are a mistake of the obligation."""


class Abandoned(BaseException):
    """No input takes this path: an assumption excludes it. Not an error, and not for the specification to catch."""


@dataclass(slots=True)
class Fork:
    """One place at which paths part."""

    chosen: int
    """Which way is being followed."""
    left: list[int] = field(default_factory=list)
    """Ways still to follow."""


class Exploration:
    """Follows all paths of a function."""

    def __init__(self, seed: int = 0, merged: Sequence[Callable[..., Any]] = ()) -> None:
        """Begin with no atoms; the seed is the solver's; paths that part in `merged` functions meet again."""
        self.vocabulary = Vocabulary()
        self.solver = Solver(self.vocabulary, seed)
        self.conditions: list[Formula] = []
        self._trail: list[Fork] = []
        self._place = 0
        self._merges = 0
        self._merged: dict[tuple[int, ...], list[Ending]] = {}
        self._merging = Merging(tuple(merged), self.merge)

    def paths(self, run: Callable[[], T]) -> Iterator[T]:
        """What the function returns on each path that some input may take; `conditions` is the path's."""
        self._trail = []
        for _ in range(MOST_PATHS):
            self._place, self.conditions, self._merges = 0, [], 0
            self.vocabulary.known.clear()
            try:
                with self._in_use():
                    result = run()
                yield result
            except Abandoned:
                pass
            if not self._turn():
                return
        raise RuntimeError(f"more than {MOST_PATHS} paths")

    @property
    def repeats(self) -> bool:
        """Whether this path has not yet parted from the one that was followed before it."""
        return self._place < len(self._trail)

    def merge(self, call: Callable[[], Any]) -> Any:
        """The result of a call, its paths met again; a path for each shape of result."""
        self._merges += 1
        here = (self._merges, *(fork.chosen for fork in self._trail[: self._place]))
        if here not in self._merged:
            self._merged[here] = self._endings(call)
        groups: dict[Any, list[Ending]] = {}
        for ending in self._merged[here]:
            groups.setdefault(skeleton(ending[1])[0], []).append(ending)
        *first, last = groups.values()
        for group in first:
            if self.decide(any_of([condition for condition, _ in group])):
                return joined(self.vocabulary, group)
        if first:
            self._learn(any_of([condition for condition, _ in last]))
        return joined(self.vocabulary, last)

    def _endings(self, call: Callable[[], Any]) -> list[Ending]:
        """The results of a call on all its paths from here."""
        outside = self._trail, self._place, self.conditions, dict(self.vocabulary.known), self._merges
        endings: list[Ending] = []
        remembered, self._merged = self._merged, {}
        self._trail, going = [], True
        try:
            while going:
                self._place, self.conditions, self._merges = 0, list(outside[2]), 0
                self.vocabulary.known.clear()
                self.vocabulary.known.update(outside[3])
                with suppress(Abandoned):
                    result = call()
                    endings.append((conjunction(*self.conditions[len(outside[2]) :]), result))
                going = self._turn()
        finally:
            self._trail, self._place, self.conditions, known, self._merges = outside
            self._merged = remembered
            self.vocabulary.known.clear()
            self.vocabulary.known.update(known)
        if not endings:
            raise Abandoned
        return endings

    def _turn(self) -> bool:
        """Go on to the next path, if there is one."""
        while self._trail and not self._trail[-1].left:
            self._trail.pop()
        if self._trail:
            self._trail[-1].chosen = self._trail[-1].left.pop(0)
        return bool(self._trail)

    def decide(self, formula: Any) -> bool:
        """The truth of a formula on this path."""
        formula = formula_of(formula)
        if isinstance(formula, bool):
            return formula
        known = self._already(formula)
        if known is not None:
            return known
        answers = (formula, negation(formula))
        taken = self._fork(lambda: self._ways(formula, answers[1]))
        self._learn(answers[taken])
        return taken == 0

    def choose(self, count: int) -> int:
        """One of so many cases: each is a path."""
        return self._fork(lambda: list(range(count)))

    def assume(self, formula: Any) -> None:
        """Leave the path where the formula is false."""
        formula = formula_of(formula)
        if formula is False:
            raise Abandoned
        if isinstance(formula, Formula):
            known = self._already(formula)
            if known is False:
                raise Abandoned
            if known is None:
                self._learn(formula)

    def proves(self, formula: Any) -> bool:
        """Whether a formula follows from the path so far, for all integers."""
        formula = formula_of(formula)
        if isinstance(formula, Formula):
            return self._already(formula) is True or self.solver.proves(self.conditions, formula)
        return bool(formula) or self.solver.contradictory(self.conditions)

    def _already(self, formula: Formula) -> bool | None:
        """The truth of a formula, if the bounds that are known, or what was asked before, tell."""
        if formula in self.conditions:
            return True
        if isinstance(formula, Within):
            low, high = self.vocabulary.interval(formula.form)
            least, most = -inf if formula.low is None else formula.low, inf if formula.high is None else formula.high
            if least <= low and high <= most:
                return True
            return False if high < least or most < low else None
        return False if negation(formula) in self.conditions else None

    def _ways(self, true: Formula, false: Formula) -> list[int]:
        """Which answers this path may go on with: at least one, as some input takes it."""
        if not self.solver.feasible([*self.conditions, true]):
            return [1]
        return [0, 1] if self.solver.feasible([*self.conditions, false]) else [0]

    def _fork(self, ways: Callable[[], list[int]]) -> int:
        """The way to follow here, asking which there are the first time."""
        if self._place == len(self._trail):
            possible = ways()
            if not possible:
                raise Abandoned
            self._trail.append(Fork(possible[0], possible[1:]))
        self._place += 1
        return self._trail[self._place - 1].chosen

    def _learn(self, formula: Formula) -> None:
        """Go on with the formula true."""
        self.conditions.append(formula)
        for part in formula.parts if isinstance(formula, Both) else (formula,):
            if isinstance(part, Within):
                low, high = self.vocabulary.known.get(part.form, EVERYTHING)
                low = max(low, -inf if part.low is None else part.low)
                high = min(high, inf if part.high is None else part.high)
                if low > high:
                    raise Abandoned
                self.vocabulary.known[part.form] = low, high
            elif (trimmed := self._trimmed(part)) is not None:
                self._learn(trimmed)

    def _trimmed(self, part: Formula) -> Formula | None:
        """What `form ≠ bound` says where the bound is one of the form's ends."""
        unequal = negation(part)
        if isinstance(unequal, Within) and unequal.low is not None and unequal.low == unequal.high:
            low, high = self.vocabulary.interval(unequal.form)
            if unequal.low == low:
                return Within(unequal.form, unequal.low + 1, None)
            if unequal.low == high:
                return Within(unequal.form, None, unequal.low - 1)
        return None

    @contextmanager
    def _in_use(self) -> Iterator[None]:
        """Answer what is asked while a function runs."""
        push_decider(self.decide)
        push_vocabulary(self.vocabulary)
        try:
            with symbolic_extremes(), self._merging.in_place():
                yield
        finally:
            pop_vocabulary()
            pop_decider()
