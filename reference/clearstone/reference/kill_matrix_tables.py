"""What `clearstone kill-matrix` prints: a row for each mutant, a column for each method."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from clearstone.mutants import Mutant
from clearstone.reference.mutant_hunts import Finding
from clearstone.reference.proof_results import counted
from clearstone.reference.proof_tables import make_console as make_console

ENOUGH = 2
"""So many methods must notice a mutant."""
Found = Mapping[tuple[str, str], Finding]
"""Findings by mutant and method."""


def print_matrix(
    console: Console, listed: Sequence[Mutant], methods: Sequence[str], found: Found, complete: bool
) -> None:
    """The matrix, sums, and what is not as the catalogue says."""
    table = Table(box=None, pad_edge=False)
    table.add_column("mutant", no_wrap=True)
    table.add_column("breaks", overflow="fold")
    for method in methods:
        table.add_column(method, no_wrap=True)
    for mutant in listed:
        cells = (cell(found.get((mutant.name, method))) for method in methods)
        table.add_row(mutant.name, escape(mutant.breaks.partition(":")[0]), *cells)
    console.print(table)
    console.print()
    for method in methods:
        console.print(summed(method, [each for (_, by), each in found.items() if by == method]))
    if not complete:
        console.print("[bold red]interrupted[/bold red]: this is a part of the matrix")
    for mutant in listed:
        for told in unlike_said(mutant, methods, found):
            console.print(f"[bold red]{escape(told)}[/bold red]", soft_wrap=True)


def cell(finding: Finding | None) -> str:
    """Whether a method noticed, in how many steps, and in which time."""
    if finding is None:
        return ""
    if not finding.caught:
        return "[yellow]lives[/yellow]"
    steps = "" if finding.steps is None else f"{counted(finding.steps, 'step')}, "
    return f"[green]caught[/green] {steps}{finding.seconds:.0f} s"


def summed(method: str, findings: Sequence[Finding]) -> str:
    """How many a method noticed, how long that took, and how long its counterexamples are."""
    caught = [each for each in findings if each.caught]
    told = f"{method}: {len(caught)} of {len(findings)} caught"
    if caught:
        times = [each.seconds for each in caught]
        told += f", in {median(times):.0f} s in the median and {max(times):.0f} s at most"
    steps = [each.steps for each in caught if each.steps is not None]
    return told + (f"; {median(steps):.0f} steps in the median and {max(steps)} at most" if steps else "")


def unlike_said(mutant: Mutant, methods: Sequence[str], found: Found) -> Iterator[str]:
    """Where the findings are not what the catalogue says of a mutant, or too few methods are said to notice it."""
    if len(mutant.caught_by) < ENOUGH:
        yield f"{mutant.name}: {len(mutant.caught_by)} methods are said to notice it, and {ENOUGH} must"
    for method in methods:
        finding = found.get((mutant.name, method))
        if finding is None or finding.caught == (method in mutant.caught_by):
            continue
        said = "is caught, but nobody says so" if finding.caught else "lives, but is said to be caught"
        yield f"{mutant.name} by {method} {said}: {finding.detail}"
