"""`clearstone prove --mutants`: runs the kill matrix with progress, prints it, writes it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from clearstone import mutants
from clearstone.proofs.kill_matrix import Kill, kill_matrix
from clearstone.reference.json_option import write_json
from clearstone.reference.proof_report import progress
from clearstone.reference.proof_tables import make_console
from clearstone.reference.results import PROVE


def report_kills(
    names: Sequence[str], everything: bool, processes: int | None, json_file: Path | None, html_file: Path | None
) -> int:
    """Hunt the mutants, print and write the matrix; the exit code is 0 if each dies that proofs are said to catch."""
    try:
        hunted = tuple(mutants.find(name) for name in names) or mutants.CATALOGUE
    except mutants.UnknownMutantError as error:
        raise click.BadParameter(str(error), param_hint="ID") from None
    kills: list[Kill] = []
    with progress("hunting mutants", len(hunted)) as bars, closing(kill_matrix(hunted, everything, processes)) as rows:
        for kill in rows:
            kills.append(kill)
            bars.update(bars.task_ids[0], advance=1, note=kill.mutant.name)
    kills.sort(key=lambda kill: hunted.index(kill.mutant))
    print_kills(make_console(), kills)
    surprises = [kill.mutant.name for kill in kills if not is_as_said(kill)]
    write_json(json_file, {"holds": not surprises, "mutants": [as_data(kill) for kill in kills]})
    if html_file is not None:
        from clearstone.reference.proof_page import write_page

        write_page(html_file, (), kills)
    return 1 if surprises else 0


def is_as_said(kill: Kill) -> bool:
    """Whether the catalogue says of a mutant that proofs catch it exactly if they do."""
    return (kill.killer is not None) == (PROVE in kill.mutant.caught_by)


def as_data(kill: Kill) -> dict[str, Any]:
    """A row of the matrix as data."""
    return {
        "mutant": kill.mutant.name,
        "layer": kill.mutant.layer,
        "breaks": kill.mutant.breaks,
        "killed_by": kill.killer.id if kill.killer else None,
        "reason": kill.reason,
        "expected": PROVE in kill.mutant.caught_by,
        "candidates": list(kill.candidates),
        "attempts": [asdict(attempt) for attempt in kill.attempts],
        "seconds": round(kill.seconds, 3),
    }


def print_kills(console: Console, kills: Sequence[Kill]) -> None:
    """A row for each mutant, then how many were killed, and those of which the catalogue says otherwise."""
    table = Table(box=None, pad_edge=False)
    table.add_column("mutant", no_wrap=True)
    table.add_column("killed by", overflow="fold")
    table.add_column("s", justify="right")
    table.add_column("tried", justify="right")
    table.add_column("what is no longer so, or why it lives", overflow="fold")
    for kill in kills:
        more = sum(attempt.kills for attempt in kill.attempts) - 1
        by = f"[green]{escape(kill.killer.id)}[/green]" if kill.killer else "[yellow]nothing[/yellow]"
        by += f" and {more} more" if more > 0 else ""
        tried = f"{len(kill.attempts)} of {len(kill.candidates)}"
        table.add_row(kill.mutant.name, by, f"{kill.seconds:.1f}", tried, escape(kill.reason))
    console.print(table)
    killed = [kill for kill in kills if kill.killer]
    slowest = max((kill.seconds for kill in killed), default=0.0)
    console.print(
        f"\n{len(killed)} of {len(kills)} mutants killed by a counterexample that the plain functions confirm; "
        f"the slowest took {slowest:.1f} s with starting a process"
    )
    for kill in kills:
        if not is_as_said(kill):
            said = "lives, but proofs are said to catch it" if kill.killer is None else "is killed, but nobody says so"
            console.print(f"[bold red]{kill.mutant.name}[/bold red] {said}: {escape(kill.reason)}", soft_wrap=True)
