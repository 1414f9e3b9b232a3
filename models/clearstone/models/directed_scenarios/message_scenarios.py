"""Messages: what a validator lets in, and what follows if it let in more (CONS-2, CONS-4, ENC-2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from clearstone.models.directed_scenarios.lock_scenarios import expect_one_block
from clearstone.models.directed_scenarios.scenario import DirectedScenario, Trial
from clearstone.models.directed_scenarios.stage import AUTHENTIC, CHAIN, HEIGHT, OTHER, Stage, block_of
from clearstone.models.signing import SigningKey
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.messages import (
    NO_ROUND,
    PRECOMMIT,
    PREVOTE,
    PROPOSE,
    Message,
    Proposal,
    SignedMessage,
    Vote,
    check_message,
)

STRANGER = SigningKey.derive(0, "stranger")
"""Somebody who is no validator."""
BALLOT = Vote(CHAIN, HEIGHT, 0, PRECOMMIT, OTHER, 1, (("btc", 5_000), ("eth", 200)))
"""A precommit that may be counted, if its sender signs it."""
OFFER = Proposal(CHAIN, HEIGHT, 1, OTHER, NO_ROUND)
"""A proposal that may be counted if validator 1 signs it."""


def misshapen() -> Iterator[tuple[str, str, Message]]:
    """Messages that are authentic and yet not to be counted: what is wrong with each, the rule, the message."""
    yield "of another chain", "CONS-2", replace(BALLOT, chain="another")
    yield "of round -1", "NUM-5", replace(BALLOT, round=-1)
    yield "of height 0", "NUM-5", replace(BALLOT, height=0)
    yield "of no kind", "CONS-2", replace(BALLOT, step=PROPOSE)
    yield "for half an id", "CONS-2", replace(BALLOT, block_id=OTHER[:16])
    yield "for nothing, with a clock", "CONS-2", replace(BALLOT, block_id=NIL, prices=())
    yield "before the precommit, with prices", "CONS-2", replace(BALLOT, step=PREVOTE, time=0)
    yield "with a feed twice", "CONS-2", replace(BALLOT, prices=(("btc", 5_000), ("btc", 6_000)))
    yield "with feeds out of order", "CONS-2", replace(BALLOT, prices=(("eth", 200), ("btc", 5_000)))
    yield "at a time before all times", "NUM-5", replace(BALLOT, time=-1)
    yield "that proposes nothing", "CONS-2", replace(OFFER, block_id=NIL)
    yield "that proposes with a valid round that is not earlier", "CONS-2", replace(OFFER, valid_round=1)
    yield "that proposes with a valid round below none", "CONS-2", replace(OFFER, valid_round=-2)
    yield "that proposes out of turn", "CONS-4", replace(OFFER, round=2)


def at_the_gate(trial: Trial) -> None:
    """Show every kind of message that must not be counted, each well signed by a validator, and then bad signatures."""
    stage = Stage()
    for message in (BALLOT, OFFER):
        judged = check_message(CHAIN, stage.validators, stage.sign(1, message), AUTHENTIC)
        trial.expect_acceptance(f"a {type(message).__name__.lower()} is let in", judged)
    for wrong, rule, message in misshapen():
        refused = check_message(CHAIN, stage.validators, stage.sign(1, message), AUTHENTIC)
        trial.expect_refusal(f"a message {wrong} is refused", rule, refused)
    good = stage.sign(1, BALLOT)
    forged = (
        ("in another's name", replace(good, sender=stage.keys[2].public)),
        ("with a signature of zeros", replace(good, signature=bytes(64))),
        ("with another's content", replace(good, message=replace(BALLOT, round=1))),
        ("with another clock", replace(good, message=replace(BALLOT, time=2))),
    )
    for wrong, signed in forged:
        refused = check_message(CHAIN, stage.validators, signed, AUTHENTIC)
        trial.expect_refusal(f"a message {wrong} is refused", "ENC-2", refused)
    outside = SignedMessage(STRANGER.public, BALLOT, STRANGER.sign(BALLOT))
    refused = check_message(CHAIN, stage.validators, outside, AUTHENTIC)
    trial.expect_refusal("a stranger's message is refused", "CONS-1", refused)


def forged_votes(trial: Trial) -> None:
    """A liar writes everybody's votes for its own block."""
    stage = Stage(liars=(0,))
    stage.start()
    stage.give((stage.proposal(0, 0, OTHER),), 1)
    for step in (PREVOTE, PRECOMMIT):
        mine = stage.vote(0, step, 0, OTHER)
        stage.give((replace(mine, sender=key.public) for key in stage.keys), 1)
    trial.expect("nobody is persuaded", stage.decision(1) == NIL and stage.voted(1, PRECOMMIT, 0) == [])
    stage.pass_round(1, 2, 3)
    stage.pass_round(1, 2, 3)
    expect_one_block(trial, stage)


def votes_of_another_chain(trial: Trial) -> None:
    """Votes that validators cast on another chain, with the same keys, are shown on this one."""
    stage = Stage(liars=(0,))
    stage.start()
    stage.give((stage.proposal(0, 0, OTHER),), 1)
    for step in (PREVOTE, PRECOMMIT):
        elsewhere = [Vote("another", HEIGHT, 0, step, OTHER, 0, ()) for _ in stage.keys]
        stage.give((stage.sign(index, vote) for index, vote in enumerate(elsewhere)), 1)
    trial.expect("they count for nothing", stage.decision(1) == NIL and stage.voted(1, PRECOMMIT, 0) == [])
    stage.pass_round(1, 2, 3)
    stage.pass_round(1, 2, 3)
    expect_one_block(trial, stage)


def proposals_out_of_turn(trial: Trial) -> None:
    """A liar proposes when it is not its turn, to two of three, before the proposer is heard."""
    stage = Stage(liars=(3,))
    stage.start()
    stage.give((stage.proposal(3, 0, OTHER), stage.vote(3, PREVOTE, 0, OTHER)), 1, 2)
    trial.expect("nobody prevotes its block", not stage.voted(1, PREVOTE, 0) and not stage.voted(2, PREVOTE, 0))
    stage.pass_round(0, 1, 2)
    expect_one_block(trial, stage, block_of(0))


SCENARIOS = (
    DirectedScenario(
        "messages-at-the-gate",
        "A message is counted only if it is well-formed, of this chain, in its sender's turn and signed by it.",
        "consensus",
        ("CONS-1", "CONS-2", "CONS-4", "ENC-2", "NUM-5"),
        at_the_gate,
    ),
    DirectedScenario(
        "forged-votes",
        "Votes in the names of others decide nothing.",
        "consensus",
        ("CONS-2", "ENC-2"),
        forged_votes,
    ),
    DirectedScenario(
        "votes-of-another-chain",
        "Votes that were cast on another chain decide nothing on this one.",
        "consensus",
        ("CONS-2",),
        votes_of_another_chain,
    ),
    DirectedScenario(
        "proposal-out-of-turn",
        "Nobody votes for a proposal of one whose turn it is not.",
        "consensus",
        ("CONS-4",),
        proposals_out_of_turn,
    ),
)
"""The scenarios of this theme."""
