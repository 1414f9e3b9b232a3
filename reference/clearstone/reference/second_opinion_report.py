"""What other tools say of the proofs, each in a table of its own; and how many bits each function needs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from clearstone.proofs.bounds.claims import FOLLOWED
from clearstone.proofs.bounds.widths import functions_of, widths_of
from clearstone.proofs.catalogue import Proof, selected
from clearstone.proofs.obligations import OBLIGATIONS, Obligation
from clearstone.proofs.second_opinions.another_solver import another_opinion
from clearstone.proofs.second_opinions.crosshair import crosshair_opinion
from clearstone.proofs.second_opinions.opinions import MissingToolError, Opinion
from clearstone.proofs.second_opinions.sampling import sample
from clearstone.reference.json_option import write_json
from clearstone.reference.proof_report import progress
from clearstone.reference.proof_tables import make_console, values_of


def report_opinions(tool: str, ids: Sequence[str], seed: int, json_file: Path | None) -> int:
    """Ask one tool about the proofs, print what it says; 1 if it found something wrong."""
    opinions: list[Opinion] = []
    listed = selected(ids)
    with progress(f"asking {tool}", len(listed)) as bars:
        for proof in listed:
            bars.update(bars.task_ids[0], note=proof.id)
            try:
                opinion = opinion_of(tool, proof, seed)
            except MissingToolError as error:
                raise click.UsageError(str(error)) from None
            opinions += [opinion] if opinion is not None else []
            bars.update(bars.task_ids[0], advance=1)
    console = make_console()
    table = Table("obligation", tool, "strength", "s", "what is left", box=None, pad_edge=False)
    for one in opinions:
        table.add_row(escape(one.id), one.judgement, escape(one.strength), f"{one.seconds:.1f}", escape(one.detail))
    console.print(table)
    for one in opinions:
        if one.counterexample is not None:
            console.print(f"\n[bold]{escape(one.id)}[/bold]: {escape(one.detail)}", soft_wrap=True)
            for line in values_of(one.counterexample):
                console.print(f"    {escape(line)}", soft_wrap=True)
    holds = not any(one.objects for one in opinions)
    write_json(json_file, {"holds": holds, "opinions": [as_data(one) for one in opinions]})
    return 0 if holds else 1


def opinion_of(tool: str, proof: Proof, seed: int) -> Opinion | None:
    """What a tool says of a proof; None if it has nothing to say of such a one."""
    if tool == "cvc5":
        return another_opinion(proof, seed)
    if not isinstance(proof.source, Obligation):
        return None
    return sample(proof.source, seed=seed) if tool == "hypothesis" else crosshair_opinion(proof.source)


def as_data(one: Opinion) -> dict[str, object]:
    """An opinion as data."""
    names = ("id", "by", "judgement", "strength", "count", "detail", "outcomes", "seconds")
    return {name: getattr(one, name) for name in names}


def report_widths(json_file: Path | None) -> int:
    """Print the bits that each function of the ledger's rules needs, and the expression that needs them."""
    listed = list(functions_of(widths_of(OBLIGATIONS[id] for id in FOLLOWED)))
    table = Table("function", "bits", "expression", box=None, pad_edge=False)
    for module, function, bits, expression in listed:
        table.add_row(f"{module}.{function}", f"{bits}", escape(f"{module}.py:{expression.line} {expression.text}"))
    make_console().print(table)
    rows = [{"module": m, "function": f, "bits": b, "line": e.line, "text": e.text} for m, f, b, e in listed]
    write_json(json_file, {"widths": rows})
    return 0
