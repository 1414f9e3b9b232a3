"""`clearstone replay FILE.csv`: a price series of one's own, through the cluster and under all invariants."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from clearstone.reference.json_option import json_option, writable_file, write_json
from clearstone.reference.mutant_option import mutant_option


@click.command()
@click.argument("file", metavar="FILE.csv", type=click.Path(path_type=Path))
@json_option
@mutant_option
@click.option(
    "--html",
    "html_file",
    metavar="FILE",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    callback=writable_file,
    help="Write a page with price, liquidations and insurance fund drawn over time.",
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
    seed: int,
    blocks: int,
    resolution: int,
) -> None:
    """Replay a price series of your own through the cluster and check every invariant at every block.

    FILE.csv has the columns time_utc,open,high,low,close,volume: bars in ascending order, times such as
    2020-03-12T10:00:00Z, prices as plain decimals. Blocks are a minute apart in its worst hours and coarser elsewhere.

    Exit code 0: everything holds; 1: something does not; 2: the file or the usage is wrong.

    \b
    Examples:
      clearstone replay prices.csv
      clearstone replay prices.csv --blocks 2000 --resolution 30
      clearstone replay prices.csv --json replay.json --html replay.html
    """
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
