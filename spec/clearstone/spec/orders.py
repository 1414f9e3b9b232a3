"""Placing and cancelling orders (BOOK-1 to BOOK-7).

A user's number is taken exactly or refused; nothing is rounded to a tick or a lot on anybody's behalf. What an order
may do is decided in this order, and the first rule that refuses is the one that is reported: BOOK-1 (numbers, market),
OPT-3 (phase), ORACLE-5 (frozen feed), BOOK-2 (combination of flags), BOOK-3 (band), BOOK-2 (post-only, number of
orders), then what stopped the match, then MARGIN-6 for what would rest.
"""

from __future__ import annotations

from dataclasses import replace

from clearstone.spec.accounts import Account, Order, order_of
from clearstone.spec.book import crosses, drop_order, with_order, without
from clearstone.spec.funding import settle_funding
from clearstone.spec.instruments import Quote
from clearstone.spec.ledger_state import Context, Ledger
from clearstone.spec.margin import healthy_after
from clearstone.spec.matching import Match, match_order
from clearstone.spec.numbers import MAX_LOTS, MAX_TICKS
from clearstone.spec.receipts import Event, Receipt, Rejection
from clearstone.spec.transactions import Cancel, Place


def place(ledger: Ledger, context: Context, account_id: str, nonce: int, order: Place) -> tuple[Ledger, Receipt]:
    """BOOK-1, BOOK-2. Place an order: match what crosses, and let the rest stand if it may.

    An order that was stopped before its first fill is refused as a whole: makers that it had cancelled stand again. One
    that was stopped later, or whose rest needs too much margin after a fill, keeps what was filled, and the rest is
    gone without an event. One that found nobody and may not rest (IOC) is accepted.
    """
    account = ledger.accounts[account_id]
    rejection = check_order(ledger, context, account, order)
    if rejection is not None:
        return ledger, Receipt(rejection)
    limit = limit_of(order, context.quotes[order.market])
    settled, funding = settle_funding(ledger, context.quotes, context.now, account_id)
    match = match_order(Match(settled, order.lots, postings=funding), context, account_id, order, limit)
    if order.time_in_force == "fok" and match.left > 0:
        return ledger, Receipt(Rejection(match.stopped or "BOOK-2", "the order cannot be filled whole"))
    if match.stopped and not _filled(match):
        return ledger, Receipt(Rejection(match.stopped, "the order's first fill is refused"))
    if match.left == 0 or match.stopped or order.price is None or order.time_in_force in ("ioc", "fok"):
        return match.ledger, Receipt(None, match.postings, match.events)
    rested = rest(match.ledger, account_id, nonce, order, order.price, match.left)
    if healthy_after(match.ledger.accounts[account_id], rested.accounts[account_id], context.quotes):
        event = Event("rested", account_id, (("nonce", nonce), ("lots", match.left), ("price", order.price)))
        return rested, Receipt(None, match.postings, (*match.events, event))
    if not _filled(match):
        return ledger, Receipt(Rejection("MARGIN-6", "the order needs more initial margin than the account has"))
    return match.ledger, Receipt(None, match.postings, match.events)


def _filled(match: Match) -> bool:
    """BOOK-2. Whether anything was traded."""
    return any(event.kind == "fill" for event in match.events)


def check_order(ledger: Ledger, context: Context, account: Account, order: Place) -> Rejection | None:
    """BOOK-1. What refuses an order before it meets the book, in the order that the module states."""
    instrument = context.instruments.get(order.market)
    if instrument is None or instrument.pool != account.pool:
        return Rejection("BOOK-1", "the account's pool has no such market")
    if not 1 <= order.lots <= MAX_LOTS:
        return Rejection("BOOK-1", "lots are out of bounds")
    if order.price is not None and not 1 <= order.price <= MAX_TICKS:
        return Rejection("BOOK-1", "the price is out of bounds")
    quote = context.quotes[order.market]
    if quote.phase != "trade":
        return Rejection("OPT-3", "the series has expired")
    if not quote.fresh and not order.reduce_only:
        return Rejection("ORACLE-5", "the feed is frozen: only reduce-only orders are taken")
    if order.price is None and order.time_in_force not in ("ioc", "fok"):
        return Rejection("BOOK-2", "a market order is IOC or FOK")
    if order.price is not None and not quote.lowest <= order.price <= quote.highest:
        return Rejection("BOOK-3", "the price is outside the band")
    return _check_resting(ledger, context, account, order)


def _check_resting(ledger: Ledger, context: Context, account: Account, order: Place) -> Rejection | None:
    """BOOK-2. What refuses an order because of how it would stand in the book."""
    if order.time_in_force in ("ioc", "fok"):
        return None
    limit = limit_of(order, context.quotes[order.market])
    if order.time_in_force == "post-only" and crosses(ledger.books[order.market], order.side == "buy", limit):
        return Rejection("BOOK-2", "a post-only order would cross")
    if len(account.orders) >= ledger.pools[account.pool].parameters.max_orders:
        return Rejection("BOOK-2", "the account has its most open orders")
    return None


def limit_of(order: Place, quote: Quote) -> int:
    """BOOK-3. The worst price at which an order may trade, in ticks: its own, or the edge of the band."""
    if order.price is not None:
        return order.price
    return quote.highest if order.side == "buy" else quote.lowest


def rest(ledger: Ledger, account_id: str, nonce: int, order: Place, price: int, lots: int) -> Ledger:
    """BOOK-2. The ledger with what is left of an order standing in the book, behind all others at its price."""
    market = ledger.markets[order.market]
    resting = Order(nonce, order.market, order.side == "buy", lots, price, market.sequence, order.reduce_only)
    account = ledger.accounts[account_id]
    return replace(
        ledger,
        accounts=ledger.accounts.set(account_id, replace(account, orders=(*account.orders, resting))),
        markets=ledger.markets.set(order.market, replace(market, sequence=market.sequence + 1)),
        books=ledger.books.set(order.market, with_order(ledger.books[order.market], account_id, resting)),
    )


def cancel(ledger: Ledger, account_id: str, order: Cancel) -> tuple[Ledger, Receipt]:
    """BOOK-2. Take an own order off the book; always open, also while a feed is frozen (ORACLE-5)."""
    account = ledger.accounts[account_id]
    resting = order_of(account, order.nonce)
    if resting is None:
        return ledger, Receipt(Rejection("BOOK-2", "the account has no such order"))
    event = Event("cancelled", account_id, (("nonce", order.nonce), ("lots", resting.lots), ("rule", "")))
    return drop(ledger, account_id, resting), Receipt(None, (), (event,))


def drop(ledger: Ledger, account_id: str, order: Order) -> Ledger:
    """BOOK-2. The ledger without an open order."""
    return replace(
        ledger,
        accounts=ledger.accounts.set(account_id, drop_order(ledger.accounts[account_id], order.nonce)),
        books=ledger.books.set(order.market, without(ledger.books[order.market], account_id, order)),
    )


def cancel_all(ledger: Ledger, account_id: str) -> Ledger:
    """LIQ-1. The ledger without any open order of an account."""
    for order in ledger.accounts[account_id].orders:
        ledger = drop(ledger, account_id, order)
    return ledger
