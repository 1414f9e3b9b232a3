"""A correct validator as a process: what stands around `spec.consensus.step` in any client.

It lets packets in through the gate, keeps the log, follows the driver's moves, carries out actions in order (persist,
then send), runs timers, executes what is decided, and asks others for help when it does not get on. It can crash at any
moment, also between persisting a message and sending it, and starts again from its storage.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Generic, TypeVar

from clearstone.models.cluster.host import Host
from clearstone.models.cluster.message_log import MessageLog
from clearstone.models.cluster.storage import Body, Decided, Storage
from clearstone.models.cluster.wire import DecidedBlock, Inquiry, ProposedBlock, id_of, pack
from clearstone.models.signing import SigningKey
from clearstone.spec.blocks import NIL, Block, CommitSignature
from clearstone.spec.consensus import rules
from clearstone.spec.consensus.actions import Action, Broadcast, Persist, Schedule
from clearstone.spec.consensus.claims import Claim, Timeout
from clearstone.spec.consensus.driver import drive
from clearstone.spec.consensus.messages import PRECOMMIT, Message, Proposal, SignedMessage, Vote
from clearstone.spec.consensus.node import NEW, Node
from clearstone.spec.consensus.proposer import proposer
from clearstone.spec.encoding.records import encode_record
from clearstone.spec.receipts import Rejection

S = TypeVar("S")
R = TypeVar("R")

BLOCKS_A_REPLY = 5
"""Most decided blocks in one answer to an inquiry."""


class ValidatorProcess(Generic[S, R]):
    """CONS-2, CONS-3. One validator."""

    def __init__(self, index: int, key: SigningKey, skew: int, host: Host[S, R]) -> None:
        """A validator with its place among the others, its key, and how many ms its clock is fast."""
        self.index = index
        self.key = key.public
        self.skew = skew
        self.host = host
        self.storage: Storage[S] = Storage(host.application.genesis())
        self.running = False
        self.life = 0
        self.crashes_after_persisting = False
        self._signing_key = key
        self._powers = {validator.key: validator.power for validator in host.validators}
        self._others = tuple(other for other in range(len(host.validators)) if other != index)
        self._later: dict[int, dict[bytes, int]] = {}

    # Life and death

    def boot(self) -> None:
        """Start, or start again, from what is stored."""
        self.running = True
        self._later = {}
        self._begin_height()

    def crash(self) -> None:
        """Lose all that is not stored."""
        self.running = False
        self.life += 1
        self.crashes_after_persisting = False

    def _begin_height(self) -> None:
        storage, host = self.storage, self.host
        height = storage.height + 1
        self.node = storage.node or Node(host.chain, height, self.key, sum(self._powers.values()))
        self.log = MessageLog(self._powers, self._is_valid, self._candidate)
        self.packets: dict[bytes, None] = {}
        self._precommits: dict[tuple[int, bytes], dict[bytes, CommitSignature]] = {}
        self._timers: set[Schedule] = set()
        self._prepared: tuple[SignedMessage, bytes] | None = None
        self._may_start = False
        received, storage.received = storage.received, {}
        for data in (*storage.sent, *received):
            self._receive(self.index, data)
        for earlier in [known for known in self._later if known < height]:
            del self._later[earlier]
        starts = max(host.now, host.surroundings.starts(height))
        self._later_in_this_height(starts, self._start)
        self._later_in_this_height(starts + host.patience, self._ask_for_help)

    def _later_in_this_height(self, time: int, callback: Callable[[], None]) -> None:
        life, height = self.life, self.node.height

        def if_still_there() -> None:
            if self.life == life and self.node.height == height:
                callback()

        self.host.at(time, if_still_there)

    def _start(self) -> None:
        self._may_start = True
        for data, sender in self._later.pop(self.node.height, {}).items():
            self._receive(sender, data)
        if self.node.step != NEW:  # it was here before it crashed
            for action in rules.resume(self.node).actions:
                self._carry_out(action)
            if self.storage.sent:
                self.host.send(self.index, self._others, tuple(self.storage.sent))
        self._advance()

    def _ask_for_help(self) -> None:
        self.host.send(self.index, self._others, (pack(Inquiry(self.node.height)),))
        self._later_in_this_height(self.host.now + self.host.patience, self._ask_for_help)

    # What comes in

    def receive(self, sender: int, packets: tuple[bytes, ...]) -> None:
        """Take in packets, then make all claims that the log now supports."""
        if not self.running:
            return
        news = False
        for data in packets:
            news = self._receive(sender, data) or news
        if news:
            self._advance()

    def _receive(self, sender: int, data: bytes) -> bool:
        """Take in one packet; whether it entered the log."""
        if data in self.packets:
            return False
        arrival = self.host.gate.admit(data)
        if isinstance(arrival, Rejection):
            return False
        content = arrival.content
        if isinstance(content, Inquiry):
            self._answer(sender, content.height)
            return False
        if isinstance(content, DecidedBlock):
            if arrival.block is not None and content.commit.height == self.node.height:
                self._adopt(sender, content, arrival.block)
            return False
        signed = content.proposal if isinstance(content, ProposedBlock) else content
        height = signed.message.height
        if height > self.node.height:
            self._later.setdefault(height, {})[data] = sender
        elif height < self.node.height:
            self._complete_commit(signed)
        else:
            if isinstance(content, ProposedBlock) and arrival.block is not None:
                self._keep_block(content.block, arrival.block)
            self._enter(data, signed)
            return True
        return False

    def _enter(self, data: bytes, signed: SignedMessage) -> None:
        """Put a packet of this height into the log."""
        self.packets[data] = None
        if data not in self.storage.sent:
            self.storage.received[data] = None
        message = signed.message
        if isinstance(message, Vote) and message.step == PRECOMMIT and message.block_id != NIL:
            extended = CommitSignature(signed.sender, message.time, message.prices, signed.signature)
            self._precommits.setdefault((message.round, message.block_id), {}).setdefault(signed.sender, extended)
        self.log.add(signed)
        self.host.logged(self, signed)

    def _keep_block(self, data: bytes, block: Block) -> bytes:
        name = id_of(data)
        self.storage.bodies[name] = Body(data, block)
        return name

    def _complete_commit(self, signed: SignedMessage) -> None:
        """A precommit that came after the decision: its time and prices still count in the next block."""
        message, last = signed.message, self.storage.chain[-1]
        decided = (last.height, last.round, last.block_id)
        if not (isinstance(message, Vote) and message.step == PRECOMMIT):
            return
        if (message.height, message.round, message.block_id) == decided:
            extended = CommitSignature(signed.sender, message.time, message.prices, signed.signature)
            last.signatures.setdefault(signed.sender, extended)

    def _answer(self, inquirer: int, height: int) -> None:
        """Give one who does not get on what it lacks: decided blocks, or all messages of the height."""
        if height == self.node.height:
            packets = tuple(self.packets)
        else:
            chain = self.storage.chain[height - 1 : height - 1 + BLOCKS_A_REPLY] if height >= 1 else []
            packets = tuple(pack(DecidedBlock(decided.block, decided.commit())) for decided in chain)
        if packets and inquirer != self.index:
            self.host.send(self.index, (inquirer,), packets)

    def _adopt(self, sender: int, content: DecidedBlock, block: Block) -> None:
        """Take over what the others have decided, and ask for more."""
        commit = content.commit
        if self.host.application.check(self.storage.state, block) is not None:
            return
        signatures = {signature.validator: signature for signature in commit.signatures}
        self._finish(Decided(content.block, commit.height, commit.round, commit.block_id, signatures), block, True)
        self.host.send(self.index, (sender,), (pack(Inquiry(self.node.height)),))

    # What the rules make of it

    def _advance(self, first: Claim | None = None) -> None:
        if not self._may_start:
            return
        for move in drive(self.node, self.log, first):
            self.node = move.outcome.node
            self.host.moved(self, move)
            for action in move.outcome.actions:
                self._carry_out(action)
                if not self.running:
                    return
        decision = self.node.decision
        if decision != NIL:
            signatures = self._precommits.get((self._decision_round, decision), {})
            body = self.storage.bodies[decision]
            decided = Decided(body.data, self.node.height, self._decision_round, decision, signatures)
            self._finish(decided, body.block, False)

    def _carry_out(self, action: Action) -> None:
        if isinstance(action, Schedule):
            self._schedule(action)
        elif isinstance(action, Persist):
            self.storage.node = action.node
            if action.message is not None:
                self._prepare(action.message)
                if self.crashes_after_persisting:
                    self.crash()
        elif isinstance(action, Broadcast):
            packet, self._prepared = self._prepared or self._packet(action.message), None
            self.broadcast(*packet)
        else:
            self._decision_round = action.round

    def _schedule(self, timer: Schedule) -> None:
        if timer in self._timers:
            return
        self._timers.add(timer)
        due = self.host.now + self.host.timeouts.duration(timer.step, timer.round)
        self._later_in_this_height(due, lambda: self._advance(Timeout(timer.step, timer.round)))

    def _prepare(self, message: Message) -> None:
        """Store a message's packet before it is sent."""
        self._prepared = self._packet(message)
        self.storage.sent[self._prepared[1]] = None

    def _packet(self, message: Message) -> tuple[SignedMessage, bytes]:
        """A message extended and signed, and what is sent for it."""
        signed = self.sign(self.extended(message))
        return signed, self.packed(signed)

    def extended(self, message: Message) -> Message:
        """A message as it is signed: a precommit for a block gets the clock and the price reports."""
        if isinstance(message, Vote) and message.step == PRECOMMIT and message.block_id != NIL:
            prices = self.host.surroundings.prices(message.height, self.index)
            return replace(message, time=self.host.now + self.skew, prices=prices)
        return message

    def sign(self, message: Message) -> SignedMessage:
        """A message with this validator's signature."""
        return SignedMessage(self.key, message, self._signing_key.sign(message))

    def packed(self, signed: SignedMessage) -> bytes:
        """The packet to send for a message: a proposal goes with its block."""
        if isinstance(signed.message, Proposal):
            return pack(ProposedBlock(signed, self.storage.bodies[signed.message.block_id].data))
        return pack(signed)

    def broadcast(self, signed: SignedMessage, data: bytes) -> None:
        """Say it to oneself and to all others."""
        self._enter(data, signed)
        self.host.send(self.index, self._others, (data,))

    # What the log asks

    def _is_valid(self, value: bytes) -> bool:
        return self.host.application.check(self.storage.state, self.storage.bodies[value].block) is None

    def _candidate(self, round: int) -> bytes:
        host, storage = self.host, self.storage
        if proposer(host.validators, self.node.height, round) != self.key:
            return NIL
        commit = storage.chain[-1].commit() if storage.chain else host.application.genesis_commit()
        transactions = host.surroundings.transactions(self.node.height, storage.state)
        block = host.application.propose(storage.state, self.key, commit, transactions)
        return self._keep_block(encode_record(block), block)

    # What is decided

    def _finish(self, decided: Decided, block: Block, told: bool) -> None:
        state, receipt = self.execute(decided, block)
        self.storage.append(decided, state)
        self.host.executed(self, decided, block, receipt, told)
        self._begin_height()

    def execute(self, decided: Decided, block: Block) -> tuple[S, R]:
        """Execute a decided block on this replica's own state."""
        return self.host.application.apply(self.storage.state, block)
