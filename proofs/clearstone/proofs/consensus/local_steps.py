"""The setting of all obligations about `step`: any validator at any point of a height, any log, any claim.

`possible` is what is known of a validator's state; that every step keeps it is an obligation like the others.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from clearstone.proofs.consensus.answered_log import AnsweredLog
from clearstone.proofs.consensus.relations import Local
from clearstone.proofs.consensus.symbolic_blocks import any_block
from clearstone.proofs.symbolic.formulas import conjunction, implies
from clearstone.proofs.worlds import World
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.actions import Broadcast, Decide, Outcome, Persist
from clearstone.spec.consensus.claims import Ahead, Claim, Commit, NilPolka, Polka, Proposed, Split, Start, Timeout
from clearstone.spec.consensus.messages import NO_ROUND, PRECOMMIT, PREVOTE, Message, Proposal, Vote
from clearstone.spec.consensus.node import NEW, Node
from clearstone.spec.consensus.step import step

KEY = b"k" * 32
"""The validator's key: no rule looks at it."""
CLAIMS = ("start", "proposed", "polka", "commit", "nil polka", "split", "ahead", "timeout")
"""The kinds of claim."""


@dataclass(frozen=True, slots=True)
class LocalStep:
    """One call of `step`."""

    before: Node
    """The validator before."""
    log: AnsweredLog
    """Its log."""
    claim: Claim
    """The claim."""
    outcome: Outcome
    """What came of it."""

    @property
    def after(self) -> Node:
        """The validator afterwards."""
        return self.outcome.node

    @property
    def said(self) -> tuple[Message, ...]:
        """What it broadcasts."""
        return tuple(action.message for action in self.outcome.actions if isinstance(action, Broadcast))

    @property
    def stored(self) -> tuple[Persist, ...]:
        """What it persists."""
        return tuple(action for action in self.outcome.actions if isinstance(action, Persist))


def any_node(world: World, name: str = "") -> Node:
    """A validator at any point of a height that it has not decided."""
    node = Node(
        "chain",
        world.integer(f"{name}height", 1, usual=1),
        KEY,
        world.integer(f"{name}total power", 1, usual=4),
        world.integer(f"{name}round", 0, usual=2),
        world.integer(f"{name}step", NEW, PRECOMMIT),
        any_block(world, f"{name}locked block"),
        world.integer(f"{name}locked round", NO_ROUND, usual=NO_ROUND),
        any_block(world, f"{name}valid block"),
        world.integer(f"{name}valid round", NO_ROUND, usual=NO_ROUND),
    )
    world.assume(possible(node))
    return node


def possible(node: Node) -> Any:
    """What is known of every validator's state."""
    return conjunction(
        node.round >= 0,
        node.step >= NEW,
        node.step <= PRECOMMIT,
        implies(node.step == NEW, conjunction(node.round == 0, node.valid_round == NO_ROUND)),
        node.locked_round >= NO_ROUND,
        iff(node.locked_round == NO_ROUND, node.locked_value == NIL),
        iff(node.valid_round == NO_ROUND, node.valid_value == NIL),
        node.locked_round <= node.valid_round,
        node.valid_round <= node.round,
        implies(node.locked_round == node.round, node.step == PRECOMMIT),
        implies(node.valid_round == node.round, node.step >= PREVOTE),
    )


def any_proposal(world: World) -> Proposal:
    """Any proposal, malformed ones and such of other chains and heights too."""
    return Proposal(
        world.choice("chain of the proposal", ("chain", "other")),
        world.integer("height of the proposal", usual=1),
        world.integer("round of the proposal", usual=2),
        any_block(world, "proposed block", usual=7),
        world.integer("valid round of the proposal", usual=NO_ROUND),
    )


def any_claim(world: World, kinds: tuple[str, ...] = CLAIMS) -> Claim:
    """Any claim of these kinds."""
    match world.choice("claim", kinds):
        case "start":
            return Start()
        case "proposed":
            return Proposed(any_proposal(world))
        case "polka":
            return Polka(any_proposal(world))
        case "commit":
            return Commit(any_proposal(world))
        case "nil polka":
            return NilPolka()
        case "split":
            return Split(world.integer("kind of the split", usual=PRECOMMIT))
        case "ahead":
            return Ahead(world.integer("round ahead", usual=3))
    return Timeout(world.integer("step of the timer"), world.integer("round of the timer", usual=2))


def any_step(world: World, *kinds: str) -> LocalStep:
    """Let any validator take any step on a claim of these kinds, by default of every kind."""
    before, log = any_node(world), AnsweredLog(world)
    claim = any_claim(world, kinds or CLAIMS)
    taken = LocalStep(before, log, claim, step(before, log, claim))
    world.reached(what_came_of(taken))
    world.observe("outcome", [type(action).__name__ for action in taken.outcome.actions])
    return taken


def what_came_of(taken: LocalStep) -> str:
    """Name the outcome of a step."""
    for message in taken.said:
        if isinstance(message, Vote):
            kind = "precommit" if message.step == PRECOMMIT else "prevote"
            return f"{kind} of NIL" if message.block_id == NIL else kind
        return "proposal"
    before, after = taken.before, taken.after
    if any(isinstance(action, Decide) for action in taken.outcome.actions):
        return "decision"
    if after is not before:
        return "memory" if after.step == before.step and after.round == before.round else "new round"
    return "timer" if taken.outcome.actions else "nothing"


def local(node: Node) -> Local:
    """Where a validator stands, as the abstract system sees it."""
    return Local(node.round, node.step, node.locked_round, node.locked_value)


def same(one: object, other: object) -> Any:
    """Whether two values are equal, field by field, without asking."""
    if is_dataclass(one) and is_dataclass(other):
        if type(one) is not type(other):
            return False
        return conjunction(*(same(getattr(one, f.name), getattr(other, f.name)) for f in fields(one)))
    if isinstance(one, tuple) and isinstance(other, tuple):
        if len(one) != len(other):
            return False
        return conjunction(*(same(left, right) for left, right in zip(one, other, strict=True)))
    return one == other


def iff(one: object, other: object) -> Any:
    """Whether both are true or both are false."""
    return conjunction(implies(one, other), implies(other, one))


def is_earlier(before: Node, after: Node) -> Any:
    """Whether (round, step) strictly advanced."""
    return (before.round < after.round) | conjunction(before.round == after.round, before.step < after.step)
