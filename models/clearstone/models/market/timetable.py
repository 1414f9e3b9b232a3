"""When blocks are made: a minute apart around the worst hours, coarser elsewhere, so that a month fits into a minute.

The worst day is the one with the deepest fall of the price from its beginning to its end; its worst hours are those in
which the price moved furthest. Whatever number of blocks there is to spend, a part of it goes there.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from clearstone.models.market.price_path import DAY, HOUR, MINUTE, PricePath

FINE_SHARE = 0.6
"""Part of the blocks that goes to the worst hours."""
LEAD = 2
"""Blocks a minute apart at the beginning: the first carries no reports, and feeds must thaw."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """When the blocks of a replay are made."""

    moments: tuple[int, ...]
    """Ascending, ms since the epoch: the n-th block is agreed on at the n-th of these, counted from 0."""
    worst_day: tuple[int, int]
    """Beginning and end of the day with the deepest fall, ms since the epoch."""
    worst_hours: tuple[tuple[int, int], ...]
    """Stretches, ascending, in which blocks are a minute apart."""

    def height_at(self, time: int) -> int:
        """The first block, counted from 0, that is made at or after a time; the last one if there is none."""
        return min(bisect_left(self.moments, time), len(self.moments) - 1)


def worst_day(path: PricePath) -> tuple[int, int]:
    """The day in which the price fell most, as its first and last ms; the whole series if it is shorter."""
    if path.times[-1] - path.times[0] <= DAY:
        return path.times[0], path.times[-1]
    starts = range(path.times[0], path.times[-1] - DAY + 1, HOUR)
    deepest = min(starts, key=lambda start: path.at(start + DAY) / path.at(start))
    return deepest, deepest + DAY


def worst_hours(path: PricePath, day: tuple[int, int], number: int, length: int = HOUR) -> tuple[tuple[int, int], ...]:
    """So many hours of a day, those with the furthest way from lowest to highest price, neighbours joined.

    `length` is what counts as an hour, in ms: less, where blocks are so close that a whole one has too many of them.
    """
    candidates = []
    for start in range(day[0], max(day[0] + 1, day[1]), length):
        first, last = bisect_left(path.times, start), bisect_left(path.times, start + length)
        within = path.prices[first:last] or (path.at(start),)
        candidates.append((min(within) / max(within), start))
    chosen = sorted(start for _, start in sorted(candidates)[:number])
    joined: list[tuple[int, int]] = []
    for start in chosen:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], start + length)
        else:
            joined.append((start, start + length))
    return tuple(joined)


def make_timetable(path: PricePath, blocks: int, fine: int = MINUTE, around: tuple[int, ...] = ()) -> Timetable:
    """So many moments, roughly: `fine` ms apart in the worst hours, a minute before each of the times in `around`."""
    day = worst_day(path)
    begin, end = path.times[0], path.times[-1]
    spent = int(blocks * FINE_SHARE) * fine
    length = max(fine, min(HOUR, spent))
    worst = worst_hours(path, day, max(1, spent // length), length)
    dense = {time for start, stop in worst for time in range(start, min(stop, end), fine)}
    for expiry in around:
        if begin < expiry < end:
            dense |= set(range(expiry - HOUR // 2, min(expiry + 2 * MINUTE, end), MINUTE))
    dense |= {begin + number * MINUTE for number in range(LEAD)}
    coarse = max(2, blocks - len(dense))
    grid = min(fine, MINUTE)
    sparse = {begin + (end - begin) * number // (coarse - 1) // grid * grid for number in range(coarse)}
    return Timetable(spaced(sorted(dense | sparse), begin, end, grid // 2), day, worst)


def spaced(times: list[int], begin: int, end: int, least: int) -> tuple[int, ...]:
    """The times from `begin` to `end` without those that follow another one too closely."""
    kept: list[int] = []
    for time in times:
        if begin <= time <= end and (not kept or time - kept[-1] >= least):
            kept.append(time)
    return tuple(kept)
