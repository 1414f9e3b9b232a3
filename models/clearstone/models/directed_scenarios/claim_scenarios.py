"""Claims: the rules check them all, so that a driver which errs, or is somebody else's, does no harm (CONS-2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from clearstone.models.directed_scenarios.actor import Actor
from clearstone.models.directed_scenarios.lock_scenarios import FIRST, expect_one_block
from clearstone.models.directed_scenarios.scenario import DirectedScenario, Trial
from clearstone.models.directed_scenarios.stage import CHAIN, HEIGHT, OTHER, Stage
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.actions import Outcome
from clearstone.spec.consensus.claims import Ahead, Claim, Commit, NilPolka, Polka, Proposed, Split, Start, Timeout
from clearstone.spec.consensus.messages import NO_ROUND, PRECOMMIT, PREVOTE, PROPOSE, Proposal
from clearstone.spec.consensus.step import step

GENUINE = Proposal(CHAIN, HEIGHT, 0, FIRST, NO_ROUND)
"""What is proposed in round 0."""
ELSEWHERE = (
    replace(GENUINE, height=HEIGHT + 1),
    replace(GENUINE, chain="another"),
    replace(GENUINE, block_id=NIL),
    replace(GENUINE, round=1),
)
"""Proposals that are out of place; the log will have them, so that it is for the rules to refuse them."""


def false_claims(round: int) -> Iterator[Claim]:
    """Claims that are false in a round of which no quorum of any kind was seen."""
    for proposal in (*ELSEWHERE, replace(GENUINE, block_id=OTHER), replace(GENUINE, valid_round=0)):
        yield from (Proposed(proposal), Polka(proposal), Commit(proposal))
    yield from (Polka(GENUINE), Commit(GENUINE), NilPolka())
    yield from (Split(PREVOTE), Split(PRECOMMIT), Split(PROPOSE))
    yield from (Ahead(round - 1), Ahead(round), Ahead(round + 1), Ahead(round + 9))
    for kind in (PROPOSE, PREVOTE, PRECOMMIT):
        yield from (Timeout(kind, round - 1), Timeout(kind, round + 1))
    yield Timeout(PRECOMMIT + 1, round)


def expect_no_move(trial: Trial, moment: str, actor: Actor, *more: Claim) -> None:
    """Expect that no false claim, nor any of some more, moves an actor."""
    for claim in (*false_claims(actor.node.round), *more):
        outcome = step(actor.node, actor.log, claim)
        trial.expect(f"{moment}, {type(claim).__name__} does not move it", outcome == Outcome(actor.node), claim)


def driver_that_errs(trial: Trial) -> None:
    """Make every false claim to a validator at each moment of a height."""
    stage = Stage()
    for proposal in ELSEWHERE:
        stage.actors[1].log.add(stage.sign(0, proposal))
    expect_no_move(trial, "before it begins", stage.actors[1], Timeout(PROPOSE, 0), Timeout(PRECOMMIT, 0))
    stage.start()
    expect_no_move(trial, "before the proposal", stage.actors[1], Start(), Timeout(PREVOTE, 0))
    stage.give(stage.proposals(0), 1)
    expect_no_move(trial, "after its prevote", stage.actors[1], Start(), Proposed(GENUINE), Timeout(PROPOSE, 0))
    stage.give((*stage.proposals(0), *stage.votes(PREVOTE, 0)), 2)
    trial.expect("three prevotes are a quorum", stage.voted(2, PRECOMMIT, 0) == [FIRST])
    again = (Start(), Proposed(GENUINE), Timeout(PROPOSE, 0), Timeout(PREVOTE, 0), Polka(GENUINE))
    false = [claim for claim in again if step(stage.actors[2].node, stage.actors[2].log, claim).actions]
    trial.expect("after its precommit nothing is said twice", not false, false)
    trial.expect("one precommit decides nothing", stage.decision(2) == NIL)
    stage.talk(0, 1, 2, 3)
    decided = stage.actors[1]
    trial.expect("it decides", decided.node.decision == FIRST)
    genuine = (Start(), Proposed(GENUINE), Polka(GENUINE), Commit(GENUINE), Split(PREVOTE), Split(PRECOMMIT))
    timers = (Timeout(PROPOSE, 0), Timeout(PREVOTE, 0), Timeout(PRECOMMIT, 0))
    expect_no_move(trial, "after its decision", decided, *genuine, *timers)
    expect_one_block(trial, stage, FIRST)


SCENARIOS = (
    DirectedScenario(
        "driver-that-errs",
        "A claim that is false, early, late or repeated moves nobody.",
        "consensus",
        ("CONS-2",),
        driver_that_errs,
    ),
)
"""The scenarios of this theme."""
