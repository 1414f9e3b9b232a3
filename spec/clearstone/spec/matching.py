"""Matching: a taker's order meets the book, one resting order at a time.

A match is a fold over the orders that the taker may meet, best price first, then oldest, and its step is one meeting:
prevent a self-trade, drop a maker that must not trade, or fill. Each fill settles both sides' funding, trades at the
maker's price, charges fees, and is judged: a maker that would fail is cancelled and the taker goes on; a taker that
would fail stops there. FOK is decided by the whole match and undone whole, which is free where states are values.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from clearstone.spec.accounts import (
    Account,
    Order,
    Position,
    lots_in,
    position_in,
    realise,
    trade_position,
    with_position,
)
from clearstone.spec.book import Resting, candidates, drop_order, resting_order, without
from clearstone.spec.funding import settle_funding
from clearstone.spec.instruments import Quote
from clearstone.spec.ledger_state import Context, Ledger, Market, Pool, horizon_period
from clearstone.spec.margin import healthy_after
from clearstone.spec.numbers import MAX_ATOMS, MAX_LOTS, PPM, ceil_div, floor_div
from clearstone.spec.receipts import Event, Posting
from clearstone.spec.transactions import Place


@dataclass(frozen=True, slots=True)
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


def band(quote: Quote) -> tuple[int, int]:
    """BOOK-3. The lowest and highest price at which an instrument trades in this block, in ticks.

    The collar lies around the mark and is as wide as a fraction of the index, at least a tick. Selling to an accomplice
    at half the price is how a coalition moves a loss onto the pool; a maker left behind by the market does the same.
    """
    mark = floor_div(quote.mark, quote.instrument.multiplier)
    width = max(1, floor_div(quote.index * quote.instrument.parameters.collar, PPM))
    return max(1, mark - width), mark + width


def match_order(ledger: Ledger, context: Context, taker: str, order: Place, limit: int) -> Match:
    """BOOK-2. The order against the book, up to its limit in ticks."""
    match = Match(ledger, order.lots)
    for entry in candidates(ledger.books[order.market], order.side == "buy", limit):
        match = meet(match, context, taker, order, entry)
        if match.left == 0 or match.stopped:
            break
    return match


def meet(match: Match, context: Context, taker: str, order: Place, entry: Resting) -> Match:
    """BOOK-2, BOOK-4. One meeting of the taker with a resting order: the step of the fold.

    Self-trade is judged by owner, not by account: two accounts of one owner once traded 483 million lots with each
    other (incident 1).
    """
    accounts = match.ledger.accounts
    resting = resting_order(accounts, entry)
    if accounts[entry.account].owner == accounts[taker].owner:
        return _prevent_self_trade(match, order, entry, resting)
    quote = context.quotes[order.market]
    low, high = band(quote)
    if not low <= resting.price <= high:
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
    return fill(match, context, taker, order, entry, resting, lots)


def _reducible(account: Account, market: str, buy: bool) -> int:
    """BOOK-2. How many lots a reduce-only order of this direction may still fill."""
    held = lots_in(account, market)
    return max(0, -held if buy else held)


def _prevent_self_trade(match: Match, order: Place, entry: Resting, resting: Order) -> Match:
    """BOOK-4. Cancel the maker, stop the taker, or shrink both by the smaller; never trade."""
    if order.self_trade == "cancel-taker":
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
            books=ledger.books.insert(resting.market, book),
        ),
        events=(*match.events, cancelled),
    )


def fees(quote: Quote, lots: int, price: int) -> tuple[int, int]:
    """BOOK-7. Taker's and maker's fee of a fill at `price` atoms per lot, in atoms; the maker's negative if a rebate.

    Fees are ceiled, a rebate is floored, and it never exceeds what the taker pays in the same fill.
    """
    parameters = quote.instrument.parameters
    notional = lots * price
    taker = ceil_div(notional * parameters.taker_fee, PPM)
    if parameters.maker_fee >= 0:
        return taker, ceil_div(notional * parameters.maker_fee, PPM)
    return taker, -min(taker, floor_div(notional * -parameters.maker_fee, PPM))


def fill(match: Match, context: Context, taker: str, order: Place, entry: Resting, resting: Order, lots: int) -> Match:
    """BOOK-2, BOOK-6. One fill at the maker's price, or what happens instead if a side would fail.

    The maker is judged before the taker, so that a maker that cannot pay never decides whether a taker may trade.
    """
    quote = context.quotes[order.market]
    ledger, taker_funding = settle_funding(match.ledger, context.quotes, context.now, taker)
    ledger, maker_funding = settle_funding(ledger, context.quotes, context.now, entry.account)
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
        books = books.insert(order.market, without(books[order.market], entry.account, resting))
    return Match(
        Ledger(
            ledger.accounts.set(taker, took).set(entry.account, made),
            ledger.pools.set(buying.pool, _with_fees(pool, taker_fee + maker_fee)),
            ledger.markets.set(order.market, _with_open_interest(market, grown)),
            ledger.withdrawals,
            ledger.deposits,
            ledger.changes,
            ledger.last_change,
            books,
        ),
        match.left - lots,
        "",
        match.postings
        + taker_funding
        + maker_funding
        + _fill_postings(buying.pool, taker, entry.account, signed * price, taker_fee, maker_fee),
        (*match.events, _fill_event(order.market, taker, entry, signed, resting.price, taker_fee, maker_fee)),
    )


def traded(
    account: Account, quote: Quote, lots: int, price: int, fee: int, period: int, orders: tuple[Order, ...]
) -> Account:
    """LEDGER-2, LEDGER-3. An account after trading signed lots at `price` atoms per lot, the fee paid, with its orders.

    The fee lowers what was realised, and so what is locked.
    """
    market = quote.instrument.market
    held = position_in(account, market) or Position(market, 0, 0, quote.funding_index)
    position, profit = trade_position(held, lots, price)
    recent, earlier = realise(account, profit - fee, period)
    return Account(
        account.owner,
        account.pool,
        account.nonce,
        account.cash - lots * price - fee,
        with_position(account.positions, position),
        orders,
        recent,
        earlier,
        period,
        account.flagged_at,
    )


def within_bounds(account: Account, market: str) -> bool:
    """NUM-5. Whether an account's cash and its lots in a market are within their bounds."""
    return abs(account.cash) <= MAX_ATOMS and abs(lots_in(account, market)) <= MAX_LOTS


