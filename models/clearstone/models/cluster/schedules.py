"""Random schedules: all that can go wrong in a run of the cluster, drawn from one number (CONS-1 to CONS-6).

`random_schedule(seed)` draws who is in the cluster with how much power, who of them lies and how, what the network does
before it stabilises, and who crashes when. `run_schedule` and `run_schedule_on_ledger` run it and say whether consensus
kept its promises: one block and one root a height, in every correct replica, and every height decided once the network
has stabilised. The seed is all that it takes to see a failure again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from clearstone.models.cluster.application import Application, Surroundings
from clearstone.models.cluster.byzantine import KINDS
from clearstone.models.cluster.cluster import GRACE, Cluster, Crash, Height, validators_of
from clearstone.models.cluster.counting_application import Count, CountingApplication, CountingSurroundings
from clearstone.models.cluster.ledger_application import LedgerApplication
from clearstone.models.cluster.network import Conditions, Partition
from clearstone.models.cluster.payments import Payments
from clearstone.models.signing import SigningKey, remembering_authentic
from clearstone.spec.consensus.validators import Validators
from clearstone.spec.encoding.signatures import Authentic
from clearstone.spec.state import State
from clearstone.spec.transition import BlockReceipt

S = TypeVar("S")
R = TypeVar("R")

CHAIN = "clearstone-schedules"
"""Chain id of all schedules."""
EPOCH = 1_583_971_200_000
"""When runs begin: 12 March 2020, 00:00 UTC, ms since the epoch."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """All that distinguishes one run from another."""

    seed: int
    """What it was drawn from; seeds the network's and the liars' dice as well."""
    powers: tuple[int, ...]
    """Power of each validator."""
    byzantine: tuple[tuple[int, str], ...]
    """Indexes of the validators that lie, less than 1/3 of the power, and how."""
    conditions: Conditions
    """What the network does."""
    crashes: tuple[Crash, ...]
    """Who crashes and comes back, perhaps twice; all are back when the network stabilises."""
    heights: int
    """How many heights to decide."""


@dataclass(frozen=True, slots=True)
class Result:
    """How a schedule went."""

    schedule: Schedule
    """The schedule."""
    decided: int
    """Heights that every correct replica has executed."""
    forks: tuple[int, ...]
    """Heights at which correct replicas differed: there must be none."""
    rounds: tuple[int, ...]
    """How many rounds each height took."""
    milliseconds: int
    """Simulated time that it took."""
    events: int
    """Events that it took."""

    @property
    def holds(self) -> bool:
        """One root a height, and every height decided."""
        return not self.forks and self.decided >= self.schedule.heights


def random_schedule(seed: int) -> Schedule:
    """The schedule of a seed."""
    random = Random(f"schedule {seed}")
    powers = _powers(random)
    byzantine = _byzantine(random, powers)
    crashing = {index for index, kind in byzantine if kind == "forgetful"}
    crashing |= {index for index in range(len(powers)) if random.random() < 0.4}
    stabilises = random.choice([1_000, 3_000, 8_000] if crashing else [0, 1_000, 3_000])
    conditions = Conditions(
        stabilises=stabilises,
        bound=random.choice([10, 30, 50]),
        wild_delay=random.choice([50, 300, 1_000]),
        loss=random.choice([0, 50_000, 200_000, 500_000]),
        duplication=random.choice([0, 100_000]),
        partitions=tuple(_partition(random, len(powers), stabilises) for _ in range(random.choice([0, 1, 2, 3]))),
    )
    often = [index for index in sorted(crashing) for _ in range(random.choice([1, 2]))]
    crashes = tuple(_crash(random, index, stabilises) for index in often)
    return Schedule(seed, powers, byzantine, conditions, crashes, random.choice([3, 4]))


def _powers(random: Random) -> tuple[int, ...]:
    count = random.choice([4, 7, 10])
    if random.random() < 0.4:
        return (1,) * count
    largest = random.choice([3, 10, 100])
    return tuple(random.randint(1 + largest // 5, largest) for _ in range(count))


def _byzantine(random: Random, powers: tuple[int, ...]) -> tuple[tuple[int, str], ...]:
    """Liars in random order, as long as they stay below 1/3 of the power and the dice ask for more."""
    total = sum(powers)
    held = 0
    chosen: list[tuple[int, str]] = []
    for index in random.sample(range(len(powers)), len(powers)):
        if 3 * (held + powers[index]) < total and random.random() < 0.85:
            held += powers[index]
            chosen.append((index, random.choice(sorted(KINDS))))
    return tuple(sorted(chosen))


def _partition(random: Random, count: int, stabilises: int) -> Partition:
    begins = random.randint(0, stabilises)
    side = frozenset(random.sample(range(count), random.randint(1, count - 1)))
    return Partition(begins, random.randint(begins, stabilises), side)


def _crash(random: Random, validator: int, latest: int) -> Crash:
    down = random.randint(0, latest - 1)
    up = random.randint(down + 1, latest)
    return Crash(validator, down, up, keeps_log=random.random() < 0.5, after_persisting=random.random() < 0.5)


def run_schedule(
    schedule: Schedule, observer: Callable[[Height[Count, tuple[int, ...]]], None] | None = None
) -> Result:
    """Run a schedule on the counting application."""
    keys, validators = validators_of(0, schedule.powers)
    authentic = remembering_authentic()
    application = CountingApplication(CHAIN, validators, authentic, EPOCH)
    return _run(schedule, CHAIN, keys, validators, application, CountingSurroundings(CHAIN), authentic, observer)


def run_schedule_on_ledger(
    schedule: Schedule, observer: Callable[[Height[State, BlockReceipt]], None] | None = None
) -> Result:
    """Run a schedule on the ledger: every replica executes every block, and its root is the state root."""
    keys, validators = validators_of(0, schedule.powers)
    authentic = remembering_authentic()
    payments = Payments(validators)
    application = LedgerApplication(payments.state(), authentic)
    chain = application.genesis().chain
    return _run(schedule, chain, keys, validators, application, payments, authentic, observer)


def _run(
    schedule: Schedule,
    chain: str,
    keys: Sequence[SigningKey],
    validators: Validators,
    application: Application[S, R],
    surroundings: Surroundings[S],
    authentic: Authentic,
    observer: Callable[[Height[S, R]], None] | None,
) -> Result:
    rounds: list[int] = []

    def observe(height: Height[S, R]) -> None:
        rounds.append(height.rounds)
        if observer is not None:
            observer(height)

    cluster = Cluster(
        chain=chain,
        keys=keys,
        validators=validators,
        application=application,
        surroundings=surroundings,
        authentic=authentic,
        observer=observe,
        seed=schedule.seed,
        epoch=EPOCH,
        conditions=schedule.conditions,
        byzantine=dict(schedule.byzantine),
        crashes=schedule.crashes,
    )
    cluster.run(schedule.heights, EPOCH + schedule.conditions.stabilises + schedule.heights * GRACE)
    elapsed = cluster.now - EPOCH
    return Result(schedule, cluster.decided, tuple(cluster.forks), tuple(rounds), elapsed, cluster.events)
