"""Marks and margins: requirements are in order, and are what the parameters say (MARK-1, MARGIN-1 to MARGIN-5)."""

from __future__ import annotations

from collections.abc import Iterator
from zlib import crc32

from clearstone.invariants.block_step import BlockStep, keys_written
from clearstone.invariants.registry import invariant
from clearstone.invariants.snapshot import Snapshot
from clearstone.spec.accounts import Account
from clearstone.spec.instruments import OptionSeries, Perpetual, Quote
from clearstone.spec.margin import initial_requirement, maintenance_requirement
from clearstone.spec.numbers import PPM, ceil_div

PARTS = 8
"""Accounts are gone through in so many parts, one a block, where every price moves every account."""


def of_this_height(snapshot: Snapshot) -> Iterator[tuple[str, Account]]:
    """The part of the accounts, of those whose margin is not a single product, that has its turn at this height."""
    turn = snapshot.state.height % PARTS
    return (
        (account_id, account)
        for account_id, account in snapshot.totals.compound
        if crc32(account_id.encode()) % PARTS == turn
    )


@invariant(
    "margin-order",
    of=Snapshot,
    layer="margin",
    severity="high",
    rules=("MARGIN-1", "MARGIN-2", "MARGIN-3", "MARGIN-3a"),
    incidents=(4, 6),
)
def initial_margin_covers_maintenance(snapshot: Snapshot) -> Iterator[str]:
    """Initial margin is at least maintenance margin, of every lot and of every account.

    Of every quote in every block; accounts that hold one perpetual follow from their quote, others take turns.
    """
    quotes = snapshot.state.quotes
    for market, quote in quotes.items():
        if not quote.initial >= quote.maintenance >= 0:
            yield f"{market}: initial {quote.initial}, maintenance {quote.maintenance} a lot"
    for account_id, account in of_this_height(snapshot):
        initial, maintenance = initial_requirement(account, quotes), maintenance_requirement(account, quotes)
        if not initial >= maintenance >= 0:
            yield f"{account_id}: initial {initial}, maintenance {maintenance}"


@invariant(
    "maintenance-restated",
    of=Snapshot,
    layer="margin",
    severity="high",
    rules=("MARGIN-1", "MARGIN-2", "MARGIN-3", "MARGIN-3a"),
)
def maintenance_is_what_the_parameters_say(snapshot: Snapshot) -> Iterator[str]:
    """An account's maintenance margin is what its positions, the indices and the parameters give, added up another way.

    Per expiry the least of two amounts: the shorts one by one, or the worst payoff over prices up to the risen index,
    with a short call's own margin for each naked call. Accounts take turns.
    """
    quotes = snapshot.state.quotes
    for account_id, account in of_this_height(snapshot):
        held = [(position.lots, quotes[position.instrument]) for position in account.positions]
        required, expected = maintenance_requirement(account, quotes), restated_maintenance(held)
        if required != expected:
            yield f"{account_id}: maintenance {required}, restated {expected}"


