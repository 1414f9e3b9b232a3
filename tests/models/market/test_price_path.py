from importlib import resources

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearstone.models.market.price_path import MINUTE, PricePath, extremes, walk, walk_bar
from clearstone.models.market.price_series import Bar, PriceSeries, parse_series


@st.composite
def bars(draw: st.DrawFn) -> Bar:
    low, first, last, high = sorted(draw(st.lists(st.integers(1, 10**7), min_size=4, max_size=4)))
    opened, close = draw(st.permutations((first, last)))
    return Bar(0, opened, high, low, close)


@given(bars(), st.integers(4, 200), st.integers(0, 2**32))
def test_a_bar_is_walked_from_open_over_both_extremes_to_close_and_never_outside(bar: Bar, count: int, seed: int):
    prices = walk_bar(bar, count, np.random.default_rng(seed))
    assert len(prices) == count
    assert (prices[0], prices[-1]) == (bar.open, bar.close)
    assert (min(prices), max(prices)) == (bar.low, bar.high)
    first, second = extremes(bar)
    assert first in prices[: len(prices) - prices[::-1].index(second)]


@pytest.mark.parametrize(
    ("bar", "order"),
    [
        (Bar(0, 100, 110, 50, 60), (110, 50)),
        (Bar(0, 100, 150, 95, 140), (95, 150)),
        (Bar(0, 100, 110, 90, 95), (110, 90)),
        (Bar(0, 100, 110, 90, 105), (90, 110)),
    ],
)
def test_the_extreme_nearer_to_the_open_comes_first_and_a_tie_goes_against_the_bar(bar: Bar, order: tuple[int, int]):
    assert extremes(bar) == order


def test_a_path_is_a_function_of_series_and_seed():
    name = "btc-usd-2h-2020-03.csv"
    series = parse_series((resources.files("clearstone.models") / "data" / "prices" / name).read_bytes(), name)
    path = walk(series, 3)
    assert path == walk(series, 3)
    assert path != walk(series, 4)
    assert list(path.times) == sorted(set(path.times))
    assert len(path.times) == 372 * 120


def test_a_minute_s_bar_is_walked_in_quarters():
    series = PriceSeries("short", 0, (Bar(0, 5, 9, 1, 5), Bar(MINUTE, 5, 9, 1, 5)))
    path = walk(series, 0)
    assert path.times == tuple(range(0, 2 * MINUTE, MINUTE // 4))


def test_a_price_holds_until_the_next_one():
    path = PricePath((10, 20, 30), (1, 2, 3))
    assert [path.at(time) for time in (0, 10, 19, 20, 29, 30, 99)] == [1, 1, 1, 2, 2, 3, 3]
