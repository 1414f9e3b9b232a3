"""`clearstone explore`: finite instances, every reachable state of which is looked at."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from clearstone.reference.explore_options import instance_of, instance_options
from clearstone.reference.json_option import json_option, writable_file, write_json
from clearstone.reference.mutant_option import list_mutants_option, mutant_option

MODELS = ("tendermint", "accountability", "termination", "exchange")
"""What can be explored."""


@click.command()
@click.argument("model", metavar="[MODEL]", type=click.Choice(MODELS), required=False)
@instance_options
@click.option("--depth", type=click.IntRange(1, 8), default=2, show_default=True, help="Blocks of the exchange.")
@click.option("--by-step", is_flag=True, help="Call `step` in every state instead of making a table of it.")
@click.option(
    "--closed-rounds",
    "closes_rounds",
    is_flag=True,
    help="Nobody acts in a round that somebody has left: far fewer states, nothing lost.",
)
@click.option("--max-states", type=click.IntRange(min=1), default=None, help="End after so many states: partial.")
@click.option(
    "--trace",
    "trace_file",
    metavar="OUT.itf.json",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    callback=writable_file,
    help="Write the trace to what is wrong, for trace viewers.",
)
@click.option(
    "--until-broken",
    is_flag=True,
    help="Explore the small instances that every mutant is tried on instead, up to the first violation.",
)
@json_option
@mutant_option
@list_mutants_option
@click.pass_context
def explore(
    ctx: click.Context,
    /,
    model: str | None,
    depth: int,
    by_step: bool,
    closes_rounds: bool,
    max_states: int | None,
    trace_file: Path | None,
    until_broken: bool,
    json_file: Path | None,
    **finite: Any,
) -> None:
    """Look at every state that a finite instance can reach; show a shortest trace to whatever is wrong.

    MODEL is `tendermint` (consensus: agreement, and the invariants of every step), `accountability` (consensus with
    liars enough to fork: each fork must convict more than a third of the power), `termination` (a good network: all
    decide in two rounds) or `exchange` (every kind of transaction in every order, in --depth blocks, all invariants).
    Without one, each in turn. `--rounds 2` means rounds 0 and 1.

    Exit code 0: every state was looked at, and all holds; 1: something does not, or the exploration ended before (by
    Ctrl-C or --max-states; what it came to is printed and labelled partial); 2: wrong usage.

    \b
    Examples:
      clearstone explore
      clearstone explore tendermint --rounds 3
      clearstone explore tendermint --powers 1,1,1,1,1,1,1 --byzantine 5,6 --closed-rounds
      clearstone explore tendermint --mutant no-lock --trace lock.itf.json
      clearstone explore tendermint --crashes 1 --mutant forget-lock-on-restart
      clearstone explore tendermint --byzantine 1,2
      clearstone explore tendermint --powers 2,1,1,1 --byzantine 1 --json weighted.json
      clearstone explore tendermint --round-robin --rounds 1
      clearstone explore accountability
      clearstone explore exchange --depth 3
    """
    from clearstone.models.itf import write_itf
    from clearstone.reference.check_tables import make_console
    from clearstone.reference.explore_plan import planned
    from clearstone.reference.explore_results import ExploreResult, as_data, print_result
    from clearstone.reference.explore_suite import suite_jobs

    given = instance_of(**finite)
    is_default = ctx.get_parameter_source("byzantine") is not click.core.ParameterSource.COMMANDLINE
    console, results = make_console(), list[ExploreResult]()
    plan = partial(planned, model, given, is_default, depth, max_states, by_step=by_step, closes_rounds=closes_rounds)
    jobs = suite_jobs() if until_broken else plan()
    for job in jobs:
        results.append(job())
        print_result(console, results[-1])
        if results[-1].ended == "interrupted" or (until_broken and not results[-1].holds):
            break
    write_json(json_file, as_data(results))
    shown = next((result for result in results if result.findings and result.itf is not None), None)
    if trace_file is not None and shown is not None and shown.itf is not None:
        write_itf(trace_file, shown.itf)
    ctx.exit(0 if all(result.holds for result in results) else 1)