def restated_maintenance(held: list[tuple[int, Quote]]) -> int:
    """Maintenance margin of (lots, quote) pairs, in atoms."""
    total = 0
    expiries: dict[tuple[str, int, str], list[tuple[int, Quote, OptionSeries]]] = {}
    for lots, quote in held:
        instrument = quote.instrument
        if isinstance(instrument, Perpetual):
            fraction = instrument.parameters.maintenance_fraction
            total += abs(lots) * -(-quote.index * instrument.multiplier * fraction // PPM)
        else:
            total += lots * (quote.long_mark if lots > 0 else quote.short_mark)
            phase = "settle" if quote.phase == "settle" else "open"
            expiries.setdefault((instrument.feed, instrument.expiry, phase), []).append((lots, quote, instrument))
    for (_, _, phase), legs in expiries.items():
        singly = sum(-lots * _short_maintenance(quote, series) for lots, quote, series in legs if lots < 0)
        total += singly if phase == "settle" else min(singly, _worst_loss(legs))
    return max(0, total)


def _short_maintenance(quote: Quote, series: OptionSeries) -> int:
    if quote.phase == "settle":
        return quote.mark
    fraction, mark = series.parameters.maintenance_fraction, quote.short_mark
    underlying = -(-quote.index * series.multiplier * fraction // PPM)
    return mark + (underlying if series.call else max(underlying, -(-mark * fraction // PPM)))


def _worst_loss(legs: list[tuple[int, Quote, OptionSeries]]) -> int:
    index = legs[0][1].index
    rise = max(series.parameters.maintenance_fraction for _, _, series in legs)
    prices = [0, index, index - (-index * rise // PPM), *(series.strike for _, _, series in legs)]

    def loss(price: int) -> int:
        return -sum(
            lots * max(0, price - series.strike if series.call else series.strike - price) * series.multiplier
            for lots, _, series in legs
        )

    naked = -sum(lots * series.multiplier for lots, _, series in legs if series.call)
    alone = [
        -(-_short_maintenance(quote, series) // series.multiplier)
        for lots, quote, series in legs
        if series.call and lots < 0
    ]
    return max(0, max(map(loss, prices)) + max(0, naked) * max(alone, default=0))


@invariant(
    "marks-in-bounds", of=Snapshot, layer="oracle", severity="high", rules=("MARK-1", "OPT-1"), incidents=(8, 13)
)
def marks_stay_within_their_bounds(snapshot: Snapshot) -> Iterator[str]:
    """A perpetual's mark is its index, an option's within its no-arbitrage bounds, and no test counts a better one."""
    for market, quote in snapshot.state.quotes.items():
        instrument = quote.instrument
        value = quote.index * instrument.multiplier
        if isinstance(instrument, Perpetual):
            if not quote.mark == quote.long_mark == quote.short_mark == value:
                yield f"{market}: mark {quote.mark}, index {value}"
            continue
        strike = instrument.strike * instrument.multiplier
        exercise = max(0, value - strike if instrument.call else strike - value)
        most = (value if instrument.call else strike) if quote.phase == "trade" else exercise
        if not exercise <= quote.mark <= max(exercise, most):
            yield f"{market}: mark {quote.mark} outside {exercise} to {most}"
        if quote.long_mark > quote.mark or quote.short_mark < max(exercise, quote.mark):
            yield f"{market}: tests count a long at {quote.long_mark}, a short at {quote.short_mark}"
        if not quote.fresh and quote.long_mark != 0:
            yield f"{market}: a long on a frozen price counts {quote.long_mark}"


@invariant(
    "open-interest-margin",
    of=BlockStep,
    layer="margin",
    severity="high",
    rules=("MARGIN-1", "MARGIN-5"),
    incidents=(2, 4),
)
def crowded_markets_need_more_margin(step: BlockStep) -> Iterator[str]:
    """A perpetual's initial margin follows the open interest of the previous block; its maintenance margin does not."""
    for market, quote in step.after.quotes.items():
        instrument = quote.instrument
        if isinstance(instrument, Perpetual):
            parameters, value = instrument.parameters, quote.index * instrument.multiplier
            low, high = parameters.open_interest_low, parameters.open_interest_high
            crowd = min(max(step.before.ledger.markets[market].open_interest, low), high) - low
            steepness = parameters.initial_fraction_limit - parameters.initial_fraction
            fraction = parameters.initial_fraction + ceil_div(steepness * crowd, high - low)
            if not step.refused and quote.initial != ceil_div(value * fraction, PPM):
                yield f"{market}: initial {quote.initial} a lot at a fraction of {fraction} ppm"
            if quote.maintenance != ceil_div(value * parameters.maintenance_fraction, PPM):
                yield f"{market}: maintenance {quote.maintenance} a lot"


@invariant("open-interest-limit", of=BlockStep, layer="margin", severity="high", rules=("MARGIN-5",), incidents=(2, 11))
def trading_fills_a_market_up_to_its_limit(step: BlockStep) -> Iterator[str]:
    """No transaction raises a market's open interest above its limit."""
    for part in step.transactions:
        for market in keys_written(part.before.markets, part.after.markets):
            before, after = part.before.markets[market].open_interest, part.after.markets[market].open_interest
            limit = step.begun.instruments[market].parameters.max_open_interest
            if after > max(before, limit):
                yield f"{part.label}: open interest of {market} rose from {before} to {after}, its limit is {limit}"
