"""Consensus at its ends: the first and last height and round, the most prices, one fault among others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from clearstone.conformance.operations.consensus_operations import (
    CommitToCheck,
    Logs,
    MessageToCheck,
    ValidatorsToCheck,
)
from clearstone.conformance.suites.draft import Draft
from clearstone.conformance.suites.guilt_cases import OTHER, Told, by, polka, proposed, vote
from clearstone.conformance.suites.ledger_stage import RING
from clearstone.conformance.suites.message_cases import BLOCK, KEYS, PRECOMMITTED, PREVOTED, PROPOSED, VALIDATORS
from clearstone.conformance.suites.step_cases import NODE, QUORUM, proposal, said, step, votes
from clearstone.spec.blocks import NIL, Commit, CommitSignature
from clearstone.spec.consensus.claims import Polka, Proposed, Split
from clearstone.spec.consensus.messages import (
    MAX_HEIGHT,
    MAX_PRICES,
    MAX_ROUND,
    NO_ROUND,
    PRECOMMIT,
    PREVOTE,
    PROPOSE,
)
from clearstone.spec.consensus.proposer import proposer
from clearstone.spec.consensus.validators import MAX_POWER

MANY_PRICES = tuple((f"{number:03x}", 1) for number in range(MAX_PRICES))
"""As many prices as a precommit may carry."""


def drafts() -> list[Draft]:
    """The cases about ends, of the suite `consensus`."""
    found = [*_messages(), *_commits(), *_validators(), *_steps()]
    for name, told, logs in _guilt():
        found.append(Draft(f"consensus/guilt-{name}", told, ("CONS-5",), "accuse", Logs("c", VALIDATORS, logs)))
    return found


def _messages() -> Iterator[Draft]:
    told = "The ends of heights and rounds, of votes and proposals."
    for height, round in ((1, 0), (1, 1), (2, 0), (MAX_HEIGHT, 0), (1, MAX_ROUND)):
        turn = proposer(VALIDATORS, height, round)
        cast = (KEYS[0], replace(PREVOTED, height=height, round=round))
        made = (turn, replace(PROPOSED, height=height, round=round))
        for kind, (sender, message) in (("vote", cast), ("proposal", made)):
            question = MessageToCheck("c", VALIDATORS, by(sender, message))
            yield Draft(f"consensus/message-{kind}-at-{height}-{round}", told, ("NUM-5",), "check_message", question)
    question = MessageToCheck("c", VALIDATORS, by(0, replace(PRECOMMITTED, prices=MANY_PRICES)))
    told = "As many prices as there may be."
    yield Draft("consensus/message-precommit-most-prices", told, ("NUM-5",), "check_message", question)


def _commits() -> Iterator[Draft]:
    for height, round in ((1, 0), (MAX_HEIGHT, 1), (9, MAX_ROUND), (MAX_HEIGHT, MAX_ROUND)):
        signatures = tuple(CommitSignature(key, 1, (), bytes(64)) for key in KEYS)
        commit = RING.signed_commit("c", Commit(height, round, BLOCK, signatures))
        told = "The ends of heights and rounds, of commits."
        question = CommitToCheck("c", VALIDATORS, commit)
        yield Draft(f"consensus/commit-proof-at-{height}-{round}", told, ("CONS-6",), "check_commit", question)


def _validators() -> Iterator[Draft]:
    first, second, third, fourth = VALIDATORS
    faults = {
        "short-key-first": (replace(first, key=KEYS[0][:31]), second, third),
        "short-key-last": (first, second, replace(third, key=KEYS[2][:31])),
        "no-power-first": (replace(first, power=0), second, third),
        "no-power-last": (first, second, replace(third, power=0)),
        "negative-power": (first, replace(second, power=-1), third),
        "descending-last": (first, third, second),
        "same-key-last": (first, second, second),
        "most-power-together": (replace(first, power=MAX_POWER - 1), fourth),
    }
    for name, validators in faults.items():
        told = "One fault is enough, wherever it is."
        rules = ("CONS-1", "NUM-5")
        question = ValidatorsToCheck(validators)
        yield Draft(f"consensus/validators-{name}", told, rules, "check_validators", question)


def _steps() -> Iterator[Draft]:
    node = replace(NODE, step=PROPOSE, round=3)
    earlier = proposal(2, BLOCK, 0)
    heard = (said(1, earlier), *votes(PREVOTE, 0, BLOCK, QUORUM))
    yield step("again-of-an-earlier-round", node, Proposed(earlier), heard)
    for round in (0, 2, 5):
        prevoting = replace(NODE, step=PREVOTE, round=round)
        heard = (said(1, proposal(round)), *votes(PREVOTE, round, BLOCK, QUORUM))
        yield step(f"of-round-{round}", prevoting, Polka(proposal(round)), heard)
        for kind, kinds in ((PREVOTE, "prevotes"), (PRECOMMIT, "precommits")):
            mixed = (*votes(kind, round, BLOCK, (0, 1)), *votes(kind, round, NIL, (3,)))
            yield step(f"{kinds}-of-round-{round}", replace(prevoting, step=kind), Split(kind), mixed)


def _guilt() -> Iterator[Told]:
    locked, against = by(0, vote(PRECOMMIT, 1, BLOCK)), by(0, vote(PREVOTE, 3, OTHER))
    same = by(0, vote(PREVOTE, 1, OTHER))
    yield "prevote-of-the-same-round", "Nor what was prevoted in the round of the lock.", ((locked, same),)
    elsewhere = tuple(by(who, vote(PREVOTE, 2, OTHER, 8)) for who in (1, 2, 3))
    told = "A quorum at another height frees nobody."
    yield "freed-at-another-height", told, ((locked, against, proposed(3, OTHER, 2), *elsewhere),)
    told = "One proposal that names it is enough, whatever others say."
    others = (proposed(2, BLOCK, NO_ROUND), proposed(4, BLOCK, NO_ROUND))
    yield "freed-beside-others", told, ((locked, against, proposed(3, OTHER, 2), *others, *polka(2, OTHER, (1, 2, 3))),)
    yield (
        "freed-by-a-quorum-of-the-round-itself",
        "A quorum of the vote's own round comes too late.",
        ((locked, against, proposed(3, OTHER, NO_ROUND), *polka(3, OTHER, (1, 2, 3))),),
    )
    late = by(0, vote(PRECOMMIT, 3, OTHER))
    yield "moved-too-late", "A lock that moved afterwards does not.", ((locked, against, late, *polka(3, OTHER)),)
