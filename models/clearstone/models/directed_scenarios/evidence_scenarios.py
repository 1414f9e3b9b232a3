"""Evidence: after a fork more than a third of the power stands convicted, and nobody who was honest (CONS-5)."""

from __future__ import annotations

from dataclasses import replace

from clearstone.models.directed_scenarios.lock_scenarios import expect_one_block
from clearstone.models.directed_scenarios.scenario import DirectedScenario, Trial
from clearstone.models.directed_scenarios.stage import AUTHENTIC, CHAIN, HEIGHT, OTHER, Stage, block_of
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.evidence import accused
from clearstone.spec.consensus.messages import PRECOMMIT, PREVOTE, PROPOSE, SignedMessage, Vote

BROKEN = ("agreement", "same-roots")
"""What liars with half of the power can break."""
FIRST = block_of(0)
"""The first block that the liars show."""


def guilty(stage: Stage, *forged: SignedMessage) -> set[int]:
    """Whom the correct validators' logs, and what else is shown to the judge, prove guilty."""
    keys = accused(CHAIN, stage.validators, [*stage.trace().logs.values(), forged], AUTHENTIC)
    return {index for index, key in enumerate(stage.keys) if key.public in keys}


def fork_by_equivocation(trial: Trial) -> None:
    """Two liars of four show one block to one validator and another to the other, in the same round."""
    stage = Stage(liars=(0, 1))
    stage.start()
    for victim, value in ((2, FIRST), (3, OTHER)):
        votes = [stage.vote(liar, step, 0, value) for step in (PREVOTE, PRECOMMIT) for liar in (0, 1)]
        stage.give((stage.proposal(0, 0, value), *votes), victim)
    trial.expect("the liars have forked the chain", stage.decisions() == {FIRST, OTHER})
    trial.expect("both are convicted, and nobody else", guilty(stage) == {0, 1}, guilty(stage))
    trial.judge(stage.trace(), but=BROKEN)


def fork_by_amnesia(trial: Trial) -> None:
    """Two liars of four never contradict themselves within a round: they forget what they precommitted."""
    stage = Stage(liars=(0, 1))
    stage.start()
    prevotes = [stage.vote(liar, PREVOTE, 0, FIRST) for liar in (0, 1)]
    precommits = [stage.vote(liar, PRECOMMIT, 0, FIRST) for liar in (0, 1)]
    stage.give((stage.proposal(0, 0, FIRST), *prevotes, *precommits), 2)
    trial.expect("one decides in round 0", stage.decision(2) == FIRST)
    stage.time_out(PROPOSE, 3)
    stage.give(prevotes, 3)
    stage.time_out(PREVOTE, 3)
    stage.give(precommits, 3)
    stage.time_out(PRECOMMIT, 3)
    votes = [stage.vote(liar, step, 1, OTHER) for step in (PREVOTE, PRECOMMIT) for liar in (0, 1)]
    stage.give((stage.proposal(1, 1, OTHER), *votes), 3)
    trial.expect("the other decides another block in round 1", stage.decision(3) == OTHER)
    trial.expect("both liars are convicted, and nobody else", guilty(stage) == {0, 1}, guilty(stage))
    trial.judge(stage.trace(), but=BROKEN)


def freed_by_a_valid_round(trial: Trial) -> None:
    """One is locked alone; a quorum moves on without it, and it votes with them when their block comes back."""
    stage = Stage()
    stage.start()
    stage.give(stage.proposals(0), 1, 2)
    stage.time_out(PROPOSE, 3)
    stage.give(stage.votes(PREVOTE, 0, 0, 1, 2), 2)
    stage.give(stage.votes(PREVOTE, 0, 0, 1, 3), 0, 1, 3)
    stage.time_out(PREVOTE, 0, 1, 3)
    stage.give(stage.votes(PRECOMMIT, 0), 0, 1, 2, 3)
    stage.time_out(PRECOMMIT, 0, 1, 2, 3)
    stage.give(stage.proposals(1), 0, 2, 3)
    trial.expect("the locked one prevotes nothing in round 1", stage.voted(2, PREVOTE, 1) == [NIL])
    for index, seen in ((0, (1, 2)), (1, (0, 2)), (2, (0, 1)), (3, (0, 2))):  # three prevotes each, one for nothing
        stage.give(stage.votes(PREVOTE, 1, *seen), index)
        stage.time_out(PREVOTE, index)
    stage.give(stage.votes(PREVOTE, 1), 3)
    stage.give(stage.votes(PRECOMMIT, 1), 0, 1, 2, 3)
    stage.time_out(PRECOMMIT, 0, 1, 2, 3)
    stage.time_out(PROPOSE, 0, 1, 3)
    stage.give(stage.votes(PREVOTE, 2), 0, 1, 2, 3)
    trial.expect("nothing is precommitted in round 2", stage.voted(2, PRECOMMIT, 2) == [NIL])
    stage.give(stage.votes(PRECOMMIT, 2), 0, 1, 2, 3)
    stage.time_out(PRECOMMIT, 0, 1, 2, 3)
    stage.talk(0, 1, 2, 3)
    trial.expect("in round 3 the locked one is free to prevote", stage.voted(2, PREVOTE, 3) == [block_of(1)])
    trial.expect("nobody is accused", guilty(stage) == set(), guilty(stage))
    expect_one_block(trial, stage, block_of(1))


