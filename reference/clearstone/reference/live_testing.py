"""The live part of `clearstone conform`: a bar while it goes on, then what it found, with a file to run it again."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clearstone.reference.input_errors import InputError

if TYPE_CHECKING:
    from clearstone.conformance.live.budget import Budget
    from clearstone.conformance.live.live_test import LiveTest
    from clearstone.conformance.reports.run_report import RunReport
    from clearstone.conformance.runner.limits import Limits
    from clearstone.models.stateful.exchange_program import Program


def outcome(
    command: tuple[str, ...], budget: Budget, limits: Limits, again: Program | None, keep: Path
) -> tuple[RunReport, Iterable[str], dict[str, Any]]:
    """Test a client live, or with one program again: the report, its text, and it as data."""
    from clearstone.conformance.live.live_report import as_data, lines, report_of
    from clearstone.conformance.live.live_test import replay
    from clearstone.reference.conform_command import keep_failures

    test = tested_live(command, budget, limits) if again is None else replay(command, again, limits)
    done = report_of(test)
    text = lines(test, done, keep_failures(keep, done), keep_program(keep, test))
    return done, text, {"live": as_data(test)}


def tested_live(command: tuple[str, ...], budget: Budget, limits: Limits) -> LiveTest:
    """Test a client live, telling on a terminal how far it has come."""
    from clearstone.conformance.live.live_test import live_test

    if not sys.stderr.isatty():
        return live_test(command, budget, limits)
    from rich.console import Console

    with Console(stderr=True).status("starting the client") as status:

        def tell(test: LiveTest) -> None:
            spent = test.clock.spent
            rate = test.steps / spent if spent else 0
            status.update(
                f"{sum(test.questions.values()):,} questions, {test.programs:,} programs, {test.steps:,} steps,"
                f" {rate:,.0f} a second, {spent:.0f} of {budget.seconds:g} s"
            )

        return live_test(command, budget, limits, tell)


def read_program(path: Path) -> Program:
    """The program of the exchange that a file holds."""
    from clearstone.models.itf import ItfError, read_itf
    from clearstone.models.stateful.counterexamples import read_counterexample
    from clearstone.models.stateful.exchange_program import Program

    try:
        found = read_counterexample(read_itf(path))
    except ItfError as error:
        raise InputError(path, None, str(error)) from None
    if found is None or not isinstance(found.program, Program):
        raise InputError(path, None, "holds no program of the exchange")
    return found.program


def keep_program(folder: Path, test: LiveTest) -> str | None:
    """Write the program that was found, if one was, as a trace of what the spec does; where."""
    from clearstone.invariants.checking import Tally
    from clearstone.models.itf import write_itf
    from clearstone.models.stateful.counterexamples import trace_of
    from clearstone.models.stateful.exchange_run import run_program
    from clearstone.models.stateful.hunting import MACHINES

    finding = test.finding
    if finding is None or finding.program is None:
        return None
    program = finding.program
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{finding.case.id.replace('/', '-')}.itf.json"
    write_itf(path, trace_of(MACHINES["exchange"], run_program(program, Tally({}))))
    return str(path)
