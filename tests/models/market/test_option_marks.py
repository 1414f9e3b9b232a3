import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearstone.models.market.listing import OPTION_PARAMETERS
from clearstone.models.market.option_marks import black_scholes, marks, volatility
from clearstone.models.market.price_path import DAY, HOUR
from clearstone.spec.instruments import OptionSeries


def series(call: bool, strike: int) -> OptionSeries:
    return OptionSeries("o", "main", "index", "mark-o", 10, call, strike, 10 * DAY, OPTION_PARAMETERS)


@given(st.floats(1.0, 1e7), st.floats(1.0, 1e7), st.floats(0.05, 3.0), st.floats(0.0, 2.0))
def test_a_call_less_a_put_is_price_less_strike(price: float, strike: float, sigma: float, years: float):
    arguments = np.array([price]), strike, np.array([sigma]), np.array([years])
    call, put = black_scholes(*arguments, True)[0], black_scholes(*arguments, False)[0]
    assert call - put == pytest.approx(price - strike, rel=1e-6, abs=1e-6 * (price + strike))
    assert max(0.0, price - strike) - 1e-6 * price <= call <= price * (1 + 1e-9)


def test_a_known_worth():
    worth = black_scholes(np.array([100.0]), 100.0, np.array([0.2]), np.array([1.0]), True)
    assert worth[0] == pytest.approx(7.9656, abs=1e-4)


def test_at_expiry_a_mark_is_the_payoff_and_never_below_a_tick():
    prices = (80_000, 120_000)
    level = np.array([0.7, 0.7])
    assert marks(series(True, 100_000), (10 * DAY, 11 * DAY), prices, level) == (1, 20_000)
    assert marks(series(False, 100_000), (10 * DAY, 11 * DAY), prices, level) == (20_000, 1)


def test_volatility_rises_as_the_price_falls():
    moments = [number * HOUR for number in range(60)]
    prices = [1_000_000] * 30 + [600_000] * 30
    level = volatility(moments, prices, 1)
    assert level[29] < 1.0 < level[31]
    assert level[59] < 1.0  # a day later the fall is forgotten


def test_a_put_gains_more_in_a_crash_than_its_payoff():
    moments = (0, HOUR)
    prices = (1_000_000, 700_000)
    before, after = marks(series(False, 700_000), moments, prices, volatility(moments, prices, 1))
    assert after > 5 * before
