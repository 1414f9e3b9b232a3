"""Shrinking: a program that breaks something, made as short and plain as can be while it still breaks the same.

Programs are data, so this works on them alone, whatever made them up: first steps are left out, in large parts and then
one by one; then neighbours are made one step, and each step that is left is made plainer. That is what delta debugging
does (Zeller, Hildebrandt: ddmin). Where it is stuck, every run of neighbours is tried: a detour of several steps and
back can go only as a whole. The work is counted in programs run and in their steps, so it ends, and a busy
machine changes nothing about what comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar, cast

Step = TypeVar("Step")

MOST_RUNS = 3_000
"""Programs run at most."""
MOST_STEPS = 30_000
"""Steps of those programs at most; a step of the exchange, with one invariant asked, takes one to two milliseconds."""


class Shrinker:
    """Counts the programs that it runs, and their steps."""

    def __init__(self, most: int = MOST_RUNS, most_steps: int = MOST_STEPS) -> None:
        """Run so many programs at most, of so many steps together."""
        self.runs = 0
        self.steps = 0
        self.most = most
        self.most_steps = most_steps

    @property
    def spent(self) -> bool:
        """Whether no more programs are to be run."""
        return self.runs >= self.most or self.steps >= self.most_steps

    def shrink(
        self,
        steps: tuple[Step, ...],
        breaks: Callable[[tuple[Step, ...]], bool],
        plainer: Callable[[Step], Iterable[Step]],
        joined: Callable[[Step, Step], Iterable[Step]],
        recast: Callable[[tuple[Step, ...]], Iterable[tuple[Step, ...]]] = lambda steps: (),
    ) -> tuple[Step, ...]:
        """The shortest steps found that still break what these break.

        `plainer` and `joined` are about one step and about two, `recast` about what has to change in all at once.
        """

        def still(candidate: tuple[Step, ...]) -> bool:
            if self.spent:
                return False
            self.runs += 1
            self.steps += len(candidate)
            return breaks(candidate)

        before: tuple[Step, ...] | None = None
        while steps != before and not self.spent:
            before = steps
            steps = without_parts(recast_whole(without_parts(steps, still), still, recast), still)
            steps = with_neighbours_joined(steps, still, joined)
            for place in range(len(steps)):
                steps = with_plainer(steps, place, still, plainer)
            if steps == before:
                steps = without_a_detour(steps, still)
        return steps


def without_parts(steps: tuple[Step, ...], still: Callable[[tuple[Step, ...]], bool]) -> tuple[Step, ...]:
    """The steps without those parts that are not needed: from halves down to single steps, the last part first."""
    size = max(1, len(steps) // 2)
    while True:
        place = len(steps)
        while place > 0:
            place = max(0, place - size)
            candidate = steps[:place] + steps[place + size :]
            if candidate and still(candidate):
                steps = candidate
        if size == 1:
            return steps
        size //= 2


def without_a_detour(steps: tuple[Step, ...], still: Callable[[tuple[Step, ...]], bool]) -> tuple[Step, ...]:
    """The steps without the longest run of neighbours that can go as a whole; as they are if there is none."""
    for size in range(len(steps) - 1, 1, -1):
        for place in range(len(steps) - size + 1):
            candidate = steps[:place] + steps[place + size :]
            if still(candidate):
                return candidate
    return steps


def recast_whole(
    steps: tuple[Step, ...],
    still: Callable[[tuple[Step, ...]], bool],
    recast: Callable[[tuple[Step, ...]], Iterable[tuple[Step, ...]]],
) -> tuple[Step, ...]:
    """The steps recast as often as that does: each time something is gone that the others had to go with."""
    found = True
    while found:
        found = False
        for tried in recast(steps):
            if tried != steps and still(tried):
                steps, found = tried, True
                break
    return steps


def with_neighbours_joined(
    steps: tuple[Step, ...],
    still: Callable[[tuple[Step, ...]], bool],
    joined: Callable[[Step, Step], Iterable[Step]],
) -> tuple[Step, ...]:
    """The steps with one in the place of two wherever that does."""
    place = len(steps) - 2
    while place >= 0:
        for one in joined(steps[place], steps[place + 1]):
            tried = (*steps[:place], one, *steps[place + 2 :])
            if still(tried):
                steps = tried
                break
        place -= 1
    return steps


def with_plainer(
    steps: tuple[Step, ...],
    place: int,
    still: Callable[[tuple[Step, ...]], bool],
    plainer: Callable[[Step], Iterable[Step]],
) -> tuple[Step, ...]:
    """The steps with the one at a place as plain as it can be."""
    found = True
    while found:
        found = False
        for candidate in plainer(steps[place]):
            tried = (*steps[:place], candidate, *steps[place + 1 :])
            if candidate != steps[place] and still(tried):
                steps, found = tried, True
                break
    return steps


def altered(step: Step, **values: Any) -> Step:
    """A record with other values in some of its fields, whichever kind of record it is."""
    return cast(Step, replace(cast(Any, step), **values))
