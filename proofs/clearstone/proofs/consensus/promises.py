"""What a validator's code promises by itself: local facts that the arguments for agreement and evidence rest on.

Refinement says already that every step is allowed. These say, each in a sentence, what an auditor would look for in the
code of any client: one message a round and kind, across restarts too; locks that are the last precommit; storing before
speaking; and that nothing the log gains later could make a step wrong that was right.
"""

from __future__ import annotations

from dataclasses import replace

from clearstone.proofs.consensus.answered_log import AnsweredLog, GrownLog
from clearstone.proofs.consensus.local_steps import (
    any_claim,
    any_node,
    any_step,
    is_earlier,
    local,
    possible,
    same,
)
from clearstone.proofs.consensus.refinement import RULES
from clearstone.proofs.consensus.symbolic_blocks import any_block
from clearstone.proofs.obligations import obligation
from clearstone.proofs.symbolic.formulas import conjunction, implies
from clearstone.proofs.worlds import World
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus import rules
from clearstone.spec.consensus.actions import Broadcast, Decide, Persist
from clearstone.spec.consensus.claims import Proposed
from clearstone.spec.consensus.messages import NO_ROUND, PRECOMMIT, PREVOTE, PROPOSE, Proposal, Vote
from clearstone.spec.consensus.node import Node
from clearstone.spec.consensus.step import step
from clearstone.spec.consensus.validators import is_quorum


@obligation("CONS-2", about=(step, *RULES), reaches={"prevote", "precommit", "proposal", "new round", "nothing"})
def what_is_known_of_a_validator_stays_so(world: World) -> None:
    """Every step keeps what all other obligations assume of a validator's state, and a fresh one satisfies it."""
    taken = any_step(world)
    world.require(possible(taken.after), "the state afterwards is possible")
    fresh = Node("chain", taken.before.height, taken.before.key, taken.before.total_power)
    world.require(possible(fresh), "a fresh state is possible")
    kept = ("chain", "height", "key", "total_power")
    unchanged = conjunction(*(getattr(taken.before, name) == getattr(taken.after, name) for name in kept))
    world.require(unchanged, "chain, height, key and total power never change")


@obligation(
    "CONS-3",
    about=(step, rules.cast, rules.send, rules.enter_round),
    reaches={"prevote", "prevote of NIL", "precommit", "precommit of NIL", "proposal"},
)
def every_message_strictly_advances_the_stored_round_and_step(world: World) -> None:
    """A validator says one thing at a time, of its present round and step, where it was not before: so never twice.

    The stored record is at or behind the running one, and every message is stored with the record that it leads to. So
    after any restart there is at most one proposal, one prevote and one precommit of a validator for each round.
    """
    taken = any_step(world)
    world.require(len(taken.said) <= 1, "at most one message a step")
    for message in taken.said:
        kind = PROPOSE if isinstance(message, Proposal) else message.step
        place = conjunction(message.round == taken.after.round, kind == taken.after.step)
        world.require(place, "the message is of the present round and step")
        world.require(is_earlier(taken.before, taken.after), "round and step have strictly advanced")
        ours = conjunction(message.chain == taken.before.chain, message.height == taken.before.height)
        world.require(ours, "the message is for this chain and height")


@obligation("CONS-2", about=(step, *RULES), reaches={"prevote", "precommit", "new round", "memory", "nothing"})
def rounds_and_steps_never_fall(world: World) -> None:
    """No step takes a validator back to an earlier round or, in the same round, to an earlier step."""
    taken = any_step(world)
    stayed = conjunction(taken.after.round == taken.before.round, taken.after.step == taken.before.step)
    world.require(is_earlier(taken.before, taken.after) | stayed, "round and step do not fall")


@obligation(
    "CONS-3", about=(step, rules.precommit_on_polka, rules.cast), reaches={"precommit", "precommit of NIL", "memory"}
)
def the_lock_is_the_last_precommit_for_a_block(world: World) -> None:
    """A validator locks what it precommits, in that round, and its lock changes in no other way."""
    taken = any_step(world)
    before, after = taken.before, taken.after
    for message in taken.said:
        if isinstance(message, Vote) and message.step == PRECOMMIT and message.block_id != NIL:
            moved = conjunction(after.locked_round == message.round, after.locked_value == message.block_id)
            world.require(moved, "what is precommitted is locked")
            return
    stays = conjunction(after.locked_round == before.locked_round, after.locked_value == before.locked_value)
    world.require(stays, "without a precommit for a block the lock stays")


