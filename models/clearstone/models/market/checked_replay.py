"""A replay under observation: every block through every invariant, until the end or until one does not hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from traceback import extract_tb

from clearstone.invariants.block_step import BlockStep
from clearstone.invariants.checking import Tally
from clearstone.invariants.registry import Violation
from clearstone.models.collector import collector_at_rest
from clearstone.models.judgement import Judgement
from clearstone.models.market.cluster_replay import ClusterReplay, LedgerHeight, cluster_replay
from clearstone.models.market.listing import CALM, MAIN, PERPETUAL
from clearstone.models.market.market_tally import MarketTally
from clearstone.models.market.replay_plan import ReplayPlan
from clearstone.models.market.replay_properties import (
    CALM_UNTOUCHED,
    POOLS_APART,
    PROGRESS,
    TOTALITY,
    ReplayProperty,
)
from clearstone.models.market.shadow_pool import ShadowPool
from clearstone.models.signing import remembering_authentic
from clearstone.spec.encoding.signatures import Authentic


@dataclass(frozen=True, slots=True)
class Sample:
    """One block of a replay's course, for plots."""

    time: int
    """Block time, ms since the epoch."""
    index: int
    """Index in ticks."""
    liquidations: int
    """Takeovers in `main` so far."""
    defaults: int
    """Defaults in `main` so far."""
    insurance: int
    """Insurance fund of `main`, in atoms."""
    socialised: int
    """What other accounts of `main` have paid so far, in atoms."""


@dataclass(slots=True)
class ReplayOutcome:
    """What a replay came to."""

    series: str
    """Name of the series."""
    places: int
    """Decimal places of its tick."""
    planned: int
    """Blocks that it was to have."""
    tally: MarketTally = field(default_factory=MarketTally)
    """What happened."""
    judgement: Judgement = field(default_factory=Judgement)
    """What the invariants came to, those of the run as a whole included."""
    course: list[Sample] = field(default_factory=list)
    """Its blocks in order."""
    rounds: int = 0
    """Rounds of consensus, all heights together."""
    malformed: int = 0
    """Byte strings that were refused before they were transactions."""
    accounts: int = 0
    """Accounts at the end."""
    seconds: float = 0.0
    """How long it took."""

    @property
    def holds(self) -> bool:
        """Whether nothing was found to be wrong."""
        return not self.judgement.violations


class _Ended(Exception):
    """Something does not hold: what comes after it would say nothing new."""


class _Observer:
    """Looks at every height that the correct validators have executed."""

    def __init__(
        self,
        plan: ReplayPlan,
        outcome: ReplayOutcome,
        authentic: Authentic,
        progress: Callable[[ReplayOutcome], None],
    ) -> None:
        self.plan = plan
        self.outcome = outcome
        self.authentic = authentic
        self.progress = progress
        self.honest: frozenset[bytes] = frozenset()
        self.shadow: ShadowPool | None = None
        self.height = 0
        self.tally = Tally()

    def watch(self, replay: ClusterReplay) -> None:
        """Run a replay to its end; if it gets stuck or raises, what there is of the heights not done is judged too."""
        self.honest = replay.honest
        self.shadow = ShadowPool(CALM, replay.cluster.application.genesis(), self.authentic)
        finished = False
        try:
            finished = replay.run()
        except _Ended:
            return
        except Exception as error:
            self.expect(TOTALITY, False, told(error))
        else:
            self.expect(TOTALITY, True, "")
            self.expect(PROGRESS, finished, "the height after this one is not decided")
        if not finished:
            for trace in replay.cluster.unfinished():
                self.tally.check_trace(trace)

    def look(self, seen: LedgerHeight) -> None:
        """Count a height, and judge it."""
        outcome, self.height = self.outcome, seen.height
        step = BlockStep(seen.before, seen.block, seen.state, seen.receipt, self.authentic, self.honest)
        found = self.tally.check_block(step) + self.tally.check_trace(seen.trace)
        outcome.tally.add(seen.state, seen.receipt)
        outcome.rounds += seen.rounds
        outcome.accounts = len(seen.state.ledger.accounts.entries)
        self._judge_run(seen)
        outcome.course.append(sample(outcome.tally, seen))
        self.progress(outcome)
        if found or not outcome.holds:
            raise _Ended

    def _judge_run(self, seen: LedgerHeight) -> None:
        """What is judged of the run as a whole, as far as this height can tell."""
        assert self.shadow is not None
        difference = self.shadow.follow(seen.block, seen.state)
        self.expect(POOLS_APART, difference is None, difference or "")
        if self.plan.stays_calm:
            calm = self.outcome.tally.pools.get(CALM)
            untouched = calm is None or calm.liquidations + calm.defaults + sum(calm.absorbed.values()) == 0
            self.expect(CALM_UNTOUCHED, untouched, f"{calm}")

    def expect(self, promise: ReplayProperty, holds: bool, detail: str) -> None:
        """Count a question that the run answers, and what was wrong."""
        judgement = self.outcome.judgement
        judgement.asked[promise.id] += 1
        if not holds:
            judgement.violations.append(Violation(promise.id, self.height, detail))


def sample(tally: MarketTally, seen: LedgerHeight) -> Sample:
    """One block of the course."""
    pool = tally.pools.get(MAIN)
    return Sample(
        seen.state.time,
        seen.state.quotes[PERPETUAL].index,
        pool.liquidations if pool else 0,
        pool.defaults if pool else 0,
        seen.state.ledger.pools[MAIN].insurance,
        pool.socialised if pool else 0,
    )


def run_checked(plan: ReplayPlan, progress: Callable[[ReplayOutcome], None] = lambda outcome: None) -> ReplayOutcome:
    """Replay a plan through a cluster under all invariants; ends early at the first that does not hold."""
    began = perf_counter()
    outcome = ReplayOutcome(plan.series.name, plan.series.places, plan.blocks)
    authentic = remembering_authentic()
    observer = _Observer(plan, outcome, authentic, progress)
    with collector_at_rest():
        try:
            replay = cluster_replay(plan, observer.look, authentic=authentic)
        except Exception as error:
            observer.expect(TOTALITY, False, told(error))
        else:
            outcome.planned = replay.exchange.heights
            observer.watch(replay)
            outcome.malformed = len(replay.exchange.mischief.refused_at_the_door)
    outcome.judgement.take(observer.tally)
    outcome.seconds = perf_counter() - began
    return outcome


def told(error: Exception) -> str:
    """An exception in one line: what and where."""
    frames = extract_tb(error.__traceback__)
    where = f" in {frames[-1].name}, line {frames[-1].lineno}" if frames else ""
    return " ".join(f"{type(error).__name__}: {error}{where}".split())
