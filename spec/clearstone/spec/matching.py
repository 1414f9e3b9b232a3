"""Matching: a taker's order meets the book, one resting order at a time.

A match is a fold over the orders that the taker may meet, best price first, then oldest, and its step is one meeting:
prevent a self-trade, drop a maker that must not trade, or fill. Each fill settles both sides' funding, trades at the
maker's price, charges fees, and is judged: a maker that would fail is cancelled and the taker goes on; a taker that
would fail stops there. FOK is decided by the whole match and undone whole, which is free where states are values.
"""

from __future__ import annotations

from dataclasses import replace

from clearstone.spec.accounts import Account, Order, lots_in, order_of
from clearstone.spec.book import Resting, candidates, drop_order, resting_order, without
from clearstone.spec.funding import settle_funding
from clearstone.spec.ledger_state import Context, Ledger, horizon_period
from clearstone.spec.margin import healthy_after
from clearstone.spec.numbers import MAX_LOTS
from clearstone.spec.receipts import Event, Posting
from clearstone.spec.trades import (
    fees,
    fill_event,
    fill_postings,
    open_interest_after,
    traded,
    with_fees,
    with_open_interest,
    within_bounds,
)
from clearstone.spec.transactions import Place
from clearstone.spec.values import value


@value
class Match:
    """BOOK-2. How far a taker's order has come."""

    ledger: Ledger
    """After the fills so far."""
    left: int
    """Lots still to fill."""
    stopped: str = ""
    """Rule that stopped it before it was filled, or empty."""
    postings: tuple[Posting, ...] = ()
    """Money moved, in order."""
    events: tuple[Event, ...] = ()
    """Fills and cancellations, in order."""


def match_order(match: Match, context: Context, taker: str, order: Place, limit: int) -> Match:
    """BOOK-2. The order against the book as it stands, up to its limit in ticks; the taker's funding is settled."""
    for entry in candidates(match.ledger.books[order.market], order.side == "buy", limit):
        match = meet(match, context, taker, order, entry)
        if match.left == 0 or match.stopped:
            break
    return match


def meet(match: Match, context: Context, taker: str, order: Place, entry: Resting) -> Match:
    """BOOK-2, BOOK-4. One meeting of the taker with a resting order: the step of the fold.

    In this order: one of the same owner is prevented (BOOK-4); a maker outside the band of the block is cancelled by
    BOOK-3; a taker that is reduce-only with nothing to reduce stops by BOOK-2; a maker of that kind is cancelled by
    BOOK-2; else they fill. Self-trade is judged by owner, not by account: two accounts of one owner once traded 483
    million lots with each other (incident 1).
    """
    accounts = match.ledger.accounts
    resting = resting_order(accounts, entry)
    if accounts[entry.account].owner == accounts[taker].owner:
        return _prevent_self_trade(match, order, entry, resting)
    quote = context.quotes[order.market]
    if not quote.lowest <= resting.price <= quote.highest:
        return cancel_resting(match, entry.account, resting, "BOOK-3")
    lots = min(
        match.left,
        resting.lots,
        _reducible(accounts[entry.account], resting.market, resting.buy) if resting.reduce_only else MAX_LOTS,
        _reducible(accounts[taker], order.market, order.side == "buy") if order.reduce_only else MAX_LOTS,
    )
    if lots == 0 and order.reduce_only and _reducible(accounts[taker], order.market, order.side == "buy") == 0:
        return replace(match, stopped="BOOK-2")
    if lots == 0:
        return cancel_resting(match, entry.account, resting, "BOOK-2")
    filled = without_spent(fill(match, context, taker, order, entry, resting, lots), entry, resting)
    return stopped_when_spent(filled, taker, order)


def without_spent(match: Match, entry: Resting, resting: Order) -> Match:
    """BOOK-2. The match without a reduce-only order that has just closed its position: what is left of it goes.

    It was once left standing with more lots than it could still reduce. The taker went on past it, and what remained of
    the taker's order came to rest behind it at a price at which the two should have met: the book was crossed.
    """
    account = match.ledger.accounts[entry.account]
    left = order_of(account, resting.nonce) if resting.reduce_only else None
    if left is None or _reducible(account, resting.market, resting.buy) > 0:
        return match
    return cancel_resting(match, entry.account, left, "BOOK-2")


def stopped_when_spent(match: Match, taker: str, order: Place) -> Match:
    """BOOK-2. The match, stopped if the taker's order is reduce-only and has just closed its position.

    What is left of it never rests. It once did if the order that it met was the last in its reach and had lots left:
    the proof that whom a taker passes is gone from the book found that the book was crossed by it.
    """
    if match.stopped or match.left == 0 or not order.reduce_only:
        return match
    if _reducible(match.ledger.accounts[taker], order.market, order.side == "buy") > 0:
        return match
    return replace(match, stopped="BOOK-2")


