"""Locks: whoever precommitted a block votes for no other until a quorum has moved on (CONS-2)."""

from __future__ import annotations

from clearstone.models.directed_scenarios.scenario import DirectedScenario, Trial
from clearstone.models.directed_scenarios.stage import INVALID, OTHER, Stage, block_of
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.messages import PRECOMMIT, PREVOTE, PROPOSE, SignedMessage

FIRST = block_of(0)
"""The block that is proposed in round 0."""


def lock_two(stage: Stage) -> None:
    """Validator 1 lies. In round 0 bring 0 and 2 to precommit the first block, and 3 to precommit nothing."""
    stage.start()
    stage.give(stage.proposals(0), 2, 3)
    stage.give(stage.votes(PREVOTE, 0), 0, 2)
    stage.give((*stage.votes(PREVOTE, 0, 0), stage.vote(1, PREVOTE, 0, NIL)), 3)
    stage.time_out(PREVOTE, 3)


def decide_at_one(stage: Stage) -> None:
    """After `lock_two`: 0 decides, with the liar's precommit, and 2 and 3 go on to round 1, 2 with a lock."""
    lock_two(stage)
    stage.give((*stage.votes(PRECOMMIT, 0, 2), stage.vote(1, PRECOMMIT, 0, FIRST)), 0)
    stage.give(stage.votes(PRECOMMIT, 0), 2, 3)
    stage.time_out(PRECOMMIT, 2, 3)


def push(stage: Stage, proposal: SignedMessage) -> None:
    """Let the liar propose to 2 and 3 and vote for its block at both, and let the round pass."""
    round, value = proposal.message.round, proposal.message.block_id
    stage.give((proposal,), 2, 3)
    stage.give((stage.vote(1, PREVOTE, round, value), stage.vote(1, PRECOMMIT, round, value)), 2, 3)
    stage.pass_round(2, 3)


def expect_one_block(trial: Trial, stage: Stage, value: bytes = NIL) -> None:
    """Expect that all decide this block, or any one, once they hear of each other, and ask the invariants."""
    stage.talk(*stage.actors)
    seen = stage.decisions()
    agreed = len(seen) == 1 and NIL not in seen and value in (NIL, *seen)
    told = {index: stage.decision(index).hex()[:8] for index in stage.actors}
    trial.expect("in the end all have decided the same block", agreed, told)
    trial.judge(stage.trace())


def fresh_proposal(trial: Trial) -> None:
    """One has decided, another is locked: the liar proposes a block of its own as if nothing had been."""
    stage = Stage(liars=(1,))
    decide_at_one(stage)
    trial.expect("one has decided the first block", stage.decision(0) == FIRST)
    push(stage, stage.proposal(1, 1, OTHER))
    trial.expect("the locked one prevotes nothing", stage.voted(2, PREVOTE, 1) == [NIL])
    trial.expect("one that is not locked may prevote it", stage.voted(3, PREVOTE, 1) == [OTHER])
    expect_one_block(trial, stage, FIRST)


def invented_valid_round(trial: Trial) -> None:
    """The liar claims that its block had a quorum of prevotes in round 0, of which nobody knows."""
    stage = Stage(liars=(1,))
    decide_at_one(stage)
    push(stage, stage.proposal(1, 1, OTHER, valid_round=0))
    trial.expect("nobody prevotes it", {*stage.voted(2, PREVOTE, 1), *stage.voted(3, PREVOTE, 1)} == {NIL})
    expect_one_block(trial, stage, FIRST)


def older_reproposal(trial: Trial) -> None:
    """A block had a quorum in round 0, another was decided in round 1: the first one comes back in round 2.

    It takes three rounds: the quorum of round 0 is real, but older than the lock.
    """
    stage = Stage(liars=(1,))
    stage.start()
    stage.give(stage.proposals(0), 2, 3)
    for index, seen in ((0, 2), (2, 3), (3, 0)):  # each sees two prevotes of three
        stage.give((*stage.votes(PREVOTE, 0, seen), stage.vote(1, PREVOTE, 0, NIL)), index)
        stage.time_out(PREVOTE, index)
    stage.give(stage.votes(PREVOTE, 0), 2)
    node = stage.actors[2].node
    trial.expect("who learns of the quorum late remembers its block", node.valid_value == FIRST)
    trial.expect("and is not locked on it", node.locked_value == NIL)
    stage.give(stage.votes(PRECOMMIT, 0), 0, 2, 3)
    stage.time_out(PRECOMMIT, 0, 2, 3)
    stage.give((stage.proposal(1, 1, OTHER),), 0, 2, 3)
    stage.give(stage.votes(PREVOTE, 1), 0, 3)
    stage.give((*stage.votes(PREVOTE, 1, 3), stage.vote(1, PREVOTE, 1, NIL)), 2)
    stage.time_out(PREVOTE, 2)
    stage.give((*stage.votes(PRECOMMIT, 1, 3), stage.vote(1, PRECOMMIT, 1, OTHER)), 0)
    trial.expect("one has decided the other block in round 1", stage.decision(0) == OTHER)
    stage.give(stage.votes(PRECOMMIT, 1), 2, 3)
    stage.time_out(PRECOMMIT, 2, 3)
    again = stage.proposals(2)
    trial.expect(
        "the first block is proposed again with its round",
        [(each.message.block_id, getattr(each.message, "valid_round", None)) for each in again] == [(FIRST, 0)],
    )
    stage.give((stage.vote(1, PREVOTE, 2, FIRST), stage.vote(1, PRECOMMIT, 2, FIRST)), 2, 3)
    stage.pass_round(2, 3)
    trial.expect("who is locked since round 1 prevotes nothing", stage.voted(3, PREVOTE, 2) == [NIL])
    expect_one_block(trial, stage, OTHER)


