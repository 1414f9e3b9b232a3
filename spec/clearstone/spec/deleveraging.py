"""Deleveraging: the positions of a defaulted account are closed at the mark against those who hold the other side.

Lots sum to zero in every instrument, so there is always enough on the other side. Those in profit come first, then the
rest, each group apportioned by size; no account flips, and nobody's equity moves, because the price is the mark: what
the defaulter could not pay is left as a pure cash deficit for the waterfall. An overshoot of $45–51.7 M was measured in
a live system's queue (incident 19), and a stale snapshot once left a bankrupt account with positive value (incident
18).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from clearstone.spec.accounts import Account, Position, lots_in, position_in
from clearstone.spec.instruments import Quote
from clearstone.spec.ledger_state import Context, Ledger, horizon_period
from clearstone.spec.numbers import apportion
from clearstone.spec.receipts import Event, Posting
from clearstone.spec.tables import fold
from clearstone.spec.trades import cash_posting, traded


@dataclass(frozen=True, slots=True)
class Closing:
    """WATER-1. How far the closing of one account's positions has come."""

    ledger: Ledger
    """After the closings so far."""
    profits: tuple[tuple[str, int], ...] = ()
    """Profit that counterparties realised, by account id, in atoms, each above 0, in the order it arose."""
    closed: tuple[str, ...] = ()
    """Instruments closed, ascending."""
    postings: tuple[Posting, ...] = ()
    """Money moved, in order."""
    events: tuple[Event, ...] = ()
    """Positions deleveraged, in order."""


def close_positions(ledger: Ledger, context: Context, account_id: str) -> Closing:
    """WATER-1. Close every position that trades at a price to rely on, in ascending order of instrument.

    A position on a frozen feed, or one that waits for its settlement price, stays until it can be closed at a fair
    price (ORACLE-5); the deficit is not assigned before.
    """

    def step(closing: Closing, position: Position) -> Closing:
        quote = context.quotes[position.instrument]
        if not quote.fresh or quote.phase != "trade":
            return closing
        return close_position(closing, context, account_id, position, quote)

    return fold(step, Closing(ledger), ledger.accounts[account_id].positions)


def close_position(closing: Closing, context: Context, account_id: str, position: Position, quote: Quote) -> Closing:
    """WATER-1. Close one position at the mark against opposite accounts: those in profit first, then the rest."""
    holders = opposite_holders(closing.ledger, account_id, position)
    winning = tuple(holder for holder in holders if in_profit(holder[1], quote))
    others = tuple(holder for holder in holders if not in_profit(holder[1], quote))
    size = abs(position.lots)
    from_winning = min(size, sum(abs(lots_in(account, position.instrument)) for _, account in winning))
    shares = (
        *_shares(winning, position.instrument, from_winning),
        *_shares(others, position.instrument, size - from_winning),
    )

    def step(closing: Closing, share: tuple[str, int]) -> Closing:
        return deleverage(closing, context, account_id, share[0], position, quote, share[1])

    closed = fold(step, closing, (share for share in shares if share[1] > 0))
    market = closed.ledger.markets[position.instrument]
    lower = replace(market, open_interest=market.open_interest - size)
    ledger = replace(closed.ledger, markets=closed.ledger.markets.set(position.instrument, lower))
    return replace(closed, ledger=ledger, closed=(*closed.closed, position.instrument))


def opposite_holders(ledger: Ledger, account_id: str, position: Position) -> tuple[tuple[str, Account], ...]:
    """WATER-1. The accounts that hold the other side of a position, ascending by id."""
    return tuple(
        (other_id, other)
        for other_id, other in ledger.accounts.items()
        if other_id != account_id and lots_in(other, position.instrument) * position.lots < 0
    )


def in_profit(account: Account, quote: Quote) -> bool:
    """WATER-1. Whether an account's position in an instrument is worth more than it cost."""
    position = position_in(account, quote.instrument.market)
    return position is not None and position.lots * quote.mark > position.cost


def _shares(holders: tuple[tuple[str, Account], ...], instrument: str, lots: int) -> tuple[tuple[str, int], ...]:
    """WATER-1, NUM-6. So many lots over the holders, by the size of what they hold."""
    sizes = tuple(abs(lots_in(account, instrument)) for _, account in holders)
    return tuple((account_id, lots) for (account_id, _), lots in zip(holders, apportion(lots, sizes), strict=True))


def deleverage(
    closing: Closing, context: Context, account_id: str, other_id: str, position: Position, quote: Quote, lots: int
) -> Closing:
    """WATER-1. One counterparty takes its share of the lots at the mark: the step of the fold.

    Its realised profit is locked like any other, and remembered, because it is the first profit that a deficit takes.
    """
    ledger = closing.ledger
    defaulter, other = ledger.accounts[account_id], ledger.accounts[other_id]
    period = horizon_period(ledger.pools[defaulter.pool], context.now)
    signed = lots if position.lots > 0 else -lots
    left = traded(defaulter, quote, -signed, quote.mark, 0, period, defaulter.orders)
    taken = traded(other, quote, signed, quote.mark, 0, period, other.orders)
    profit = realised_profit(other, taken, quote, signed)
    return Closing(
        replace(ledger, accounts=ledger.accounts.set(account_id, left).set(other_id, taken)),
        (*closing.profits, (other_id, profit)) if profit > 0 else closing.profits,
        closing.closed,
        (*closing.postings, cash_posting(defaulter.pool, other_id, account_id, signed * quote.mark, "deleveraging")),
        (
            *closing.events,
            Event("deleveraged", other_id, (("market", position.instrument), ("lots", signed), ("from", account_id))),
        ),
    )


def realised_profit(before: Account, after: Account, quote: Quote, lots: int) -> int:
    """LEDGER-3. The profit that an account realised by trading signed lots at the mark, in atoms, possibly negative."""
    market = quote.instrument.market
    held, left = position_in(before, market), position_in(after, market)
    cost_before = 0 if held is None else held.cost
    cost_after = 0 if left is None else left.cost
    return -lots * quote.mark - (cost_before - cost_after)
