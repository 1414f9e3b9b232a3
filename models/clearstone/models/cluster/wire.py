"""What travels between validators, as canonical bytes, and the gate through which bytes come in.

A block travels as its own canonical bytes inside the packet, so its id is their hash, and a block that comes twice is
decoded once. What is malformed, unknown or not authentic is a rejection with its rule (ENC-3), and goes no further.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from clearstone.spec.blocks import Block, Commit
from clearstone.spec.consensus.commits import check_commit
from clearstone.spec.consensus.messages import Proposal, SignedMessage, check_message
from clearstone.spec.consensus.validators import Validators
from clearstone.spec.encoding.records import decode_record, encode_record
from clearstone.spec.encoding.signatures import Authentic
from clearstone.spec.receipts import Rejection


@dataclass(frozen=True, slots=True)
class ProposedBlock:
    """CONS-2. A signed proposal and the block that it names."""

    proposal: SignedMessage
    """The proposal."""
    block: bytes
    """Canonical bytes of the block."""


@dataclass(frozen=True, slots=True)
class DecidedBlock:
    """CONS-6. For one who lags behind: a block and the proof that it was decided."""

    block: bytes
    """Canonical bytes of the block."""
    commit: Commit
    """Precommits of more than 2/3 of the power."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """CONS-2. "I am at this height and do not get on: what do I lack?" Unsigned: the answer is public."""

    height: int
    """Height that the sender is deciding."""


@dataclass(frozen=True, slots=True)
class Packet:
    """ENC-1. One of the things that travel; its canonical bytes are what is sent."""

    content: SignedMessage | ProposedBlock | DecidedBlock | Inquiry
    """A vote (a proposal never travels without its block), or one of the others."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """ENC-3. A packet that was let in."""

    content: SignedMessage | ProposedBlock | DecidedBlock | Inquiry
    """Its content: well-formed, from a validator, authentic."""
    block: Block | None
    """The block in it, if there is one."""


def id_of(block: bytes) -> bytes:
    """ENC-1. The id of a block, from its canonical bytes."""
    return sha256(block).digest()


def pack(content: SignedMessage | ProposedBlock | DecidedBlock | Inquiry) -> bytes:
    """ENC-1. The canonical bytes to send."""
    return encode_record(Packet(content))


class Gate:
    """ENC-3. Decodes and checks what arrives, once for the same bytes however many validators they reach.

    The verdict depends on the bytes, the chain and its validators alone, so those who share a process may share it.
    """

    def __init__(self, chain: str, validators: Validators, authentic: Authentic, capacity: int = 4_000) -> None:
        """A gate to a chain that remembers its latest verdicts."""
        self._chain = chain
        self._validators = validators
        self._authentic = authentic
        self._capacity = capacity
        self._verdicts: dict[bytes, Arrival | Rejection] = {}
        self._blocks: dict[bytes, Block | Rejection] = {}

    def admit(self, data: bytes) -> Arrival | Rejection:
        """ENC-3. What the bytes say, or why they are refused."""
        verdict = self._verdicts.get(data)
        if verdict is None:
            if len(self._verdicts) >= self._capacity:
                self._verdicts.clear()
                self._blocks.clear()
            verdict = self._verdicts[data] = self._judge(data)
        return verdict

    def _judge(self, data: bytes) -> Arrival | Rejection:
        packet = decode_record(Packet, data)
        if isinstance(packet, Rejection):
            return packet
        content = packet.content
        if isinstance(content, ProposedBlock):
            return self._judge_proposal(content)
        if isinstance(content, DecidedBlock):
            return self._judge_decision(content)
        if isinstance(content, Inquiry):
            return Arrival(content, None)
        if isinstance(content.message, Proposal):
            return Rejection("CONS-2", "a proposal without its block")
        return check_message(self._chain, self._validators, content, self._authentic) or Arrival(content, None)

    def _judge_proposal(self, content: ProposedBlock) -> Arrival | Rejection:
        message = content.proposal.message
        if not (isinstance(message, Proposal) and id_of(content.block) == message.block_id):
            return Rejection("CONS-2", "a block without its proposal")
        refused = check_message(self._chain, self._validators, content.proposal, self._authentic)
        return refused or self._with_block(content, content.block, message.height)

    def _judge_decision(self, content: DecidedBlock) -> Arrival | Rejection:
        if id_of(content.block) != content.commit.block_id:
            return Rejection("CONS-6", "a block without its commit")
        refused = check_commit(self._chain, self._validators, content.commit, self._authentic)
        return refused or self._with_block(content, content.block, content.commit.height)

    def _with_block(self, content: ProposedBlock | DecidedBlock, data: bytes, height: int) -> Arrival | Rejection:
        block = self._blocks.get(data)
        if block is None:
            block = self._blocks[data] = decode_record(Block, data)
        if isinstance(block, Rejection):
            return block
        if block.height != height:
            return Rejection("CONS-6", "a block of another height")
        return Arrival(content, block)
