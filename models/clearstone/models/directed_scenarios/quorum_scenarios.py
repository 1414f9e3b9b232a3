"""Quorums: strictly more than two thirds of the power, of the right kind of vote, and turns in proportion (CONS-1)."""

from __future__ import annotations

from collections import Counter

from clearstone.models.directed_scenarios.lock_scenarios import expect_one_block
from clearstone.models.directed_scenarios.scenario import DirectedScenario, Trial
from clearstone.models.directed_scenarios.stage import HEIGHT, OTHER, Stage, block_of
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.messages import PRECOMMIT, PREVOTE, PROPOSE
from clearstone.spec.consensus.proposer import proposer


def half_of_the_power(trial: Trial) -> None:
    """Two and two of four do not hear of each other for three rounds, in each of which one half has a proposer."""
    stage = Stage()
    stage.start()
    for _ in range(3):
        stage.pass_round(0, 1)
        stage.pass_round(2, 3)
    trial.expect("neither half decides", stage.decisions() == {NIL}, stage.decisions())
    stage.pass_round(0, 1, 2, 3)
    expect_one_block(trial, stage)


def two_thirds(trial: Trial) -> None:
    """One of three lies, which is exactly a third of the power: it tells each of the others what it wants to hear."""
    stage = Stage(powers=(2, 2, 2), liars=(1,))
    stage.start()
    first = block_of(0)
    stage.give((stage.vote(1, PREVOTE, 0, first), stage.vote(1, PRECOMMIT, 0, first)), 0)
    trial.expect("four of six have voted for the first block, and it is not decided", stage.decision(0) == NIL)
    stage.time_out(PROPOSE, 2)
    stage.give((stage.vote(1, PREVOTE, 0, NIL), stage.vote(1, PRECOMMIT, 0, NIL)), 2)
    stage.pass_round(2)
    stage.give((stage.proposal(1, 1, OTHER), stage.vote(1, PREVOTE, 1, OTHER), stage.vote(1, PRECOMMIT, 1, OTHER)), 2)
    stage.pass_round(2)
    trial.expect("nor does another two thirds decide another block", stage.decision(2) == NIL)
    trial.judge(stage.trace())


def prevotes_decide_nothing(trial: Trial) -> None:
    """One validator alone sees a quorum of prevotes; the others go on and decide a block of the next round."""
    stage = Stage(liars=(1,))
    stage.start()
    stage.give(stage.proposals(0), 2, 3)
    stage.give(stage.votes(PREVOTE, 0), 0)
    trial.expect("who sees a quorum of prevotes precommits", stage.voted(0, PRECOMMIT, 0) == [block_of(0)])
    trial.expect("and has not decided", stage.decision(0) == NIL)
    for index in (2, 3):
        stage.give((*stage.votes(PREVOTE, 0, 0), stage.vote(1, PREVOTE, 0, NIL)), index)
        stage.time_out(PREVOTE, index)
    stage.give(stage.votes(PRECOMMIT, 0), 2, 3)
    stage.time_out(PRECOMMIT, 2, 3)
    votes = (stage.vote(1, PREVOTE, 1, OTHER), stage.vote(1, PRECOMMIT, 1, OTHER))
    stage.give((stage.proposal(1, 1, OTHER), *votes), 2, 3)
    stage.pass_round(2, 3)
    trial.expect("the others decide another block", stage.decisions(2, 3) == {OTHER})
    expect_one_block(trial, stage, OTHER)


def turns_by_power(trial: Trial) -> None:
    """Go through all turns of a cycle, by round and by height, with very unequal powers."""
    powers = (3, 10, 4, 9, 8, 7, 1)
    validators = Stage(powers=powers).validators
    expected = {validator.key: validator.power for validator in validators}
    total = sum(powers)
    by_round = [proposer(validators, HEIGHT, round) for round in range(total)]
    by_height = [proposer(validators, HEIGHT + height, 0) for height in range(total)]
    trial.expect("in a cycle of rounds each has as many turns as power", Counter(by_round) == expected)
    trial.expect("in a cycle of heights, too", Counter(by_height) == expected)
    turns = [*by_round, *by_round]
    longest = max(len(set(turns[start : start + 4])) for start in range(total))
    shortest = min(len(set(turns[start : start + 4])) for start in range(total))
    trial.expect("any four turns in a row go to three or more", shortest >= 3, f"{shortest} to {longest}")
    doubled = Stage(powers=tuple(2 * power for power in powers)).validators
    same = [proposer(doubled, HEIGHT, round) for round in range(total)]
    trial.expect("only the proportions matter", same == by_round)


SCENARIOS = (
    DirectedScenario(
        "half-is-no-quorum",
        "When the validators are cut in half, no half decides, and both decide alike once they are joined.",
        "consensus",
        ("CONS-1",),
        half_of_the_power,
    ),
    DirectedScenario(
        "two-thirds-are-no-quorum",
        "Exactly two thirds of the power decide nothing: a fork could then be blamed on no more than a third.",
        "consensus",
        ("CONS-1", "CONS-5"),
        two_thirds,
    ),
    DirectedScenario(
        "prevotes-decide-nothing",
        "A quorum of prevotes locks a block and does not decide it.",
        "consensus",
        ("CONS-2",),
        prevotes_decide_nothing,
    ),
    DirectedScenario(
        "turns-by-power",
        "In a cycle of turns every validator proposes exactly as often as it has power.",
        "consensus",
        ("CONS-4",),
        turns_by_power,
    ),
)
"""The scenarios of this theme."""
