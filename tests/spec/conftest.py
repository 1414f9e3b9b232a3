"""What the ledger's tests judge states by: written from the rules' statements, beside the code that implements them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from clearstone.models.chain import accept_all
from clearstone.spec.blocks import Block
from clearstone.spec.book import rebuild
from clearstone.spec.encoding.trie import root
from clearstone.spec.funding import settled_account
from clearstone.spec.instruments import Perpetual
from clearstone.spec.ledger_state import Context, Ledger, horizon_period
from clearstone.spec.margin import equity
from clearstone.spec.receipts import Posting, Receipt
from clearstone.spec.state import State, context_of
from clearstone.spec.state_root import rebuild_trie, state_root
from clearstone.spec.transition import apply_block, begin_block, end_block, execute

Balances = dict[tuple[str, str], int]


def balances_of(ledger: Ledger, context: Context) -> Balances:
    """Every balance of every pool, named as postings name it; `outside` is what the vault has taken in."""
    balances: Balances = {}
    for pool_id, pool in ledger.pools.items():
        balances[pool_id, "outside"] = -pool.vault
        for pot in ("insurance", "fees", "escrow", "residue"):
            balances[pool_id, pot] = getattr(pool, pot)
        for market in context.members[pool_id]:
            balances[pool_id, f"clearing/{market}"] = ledger.markets[market].clearing
    for account_id, account in ledger.accounts.items():
        balances[account.pool, f"account/{account_id}"] = account.cash
    return balances


def check_postings(before: Balances, postings: Iterable[Posting], after: Balances) -> None:
    """The postings are the whole difference, and no pot is below zero after any of them."""
    balances = dict(before)
    for posting in postings:
        assert posting.amount >= 0
        for name, signed in ((posting.source, -posting.amount), (posting.destination, posting.amount)):
            key = posting.pool, name
            balances[key] = balances.get(key, 0) + signed
            assert balances[key] >= 0 or name.startswith(("account/", "clearing/", "outside")), posting
    assert balances == {key: after[key] for key in balances}
    assert all(after[key] == 0 for key in after.keys() - balances.keys())


def deficit(ledger: Ledger, context: Context) -> int:
    """Σ max(0, −E), with all funding settled."""
    total = 0
    for _, account in ledger.accounts.items():
        period = horizon_period(ledger.pools[account.pool], context.now)
        settled, _ = settled_account(account, context.quotes, period)
        total += max(0, -equity(settled, context.quotes))
    return total


def contents(ledger: Ledger) -> dict[str, object]:
    """What a ledger holds, apart from what was written to it and from nonces."""
    accounts = {
        key: tuple(getattr(account, name) for name in account.__slots__ if name != "nonce")
        for key, account in ledger.accounts.items()
    }
    tables = ("pools", "markets", "withdrawals", "deposits", "changes")
    return {
        "accounts": accounts,
        "last_change": ledger.last_change,
        "books": ledger.books,
        **{name: getattr(ledger, name).entries for name in tables},
    }


def check_state(state: State) -> None:
    """Everything that must hold of a state by itself, whatever led to it."""
    ledger, context = state.ledger, context_of(state)
    accounts = dict(ledger.accounts.items())
    for pool_id, pool in ledger.pools.items():
        cash = sum(account.cash for account in accounts.values() if account.pool == pool_id)
        pots = (pool.vault, pool.insurance, pool.fees, pool.escrow, pool.residue)
        assert min(pots) >= 0, pool
        clearing = sum(ledger.markets[market].clearing for market in context.members[pool_id])
        assert pool.vault == cash + sum(pots[1:]) + clearing, "LEDGER-1"
        assert pool.flagged == tuple(
            account_id
            for account_id, account in accounts.items()
            if account.pool == pool_id and account.flagged_at is not None
        )
    for market_id, instrument in state.instruments.items():
        market, quote = ledger.markets[market_id], state.quotes[market_id]
        held = [position for account in accounts.values() for position in account.positions]
        held = [position for position in held if position.instrument == market_id]
        lots = sum(position.lots for position in held)
        assert market.open_interest == sum(max(0, position.lots) for position in held), "LEDGER-2"
        if isinstance(instrument, Perpetual):
            assert lots == 0, "LEDGER-2"
            claims = sum(position.lots * position.funding_index for position in held)
            left = 1_000_000 * market.clearing - claims
            assert 0 <= left <= 999_999 * market.settlements, "PERP-2"
        elif quote.phase == "settle":
            assert market.clearing == lots * quote.mark, "OPT-4"
        else:
            assert lots == market.clearing == 0, "LEDGER-2"
        assert ledger.books[market_id] == rebuild(accounts.items(), market_id), "BOOK-2"
    for account in accounts.values():
        names = [position.instrument for position in account.positions]
        assert names == sorted(set(names))
        assert all(position.lots != 0 for position in account.positions)
        assert min(account.locked_recent, account.locked_earlier) >= 0
        assert all(order.lots >= 1 for order in account.orders)
    assert root(rebuild_trie(state)) == state_root(state), "ENC-1"


def check_block_step(state: State, block: Block) -> tuple[State, tuple[Receipt, ...]]:
    """A valid block, applied transaction by transaction; what must hold of each step, and of the whole."""
    begun = begin_block(state, block)
    context = context_of(begun)
    ledger, receipts = begun.ledger, []
    for transaction in block.transactions:
        after, receipt = execute(ledger, context, transaction, accept_all)
        if receipt.rejection is not None:
            assert contents(after) == contents(ledger), "LEDGER-6"
            assert receipt.postings == receipt.events == ()
        check_postings(balances_of(ledger, context), receipt.postings, balances_of(after, context))
        assert deficit(after, context) <= deficit(ledger, context), ("MARGIN-6", transaction, receipt)
        ledger = after
        receipts.append(receipt)
    before = balances_of(ledger, context)
    applied, receipt = apply_block(state, block, accept_all)
    assert receipt.rejection is None
    assert receipt.transactions == tuple(receipts)
    postings = [posting for step in receipt.steps for posting in step.postings]
    check_postings(before, postings, balances_of(applied.ledger, context))
    ended, _ = end_block(replace(begun, ledger=ledger), context)
    assert contents(ended.ledger) == contents(applied.ledger)
    check_state(applied)
    return applied, receipt.transactions


@pytest.fixture(scope="session")
def audit() -> Callable[[State], None]:
    """Assert all that must hold of a state."""
    return check_state


@pytest.fixture(scope="session")
def audited_block() -> Callable[[State, Block], tuple[State, tuple[Receipt, ...]]]:
    """Apply a valid block, asserting all that must hold of each of its steps."""
    return check_block_step
