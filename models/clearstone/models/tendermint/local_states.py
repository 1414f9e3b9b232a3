"""What one correct validator is and has said, with a number for each such thing so that states are small."""

from __future__ import annotations

from dataclasses import dataclass, replace

from clearstone.models.tendermint.instance import INVALID, Instance
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.actions import Action, Broadcast, Persist
from clearstone.spec.consensus.messages import Message
from clearstone.spec.consensus.node import Node
from clearstone.spec.consensus.rules import resume


@dataclass(frozen=True, slots=True)
class LocalState:
    """One correct validator."""

    node: Node
    """The record that the rules keep."""
    stored: Node
    """The record that it stored last; a fresh one if none, or if no crashes are explored."""
    said: frozenset[Message]
    """All that it has signed and sent."""
    crashes: int
    """How often it has crashed."""


class LocalStates:
    """Every local state that was met, by number."""

    def __init__(self, instance: Instance) -> None:
        """None but the initial ones: a single one, number 0, unless some correct validators propose."""
        self.instance = instance
        self.all: list[LocalState] = []
        self.numbers: dict[LocalState, int] = {}
        self.renamed: dict[tuple[int, tuple[bytes, ...]], int] = {}
        fresh = map(instance.fresh_node, instance.correct)
        self.starts = tuple(self.number(LocalState(node, node, frozenset(), 0)) for node in fresh)

    def number(self, local: LocalState) -> int:
        """The number of a local state, the same each time."""
        known = self.numbers.get(local)
        if known is None:
            known = self.numbers[local] = len(self.all)
            self.all.append(local)
        return known

    def after(self, local: LocalState, node: Node, actions: tuple[Action, ...]) -> LocalState:
        """Where a validator is that went on to `node` by carrying out these actions."""
        said, stored = local.said, local.stored
        for action in actions:
            if isinstance(action, Broadcast):
                said = said | {action.message}
            elif isinstance(action, Persist) and self.instance.crashes:
                stored = self.kept(action.node)
        return LocalState(self.kept(node), stored, said, local.crashes)

    def crashed(self, local: LocalState, done: tuple[Action, ...]) -> LocalState:
        """Where a validator is that crashed after these actions of a step, and has taken up what it had stored.

        It has also sent its stored messages again (CONS-3), so that what it stored and had not sent yet is sent now.
        """
        left = self.after(local, local.node, done)
        stored = {action.message for action in done if isinstance(action, Persist) and action.message is not None}
        node = self.kept(resume(left.stored).node)
        return replace(left, node=node, said=left.said | stored, crashes=local.crashes + 1)

    def kept(self, node: Node) -> Node:
        """A record without what the instance leaves out of its states: of the valid value, what the lock implies."""
        if self.instance.proposers is None:
            implied = (node.locked_value, node.locked_round)
            if (node.valid_value, node.valid_round) != implied:
                node = replace(node, valid_value=implied[0], valid_round=implied[1])
        if not self.instance.keeps_decisions and node.decision != NIL:
            node = replace(node, decision=NIL)
        return node

    def rename(self, number: int, names: tuple[bytes, ...]) -> int:
        """The number of a local state with its values renamed: the place of a value gives its new name."""
        key = (number, names)
        known = self.renamed.get(key)
        if known is None:
            to = {NIL: NIL, INVALID: INVALID, **dict(zip(self.instance.names, names, strict=True))}
            known = self.renamed[key] = self.number(renamed(self.all[number], to))
        return known


def renamed(local: LocalState, to: dict[bytes, bytes]) -> LocalState:
    """A local state with its values renamed."""
    said = frozenset(replace(message, block_id=to[message.block_id]) for message in local.said)
    return LocalState(renamed_node(local.node, to), renamed_node(local.stored, to), said, local.crashes)


def renamed_node(node: Node, to: dict[bytes, bytes]) -> Node:
    """A record with its values renamed."""
    return replace(
        node,
        locked_value=to[node.locked_value],
        valid_value=to[node.valid_value],
        decision=to[node.decision],
    )
