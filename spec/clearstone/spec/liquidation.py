"""Liquidation: who is below maintenance margin is taken over in parts, at a discount that never makes him worse off.

A liquidator takes lots at the mark and pays less a discount, and a penalty goes to the insurance fund; both come out of
the target's equity and together never exceed floor(E · (R − R′) / R), so E/R does not fall (a liquidation that worsened
health is incident 15). No more is taken than restores a buffer. Whether an account can be liquidated depends on nothing
that a third party can write (incident 22), and its open orders are cancelled first; they need initial margin only, so
cancelling them changes no maintenance test.
"""

from __future__ import annotations

from dataclasses import replace

from clearstone.spec.flags import flag, release_flag
from clearstone.spec.funding import settle_funding
from clearstone.spec.instruments import Quote
from clearstone.spec.ledger_state import Context, Ledger, horizon_period
from clearstone.spec.margin import equity, healthy_after, liquidatable
from clearstone.spec.orders import cancel_all
from clearstone.spec.receipts import Event, Posting, Receipt, Rejection
from clearstone.spec.takeover import Takeover, charged, choose_takeover
from clearstone.spec.trades import cash_posting, open_interest_after, traded, within_bounds
from clearstone.spec.transactions import Liquidate


def liquidate(ledger: Ledger, context: Context, liquidator_id: str, action: Liquidate) -> tuple[Ledger, Receipt]:
    """LIQ-1 to LIQ-5. Flag an account below maintenance margin and take over a part of it.

    Refused by LEDGER-4 (no such account in the pool), BOOK-4 (one's own), BOOK-1 (market or size), LIQ-1 (not below
    maintenance), OPT-3 (expired), ORACLE-5 (frozen), LIQ-2 (no position), LIQ-4 (would not lower the requirement),
    NUM-5, MARGIN-6 (the liquidator, judged after taking over: LIQ-5, incident 21). With no equity left there is nothing
    to take at a discount: the account is flagged, whatever its markets do, and its default follows at the block's end.
    Equity is here at the marks, as its deficit would be. The target's funding is settled first, then the liquidator's;
    the target's orders go without events.
    """
    rejection = _check_request(ledger, context, liquidator_id, action)
    if rejection is not None:
        return ledger, Receipt(rejection)
    settled, target_funding = settle_funding(ledger, context.quotes, context.now, action.account)
    settled, liquidator_funding = settle_funding(settled, context.quotes, context.now, liquidator_id)
    funding = target_funding + liquidator_funding
    if not liquidatable(settled.accounts[action.account], context.quotes):
        return ledger, Receipt(Rejection("LIQ-1", "the account is not below maintenance margin"))
    flagged, events = flag(cancel_all(settled, action.account), context, action.account)
    target = flagged.accounts[action.account]
    if equity(target, context.quotes) <= 0:
        return flagged, Receipt(None, funding, (*events, Event("default-pending", action.account, ())))
    rejection = _check_market(context.quotes[action.market])
    if rejection is not None:
        return ledger, Receipt(rejection)
    takeover = choose_takeover(target, context, flagged.pools[target.pool].parameters, action)
    if isinstance(takeover, Rejection):
        return ledger, Receipt(takeover)
    return _take_over(ledger, flagged, context, liquidator_id, action, takeover, Receipt(None, funding, events))


def _check_request(ledger: Ledger, context: Context, liquidator_id: str, action: Liquidate) -> Rejection | None:
    """LIQ-1. What refuses a liquidation whatever the target's health."""
    target, liquidator = ledger.accounts.get(action.account), ledger.accounts[liquidator_id]
    if target is None or target.pool != liquidator.pool:
        return Rejection("LEDGER-4", "no such account in the pool")
    if target.owner == liquidator.owner:
        return Rejection("BOOK-4", "an owner does not liquidate himself")
    instrument = context.instruments.get(action.market)
    if instrument is None or instrument.pool != target.pool or action.lots < 1:
        return Rejection("BOOK-1", "no such market in the pool, or no size")
    return None


def _check_market(quote: Quote) -> Rejection | None:
    """ORACLE-5. Whether lots of a market can be taken over now: it trades, at a price to rely on."""
    if quote.phase != "trade":
        return Rejection("OPT-3", "the series has expired")
    if not quote.fresh:
        return Rejection("ORACLE-5", "the market's feed is frozen")
    return None


def _take_over(
    original: Ledger,
    ledger: Ledger,
    context: Context,
    liquidator_id: str,
    action: Liquidate,
    takeover: Takeover,
    receipt: Receipt,
) -> tuple[Ledger, Receipt]:
    """LIQ-5. The takeover done, or refused with the original ledger if the liquidator cannot carry it."""
    before, target = ledger.accounts[liquidator_id], ledger.accounts[action.account]
    pool = ledger.pools[target.pool]
    period = horizon_period(pool, context.now)
    liquidator, markets, postings = before, ledger.markets, list(receipt.postings)
    for position, lots in takeover.legs:
        quote = context.quotes[position.instrument]
        taken = traded(liquidator, quote, lots, quote.mark, 0, period, liquidator.orders)
        market = markets[position.instrument]
        grown = open_interest_after(market, liquidator, target, taken, takeover.target, position.instrument)
        markets = markets.set(position.instrument, replace(market, open_interest=grown))
        postings.append(cash_posting(target.pool, liquidator_id, action.account, lots * quote.mark, "takeover"))
        liquidator = taken
        if not within_bounds(taken, position.instrument):
            return original, Receipt(Rejection("NUM-5", "the liquidator's balance would be out of bounds"))
    liquidator = charged(liquidator, -takeover.discount, period)
    if not healthy_after(before, liquidator, context.quotes):
        return original, Receipt(Rejection("MARGIN-6", "the liquidator cannot carry what it takes over"))
    postings.append(
        Posting(target.pool, f"account/{action.account}", f"account/{liquidator_id}", takeover.discount, "discount")
    )
    postings.append(Posting(target.pool, f"account/{action.account}", "insurance", takeover.penalty, "penalty"))
    taken_over = replace(
        ledger,
        accounts=ledger.accounts.set(liquidator_id, liquidator).set(action.account, takeover.target),
        markets=markets,
        pools=ledger.pools.set(target.pool, replace(pool, insurance=pool.insurance + takeover.penalty)),
    )
    events = (*receipt.events, _liquidation_event(action.account, liquidator_id, takeover))
    return release_flag(taken_over, context, pool, action.account), Receipt(None, tuple(postings), events)


def _liquidation_event(target: str, liquidator: str, takeover: Takeover) -> Event:
    """LIQ-2. What was taken over, for readers: lots by market, discount and penalty in atoms."""
    legs = tuple((position.instrument, lots) for position, lots in takeover.legs)
    charges = (("discount", takeover.discount), ("penalty", takeover.penalty))
    return Event("liquidated", target, (("liquidator", liquidator), *legs, *charges))
