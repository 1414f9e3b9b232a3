"""What a check prints: what happened in each replay, and the table of what must hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from clearstone import mutants
from clearstone.models.market.checked_replay import ReplayOutcome
from clearstone.models.market.listing import USD
from clearstone.models.market.market_tally import PoolTally
from clearstone.reference.check_results import CheckOutcome
from clearstone.reference.job_runner import ScenariosOutcome
from clearstone.reference.results import HOLDS, UNDECIDED, VIOLATED, CheckResult

WIDTH = 150
"""Columns where the output is no terminal."""
STAGE_NAMES = {
    "insurance": "insurance fund",
    "closed-profit": "profit of the lots closed",
    "profit": "all profit",
    "equity": "equity",
    "last-insurance": "fund above its cap",
    "last-residue": "residue",
    "last-fees": "fees",
}
"""What the stages of WATER-2 are called."""
COLOURS = {HOLDS: "green", VIOLATED: "bold red"}


def make_console() -> Console:
    """A console on standard output, wide enough for the tables where it is no terminal."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=WIDTH, soft_wrap=False)


def print_replay(console: Console, replay: ReplayOutcome) -> None:
    """What happened in a replay, in full."""
    tally = replay.tally
    console.print(f"[bold]{escape(replay.series)}[/bold]")
    console.print(
        f"  {tally.blocks:,} of {replay.planned:,} blocks in {replay.rounds:,} rounds, {replay.accounts} accounts, "
        f"{tally.transactions:,} transactions, {tally.fills:,} fills, {tally.settled} options settled "
        f"({replay.seconds:.0f} s)"
    )
    console.print(f"  index behind its reports in {tally.clamped} blocks, not to be relied on in {tally.frozen}")
    rejected = ", ".join(f"{rule} {count:,}" for rule, count in tally.rejected.most_common())
    console.print(f"  rejected: {rejected or 'none'}; no transaction at all: {replay.malformed}")
    for name, pool in sorted(tally.pools.items()):
        console.print(f"  pool {name}: {told(pool)}")


def told(pool: PoolTally) -> str:
    """What happened in a pool, in a few lines."""
    if pool.liquidations == 0 and pool.defaults == 0:
        return "no liquidation, insurance untouched"
    lines = [
        f"{pool.liquidations} liquidations ({dollars(pool.discount)} to liquidators, "
        f"{dollars(pool.penalty)} to the insurance fund)",
        f"{pool.defaults} defaults owing {dollars(pool.deficit)}; positions worth {dollars(pool.deleveraged)} "
        f"deleveraged against {pool.counterparties:,} counterparties",
    ]
    paid = [f"{STAGE_NAMES[stage]} {dollars(pool.absorbed[stage])}" for stage in STAGE_NAMES if pool.absorbed[stage]]
    lines.append(f"paid by: {', '.join(paid) or 'nobody'}; socialised {dollars(pool.socialised)}")
    return "\n    ".join(lines)


def dollars(atoms: int) -> str:
    """An amount in whole dollars."""
    return f"${round(atoms / USD):,}"


def print_other_replays(console: Console, replays: Iterable[ReplayOutcome]) -> None:
    """What happened in the coarser replays, one line each."""
    table = Table(box=None, pad_edge=False)
    table.add_column("series")
    for heading in ("blocks", "transactions", "rejected", "liquidations", "defaults", "insurance", "socialised"):
        table.add_column(heading, justify="right")
    for replay in replays:
        pools = tuple(replay.tally.pools.values())
        table.add_row(
            escape(replay.series),
            f"{replay.tally.blocks:,}",
            f"{replay.tally.transactions:,}",
            f"{sum(replay.tally.rejected.values()):,}",
            f"{sum(pool.liquidations for pool in pools):,}",
            f"{sum(pool.defaults for pool in pools):,}",
            dollars(sum(pool.absorbed["insurance"] for pool in pools)),
            dollars(sum(pool.socialised for pool in pools)),
        )
    console.print(table)


def print_scenarios(console: Console, outcome: ScenariosOutcome) -> None:
    """How many scenarios there were, and how many expectations."""
    of = sum(scenario.expectations for scenario in outcome.scenarios)
    met = of - sum(len(scenario.failures) for scenario in outcome.scenarios)
    incidents = sum(scenario.layer == "incidents" for scenario in outcome.scenarios)
    console.print(
        f"[bold]{incidents} incidents and {len(outcome.scenarios) - incidents} directed scenarios[/bold]: "
        f"{met:,} of {of:,} expectations met"
    )


def print_results(console: Console, results: Sequence[CheckResult]) -> None:
    """The table of what must hold."""
    table = Table(box=None, pad_edge=False)
    table.add_column("id", no_wrap=True)
    table.add_column("layer")
    table.add_column("method")
    table.add_column("verdict", no_wrap=True)
    table.add_column("what must hold", ratio=1)
    table.add_column("rests on", justify="right")
    for result in results:
        colour = COLOURS.get(result.verdict, "yellow")
        table.add_row(
            result.id,
            result.layer,
            result.method,
            f"[{colour}]{result.verdict}[/{colour}]",
            escape(result.statement),
            "" if result.verdict == VIOLATED else escape(result.detail),
        )
    console.print(table)


def print_proofs_run(console: Console, outcome: CheckOutcome) -> None:
    """How many proofs were run; under a mutant they are those that rest on what it breaks."""
    if not outcome.proofs_planned:
        return
    which = "" if mutants.current() is None else ", those that rest on what the mutant breaks"
    console.print(f"{len(outcome.proofs)} of {outcome.proofs_planned} proofs run{which}")


def print_failures(console: Console, results: Iterable[CheckResult]) -> None:
    """What does not hold, last, where it is seen: one line each."""
    for result in results:
        if result.verdict in (VIOLATED, UNDECIDED):
            told = escape(f"{result.statement} {result.detail}")
            console.print(f"[bold red]{result.id} {result.verdict}[/bold red]: {told}", soft_wrap=True)


def print_violations(console: Console, replay: ReplayOutcome) -> None:
    """What does not hold in a single replay; or that everything does."""
    for violation in replay.judgement.violations:
        told = f"height {violation.height}: {violation.detail}"
        console.print(f"[bold red]{violation.invariant} violated[/bold red]: {escape(told)}", soft_wrap=True)
    if replay.holds:
        console.print(f"  all {len(+replay.judgement.asked)} invariants and properties hold")
