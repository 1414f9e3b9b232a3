"""Portfolio margin: what the options of an account need together, expiry by expiry.

Legs of one expiry hedge each other: a spread can lose no more than the distance of its strikes. So an expiry needs the
lesser of what its short legs need standing alone and the most that all its legs can cost. Everything here is a fold
over legs: a sum, a maximum, or a list of prices, to which a leg adds its own part, so that what holds for a leg beside
any others holds for any number of legs.
"""

from __future__ import annotations

from typing import TypeAlias

from clearstone.spec.accounts import Position
from clearstone.spec.instruments import OptionSeries, Quote, payoff
from clearstone.spec.numbers import PPM, ceil_div

Leg: TypeAlias = tuple[Position, Quote, OptionSeries]
"""A position in an option series, with its quote and the series."""


def option_amounts(options: list[tuple[Position, Quote]], initial: bool) -> int:
    """MARGIN-3. Σ over expiries of what each needs, in atoms, at least 0.

    Series are of one expiry if feed and time of expiry are the same. A series that has its settlement price stands
    apart from those of its expiry that wait for theirs.
    """
    expiries: dict[tuple[str, int, bool], list[Leg]] = {}
    for position, quote in options:
        series = quote.instrument
        assert isinstance(series, OptionSeries)
        key = series.feed, series.expiry, quote.phase == "settle"
        expiries.setdefault(key, []).append((position, quote, series))
    return sum(expiry_amount(legs, initial) for legs in expiries.values())


def expiry_amount(legs: list[Leg], initial: bool) -> int:
    """MARGIN-3. The lesser of the isolated amounts and the portfolio's maximum loss, in atoms, at least 0.

    Once the payoff is known there is nothing left to hedge: settled shorts need just that.
    """
    isolated = isolated_amount(legs, initial)
    return isolated if legs[0][1].phase == "settle" else min(isolated, portfolio_loss(legs, initial))


def isolated_amount(legs: list[Leg], initial: bool) -> int:
    """MARGIN-2, MARGIN-3. What the short legs need, each standing alone, in atoms, at least 0."""
    total = 0
    for position, quote, _ in legs:
        if position.lots < 0:
            total -= position.lots * (quote.initial if initial else quote.maintenance)
    return total


def portfolio_loss(legs: list[Leg], initial: bool) -> int:
    """MARGIN-3. The most that one expiry's legs can cost, in atoms, at least 0: at expiry, and for naked calls now.

    Beyond the prices that are tried only net short calls go on losing, and for each of those the margin of a short call
    standing alone is added, the largest among the legs. The worst loss may be a gain, and is added as it is: only the
    sum is then at least 0. (Adding a tenth of the underlying instead, whatever the mark, let a naked call whose mark
    was above that be sold without any equity: R was max(0, amount − mark) = 0.) The rise that is tried beyond the index
    is larger for initial margin, and so are the margins of single calls: initial is never below maintenance.
    """
    naked, margin = naked_calls(legs, initial)
    return max(0, worst_loss(legs, prices_tried(legs, initial)) + max(0, naked) * margin)


def prices_tried(legs: list[Leg], initial: bool) -> list[int]:
    """MARGIN-3. The prices at which the legs' payoff is tried, in ticks.

    The payoff is linear between strikes, so its extremes lie at 0, at a strike, or beyond the highest one: the index,
    and a rise above it, ceiled, the largest that any of the legs asks for.
    """
    index = legs[0][1].index
    if initial:
        rise = max([series.parameters.initial_fraction for _, _, series in legs])
    else:
        rise = max([series.parameters.maintenance_fraction for _, _, series in legs])
    return [0, index, index + ceil_div(index * rise, PPM), *[series.strike for _, _, series in legs]]


def worst_loss(legs: list[Leg], prices: list[int]) -> int:
    """MARGIN-3. The largest loss of the legs at any of the prices, in atoms, negative if all are gains."""
    return max([loss_at(legs, price) for price in prices])


def loss_at(legs: list[Leg], price: int) -> int:
    """MARGIN-3, OPT-1. What the legs cost if they are settled at a price in ticks, in atoms, negative for a gain."""
    loss = 0
    for position, _, series in legs:
        loss -= position.lots * payoff(series, price)
    return loss


def naked_calls(legs: list[Leg], initial: bool) -> tuple[int, int]:
    """MARGIN-3. How many calls are sold that no other call covers, and what one of them needs standing alone.

    The first in atoms per tick of the underlying, negative if more are bought; the second in ticks, ceiled, the largest
    among the short calls, at least 0.
    """
    naked = margin = 0
    for position, quote, series in legs:
        if series.call:
            naked -= position.lots * series.multiplier
            if position.lots < 0:
                alone = quote.initial if initial else quote.maintenance
                margin = max(margin, ceil_div(alone, series.multiplier))
    return naked, margin
