"""The cluster: all validators of a chain in one process, over a simulated network, in simulated time.

A discrete-event simulation: what is to happen stands in a heap by its time, and the clock jumps from one event to the
next. Everything follows from the seed. Each correct validator executes every block on a state of its own; when the last
of them has executed a height, the replicas are compared and the observer is called with what happened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from heapq import heappop, heappush
from random import Random
from typing import Generic, TypeVar

from clearstone.invariants.observations import ConsensusTrace, Decision, NodeStep
from clearstone.models.cluster.application import Application, Surroundings
from clearstone.models.cluster.byzantine import KINDS
from clearstone.models.cluster.network import CALM, Conditions, Network
from clearstone.models.cluster.storage import Decided
from clearstone.models.cluster.trace import HeightRecord
from clearstone.models.cluster.validator_process import ValidatorProcess
from clearstone.models.cluster.wire import Gate
from clearstone.models.signing import SigningKey
from clearstone.spec.blocks import Block
from clearstone.spec.consensus.driver import Move, Timeouts
from clearstone.spec.consensus.messages import SignedMessage
from clearstone.spec.consensus.validators import Validator, Validators
from clearstone.spec.encoding.signatures import Authentic
from clearstone.spec.state import State

S = TypeVar("S")
R = TypeVar("R")

TIMEOUTS = Timeouts(propose=200, prevote=100, precommit=100, growth=50)
"""Timers that fit a network which delivers within 20 to 50 ms."""
PATIENCE = 1_000
"""After how many ms at one height a validator asks the others what it lacks."""
GRACE = 60_000
"""Within how many ms a height is decided once it has begun and the network is stable; timers may have grown before."""
LARGEST_SKEW = 50
"""By how many ms a correct validator's clock may be fast or slow."""


@dataclass(frozen=True, slots=True)
class Crash:
    """CONS-3. One validator goes down and comes back from what it stored."""

    validator: int
    """Index of the validator."""
    down: int
    """When it goes down, ms of the run."""
    up: int
    """When it comes back, ms of the run."""
    keeps_log: bool
    """Whether it finds again what it had received."""
    after_persisting: bool
    """If set it goes down at its next message from `down` on, after that is stored and before it is sent."""


@dataclass(frozen=True, slots=True)
class Height(Generic[S, R]):
    """One height that all correct validators have executed."""

    height: int
    """The height."""
    block: Block
    """Its block."""
    before: S
    """The state before it."""
    state: S
    """The state after it, of the first correct validator that executed it."""
    receipt: R
    """What executing it left behind, there."""
    roots: Mapping[bytes, bytes]
    """The state root of every correct replica, by its validator's key."""
    rounds: int
    """How many rounds it took."""
    trace: ConsensusTrace
    """What the correct validators did and saw."""


def validators_of(seed: int, powers: Sequence[int]) -> tuple[tuple[SigningKey, ...], Validators]:
    """Keys and validators with these powers, ascending by key; the n-th power belongs to the n-th key."""
    keys = sorted((SigningKey.derive(seed, f"validator {n}") for n in range(len(powers))), key=lambda key: key.public)
    return tuple(keys), tuple(Validator(key.public, power) for key, power in zip(keys, powers, strict=True))


