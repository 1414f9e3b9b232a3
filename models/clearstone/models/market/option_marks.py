"""What options are worth: Black and Scholes, at a volatility that rises as the price falls.

The ledger knows no such formula. A mark is what validators report (MARK-1), and this is how truthful ones come by it.
Floats are at home here: what leaves is rounded to ticks, and two validators need not agree to the last one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from clearstone.models.market.price_path import DAY
from clearstone.spec.instruments import OptionSeries

YEAR = 365 * DAY
"""A year in ms."""
CALM_VOLATILITY = 0.7
"""Yearly volatility while nothing happens."""
PANIC = 3.0
"""By how much volatility rises with a fall from the last day's highest price; 0.5 is a fall by half."""
SKEW = 0.6
"""By how much volatility rises with the distance of a strike below the price, per unit of log distance."""
LARGEST_VOLATILITY = 3.0
"""No mark is made at more."""

Floats = NDArray[np.float64]
"""One number per moment."""


def volatility(moments: Sequence[int], prices: Sequence[int], seed: int) -> Floats:
    """The level of yearly volatility at each moment: calm, plus panic, with some seeded noise."""
    times, price = np.asarray(moments, dtype=np.int64), np.asarray(prices, dtype=np.float64)
    first = np.searchsorted(times, times - DAY)
    highest = np.array([price[start : stop + 1].max() for stop, start in enumerate(first)])
    noise = np.random.default_rng([seed, 2]).normal(0.0, 0.02, len(price))
    level: Floats = np.clip(CALM_VOLATILITY + PANIC * (1.0 - price / highest) + noise, 0.1, LARGEST_VOLATILITY)
    return level


def marks(series: OptionSeries, moments: Sequence[int], prices: Sequence[int], level: Floats) -> tuple[int, ...]:
    """The worth of a series at each moment, in ticks, at least 1; after its expiry what it would pay at that price."""
    price = np.asarray(prices, dtype=np.float64)
    left = np.maximum(0.0, (series.expiry - np.asarray(moments, dtype=np.float64)) / YEAR)
    distance = np.log(price / series.strike)
    smile = np.clip(level + SKEW * np.maximum(0.0, distance), 0.05, LARGEST_VOLATILITY)
    worth = black_scholes(price, series.strike, smile, left, series.call)
    return tuple(int(ticks) for ticks in np.maximum(1, np.rint(worth)))


def black_scholes(price: Floats, strike: float, sigma: Floats, years: Floats, call: bool) -> Floats:
    """Worth of a European option without interest; at expiry its payoff. Price, strike and worth in one unit."""
    spread = np.maximum(1e-12, sigma * np.sqrt(years))
    upper = np.log(price / strike) / spread + spread / 2
    lower = upper - spread
    cumulative: Any = ndtr
    worth: Floats = price * cumulative(upper) - strike * cumulative(lower)
    if not call:
        worth = worth - price + strike
    return np.maximum(0.0, worth)
