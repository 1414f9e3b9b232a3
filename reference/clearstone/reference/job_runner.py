"""What a worker does for each job: a replay under all invariants, or the scenarios of all incidents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import resources
from time import perf_counter
from typing import TypeAlias

from clearstone.invariants.block_step import BlockStep
from clearstone.invariants.checking import Tally
from clearstone.models.chain import accept_all
from clearstone.models.incidents import SCENARIOS
from clearstone.models.incidents.scenario import Scenario, ScenarioResult
from clearstone.models.judgement import Judgement
from clearstone.models.market.checked_replay import ReplayOutcome, run_checked
from clearstone.models.market.population import FULL
from clearstone.models.market.price_series import PriceSeries, SeriesError, parse_series, read_series
from clearstone.models.market.replay_plan import ReplayPlan
from clearstone.reference.check_plan import INCIDENTS, Job
from clearstone.reference.input_errors import InputError

OFTEN = 10
"""A replay tells of its progress every so many blocks."""

Tell: TypeAlias = Callable[[int, int, str], None]
"""Called with what is done, out of how much, and what has happened."""


@dataclass(frozen=True, slots=True)
class IncidentOutcome:
    """What the scenario of one incident came to."""

    number: int
    """Number of the incident."""
    title: str
    """What it was."""
    answer: str
    """How this protocol answers."""
    expectations: int
    """How many things were expected."""
    failures: tuple[str, ...]
    """Those that were not so, each with what was seen instead."""
    seconds: float
    """How long it took."""


@dataclass(slots=True)
class IncidentsOutcome:
    """What the scenarios came to."""

    incidents: list[IncidentOutcome] = field(default_factory=list)
    """One by one."""
    judgement: Judgement = field(default_factory=Judgement)
    """What the invariants came to on the scenarios' blocks."""
    blocks: int = 0
    """How many those were."""

    @property
    def holds(self) -> bool:
        """Whether everything was as expected."""
        return not self.judgement.violations and not any(incident.failures for incident in self.incidents)


def run_job(job: Job, tell: Tell) -> ReplayOutcome | IncidentsOutcome:
    """Do a job to its end, or to the first thing that does not hold."""
    return run_incidents(tell) if job.name == INCIDENTS else run_replay(job, tell)


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


def run_incidents(tell: Tell) -> IncidentsOutcome:
    """Run the scenario of every incident; the invariants look at each block of it."""
    outcome, tally = IncidentsOutcome(), Tally()
    for done, number in enumerate(sorted(SCENARIOS)):
        tell(done, len(SCENARIOS), SCENARIOS[number].title)
        run_incident(outcome, tally, SCENARIOS[number])
    tell(len(SCENARIOS), len(SCENARIOS), "")
    outcome.judgement.take(tally)
    return outcome


def run_incident(outcome: IncidentsOutcome, tally: Tally, scenario: Scenario) -> None:
    """Run one scenario."""
    began = perf_counter()
    result: ScenarioResult = scenario.run()
    for applied in result.history:
        outcome.blocks += 1
        tally.check_block(BlockStep(applied.before, applied.block, applied.after, applied.receipt, accept_all))
    failures = tuple(f"{failure.statement}: {failure.detail}" for failure in result.failures)
    outcome.incidents.append(
        IncidentOutcome(
            scenario.number,
            scenario.title,
            scenario.answer,
            len(result.expectations),
            failures,
            perf_counter() - began,
        )
    )