class Cluster(Generic[S, R]):
    """Validators, the network between them, and the time that passes."""

    def __init__(
        self,
        *,
        chain: str,
        keys: Sequence[SigningKey],
        validators: Validators,
        application: Application[S, R],
        surroundings: Surroundings[S],
        authentic: Authentic,
        observer: Callable[[Height[S, R]], None] = lambda height: None,
        seed: int = 0,
        epoch: int = 0,
        conditions: Conditions = CALM,
        byzantine: Mapping[int, str] | None = None,
        crashes: Sequence[Crash] = (),
        timeouts: Timeouts = TIMEOUTS,
        patience: int = PATIENCE,
        grace: int = GRACE,
    ) -> None:
        """A cluster that stands at genesis, at time `epoch`. `byzantine` maps indexes to kinds (`byzantine.KINDS`)."""
        self.chain = chain
        self.validators = validators
        self.application = application
        self.surroundings = surroundings
        self.timeouts = timeouts
        self.patience = patience
        self.grace = grace
        self.gate = Gate(chain, validators, authentic)
        self.epoch = epoch
        self.now = epoch
        self.events = 0
        self.forks: list[int] = []
        """Heights at which correct replicas differ."""
        self.decided = 0
        """The last height that all correct validators have executed."""
        self._observer = observer
        self._network = Network(conditions, Random(f"network {seed}"))
        self._heap: list[tuple[int, int, Callable[[], None]]] = []
        self._sequence = 0
        self._records: dict[int, HeightRecord] = {}
        self._outcomes: dict[int, tuple[S, R]] = {}
        self._last = application.genesis()
        self._stabilises = epoch + conditions.stabilises
        self._authentic = authentic
        self.processes = self._make_processes(keys, byzantine or {}, seed)
        self.correct = tuple(process for process in self.processes if process.index not in (byzantine or {}))
        self._honest = frozenset(process.index for process in self.correct)
        for process in self.processes:
            self.at(epoch, process.boot)
        for crash in crashes:
            self._plan(crash)

    def _make_processes(
        self, keys: Sequence[SigningKey], byzantine: Mapping[int, str], seed: int
    ) -> tuple[ValidatorProcess[S, R], ...]:
        dice = Random(f"validators {seed}")
        made: list[ValidatorProcess[S, R]] = []
        for index, key in enumerate(keys):
            skew = dice.randint(-LARGEST_SKEW, LARGEST_SKEW)
            if index in byzantine:
                made.append(KINDS[byzantine[index]](index, key, skew, self, Random(f"liar {index} {seed}")))
            else:
                made.append(ValidatorProcess(index, key, skew, self))
        return tuple(made)

    def _plan(self, crash: Crash) -> None:
        process = self.processes[crash.validator]

        def go_down() -> None:
            if crash.after_persisting:
                process.crashes_after_persisting = True
            else:
                process.crash()

        def come_up() -> None:
            process.crashes_after_persisting = False
            if not process.running:
                if not crash.keeps_log:
                    process.storage.received = {}
                process.boot()
                if process.index in self._honest:
                    self._record(process.node.height).restarts.setdefault(process.key, []).append(process.node)

        self.at(self.epoch + crash.down, go_down)
        self.at(self.epoch + crash.up, come_up)

    # Time

    def at(self, time: int, callback: Callable[[], None]) -> None:
        """Call back at a time; what is due at the same time happens in the order in which it was asked for."""
        self._sequence += 1
        heappush(self._heap, (time, self._sequence, callback))

    def run(self, height: int, deadline: int) -> bool:
        """Let time pass until all correct validators have executed this height; False if the deadline comes first."""
        while self.decided < height and self._heap and self._heap[0][0] <= deadline:
            self.now, _, callback = heappop(self._heap)
            self.events += 1
            callback()
        return self.decided >= height

    # What processes ask for

    def send(self, sender: int, recipients: Sequence[int], packets: tuple[bytes, ...]) -> None:
        """Hand packets to the network."""
        for recipient in recipients:
            for delay in self._network.delays(self.now - self.epoch, sender, recipient):
                self.at(self.now + delay, partial(self.processes[recipient].receive, sender, packets))

    def moved(self, process: ValidatorProcess[S, R], move: Move) -> None:
        """Record a step of a correct validator."""
        if process.index in self._honest:
            outcome = move.outcome
            step = NodeStep(self.now, process.key, move.claim, move.before, outcome.node, outcome.actions)
            self._record(outcome.node.height).steps.append(step)

    def logged(self, process: ValidatorProcess[S, R], signed: SignedMessage) -> None:
        """Record what a correct validator has in its log."""
        if process.index in self._honest:
            self._record(signed.message.height).logs.setdefault(process.key, []).append(signed)

    def known_outcome(self, decided: Decided) -> tuple[S, R] | None:
        """What executing this block gave a correct validator, if one has and the others have yet to."""
        record = self._records.get(decided.height)
        return self._outcomes[decided.height] if record is not None and decided.block_id in record.blocks else None

    def executed(self, process: ValidatorProcess[S, R], decided: Decided, block: Block, receipt: R, told: bool) -> None:
        """Compare the replica with the others; once all are there, report the height."""
        if process.index not in self._honest:
            return
        height, state = decided.height, process.storage.state
        record = self._record(height)
        record.decisions[process.key] = Decision(self.now, decided.round, decided.block_id, told)
        record.blocks[decided.block_id] = block
        record.roots[process.key] = self.application.root(state)
        self._outcomes.setdefault(height, (state, receipt))
        if len(record.roots) == len(self.correct):
            self._report(height)

    def _report(self, height: int) -> None:
        trace = self._trace(height)
        (state, receipt), before = self._outcomes.pop(height), self._last
        del self._records[height]
        self.decided, self._last = height, state
        self._record(height + 1).started_at = max(self.now, self.surroundings.starts(height + 1))
        if len(trace.blocks) > 1 or len(set(trace.roots.values())) > 1:
            self.forks.append(height)
        rounds = 1 + max(decision.round for decision in trace.decisions.values())
        block = next(iter(trace.blocks.values()))
        self._observer(Height(height, block, before, state, receipt, trace.roots, rounds, trace))

    def unfinished(self) -> tuple[ConsensusTrace, ...]:
        """The heights that not all correct validators have executed, lowest first, as they stand now."""
        return tuple(self._trace(height) for height in sorted(self._records))

    def _record(self, height: int) -> HeightRecord:
        record = self._records.get(height)
        if record is None:
            record = self._records[height] = HeightRecord(max(self.now, self.surroundings.starts(height)))
        return record

    def _trace(self, height: int) -> ConsensusTrace:
        record, before = self._record(height), self._last
        return ConsensusTrace(
            chain=self.chain,
            validators=self.validators,
            correct=frozenset(process.key for process in self.correct),
            height=height,
            steps=record.steps,
            logs=record.logs,
            restarts=record.restarts,
            decisions=record.decisions,
            roots=record.roots,
            blocks=record.blocks,
            before=before if isinstance(before, State) and before.height + 1 == height else None,
            started_at=record.started_at,
            ended_at=self.now,
            stabilised_at=self._stabilises,
            patience=self.grace,
            authentic=self._authentic,
        )
