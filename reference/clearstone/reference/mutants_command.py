"""`clearstone mutants`: asks machine-made mutants of the spec the vectors, and says how many are caught."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clearstone.reference.input_errors import InputError
from clearstone.reference.json_option import json_option, write_json

if TYPE_CHECKING:
    from clearstone.conformance.machine_mutants.mutant import MachineMutant
    from clearstone.conformance.machine_mutants.score import Score
    from clearstone.conformance.machine_mutants.trial import Trials, Verdict
    from clearstone.conformance.vector_file import Case

EXAMPLES = """\b
Examples:
  clearstone mutants                             all of them: minutes
  clearstone mutants --sample 300                a fixed sample
  clearstone mutants --module margin             those of one module of the spec
  clearstone mutants margin.equity~1a2b3c4d      one, by its name: what caught it
"""


@click.command(epilog=EXAMPLES)
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--module", "modules", metavar="MODULE", multiple=True, help="Only of this module; may be repeated.")
@click.option("--sample", metavar="N", type=click.IntRange(1), help="Only so many, always the same.")
@click.option(
    "--vectors",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of vector files. [default: the committed ones]",
)
@json_option
@click.pass_context
def mutants(
    ctx: click.Context,
    names: tuple[str, ...],
    modules: tuple[str, ...],
    sample: int | None,
    vectors: Path | None,
    json_file: Path | None,
) -> None:
    """Ask machine-made mutants of the spec the vectors: each is a client with one mistake, which must be caught.

    Exit code 0 if at least 95 % of those are caught that are not listed as equivalent, and the list is right; else 1.
    """
    from clearstone.conformance.machine_mutants.equivalents import equivalents
    from clearstone.conformance.machine_mutants.score import LEAST, by_module, different_after_all, score, survivors
    from clearstone.conformance.machine_mutants.trial import Trials

    chosen = chosen_mutants(names, modules, sample)
    folder = vectors or committed()
    listed = equivalents()
    verdicts = all_tried(Trials(read_cases(folder)), chosen)
    alive, different = survivors(verdicts, listed), different_after_all(verdicts, listed)
    for verdict in verdicts if names else (*different, *alive):
        click.echo(described(verdict, listed))
    total = score(verdicts, listed)
    scores = by_module(verdicts, listed)
    for module, each in (*scores.items(), ("all", total)):
        click.echo(line(module, each))
    for verdict in different:
        click.echo(f"{verdict.mutant.name} is listed as equivalent, and is not: take it off the list")
    write_json(json_file, as_json(verdicts, scores, total))
    ctx.exit(0 if total.ppm >= LEAST and not different else 1)


def chosen_mutants(names: tuple[str, ...], modules: tuple[str, ...], size: int | None) -> Sequence[MachineMutant]:
    """The mutants that were asked for; a name or module that is not there is an error."""
    from clearstone.conformance.machine_mutants import generation, sampling

    for module in modules:
        if module not in generation.modules():
            raise click.BadParameter(
                f"there is no module {module}; there are {', '.join(generation.modules())}", param_hint="--module"
            )
    found = [mutant for mutant in generation.all_mutants() if not modules or mutant.module in modules]
    known = {mutant.name for mutant in found}
    for name in names:
        if name not in known:
            raise click.BadParameter(f"there is no mutant {name}", param_hint="NAME")
    if names:
        return [mutant for mutant in found if mutant.name in names]
    return found if size is None else sampling.sample(found, size)


def committed() -> Path:
    """The committed vectors; where there are none, they must be named."""
    from clearstone.conformance.vector_file import committed_folder

    folder = committed_folder()
    if folder is None:
        raise click.UsageError("there are no committed vectors beside these sources: name a folder with --vectors")
    return folder


def read_cases(folder: Path) -> Sequence[Case]:
    """The cases of a folder."""
    from clearstone.conformance.vector_file import VectorError, read_folder

    try:
        return read_folder(folder)
    except VectorError as error:
        raise InputError(str(folder), None, str(error)) from None


def all_tried(trials: Trials, chosen: Sequence[MachineMutant]) -> tuple[Verdict, ...]:
    """What came of the mutants. Whoever interrupts gets what came of those that were tried."""
    verdicts = []
    with click.progressbar(chosen, label="mutants", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        try:
            for mutant in bar:
                verdicts.append(trials.tried(mutant))
        except KeyboardInterrupt:
            click.echo(f"interrupted: {len(verdicts)} of {len(chosen)} mutants were tried", err=True)
    return tuple(verdicts)


def described(verdict: Verdict, listed: dict[str, str]) -> str:
    """A mutant and what came of it."""
    mutant = verdict.mutant
    came = f"{verdict.manner} {verdict.case} {verdict.told}".rstrip()
    if not verdict.caught:
        because = listed.get(mutant.title)
        came = f"equivalent: {because}" if because else f"survives {verdict.asked} cases"
    return f"{mutant.module}:{mutant.lines.start} {mutant.title}\n    {came}"


def line(module: str, each: Score) -> str:
    """A score in a line."""
    return (
        f"{module:<24} {each.tried:>5} tried  {each.caught:>5} caught  {each.equivalent:>4} equivalent"
        f"  {each.ppm // 100 / 100:>6.2f} %"
    )


def as_json(verdicts: Sequence[Verdict], scores: dict[str, Score], total: Score) -> dict[str, object]:
    """The result as data."""
    return {
        "score": asdict(total) | {"ppm": total.ppm},
        "modules": {module: asdict(each) | {"ppm": each.ppm} for module, each in scores.items()},
        "mutants": [
            {
                "name": each.mutant.name,
                "change": each.mutant.title.partition(" ")[2],
                "line": each.mutant.lines.start,
                "verdict": each.manner,
                "case": each.case,
                "told": each.told,
                "asked": each.asked,
            }
            for each in verdicts
        ],
    }
