"""Instruments and their quotes: what a lot is worth in this block, and what margin it needs.

Everything that a block asks of an instrument is an integer per lot that is fixed when the block begins: its mark, its
margins, its funding index. Requirements are then products with |lots| and so monotone in size (MARGIN-1); ceiling the
product instead is not (201 of 18,096 cases tried). Judging an account costs a few multiplications.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from clearstone.spec.numbers import PPM, ceil_div, clamp, floor_div
from clearstone.spec.parameters import OptionParameters, PerpetualParameters

Phase: TypeAlias = Literal["trade", "pending", "settle"]


@dataclass(frozen=True, slots=True)
class Perpetual:
    """PERP-1. A perpetual future on a feed's index."""

    market: str
    """Instrument id."""
    pool: str
    """Risk pool that it belongs to."""
    feed: str
    """Feed of its index."""
    multiplier: int
    """Atoms per lot·tick, 1 to MAX_MULTIPLIER."""
    parameters: PerpetualParameters
    """Its risk parameters."""


@dataclass(frozen=True, slots=True)
class OptionSeries:
    """OPT-1. A European, cash-settled option on a feed's index."""

    market: str
    """Instrument id."""
    pool: str
    """Risk pool that it belongs to."""
    feed: str
    """Feed of the underlying's index."""
    mark_feed: str
    """Feed of its reported mark (MARK-1)."""
    multiplier: int
    """Atoms per lot·tick, 1 to MAX_MULTIPLIER."""
    call: bool
    """Call if set, else put."""
    strike: int
    """Strike in ticks, at least 1."""
    expiry: int
    """Expiry, ms since the epoch."""
    parameters: OptionParameters
    """Its risk parameters."""


Instrument: TypeAlias = Perpetual | OptionSeries


@dataclass(frozen=True, slots=True)
class Quote:
    """MARK-1. What one lot of an instrument is worth and needs in this block, in atoms per lot."""

    instrument: Instrument
    """The instrument."""
    phase: Phase
    """What may be done with it (OPT-3); a perpetual is always in `trade`."""
    fresh: bool
    """Whether its prices may be relied on (ORACLE-5)."""
    index: int
    """Index of the underlying in ticks."""
    mark: int
    """Mark: the value of a lot wherever money moves."""
    long_mark: int
    """Value of a long lot in health tests; 0 for an option on a frozen feed."""
    short_mark: int
    """Value of a short lot in health tests; at least intrinsic for an option on a frozen feed."""
    initial: int
    """Initial margin: of a lot of a perpetual, of a short lot of an option standing alone."""
    maintenance: int
    """Maintenance margin, likewise."""
    funding_index: int
    """The market's funding index; 0 for an option."""
    lowest: int
    """Lowest price at which it trades in this block, in ticks (BOOK-3)."""
    highest: int
    """Highest price at which it trades in this block, in ticks (BOOK-3)."""


def phase_of(series: OptionSeries, now: int, settlement_price: int | None) -> Phase:
    """OPT-3. Exactly one phase at every time: trade before expiry, pending from expiry, settle once a price is set.

    What holds at t = expiry itself was once left undefined by a live protocol (incident 35).
    """
    if now < series.expiry:
        return "trade"
    return "pending" if settlement_price is None else "settle"


def payoff(series: OptionSeries, price: int) -> int:
    """OPT-1. Atoms per lot at a settlement price in ticks: an integer, so expiry rounds nothing."""
    ticks = price - series.strike if series.call else series.strike - price
    return max(0, ticks) * series.multiplier


def option_mark(series: OptionSeries, index: int, reported: int) -> int:
    """MARK-1. The reported mark within the no-arbitrage bounds, in atoms per lot.

    No option is worth less than exercising it now, no call more than the underlying and no put more than its strike: a
    majority that lies, or a feed that stands still, cannot move value past these.
    """
    ceiling = index if series.call else series.strike
    return clamp(reported * series.multiplier, payoff(series, index), ceiling * series.multiplier)


