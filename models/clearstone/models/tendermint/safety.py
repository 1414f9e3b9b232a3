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
from clearstone.spec.consensus.actions import Decide, Outcome
from clearstone.spec.consensus.claims import Claim
from clearstone.spec.consensus.messages import NO_ROUND, PRECOMMIT, Message, SignedMessage, Vote
from clearstone.spec.consensus.node import Node

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
) -> tuple[str, ...]:
    """What is wrong with a claim that led to something, given the messages that the validator may have had."""
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
    return (*wrong, *found(OF_DECISIONS, seen)) if decisions else tuple(wrong)


def found(asked: Iterable[str], seen: ConsensusTrace) -> Iterator[str]:
    """What these invariants find wrong, a line each."""
    for each in asked:
        yield from (f"{each}: {violation.detail}" for violation in findings(INVARIANTS[each], seen, HEIGHT))


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
