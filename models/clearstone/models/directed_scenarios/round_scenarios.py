"""Rounds: when validators leave one, what brings them back together, and how many it takes (CONS-2)."""

from __future__ import annotations

from clearstone.models.directed_scenarios.lock_scenarios import expect_one_block, lock_two
from clearstone.models.directed_scenarios.scenario import DirectedScenario, Trial
from clearstone.models.directed_scenarios.stage import HEIGHT, OTHER, Stage, block_of
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.messages import PRECOMMIT, PREVOTE, PROPOSE
from clearstone.spec.consensus.proposer import proposer


def skipping_ahead(trial: Trial) -> None:
    """A liar with a third of the power speaks of a far round; then so do validators with more than a third."""
    stage = Stage(powers=(2, 2, 2), liars=(1,))
    stage.start()
    stage.give([stage.vote(1, step, 9, NIL) for step in (PREVOTE, PRECOMMIT)], 0, 2)
    trial.expect("exactly a third of the power moves nobody", {stage.round(0), stage.round(2)} == {0})
    four = Stage(liars=(1,))
    four.start()
    four.give((four.vote(1, PREVOTE, 1, NIL), four.vote(1, PRECOMMIT, 1, NIL)), 0, 2, 3)
    trial.expect("nor does one of four", {four.round(index) for index in (0, 2, 3)} == {0})
    four.time_out(PROPOSE, 2, 3)
    four.give((*four.votes(PREVOTE, 0, 2, 3), four.vote(1, PREVOTE, 0, NIL)), 2, 3)
    four.give((*four.votes(PRECOMMIT, 0, 2, 3), four.vote(1, PRECOMMIT, 0, NIL)), 2, 3)
    four.time_out(PRECOMMIT, 2, 3)
    four.time_out(PROPOSE, 2, 3)
    trial.expect("who is alone stays in its round", four.round(0) == 0)
    four.give(four.votes(PREVOTE, 1, 3), 0)
    trial.expect("two of four that are ahead are joined", four.round(0) == 1)
    trial.judge(four.trace())


def two_proposals(trial: Trial) -> None:
    """The proposer shows one block to one validator and another to the rest."""
    stage = Stage(liars=(0,))
    stage.start()
    first, second = stage.proposal(0, 0, block_of(0)), stage.proposal(0, 0, OTHER)
    stage.give((first,), 1)
    stage.give((second,), 2, 3)
    stage.give((stage.vote(0, PREVOTE, 0, OTHER), stage.vote(0, PRECOMMIT, 0, OTHER)), 1, 2, 3)
    stage.talk(1, 2, 3)
    trial.expect("who prevoted the one decides the other", stage.decision(1) == OTHER)
    trial.expect("it prevoted once", stage.voted(1, PREVOTE, 0) == [block_of(0)])
    expect_one_block(trial, stage, OTHER)


def first_in_turn(count: int, few: int) -> tuple[int, ...]:
    """Which of so many equal validators propose in the first few rounds."""
    validators = Stage(powers=(1,) * count).validators
    keys = [validator.key for validator in validators]
    return tuple(keys.index(proposer(validators, HEIGHT, round)) for round in range(few))


def from_the_start(trial: Trial) -> None:
    """On a network that works, let liars be the first proposers: silent, or heard by half of the others."""
    for count, few in ((4, 1), (7, 2), (7, 0)):
        liars = first_in_turn(count, few)
        for value in (None, OTHER, block_of(count - 1)):
            stage = Stage(powers=(1,) * count, liars=liars)
            correct = tuple(stage.actors)
            stage.start()
            for round, liar in enumerate(liars):
                if value is not None:
                    lies = (stage.proposal(liar, round, value), stage.vote(liar, PREVOTE, round, value))
                    stage.give(lies, *correct[::2])
                stage.pass_round(*correct)
            stage.pass_round(*correct)
            rounds = 1 + max((decision.round for decision in stage.trace().decisions.values()), default=99)
            done = NIL not in stage.decisions() and rounds <= few + 1
            trial.expect(f"with {few} liars of {count} first in turn, {few + 1} rounds suffice", done, rounds)
            trial.judge(stage.trace())


def after_disorder(trial: Trial) -> None:
    """Let locks arise of which few know, then let the network work, without the liar."""
    stage = Stage(liars=(1,))
    lock_two(stage)
    stage.give((*stage.votes(PRECOMMIT, 0),), 0, 2, 3)
    stage.time_out(PRECOMMIT, 0, 2, 3)
    trial.expect("two are locked, nobody has decided", stage.decisions() == {NIL})
    stage.time_out(PROPOSE, 0, 2, 3)
    stage.pass_round(0, 2, 3)
    stage.pass_round(0, 2, 3)
    rounds = 1 + max((decision.round for decision in stage.trace().decisions.values()), default=99)
    trial.expect("the proposer that is locked proposes its block again, and it is decided", rounds <= 3, rounds)
    expect_one_block(trial, stage)


def a_lock_that_others_do_not_know(trial: Trial) -> None:
    """One alone is locked, another remembers a block of a later round: a cycle of turns brings them together."""
    stage = Stage(liars=(1,))
    stage.start()
    stage.give(stage.proposals(0), 2, 3)
    stage.give(stage.votes(PREVOTE, 0), 2)
    for index in (0, 3):
        stage.give((stage.vote(1, PREVOTE, 0, NIL), *stage.votes(PREVOTE, 0, 0, 3)), index)
        stage.time_out(PREVOTE, index)
    stage.give(stage.votes(PRECOMMIT, 0), 0, 2, 3)
    stage.time_out(PRECOMMIT, 0, 2, 3)
    for _ in range(len(stage.validators)):
        stage.pass_round(0, 2, 3)
    trial.expect("all decide within a cycle of turns", NIL not in stage.decisions())
    expect_one_block(trial, stage)


SCENARIOS = (
    DirectedScenario(
        "skip-on-more-than-a-third",
        "A validator leaves its round for a later one if more than a third of the power is there, and only then.",
        "consensus",
        ("CONS-2", "CONS-1"),
        skipping_ahead,
    ),
    DirectedScenario(
        "two-proposals-in-a-round",
        "Two blocks of one proposer neither fork the chain nor stop it.",
        "consensus",
        ("CONS-2",),
        two_proposals,
    ),
    DirectedScenario(
        "decided-within-f-plus-1-rounds",
        "A height that begins on a working network is decided one round after the last liar's turn at the latest.",
        "consensus",
        ("CONS-2", "CONS-4"),
        from_the_start,
    ),
    DirectedScenario(
        "decided-after-disorder",
        "Once the network works, a locked proposer's block is decided in its turn.",
        "consensus",
        ("CONS-2",),
        after_disorder,
    ),
    DirectedScenario(
        "decided-despite-an-unknown-lock",
        "A lock that only its holder knows of keeps the chain from deciding for a cycle of turns at most.",
        "consensus",
        ("CONS-2", "CONS-4"),
        a_lock_that_others_do_not_know,
    ),
)
"""The scenarios of this theme."""
