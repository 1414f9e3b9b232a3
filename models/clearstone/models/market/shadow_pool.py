"""A pool's shadow: the same chain without the other pools' transactions, to see that nothing of theirs got across.

LEDGER-4 promises that an account's loss can never touch another pool. That is a statement about two runs: so there are
two. The shadow executes every block with the same time and the same reports, but only with those transactions that
concern its own pool, and must have the same accounts, balances and markets there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from clearstone.models.market.single_replica import without_votes
from clearstone.spec.blocks import Block
from clearstone.spec.encoding.signatures import Authentic
from clearstone.spec.state import State
from clearstone.spec.state_root import state_root
from clearstone.spec.transactions import ChangeParameter, Deposit, OpenAccount, Release, Transaction
from clearstone.spec.transition import apply_block


@dataclass(slots=True)
class ShadowPool:
    """One pool by itself, beside a chain with several."""

    pool: str
    """The pool."""
    state: State
    """The shadow's state; at first the chain's genesis."""
    authentic: Authentic
    """How signatures are verified."""
    accounts: set[str] = field(default_factory=set)
    """The pool's accounts, opened or about to be."""

    def follow(self, block: Block, after: State) -> str | None:
        """Execute a block of the chain without the other pools; what differs from the chain after it, or None."""
        shadow = replace(
            block,
            previous=self.state.block_id,
            commit=replace(block.commit, block_id=self.state.block_id),
            transactions=tuple(each for each in block.transactions if self._concerns(each)),
            root=state_root(self.state),
        )
        self.state, receipt = apply_block(self.state, shadow, without_votes(self.authentic))
        if receipt.rejection is not None:
            return f"without the other pools the block is refused by {receipt.rejection.rule}"
        return next(self._differences(after), None)

    def _concerns(self, transaction: Transaction) -> bool:
        """Whether a transaction is about an account, a withdrawal or a parameter of the pool."""
        match transaction.body.action:
            case OpenAccount() as action:
                if action.pool == self.pool:
                    self.accounts.add(transaction.body.account)
                return action.pool == self.pool
            case Deposit() | Release() as action:
                return action.account in self.accounts
            case ChangeParameter() as action:
                return action.scope.partition("/")[2] in (self.pool, *self._markets())
        return transaction.body.account in self.accounts

    def _markets(self) -> Iterator[str]:
        """The pool's instruments."""
        return (market for market, listed in self.state.instruments.items() if listed.pool == self.pool)

    def _differences(self, after: State) -> Iterator[str]:
        """What differs between shadow and chain."""
        mine, theirs = self.state.ledger, after.ledger
        if mine.pools[self.pool] != theirs.pools[self.pool]:
            yield f"pool {self.pool}: {theirs.pools[self.pool]} and by itself {mine.pools[self.pool]}"
        for market in self._markets():
            if mine.markets[market] != theirs.markets[market] or mine.books[market] != theirs.books[market]:
                yield f"market {market} differs from what it would be by itself"
        for account in self.accounts:
            if mine.accounts.get(account) != theirs.accounts.get(account):
                yield f"account {account} differs from what it would be by itself"