def freed_by_a_moved_lock(trial: Trial) -> None:
    """One locks a block, moves its lock to a block that others prevoted, and prevotes that when it is made anew."""
    stage = Stage(liars=(2,))
    stage.start()
    stage.give(stage.proposals(0), 3)
    stage.time_out(PROPOSE, 1)
    stage.give((stage.vote(2, PREVOTE, 0, FIRST), *stage.votes(PREVOTE, 0, 0)), 3)
    for index in (0, 1):
        stage.give((stage.vote(2, PREVOTE, 0, NIL), *stage.votes(PREVOTE, 0, 0, 1)), index)
        stage.time_out(PREVOTE, index)
    stage.give(stage.votes(PRECOMMIT, 0), 0, 1, 3)
    stage.time_out(PRECOMMIT, 0, 1, 3)
    stage.give(stage.proposals(1), 0, 3)
    stage.give((stage.vote(2, PREVOTE, 1, block_of(1)), *stage.votes(PREVOTE, 1, 0, 1)), 3)
    trial.expect("the lock moves", stage.voted(3, PRECOMMIT, 1) == [block_of(1)])
    stage.give((stage.vote(2, PREVOTE, 1, NIL), *stage.votes(PREVOTE, 1, 3)), 0, 1)
    stage.time_out(PREVOTE, 0, 1)
    stage.give(stage.votes(PRECOMMIT, 1), 0, 1, 3)
    stage.time_out(PRECOMMIT, 0, 1, 3)
    stage.give((stage.proposal(2, 2, block_of(1)),), 0, 1, 3)
    trial.expect("it prevotes the block that it is locked on", stage.voted(3, PREVOTE, 2) == [block_of(1)])
    trial.expect("no correct validator is accused", guilty(stage) <= {2}, guilty(stage))
    expect_one_block(trial, stage, block_of(1))


def framed(trial: Trial) -> None:
    """Show the judge forged votes of a correct validator, and two of its precommits that differ in their clock."""
    stage = Stage()
    stage.start()
    stage.pass_round(0, 1, 2, 3)
    forged = Vote(CHAIN, HEIGHT, 0, PREVOTE, OTHER, 0, ())
    frames = (
        SignedMessage(stage.keys[1].public, forged, bytes(64)),
        replace(stage.sign(0, forged), sender=stage.keys[1].public),
        stage.sign(1, replace(forged, chain="another")),
        stage.sign(1, replace(forged, height=HEIGHT + 1)),
    )
    for number, frame in enumerate(frames, 1):
        trial.expect(f"forgery {number} convicts nobody", guilty(stage, frame) == set())
    trial.expect("a second prevote does, if it is signed", guilty(stage, stage.sign(1, forged)) == {1})
    said = next(each.message for each in stage.votes(PRECOMMIT, 0, 1) if isinstance(each.message, Vote))
    trial.expect("another clock does not", guilty(stage, stage.sign(1, replace(said, time=said.time + 1))) == set())
    trial.judge(stage.trace())


SCENARIOS = (
    DirectedScenario(
        "fork-by-equivocation-is-blamed",
        "Who forks the chain by saying two things in a round is convicted, and nobody else.",
        "consensus",
        ("CONS-5",),
        fork_by_equivocation,
    ),
    DirectedScenario(
        "fork-by-amnesia-is-blamed",
        "Who forks the chain by forgetting a precommit is convicted, and nobody else.",
        "consensus",
        ("CONS-5",),
        fork_by_amnesia,
    ),
    DirectedScenario(
        "freed-by-a-valid-round",
        "A quorum since the lock, named by a proposal, frees a validator, and it is not accused of amnesia.",
        "consensus",
        ("CONS-2", "CONS-5"),
        freed_by_a_valid_round,
    ),
    DirectedScenario(
        "freed-by-a-moved-lock",
        "A validator whose lock has moved to another block may prevote that, and is not accused of amnesia.",
        "consensus",
        ("CONS-2", "CONS-5"),
        freed_by_a_moved_lock,
    ),
    DirectedScenario(
        "nobody-is-framed",
        "Forgeries, votes of other chains and heights, and a clock that differs convict nobody.",
        "consensus",
        ("CONS-5", "ENC-2"),
        framed,
    ),
)
"""The scenarios of this theme."""
