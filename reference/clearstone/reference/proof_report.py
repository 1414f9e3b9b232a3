"""Running proofs with progress, and printing what came of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from clearstone.proofs.catalogue import selected
from clearstone.proofs.obligations import ProofResult
from clearstone.proofs.running import prove_listed
from clearstone.proofs.second_opinions.asking import ask_listed
from clearstone.proofs.second_opinions.opinions import MissingToolError, Opinion
from clearstone.reference.proof_tables import (
    make_console,
    print_entry,
    print_kinds,
    print_mutant,
    print_objections,
    print_opinions,
    print_results,
    print_sum,
)


def report_proofs(
    ids: Sequence[str], seed: int, processes: int | None, until_refuted: bool, tools: Sequence[str] = ()
) -> tuple[list[ProofResult], list[Opinion], int]:
    """Prove, ask other tools, and print.

    Gives the results in the order of the catalogue, what the tools said, and how many proofs were left out.
    """
    listed = [proof.id for proof in selected(ids)]
    results: list[ProofResult] = []
    number = 1 if until_refuted else processes
    with progress("proving", len(listed)) as bars, closing(prove_listed(listed, seed, number)) as made:
        for result in made:
            results.append(result)
            bars.update(bars.task_ids[0], advance=1, note=result.id)
            if until_refuted and is_shown(result):
                break
    results.sort(key=lambda result: listed.index(result.id))
    opinions = second_opinions(tools, [result.id for result in results], seed, processes)
    console = make_console()
    print_mutant(console)
    print_results(console, results, tools, opinions)
    if not ids and not until_refuted:
        console.print()
        print_kinds(console, results)
    for result in results:
        if ids or not result.holds:
            print_entry(console, result)
    print_objections(console, opinions)
    console.print()
    print_sum(console, results)
    print_opinions(console, opinions)
    return results, opinions, len(listed) - len(results)


def second_opinions(tools: Sequence[str], ids: Sequence[str], seed: int, processes: int | None) -> list[Opinion]:
    """What other tools say of these proofs, with progress; a tool that is not installed is wrong usage."""
    if not tools:
        return []
    opinions: list[Opinion] = []
    try:
        with (
            progress(f"asking {' and '.join(tools)}", len(tools) * len(ids)) as bars,
            closing(ask_listed(tools, ids, seed, processes)) as said,
        ):
            for opinion in said:
                opinions += [opinion] if opinion is not None else []
                bars.update(bars.task_ids[0], advance=1, note=opinion.id if opinion is not None else "")
    except MissingToolError as error:
        raise click.UsageError(str(error)) from None
    return opinions


def is_shown(result: ProofResult) -> bool:
    """Whether a counterexample was found that a replay confirms."""
    return result.verdict == "refuted" and result.counterexample is not None and result.counterexample.replayed


@contextmanager
def progress(what: str, of: int) -> Iterator[Progress]:
    """How far it has come, on standard error if that is a terminal; the first task's `note` says at what it is."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bars:
        bars.add_task(what, total=of, note="")
        yield bars
