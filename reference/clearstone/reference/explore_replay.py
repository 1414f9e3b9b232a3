"""Replaying a trace of the explorer: run again on the specification at hand, step by step, with all that changed."""

from __future__ import annotations

from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

from clearstone import mutants
from clearstone.models.exploration.replayed import Replayed
from clearstone.models.itf import ItfTrace
from clearstone.models.stateful.records_shown import differences
from clearstone.reference.explore_programs import Explored, as_test
from clearstone.reference.trace_steps import parts_at
from clearstone.reference.trace_tables import make_console, print_replay, print_violations


def replay_explored(
    trace: ItfTrace, explored: Explored, path: Path, test_file: Path | None
) -> tuple[bool, dict[str, Any]]:
    """Run a trace again, print each step, write a test if asked; whether all holds, and the data."""
    if test_file is not None:
        test_file.write_text(as_test(explored, path.name), encoding="utf-8")
    replayed = explored.model.run(explored.program)
    parted = parts_at(trace, replayed.trace)
    console = make_console()
    print_replay(console, replayed.told)
    print_violations(console, replayed.violations)
    console.print(verdict(explored, replayed, parted), soft_wrap=True, markup=False)
    if test_file is not None:
        console.print(f"written as a test: {test_file}", soft_wrap=True, markup=False)
    steps = [
        {
            "action": moment.action,
            "rules": list(moment.rules),
            "outcomes": list(moment.outcomes),
            "changes": [asdict(each) for each in differences(before.shown, moment.shown)],
            "violations": [asdict(each) for each in moment.violations],
        }
        for before, moment in pairwise(replayed.told)
    ]
    holds = not replayed.violations
    return holds, {"holds": holds, "model": explored.name, "parts_at": parted, "steps": steps}


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