def rounds_without_a_block(trial: Trial) -> None:
    """Between the decision of one and the liar's help for another block lie rounds that end in nothing."""
    stage = Stage(liars=(1,))
    decide_at_one(stage)
    stage.time_out(PROPOSE, 2, 3)
    stage.give((*stage.votes(PREVOTE, 1), stage.vote(1, PREVOTE, 1, NIL)), 2, 3)
    trial.expect("a quorum for nothing ends round 1", stage.voted(2, PRECOMMIT, 1) == [NIL])
    trial.expect("and the lock stays", stage.actors[2].node.locked_value == FIRST)
    stage.give((*stage.votes(PRECOMMIT, 1), stage.vote(1, PRECOMMIT, 1, NIL)), 2, 3)
    stage.time_out(PRECOMMIT, 2, 3)
    stage.time_out(PROPOSE, 3)
    stage.give((*stage.votes(PREVOTE, 2), stage.vote(1, PREVOTE, 2, NIL)), 2, 3)
    stage.time_out(PREVOTE, 2, 3)
    trial.expect("a timer ends round 2", stage.voted(2, PRECOMMIT, 2) == [NIL])
    trial.expect("and the lock stays again", stage.actors[2].node.locked_value == FIRST)
    stage.give((*stage.votes(PRECOMMIT, 2), stage.vote(1, PRECOMMIT, 2, NIL)), 2, 3)
    stage.time_out(PRECOMMIT, 2, 3)
    stage.give((stage.vote(1, PREVOTE, 3, block_of(3)), stage.vote(1, PRECOMMIT, 3, block_of(3))), 2, 3)
    stage.pass_round(2, 3)
    trial.expect("in round 3 it prevotes no other block", stage.voted(2, PREVOTE, 3) == [NIL])
    expect_one_block(trial, stage, FIRST)


def invalid_block(trial: Trial) -> None:
    """The liar proposes a block that breaks a rule, then one that does not."""
    stage = Stage(liars=(0,))
    stage.start()
    stage.give((stage.proposal(0, 0, INVALID), stage.vote(0, PREVOTE, 0, INVALID)), 1, 2, 3)
    stage.give((stage.vote(0, PRECOMMIT, 0, INVALID),), 1, 2, 3)
    prevoted = {value for index in (1, 2, 3) for value in stage.voted(index, PREVOTE, 0)}
    trial.expect("nobody prevotes it", prevoted == {NIL})
    stage.pass_round(1, 2, 3)
    stage.pass_round(1, 2, 3)
    expect_one_block(trial, stage, block_of(1))


SCENARIOS = (
    DirectedScenario(
        "lock-against-a-fresh-proposal",
        "Who is locked on a decided block prevotes nothing else that is proposed afresh.",
        "consensus",
        ("CONS-2", "CONS-3"),
        fresh_proposal,
    ),
    DirectedScenario(
        "lock-against-an-invented-valid-round",
        "A re-proposal counts only with the quorum of prevotes that it names.",
        "consensus",
        ("CONS-2",),
        invented_valid_round,
    ),
    DirectedScenario(
        "lock-against-an-older-re-proposal",
        "A quorum of prevotes that is older than a lock does not free one from it.",
        "consensus",
        ("CONS-2",),
        older_reproposal,
    ),
    DirectedScenario(
        "lock-outlives-rounds-without-a-block",
        "Neither a quorum for nothing nor a timer frees one from a lock.",
        "consensus",
        ("CONS-2",),
        rounds_without_a_block,
    ),
    DirectedScenario(
        "invalid-block-finds-no-votes",
        "Nobody prevotes a block that may not follow, and the next proposer's block is decided.",
        "consensus",
        ("CONS-2", "CONS-6"),
        invalid_block,
    ),
)
"""The scenarios of this theme."""
