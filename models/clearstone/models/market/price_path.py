"""From bars to a price at every minute: each bar is walked from its open over high and low to its close.

A bar does not tell what happened inside it, so the walk is drawn from a seed: first to the extreme that is nearer to
the open, then to the other, then to the close, all of them touched exactly and none passed. A leg is not walked evenly
but in random steps, few of which are large: crashes come in gaps, and gaps are what bankrupts leveraged accounts.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from clearstone.models.market.price_series import Bar, PriceSeries

MINUTE = 60_000
"""A minute in ms."""
HOUR = 60 * MINUTE
"""An hour in ms."""
DAY = 24 * HOUR
"""A day in ms."""

CALM_STEPS = 1.0
"""Concentration of a leg's steps where bars are small: as if its turning points had been thrown at random."""
JUMPY_STEPS = 0.3
"""Concentration where a bar moves by VIOLENT or more: a few minutes make most of the way."""
VIOLENT = 0.10
"""Height of a violent bar, high less low over open."""


@dataclass(frozen=True, slots=True)
class PricePath:
    """A price at every time of a series."""

    times: tuple[int, ...]
    """Ascending, ms since the epoch: a minute apart, or a quarter of a bar if that is less."""
    prices: tuple[int, ...]
    """Price from each of these times on, in ticks, at least 1."""

    def at(self, time: int) -> int:
        """The price at a time, in ticks; the first one before the series begins."""
        return self.prices[max(0, bisect_right(self.times, time) - 1)]


def walk(series: PriceSeries, seed: int) -> PricePath:
    """The path through a series that a seed stands for."""
    generator = np.random.default_rng([seed, len(series.bars)])
    times: list[int] = []
    prices: list[int] = []
    span = series.span
    step = min(MINUTE, max(1, span // 4))
    for bar in series.bars:
        walked = walk_bar(bar, max(4, span // step), generator)
        times += [bar.time + number * step for number in range(len(walked))]
        prices += walked
    return PricePath(tuple(times), tuple(prices))


def walk_bar(bar: Bar, count: int, generator: np.random.Generator) -> list[int]:
    """So many prices, at least 4: from open over both extremes to close."""
    first, second = extremes(bar)
    turns = sorted(int(turn) for turn in generator.choice(np.arange(1, count - 1), 2, replace=False))
    corners = [(0, bar.open), (turns[0], first), (turns[1], second), (count - 1, bar.close)]
    concentration = JUMPY_STEPS if bar.high - bar.low >= VIOLENT * bar.open else CALM_STEPS
    prices = [bar.open]
    for (start, left), (end, right) in pairwise(corners):
        steps = generator.dirichlet(np.full(end - start, concentration))
        done = np.minimum(1.0, np.cumsum(steps))
        prices += [left + int((right - left) * part) for part in done[:-1]] + [right]
    return prices


def extremes(bar: Bar) -> tuple[int, int]:
    """High and low in the order in which they are taken to have come: the nearer to the open first.

    If both are equally near, a bar that falls was up first, and one that rises was down first.
    """
    up, down = bar.high - bar.open, bar.open - bar.low
    if up == down:
        return (bar.high, bar.low) if bar.close < bar.open else (bar.low, bar.high)
    return (bar.high, bar.low) if up < down else (bar.low, bar.high)
