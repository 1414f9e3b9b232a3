"""A stage: validators at one height, among whom nothing arrives and no timer runs out unless the script says so.

The correct ones run `spec.consensus.step` behind its driver, with real signatures, and admit messages as any client
does. The liars say what the script makes them say. All is written down for the invariants.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from hashlib import sha256

from clearstone.invariants.observations import ConsensusTrace, Decision, NodeStep
from clearstone.models.cluster.cluster import validators_of
from clearstone.models.directed_scenarios.actor import Actor
from clearstone.models.signing import remembering_authentic
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.driver import Move
from clearstone.spec.consensus.messages import (
    NO_ROUND,
    PRECOMMIT,
    PREVOTE,
    PROPOSE,
    Message,
    Proposal,
    SignedMessage,
    Vote,
)
from clearstone.spec.consensus.node import Node
from clearstone.spec.consensus.proposer import proposer
from clearstone.spec.consensus.validators import total_power

CHAIN = "clearstone-stage"
"""Chain id of all stages."""
HEIGHT = 12
"""Height of all stages: a multiple of 3 and 4, so that of so many equal validators the n-th proposes in round n."""

OTHER = sha256(b"a block that a liar made").digest()
"""A block that may be decided, though no correct validator made it."""
INVALID = sha256(b"a block that breaks a rule").digest()
"""A block that may not be decided."""

AUTHENTIC = remembering_authentic()
"""How signatures are verified on all stages: what one has verified the others need not."""


def block_of(index: int, restarts: int = 0) -> bytes:
    """The block that a validator makes when it is its turn; after a restart it makes another one."""
    return sha256(f"a block of validator {index} after {restarts} restarts".encode()).digest()


class Stage:
    """Validators, by index; those that are no liars have an actor."""

    def __init__(self, powers: Sequence[int] = (1, 1, 1, 1), liars: Collection[int] = ()) -> None:
        """A stage on which nothing has happened yet."""
        self.keys, self.validators = validators_of(0, powers)
        self.authentic = AUTHENTIC
        self.actors = {n: Actor(key, self) for n, key in enumerate(self.keys) if n not in liars}
        self.said: dict[SignedMessage, None] = {}
        """What the correct have sent, in order."""
        self._valid = {OTHER, *(block_of(index, restarts) for index in range(len(powers)) for restarts in (0, 1))}
        self._clock = 0
        self._steps: list[NodeStep] = []
        self._logs: dict[bytes, list[SignedMessage]] = {}
        self._restarts: dict[bytes, list[Node]] = {}
        self._decisions: dict[bytes, Decision] = {}

    # What the script does

    def start(self, *who: int) -> None:
        """Let these begin the height; all, if none is named."""
        for index in who or self.actors:
            self.actors[index].start()

    def give(self, messages: Iterable[SignedMessage], *recipients: int) -> None:
        """Let messages arrive at some."""
        for signed in tuple(messages):
            for index in recipients:
                self.actors[index].hear(signed)

    def proposals(self, round: int) -> tuple[SignedMessage, ...]:
        """What the correct have proposed in a round."""
        return tuple(
            signed for signed in self.said if isinstance(signed.message, Proposal) and signed.message.round == round
        )

    def votes(self, step: int, round: int, *senders: int) -> tuple[SignedMessage, ...]:
        """The votes of a kind and round that these have sent; everybody's, if none is named."""
        keys = {self.keys[index].public for index in senders or self.actors}
        return tuple(
            signed
            for signed in self.said
            if isinstance(signed.message, Vote)
            and (signed.message.step, signed.message.round) == (step, round)
            and signed.sender in keys
        )

    def voted(self, index: int, step: int, round: int) -> list[bytes]:
        """For what a validator has voted in a round: one value, if it voted; NIL is one."""
        return [signed.message.block_id for signed in self.votes(step, round, index)]

    def sign(self, index: int, message: Message) -> SignedMessage:
        """A message that a validator signs because the script says so."""
        return SignedMessage(self.keys[index].public, message, self.keys[index].sign(message))

    def vote(self, liar: int, step: int, round: int, value: bytes) -> SignedMessage:
        """A vote of a liar."""
        return self.sign(liar, Vote(CHAIN, HEIGHT, round, step, value, 0, ()))

    def proposal(self, liar: int, round: int, value: bytes, valid_round: int = NO_ROUND) -> SignedMessage:
        """A proposal of a liar."""
        return self.sign(liar, Proposal(CHAIN, HEIGHT, round, value, valid_round))

    def talk(self, *among: int) -> None:
        """Let these tell each other all that they have heard, until nothing is new to any of them."""
        news = True
        while news:
            heard = dict.fromkeys(signed for index in among for signed in self._logs.get(self.keys[index].public, ()))
            news = False
            for index in among:
                for signed in heard:
                    if self.actors[index].running and signed not in self.actors[index].known:
                        self.actors[index].hear(signed)
                        news = True

    def pass_round(self, *among: int) -> None:
        """Let these talk, and then let their timers run out one after the other, as on a network that is quick."""
        self.talk(*among)
        for step in (PROPOSE, PREVOTE, PRECOMMIT):
            for index in among:
                if self.actors[index].node.decision == NIL and self.actors[index].has_timer(step):
                    self.actors[index].time_out(step)
            self.talk(*among)

    def time_out(self, step: int, *who: int) -> None:
        """Let a timer run out at some."""
        for index in who:
            self.actors[index].time_out(step)

    # What the script asks

    def decision(self, index: int) -> bytes:
        """What a validator has decided, or NIL."""
        return self.actors[index].node.decision

    def decisions(self, *who: int) -> set[bytes]:
        """All that has been decided by these, NIL for those who have not; by everybody, if none is named."""
        return {self.decision(index) for index in who or self.actors}

    def round(self, index: int) -> int:
        """In which round a validator is."""
        return self.actors[index].node.round

    def trace(self) -> ConsensusTrace:
        """What was seen, for the invariants."""
        return ConsensusTrace(
            chain=CHAIN,
            validators=self.validators,
            correct=frozenset(actor.key for actor in self.actors.values()),
            height=HEIGHT,
            steps=self._steps,
            logs=self._logs,
            restarts=self._restarts,
            decisions=self._decisions,
            roots={key: decision.block_id for key, decision in self._decisions.items()},
            authentic=self.authentic,
        )

    # What actors ask for

    def new_node(self, key: bytes) -> Node:
        """A validator that has not begun the height."""
        return Node(CHAIN, HEIGHT, key, total_power(self.validators))

    def is_valid(self, value: bytes) -> bool:
        """All blocks may be decided but one."""
        return value in self._valid

    def candidate(self, key: bytes, round: int) -> bytes:
        """Each validator has a block of its own, the same in every round until it crashes."""
        if proposer(self.validators, HEIGHT, round) != key:
            return NIL
        return block_of([each.public for each in self.keys].index(key), len(self._restarts.get(key, ())))

    def tick(self) -> int:
        """A millisecond passes."""
        self._clock += 1
        return self._clock

    def moved(self, key: bytes, move: Move) -> None:
        """Write down a step."""
        outcome = move.outcome
        self._steps.append(NodeStep(self.tick(), key, move.claim, move.before, outcome.node, outcome.actions))

    def logged(self, key: bytes, signed: SignedMessage) -> None:
        """Write down what a log has."""
        self._logs.setdefault(key, []).append(signed)

    def spoke(self, signed: SignedMessage) -> None:
        """Keep what was sent; whom it reaches is the script's business."""
        self.said[signed] = None

    def decided(self, key: bytes, round: int, value: bytes) -> None:
        """Write down a decision."""
        self._decisions[key] = Decision(self._clock, round, value, False)

    def resumed(self, key: bytes, node: Node) -> None:
        """Write down a restart."""
        self._restarts.setdefault(key, []).append(node)
