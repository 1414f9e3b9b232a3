"""A validator's state, a log and a claim that fit each other or nearly so; turns; restarts; sets of validators.

Four validators with a few rounds and blocks between them: small enough for claims to meet what bears them out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import strategies as st

from clearstone.conformance.live.questions.asked import Asked
from clearstone.conformance.operations.consensus_operations import (
    NodeToResume,
    StepToTake,
    Turn,
    ValidatorsToCheck,
)
from clearstone.conformance.suites.step_cases import BLOCK, INVALID, KEYS, OTHER
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.claims import Ahead, Claim, Commit, NilPolka, Polka, Proposed, Split, Start, Timeout
from clearstone.spec.consensus.messages import (
    NO_ROUND,
    PRECOMMIT,
    PREVOTE,
    PROPOSE,
    Proposal,
    SignedMessage,
    Vote,
)
from clearstone.spec.consensus.node import NEW, Node
from clearstone.spec.consensus.validators import MAX_POWER, Validator, Validators, total_power

powers = st.sampled_from(((1, 1, 1, 1), (1, 1, 1, 3), (2, 1, 1, 1), (3, 3, 2, 1), (1, 2, 3, 3)))
blocks = st.sampled_from((*[BLOCK] * 6, OTHER, OTHER, INVALID, INVALID))
values = st.sampled_from((BLOCK, NIL, OTHER, INVALID))
groups = [tuple(who for who in range(4) if group >> who & 1) for group in range(16)]
voters = st.sampled_from((*[(0, 1, 2, 3), (1, 2, 3), (0, 1, 3)] * 8, *groups))
few = st.sampled_from([group for group in groups if len(group) < 3])
kinds = st.sampled_from((PREVOTE, PRECOMMIT))
places = st.sampled_from((PROPOSE, PREVOTE, PRECOMMIT, NEW))
WHERE: dict[type, int] = {Proposed: PROPOSE, Polka: PREVOTE, NilPolka: PREVOTE, Split: PREVOTE, Start: NEW}
"""The step of a round in which a claim mostly leads to something; others may in any."""


@st.composite
def sets_of_validators(draw: st.DrawFn) -> Validators:
    """The four, with some powers."""
    return tuple(Validator(key, power) for key, power in zip(KEYS, draw(powers), strict=True))


@st.composite
def nodes(draw: st.DrawFn, total: int) -> Node:
    """A validator's state, in which a lock is also what was seen valid, or something older."""
    round = draw(st.sampled_from((3, 2, 1, 0, 2, 3, 2)))
    node = Node("c", 9, KEYS[0], total, round, draw(places))
    if round and draw(st.integers(0, 3)) < 3:
        valid, value = draw(st.sampled_from((round - 1, *range(round)))), draw(st.sampled_from((OTHER, BLOCK, OTHER)))
        node = replace(node, valid_value=value, valid_round=valid)
        if draw(st.integers(0, 3)) < 3:
            node = replace(node, locked_value=value, locked_round=valid)
        elif valid and draw(st.booleans()):
            node = replace(node, locked_value=draw(st.sampled_from((BLOCK, OTHER))), locked_round=valid - 1)
    return replace(node, decision=BLOCK) if draw(st.integers(0, 19)) == 19 else node


@st.composite
def proposals(draw: st.DrawFn, round: int) -> Proposal:
    """A proposal, mostly of this round and for a block that is valid."""
    of = draw(st.sampled_from((*[round] * 12, max(0, round - 1), round + 1)))
    earlier = st.sampled_from((*[NO_ROUND] * max(1, of), *range(of)))
    valid_round = draw(earlier) if draw(st.integers(0, 9)) < 9 else of
    made = Proposal("c", 9, of, draw(blocks), valid_round)
    changes: tuple[dict[str, object], ...] = (*[{}] * 22, {"height": 10}, {"chain": "d"})
    return replace(made, **draw(st.sampled_from(changes)))  # type: ignore[arg-type]  # fields by name


