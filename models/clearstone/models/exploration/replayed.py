"""A trace of an exploration, run again: what each of its steps did, and what was wrong with it.

What is explored says how one of its traces is run; this is what comes out, so that all are shown alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from clearstone.invariants.registry import Violation
from clearstone.models.itf import ItfTrace
from clearstone.models.stateful.telling import Moment


@dataclass(frozen=True, slots=True)
class Replayed:
    """A trace that was run again."""

    told: tuple[Moment, ...]
    """The start, and each step."""
    trace: ItfTrace
    """The states that it went through, for viewers."""

    @property
    def violations(self) -> tuple[Violation, ...]:
        """What was wrong, in the order in which it came."""
        return tuple(violation for moment in self.told for violation in moment.violations)


def violations_of(findings: Iterable[str], height: int = 1) -> tuple[Violation, ...]:
    """Findings, which begin with the id of what is violated, as violations."""
    parts = (finding.partition(": ") for finding in findings)
    return tuple(Violation(invariant, height, detail) for invariant, _, detail in parts)
