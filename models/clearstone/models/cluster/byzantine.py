"""Validators that lie. Each follows the rules inwardly, so that its lies are timely, and breaks one of them outwardly.

A Byzantine validator may do anything at all. These kinds are chosen because each attacks something that the rules rest
on: that quorums share an honest member (equivocation, forgetting), that a lock is kept (amnesia), that the clock and
the prices are medians (false reports), that enough votes reach everybody (silence, withholding), that bytes are checked
before they are believed (forging). One that follows the rules until it crashes and then has lost what it stored is of
their number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any, TypeVar

from clearstone.models.cluster.host import Host
from clearstone.models.cluster.storage import Decided
from clearstone.models.cluster.validator_process import ValidatorProcess
from clearstone.models.cluster.wire import ProposedBlock, id_of, pack
from clearstone.models.signing import SigningKey
from clearstone.spec.blocks import NIL, Block
from clearstone.spec.consensus.actions import Action
from clearstone.spec.consensus.messages import NO_ROUND, PRECOMMIT, PREVOTE, Message, Proposal, SignedMessage, Vote
from clearstone.spec.encoding.records import encode_record

S = TypeVar("S")
R = TypeVar("R")

FALSE_CLOCK = 86_400_000
"""How many ms a lying clock is off."""

UNKNOWN = b"?" * 32
"""An id that no block has."""


class ByzantineProcess(ValidatorProcess[S, R]):
    """A validator that follows the rules inwardly. Its dice are its own: lies do not disturb the network's."""

    def __init__(self, index: int, key: SigningKey, skew: int, host: Host[S, R], random: Random) -> None:
        """A validator with the dice that decide whom it tells what."""
        super().__init__(index, key, skew, host)
        self.random = random

    def execute(self, decided: Decided, block: Block) -> tuple[S, R]:
        """What a correct validator got, if one has executed the block already: nobody relies on a liar's state."""
        return self.host.known_outcome(decided) or super().execute(decided, block)

    def some(self) -> tuple[int, ...]:
        """A random part of the others."""
        return tuple(other for other in self._others if self.random.random() < 0.5)

    def say(self, signed: SignedMessage, data: bytes, recipients: tuple[int, ...]) -> None:
        """Say something to these and to itself."""
        self._enter(data, signed)
        self.host.send(self.index, recipients, (data,))


class Silent(ByzantineProcess[S, R]):
    """It never says anything: no different from one that is down for good."""

    def broadcast(self, signed: SignedMessage, data: bytes) -> None:
        """Nothing."""


class Withholding(ByzantineProcess[S, R]):
    """It tells each thing to some only, so that one validator sees a quorum where another does not."""

    def broadcast(self, signed: SignedMessage, data: bytes) -> None:
        """To some."""
        self.say(signed, data, self.some())


class Equivocating(ByzantineProcess[S, R]):
    """It says one thing to some and another to the rest; as proposer it makes two blocks."""

    def broadcast(self, signed: SignedMessage, data: bytes) -> None:
        """One thing to some, another to the rest."""
        chosen = self.some()
        rest = tuple(other for other in self._others if other not in chosen)
        self.say(signed, data, chosen)
        self.host.send(self.index, rest, (self._contrary(signed.message),))

    def _contrary(self, message: Message) -> bytes:
        if isinstance(message, Proposal):
            return self._other_proposal(message)
        others = [value for value in (*self.storage.bodies, NIL, UNKNOWN) if value != message.block_id]
        contrary = Vote(message.chain, message.height, message.round, message.step, self.random.choice(others), 0, ())
        return pack(self.sign(self.extended(contrary)))

    def _other_proposal(self, message: Proposal) -> bytes:
        """A second block for the same round: without the last transaction, or else with a spare signature less."""
        block = self.storage.bodies[message.block_id].block
        if block.transactions:
            other = replace(block, transactions=block.transactions[:-1])
        else:
            other = replace(block, commit=replace(block.commit, signatures=block.commit.signatures[:-1]))
        data = encode_record(other)
        signed = self.sign(replace(message, block_id=id_of(data), valid_round=NO_ROUND))
        return pack(ProposedBlock(signed, data))


class Amnesiac(ByzantineProcess[S, R]):
    """It forgets its lock and its valid value after every step: it prevotes and proposes whatever it likes."""

    def _carry_out(self, action: Action) -> None:
        self.node = replace(self.node, locked_value=NIL, locked_round=NO_ROUND, valid_value=NIL, valid_round=NO_ROUND)
        super()._carry_out(action)


class FalseReports(ByzantineProcess[S, R]):
    """It follows all rules of consensus and reports false prices at a false time, now far up, now far down."""

    def extended(self, message: Message) -> Message:
        """The message, with lies in its extension."""
        honest = super().extended(message)
        if not isinstance(honest, Vote) or honest.step != PRECOMMIT or honest.block_id == NIL:
            return honest
        factor, hours = self.random.choice([(0, -1), (2, 1), (100, 1)])
        prices = tuple((feed, ticks * factor) for feed, ticks in honest.prices)
        return replace(honest, time=honest.time + hours * FALSE_CLOCK, prices=prices)


class EquivocatingWithFalseReports(Equivocating[S, R], FalseReports[S, R]):
    """Both: what the replayed crashes have among their validators."""


class Forging(ByzantineProcess[S, R]):
    """Beside its own votes it sends what the gate must refuse: cut, changed, in others' names, out of bounds."""

    def broadcast(self, signed: SignedMessage, data: bytes) -> None:
        """The truth, and forgeries."""
        super().broadcast(signed, data)
        message, height, round = signed.message, signed.message.height, signed.message.round
        at = self.random.randrange(len(data))
        victim = self.host.validators[self.random.randrange(len(self.host.validators))].key
        forgeries = (
            data[:at],
            data[:at] + bytes([data[at] ^ 1 << self.random.randrange(8)]) + data[at + 1 :],
            pack(SignedMessage(victim, Vote(message.chain, height, round, PREVOTE, NIL, 0, ()), bytes(64))),
            pack(self.sign(Vote(message.chain, height, -1, PREVOTE, NIL, 0, ()))),
            pack(self.sign(Vote(message.chain, height, round, PRECOMMIT, b"short", 0, ()))),
            pack(self.sign(Proposal(message.chain, height, round, bytes(32), NO_ROUND))),
        )
        self.host.send(self.index, self._others, forgeries)


class Forgetful(ByzantineProcess[S, R]):
    """It is correct until it crashes, and then starts from the decided blocks alone: it has forgotten what it said."""

    def crash(self) -> None:
        """Lose all, what was stored about the present height included."""
        super().crash()
        self.storage.node = None
        self.storage.sent = {}
        self.storage.received = {}


KINDS: Mapping[str, type[ByzantineProcess[Any, Any]]] = {
    "silent": Silent,
    "withholding": Withholding,
    "equivocating": Equivocating,
    "amnesiac": Amnesiac,
    "false-reports": FalseReports,
    "equivocating-false-reports": EquivocatingWithFalseReports,
    "forging": Forging,
    "forgetful": Forgetful,
}
"""The kinds of lies by name."""
