"""`clearstone kill-matrix`: each known way to break a rule, put to each method: who notices?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clearstone.reference.html_option import html_option
from clearstone.reference.json_option import json_option, writable_file, write_json

if TYPE_CHECKING:
    from clearstone.mutants import Mutant
    from clearstone.reference.mutant_hunts import Finding

METHODS = ("check", "prove", "explore", "stateful", "conform")
"""The methods, in the order of the columns."""


@click.command("kill-matrix")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option(
    "--method", "methods", multiple=True, type=click.Choice(METHODS), help="Only this; may be repeated.  [default: all]"
)
@click.option("--layer", "layers", multiple=True, metavar="LAYER", help="Also mutants of this layer; may be repeated.")
@json_option
@html_option()
@click.option(
    "--keep",
    "kept_file",
    metavar="FILE",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    callback=writable_file,
    help="Keep each finding in FILE, and do not hunt again for what it has of this code.",
)
@click.option("--processes", type=click.IntRange(1, 256), default=1, show_default=True, help="Hunts at once.")
@click.pass_context
def kill_matrix(
    ctx: click.Context,
    names: tuple[str, ...],
    methods: tuple[str, ...],
    layers: tuple[str, ...],
    json_file: Path | None,
    html_file: Path | None,
    kept_file: Path | None,
    processes: int,
) -> None:
    """Break each rule in turn: which of the methods notice?

    NAMEs are those of `clearstone check --list-mutants`; without one, all of them. The method `check` is the replays
    and scenarios of `clearstone check` alone, `prove` its proofs, `explore` its exhausted instances, `stateful` random
    programs, `conform` the vectors put to a client with the rule broken. All of it takes an hour or two; Ctrl-C prints
    what is known so far.

    Exit code 0: every mutant is noticed exactly by the methods that the catalogue names, and by two at least; 1: one is
    not, or it was interrupted; 2: wrong usage.

    \b
    Examples:
      clearstone kill-matrix funding-sign no-lock
      clearstone kill-matrix --method conform --method prove --layer margin
      clearstone kill-matrix --keep found.jsonl --html mutants.html --processes 2
    """
    from clearstone.reference.kill_matrix_tables import make_console, print_matrix, unlike_said

    listed = select(names, layers)
    wanted = tuple(method for method in METHODS if method in (methods or METHODS))
    found, complete = hunt_all(listed, wanted, kept_file, processes)
    print_matrix(make_console(), listed, wanted, found, complete)
    surprises = [told for mutant in listed for told in unlike_said(mutant, wanted, found)]
    holds = complete and not surprises
    write_json(json_file, as_data(listed, wanted, found, surprises, holds))
    if html_file is not None:
        from clearstone.reference.kill_matrix_page import write_page

        write_page(html_file, listed, wanted, found)
    ctx.exit(0 if holds else 1)


def select(names: Sequence[str], layers: Sequence[str]) -> tuple[Mutant, ...]:
    """The mutants asked for, in the order of the catalogue; all if nothing is asked for."""
    from clearstone.mutants import CATALOGUE, UnknownMutantError, find

    known = {mutant.layer for mutant in CATALOGUE}
    for layer in layers:
        if layer not in known:
            raise click.BadParameter(
                f"no mutant is of {layer}; layers: {', '.join(sorted(known))}", param_hint="--layer"
            )
    try:
        chosen = {find(name) for name in names}
    except UnknownMutantError as error:
        raise click.BadParameter(str(error), param_hint="NAME") from None
    if not names and not layers:
        return CATALOGUE
    return tuple(mutant for mutant in CATALOGUE if mutant in chosen or mutant.layer in layers)


def hunt_all(
    listed: Sequence[Mutant], methods: Sequence[str], kept_file: Path | None, processes: int
) -> tuple[dict[tuple[str, str], Finding], bool]:
    """What became of each mutant under each method, and whether all of it was done."""
    from concurrent.futures import ThreadPoolExecutor, as_completed

    from clearstone.reference.kept_findings import keep_finding, read_findings
    from clearstone.reference.mutant_hunts import find_by
    from clearstone.reference.proof_report import progress

    found = read_findings(kept_file, listed) if kept_file is not None else {}
    found = {key: finding for key, finding in found.items() if finding.method in methods}
    left = [(mutant, method) for mutant in listed for method in methods if (mutant.name, method) not in found]
    with progress("hunting mutants", len(left)) as bars, ThreadPoolExecutor(processes) as pool:
        hunts = {pool.submit(find_by, method, mutant): mutant for mutant, method in left}
        try:
            for hunt in as_completed(hunts):
                finding = hunt.result()
                found[finding.mutant, finding.method] = finding
                if kept_file is not None:
                    keep_finding(kept_file, finding, hunts[hunt])
                bars.update(bars.task_ids[0], advance=1, note=f"{finding.mutant}: {finding.method}")
        except KeyboardInterrupt:
            return found, False
        finally:
            pool.shutdown(cancel_futures=True)
    return found, True


def as_data(
    listed: Sequence[Mutant],
    methods: Sequence[str],
    found: dict[tuple[str, str], Finding],
    surprises: Sequence[str],
    holds: bool,
) -> dict[str, object]:
    """The matrix as data."""
    from dataclasses import asdict

    rows = [
        {
            "mutant": mutant.name,
            "layer": mutant.layer,
            "breaks": mutant.breaks,
            "said": list(mutant.caught_by),
            "findings": [asdict(found[mutant.name, method]) for method in methods if (mutant.name, method) in found],
        }
        for mutant in listed
    ]
    return {"holds": holds, "surprises": list(surprises), "mutants": rows}
