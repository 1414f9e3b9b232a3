"""What the cluster asks of the replicated application, and of the world around its validators.

Consensus knows blocks and their ids; what is in them is the application's business. The ledger is one
(`ledger_application`), a counter is another (`counting_application`), with which consensus can be watched by itself.
"""

from __future__ import annotations

from typing import Protocol, TypeVar

from clearstone.spec.blocks import Block, Commit
from clearstone.spec.consensus.messages import Prices
from clearstone.spec.receipts import Rejection
from clearstone.spec.transactions import Transaction

S = TypeVar("S")
"""The application's state: an immutable value."""
Seen = TypeVar("Seen", contravariant=True)
"""The same, where it is only read."""
R = TypeVar("R", covariant=True)
"""What executing a block leaves behind."""


class Application(Protocol[S, R]):
    """CONS-6. A replicated state machine: pure functions of (state, block)."""

    def genesis(self) -> S:
        """The state before the first block."""
        ...

    def genesis_commit(self) -> Commit:
        """The commit that the first block carries."""
        ...

    def propose(self, state: S, proposer: bytes, commit: Commit, transactions: tuple[Transaction, ...]) -> Block:
        """A block that may follow."""
        ...

    def check(self, state: S, block: Block) -> Rejection | None:
        """May this block follow? The paper's valid(v)."""
        ...

    def apply(self, state: S, block: Block) -> tuple[S, R]:
        """The state after a block that may follow, and its receipt."""
        ...

    def root(self, state: S) -> bytes:
        """The state root, by which replicas are compared."""
        ...


class Surroundings(Protocol[Seen]):
    """What validators learn from outside the chain. Called in simulated time; must be deterministic."""

    def starts(self, height: int) -> int:
        """When a height may begin at the earliest, ms since the epoch."""
        ...

    def transactions(self, height: int, state: Seen) -> tuple[Transaction, ...]:
        """What waits to be put into the block of a height, which follows this state."""
        ...

    def prices(self, height: int, validator: int) -> Prices:
        """What a truthful validator reports with its precommit at a height."""
        ...
