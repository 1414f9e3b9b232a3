"""How much is tried, and when it is enough."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

MOST_PROGRAMS = 10_000_000
"""Programs of a test that is bounded by its time alone."""


class Enough(BaseException):
    """The time is over. No `Exception`: Hypothesis would take that for something that it found."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What a live test may cost."""

    seconds: float = 60.0
    """How long things are made up."""
    shrink_seconds: float = 60.0
    """How long one that the client gets wrong is made shorter, after that."""
    programs: int = MOST_PROGRAMS
    """Programs of the exchange at most."""
    steps: int = 25
    """Steps of each."""
    seed: int = 1
    """Everything is drawn from this."""


@dataclass(slots=True)
class Clock:
    """Time that runs out."""

    seconds: float
    """How long there is."""
    begun: float = field(default_factory=time.monotonic)
    """When it began."""

    @property
    def spent(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self.begun

    @property
    def over(self) -> bool:
        """Whether it has run out."""
        return self.spent >= self.seconds
