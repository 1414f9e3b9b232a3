"""Restarts: a validator that crashes between two actions contradicts itself no more than any other (CONS-3)."""

from __future__ import annotations

from clearstone.models.directed_scenarios.lock_scenarios import FIRST, decide_at_one, expect_one_block, lock_two, push
from clearstone.models.directed_scenarios.scenario import DirectedScenario, Trial
from clearstone.models.directed_scenarios.stage import OTHER, Stage
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.messages import PRECOMMIT, PREVOTE, PROPOSE


def after_a_precommit(trial: Trial) -> None:
    """Restart the one that is locked, and let the liar propose another block to it."""
    stage = Stage(liars=(1,))
    decide_at_one(stage)
    victim = stage.actors[2]
    victim.crash()
    victim.restart()
    trial.expect("it is still locked", (victim.node.locked_value, victim.node.locked_round) == (FIRST, 0))
    stage.give((*stage.votes(PRECOMMIT, 0, 0, 3), *stage.votes(PREVOTE, 0)), 2)
    if stage.round(2) == 0:
        stage.time_out(PRECOMMIT, 2)
    push(stage, stage.proposal(1, 1, OTHER))
    trial.expect("it prevotes nothing", stage.voted(2, PREVOTE, 1) == [NIL])
    expect_one_block(trial, stage)


def amid_a_precommit(trial: Trial) -> None:
    """Crash it amid the actions of its precommit: whether it was sent or not, it stands."""
    stage = Stage(liars=(1,))
    stage.start()
    stage.give(stage.proposals(0), 2, 3)
    victim = stage.actors[2]
    victim.actions_left = 1
    stage.give(stage.votes(PREVOTE, 0), 2)
    trial.expect("it has crashed", not victim.running)
    victim.restart()
    trial.expect("it has precommitted", stage.voted(2, PRECOMMIT, 0) == [FIRST])
    trial.expect("it is locked", (victim.node.locked_value, victim.node.locked_round) == (FIRST, 0))
    stage.give(stage.votes(PREVOTE, 0), 0)
    stage.give((*stage.votes(PRECOMMIT, 0, 2), stage.vote(1, PRECOMMIT, 0, FIRST)), 0)
    trial.expect("another decides by its precommit", stage.decision(0) == FIRST)
    stage.give((*stage.votes(PREVOTE, 0, 0), stage.vote(1, PREVOTE, 0, NIL)), 3)
    stage.time_out(PREVOTE, 3)
    stage.give(stage.votes(PRECOMMIT, 0), 2, 3)
    stage.time_out(PRECOMMIT, 2, 3)
    push(stage, stage.proposal(1, 1, OTHER))
    trial.expect("it prevotes no other block", stage.voted(2, PREVOTE, 1) == [NIL])
    expect_one_block(trial, stage)


def amid_a_prevote(trial: Trial) -> None:
    """Crash one amid its prevote for one of the liar's blocks, and show it the other one when it is back."""
    stage = Stage(liars=(0,))
    stage.start()
    victim = stage.actors[3]
    victim.actions_left = 1
    stage.give((stage.proposal(0, 0, FIRST),), 3)
    trial.expect("it has crashed", not victim.running)
    victim.restart()
    victim.start()
    stage.give((stage.proposal(0, 0, OTHER),), 3)
    trial.expect("it has prevoted once, for what it saw first", stage.voted(3, PREVOTE, 0) == [FIRST])
    trial.expect("it awaits no proposal", not victim.has_timer(PROPOSE))
    stage.pass_round(1, 2, 3)
    stage.pass_round(1, 2, 3)
    expect_one_block(trial, stage)


def amid_a_proposal(trial: Trial) -> None:
    """Crash a proposer amid its proposal: it would make another block now, and sends the one that it made."""
    stage = Stage()
    victim = stage.actors[0]
    victim.actions_left = 1
    stage.start()
    trial.expect("it has crashed", not victim.running)
    victim.restart()
    victim.start()
    trial.expect("it has proposed once", len(stage.proposals(0)) == 1, len(stage.proposals(0)))
    stage.pass_round(0, 1, 2, 3)
    expect_one_block(trial, stage)


def amid_a_decision(trial: Trial) -> None:
    """Crash one amid its decision, and let the liar try to win it for another block."""
    stage = Stage(liars=(1,))
    lock_two(stage)
    victim = stage.actors[0]
    victim.actions_left = 1
    stage.give((*stage.votes(PRECOMMIT, 0, 2), stage.vote(1, PRECOMMIT, 0, FIRST)), 0)
    trial.expect("it has crashed", not victim.running)
    victim.restart()
    trial.expect("it knows what it decided", stage.decision(0) == FIRST)
    said = len(stage.said)
    stage.give((stage.proposal(1, 1, OTHER), stage.vote(1, PREVOTE, 1, OTHER)), 0)
    trial.expect("and is silent at this height", len(stage.said) == said)
    stage.talk(0, 2, 3)
    expect_one_block(trial, stage)


def all_at_once(trial: Trial) -> None:
    """Crash all after every single action of a round, and let them start again from their disks alone."""
    for actions in range(1, 9):
        stage = Stage()
        for actor in stage.actors.values():
            actor.actions_left = actions
        stage.start()
        stage.talk(0, 1, 2, 3)
        for actor in stage.actors.values():
            actor.crash()
        for actor in stage.actors.values():
            actor.restart()
            actor.start()
        for _ in range(2):
            stage.pass_round(0, 1, 2, 3)
        seen = {index: stage.decision(index).hex()[:8] for index in stage.actors}
        one = len(stage.decisions()) == 1 and NIL not in stage.decisions()
        trial.expect(f"after a crash at action {actions} all decide one block", one, seen)
        trial.judge(stage.trace())


SCENARIOS = (
    DirectedScenario(
        "restart-with-a-lock",
        "A validator that is locked is locked after a restart.",
        "consensus",
        ("CONS-3",),
        after_a_precommit,
    ),
    DirectedScenario(
        "crash-amid-a-precommit",
        "A precommit that was stored and not sent is sent after a restart, and its lock holds.",
        "consensus",
        ("CONS-3",),
        amid_a_precommit,
    ),
    DirectedScenario(
        "crash-amid-a-prevote",
        "A validator that crashes amid a prevote never prevotes another block in that round.",
        "consensus",
        ("CONS-3",),
        amid_a_prevote,
    ),
    DirectedScenario(
        "crash-amid-a-proposal",
        "A proposer that crashes amid a proposal never makes another one for that round.",
        "consensus",
        ("CONS-3",),
        amid_a_proposal,
    ),
    DirectedScenario(
        "crash-amid-a-decision",
        "A validator that has decided knows it after a restart, before it acts on it.",
        "consensus",
        ("CONS-3",),
        amid_a_decision,
    ),
    DirectedScenario(
        "all-crash-at-once",
        "When all validators crash at once, wherever they are, they go on and decide one block.",
        "consensus",
        ("CONS-3", "CONS-2"),
        all_at_once,
    ),
)
"""The scenarios of this theme."""
