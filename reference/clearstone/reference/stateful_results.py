"""What hunts come to, in the form in which everything that must hold is reported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clearstone.models.stateful.hunting import MACHINES, PROFILES, Hunt, hunt
from clearstone.reference.results import HOLDS, UNDECIDED, VIOLATED, CheckResult, Verdict

STATEFUL = "stateful"
"""The method of machines, in results and in what mutants are said to be caught by."""
VERDICTS: dict[str, Verdict] = {"done": HOLDS, "violation": VIOLATED, "interrupted": UNDECIDED}
"""What a hunt's end says."""


def stateful_results(
    profile: str = "quick", number: int = 1, tell: Callable[[Hunt], None] = lambda hunt: None
) -> tuple[CheckResult, ...]:
    """Hunt with every machine, and report one result for each."""
    return tuple(result_of(hunt(machine, PROFILES[profile], number, tell)) for machine in MACHINES.values())


def result_of(done: Hunt) -> CheckResult:
    """The result of one hunt."""
    return CheckResult(
        id=f"stateful-{done.machine.name}",
        statement=done.machine.statement,
        layer=done.machine.layer,
        method=STATEFUL,
        verdict=VERDICTS[done.ended],
        strength=f"SAMPLED {done.programs} programs",
        detail=told(done),
        seconds=round(done.seconds, 3),
    )


def told(done: Hunt) -> str:
    """What a hunt did, or found, in a line."""
    if done.run is None:
        cut = ", interrupted" if done.ended == "interrupted" else ""
        return f"{done.programs:,} programs of {done.steps:,} steps{cut}"
    first = done.run.violations[0]
    return f"after {done.run.length} steps {first.invariant}: {first.detail}"


def as_data(done: Hunt) -> dict[str, Any]:
    """A hunt as data."""
    violations = () if done.run is None else done.run.violations
    return {
        "machine": done.machine.name,
        "profile": done.profile.name,
        "seed": done.seed,
        "holds": done.holds,
        "ended": done.ended,
        "programs": done.programs,
        "steps": done.steps,
        "seconds": round(done.seconds, 3),
        "found_after_seconds": None if done.found_after is None else round(done.found_after, 3),
        "found_steps": done.found_steps,
        "shrunk_steps": 0 if done.run is None else done.run.length,
        "programs_run_to_shrink": done.shrinking,
        "violations": [{"invariant": each.invariant, "detail": each.detail} for each in violations],
    }
