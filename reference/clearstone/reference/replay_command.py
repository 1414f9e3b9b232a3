"""`clearstone replay FILE`: a price series of one's own under all invariants, or a counterexample step by step."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from clearstone.reference.html_option import html_option
from clearstone.reference.json_option import json_option, writable_file, write_json
from clearstone.reference.mutant_option import mutant_option

CHARACTERS_LOOKED_AT = 64
"""A trace is JSON and begins with a brace; a price series does not."""


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@json_option
@mutant_option
@html_option("Write a page with price, liquidations and insurance fund drawn over time.")
@click.option(
    "--as-test",
    "test_file",
    metavar="FILE.py",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    callback=writable_file,
    help="Write the counterexample as a test for pytest.",
)
@click.option("--seed", type=click.IntRange(0, 2**31), default=1, show_default=True, help="Draw everything from this.")
@click.option(
    "--blocks", type=click.IntRange(20, 100_000), default=600, show_default=True, help="Blocks to spend, roughly."
)
@click.option(
    "--resolution",
    metavar="SECONDS",
    type=click.IntRange(5, 86_400),
    default=60,
    show_default=True,
    help="Time between blocks in the worst hours.",
)
@click.pass_context
def replay(
    ctx: click.Context,
    file: Path,
    json_file: Path | None,
    html_file: Path | None,
    test_file: Path | None,
    seed: int,
    blocks: int,
    resolution: int,
) -> None:
    """Replay a price series of your own under all invariants, or a counterexample step by step.

    What FILE is follows from its content. A series goes through the cluster, every invariant asked at every block. It
    has the columns time_utc,open,high,low,close,volume: bars in ascending order, times such as
    2020-03-12T10:00:00Z, prices as plain decimals. Blocks are a minute apart in its worst hours and coarser elsewhere.

    A counterexample is an ITF trace that `clearstone stateful --trace` or `clearstone explore --trace` wrote. Its
    program is run on the specification, or under --mutant: each step is shown with the rule behind it and all that it
    changes, and what breaks. The options
    --html, --seed, --blocks and --resolution are for series.

    Exit code 0: everything holds; 1: something does not; 2: the file or the usage is wrong.

    \b
    Examples:
      clearstone replay prices.csv
      clearstone replay prices.csv --blocks 2000 --resolution 30
      clearstone replay prices.csv --json replay.json --html replay.html
      clearstone replay found.itf.json --mutant funding-sign
      clearstone replay found.itf.json --as-test test_found.py
      clearstone replay lock.itf.json --mutant no-lock
    """
    if is_trace(file):
        from clearstone.reference.trace_replay import replay_trace

        if html_file is not None:
            raise click.UsageError("--html draws price series; this file is a trace")
        holds, data = replay_trace(file, test_file)
        write_json(json_file, data)
        ctx.exit(0 if holds else 1)
    if test_file is not None:
        raise click.UsageError("--as-test needs a counterexample; this file is no trace")
    from clearstone.reference.check_plan import Job
    from clearstone.reference.check_results import CheckOutcome, check_results, replay_as_data
    from clearstone.reference.check_tables import make_console, print_replay, print_violations
    from clearstone.reference.job_runner import run_replay
    from clearstone.reference.progress_display import ProgressDisplay
    from clearstone.reference.replay_page import write_page

    job = Job(file.stem, seed, blocks, resolution=resolution * 1_000, path=str(file))
    with ProgressDisplay() as display:
        outcome = run_replay(job, lambda done, planned, note: display.show(job, done, planned, note))
    console = make_console()
    print_replay(console, outcome)
    print_violations(console, outcome)
    results = check_results(CheckOutcome({outcome.series: outcome}))
    write_json(json_file, {**replay_as_data(outcome), "results": [asdict(result) for result in results]})
    write_page(html_file, outcome)
    ctx.exit(0 if outcome.holds else 1)


def is_trace(file: Path) -> bool:
    """Whether a file is a trace, by how it begins."""
    with file.open("rb") as stream:
        return stream.read(CHARACTERS_LOOKED_AT).lstrip().startswith(b"{")