@st.composite
def steps(draw: st.DrawFn) -> StepToTake:
    """A claim, with messages in the log that may bear it out."""
    validators = draw(sets_of_validators())
    node = draw(nodes(total_power(validators)))
    proposal = draw(proposals(node.round))
    claim = draw(claims(proposal, node.round))
    if draw(st.integers(0, 9)) < 9:
        timer = claim.step if isinstance(claim, Timeout) else node.step
        node = replace(node, step=WHERE.get(type(claim), timer))
    received: list[SignedMessage] = []
    if draw(st.integers(0, 19)) < 19:
        received.append(_said(1, proposal))
    about = [*borne_out(claim, proposal, node.round)]
    if draw(st.integers(0, 2)) == 0:
        about.append((draw(kinds), draw(st.integers(0, 4)), draw(values)))
    for kind, at, value in about:
        some = few if isinstance(claim, Ahead) else voters
        received += [_said(who, Vote("c", 9, at, kind, value, 0, ())) for who in draw(some)]
    candidate = draw(st.sampled_from((BLOCK, NIL, OTHER)))
    return StepToTake(node, validators, tuple(dict.fromkeys(received)), (BLOCK, OTHER), candidate, claim)


def borne_out(claim: Claim, proposal: Proposal, round: int) -> Iterator[tuple[int, int, bytes]]:
    """The kinds, rounds and values of the votes that bear a claim out, if enough cast them; and what looks like it."""
    match claim:
        case Proposed():
            if proposal.valid_round >= 0:
                yield PREVOTE, proposal.valid_round, proposal.block_id
        case Polka() | Commit():
            yield PREVOTE if isinstance(claim, Polka) else PRECOMMIT, proposal.round, proposal.block_id
            yield PRECOMMIT if isinstance(claim, Polka) else PREVOTE, proposal.round, proposal.block_id
        case NilPolka():
            yield PREVOTE, round, NIL
        case Split():
            yield claim.step, round, NIL
            yield claim.step, round, proposal.block_id
        case Ahead():
            yield PREVOTE, claim.round, proposal.block_id


def claims(proposal: Proposal, round: int) -> st.SearchStrategy[Claim]:
    """Every claim that can be made about a proposal and a round."""
    rounds = st.sampled_from((round, round, round + 1, max(0, round - 1), round + 2))
    return st.one_of(
        st.just(Proposed(proposal)),
        st.just(Proposed(proposal)),
        st.just(Polka(proposal)),
        st.just(Commit(proposal)),
        st.just(NilPolka()),
        st.builds(Split, kinds),
        st.builds(Ahead, st.sampled_from((round + 1, round + 2, round))),
        st.builds(Timeout, st.just(PREVOTE), st.just(round)),
        st.builds(Timeout, st.sampled_from((PROPOSE, PREVOTE, PRECOMMIT)), rounds),
        st.just(Start()),
    )


def _said(who: int, message: Proposal | Vote) -> SignedMessage:
    return SignedMessage(KEYS[who], message, bytes(64))


@st.composite
def restarts(draw: st.DrawFn) -> NodeToResume:
    """A validator's state as it was persisted."""
    return NodeToResume(draw(nodes(4)))


@st.composite
def lists_of_validators(draw: st.DrawFn) -> ValidatorsToCheck:
    """Validators in any order, of powers in bounds and beside them."""
    power = st.sampled_from((1, 0, -1, MAX_POWER, MAX_POWER + 1)) | st.integers(1, 9)
    made = draw(st.lists(st.builds(Validator, st.sampled_from((*KEYS, KEYS[0][:31])), power), max_size=5))
    return ValidatorsToCheck(tuple(sorted(made, key=lambda each: each.key) if draw(st.booleans()) else made))


turns = st.builds(Turn, sets_of_validators(), st.integers(1, 30), st.integers(0, 30))

ASKED = (
    Asked(
        "take-step",
        "consensus",
        "take_step",
        "nodes, logs and claims",
        ("CONS-2", "CONS-3", "CONS-1"),
        lambda _: steps(),
        weight=16,
    ),
    Asked("resume", "consensus", "resume", "nodes after a crash", ("CONS-3",), lambda _: restarts()),
    Asked("proposer-of", "consensus", "proposer_of", "turns", ("CONS-4",), lambda _: turns),
    Asked(
        "check-validators",
        "consensus",
        "check_validators",
        "lists of validators",
        ("CONS-1",),
        lambda _: lists_of_validators(),
    ),
)
