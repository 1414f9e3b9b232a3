"""The defaults of a block: what happens to flagged accounts after its transactions (LEDGER-7, WATER-1 to WATER-3).

Flagged accounts are taken in ascending id, because the order in which several defaults are absorbed matters. An account
that is healthy again, with the buffer, loses its flag. One with no equity left defaults: its orders are cancelled, its
positions closed at the mark, and its deficit assigned. Before that every account of the pool settles its funding, so
that claims and debts are what they look like; the order of these operations once turned a pool negative and halted a
chain for eight hours (incident 28).
"""

from __future__ import annotations

from clearstone.spec.deleveraging import close_positions
from clearstone.spec.flags import release_flag, unflag
from clearstone.spec.funding import settle_funding
from clearstone.spec.ledger_state import Context, Ledger
from clearstone.spec.margin import equity, liquidatable
from clearstone.spec.orders import cancel_all
from clearstone.spec.receipts import Event, Posting, Receipt
from clearstone.spec.settlement import settle_series
from clearstone.spec.tables import fold
from clearstone.spec.waterfall import absorb, sweep_clearing


def resolve_flagged(ledger: Ledger, context: Context) -> tuple[Ledger, tuple[Receipt, ...]]:
    """LEDGER-7. The ledger after the block's defaults, pool by pool, each with its flagged accounts in ascending id."""
    flagged = [account_id for _, pool in ledger.pools.items() for account_id in pool.flagged]

    def step(so_far: tuple[Ledger, tuple[Receipt, ...]], account_id: str) -> tuple[Ledger, tuple[Receipt, ...]]:
        after, receipt = resolve(so_far[0], context, account_id)
        return after, (*so_far[1], receipt)

    start: tuple[Ledger, tuple[Receipt, ...]] = (ledger, ())
    return fold(step, start, flagged)


def resolve(ledger: Ledger, context: Context, account_id: str) -> tuple[Ledger, Receipt]:
    """WATER-1. One flagged account: healthy again, still waiting for liquidators, or in default."""
    ledger, postings = settle_funding(ledger, context.quotes, context.now, account_id)
    ledger, payoffs = settle_expired(ledger, context, account_id)
    postings = (*postings, *payoffs)
    account = ledger.accounts[account_id]
    if equity(account, context.quotes) > 0 or not liquidatable(account, context.quotes):
        return release_flag(ledger, context, ledger.pools[account.pool], account_id), Receipt(None, postings)
    after, receipt = default(ledger, context, account_id)
    return after, Receipt(None, postings + receipt.postings, receipt.events)


def settle_expired(ledger: Ledger, context: Context, account_id: str) -> tuple[Ledger, tuple[Posting, ...]]:
    """OPT-3. The ledger with an account's positions in settled series paid out."""
    postings: list[Posting] = []
    for position in ledger.accounts[account_id].positions:
        if context.quotes[position.instrument].phase == "settle":
            ledger, posting = settle_series(ledger, context, account_id, position)
            postings.append(posting)
    return ledger, tuple(postings)


def default(ledger: Ledger, context: Context, account_id: str) -> tuple[Ledger, Receipt]:
    """WATER-1 to WATER-3. Close an account that has no equity left, and assign what it owes.

    While a position cannot be closed at a fair price (ORACLE-5) the account stays flagged with its deficit.
    """
    pool_id = ledger.accounts[account_id].pool
    ledger, postings = settle_pool_funding(cancel_all(ledger, account_id), context, pool_id)
    ledger, swept = sweep_clearing(ledger, context, pool_id)
    closing = close_positions(ledger, context, account_id)
    postings = postings + swept + closing.postings
    defaulter = closing.ledger.accounts[account_id]
    if defaulter.positions:
        return closing.ledger, Receipt(None, postings, closing.events)
    deficit = -defaulter.cash
    absorption = absorb(closing.ledger, context, account_id, closing.closed, closing.profits)
    event = Event("defaulted", account_id, (("pool", pool_id), ("deficit", deficit)))
    events = (event, *closing.events, *absorption.events)
    return unflag(absorption.ledger, account_id), Receipt(None, postings + absorption.postings, events)


def settle_pool_funding(ledger: Ledger, context: Context, pool_id: str) -> tuple[Ledger, tuple[Posting, ...]]:
    """PERP-2. The ledger with the funding of every account of a pool settled, in ascending id."""
    members = [account_id for account_id, account in ledger.accounts.items() if account.pool == pool_id]

    def step(so_far: tuple[Ledger, tuple[Posting, ...]], account_id: str) -> tuple[Ledger, tuple[Posting, ...]]:
        settled, postings = settle_funding(so_far[0], context.quotes, context.now, account_id)
        return settled, so_far[1] + postings

    start: tuple[Ledger, tuple[Posting, ...]] = (ledger, ())
    return fold(step, start, members)
