"""Voting: the correct never contradict themselves and obey their locks; liars can be named (CONS-3, CONS-5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from clearstone.invariants.observations import ConsensusTrace, NodeStep
from clearstone.invariants.quorum import more_than_a_third, more_than_two_thirds, power_behind, whole_power
from clearstone.invariants.registry import invariant
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.actions import Broadcast, Persist
from clearstone.spec.consensus.claims import Proposed
from clearstone.spec.consensus.evidence import accused, contradict
from clearstone.spec.consensus.messages import (
    NO_ROUND,
    PRECOMMIT,
    PREVOTE,
    PROPOSE,
    Message,
    Proposal,
    SignedMessage,
    Vote,
)
from clearstone.spec.consensus.node import NEW, Node


def broadcasts(trace: ConsensusTrace) -> Iterator[tuple[NodeStep, Message]]:
    """What correct validators had to say, with the step in which they said it."""
    return ((step, action.message) for step in trace.steps for action in step.actions if isinstance(action, Broadcast))


def said_by_correct(trace: ConsensusTrace) -> Iterator[SignedMessage]:
    """The messages of correct validators as anybody's log has them, each once."""
    heard = dict.fromkeys(signed for log in trace.logs.values() for signed in log)
    return (signed for signed in heard if signed.sender in trace.correct and signed.message.height == trace.height)


def kind_of(message: Message) -> int:
    """PROPOSE, PREVOTE or PRECOMMIT."""
    return PROPOSE if isinstance(message, Proposal) else message.step


@invariant(
    "no-equivocation", of=ConsensusTrace, layer="consensus", severity="critical", rules=("CONS-3",), incidents=(33,)
)
def correct_validators_do_not_equivocate(trace: ConsensusTrace) -> Iterator[str]:
    """A correct validator signs at most one proposal, one prevote and one precommit a round, across restarts too.

    Neither does it send a precommit again with another clock or other prices.
    """
    said: dict[tuple[bytes, int, int], Message] = {}
    for signed in said_by_correct(trace):
        message = signed.message
        earlier = said.setdefault((signed.sender, message.round, kind_of(message)), message)
        if contradict(earlier, message) or earlier != message:
            yield f"{signed.sender.hex()[:16]} signed two messages of kind {kind_of(message)} in round {message.round}"


@invariant("lock-obeyed", of=ConsensusTrace, layer="consensus", severity="critical", rules=("CONS-2", "CONS-3"))
def a_prevote_obeys_the_lock(trace: ConsensusTrace) -> Iterator[str]:
    """A locked validator prevotes another block only on a quorum of prevotes for it as young as its lock."""
    for step, message in broadcasts(trace):
        before = step.before
        if not isinstance(message, Vote) or message.step != PREVOTE or message.block_id in (NIL, before.locked_value):
            continue
        if before.locked_round == NO_ROUND:
            continue
        claim = step.claim
        freed = isinstance(claim, Proposed) and before.locked_round <= claim.proposal.valid_round < message.round
        if not (freed and isinstance(claim, Proposed) and has_polka(trace, step.validator, claim.proposal)):
            yield f"{step.validator.hex()[:16]} broke its lock of round {before.locked_round} in round {message.round}"


def has_polka(trace: ConsensusTrace, validator: bytes, proposal: Proposal) -> bool:
    """Whether a validator's log has the quorum of prevotes that a proposal names."""
    senders = {
        signed.sender
        for signed in trace.logs.get(validator, ())
        if isinstance(signed.message, Vote)
        and (signed.message.step, signed.message.round) == (PREVOTE, proposal.valid_round)
        and signed.message.block_id == proposal.block_id
    }
    return more_than_two_thirds(power_behind(trace.validators, senders), trace.validators)


@invariant("lock-kept", of=ConsensusTrace, layer="consensus", severity="critical", rules=("CONS-3",))
def the_lock_is_the_last_precommit(trace: ConsensusTrace) -> Iterator[str]:
    """A validator's lock is its last precommit for a block, and never falls back to an older round."""
    for step in trace.steps:
        before, after = step.before, step.after
        name = step.validator.hex()[:16]
        locks = [m for m in sent_in(step) if isinstance(m, Vote) and m.step == PRECOMMIT and m.block_id != NIL]
        for vote in locks:
            if (after.locked_round, after.locked_value) != (vote.round, vote.block_id):
                yield f"{name} precommitted in round {vote.round} and is locked in {after.locked_round}"
        if not locks and (after.locked_round, after.locked_value) != (before.locked_round, before.locked_value):
            yield f"{name} moved its lock from {before.locked_round} to {after.locked_round} without a precommit"
        if not before.locked_round <= after.locked_round <= after.valid_round:
            yield f"{name} is locked in {after.locked_round}, valid is {after.valid_round}"


