"""`clearstone check`: the main job. Replays crashes, runs every incident, judges every block, runs every proof."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clearstone.reference.check_plan import PARTS, PROOFS
from clearstone.reference.json_option import json_option, write_json
from clearstone.reference.mutant_option import list_mutants_option, mutant_option

if TYPE_CHECKING:
    from clearstone.reference.check_results import CheckOutcome


@click.command()
@json_option
@mutant_option
@list_mutants_option
@click.option("--seed", type=click.IntRange(0, 2**31), default=1, show_default=True, help="Draw everything from this.")
@click.option("--quick", is_flag=True, help="A fifth of the blocks.")
@click.option(
    "--part", "parts", multiple=True, type=click.Choice(PARTS), help="Only this part; may be repeated.  [default: all]"
)
@click.pass_context
def check(ctx: click.Context, json_file: Path | None, seed: int, quick: bool, parts: tuple[str, ...]) -> None:
    """Replay real crashes through a replicated cluster, check every invariant at every block, run every proof.

    The crash of March 2020, with a validator that contradicts itself and reports false prices; beside it every
    scenario, those of the incidents among them, programs made up at random (the quick profile of `clearstone
    stateful`), then six series of other crashes; last the proofs. It ends at the first
    thing that does not hold. With --mutant only those proofs run that rest on what the mutant breaks.

    Exit code 0: everything holds; 1: something does not; 2: wrong usage.

    \b
    Examples:
      clearstone check
      clearstone check --json check.json
      clearstone check --mutant share-floored-alone
      clearstone check --seed 7 --quick
      clearstone check --part scenarios --part proofs
    """
    outcome = run_check(seed, quick, parts)
    from clearstone.reference.check_results import all_hold, as_data, check_results

    results = check_results(outcome)
    print_check(outcome)
    write_json(json_file, as_data(outcome, results))
    ctx.exit(0 if all_hold(outcome, results) else 1)


def run_check(seed: int, quick: bool, parts: tuple[str, ...] = ()) -> CheckOutcome:
    """Do all jobs, or those of some parts, up to the first thing that does not hold."""
    from clearstone.reference.check_plan import Job, check_plan, proof_jobs
    from clearstone.reference.check_results import CheckOutcome
    from clearstone.reference.progress_display import ProgressDisplay
    from clearstone.reference.workers import Finished, Progress, run_jobs

    proofs = proof_jobs(proofs_to_run()) if PROOFS in (parts or PARTS) else ()
    jobs = [job for job in (*check_plan(seed, quick), *proofs) if job.part in (parts or PARTS)]
    outcome = CheckOutcome({}, proofs_planned=len(proofs), partial=bool(parts))
    with ProgressDisplay() as display, closing(run_jobs(jobs)) as messages:
        for message in messages:
            match message:
                case Progress(job=Job(is_proof=True, name=name)):
                    display.show(Job(PROOFS, 0), len(outcome.proofs), len(proofs), name)
                case Progress():
                    display.show(message.job, message.done, message.planned, message.note)
                case Finished():
                    outcome.add(message.report)
                    if not message.report.holds:
                        return outcome
                case _:
                    outcome.deaths += (message.reason,)
                    return outcome
    outcome.complete = True
    return outcome


def proofs_to_run() -> tuple[str, ...]:
    """Ids of all proofs; under a mutant only those that rest on what it breaks, the nearest first."""
    from clearstone import mutants
    from clearstone.proofs.catalogue import proofs
    from clearstone.proofs.kill_matrix import candidates

    broken = mutants.current()
    return tuple(proof.id for proof in proofs()) if broken is None else candidates(broken)


def print_check(outcome: CheckOutcome) -> None:
    """Print what happened, the tables, and what does not hold."""
    from clearstone.reference import check_tables, proof_tables
    from clearstone.reference.check_plan import MARCH_2020
    from clearstone.reference.check_results import all_hold, check_results
    from clearstone.reference.results import PROVE

    console, results = check_tables.make_console(), check_results(outcome)
    if MARCH_2020 in outcome.replays:
        check_tables.print_replay(console, outcome.replays[MARCH_2020])
    others = [replay for name, replay in outcome.replays.items() if name != MARCH_2020]
    if others:
        check_tables.print_other_replays(console, others)
    if outcome.scenarios is not None:
        check_tables.print_scenarios(console, outcome.scenarios)
    console.print()
    check_tables.print_results(console, [result for result in results if result.method != PROVE])
    if outcome.proofs:
        console.print()
        proof_tables.print_results(console, [outcome.proofs[result.id] for result in results if result.method == PROVE])
    console.print()
    if outcome.proofs:
        proof_tables.print_sum(console, list(outcome.proofs.values()))
    check_tables.print_proofs_run(console, outcome)
    console.print()
    check_tables.print_failures(console, results)
    held = sum(result.verdict == "holds" for result in results)
    console.print(f"{held} of {len(results)} hold" + ("" if all_hold(outcome, results) else ": the check fails"))