def _reducible(account: Account, market: str, buy: bool) -> int:
    """BOOK-2. How many lots a reduce-only order of this direction may still fill."""
    held = lots_in(account, market)
    return max(0, -held if buy else held)


def _prevent_self_trade(match: Match, order: Place, entry: Resting, resting: Order) -> Match:
    """BOOK-4. Cancel the maker, stop the taker, or shrink both by the smaller; never trade.

    What is shrunk away is not traded, so an order that is to be filled whole or not at all stops instead.
    """
    if order.self_trade == "cancel-taker" or (order.self_trade == "decrement" and order.time_in_force == "fok"):
        return replace(match, stopped="BOOK-4")
    if order.self_trade == "cancel-maker" or resting.lots <= match.left:
        left = match.left - (resting.lots if order.self_trade == "decrement" else 0)
        return replace(cancel_resting(match, entry.account, resting, "BOOK-4"), left=left)
    account = match.ledger.accounts[entry.account]
    shrunk = replace(account, orders=_with_lots(account.orders, resting, resting.lots - match.left))
    ledger = replace(match.ledger, accounts=match.ledger.accounts.set(entry.account, shrunk))
    return replace(match, ledger=ledger, left=0)


def _with_lots(orders: tuple[Order, ...], changed: Order, lots: int) -> tuple[Order, ...]:
    """BOOK-2. The orders with one left at so many lots, or gone at 0."""
    if lots == 0:
        return tuple(order for order in orders if order.nonce != changed.nonce)
    left = Order(changed.nonce, changed.market, changed.buy, lots, changed.price, changed.sequence, changed.reduce_only)
    return tuple(left if order.nonce == changed.nonce else order for order in orders)


def cancel_resting(match: Match, account_id: str, resting: Order, rule: str) -> Match:
    """BOOK-6. Take a resting order off the book because of a rule; the taker goes on."""
    ledger = match.ledger
    account = drop_order(ledger.accounts[account_id], resting.nonce)
    book = without(ledger.books[resting.market], account_id, resting)
    cancelled = Event("cancelled", account_id, (("nonce", resting.nonce), ("lots", resting.lots), ("rule", rule)))
    return replace(
        match,
        ledger=replace(
            ledger,
            accounts=ledger.accounts.set(account_id, account),
            books=ledger.books.set(resting.market, book),
        ),
        events=(*match.events, cancelled),
    )


def fill(match: Match, context: Context, taker: str, order: Place, entry: Resting, resting: Order, lots: int) -> Match:
    """BOOK-2, BOOK-6. One fill at the maker's price, or what happens instead if a side would fail.

    The taker's funding is settled already, the maker's is settled here. The maker is judged before the taker, so that a
    maker that cannot pay never decides whether a taker may trade: it is cancelled by MARGIN-6, also if a bound is what
    stands against it, and its funding stays unsettled. The taker is stopped by NUM-5 (a bound), MARGIN-5 (open interest
    would rise past its limit, or further past it), or MARGIN-6, in this order.
    """
    quote = context.quotes[order.market]
    ledger, funding = settle_funding(match.ledger, context.quotes, context.now, entry.account)
    buying, selling = ledger.accounts[taker], ledger.accounts[entry.account]
    pool, market = ledger.pools[buying.pool], ledger.markets[order.market]
    price = resting.price * quote.instrument.multiplier
    signed = lots if order.side == "buy" else -lots
    taker_fee, maker_fee = fees(quote, lots, price)
    period = horizon_period(pool, context.now)
    made = traded(
        selling, quote, -signed, price, maker_fee, period, _with_lots(selling.orders, resting, resting.lots - lots)
    )
    took = traded(buying, quote, signed, price, taker_fee, period, buying.orders)
    if not (healthy_after(selling, made, context.quotes) and within_bounds(made, order.market)):
        return cancel_resting(match, entry.account, resting, "MARGIN-6")
    if not within_bounds(took, order.market):
        return replace(match, stopped="NUM-5")
    grown = open_interest_after(market, buying, selling, took, made, order.market)
    if grown > max(market.open_interest, quote.instrument.parameters.max_open_interest):
        return replace(match, stopped="MARGIN-5")
    if not healthy_after(buying, took, context.quotes):
        return replace(match, stopped="MARGIN-6")
    books = ledger.books
    if lots == resting.lots:
        books = books.set(order.market, without(books[order.market], entry.account, resting))
    return Match(
        Ledger(
            ledger.accounts.set(taker, took).set(entry.account, made),
            ledger.pools.set(buying.pool, with_fees(pool, taker_fee + maker_fee)),
            ledger.markets.set(order.market, with_open_interest(market, grown)),
            ledger.withdrawals,
            ledger.deposits,
            ledger.changes,
            ledger.last_change,
            books,
        ),
        match.left - lots,
        "",
        match.postings
        + funding
        + fill_postings(buying.pool, taker, entry.account, signed * price, taker_fee, maker_fee),
        (*match.events, fill_event(order.market, taker, entry, signed, resting.price, taker_fee, maker_fee)),
    )