def sent_in(step: NodeStep) -> list[Message]:
    """The messages of one step."""
    return [action.message for action in step.actions if isinstance(action, Broadcast)]


@invariant(
    "persist-first", of=ConsensusTrace, layer="consensus", severity="critical", rules=("CONS-3",), incidents=(29,)
)
def what_is_said_is_persisted_first(trace: ConsensusTrace) -> Iterator[str]:
    """Every message is preceded, in its own step, by storing it with the state that it leaves; every decision, too."""
    for step in trace.steps:
        stored: list[Message | None] = []
        for action in step.actions:
            if isinstance(action, Persist):
                stored.append(action.message)
                if action.node != step.after:
                    yield f"{step.validator.hex()[:16]} stored another state than it went on with"
            elif isinstance(action, Broadcast) and action.message not in stored:
                yield f"{step.validator.hex()[:16]} spoke in round {step.after.round} before it stored what it said"
        if step.after.decision != NIL and None not in stored:
            yield f"{step.validator.hex()[:16]} decided without storing it"


@invariant(
    "restarts-remember", of=ConsensusTrace, layer="consensus", severity="critical", rules=("CONS-3",), incidents=(29,)
)
def a_restart_forgets_nothing(trace: ConsensusTrace) -> Iterator[str]:
    """A validator goes on from where it was, or after a restart from what it stored last, and never goes back."""
    states: dict[bytes, Node] = {}
    stored: dict[bytes, Node] = {}
    for step in trace.steps:
        name = step.validator.hex()[:16]
        last = states.get(step.validator)
        if last is not None and step.before != last:
            kept = stored.get(step.validator)
            resumed = (kept is None and step.before.step == NEW) or step.before == kept
            if not resumed or step.before not in trace.restarts.get(step.validator, ()):
                yield f"{name} went on from round {step.before.round}, it had stored {kept and kept.round}"
        if (step.after.round, step.after.step) < (step.before.round, step.before.step):
            yield f"{name} went back to round {step.after.round}, step {step.after.step}"
        states[step.validator] = step.after
        for action in step.actions:
            if isinstance(action, Persist):
                stored[step.validator] = action.node


@invariant("votes-advance", of=ConsensusTrace, layer="consensus", severity="high", rules=("CONS-2", "CONS-3"))
def every_message_is_of_the_present_step(trace: ConsensusTrace) -> Iterator[str]:
    """What a validator says is of its present round and step, and a vote takes it to a step where it was not before."""
    for step, message in broadcasts(trace):
        advanced = (step.before.round, step.before.step) < (step.after.round, step.after.step)
        if (message.round, kind_of(message)) != (step.after.round, step.after.step) or not advanced:
            yield f"{step.validator.hex()[:16]} spoke of round {message.round} in round {step.after.round}"


@invariant("never-accused", of=ConsensusTrace, layer="consensus", severity="critical", rules=("CONS-5",))
def the_correct_are_never_accused(trace: ConsensusTrace) -> Iterator[str]:
    """No union of correct validators' logs proves a correct validator guilty."""
    for validator in sorted(guilty(trace) & trace.correct):
        yield f"{validator.hex()[:16]} is accused"


@invariant("forks-are-blamed", of=ConsensusTrace, layer="consensus", severity="critical", rules=("CONS-5",))
def a_fork_is_blamed_on_more_than_a_third(trace: ConsensusTrace) -> Iterator[str]:
    """If correct validators decide differently, their logs prove more than a third of the power guilty."""
    if len({decision.block_id for decision in trace.decisions.values()}) > 1:
        power = power_behind(trace.validators, guilty(trace))
        if not more_than_a_third(power, trace.validators):
            yield f"a fork, and {power} of {whole_power(trace.validators)} are guilty"


def guilty(trace: ConsensusTrace) -> frozenset[bytes]:
    """Whom the correct validators' logs convict."""
    logs: Iterable[Iterable[SignedMessage]] = trace.logs.values()
    return accused(trace.chain, trace.validators, logs, trace.authentic)
