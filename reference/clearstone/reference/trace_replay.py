"""Replaying a counterexample: a trace's program run again, step by step, on the specification as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from clearstone import mutants
from clearstone.models.itf import ItfError, ItfTrace, read_itf
from clearstone.models.stateful.counterexample_tests import as_test
from clearstone.models.stateful.counterexamples import Counterexample, moments, read_counterexample, trace_of
from clearstone.models.stateful.hunting import Run
from clearstone.reference.explore_programs import Explored, read_explored
from clearstone.reference.explore_replay import replay_explored
from clearstone.reference.input_errors import InputError
from clearstone.reference.trace_steps import parts_at
from clearstone.reference.trace_tables import print_outcome, steps_as_data


def replay_trace(path: Path, test_file: Path | None) -> tuple[bool, dict[str, Any]]:
    """Run the counterexample of a file, print each step, write a test if asked; whether all holds, and the data."""
    trace, counterexample = read(path)
    if isinstance(counterexample, Explored):
        return replay_explored(trace, counterexample, path, test_file)
    if test_file is not None:
        test_file.write_text(as_test(counterexample, path.name), encoding="utf-8")
    run = counterexample.machine.run(counterexample.program, None)
    parted = parts_at(trace, trace_of(counterexample.machine, run))
    told = list(moments(run))
    print_outcome(told, run.violations, verdict(counterexample, run, parted), test_file)
    return not run.violations, {"holds": not run.violations, "parts_at": parted, "steps": steps_as_data(told)}


def read(path: Path) -> tuple[ItfTrace, Counterexample | Explored]:
    """Read a trace and the counterexample that it holds; an InputError says what is wrong with it."""
    try:
        trace = read_itf(path)
        counterexample = read_counterexample(trace) or read_explored(trace)
    except ItfError as error:
        raise InputError(path, None, str(error)) from None
    if counterexample is None:
        raise InputError(
            path, None, "the trace does not say which machine made it, or which model: there is no program to run"
        )
    return trace, counterexample


def verdict(counterexample: Counterexample, run: Run, parted: int | None) -> str:
    """What the replay shows, in a line."""
    found = f"under the mutant {counterexample.mutant}" if counterexample.mutant else "when it was found"
    running = mutants.current()
    here = f"under the mutant {running.name}" if running else "on the specification"
    if run.violations:
        told = f"step {run.length} breaks {run.violations[0].invariant} {here}"
    else:
        broken = ", ".join(counterexample.broken) or "nothing"
        told = f"{here} every invariant holds after each of {run.length} steps; {found} the program broke {broken}"
    where = "" if parted is None else f"; from step {parted} on the states are not those of the trace"
    hint = ""
    if counterexample.mutant and running is None:
        hint = f"; see it break with --mutant {counterexample.mutant}"
    return f"{told}{where}{hint}"
