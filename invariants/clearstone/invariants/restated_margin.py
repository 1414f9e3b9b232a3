"""Margin stated a second time: from parameters, indices and marks, in sums laid out differently (MARGIN-1 to 4).

Where the spec goes through positions once for speed, this goes through them once for each term. Slower, and with no
function of the spec in it, so that a slip in one is not a slip in both.
"""

from __future__ import annotations

from clearstone.spec.accounts import Account
from clearstone.spec.instruments import OptionSeries, Perpetual, Quote
from clearstone.spec.margin import InitialHealth, Quotes
from clearstone.spec.numbers import PPM

Leg = tuple[int, Quote, OptionSeries]
"""Lots of an option series, with its quote."""


def restated_maintenance(account: Account, quotes: Quotes) -> int:
    """MARGIN-3a. Maintenance margin of an account, in atoms."""
    perpetuals = 0
    for position in account.positions:
        quote = quotes[position.instrument]
        instrument = quote.instrument
        if isinstance(instrument, Perpetual):
            fraction = instrument.parameters.maintenance_fraction
            perpetuals += abs(position.lots) * ceiled(quote.index * instrument.multiplier * fraction)
    return max(0, perpetuals + _options(account, quotes, False))


def restated_initial(account: Account, quotes: Quotes, capped: bool) -> InitialHealth:
    """MARGIN-4. What the initial test of an account compares. The margin of a perpetual's lot is its quote's."""
    held = [(position, quotes[position.instrument]) for position in account.positions]
    worth = [position.lots * (quote.long_mark if position.lots > 0 else quote.short_mark) for position, quote in held]
    perpetuals = excluded = 0
    for (position, quote), value in zip(held, worth, strict=True):
        if isinstance(quote.instrument, Perpetual):
            perpetuals += abs(position.lots) * quote.initial
            excluded += max(0, value - position.cost - capped * quote.instrument.parameters.profit_cap)
        elif position.lots < 0:
            excluded += max(0, value - position.cost)
    required = max(0, perpetuals + _options(account, quotes, True) + _orders(account, quotes))
    return InitialHealth(account.cash + sum(worth), excluded, required, all(quote.fresh for _, quote in held))


def ceiled(value: int) -> int:
    """NUM-3. So many millionths, rounded up."""
    return -(-value // PPM)


def _options(account: Account, quotes: Quotes, initial: bool) -> int:
    """MARGIN-3, MARGIN-3a. Amounts by expiry, plus what marks put into equity."""
    total = 0
    expiries: dict[tuple[str, int, bool], list[Leg]] = {}
    for position in account.positions:
        quote = quotes[position.instrument]
        series = quote.instrument
        if isinstance(series, OptionSeries):
            total += position.lots * (quote.long_mark if position.lots > 0 else quote.short_mark)
            settled = quote.phase == "settle"
            expiries.setdefault((series.feed, series.expiry, settled), []).append((position.lots, quote, series))
    for (_, _, settled), legs in expiries.items():
        singly = sum(-lots * _short(quote, series, initial) for lots, quote, series in legs if lots < 0)
        total += singly if settled else min(singly, _worst_loss(legs, initial))
    return total


def _short(quote: Quote, series: OptionSeries, initial: bool) -> int:
    """MARGIN-2. Margin of a short lot standing alone."""
    if quote.phase == "settle":
        return quote.mark
    terms, mark, underlying = series.parameters, quote.short_mark, quote.index * series.multiplier
    maintenance = mark + ceiled(underlying * terms.maintenance_fraction)
    if not series.call:
        maintenance = max(maintenance, mark + ceiled(mark * terms.maintenance_fraction))
    if not initial:
        return maintenance
    out = series.strike - quote.index if series.call else quote.index - series.strike
    relieved = ceiled(underlying * terms.initial_fraction) - max(0, out * series.multiplier)
    alone = mark + max(relieved, ceiled(underlying * terms.initial_floor))
    return alone if series.call else max(alone, ceiled(maintenance * terms.put_ratio))


def _worst_loss(legs: list[Leg], initial: bool) -> int:
    """MARGIN-3. The largest loss over the scenarios, with a short call's own margin for each naked call."""
    index = legs[0][1].index
    fractions = [
        series.parameters.initial_fraction if initial else series.parameters.maintenance_fraction
        for _, _, series in legs
    ]
    prices = [0, index, index + ceiled(index * max(fractions)), *(series.strike for _, _, series in legs)]
    losses = [-sum(lots * _payoff(series, price) for lots, _, series in legs) for price in prices]
    naked = -sum(lots * series.multiplier for lots, _, series in legs if series.call)
    alone = [
        -(-_short(quote, series, initial) // series.multiplier)
        for lots, quote, series in legs
        if series.call and lots < 0
    ]
    return max(0, max(losses) + max(0, naked) * max(alone, default=0))


def _payoff(series: OptionSeries, price: int) -> int:
    """OPT-1. Atoms per lot at a price."""
    return max(0, price - series.strike if series.call else series.strike - price) * series.multiplier


def _orders(account: Account, quotes: Quotes) -> int:
    """BOOK-5. What open orders add, market by market."""
    total = 0
    for market in {order.market for order in account.orders}:
        quote = quotes[market]
        held = sum(position.lots for position in account.positions if position.instrument == market)
        orders = [(o.buy, o.lots, o.price * quote.instrument.multiplier) for o in account.orders if o.market == market]
        if isinstance(quote.instrument, OptionSeries):
            total += sum(lots * (price if buy else quote.initial) for buy, lots, price in orders)
            continue
        most = abs(held) * quote.initial
        for side, sign in ((True, 1), (False, -1)):
            filled = held + sign * sum(lots for buy, lots, _ in orders if buy is side)
            adverse = sum(lots * max(0, sign * (price - quote.mark)) for buy, lots, price in orders if buy is side)
            most = max(most, max(abs(held), abs(filled)) * quote.initial + adverse)
        total += most - abs(held) * quote.initial
    return total