def band(instrument: Instrument, index: int, mark: int) -> tuple[int, int]:
    """BOOK-3. The lowest and highest price at which an instrument trades at a mark in atoms per lot, in ticks.

    The collar lies around the mark, floored to a tick, and is to either side as wide as a fraction of the index,
    floored, at least a tick. It ends at a tick below; above it has no other end. Selling to an accomplice at half the
    price is how a coalition moves a loss onto the pool; a maker left behind by the market does the same.
    """
    middle = floor_div(mark, instrument.multiplier)
    width = max(1, floor_div(index * instrument.parameters.collar, PPM))
    return max(1, middle - width), middle + width


def initial_fraction(parameters: PerpetualParameters, open_interest: int) -> int:
    """MARGIN-5. Initial margin fraction in ppm at an open interest in lots: rising between two caps.

    A position that the market cannot absorb needs more margin (incidents 2 and 4). The open interest is the previous
    block's, so that no order changes the requirement that it is judged by. On the line between the caps it is ceiled.
    """
    low, high = parameters.open_interest_low, parameters.open_interest_high
    base, limit = parameters.initial_fraction, parameters.initial_fraction_limit
    above = clamp(open_interest, low, high) - low
    return base + ceil_div((limit - base) * above, high - low)


def quote_perpetual(perpetual: Perpetual, index: int, fresh: bool, open_interest: int, funding_index: int) -> Quote:
    """MARGIN-1. The quote of a perpetual: margins are a ceiled integer per lot."""
    parameters = perpetual.parameters
    value = index * perpetual.multiplier
    lowest, highest = band(perpetual, index, value)
    return Quote(
        instrument=perpetual,
        phase="trade",
        fresh=fresh,
        index=index,
        mark=value,
        long_mark=value,
        short_mark=value,
        initial=ceil_div(value * initial_fraction(parameters, open_interest), PPM),
        maintenance=ceil_div(value * parameters.maintenance_fraction, PPM),
        funding_index=funding_index,
        lowest=lowest,
        highest=highest,
    )


def quote_option(
    series: OptionSeries, now: int, index: int, reported: int, fresh: bool, settlement_price: int | None
) -> Quote:
    """MARGIN-2. The quote of an option series in its phase.

    Trading, it is worth its mark; pending, its intrinsic value; settled, its payoff, and then a short needs just that.
    On a frozen feed health tests count a short at intrinsic or more and a long at nothing (incident 10). A settled
    series no longer reads its feed: its quote is fresh, its index is the settlement price and its band 1 to 1.
    """
    phase = phase_of(series, now, settlement_price)
    if settlement_price is not None and phase == "settle":
        value = payoff(series, settlement_price)
        return Quote(series, phase, True, settlement_price, value, value, value, value, value, 0, 1, 1)
    intrinsic = payoff(series, index)
    mark = option_mark(series, index, reported) if phase == "trade" else intrinsic
    long_mark, short_mark = (mark, mark) if fresh else (0, max(mark, intrinsic))
    initial, maintenance = short_margins(series, index, short_mark)
    lowest, highest = band(series, index, mark)
    return Quote(series, phase, fresh, index, mark, long_mark, short_mark, initial, maintenance, 0, lowest, highest)


def short_margins(series: OptionSeries, index: int, mark: int) -> tuple[int, int]:
    """MARGIN-2. Initial and maintenance margin of a short lot standing alone, in atoms; initial ≥ maintenance."""
    parameters = series.parameters
    underlying = index * series.multiplier
    out_of_the_money = payoff_of_the_opposite(series, index)
    relieved = ceil_div(underlying * parameters.initial_fraction, PPM) - out_of_the_money
    initial = mark + max(relieved, ceil_div(underlying * parameters.initial_floor, PPM))
    maintenance = ceil_div(underlying * parameters.maintenance_fraction, PPM)
    if series.call:
        return initial, mark + maintenance
    maintenance = mark + max(maintenance, ceil_div(mark * parameters.maintenance_fraction, PPM))
    return max(initial, ceil_div(maintenance * parameters.put_ratio, PPM)), maintenance


def payoff_of_the_opposite(series: OptionSeries, index: int) -> int:
    """MARGIN-2. How far out of the money a series is, in atoms per lot: what its opposite would pay."""
    ticks = series.strike - index if series.call else index - series.strike
    return max(0, ticks) * series.multiplier
