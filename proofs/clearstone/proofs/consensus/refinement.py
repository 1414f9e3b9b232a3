"""Refinement: whatever `step` does is a move of the abstract system, or none. So agreement is about the code.

The bridge between the two is one sentence. If the log shows the power of a quorum behind a vote, then those who sent it
are a quorum; a log holds what was sent under its sender's signature, so all correct members of that quorum did send it;
and that is polka, or certificate (`bridge`). Here `backed` is that sentence's left side. What a quorum is, it leaves to
the spec's `is_quorum`: that any two of those share a correct validator is shown in `quorums`, and that it is more than
2/3, as the paper has it, in `exactness`.

A crash throws away what was not persisted. So the abstract system is tied to the *stored* record: the running validator
is where its stored record is, or has entered a later round and said nothing there. Whatever a crash leaves is then
again a state of the abstract system, at most a move behind, and agreement survives every crash and restart.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from clearstone.proofs.consensus import local_steps
from clearstone.proofs.consensus.answered_log import AnsweredLog
from clearstone.proofs.consensus.local_steps import LocalStep, any_node, any_step, local, possible, same
from clearstone.proofs.consensus.relations import (
    Local,
    Support,
    after_entering,
    after_locking,
    after_precommit,
    after_prevote,
    frees,
    may_decide,
    may_enter,
    may_lock,
    may_precommit,
    may_prevote,
)
from clearstone.proofs.consensus.symbolic_blocks import any_block
from clearstone.proofs.obligations import obligation
from clearstone.proofs.symbolic.formulas import conjunction
from clearstone.proofs.worlds import World
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus import rules
from clearstone.spec.consensus.actions import Broadcast, Decide, Outcome, Persist
from clearstone.spec.consensus.claims import Proposed
from clearstone.spec.consensus.messages import NO_ROUND, PRECOMMIT, PREVOTE, PROPOSE, Vote
from clearstone.spec.consensus.node import Node
from clearstone.spec.consensus.step import step
from clearstone.spec.consensus.validators import is_quorum

RULES = (
    rules.start,
    rules.enter_round,
    rules.prevote_on_fresh_proposal,
    rules.prevote_on_reproposal,
    rules.precommit_on_polka,
    rules.precommit_nil_on_nil_polka,
    rules.decide,
    rules.skip_ahead,
    rules.prevote_nil_on_timeout,
    rules.precommit_nil_on_timeout,
    rules.next_round_on_timeout,
)
"""The rules that move a validator."""


def backed(log: AnsweredLog, kind: int, total: int) -> Support:
    """A quorum, as the spec counts it, is behind a block."""
    return lambda round, block: is_quorum(log.power(kind, round, block), total)


def is_move(taken: LocalStep) -> Any:
    """Whether the step is one move of the abstract system, or none: the same formulas as in the theorem."""
    before, after, log = local(taken.before), local(taken.after), taken.log
    polka = backed(log, PREVOTE, taken.before.total_power)
    for action in taken.outcome.actions:
        if isinstance(action, Decide):
            certificate = backed(log, PRECOMMIT, taken.before.total_power)
            return conjunction(may_decide(action.block_id, NIL, action.round, certificate), same(before, after))
    for message in taken.said:
        if isinstance(message, Vote):
            return is_vote(taken, before, after, message, polka)
    entered = conjunction(may_enter(before, after.round), same(after_entering(before, after.round), after))
    return same(before, after) | entered


def is_vote(taken: LocalStep, before: Local, after: Local, vote: Vote, polka: Support) -> Any:
    """Whether this vote is a move: one that may be made, from where one stands, leading to where one then stands.

    What frees a validator from its lock is a polka that the proposal of the round names, and both are in its log: more
    than agreement needs, and just what `never_accused` does.
    """
    block = vote.block_id
    if vote.step == PREVOTE:
        freed: Any = False
        if isinstance(taken.claim, Proposed):
            named = taken.claim.proposal
            is_there = conjunction(named.round == before.round, named.block_id == block, taken.log.proposed(named))
            freed = conjunction(frees(before, named.valid_round, block, polka), is_there)
        allowed, expected = may_prevote(before, block, NIL, freed), after_prevote(before)
    elif block == NIL:
        allowed, expected = may_precommit(before), after_precommit(before)
    else:
        allowed, expected = may_lock(before, block, NIL, polka), after_locking(before, block)
    return conjunction(allowed, same(expected, after), vote.round == before.round)


@obligation(
    "CONS-1",
    "CONS-2",
    about=(step, *RULES),
    reaches={
        "prevote",
        "prevote of NIL",
        "precommit",
        "precommit of NIL",
        "proposal",
        "decision",
        "new round",
        "timer",
    },
)
def every_step_of_the_code_is_a_move_of_the_abstract_system_or_none(world: World) -> None:
    """Whatever a validator does is a move of the system for which agreement is proved, or no move."""
    world.require(is_move(any_step(world)), "the step is a move of the abstract system, or none")


@obligation(
    "CONS-3",
    about=(step, rules.send, rules.decide, rules.resume),
    reaches={"crashed before storing", "crashed before sending", "went on"},
)
def agreement_survives_a_crash_at_any_point(world: World) -> None:
    """Wherever a validator crashes, its stored record is where it was, or a move further, and covers all it sent."""
    stored = any_node(world)
    running = entered_since(world, stored)
    log = AnsweredLog(world)
    claim = local_steps.any_claim(world)
    taken = LocalStep(running, log, claim, step(running, log, claim))
    for done in range(len(taken.outcome.actions) + 1):
        crash_after(world, stored, taken, done)
    left = taken.stored[-1].node if taken.stored else stored
    world.require(is_ahead(left, taken.after), "nothing but a new round is ever ahead of the stored record")


def crash_after(world: World, stored: Node, taken: LocalStep, done: int) -> None:
    """Let it crash when it has carried out so many of the step's actions."""
    carried_out = taken.outcome.actions[:done]
    kept = [action for action in carried_out if isinstance(action, Persist)]
    sent = [action.message for action in carried_out if isinstance(action, Broadcast)]
    world.reached(
        "went on"
        if done == len(taken.outcome.actions)
        else "crashed before sending"
        if kept
        else "crashed before storing"
    )
    is_stored = [any_of(*(same(message, each.message) for each in kept)) for message in sent]
    world.require(conjunction(*is_stored), "what was sent was stored before")
    left = kept[-1].node if kept else stored
    moved = replace(taken, outcome=Outcome(left, taken.outcome.actions))
    world.require(
        is_move(moved) if kept else same(left, stored), "what the crash leaves is as it was, or one move further"
    )
    resumed = rules.resume(left)
    world.require(same(resumed.node, left), "a restart takes up the stored record as it is")
    world.require(not any(isinstance(action, Broadcast) for action in resumed.actions), "a restart says nothing new")


def entered_since(world: World, stored: Node) -> Node:
    """The running validator: at its stored record, or in a later round that it entered without saying anything.

    It may also remember a polka that it saw since.
    """
    running = replace(
        stored,
        valid_value=any_block(world, "valid block since"),
        valid_round=world.integer("valid round since", NO_ROUND),
    )
    if world.choice("since the record was stored", ("it stayed", "it entered a round")) == "it entered a round":
        running = replace(running, round=world.integer("round since", 0), step=PROPOSE)
        world.assume(may_enter(local(stored), running.round))
    world.assume(possible(running))
    return running


def is_ahead(stored: Node, running: Node) -> Any:
    """Whether a running validator is where its stored record is, or has only entered a round since."""
    here, there = local(stored), local(running)
    entered = conjunction(may_enter(here, there.round), same(after_entering(here, there.round), there))
    return same(here, there) | entered


def any_of(*parts: object) -> Any:
    """Whether one of them is true."""
    result: Any = False
    for part in parts:
        result = part | result
    return result
