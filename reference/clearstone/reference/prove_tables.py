"""What `clearstone prove` prints: a table of obligations, and for each failure its counterexample."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from clearstone.proofs.obligations import ProofResult

WIDTH = 200
"""Columns where the output is no terminal."""


def make_console() -> Console:
    """A console on standard output, wide enough for the table where it is no terminal."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=WIDTH)


def print_results(console: Console, results: Iterable[ProofResult]) -> None:
    """One row for each obligation."""
    table = Table(box=None, pad_edge=False)
    table.add_column("obligation", no_wrap=True)
    for heading in ("rules", "strength"):
        table.add_column(heading, overflow="fold")
    for heading in ("paths", "replayed", "seconds"):
        table.add_column(heading, justify="right")
    table.add_column("outcomes reached", overflow="fold")
    table.add_column("verdict")
    for result in results:
        verdict = f"[green]{result.verdict}[/green]" if result.holds else f"[bold red]{result.verdict}[/bold red]"
        table.add_row(
            escape(result.id),
            ", ".join(result.rules),
            escape(result.strength),
            f"{result.paths}",
            f"{result.replayed}",
            f"{result.seconds:.1f}",
            escape(", ".join(sorted(result.outcomes))),
            verdict,
        )
    console.print(table)


def print_failure(console: Console, result: ProofResult) -> None:
    """What is not so, and the inputs that show it."""
    console.print(f"\n[bold]{escape(result.id)}[/bold]: {escape(result.statement)}")
    console.print(f"  {result.verdict}: {escape(result.detail)}", soft_wrap=True)
    shown = result.counterexample
    if shown is not None:
        confirmed = "shown by the plain functions as well" if shown.replayed else "not confirmed by the plain functions"
        console.print(f"  counterexample ({confirmed}):")
        for name, value in {**shown.choices, **shown.values}.items():
            console.print(f"    {escape(name)} = {value}", soft_wrap=True)
