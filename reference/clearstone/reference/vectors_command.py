"""`clearstone vectors DIR`: writes the conformance vectors, the same bytes each time."""

from __future__ import annotations

from pathlib import Path

import click

from clearstone.reference.json_option import json_option, write_json

EXAMPLES = """\b
Examples:
  clearstone vectors vectors               write every suite, one file each
  clearstone vectors vectors ledger book   only these suites
"""


@click.command(epilog=EXAMPLES)
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, writable=True, path_type=Path))
@click.argument("suites", metavar="[SUITE]...", nargs=-1)
@json_option
def vectors(folder: Path, suites: tuple[str, ...], json_file: Path | None) -> None:
    """Write the conformance vectors into DIR, one file for each suite, and the JSON Schemas into DIR/schemas.

    What is written follows from the spec alone: the same bytes each time.
    """
    from clearstone.conformance.schemas import files
    from clearstone.conformance.vector_file import text_of
    from clearstone.conformance.vectors import DRAFTS, cases_of

    for suite in suites:
        if suite not in DRAFTS:
            raise click.BadParameter(f"there is no suite {suite}; there are {', '.join(DRAFTS)}", param_hint="SUITE")
    written = {}
    for suite in suites or tuple(DRAFTS):
        cases = cases_of(suite)
        text = text_of(suite, cases)
        (folder / f"{suite}.json").write_text(text, encoding="utf-8", newline="\n")
        written[suite] = len(cases)
        click.echo(f"{suite:<12} {len(cases):>5} cases  {len(text) / 1000:>8.0f} kB")
    (folder / "schemas").mkdir(exist_ok=True)
    for name, text in files().items():
        (folder / "schemas" / name).write_text(text, encoding="utf-8", newline="\n")
    write_json(json_file, {"suites": written})
