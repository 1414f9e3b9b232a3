"""What a worker does for each job: a replay under all invariants, scenarios, finite instances, programs, or a proof."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import resources
from time import perf_counter
from typing import TypeAlias

from clearstone.invariants.block_step import BlockStep
from clearstone.invariants.checking import Tally
from clearstone.models import directed_scenarios, incidents
from clearstone.models.chain import accept_all
from clearstone.models.directed_scenarios.scenario import DirectedScenario
from clearstone.models.expectations import Judged
from clearstone.models.incidents.scenario import Scenario
from clearstone.models.judgement import Judgement
from clearstone.models.market.checked_replay import ReplayOutcome, run_checked
from clearstone.models.market.population import FULL
from clearstone.models.market.price_series import PriceSeries, SeriesError, parse_series, read_series
from clearstone.models.market.replay_plan import ReplayPlan
from clearstone.models.stateful.hunting import Hunt
from clearstone.proofs.obligations import ProofResult
from clearstone.proofs.running import prove_one
from clearstone.reference.check_plan import EXPLORATIONS, MACHINES, SCENARIOS, Job
from clearstone.reference.explore_check import explore_check_results
from clearstone.reference.input_errors import InputError
from clearstone.reference.results import HOLDS, CheckResult
from clearstone.reference.stateful_results import stateful_results

OFTEN = 10
"""A replay tells of its progress every so many blocks."""

Tell: TypeAlias = Callable[[int, int, str], None]
"""Called with what is done, out of how much, and what has happened."""


@dataclass(frozen=True, slots=True)
class ScenarioOutcome:
    """What a scenario came to."""

    id: str
    """Its name; `incident-N` for the scenario of an incident."""
    statement: str
    """What must hold in it."""
    layer: str
    """Part of the protocol that it is about; `incidents` for those."""
    expectations: int
    """How many things were expected."""
    failures: tuple[str, ...]
    """Those that were not so, each with what was seen instead."""
    seconds: float
    """How long it took."""


@dataclass(slots=True)
class ScenariosOutcome:
    """What the scenarios came to."""

    scenarios: list[ScenarioOutcome] = field(default_factory=list)
    """One by one."""
    judgement: Judgement = field(default_factory=Judgement)
    """What the invariants came to on what was seen in them."""

    @property
    def holds(self) -> bool:
        """Whether everything was as expected."""
        return not self.judgement.violations and not any(scenario.failures for scenario in self.scenarios)


@dataclass(frozen=True, slots=True)
class MachinesOutcome:
    """What the machines came to."""

    results: tuple[CheckResult, ...]
    """One for each machine."""

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return all(result.verdict == HOLDS for result in self.results)


@dataclass(frozen=True, slots=True)
class ExplorationsOutcome:
    """What the explorations of finite instances came to."""

    results: tuple[CheckResult, ...]
    """One for each instance, up to the first that does not hold."""

    @property
    def holds(self) -> bool:
        """Whether all was looked at and nothing was found."""
        return all(result.verdict == HOLDS for result in self.results)


Report: TypeAlias = ReplayOutcome | ScenariosOutcome | ExplorationsOutcome | MachinesOutcome | ProofResult
"""What a job comes to."""


def run_job(job: Job, tell: Tell) -> Report:
    """Do a job to its end, or to the first thing that does not hold."""
    if job.is_proof:
        tell(0, 1, "")
        return prove_one(job.name, job.seed)
    if job.name == MACHINES:
        return run_machines(job, tell)
    if job.name == EXPLORATIONS:
        return ExplorationsOutcome(tuple(explore_check_results(tell)))
    return run_scenarios(tell) if job.name == SCENARIOS else run_replay(job, tell)


def run_machines(job: Job, tell: Tell) -> MachinesOutcome:
    """Let every machine make up a few programs."""

    def progress(done: Hunt) -> None:
        tell(done.programs, done.profile.programs, f"{done.machine.name}: {done.steps:,} steps")

    return MachinesOutcome(stateful_results("quick", job.seed, progress))


def run_replay(job: Job, tell: Tell) -> ReplayOutcome:
    """Replay a series through the cluster, under all invariants."""

    def progress(outcome: ReplayOutcome) -> None:
        if outcome.tally.blocks % OFTEN == 0:
            pools = outcome.tally.pools.values()
            taken, defaults = sum(pool.liquidations for pool in pools), sum(pool.defaults for pool in pools)
            tell(outcome.tally.blocks, outcome.planned, f"{taken} liquidations, {defaults} defaults")

    scale = FULL if job.people >= 1.0 else FULL.shrunk(job.people)
    return run_checked(ReplayPlan(series_of(job), job.seed, job.blocks, scale, job.resolution, not job.path), progress)


def series_of(job: Job) -> PriceSeries:
    """The series of a job: a person's own file, or one that comes with the project."""
    try:
        if job.path:
            return read_series(job.path)
        name = f"{job.name}.csv"
        folder = resources.files("clearstone.models") / "data" / "prices"
        return parse_series((folder / name).read_bytes(), name)
    except SeriesError as error:
        raise InputError(error.path, error.line, error.reason) from None


def run_scenarios(tell: Tell) -> ScenariosOutcome:
    """Run the scenarios of the incidents, whose every block the invariants look at; then the directed ones.

    If anything about the incidents is not as expected it ends there, else at the first directed scenario that fails.
    """
    outcome, tally = ScenariosOutcome(), Tally()
    planned = len(directed_scenarios.SCENARIOS) + len(incidents.SCENARIOS)
    for incident in incidents.SCENARIOS.values():
        tell(len(outcome.scenarios), planned, incident.title)
        run_incident(outcome, tally, incident)
    outcome.judgement.take(tally)
    for directed in directed_scenarios.SCENARIOS.values():
        if outcome.holds:
            tell(len(outcome.scenarios), planned, directed.name)
            run_directed(outcome, directed)
    tell(len(outcome.scenarios), planned, "")
    return outcome


def run_directed(outcome: ScenariosOutcome, scenario: DirectedScenario) -> None:
    """Run one directed scenario; it asks the invariants itself."""
    began = perf_counter()
    result = scenario.run()
    outcome.judgement.add(result.judgement)
    seconds = perf_counter() - began
    expected = len(result.expectations)
    outcome.scenarios.append(
        ScenarioOutcome(scenario.name, scenario.statement, scenario.layer, expected, failures_of(result), seconds)
    )


def run_incident(outcome: ScenariosOutcome, tally: Tally, scenario: Scenario) -> None:
    """Run the scenario of one incident."""
    began = perf_counter()
    result = scenario.run()
    for applied in result.history:
        tally.check_block(BlockStep(applied.before, applied.block, applied.after, applied.receipt, accept_all))
    seconds = perf_counter() - began
    name, statement = f"incident-{scenario.number}", f"{scenario.title}: {scenario.answer}"
    expected = len(result.expectations)
    outcome.scenarios.append(ScenarioOutcome(name, statement, "incidents", expected, failures_of(result), seconds))


def failures_of(result: Judged) -> tuple[str, ...]:
    """What was not as expected, a line each."""
    return tuple(f"{failure.statement}: {failure.detail}" for failure in result.failures)
