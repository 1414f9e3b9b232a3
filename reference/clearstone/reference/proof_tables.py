"""What `clearstone prove` prints: a table of obligations, and for each failure its counterexample in units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from clearstone import mutants
from clearstone.proofs.kind_table import KEPT, MEANING, UNPROVED, kind_table
from clearstone.proofs.obligations import Counterexample, ProofResult
from clearstone.proofs.second_opinions.opinions import Opinion
from clearstone.proofs.units import with_unit
from clearstone.reference.proof_results import counted, told

WIDTH = 200
"""Columns where the output is no terminal."""
NARROW = 180
"""With fewer columns, what matters less is left out."""


def make_console() -> Console:
    """A console on standard output, wide enough for the table where it is no terminal."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=WIDTH)


def print_results(
    console: Console, results: Iterable[ProofResult], tools: Sequence[str] = (), opinions: Iterable[Opinion] = ()
) -> None:
    """One row for each obligation: what the proof is worth, what other tools say, each in its column, what it took."""
    said = {(opinion.id, opinion.by): opinion for opinion in opinions}
    table = Table(box=None, pad_edge=False)
    wide = console.width >= NARROW
    table.add_column("obligation", overflow="fold", no_wrap=wide)
    table.add_column("verdict", no_wrap=True)
    table.add_column("strength", overflow="fold")
    for tool in tools:
        table.add_column(tool, no_wrap=True)
    table.add_column("decided")
    table.add_column("s", justify="right")
    if wide:
        table.add_column("rules", overflow="fold")
        table.add_column("outcomes reached", overflow="fold")
    for result in results:
        verdict = f"[green]{result.verdict}[/green]" if result.holds else f"[bold red]{result.verdict}[/bold red]"
        strength = escape(result.strength) if result.holds else ""
        others = [opinion_told(said.get((result.id, tool))) for tool in tools]
        cells = [escape(result.id), verdict, strength, *others, told(result), f"{result.seconds:.1f}"]
        if wide:
            cells += [", ".join(result.rules), escape(", ".join(sorted(result.outcomes)))]
        table.add_row(*cells)
    console.print(table)


def opinion_told(opinion: Opinion | None) -> str:
    """What another tool says of a proof; a dot where it has nothing to say of such a one."""
    if opinion is None:
        return "·"
    return f"[bold red]{opinion.told}[/bold red]" if opinion.objects else opinion.told


def print_objections(console: Console, opinions: Iterable[Opinion]) -> None:
    """What other tools found wrong, and with which inputs."""
    for opinion in opinions:
        if not opinion.objects:
            continue
        console.print(f"\n[bold]{escape(opinion.id)}[/bold], by {opinion.by}: {escape(opinion.detail)}", soft_wrap=True)
        for line in values_of(opinion.counterexample) if opinion.counterexample is not None else ():
            console.print(f"    {escape(line)}", soft_wrap=True)


def print_opinions(console: Console, opinions: Iterable[Opinion]) -> None:
    """How often each tool said what."""
    counts: dict[str, dict[str, int]] = {}
    for opinion in opinions:
        said = counts.setdefault(opinion.by, {})
        said[opinion.judgement] = said.get(opinion.judgement, 0) + 1
    for tool, said in counts.items():
        told_of = ", ".join(f"{number} {judgement}" for judgement, number in sorted(said.items()))
        console.print(f"{tool}: {told_of}")


def print_kinds(console: Console, results: Iterable[ProofResult]) -> None:
    """What is proved that each kind of transaction keeps."""
    table = Table(box=None, pad_edge=False)
    table.add_column("transaction", no_wrap=True)
    for kept in KEPT:
        table.add_column(kept, no_wrap=True)
    for row in kind_table(results):
        marks = (row.strengths[kept] for kept in KEPT)
        table.add_row(row.kind, *(f"[bold red]{mark}[/bold red]" if mark == UNPROVED else mark for mark in marks))
    console.print(table)
    for kept in KEPT:
        console.print(f"  {kept}: {MEANING[kept]}")


def print_entry(console: Console, result: ProofResult) -> None:
    """One obligation in full: what it says, of which functions, what was reached; if it fails, the inputs."""
    console.print(f"\n[bold]{escape(result.id)}[/bold]: {escape(result.statement)}", soft_wrap=True)
    for place in result.about:
        console.print(f"  about {escape(place)}", soft_wrap=True)
    if result.outcomes:
        console.print(f"  reached {escape(', '.join(sorted(result.outcomes)))}", soft_wrap=True)
    if result.holds:
        return
    console.print(f"  [bold red]{result.verdict}[/bold red]: {escape(result.detail)}", soft_wrap=True)
    if result.counterexample is not None:
        console.print(f"  counterexample ({confirmed(result.counterexample)}):")
        for line in values_of(result.counterexample):
            console.print(f"    {escape(line)}", soft_wrap=True)


def print_mutant(console: Console) -> None:
    """That a rule is broken on purpose, if one is."""
    broken = mutants.current()
    if broken is not None:
        console.print(f"[bold]under the mutant {broken.name}[/bold]: {escape(broken.breaks)}\n", soft_wrap=True)


def print_sum(console: Console, results: Sequence[ProofResult]) -> None:
    """How many are proved, and how firmly."""
    proved = [result for result in results if result.holds]
    strengths: dict[str, int] = {}
    for result in proved:
        kind = result.strength.partition(" ")[0]
        strengths[kind] = strengths.get(kind, 0) + 1
    firmly = ", ".join(f"{number} {kind}" for kind, number in sorted(strengths.items(), reverse=True))
    seconds = sum(result.seconds for result in results)
    paths, demands = sum(result.paths for result in results), sum(result.requirements for result in results)
    console.print(
        f"{len(proved)} of {len(results)} proved{f' ({firmly})' if firmly else ''}, "
        f"{counted(paths, 'path')}, {counted(demands, 'demand or condition', 'demands and conditions')}, "
        f"{seconds:.1f} s of work"
    )


def confirmed(shown: Counterexample) -> str:
    """Whether the plain functions agree."""
    return "shown by the plain functions as well" if shown.replayed else "not confirmed by the plain functions"


def values_of(shown: Counterexample) -> list[str]:
    """The inputs of a counterexample, a line each: first which case it is, then the integers in units."""
    cases = [f"{name}: {chosen}" for name, chosen in shown.choices.items()]
    return cases + [f"{name} = {with_unit(name, value)}" for name, value in shown.values.items()]
