"""What a trade does to those who take part: cash, lots, entry cost, fees, open interest.

The same for every way in which lots change hands: a fill, a takeover by a liquidator, deleveraging. Cash moves by
`lots · price · multiplier`, exactly; the profit that closing realises is locked (MARGIN-4a).
"""

from __future__ import annotations

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
from clearstone.spec.book import Resting
from clearstone.spec.instruments import Quote
from clearstone.spec.ledger_state import Market, Pool
from clearstone.spec.numbers import MAX_ATOMS, MAX_LOTS, PPM, ceil_div, floor_div
from clearstone.spec.receipts import Event, Posting


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


def cash_posting(pool_id: str, payer: str, payee: str, amount: int, reason: str) -> Posting:
    """LEDGER-1. The posting of a signed payment between two accounts."""
    if amount >= 0:
        return Posting(pool_id, f"account/{payer}", f"account/{payee}", amount, reason)
    return Posting(pool_id, f"account/{payee}", f"account/{payer}", -amount, reason)


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


def with_fees(pool: Pool, fee: int) -> Pool:
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


def with_open_interest(market: Market, lots: int) -> Market:
    """LEDGER-2. The market at another open interest."""
    return Market(
        lots,
        market.clearing,
        market.settlements,
        market.sequence,
        market.insurance_used,
        market.insurance_window,
    )


def fill_postings(
    pool_id: str, taker: str, maker: str, paid: int, taker_fee: int, maker_fee: int
) -> tuple[Posting, ...]:
    """LEDGER-1. The money of a fill, in order: cash, the taker's fee, then the maker's fee or rebate out of it."""
    cash = cash_posting(pool_id, taker, maker, paid, "trade")
    taker, maker = f"account/{taker}", f"account/{maker}"
    fee = Posting(pool_id, taker, "fees", taker_fee, "fee")
    if maker_fee >= 0:
        return cash, fee, Posting(pool_id, maker, "fees", maker_fee, "fee")
    return cash, fee, Posting(pool_id, "fees", maker, -maker_fee, "rebate")


def fill_event(market: str, taker: str, entry: Resting, lots: int, price: int, taker_fee: int, maker_fee: int) -> Event:
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
