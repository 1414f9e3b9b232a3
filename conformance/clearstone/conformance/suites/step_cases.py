"""Single steps of a validator: each claim, on nodes in every step of a round, with logs that do and do not bear it out.

Four validators of power 1, 1, 1 and 3, so that there are votes of exactly a third, half and two thirds of the power:
none of these is enough for what asks for more than a third, or more than two thirds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256

from clearstone.conformance.operations.consensus_operations import NodeToResume, StepToTake, Turn
from clearstone.conformance.suites.draft import Draft
from clearstone.models.chain import named_key
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.claims import Ahead, Claim, Commit, NilPolka, Polka, Proposed, Split, Start, Timeout
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
from clearstone.spec.consensus.node import NEW, Node
from clearstone.spec.consensus.validators import Validator

KEYS = sorted(map(named_key, ("first", "second", "third", "fourth")))
VALIDATORS = tuple(Validator(key, 3 if key == KEYS[3] else 1) for key in KEYS)
BLOCK, OTHER, INVALID = (sha256(name).digest() for name in (b"block", b"other", b"invalid"))
NODE = Node("c", 9, KEYS[0], 6)
STEPS = ((NEW, "new"), (PROPOSE, "propose"), (PREVOTE, "prevote"), (PRECOMMIT, "precommit"))
QUORUM, EVERYBODY = (0, 1, 3), (0, 1, 2, 3)
"""Indices of voters with 5 and with all of the power."""
VOTERS = (
    ((0,), "one"),
    ((0, 1, 2), "half"),
    ((0, 3), "exactly-two-thirds"),
    (QUORUM, "a-quorum"),
    (EVERYBODY, "everybody"),
)
"""Indices of voters, and what they come to."""


def said(who: int, message: Message) -> SignedMessage:
    """A message in a log; nobody looks at its signature again."""
    return SignedMessage(KEYS[who], message, bytes(64))


def votes(step: int, round: int, value: bytes, voters: tuple[int, ...]) -> tuple[SignedMessage, ...]:
    """Votes of the same kind for the same value."""
    return tuple(said(who, Vote("c", 9, round, step, value, 0, ())) for who in voters)


def proposal(round: int, value: bytes = BLOCK, valid_round: int = NO_ROUND) -> Proposal:
    """A proposal of this height."""
    return Proposal("c", 9, round, value, valid_round)


def step(
    name: str, node: Node, claim: Claim, received: tuple[SignedMessage, ...] = (), candidate: bytes = NIL
) -> Draft:
    """A case of one step."""
    told = f"The claim {type(claim).__name__}, {name.replace('-', ' ')}."
    question = StepToTake(node, VALIDATORS, received, (BLOCK, OTHER), candidate, claim)
    rules = ("CONS-1", "CONS-2") if "by-" in name or "heard-" in name else ("CONS-2", "CONS-3")
    return Draft(f"consensus/{type(claim).__name__.lower()}-{name}", told, rules, "take_step", question)


def drafts() -> list[Draft]:
    """The cases about steps, restarts and turns."""
    found = [*_starts(), *_fresh_proposals(), *_proposals_again(), *_polkas(), *_commits(), *_splits(), *_ahead()]
    return [*found, *_timeouts(), *_decided(), *_resumed(), *_turns()]


def _starts() -> Iterator[Draft]:
    for at, name in STEPS:
        for candidate, whose in ((BLOCK, "own-turn"), (NIL, "anothers-turn")):
            yield step(f"{name}-{whose}", replace(NODE, step=at), Start(), (), candidate)


def _nodes(at: int, round: int) -> Iterator[tuple[str, Node]]:
    node = replace(NODE, step=at, round=round)
    yield "unlocked", node
    for lock, name in ((BLOCK, "locked"), (OTHER, "locked-on-another")):
        for locked_round in range(round):
            locked = replace(
                node, locked_value=lock, locked_round=locked_round, valid_value=lock, valid_round=locked_round
            )
            yield f"{name}-in-{locked_round}", locked


def _fresh_proposals() -> Iterator[Draft]:
    for at, name in STEPS:
        for lock, node in _nodes(at, 1):
            yield step(f"fresh-{name}-{lock}", node, Proposed(proposal(1)), (said(1, proposal(1)),))
    node = replace(NODE, step=PROPOSE, round=1)
    heard = (said(1, proposal(1)),)
    yield step("fresh-unheard", node, Proposed(proposal(1)))
    yield step("fresh-another-heard", node, Proposed(proposal(1, OTHER)), heard)
    yield step("fresh-of-an-earlier-round", node, Proposed(proposal(0)), (said(1, proposal(0)),))
    yield step("fresh-of-a-later-round", node, Proposed(proposal(2)), (said(1, proposal(2)),))
    invalid = proposal(1, INVALID)
    yield step("fresh-invalid", node, Proposed(invalid), (said(1, invalid),))
    elsewhere, higher = replace(proposal(1), chain="d"), replace(proposal(1), height=10)
    yield step("fresh-of-another-chain", node, Proposed(elsewhere), (said(1, elsewhere),))
    yield step("fresh-of-another-height", node, Proposed(higher), (said(1, higher),))
    nothing = proposal(1, NIL)
    yield step("fresh-of-nothing", node, Proposed(nothing), (said(1, nothing),))


def _proposals_again() -> Iterator[Draft]:
    for valid_round in (0, 1, 2):
        again = proposal(3, BLOCK, valid_round)
        for lock, node in _nodes(PROPOSE, 3):
            heard = (said(1, again), *votes(PREVOTE, valid_round, BLOCK, QUORUM))
            yield step(f"again-since-{valid_round}-{lock}", node, Proposed(again), heard)
    node = replace(NODE, step=PROPOSE, round=3)
    again = proposal(3, BLOCK, 1)
    for voters, name in VOTERS:
        heard = (said(1, again), *votes(PREVOTE, 1, BLOCK, voters))
        yield step(f"again-prevoted-by-{name}", node, Proposed(again), heard)
    yield step("again-unheard", node, Proposed(again), votes(PREVOTE, 1, BLOCK, QUORUM))
    yield step("again-prevoted-another", node, Proposed(again), (said(1, again), *votes(PREVOTE, 1, OTHER, QUORUM)))
    yield step("again-precommitted", node, Proposed(again), (said(1, again), *votes(PRECOMMIT, 1, BLOCK, QUORUM)))
    for valid_round in (3, 4, -2):
        wrong = proposal(3, BLOCK, valid_round)
        heard = (said(1, wrong), *votes(PREVOTE, valid_round, BLOCK, QUORUM))
        name = f"again-since-{'minus-2' if valid_round < 0 else valid_round}"
        yield step(name, node, Proposed(wrong), heard)
    invalid = proposal(3, INVALID, 1)
    heard = (said(1, invalid), *votes(PREVOTE, 1, INVALID, QUORUM))
    yield step("again-invalid", node, Proposed(invalid), heard)
    for at, name in STEPS:
        heard = (said(1, again), *votes(PREVOTE, 1, BLOCK, QUORUM))
        yield step(f"again-{name}", replace(node, step=at), Proposed(again), heard)


def _polkas() -> Iterator[Draft]:
    heard = (said(1, proposal(1)), *votes(PREVOTE, 1, BLOCK, QUORUM))
    for at, name in STEPS:
        for lock, node in _nodes(at, 1):
            yield step(f"{name}-{lock}", node, Polka(proposal(1)), heard)
        yield step(f"{name}-for-nothing", replace(NODE, step=at, round=1), NilPolka(), votes(PREVOTE, 1, NIL, QUORUM))
    node = replace(NODE, step=PREVOTE, round=1)
    for voters, name in VOTERS:
        few = (said(1, proposal(1)), *votes(PREVOTE, 1, BLOCK, voters))
        yield step(f"by-{name}", node, Polka(proposal(1)), few)
        yield step(f"for-nothing-by-{name}", node, NilPolka(), votes(PREVOTE, 1, NIL, voters))
    yield step("unproposed", node, Polka(proposal(1)), votes(PREVOTE, 1, BLOCK, QUORUM))
    yield step(
        "of-an-earlier-round", node, Polka(proposal(0)), (said(1, proposal(0)), *votes(PREVOTE, 0, BLOCK, QUORUM))
    )
    yield step("for-another", node, Polka(proposal(1)), (said(1, proposal(1)), *votes(PREVOTE, 1, OTHER, QUORUM)))
    invalid = proposal(1, INVALID)
    yield step("invalid", node, Polka(invalid), (said(1, invalid), *votes(PREVOTE, 1, INVALID, QUORUM)))
    twice = (said(1, proposal(1)), *votes(PREVOTE, 1, BLOCK, (0, 1, 1, 2, 2)))
    yield step("counted-once", node, Polka(proposal(1)), twice)
    for lock, locked in _nodes(PREVOTE, 2):
        yield step(f"for-nothing-{lock}", locked, NilPolka(), votes(PREVOTE, 2, NIL, QUORUM))


def _commits() -> Iterator[Draft]:
    for at, name in STEPS:
        for round in (0, 1, 2):
            heard = (said(1, proposal(round)), *votes(PRECOMMIT, round, BLOCK, QUORUM))
            yield step(f"{name}-of-round-{round}", replace(NODE, step=at, round=1), Commit(proposal(round)), heard)
    node = replace(NODE, step=PRECOMMIT, round=1)
    for voters, name in VOTERS:
        few = (said(1, proposal(1)), *votes(PRECOMMIT, 1, BLOCK, voters))
        yield step(f"by-{name}", node, Commit(proposal(1)), few)
    yield step("unproposed", node, Commit(proposal(1)), votes(PRECOMMIT, 1, BLOCK, QUORUM))
    yield step("on-prevotes", node, Commit(proposal(1)), (said(1, proposal(1)), *votes(PREVOTE, 1, BLOCK, QUORUM)))
    invalid = proposal(1, INVALID)
    yield step("invalid", node, Commit(invalid), (said(1, invalid), *votes(PRECOMMIT, 1, INVALID, QUORUM)))
    negative = proposal(-1)
    yield step("of-a-negative-round", node, Commit(negative), (said(1, negative), *votes(PRECOMMIT, -1, BLOCK, QUORUM)))


def _splits() -> Iterator[Draft]:
    for kind, kinds in ((PREVOTE, "prevotes"), (PRECOMMIT, "precommits"), (PROPOSE, "proposals")):
        mixed = (*votes(kind, 1, BLOCK, (0, 1)), *votes(kind, 1, NIL, (3,)))
        for at, name in STEPS:
            yield step(f"{kinds}-{name}", replace(NODE, step=at, round=1), Split(kind), mixed)
        node = replace(NODE, step=PREVOTE, round=1)
        yield step(
            f"{kinds}-of-a-minority", node, Split(kind), (*votes(kind, 1, BLOCK, (0, 1)), *votes(kind, 1, NIL, (2,)))
        )
        yield step(f"{kinds}-of-another-round", replace(node, round=2), Split(kind), mixed)
        doubled = (*votes(kind, 1, BLOCK, (0, 1, 2)), *votes(kind, 1, NIL, (0, 1, 2)))
        yield step(f"{kinds}-of-liars", node, Split(kind), doubled)


def _ahead() -> Iterator[Draft]:
    later = (*votes(PREVOTE, 3, BLOCK, (1,)), *votes(PRECOMMIT, 3, NIL, (0, 2)))
    for at, name in STEPS:
        for candidate, whose in ((OTHER, "own-turn"), (NIL, "anothers-turn")):
            yield step(f"{name}-{whose}", replace(NODE, step=at, round=1), Ahead(3), later, candidate)
    node = replace(NODE, step=PRECOMMIT, round=1, valid_value=BLOCK, valid_round=1)
    yield step("proposes-what-is-valid", node, Ahead(3), later, OTHER)
    yield step("heard-from-one", node, Ahead(3), votes(PREVOTE, 3, BLOCK, (1,)))
    yield step(
        "heard-from-one-twice", node, Ahead(3), (*votes(PREVOTE, 3, BLOCK, (1,)), *votes(PRECOMMIT, 3, NIL, (1,)))
    )
    third = (*votes(PREVOTE, 3, BLOCK, (1,)), *votes(PRECOMMIT, 3, NIL, (2,)))
    yield step("heard-from-exactly-a-third", node, Ahead(3), third)
    yield step("heard-from-the-largest", node, Ahead(3), votes(PREVOTE, 3, BLOCK, (3,)))
    yield step("heard-a-proposal", node, Ahead(3), (said(1, proposal(3)), *votes(PREVOTE, 3, BLOCK, (0, 2))))
    yield step("of-the-same-round", replace(node, round=3), Ahead(3), later)
    yield step("of-an-earlier-round", replace(node, round=4), Ahead(3), later)


def _timeouts() -> Iterator[Draft]:
    for kind, kinds in ((PROPOSE, "propose"), (PREVOTE, "prevote"), (PRECOMMIT, "precommit"), (7, "nothing")):
        for at, name in STEPS:
            for round in (0, 1, 2):
                node = replace(NODE, step=at, round=1)
                yield step(
                    f"{kinds}-{name}-of-round-{round}", node, Timeout(kind, round), (), OTHER if round == 1 else NIL
                )
    for lock, node in _nodes(PREVOTE, 2):
        yield step(f"prevote-{lock}", node, Timeout(PREVOTE, 2))
        yield step(f"propose-{lock}", replace(node, step=PROPOSE), Timeout(PROPOSE, 2))
        yield step(f"precommit-{lock}", replace(node, step=PRECOMMIT), Timeout(PRECOMMIT, 2), (), OTHER)


def _decided() -> Iterator[Draft]:
    decided = replace(NODE, step=PRECOMMIT, round=1, decision=BLOCK)
    heard = (said(1, proposal(1)), *votes(PRECOMMIT, 1, BLOCK, QUORUM), *votes(PREVOTE, 1, BLOCK, QUORUM))
    claims: tuple[Claim, ...] = (
        Start(),
        Proposed(proposal(1)),
        Polka(proposal(1)),
        Commit(proposal(1)),
        NilPolka(),
        Split(PREVOTE),
        Ahead(3),
        Timeout(PRECOMMIT, 1),
    )
    for claim in claims:
        yield step("decided", decided, claim, (*heard, *votes(PREVOTE, 3, BLOCK, EVERYBODY)), OTHER)


def _resumed() -> Iterator[Draft]:
    for at, name in STEPS:
        for decision, state in ((NIL, "undecided"), (BLOCK, "decided")):
            node = replace(NODE, step=at, round=2, decision=decision, locked_value=BLOCK, locked_round=1)
            told = "After a restart a validator is where it was."
            question = NodeToResume(node)
            yield Draft(f"consensus/resume-{name}-{state}", told, ("CONS-3",), "resume", question)


def _turns() -> Iterator[Draft]:
    powers = {
        "equal": (1, 1, 1, 1),
        "weighted": (1, 1, 1, 2),
        "one-large": (97, 1, 1, 1),
        "with-a-factor": (10, 20, 30, 40),
        "primes": (7, 11, 13, 17),
        "huge": (2**50, 2**50 + 1, 3, 2**51),
    }
    for name, shares in powers.items():
        validators = tuple(Validator(key, power) for key, power in zip(KEYS, shares, strict=True))
        for height in (1, 2, 9):
            for round in (0, 1, 2, 3, 2**31):
                told = f"The proposer of round {round} of height {height}, powers {shares}."
                question = Turn(validators, height, round)
                yield Draft(f"consensus/turn-{name}-{height}-{round}", told, ("CONS-4",), "proposer_of", question)
    alone = (Validator(KEYS[0], 5),)
    yield Draft("consensus/turn-alone", "Who is alone always proposes.", ("CONS-4",), "proposer_of", Turn(alone, 3, 4))
