"""How much is tried, and when it is enough."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from hypothesis.errors import Flaky

MOST_PROGRAMS = 10_000_000
"""Programs of a test that is bounded by its time alone."""


class Enough(BaseException):
    """The time is over. No `Exception`: Hypothesis would take that for something that it found."""


@contextmanager
def ended_from_outside() -> Iterator[None]:
    """Let what ended a run of Hypothesis from outside through: to it that may look like drawing inconsistently."""
    try:
        yield
    except Flaky as error:
        cause: BaseException | None = error
        while isinstance(cause, Exception):
            cause = cause.__context__
        if cause is None:
            raise
        raise cause from None


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
