"""The three messages of consensus, and when one may enter a validator's log.

A proposal names a block for a round and the round in which its proposer saw a quorum of prevotes for it (-1 if none):
that valid round is signed too, since later it can prove who lied (CONS-5). A prevote and a precommit are votes for a
block id or for nothing (NIL). A precommit for a block also carries what the ledger takes from validators: the signer's
clock (ORACLE-6) and its price reports (ORACLE-1). These are the vote's *extension*: signed with it, but no part of what
is voted for, so two precommits that differ in their extension alone do not conflict.

What is signed is the record as it stands here, in its own domain (ENC-2). The block itself travels beside the proposal.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.proposer import proposer
from clearstone.spec.consensus.validators import Validators, power_of
from clearstone.spec.encoding.signatures import Authentic
from clearstone.spec.numbers import MAX_TEXT, MAX_TICKS, MAX_TIME
from clearstone.spec.receipts import Rejection

PROPOSE = 0
"""The step of a round in which a validator awaits a proposal."""
PREVOTE = 1
"""The step after it has prevoted; also the kind of a vote."""
PRECOMMIT = 2
"""The step after it has precommitted; also the kind of a vote."""

NO_ROUND = -1
"""In place of a round: never. What is locked or valid since "no round" is nothing."""
MAX_HEIGHT = 1 << 53
"""Largest height."""
MAX_ROUND = 1 << 31
"""Largest round. At a second a round it lasts 68 years."""
MAX_PRICES = 1 << 12
"""Most price reports in one precommit."""
ID_BYTES = 32
"""Length of a block id, SHA-256 of its canonical bytes."""

Prices: TypeAlias = tuple[tuple[str, int], ...]
"""Price reports: (feed id, ticks), ascending by feed id, each feed at most once."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """CONS-2. "In this round I propose this block." The paper's ⟨PROPOSAL, h, round, v, validRound⟩."""

    chain: str
    """Id of the chain."""
    height: int
    """Height to decide, at least 1."""
    round: int
    """Round of that height, at least 0."""
    block_id: bytes
    """SHA-256 of the proposed block's canonical bytes, 32 bytes; never NIL."""
    valid_round: int
    """An earlier round in which the proposer saw a quorum of prevotes for this block, or -1."""


@dataclass(frozen=True, slots=True)
class Vote:
    """CONS-2. A prevote or a precommit. The paper's ⟨PREVOTE, h, round, id(v)⟩ and ⟨PRECOMMIT, h, round, id(v)⟩."""

    chain: str
    """Id of the chain."""
    height: int
    """Height to decide, at least 1."""
    round: int
    """Round of that height, at least 0."""
    step: int
    """1 for a prevote, 2 for a precommit."""
    block_id: bytes
    """Id of the block voted for, 32 bytes, or NIL for none."""
    time: int
    """Extension of a precommit for a block: the signer's clock, ms since the epoch. Otherwise 0."""
    prices: Prices
    """Extension of a precommit for a block: the signer's price reports. Otherwise none."""


Message: TypeAlias = Proposal | Vote


@dataclass(frozen=True, slots=True)
class SignedMessage:
    """CONS-2. A message as it travels and as it is kept as evidence."""

    sender: bytes
    """Ed25519 key of the validator that signed it, 32 bytes."""
    message: Message
    """What is signed."""
    signature: bytes
    """Ed25519 signature over the message, 64 bytes."""


def check_message(chain: str, validators: Validators, signed: SignedMessage, authentic: Authentic) -> Rejection | None:
    """CONS-2, ENC-3. May this message be counted? The first that applies is the reason why not.

    In this order: another chain (CONS-2), a malformed field (NUM-5 for a bound, CONS-2 for the form), a sender without
    power (CONS-1), a proposal out of turn (CONS-4), a bad signature (ENC-2).
    The signature comes last since it costs most. A negative round must not get through: it would count as "before"
    every round, and the lock rule compares rounds.
    """
    message = signed.message
    if message.chain != chain:
        return Rejection("CONS-2", "it is meant for another chain")
    malformed = check_proposal(message) if isinstance(message, Proposal) else check_vote(message)
    if malformed is not None:
        return malformed
    if power_of(validators, signed.sender) == 0:
        return Rejection("CONS-1", "its sender is not a validator")
    if isinstance(message, Proposal) and proposer(validators, message.height, message.round) != signed.sender:
        return Rejection("CONS-4", "it is not its sender's turn to propose")
    if not authentic(signed.sender, message, signed.signature):
        return Rejection("ENC-2", "its signature does not verify")
    return None


def check_proposal(proposal: Proposal) -> Rejection | None:
    """CONS-2, NUM-5. A well-formed proposal: within bounds, for a block, its valid round an earlier one or none."""
    if not (1 <= proposal.height <= MAX_HEIGHT and 0 <= proposal.round <= MAX_ROUND):
        return Rejection("NUM-5", "its height or round is out of bounds")
    if not NO_ROUND <= proposal.valid_round < proposal.round:
        return Rejection("CONS-2", "its valid round is not an earlier round")
    if len(proposal.block_id) != ID_BYTES:
        return Rejection("CONS-2", f"a block id has {ID_BYTES} bytes")
    return None


def check_vote(vote: Vote) -> Rejection | None:
    """CONS-2, NUM-5. A well-formed vote: bounds hold, and only a precommit for a block has an extension."""
    if not (1 <= vote.height <= MAX_HEIGHT and 0 <= vote.round <= MAX_ROUND):
        return Rejection("NUM-5", "its height or round is out of bounds")
    if vote.step != PREVOTE and vote.step != PRECOMMIT:
        return Rejection("CONS-2", "a vote is a prevote or a precommit")
    if vote.block_id != NIL and len(vote.block_id) != ID_BYTES:
        return Rejection("CONS-2", f"a block id has {ID_BYTES} bytes")
    if vote.step == PREVOTE or vote.block_id == NIL:
        if vote.time != 0 or vote.prices != ():
            return Rejection("CONS-2", "only a precommit for a block carries a time and prices")
        return None
    return check_extension(vote.time, vote.prices)


def check_extension(time: int, prices: Prices) -> Rejection | None:
    """CONS-2, NUM-5. A well-formed extension. Whether a price is any good is the oracle's business (ORACLE-1)."""
    if not 0 <= time <= MAX_TIME:
        return Rejection("NUM-5", "its time is out of bounds")
    if len(prices) > MAX_PRICES:
        return Rejection("NUM-5", f"it reports more than {MAX_PRICES} prices")
    if any(not -MAX_TICKS <= ticks <= MAX_TICKS for _, ticks in prices):
        return Rejection("NUM-5", "a price is out of bounds")
    if any(len(feed.encode("utf-8", "surrogatepass")) > MAX_TEXT for feed, _ in prices):
        return Rejection("NUM-5", f"a feed's name is longer than {MAX_TEXT} bytes")
    if any(not first < second for (first, _), (second, _) in pairwise(prices)):
        return Rejection("CONS-2", "prices ascend by feed, each feed once")
    return None
