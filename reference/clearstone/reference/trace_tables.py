"""What hunts and replays of counterexamples print: each step, the rule behind it, what changed, where it broke."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from clearstone.invariants.catalogue import INVARIANTS
from clearstone.invariants.registry import Violation
from clearstone.models.stateful.counterexamples import moments
from clearstone.models.stateful.hunting import Hunt
from clearstone.models.stateful.records_shown import Difference, differences
from clearstone.models.stateful.telling import Moment
from clearstone.reference.check_tables import make_console

__all__ = ["make_console", "print_hunt", "print_replay", "print_violations"]

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
