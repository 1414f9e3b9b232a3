"""Signed messages and commits, right but for one thing; logs of liars and of the honest.

Messages are signed with keys of the suites' ring, as clients check signatures.
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from clearstone.conformance.live.questions.asked import Asked
from clearstone.conformance.operations.consensus_operations import CommitToCheck, Logs, MessageToCheck
from clearstone.conformance.suites.ledger_stage import RING
from clearstone.conformance.suites.message_cases import BLOCK, KEYS, STRANGER
from clearstone.spec.blocks import NIL, Commit, CommitSignature
from clearstone.spec.consensus.messages import (
    MAX_ROUND,
    NO_ROUND,
    PRECOMMIT,
    PREVOTE,
    Message,
    Proposal,
    SignedMessage,
    Vote,
)
from clearstone.spec.consensus.proposer import proposer
from clearstone.spec.consensus.validators import Validator, Validators

OTHER = bytes(31) + b"\x01"
TIME = 1_600_000_000_000
senders = st.sampled_from((*KEYS, STRANGER))
rounds = st.integers(0, 3) | st.sampled_from((-1, MAX_ROUND, MAX_ROUND + 1))
values = st.sampled_from((BLOCK, OTHER, NIL))
chains = st.sampled_from((*["c"] * 7, "d"))
powers = st.sampled_from(((1, 1, 1, 1), (1, 1, 1, 3), (2, 2, 1, 1)))


@st.composite
def sets_of_validators(draw: st.DrawFn) -> Validators:
    """Four that can sign, of some powers."""
    return tuple(Validator(key, power) for key, power in zip(KEYS, draw(powers), strict=True))


@st.composite
def votes(draw: st.DrawFn) -> Vote:
    """A vote; one that precommits a block has a clock and perhaps prices."""
    step, value = draw(st.sampled_from((PREVOTE, PRECOMMIT, PREVOTE, 0))), draw(values)
    extended = step == PRECOMMIT and value != NIL
    if draw(st.integers(0, 9)) == 9:
        extended = not extended
    prices = draw(st.sampled_from(((), (("BTC", 5),), (("BTC", 5), ("BTC", 6)), (("ETH", 1), ("BTC", 5)))))
    height = draw(st.sampled_from((9, 9, 9, 1, 0)))
    return Vote(draw(chains), height, draw(rounds), step, value, TIME * extended, prices if extended else ())


proposals = st.builds(
    Proposal, chains, st.sampled_from((9, 9, 1, 0)), rounds, st.sampled_from((BLOCK, OTHER, NIL)), st.integers(-2, 3)
)


@st.composite
def messages(draw: st.DrawFn) -> MessageToCheck:
    """A message, signed by its sender or nearly so; a proposal is mostly in turn."""
    validators = draw(sets_of_validators())
    message: Message = draw(votes() | proposals)
    sender = draw(senders)
    if isinstance(message, Proposal) and message.height > 0 and message.round >= 0 and draw(st.booleans()):
        sender = proposer(validators, message.height, message.round)
    return MessageToCheck("c", validators, SignedMessage(sender, message, draw(signatures(sender, message))))


@st.composite
def signatures(draw: st.DrawFn, sender: bytes, message: Message) -> bytes:
    """The sender's signature; now and then another's, or over another message."""
    how = draw(st.sampled_from(("right", "right", "right", "right", "another's", "other round", "none")))
    if how == "another's":
        return RING.signature(KEYS[0] if sender != KEYS[0] else KEYS[1], message)
    if how == "other round":
        return RING.signature(sender, replace(message, round=message.round + 1))
    return bytes(64) if how == "none" else RING.signature(sender, message)


@st.composite
def commits(draw: st.DrawFn) -> CommitToCheck:
    """A commit of some of them: with one twice, a stranger, another order, or a forgery."""
    validators = draw(sets_of_validators())
    signers = sorted(draw(st.lists(st.sampled_from(KEYS), min_size=draw(st.sampled_from((3, 2))), unique=True)))
    flaw = draw(st.sampled_from(("none", "none", "twice", "stranger", "order", "forged", "nobody")))
    if flaw == "twice":
        signers.insert(1, signers[0])
    elif flaw == "stranger":
        signers = sorted((*signers, STRANGER))
    elif flaw == "order":
        signers.reverse()
    elif flaw == "nobody":
        signers = []
    clock, prices = st.integers(TIME, TIME + 5), st.sampled_from(((), (("BTC", 5),)))
    made = tuple(CommitSignature(key, draw(clock), draw(prices), bytes(64)) for key in signers)
    commit = RING.signed_commit("c", Commit(9, draw(st.integers(0, 2)), BLOCK, made))
    if flaw == "forged":
        place = draw(st.integers(0, len(made) - 1))
        forged = replace(commit.signatures[place], signature=bytes(64))
        commit = replace(commit, signatures=(*commit.signatures[:place], forged, *commit.signatures[place + 1 :]))
    return CommitToCheck(draw(chains), validators, commit)


EVERYBODY = (0, 1, 2, 3)
WHO: dict[tuple[int, int], tuple[tuple[int, ...], ...]] = {
    (0, PREVOTE): (EVERYBODY, (0, 1, 2), ()),
    (0, PRECOMMIT): ((0,), (0,), (0, 1, 2), EVERYBODY, (0, 1)),
    (1, PREVOTE): ((1, 2, 3), (1, 2, 3), EVERYBODY, (0, 1), (3,)),
    (1, PRECOMMIT): ((), (), (1, 2, 3), (0,), (0, 1)),
}
"""Who may vote in the first two rounds: mostly so that the first is locked on what the others then leave behind."""
LATER = (EVERYBODY, (0,), (0, 1, 2), (0, 3), ())
"""Who may vote after that."""


@st.composite
def logs(draw: st.DrawFn) -> Logs:
    """Some precommit a block, then others or the same prevote another one, after what frees from a lock or does not.

    Now and then somebody says two things, differs in his clock alone, or is lied about by a forgery.
    """
    validators = draw(sets_of_validators())
    said: list[SignedMessage] = []
    again = draw(st.integers(1, 3))
    for round, value in ((0, BLOCK), (1, OTHER), (again, draw(st.sampled_from((OTHER, BLOCK))))):
        if draw(st.integers(0, 3)) < 3:
            valid_round = draw(st.sampled_from((NO_ROUND, *range(round), *[round - 1] * 3)))
            turn = proposer(validators, 9, round)
            said.append(_signed(turn, Proposal("c", 9, round, value, valid_round), False))
        steps = (PREVOTE, PRECOMMIT) if round < again else (PREVOTE,)
        for step in steps:
            for who in draw(st.sampled_from(WHO[round, step] if round < again else LATER)):
                vote = Vote("c", 9, round, step, value, TIME if step == PRECOMMIT else 0, ())
                said.append(_signed(KEYS[who], vote, draw(st.integers(0, 29)) == 29))
    votes_said = [(each.sender, each.message) for each in said if isinstance(each.message, Vote)]
    if draw(st.booleans()) and votes_said:
        sender, vote = draw(st.sampled_from(votes_said))
        others = [replace(vote, block_id=value) for value in (BLOCK, OTHER)] + [replace(vote, block_id=NIL, time=0)]
        others += [replace(vote, time=vote.time + 1)] * 4 if vote.time else []
        said.append(_signed(sender, draw(st.sampled_from(others)), draw(st.integers(0, 3)) == 3))
    parted = draw(st.integers(0, len(said)))
    return Logs("c", validators, (tuple(said[:parted]), tuple(said[parted:])))


def _signed(key: bytes, message: Message, forged: bool) -> SignedMessage:
    return SignedMessage(key, message, bytes(64) if forged else RING.signature(key, message))


ASKED = (
    Asked(
        "check-message",
        "consensus",
        "check_message",
        "messages with a flaw",
        ("CONS-2", "CONS-4", "ENC-2"),
        lambda _: messages(),
        weight=2,
    ),
    Asked(
        "check-commit",
        "consensus",
        "check_commit",
        "commits with a flaw",
        ("CONS-1", "CONS-6"),
        lambda _: commits(),
        weight=3,
    ),
    Asked("accuse", "consensus", "accuse", "logs", ("CONS-5",), lambda _: logs(), weight=4),
)
