"""What must hold in every state and of every step: the project's own invariants, asked of what the model sees.

Invariants of steps are about one validator, its log and one claim, so a verdict is kept and not asked for again when
the same comes up in another state. *Agreement* is about a state: what any validator would now decide, were it to claim
a commit. Since messages stay, whatever was decided before still could be, so a state in which only one value can be
decided has only one behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from clearstone.invariants.catalogue import INVARIANTS
from clearstone.invariants.checking import findings
from clearstone.invariants.observations import ConsensusTrace, Decision, NodeStep
from clearstone.models.tendermint.instance import CHAIN, HEIGHT, Instance
from clearstone.models.tendermint.local_states import LocalState
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.actions import Broadcast, Decide, Outcome
from clearstone.spec.consensus.claims import Ahead, Claim, Commit, Polka, Proposed, Timeout
from clearstone.spec.consensus.messages import NO_ROUND, PRECOMMIT, Message, Proposal, SignedMessage, Vote
from clearstone.spec.consensus.node import NEW, Node

OF_STEPS = ("lock-obeyed", "lock-kept", "persist-first", "votes-advance", "integrity")
"""The registry's invariants that can be judged on one step of one validator."""
OF_DECISIONS = ("commits-have-a-quorum",)
"""Those that are about a decision."""
OF_MESSAGES = ("no-equivocation",)
"""Those that are about all that one validator has said."""


def claimed(
    instance: Instance,
    place: int,
    before: LocalState,
    claim: Claim,
    outcome: Outcome,
    after: LocalState,
    log: Iterable[SignedMessage],
    heard: int = 0,
) -> tuple[str, ...]:
    """What is wrong with a claim that led to something, given the messages that the validator may have had.

    `heard` is the power heard from in the round that it leads to, if that is a later one.
    """
    key = instance.validators[place].key
    own = tuple(SignedMessage(key, message, b"") for message in after.said)
    decided = [action for action in outcome.actions if isinstance(action, Decide)]
    decisions = {key: Decision(0, decided[0].round, decided[0].block_id, False)} if decided else {}
    seen = ConsensusTrace(
        chain=CHAIN,
        validators=instance.validators,
        correct=frozenset(instance.validators[each].key for each in instance.correct),
        height=HEIGHT,
        steps=(NodeStep(0, key, claim, before.node, outcome.node, outcome.actions),),
        logs={key: (*own, *log)},
        decisions=decisions,
    )
    wrong = [*found(OF_STEPS, seen), *found(OF_MESSAGES, replace(seen, logs={key: own}))]
    wrong += [*out_of_place(instance, before.node, claim), *unfit_to_say(instance, before.node, outcome)]
    wrong += skipped(instance, before.node, claim, outcome.node, heard)
    return (*wrong, *found(OF_DECISIONS, seen)) if decisions else tuple(wrong)


def found(asked: Iterable[str], seen: ConsensusTrace) -> Iterator[str]:
    """What these invariants find wrong, a line each."""
    for each in asked:
        yield from (f"{each}: {violation.detail}" for violation in findings(INVARIANTS[each], seen, HEIGHT))


def out_of_place(instance: Instance, before: Node, claim: Claim) -> Iterator[str]:
    """What is wrong with a claim that should have led to nothing: it is about another round, height or chain."""
    if isinstance(claim, Timeout) and claim.round != before.round:
        yield f"timers-are-of-a-round: a timer of round {claim.round} ran out in round {before.round}, and mattered"
    if isinstance(claim, (Proposed, Polka, Commit)) and claim.proposal in instance.foreign:
        of = f"height {claim.proposal.height} of the chain {claim.proposal.chain!r}"
        yield f"messages-are-of-a-height: a proposal for {of} mattered at height {before.height} of {before.chain!r}"


def unfit_to_say(instance: Instance, before: Node, outcome: Outcome) -> Iterator[str]:
    """What is wrong with the messages of a step: a vote for a block that breaks a rule, a valid block forgotten."""
    for action in outcome.actions:
        message = action.message if isinstance(action, Broadcast) else None
        if isinstance(message, Vote) and message.block_id not in (NIL, *instance.names):
            yield f"votes-are-for-valid-blocks: a vote in round {message.round} for a block that breaks a rule"
        if isinstance(message, Proposal) and before.valid_value not in (NIL, message.block_id):
            yield f"valid-is-proposed-again: another block was valid since round {before.valid_round}"


def skips(before: Node, claim: Claim, after: Node) -> bool:
    """Whether a step leads to a later round other than by a timer."""
    return after.round > before.round and not isinstance(claim, Timeout)


def skipped(instance: Instance, before: Node, claim: Claim, after: Node, heard: int) -> tuple[str, ...]:
    """What is wrong with leaving a round for that in which so much power was heard from, other than by a timer."""
    if not skips(before, claim, after) or 3 * heard > instance.total:
        return ()
    return (f"rounds-are-skipped-with-a-third: to round {after.round} with {heard} of {instance.total} in it",)


def left_behind(instance: Instance, node: Node, claim: Claim, heard: int) -> tuple[str, ...]:
    """What is wrong with a claim that leads to nothing, though so much power was heard from in a later round."""
    is_due = isinstance(claim, Ahead) and node.step != NEW and node.decision == NIL and node.round < claim.round
    if not is_due or 3 * heard <= instance.total:
        return ()
    return (f"nobody-is-left-behind: in round {node.round} while {heard} of {instance.total} are in a later one",)


def crashed(after: LocalState) -> tuple[str, ...]:
    """What is wrong with where a crash has left a validator: it must remember what it said, and its lock."""
    node = after.node
    votes = [message for message in after.said if isinstance(message, Vote)]
    wrong = [
        f"restarts-remember: resumed in round {node.round}, step {node.step}, having voted in round {vote.round}"
        for vote in votes
        if (vote.round, vote.step) > (node.round, node.step)
    ]
    locks = [(vote.round, vote.block_id) for vote in votes if vote.step == PRECOMMIT and vote.block_id != NIL]
    youngest = max(locks, default=(NO_ROUND, NIL))
    if (node.locked_round, node.locked_value) != youngest:
        wrong.append(f"restarts-remember: locked in {node.locked_round}, last precommitted in {youngest[0]}")
    return tuple(wrong)


def agreement(decidable: Iterable[bytes]) -> tuple[str, ...]:
    """What is wrong with what can be decided in a state."""
    values = sorted(set(decidable))
    if len(values) < 2:
        return ()
    return (f"agreement: {' and '.join(value[:1].decode() for value in values)} can both be decided",)


def is_stuck(nodes: Sequence[Node], rounds: int) -> bool:
    """Whether a state in which nothing can happen is one that should go on: not all are through their last round."""
    return not all(node.decision != NIL or (node.round, node.step) == (rounds - 1, PRECOMMIT) for node in nodes)


def sent_by_byzantine(instance: Instance) -> tuple[SignedMessage, ...]:
    """Every vote that the Byzantine could send."""
    return tuple(
        SignedMessage(instance.validators[place].key, message, b"")
        for place in sorted(instance.byzantine)
        for message in every_vote(instance)
    )


def every_vote(instance: Instance) -> tuple[Message, ...]:
    """Every vote of the instance's rounds, for its values and for nothing."""
    return tuple(
        Vote(CHAIN, HEIGHT, round, step, value, 0, ())
        for round in range(instance.rounds)
        for step in (1, PRECOMMIT)
        for value in (NIL, *instance.names)
    )
