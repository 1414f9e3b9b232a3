"""What hunts and replays of counterexamples print: each step, the rule behind it, what changed, where it broke."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from clearstone.invariants.catalogue import INVARIANTS
from clearstone.invariants.registry import Violation
from clearstone.models.stateful.counterexamples import moments
from clearstone.models.stateful.hunting import Hunt
from clearstone.models.stateful.records_shown import Difference, differences
from clearstone.models.stateful.telling import Moment
from clearstone.reference.check_tables import make_console

__all__ = ["make_console", "print_hunt", "print_outcome", "print_violations", "steps_as_data"]

EVERY_STEP = frozenset(("height", "time"))
"""Fields that change with every step and say little."""


def print_hunt(console: Console, done: Hunt, trace_file: Path | None) -> None:
    """What a hunt came to; if it found something, the shortest program that breaks it."""
    rate = done.steps / max(done.found_after or done.seconds, 0.001)
    did = f"{done.programs:,} programs, {done.steps:,} steps, {rate:,.0f} steps a second"
    console.print(f"[bold]{done.machine.name}[/bold]: {did} ({done.seconds:.1f} s)")
    if done.ended == "interrupted":
        console.print("  [yellow]interrupted[/yellow]: nothing is wrong so far")
    elif done.run is None:
        console.print("  every invariant holds after every step")
    else:
        console.print(
            f"  a program of {done.found_steps} steps broke something after {done.found_after or 0:.1f} s; "
            f"made {done.run.length} steps short in {done.shrinking} runs"
        )
        for number, moment in enumerate(moments(done.run)):
            print_step(console, number, moment, ())
        print_violations(console, done.run.violations)
        if trace_file is not None:
            console.print(f"run it again: clearstone replay {escape(str(trace_file))}", soft_wrap=True)


def print_replay(console: Console, told: Sequence[Moment]) -> None:
    """Each step, what came of it, what changed."""
    before = told[0]
    print_step(console, 0, before, ())
    for number, moment in enumerate(told[1:], 1):
        print_step(console, number, moment, differences(before.shown, moment.shown))
        before = moment


def print_outcome(
    told: Sequence[Moment], violations: Sequence[Violation], verdict: str, test_file: Path | None
) -> None:
    """A whole replay: its steps, what is wrong, the verdict on it in a line, and which test was written, if any."""
    console = make_console()
    print_replay(console, told)
    print_violations(console, violations)
    console.print(verdict, soft_wrap=True, markup=False)
    if test_file is not None:
        console.print(f"written as a test: {test_file}", soft_wrap=True, markup=False)


def steps_as_data(told: Sequence[Moment]) -> list[dict[str, Any]]:
    """What each step did, for `--json`."""
    return [
        {
            "action": moment.action,
            "rules": list(moment.rules),
            "outcomes": list(moment.outcomes),
            "changes": [asdict(each) for each in differences(before.shown, moment.shown)],
            "violations": [asdict(each) for each in moment.violations],
        }
        for before, moment in pairwise(told)
    ]


def print_step(console: Console, number: int, moment: Moment, changed: Iterable[Difference]) -> None:
    """One step."""
    rules = f"  [dim]{escape('; '.join(moment.rules))}[/dim]" if moment.rules else ""
    console.print(f"[bold]{number:>3}[/bold]  {escape(moment.action)}{rules}", soft_wrap=True)
    for outcome in moment.outcomes:
        console.print(f"       · {escape(outcome)}", soft_wrap=True)
    for difference in changed:
        if difference.path not in EVERY_STEP:
            console.print(f"         {escape(str(difference))}", soft_wrap=True, style="cyan")


def print_violations(console: Console, violations: Iterable[Violation]) -> None:
    """What is wrong: the invariant, what it says, where and with which figures."""
    for violation in violations:
        entry = INVARIANTS.get(violation.invariant)
        statement = "" if entry is None else f" {entry.statement}"
        rules = "" if entry is None else f" ({', '.join(entry.rules)})"
        told = escape(f"{statement} {violation.detail}{rules}")
        console.print(f"[bold red]{violation.invariant} violated[/bold red]:{told}", soft_wrap=True)