@obligation(
    "CONS-2", about=(step, rules.prevote_on_fresh_proposal, rules.prevote_on_reproposal), reaches={"against the lock"}
)
def a_prevote_against_the_lock_has_a_later_polka(world: World) -> None:
    """Only a quorum of prevotes since its lock, of a round before this one, leads a validator away from its lock."""
    taken = any_step(world, "proposed")
    before, claim = taken.before, taken.claim
    for message in taken.said:
        if isinstance(message, Vote) and message.step == PREVOTE and message.block_id != NIL:
            if before.locked_round == NO_ROUND or before.locked_value == message.block_id:
                return
            world.reached("against the lock")
            assert isinstance(claim, Proposed)
            since = claim.proposal.valid_round
            between = conjunction(before.locked_round <= since, since < before.round)
            world.require(between, "the polka is of a round since the lock and before this one")
            power = taken.log.power(PREVOTE, since, message.block_id)
            world.require(is_quorum(power, before.total_power), "a quorum prevoted that block there")


@obligation("CONS-2", about=(step, *RULES), reaches={"it fires"})
def what_fires_on_a_log_fires_alike_on_any_larger_log(world: World) -> None:
    """The rules are monotone: whatever arrives later never takes back a step, nor makes it another one."""
    node, log = any_node(world), AnsweredLog(world)
    claim = any_claim(world)
    first = step(node, log, claim)
    if first.node is node and not first.actions:
        return
    world.reached("it fires")
    second = step(node, GrownLog(world, log), claim)
    world.require(same(first.node, second.node), "the validator is the same afterwards")
    world.require(same(first.actions, second.actions), "it does the same")


@obligation("CONS-2", about=(step,), reaches={"silent"})
def a_validator_that_has_decided_is_silent(world: World) -> None:
    """Once it has decided, no claim changes a validator or makes it say anything."""
    node = any_node(world)
    decision = any_block(world, "decision", usual=9)
    world.assume(decision != NIL)
    decided = replace(node, decision=decision)
    outcome = step(decided, AnsweredLog(world), any_claim(world))
    world.reached("silent")
    world.require(outcome.node is decided, "it stays as it is")
    world.require(outcome.actions == (), "it does nothing")


@obligation("CONS-3", about=(step, rules.send, rules.decide), reaches={"prevote", "proposal", "decision", "timer"})
def what_is_said_or_decided_is_stored_first(world: World) -> None:
    """Before each message comes storing it, with the very state that the step ends in; and so before a decision."""
    taken = any_step(world)
    previous: object = None
    for action in taken.outcome.actions:
        if isinstance(action, (Broadcast, Decide)):
            world.require(isinstance(previous, Persist), "it is stored right before")
            if isinstance(previous, Persist):
                message = action.message if isinstance(action, Broadcast) else None
                world.require(same(previous.message, message), "what is stored is what is said")
                world.require(same(previous.node, taken.after), "the state stored is the one that the step ends in")
        previous = action
    if not taken.stored:
        entered = conjunction(taken.before.round <= taken.after.round, taken.after.step == PROPOSE)
        stayed = same(local(taken.before), local(taken.after))
        world.require(stayed | entered, "what is not stored is at most a new round")


@obligation("CONS-2", about=(step, rules.decide), reaches={"decision", "nothing"})
def a_decision_is_announced_and_never_NIL(world: World) -> None:
    """A validator holds a decision if and only if it announced it, it is a block, and its proposal names the round."""
    taken = any_step(world, "commit")
    announced = [action for action in taken.outcome.actions if isinstance(action, Decide)]
    if not announced:
        world.require(taken.after.decision == NIL, "nothing is decided without being announced")
    for decision in announced:
        world.require(decision.block_id != NIL, "it is a block")
        world.require(taken.after.decision == decision.block_id, "it is the one that is remembered")
        world.require(implies(decision.round < 0, False), "its round is one")
