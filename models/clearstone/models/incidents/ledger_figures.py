"""Figures that scenarios ask of a chain, read off its state."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from clearstone.models.chain import Applied, Chain
from clearstone.spec.accounts import Account, locked_profit, lots_in
from clearstone.spec.ledger_state import horizon_period
from clearstone.spec.margin import equity, initial_health, withdrawable
from clearstone.spec.receipts import Event, Posting, Receipt


def account_of(chain: Chain, account: str) -> Account:
    """An account as the last block left it."""
    return chain.state.ledger.accounts[account]


def cash_of(chain: Chain, account: str) -> int:
    """Its cash in atoms."""
    return account_of(chain, account).cash


def lots_of(chain: Chain, account: str, market: str) -> int:
    """Its signed lots in a market."""
    return lots_in(account_of(chain, account), market)


def equity_of(chain: Chain, *accounts: str) -> int:
    """Σ of the accounts' equity at the last block's marks, in atoms, funding not settled."""
    return sum(equity(account_of(chain, account), chain.state.quotes) for account in accounts)


def spare(chain: Chain, account: str) -> int:
    """What the account could withdraw at the last block's clamped prices (MARGIN-4), in atoms."""
    held = account_of(chain, account)
    locked = locked_profit(held, horizon_period(chain.state.ledger.pools[held.pool], chain.state.time))
    return withdrawable(initial_health(held, chain.state.quotes, False), locked)


def everyone(chain: Chain) -> tuple[tuple[str, Account], ...]:
    """All accounts, ascending by id."""
    return tuple(chain.state.ledger.accounts.items())


def fills(receipt: Receipt) -> tuple[dict[str, int | str], ...]:
    """The figures of every fill of a receipt, in order."""
    return tuple(dict(event.details) for event in receipt.events if event.kind == "fill")


def events_of(applied: Applied, kind: str) -> tuple[Event, ...]:
    """The events of one kind of a block, of its transactions and of its own steps, in order."""
    receipts = (*applied.receipt.transactions, *applied.receipt.steps)
    return tuple(event for receipt in receipts for event in receipt.events if event.kind == kind)


def postings_of(blocks: Iterable[Applied]) -> tuple[Posting, ...]:
    """All the money that moved in blocks, in order."""
    return tuple(
        posting
        for applied in blocks
        for receipt in (*applied.receipt.transactions, *applied.receipt.steps)
        for posting in receipt.postings
    )


def paid(blocks: Iterable[Applied], source: str, destination: str, reason: str) -> int:
    """Σ of what moved from balances to balances that begin so, for a reason, in atoms."""
    return sum(
        posting.amount
        for posting in postings_of(blocks)
        if posting.source.startswith(source)
        and posting.destination.startswith(destination)
        and posting.reason == reason
    )


def identifier(text: str) -> bytes:
    """An id of 32 bytes for a deposit or a withdrawal, by a name."""
    return sha256(text.encode()).digest()
