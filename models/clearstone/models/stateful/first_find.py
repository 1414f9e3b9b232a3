"""What the machines find in this process: one question for reports on mutants, which ask it under each in turn.

    from clearstone import mutants
    mutants.activate("funding-sign")                 # before anything of the spec is imported
    from clearstone.models.stateful.first_find import first_find
    first_find()                                     # Find(machine='exchange', invariant=..., steps=...)

The seed is fixed and the work is counted in programs, so the answer is the same every time: on the true spec, where
nothing ends a hunt early, it takes about a minute.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clearstone.models.stateful.hunting import MACHINES, PROFILES, Hunt, hunt

SEED = 1
"""From which everything is drawn."""


@dataclass(frozen=True, slots=True)
class Find:
    """Something that did not hold."""

    machine: str
    """Name of the machine whose program broke it."""
    invariant: str
    """What broke first."""
    detail: str
    """How."""
    steps: int
    """Steps of the shortest program found that breaks it."""
    programs: int
    """Programs made up until one broke it."""
    seconds: float
    """What the hunts took, shrinking included."""


def first_find(machines: Sequence[str] = ("network", "exchange"), seed: int = SEED) -> Find | None:
    """Hunt with these machines, one after the other, until one finds something; None if none does."""
    seconds = 0.0
    for name in machines:
        done = hunt(MACHINES[name], PROFILES["ci"], seed)
        seconds += done.seconds
        if done.run is not None:
            return _find(done, seconds)
    return None


def _find(done: Hunt, seconds: float) -> Find:
    assert done.run is not None, "something was found"
    first = done.run.violations[0]
    return Find(done.machine.name, first.invariant, first.detail, done.run.length, done.programs, seconds)