def open_interest_after(
    market: Market, first: Account, second: Account, first_after: Account, second_after: Account, market_id: str
) -> int:
    """LEDGER-2. Open interest, Σ of long lots, after a change of two accounts."""
    before = max(0, lots_in(first, market_id)) + max(0, lots_in(second, market_id))
    after = max(0, lots_in(first_after, market_id)) + max(0, lots_in(second_after, market_id))
    return market.open_interest - before + after


def _with_fees(pool: Pool, fee: int) -> Pool:
    """BOOK-7. The pool after it collected a fee, net of a rebate."""
    return Pool(
        pool.parameters,
        pool.vault,
        pool.insurance,
        pool.fees + fee,
        pool.escrow,
        pool.residue,
        pool.flagged,
        pool.unassigned_used,
        pool.unassigned_window,
    )


def _with_open_interest(market: Market, lots: int) -> Market:
    """LEDGER-2. The market at another open interest."""
    return Market(
        lots,
        market.clearing,
        market.settlements,
        market.sequence,
        market.insurance_used,
        market.insurance_window,
    )


def cash_posting(pool_id: str, payer: str, payee: str, amount: int, reason: str) -> Posting:
    """LEDGER-1. The posting of a signed payment between two accounts."""
    if amount >= 0:
        return Posting(pool_id, f"account/{payer}", f"account/{payee}", amount, reason)
    return Posting(pool_id, f"account/{payee}", f"account/{payer}", -amount, reason)


def _fill_postings(
    pool_id: str, taker: str, maker: str, paid: int, taker_fee: int, maker_fee: int
) -> tuple[Posting, ...]:
    """LEDGER-1. The money of a fill, in order: cash, the taker's fee, then the maker's fee or rebate out of it."""
    cash = cash_posting(pool_id, taker, maker, paid, "trade")
    taker, maker = f"account/{taker}", f"account/{maker}"
    fee = Posting(pool_id, taker, "fees", taker_fee, "fee")
    if maker_fee >= 0:
        return cash, fee, Posting(pool_id, maker, "fees", maker_fee, "fee")
    return cash, fee, Posting(pool_id, "fees", maker, -maker_fee, "rebate")


def _fill_event(
    market: str, taker: str, entry: Resting, lots: int, price: int, taker_fee: int, maker_fee: int
) -> Event:
    """BOOK-2. What a fill was, for readers: signed lots of the taker, price in ticks, fees in atoms."""
    details = (
        ("taker", taker),
        ("maker", entry.account),
        ("nonce", entry.nonce),
        ("lots", lots),
        ("price", price),
        ("taker-fee", taker_fee),
        ("maker-fee", maker_fee),
    )
    return Event("fill", market, details)
