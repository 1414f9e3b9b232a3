"""From what the jobs came to, one line for each thing that must hold: what the table shows and `--json` writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from clearstone.invariants.catalogue import INVARIANTS
from clearstone.invariants.registry import Invariant, Violation
from clearstone.models.judgement import Judgement
from clearstone.models.market.checked_replay import ReplayOutcome
from clearstone.models.market.listing import MAIN
from clearstone.models.market.market_tally import PoolTally
from clearstone.models.market.replay_properties import CRASH_FELT, OF_EVERY_CRASH, TOTALITY, ReplayProperty
from clearstone.proofs.catalogue import proofs
from clearstone.proofs.obligations import ProofResult
from clearstone.reference.check_plan import MARCH_2020
from clearstone.reference.job_runner import (
    ExplorationsOutcome,
    MachinesOutcome,
    Report,
    ScenarioOutcome,
    ScenariosOutcome,
)
from clearstone.reference.proof_results import check_result
from clearstone.reference.results import HOLDS, NOT_ASKED, VIOLATED, CheckResult


@dataclass(slots=True)
class CheckOutcome:
    """All that a check has come to so far."""

    replays: dict[str, ReplayOutcome]
    """Replays by series."""
    scenarios: ScenariosOutcome | None = None
    """The scenarios, once they have run."""
    explorations: tuple[CheckResult, ...] = ()
    """What the explorations came to, once they have run."""
    machines: tuple[CheckResult, ...] = ()
    """What the machines came to, once they have run."""
    proofs: dict[str, ProofResult] = field(default_factory=dict)
    """Proofs by id."""
    proofs_planned: int = 0
    """How many there are to do."""
    deaths: tuple[str, ...] = ()
    """Workers that ended without a report."""
    complete: bool = False
    """Whether every job was done."""
    partial: bool = False
    """Whether only some parts of a check were asked for: what they never ask is then left out."""

    def add(self, report: Report) -> None:
        """Take in what a job reported."""
        if isinstance(report, ProofResult):
            self.proofs[report.id] = report
        elif isinstance(report, ScenariosOutcome):
            self.scenarios = report
        elif isinstance(report, MachinesOutcome):
            self.machines = report.results
        elif isinstance(report, ExplorationsOutcome):
            self.explorations = report.results
        else:
            self.replays[report.series] = report


def check_results(outcome: CheckOutcome) -> tuple[CheckResult, ...]:
    """One result for each invariant, property of a replay, scenario, instance, machine and proof, in that order."""
    total = Judgement()
    broken: dict[str, list[str]] = {}
    for place, judgement in _judgements(outcome):
        total.add(judgement)
        for violation in judgement.violations:
            broken.setdefault(violation.invariant, []).append(_told(violation, place))
    for death in outcome.deaths:
        broken.setdefault(TOTALITY.id, []).append(death)
    entries: tuple[Invariant | ReplayProperty, ...] = (*INVARIANTS.values(), *OF_EVERY_CRASH)
    results = [_result(entry, total, broken.get(entry.id, ())) for entry in entries]
    if MARCH_2020 in outcome.replays:
        results.append(crash_was_felt(outcome.replays[MARCH_2020]))
    if outcome.scenarios is not None:
        results += [_of_scenario(scenario) for scenario in outcome.scenarios.scenarios]
    results += (*outcome.explorations, *outcome.machines)
    order = {proof.id: number for number, proof in enumerate(proofs())} if outcome.proofs else {}
    results += [check_result(outcome.proofs[id]) for id in sorted(outcome.proofs, key=lambda id: order.get(id, 0))]
    return tuple(result for result in results if not outcome.partial or result.verdict != NOT_ASKED)


def all_hold(outcome: CheckOutcome, results: Iterable[CheckResult]) -> bool:
    """Whether every job was done and everything holds; what was never asked does not."""
    return outcome.complete and all(result.verdict == HOLDS for result in results)


def as_data(outcome: CheckOutcome, results: Iterable[CheckResult]) -> dict[str, Any]:
    """The whole check as data."""
    listed = tuple(results)
    return {
        "holds": all_hold(outcome, listed),
        "results": [asdict(result) for result in listed],
        "proofs": {"planned": outcome.proofs_planned, "done": len(outcome.proofs)},
        "replays": {name: replay_as_data(replay) for name, replay in outcome.replays.items()},
    }


def replay_as_data(replay: ReplayOutcome) -> dict[str, Any]:
    """What happened in a replay, as data; amounts in atoms."""
    tally = replay.tally
    return {
        "holds": replay.holds,
        "blocks": tally.blocks,
        "planned": replay.planned,
        "rounds": replay.rounds,
        "accounts": replay.accounts,
        "transactions": tally.transactions,
        "accepted": tally.accepted,
        "rejected": dict(sorted(tally.rejected.items())),
        "malformed": replay.malformed,
        "fills": tally.fills,
        "settled": tally.settled,
        "clamped": tally.clamped,
        "frozen": tally.frozen,
        "pools": {name: pool_as_data(pool) for name, pool in sorted(tally.pools.items())},
        "seconds": round(replay.seconds, 3),
    }


def pool_as_data(pool: PoolTally) -> dict[str, Any]:
    """What happened in a pool, as data; amounts in atoms."""
    return {**asdict(pool), "absorbed": dict(pool.absorbed), "socialised": pool.socialised}


def _judgements(outcome: CheckOutcome) -> Iterable[tuple[str, Judgement]]:
    """What the jobs' invariants came to, with the jobs' names."""
    for name, replay in outcome.replays.items():
        yield name, replay.judgement
    if outcome.scenarios is not None:
        yield "the scenarios", outcome.scenarios.judgement


def _told(violation: Violation, place: str) -> str:
    """A violation in a line."""
    return f"height {violation.height} of {place}: {violation.detail}"


def _result(entry: Invariant | ReplayProperty, total: Judgement, broken: Iterable[str]) -> CheckResult:
    """The result of an invariant, or of a property of every crash."""
    found, asked = tuple(broken), total.asked[entry.id]
    verdict = VIOLATED if found else HOLDS if asked else NOT_ASKED
    detail = found[0] if found else f"asked {asked:,} times"
    seconds = round(total.seconds.get(entry.id, 0.0), 3)
    return CheckResult(entry.id, entry.statement, entry.layer, "replay", verdict, f"SAMPLED {asked}", detail, seconds)


def crash_was_felt(replay: ReplayOutcome) -> CheckResult:
    """Whether the replay of March 2020 was what it is for: else all that holds in it would say little."""
    pool = replay.tally.pools.get(MAIN, PoolTally())
    figures: Mapping[str, int] = {
        "liquidations": pool.liquidations,
        "defaults": pool.defaults,
        "deleveraged accounts": pool.counterparties,
        "drawn from insurance": pool.absorbed["insurance"],
        "socialised": pool.socialised,
    }
    missing = [name for name, figure in figures.items() if figure == 0]
    finished = replay.tally.blocks == replay.planned
    verdict = NOT_ASKED if not finished else VIOLATED if missing else HOLDS
    detail = f"there were no {', no '.join(missing)}" if missing else "all of them happened"
    return CheckResult(
        CRASH_FELT.id, CRASH_FELT.statement, CRASH_FELT.layer, "replay", verdict, "SAMPLED 1", detail, 0.0
    )


def _of_scenario(scenario: ScenarioOutcome) -> CheckResult:
    """The result of a scenario."""
    return CheckResult(
        scenario.id,
        scenario.statement,
        scenario.layer,
        "scenario",
        VIOLATED if scenario.failures else HOLDS,
        f"SCENARIO {scenario.expectations}",
        scenario.failures[0] if scenario.failures else f"{scenario.expectations} expectations met",
        round(scenario.seconds, 3),
    )
