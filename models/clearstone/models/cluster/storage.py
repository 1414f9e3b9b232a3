"""A validator's stable storage: what a crash leaves of it (CONS-3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from clearstone.spec.blocks import Block, Commit, CommitSignature
from clearstone.spec.consensus.node import Node

S = TypeVar("S")


class Body(NamedTuple):
    """A proposed block."""

    data: bytes
    """Its canonical bytes."""
    block: Block
    """What they say."""


@dataclass(slots=True)
class Decided:
    """The block of one height, as it is handed to those who lag behind."""

    block: bytes
    """Canonical bytes of the block."""
    height: int
    """Its height."""
    round: int
    """Round of the commit."""
    block_id: bytes
    """Its id."""
    signatures: dict[bytes, CommitSignature]
    """The precommits by validator: those that decided it, and those that came later."""

    def commit(self) -> Commit:
        """The commit, with all precommits that are here."""
        ascending = tuple(self.signatures[key] for key in sorted(self.signatures))
        return Commit(self.height, self.round, self.block_id, ascending)


@dataclass(slots=True)
class Storage(Generic[S]):
    """CONS-3. What is on disk."""

    state: S
    """The application's state after the last decided block."""
    chain: list[Decided] = field(default_factory=list)
    """The decided blocks, from height 1."""
    node: Node | None = None
    """The consensus state stored last, at the height after those; None if nothing was said at it yet."""
    sent: dict[bytes, None] = field(default_factory=dict)
    """The packets that were sent at that height, signed, in order."""
    bodies: dict[bytes, Body] = field(default_factory=dict)
    """The blocks proposed at that height, by id: a valid value is of no use without its block."""
    received: dict[bytes, None] = field(default_factory=dict)
    """The packets received at that height: not needed for safety, and lost in some crashes."""

    @property
    def height(self) -> int:
        """The last decided height."""
        return len(self.chain)

    def append(self, decided: Decided, state: S) -> None:
        """Add a decided block with the state after it; what concerned the height that it ends is dropped."""
        self.chain.append(decided)
        self.state = state
        self.node = None
        self.sent = {}
        self.bodies = {}
        self.received = {}
