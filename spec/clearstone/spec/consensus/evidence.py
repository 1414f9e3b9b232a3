"""Evidence: if the chain ever forks, who is guilty (CONS-5).

The judge is given the message logs of the correct validators: what they sent and what they received. Two things
convict:

- *equivocation*: two signed messages of one validator that contradict each other;
- *amnesia*: a validator precommitted a block and in a later round prevoted another one, though nothing had freed it
  from its lock.

**A correct validator is never accused.** It sends one message for each round and step (CONS-3), so it does not
equivocate. If it precommitted v in round r and prevotes w ≠ v in round s > r, then by lines 23 and 29 either its lock
was on w at that time, from a round t with r < t < s in which it precommitted w after a quorum of prevotes for w; or the
proposal of round s named a valid round t with r ≤ t < s in which a quorum prevoted w. Those prevotes are in its own
log, and the proposal too: that is why the judge asks for the logs of all correct validators, why what was received is
to be kept, and why the valid round is part of what a proposer signs.

**If two correct validators decide differently, validators with more than 1/3 of the power are accused**, as long as
every quorum has a correct member. Let v be decided in round r and w ≠ v in round s ≥ r; both quorums of precommits are
in the logs. A correct member of each saw a quorum of prevotes for its block. If r = s, the two quorums of precommits
share more than 1/3 of the power, and all they share has equivocated. Otherwise let t be the first round from r on with
a quorum of prevotes for a block x ≠ v; it exists, and t ≤ s. If t = r, two quorums of prevotes in one round share more
than 1/3 of the power, and all they share has equivocated. If t > r, the quorum that precommitted v in round r shares
more than 1/3 of the power with the quorum that prevoted x in round t. No quorum prevoted x in a round from r up to but
not including t, so nothing had freed any of those in common: all are amnesiac.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.messages import (
    PRECOMMIT,
    PREVOTE,
    PROPOSE,
    Message,
    Proposal,
    SignedMessage,
    check_message,
)
from clearstone.spec.consensus.validators import Validators, is_quorum, power_of, total_power
from clearstone.spec.encoding.signatures import Authentic


class Ballot(NamedTuple):
    """CONS-5. A vote for a block, in one height."""

    height: int
    """Height of the vote."""
    round: int
    """Round of the vote."""
    block_id: bytes
    """Block voted for, never NIL."""


def accused(
    chain: str, validators: Validators, logs: Iterable[Iterable[SignedMessage]], authentic: Authentic
) -> frozenset[bytes]:
    """CONS-5. The keys of all validators that the union of these logs proves guilty.

    Messages that no correct validator admits are left out: nobody is convicted by a forgery.
    """
    union = {signed for log in logs for signed in log}
    admitted = [signed for signed in union if check_message(chain, validators, signed, authentic) is None]
    return equivocators(admitted) | amnesiacs(validators, admitted)


def contradict(first: Message, second: Message) -> bool:
    """CONS-5. Can no correct validator have signed both? Two proposals of a round, or two votes of a round and kind.

    Precommits for the same block whose extensions differ do not contradict each other.
    """
    if (first.chain, first.height, first.round) != (second.chain, second.height, second.round):
        return False
    if isinstance(first, Proposal):
        return isinstance(second, Proposal) and first != second
    return not isinstance(second, Proposal) and first.step == second.step and first.block_id != second.block_id


def equivocators(messages: Iterable[SignedMessage]) -> frozenset[bytes]:
    """CONS-5. The senders of two messages that contradict each other."""
    guilty: set[bytes] = set()
    said: dict[tuple[bytes, int, int, int], Message] = {}
    for signed in messages:
        message = signed.message
        step = PROPOSE if isinstance(message, Proposal) else message.step
        earlier = said.setdefault((signed.sender, message.height, message.round, step), message)
        if contradict(earlier, message):
            guilty.add(signed.sender)
    return frozenset(guilty)


def amnesiacs(validators: Validators, messages: Iterable[SignedMessage]) -> frozenset[bytes]:
    """CONS-5. Those who prevoted against a block that they had precommitted, freed by nothing in these messages."""
    record = tuple(messages)
    prevotes = ballots(record, PREVOTE)
    precommits = ballots(record, PRECOMMIT)
    polkas = polkas_among(validators, prevotes)
    proposals = frozenset(signed.message for signed in record if isinstance(signed.message, Proposal))
    return frozenset(
        voter
        for voter, cast in prevotes.items()
        for lock in precommits.get(voter, ())
        for vote in cast
        if breaks(lock, vote) and not is_freed(lock, vote, polkas, proposals, precommits[voter])
    )


def breaks(lock: Ballot, vote: Ballot) -> bool:
    """CONS-5. Does this prevote go against that earlier precommit?"""
    return lock.height == vote.height and lock.round < vote.round and lock.block_id != vote.block_id


def is_freed(
    lock: Ballot,
    vote: Ballot,
    polkas: frozenset[Ballot],
    proposals: frozenset[Proposal],
    precommits: frozenset[Ballot],
) -> bool:
    """CONS-5. Is there a quorum of prevotes, since the lock and before the vote, that allowed this vote?

    It did if the voter precommitted on it, so that its lock moved there, or if the proposal named it as valid round.
    """
    return any(
        polka in precommits or names(proposals, vote, polka.round)
        for polka in polkas
        if polka.height == vote.height
        and polka.block_id == vote.block_id
        and lock.round <= polka.round
        and polka.round < vote.round
    )


def names(proposals: frozenset[Proposal], vote: Ballot, valid_round: int) -> bool:
    """CONS-5. Was the block proposed in the vote's round with this valid round?"""
    return any(
        (proposal.height, proposal.round, proposal.block_id, proposal.valid_round)
        == (vote.height, vote.round, vote.block_id, valid_round)
        for proposal in proposals
    )


def ballots(messages: Iterable[SignedMessage], step: int) -> dict[bytes, frozenset[Ballot]]:
    """CONS-5. For each sender, its votes of one kind for a block."""
    found: dict[bytes, set[Ballot]] = {}
    for signed in messages:
        message = signed.message
        if not isinstance(message, Proposal) and message.step == step and message.block_id != NIL:
            found.setdefault(signed.sender, set()).add(Ballot(message.height, message.round, message.block_id))
    return {sender: frozenset(cast) for sender, cast in found.items()}


def polkas_among(validators: Validators, prevotes: dict[bytes, frozenset[Ballot]]) -> frozenset[Ballot]:
    """CONS-5. The blocks that a quorum prevoted, each with height and round."""
    total = total_power(validators)
    power: dict[Ballot, int] = {}
    for sender, cast in prevotes.items():
        for ballot in cast:
            power[ballot] = power.get(ballot, 0) + power_of(validators, sender)
    return frozenset(ballot for ballot, behind in power.items() if is_quorum(behind, total))
