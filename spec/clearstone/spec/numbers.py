"""Integers only: units, bounds, the two divisions and the one way to share a sum.

Cash is counted in atoms (10⁻⁶ USD), ratios in parts per million, time in milliseconds since the epoch, sizes in lots
and prices in ticks. An instrument's multiplier is atoms per lot·tick, so that `lots · ticks · multiplier` is exact and
trading never rounds. Languages disagree on dividing negatives (Go and Solidity truncate toward zero, Python and `>>`
floor), so every division goes through `floor_div` or `ceil_div` and says which way it errs: what an account owns or
receives is floored, what it owes, pays or must post is ceiled.

The bounds hold for what is submitted, and for what a transaction leaves stored: what exceeds one is refused by NUM-5,
never wrapped. What a block does by itself cannot be refused. Settling funding may take cash, and with it profit that is
locked and a clearing balance, past MAX_ATOMS: by less than 2**102 atoms a time for a position, and, where an interval
lasts a minute or more, by less than 2**126 from the highest rate at the highest price until MAX_TIME. So everything
stored fits a signed 128-bit integer; and what would credit an account beyond the bound is refused until it is back.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate

PPM = 1_000_000
"""One, in parts per million."""

MAX_LOTS = 1 << 40
"""Largest |lots| of a position or an order."""
MAX_TICKS = 1 << 32
"""Largest price in ticks."""
MAX_MULTIPLIER = 1 << 20
"""Largest multiplier, in atoms per lot·tick."""
MAX_ATOMS = 1 << 96
"""Largest |cash| of an account and largest pot, in atoms; above any notional, which is at most 2**92."""
MAX_FUNDING_INDEX = 1 << 80
"""Largest |funding index|, in atoms·10⁶ per lot."""
MAX_TIME = 1 << 53
"""Latest time, in ms since the epoch: the largest integer that every language's number can hold exactly."""
MAX_TEXT = 128
"""Longest id, in bytes of UTF-8."""


def floor_div(numerator: int, divisor: int) -> int:
    """NUM-3. The quotient rounded down, for a positive divisor."""
    return numerator // divisor


def ceil_div(numerator: int, divisor: int) -> int:
    """NUM-3. The quotient rounded up, for a positive divisor."""
    return -(-numerator // divisor)


def clamp(value: int, low: int, high: int) -> int:
    """NUM-1. The value, or the nearer end of [low, high], where low ≤ high."""
    return low if value < low else high if value > high else value


def share(amount: int, before: int, cap: int, total: int) -> int:
    """NUM-6. One share of `amount`, for a cap whose predecessors' caps add up to `before`, out of `total` > 0.

    The difference of two floors on the prefix sums: shares add up to the amount exactly, none exceeds its cap while
    amount ≤ total, and none depends on the caps that come after it except through the total. Flooring each share by
    itself would leave a residue that somebody has to own (incident 27).
    """
    return floor_div(amount * (before + cap), total) - floor_div(amount * before, total)


def apportion(amount: int, caps: Sequence[int]) -> tuple[int, ...]:
    """NUM-6. `amount` over `caps` in their order, where 0 ≤ amount ≤ Σ caps and every cap is at least 0."""
    total = sum(caps)
    if total == 0:
        return (0,) * len(caps)
    shares: list[int] = []
    before = 0
    for cap in caps:
        shares.append(share(amount, before, cap, total))
        before += cap
    return tuple(shares)


def lower_weighted_median(weighted: Iterable[tuple[int, int]]) -> int:
    """ORACLE-3. The smallest value with at least half of the weight at or below it; (value, weight), at least one.

    With less than half of the weight false it lies between two honest values; the oracle and the clock ask for more
    than 2/3 of the power, of which less than 1/3 is false, so less than half.
    """
    ascending = sorted(weighted)
    below = tuple(accumulate(weight for _, weight in ascending))
    return ascending[bisect_left(below, ceil_div(below[-1], 2))][0]
