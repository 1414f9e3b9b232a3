"""A correct validator on a stage: the rules, their driver, a log, a disk. What it hears and when, the script says."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

from clearstone.models.cluster.message_log import MessageLog
from clearstone.models.signing import SigningKey
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus import rules
from clearstone.spec.consensus.actions import Action, Broadcast, Persist, Schedule
from clearstone.spec.consensus.claims import Claim, Timeout
from clearstone.spec.consensus.driver import Move, drive
from clearstone.spec.consensus.messages import PRECOMMIT, Message, SignedMessage, Vote, check_message
from clearstone.spec.consensus.node import Node
from clearstone.spec.consensus.validators import Validators
from clearstone.spec.encoding.signatures import Authentic
from clearstone.spec.receipts import Rejection

MOST_MOVES = 1_000
"""More than any news can lead to: each move is progress, unless a rule is broken."""


class Surroundings(Protocol):
    """What an actor has to do with the stage."""

    validators: Validators
    authentic: Authentic

    def new_node(self, key: bytes) -> Node:
        """CONS-2. The state of a validator that begins the height."""
        ...

    def is_valid(self, value: bytes) -> bool:
        """CONS-2. May this block be decided?"""
        ...

    def candidate(self, key: bytes, round: int) -> bytes:
        """CONS-4. The block that this validator makes if it is its turn, else NIL."""
        ...

    def tick(self) -> int:
        """Time passes, a millisecond; what time it is."""
        ...

    def moved(self, key: bytes, move: Move) -> None:
        """A rule fired."""
        ...

    def logged(self, key: bytes, signed: SignedMessage) -> None:
        """A message entered a log."""
        ...

    def spoke(self, signed: SignedMessage) -> None:
        """A message was sent."""
        ...

    def decided(self, key: bytes, round: int, value: bytes) -> None:
        """A validator decided."""
        ...

    def resumed(self, key: bytes, node: Node) -> None:
        """A validator came back with this state."""
        ...


@dataclass(slots=True)
class Disk:
    """CONS-3. What a crash leaves."""

    node: Node | None = None
    """The state stored last."""
    sent: dict[Message, SignedMessage] = field(default_factory=dict)
    """The messages stored with it, by what they say, as signed."""


class Actor:
    """CONS-2, CONS-3. One correct validator at one height."""

    def __init__(self, key: SigningKey, around: Surroundings) -> None:
        """A validator that has not begun."""
        self.key = key.public
        self.disk = Disk()
        self.actions_left: int | None = None
        """After how many more actions it crashes; None if it does not."""
        self._signing_key = key
        self._around = around
        self._begin(around.new_node(self.key))

    def _begin(self, node: Node) -> None:
        powers = {validator.key: validator.power for validator in self._around.validators}
        self.node = node
        self.log = MessageLog(powers, self._around.is_valid, partial(self._around.candidate, self.key))
        self.known: set[SignedMessage] = set()
        self.timers: set[Schedule] = set()
        self.running = True
        self.started = False
        self._signed: dict[Message, SignedMessage] = {}

    def start(self) -> None:
        """Begin the height."""
        self.started = True
        self._advance()

    def hear(self, signed: SignedMessage) -> Rejection | None:
        """Receive a message; why it is not let in, if it is not. One of another height is let in, but not counted."""
        refused = check_message(self.node.chain, self._around.validators, signed, self._around.authentic)
        if refused is None and self.running and signed.message.height == self.node.height:
            self._enter(signed)
            self._advance()
        return refused

    def time_out(self, step: int) -> None:
        """Let the timer of this step and the present round run out. That it was not set is an error of the script."""
        if not self.has_timer(step):
            raise ValueError(f"no timer of step {step} runs in round {self.node.round}")
        self._advance(Timeout(step, self.node.round))

    def has_timer(self, step: int) -> bool:
        """Whether a timer of this step runs in the present round."""
        return self.running and Schedule(step, self.node.round) in self.timers

    def crash(self) -> None:
        """Lose all that is not on disk."""
        self.running = False
        self.actions_left = None

    def restart(self) -> None:
        """Come back with what is on disk and nothing else, and send again what it said."""
        self._begin(self.disk.node or self._around.new_node(self.key))
        self._around.resumed(self.key, self.node)
        for signed in self.disk.sent.values():
            self._say(signed)
        if self.disk.node is not None:
            for action in rules.resume(self.node).actions:
                self._carry_out(action)
            self.start()

    def _advance(self, first: Claim | None = None) -> None:
        if not self.started:
            return
        for number, move in enumerate(drive(self.node, self.log, first)):
            if number == MOST_MOVES:
                raise RuntimeError(f"after {MOST_MOVES} moves without news the rules still move a validator in circles")
            self.node = move.outcome.node
            self._around.moved(self.key, move)
            for action in move.outcome.actions:
                self._carry_out(action)
                if self.actions_left is not None:
                    self.actions_left -= 1
                    if self.actions_left == 0:
                        self.crash()
                        return

    def _carry_out(self, action: Action) -> None:
        if isinstance(action, Schedule):
            self.timers.add(action)
        elif isinstance(action, Persist):
            self.disk.node = action.node
            if action.message is not None:
                self.disk.sent[action.message] = self._sign(action.message)
        elif isinstance(action, Broadcast):
            self._say(self._sign(action.message))
        else:
            self._around.decided(self.key, action.round, action.block_id)

    def _sign(self, message: Message) -> SignedMessage:
        """Extend and sign a message, once."""
        if message not in self._signed:
            extended = message
            if isinstance(message, Vote) and message.step == PRECOMMIT and message.block_id != NIL:
                extended = replace(message, time=self._around.tick(), prices=(("btc", 5_000),))
            self._signed[message] = SignedMessage(self.key, extended, self._signing_key.sign(extended))
        return self._signed[message]

    def _say(self, signed: SignedMessage) -> None:
        self._around.spoke(signed)
        self._enter(signed)

    def _enter(self, signed: SignedMessage) -> None:
        self.known.add(signed)
        self.log.add(signed)
        self._around.logged(self.key, signed)
