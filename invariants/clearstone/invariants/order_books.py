"""Order books: an index of the accounts' orders, uncrossed, with nothing in them out of bounds (BOOK-1, BOOK-2)."""

from __future__ import annotations

from collections.abc import Iterator

from clearstone.invariants.registry import invariant
from clearstone.invariants.snapshot import Snapshot
from clearstone.spec.ledger_state import Market
from clearstone.spec.numbers import MAX_ATOMS, MAX_FUNDING_INDEX, MAX_LOTS, MAX_TICKS


@invariant("book-index", of=Snapshot, layer="trading", severity="critical", rules=("BOOK-2",), incidents=(12,))
def the_book_is_an_index_of_the_accounts(snapshot: Snapshot) -> Iterator[str]:
    """Every book holds the accounts' open orders and nothing else, by price, then by time."""
    for market, book in snapshot.state.ledger.books.items():
        listed = [
            (buy, level.rank, entry.sequence, entry.account, entry.nonce)
            for buy, levels in ((False, book.asks), (True, book.bids))
            for level in levels
            for entry in level.queue
        ]
        expected = sorted(snapshot.totals.entries[market])
        if listed != expected:
            odd = sorted(set(listed) ^ set(expected)) or listed
            yield f"{market}: {len(listed)} entries for {len(expected)} orders; {odd[0]} is out of place"
        if any(not level.queue for level in (*book.asks, *book.bids)):
            yield f"{market}: a level is empty"


@invariant("uncrossed-book", of=Snapshot, layer="trading", severity="high", rules=("BOOK-2",))
def no_book_is_crossed(snapshot: Snapshot) -> Iterator[str]:
    """In every book the best bid is below the best ask."""
    for market, book in snapshot.state.ledger.books.items():
        if book.bids and book.asks and -book.bids[0].rank >= book.asks[0].rank:
            yield f"{market}: bid {-book.bids[0].rank}, ask {book.asks[0].rank}"


@invariant("bounds", of=Snapshot, layer="ledger", severity="high", rules=("NUM-2", "NUM-5", "BOOK-1"), incidents=(13,))
def everything_stored_is_within_its_bounds(snapshot: Snapshot) -> Iterator[str]:
    """Balances, lots, prices, funding indices and orders are within their bounds, and positions are in form."""
    markets = snapshot.state.ledger.markets
    for account_id, account in snapshot.accounts:
        if abs(account.cash) > MAX_ATOMS or account.locked_recent < 0 or account.locked_earlier < 0:
            yield f"{account_id}: cash {account.cash}, locked {account.locked_recent} and {account.locked_earlier}"
        last = ""
        for position in account.positions:
            if not last < position.instrument or not 1 <= abs(position.lots) <= MAX_LOTS:
                yield f"{account_id}: {position.lots} lots of {position.instrument} after {last or 'nothing'}"
            last = position.instrument
        for order in account.orders:
            state: Market = markets[order.market]
            if not (1 <= order.lots <= MAX_LOTS and 1 <= order.price <= MAX_TICKS and order.sequence < state.sequence):
                yield f"{account_id}: an order of {order.lots} at {order.price}, number {order.sequence}"
    for pool_id, pool in snapshot.pools:
        if max(pool.vault, pool.insurance, pool.fees, pool.escrow, pool.residue) > MAX_ATOMS:
            yield f"pool {pool_id}: a balance is out of bounds"
    for market, funding in snapshot.state.funding.entries.items():
        if abs(funding.index) > MAX_FUNDING_INDEX:
            yield f"{market}: funding index {funding.index}"
    for feed_id, feed in snapshot.state.feeds.entries.items():
        if not (1 <= feed.index <= MAX_TICKS and 1 <= feed.median <= MAX_TICKS):
            yield f"feed {feed_id}: index {feed.index}, median {feed.median}"


@invariant("one-pool", of=Snapshot, layer="ledger", severity="critical", rules=("LEDGER-4",), incidents=(28,))
def accounts_trade_in_their_own_pool(snapshot: Snapshot) -> Iterator[str]:
    """Every position and every order of an account is in a market of the account's own pool."""
    listed = snapshot.state.instruments
    for pool_id, market in sorted(snapshot.totals.seats):
        instrument = listed.get(market)
        if instrument is None or instrument.pool != pool_id:
            yield f"an account of pool {pool_id} holds or orders {market}"
