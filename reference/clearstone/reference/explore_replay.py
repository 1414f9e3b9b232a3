"""Replaying a trace of the explorer: run again on the specification at hand, step by step, with all that changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from clearstone import mutants
from clearstone.models.exploration.replayed import Replayed
from clearstone.models.itf import ItfTrace
from clearstone.reference.explore_programs import Explored, as_test
from clearstone.reference.trace_steps import parts_at
from clearstone.reference.trace_tables import print_outcome, steps_as_data


def replay_explored(
    trace: ItfTrace, explored: Explored, path: Path, test_file: Path | None
) -> tuple[bool, dict[str, Any]]:
    """Run a trace again, print each step, write a test if asked; whether all holds, and the data."""
    if test_file is not None:
        test_file.write_text(as_test(explored, path.name), encoding="utf-8")
    replayed = explored.model.run(explored.program)
    parted = parts_at(trace, replayed.trace)
    print_outcome(replayed.told, replayed.violations, verdict(explored, replayed, parted), test_file)
    holds = not replayed.violations
    return holds, {"holds": holds, "model": explored.name, "parts_at": parted, "steps": steps_as_data(replayed.told)}


def verdict(explored: Explored, replayed: Replayed, parted: int | None) -> str:
    """What the replay shows, in a line."""
    running = mutants.current()
    here = f"under the mutant {running.name}" if running else "on the specification"
    found = f"under the mutant {explored.mutant}" if explored.mutant else "when it was found"
    broken = ", ".join(explored.broken) or "nothing"
    told = f"{here} nothing is wrong after any of {len(replayed.told) - 1} steps; {found} the trace broke {broken}"
    if replayed.violations:
        first: dict[str, int] = {}
        for number, moment in enumerate(replayed.told):
            for violation in moment.violations:
                first.setdefault(violation.invariant, number)
        told = f"{', '.join(f'step {number} breaks {name}' for name, number in first.items())} {here}"
    where = "" if parted is None else f"; from step {parted} on the states are not those of the trace"
    hint = f"; see it break with --mutant {explored.mutant}" if explored.mutant and running is None else ""
    return f"{told}{where}{hint}"
