"""What the invariants of a run came to, as plain figures that can be sent to another process and added up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from clearstone.invariants.checking import Tally
from clearstone.invariants.registry import Violation


@dataclass(slots=True)
class Judgement:
    """How often each invariant was asked, what that cost, and what did not hold."""

    asked: Counter[str] = field(default_factory=Counter)
    """How often each was asked, by id."""
    seconds: dict[str, float] = field(default_factory=dict)
    """What it took, in seconds."""
    violations: list[Violation] = field(default_factory=list)
    """What was found to be wrong, in the order in which it was found."""

    def take(self, tally: Tally) -> None:
        """Add what a tally has come to."""
        self.add(Judgement(Counter(tally.evaluations), dict(tally.seconds), list(tally.violations)))

    def add(self, other: Judgement) -> None:
        """Add what another run came to."""
        self.asked.update(other.asked)
        for identifier, seconds in other.seconds.items():
            self.seconds[identifier] = self.seconds.get(identifier, 0.0) + seconds
        self.violations += other.violations
