"""Expiry: a settlement price from samples of the index, then exact cash flows, once for each account (OPT-2 to OPT-4).

The price is the floor of a mean, rounded once; after that nothing rounds. Payoffs pass through the series' clearing
balance, so that anyone may settle anyone in any order: the balance is what the accounts not yet settled have coming,
net. An exercise that was checked per vault inside a loop once paid one payment out many times (incident 5); here the
position is consumed with the payment.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from clearstone.spec.accounts import Account, Position, position_in, realise, with_position
from clearstone.spec.funding import clearing_posting, settle_funding
from clearstone.spec.ledger_state import Context, Ledger, Market, horizon_period
from clearstone.spec.numbers import MAX_ATOMS, floor_div
from clearstone.spec.parameters import ProtocolParameters
from clearstone.spec.receipts import Event, Posting, Receipt, Rejection
from clearstone.spec.transactions import Settle


@dataclass(frozen=True, slots=True)
class Expiry:
    """OPT-2. The settlement of all series of one feed that expire at one time."""

    feed: str
    """Feed of the underlying."""
    time: int
    """Expiry, ms since the epoch."""
    total: int = 0
    """Σ of the samples, in ticks."""
    count: int = 0
    """Samples taken."""
    last_slot: int = -1
    """Number of the slot of the last sample, counted from the epoch; −1 if none."""
    price: int | None = None
    """Settlement price in ticks, once set; it never changes again."""


def expiry_key(feed: str, time: int) -> str:
    """OPT-2. The key of an expiry."""
    return f"{feed}/{time}"


def sample_expiry(expiry: Expiry, parameters: ProtocolParameters, now: int, index: int, fresh: bool) -> Expiry:
    """OPT-2. The expiry after a block: a sample if the window is open, and the price once it can be set.

    One sample a slot, of a feed that is not frozen. If expiry comes with too few, the window stays open until there are
    enough or its stated end comes, and then the last index stands: settlement is never at a price that no rule made
    (incident 3).
    """
    if expiry.price is not None or now < expiry.time - parameters.settlement_slot * parameters.settlement_slots:
        return expiry
    slot = floor_div(now, parameters.settlement_slot)
    enough = expiry.count >= parameters.settlement_minimum
    if fresh and slot > expiry.last_slot and not (now >= expiry.time and enough):
        expiry = replace(expiry, total=expiry.total + index, count=expiry.count + 1, last_slot=slot)
    if now < expiry.time:
        return expiry
    if expiry.count >= parameters.settlement_minimum:
        return replace(expiry, price=floor_div(expiry.total, expiry.count))
    if now >= expiry.time + parameters.settlement_extension:
        return replace(expiry, price=index)
    return expiry


def settle(ledger: Ledger, context: Context, action: Settle) -> tuple[Ledger, Receipt]:
    """OPT-3. Settle one account's position in an expired series, whoever asks.

    Refused by LEDGER-4 (no such account), OPT-3 (not in its settle phase, or no position: nothing settles twice), NUM-5
    (balance).
    """
    account = ledger.accounts.get(action.account)
    if account is None:
        return ledger, Receipt(Rejection("LEDGER-4", "no such account"))
    position = position_in(account, action.market)
    if position is None or context.quotes[action.market].phase != "settle":
        return ledger, Receipt(Rejection("OPT-3", "the account has nothing to settle there"))
    settled, funding = settle_funding(ledger, context.quotes, context.now, action.account)
    settled, posting = settle_series(settled, context, action.account, position)
    if abs(settled.accounts[action.account].cash) > MAX_ATOMS:
        return ledger, Receipt(Rejection("NUM-5", "the balance would be out of bounds"))
    event = Event("settled", action.account, (("market", action.market), ("lots", position.lots)))
    return settled, Receipt(None, (*funding, posting), (event,))


def settle_series(ledger: Ledger, context: Context, account_id: str, position: Position) -> tuple[Ledger, Posting]:
    """OPT-1, OPT-4. Pay a position of a settled series its payoff and consume it; the profit is locked."""
    account = ledger.accounts[account_id]
    market = ledger.markets[position.instrument]
    credit = position.lots * context.quotes[position.instrument].mark
    period = horizon_period(ledger.pools[account.pool], context.now)
    paid = replace(
        ledger,
        accounts=ledger.accounts.set(account_id, _paid(account, position, credit, period)),
        markets=ledger.markets.set(position.instrument, _settled(market, position.lots, credit)),
    )
    return paid, clearing_posting(account.pool, position.instrument, account_id, credit, "payoff")


def _paid(account: Account, position: Position, credit: int, period: int) -> Account:
    """OPT-3. The account with the payoff credited and the position gone."""
    recent, earlier = realise(account, credit - position.cost, period)
    return replace(
        account,
        cash=account.cash + credit,
        positions=with_position(account.positions, replace(position, lots=0)),
        locked_recent=recent,
        locked_earlier=earlier,
        locked_period=period,
    )


def _settled(market: Market, lots: int, credit: int) -> Market:
    """OPT-4. The market with one position settled: the clearing balance is what the others have coming, net."""
    return replace(market, clearing=market.clearing - credit, open_interest=market.open_interest - max(0, lots))
