from datetime import UTC, datetime
from importlib import resources
from itertools import pairwise

import pytest

from clearstone.models.market.listing import expiries_for
from clearstone.models.market.price_path import DAY, HOUR, MINUTE, PricePath, walk
from clearstone.models.market.price_series import parse_series
from clearstone.models.market.timetable import make_timetable, spaced, worst_day, worst_hours

NAME = "btc-usd-2h-2020-03.csv"
SERIES = parse_series((resources.files("clearstone.models") / "data" / "prices" / NAME).read_bytes(), NAME)
PATH = walk(SERIES, 1)


def at(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp() * 1000)


def test_the_worst_day_of_march_2020_begins_on_the_12th_and_ends_on_the_13th():
    begin, end = worst_day(PATH)
    assert at(2020, 3, 12) <= begin <= at(2020, 3, 12, 12)
    assert end - begin == DAY


def test_blocks_are_a_minute_apart_in_the_worst_hours_and_coarser_elsewhere():
    timetable = make_timetable(PATH, 1_000)
    assert 0.9 * 1_000 <= len(timetable.moments) <= 1_000
    for begin, end in timetable.worst_hours:
        assert set(range(begin, end, MINUTE)) <= set(timetable.moments)
    steps = [after - before for before, after in pairwise(timetable.moments)]
    assert min(steps) >= MINUTE // 2
    assert sum(step <= MINUTE for step in steps) >= 590
    assert max(steps) > HOUR


def test_blocks_are_a_minute_apart_in_the_half_hour_before_an_expiry():
    expiry = expiries_for(PATH)[1]
    timetable = make_timetable(PATH, 500, around=(expiry,))
    assert set(range(expiry - 30 * MINUTE, expiry + 2 * MINUTE, MINUTE)) <= set(timetable.moments)


@pytest.mark.parametrize(("blocks", "fine"), [(30, 5_000), (120, 600_000), (600, 30_000)])
def test_a_timetable_spends_about_what_it_may(blocks: int, fine: int):
    assert len(make_timetable(PATH, blocks, fine).moments) <= blocks + 5


def test_a_path_shorter_than_a_day_is_its_own_worst_day():
    path = PricePath((0, MINUTE, HOUR), (10, 5, 10))
    assert worst_day(path) == (0, HOUR)
    assert worst_hours(path, (0, HOUR), 5) == ((0, HOUR),)
    assert make_timetable(path, 20).moments[0] == 0


def test_neighbouring_hours_are_joined():
    path = PricePath((0, HOUR, 2 * HOUR, 3 * HOUR), (10, 10, 5, 5))
    assert worst_hours(path, (0, 4 * HOUR), 4) == ((0, 4 * HOUR),)


def test_what_follows_too_closely_is_left_out():
    assert spaced([-5, 0, 3, 6, 7, 12, 20], 0, 12, 5) == (0, 6, 12)


def test_the_first_expiry_is_at_eight_after_the_worst_hours():
    near, far = expiries_for(PATH)
    assert near == at(2020, 3, 13, 8)
    assert far == at(2020, 3, 27, 8)


def test_a_time_is_found_among_the_moments():
    timetable = make_timetable(PATH, 200)
    assert timetable.height_at(timetable.moments[7]) == 7
    assert timetable.height_at(0) == 0
    assert timetable.height_at(1 << 50) == len(timetable.moments) - 1
