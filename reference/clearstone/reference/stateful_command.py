"""`clearstone stateful`: programs made up at random, every invariant asked at every step, failures made short."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from clearstone.reference.json_option import json_option, writable_file, write_json
from clearstone.reference.mutant_option import list_mutants_option, mutant_option


@click.command()
@json_option
@click.option(
    "--trace",
    "trace_file",
    metavar="OUT.itf.json",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    callback=writable_file,
    help="Write the shortest program that breaks something as an ITF trace.",
)
@click.option(
    "--machine",
    "machines",
    multiple=True,
    type=click.Choice(("exchange", "network")),
    help="Which machine, possibly several.  [default: each]",
)
@click.option(
    "--profile",
    type=click.Choice(("quick", "ci", "long")),
    default="ci",
    show_default=True,
    help="24 programs of 25 steps, 400 of 50, 10,000 of 50.",
)
@click.option("--programs", type=click.IntRange(1, 10_000_000), help="How many programs instead.")
@click.option("--steps", type=click.IntRange(1, 1_000), help="How many steps of each instead.")
@mutant_option
@list_mutants_option
@click.option("--processes", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes at once.")
@click.option("--seed", type=click.IntRange(0, 2**31), default=1, show_default=True, help="Draw everything from this.")
@click.pass_context
def stateful(
    ctx: click.Context,
    json_file: Path | None,
    trace_file: Path | None,
    machines: tuple[str, ...],
    profile: str,
    programs: int | None,
    steps: int | None,
    processes: int,
    seed: int,
) -> None:
    """Make up programs at random and put every step of each to every invariant.

    The machine `exchange` makes up what people send, prices, time, frozen feeds, crashes of the market; the machine
    `network` is an adversary who schedules messages, timers and restarts, and holds one of four validators. What breaks
    an invariant is made as short as can be, shown, and with --trace written for `clearstone replay`.

    Exit code 0: everything holds; 1: something does not, or it was interrupted; 2: wrong usage.

    \b
    Examples:
      clearstone stateful
      clearstone stateful --profile long --seed 7 --processes 2
      clearstone stateful --machine exchange --mutant funding-sign --trace funding.itf.json
      clearstone replay funding.itf.json --mutant funding-sign
    """
    from clearstone.models.itf import write_itf
    from clearstone.models.stateful.counterexamples import trace_of
    from clearstone.models.stateful.hunting import MACHINES, PROFILES, Hunt
    from clearstone.models.stateful.parallel_hunting import hunt_in_processes
    from clearstone.reference.check_plan import Job
    from clearstone.reference.progress_display import ProgressDisplay
    from clearstone.reference.stateful_results import as_data
    from clearstone.reference.trace_tables import make_console, print_hunt

    how = PROFILES[profile]
    how = replace(how, programs=programs or how.programs, steps=steps or how.steps)
    hunts: list[Hunt] = []
    with ProgressDisplay() as display:
        for name in machines or tuple(MACHINES):
            job = Job(name, seed)

            def tell(done: Hunt, job: Job = job) -> None:
                rate = done.steps / max(done.seconds, 0.001)
                display.show(job, done.programs, how.programs, f"{done.steps:,} steps, {rate:,.0f} a second")

            hunts.append(hunt_in_processes(MACHINES[name], how, seed, processes, tell))
            if not hunts[-1].holds:
                break
    console = make_console()
    for done in hunts:
        print_hunt(console, done, trace_file)
    write_json(json_file, {"holds": all(done.holds for done in hunts), "hunts": [as_data(done) for done in hunts]})
    found = hunts[-1].run
    if trace_file is not None and found is not None:
        write_itf(trace_file, trace_of(hunts[-1].machine, found))
    ctx.exit(0 if all(done.holds for done in hunts) else 1)
