"""The score: of the mutants that are not equivalent, how many are caught."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from clearstone.conformance.machine_mutants.trial import Verdict

LEAST = 950_000
"""What the vectors have to catch of all mutants that are not equivalent, in ppm."""


@dataclass(frozen=True, slots=True)
class Score:
    """What came of the mutants of a module, or of all."""

    tried: int
    """Mutants tried."""
    caught: int
    """Of these, caught."""
    equivalent: int
    """Of these, listed as equivalent, and indeed not caught."""

    @property
    def ppm(self) -> int:
        """Caught of those that are not equivalent, in ppm, floored; all if there are none."""
        other = self.tried - self.equivalent
        return 1_000_000 * self.caught // other if other else 1_000_000


def score(verdicts: Iterable[Verdict], equivalent: Collection[str]) -> Score:
    """The score of some verdicts, given the titles of the equivalent mutants."""
    tried = caught = alike = 0
    for verdict in verdicts:
        tried += 1
        caught += verdict.caught
        alike += not verdict.caught and verdict.mutant.title in equivalent
    return Score(tried, caught, alike)


def by_module(verdicts: Iterable[Verdict], equivalent: Collection[str]) -> dict[str, Score]:
    """The score of each module, in the order of the verdicts."""
    grouped: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        grouped.setdefault(verdict.mutant.module, []).append(verdict)
    return {module: score(group, equivalent) for module, group in grouped.items()}


def survivors(verdicts: Iterable[Verdict], equivalent: Collection[str]) -> tuple[Verdict, ...]:
    """Mutants that nothing caught and that are not known to be equivalent."""
    return tuple(each for each in verdicts if not each.caught and each.mutant.title not in equivalent)


def different_after_all(verdicts: Iterable[Verdict], equivalent: Collection[str]) -> tuple[Verdict, ...]:
    """Mutants that are listed as equivalent and were caught: the list is wrong."""
    return tuple(each for each in verdicts if each.caught and each.mutant.title in equivalent)
