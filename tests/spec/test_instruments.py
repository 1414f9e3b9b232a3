from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearstone.models.scenario_genesis import OPTION, PERPETUAL, START, series
from clearstone.spec.instruments import (
    OptionSeries,
    Perpetual,
    band,
    initial_fraction,
    option_mark,
    payoff,
    phase_of,
    quote_option,
    quote_perpetual,
    short_margins,
)

PERP = Perpetual("BTC-PERP", "main", "BTC", 1_000, PERPETUAL)
CALL = series(call=True, strike=55_000)
PUT = series(call=False, strike=45_000)
ticks = st.integers(1, 200_000)
some_series = st.builds(
    lambda call, strike, multiplier: replace(series(call=call, strike=strike), multiplier=multiplier),
    st.booleans(),
    ticks,
    st.integers(1, 3_000),
)


def test_a_series_is_in_one_phase_at_every_time_and_expiry_itself_is_not_trading() -> None:
    expiry = CALL.expiry
    assert [phase_of(CALL, expiry + after, None) for after in (-1, 0, 1)] == ["trade", "pending", "pending"]
    assert [phase_of(CALL, expiry + after, 50_000) for after in (-1, 0, 1)] == ["trade", "settle", "settle"]


@given(some_series, ticks)
def test_a_call_and_a_put_of_one_strike_pay_what_forward_and_strike_differ(some: OptionSeries, price: int) -> None:
    call, put = replace(some, call=True), replace(some, call=False)
    assert payoff(call, price) - payoff(put, price) == (price - some.strike) * some.multiplier
    assert min(payoff(call, price), payoff(put, price)) == 0


@given(some_series, ticks, ticks)
def test_an_option_is_marked_as_reported_within_its_no_arbitrage_bounds(
    some: OptionSeries, index: int, reported: int
) -> None:
    mark = option_mark(some, index, reported)
    low, high = payoff(some, index), (index if some.call else some.strike) * some.multiplier
    assert low <= mark <= high
    assert mark == reported * some.multiplier or (mark == low > reported * some.multiplier) or mark == high


def test_option_marks_are_clamped_on_both_sides() -> None:
    deep = series(call=True, strike=40_000)
    assert option_mark(deep, 50_000, 9_999) == 10_000_000
    assert option_mark(deep, 50_000, 10_001) == 10_001_000
    assert option_mark(deep, 50_000, 50_001) == 50_000_000
    assert option_mark(PUT, 50_000, 45_001) == 45_000_000


@given(st.integers(0, 2_000_000), st.integers(0, 2_000_000))
def test_the_initial_fraction_rises_with_open_interest_between_its_caps(one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert 50_000 <= initial_fraction(PERPETUAL, low) <= initial_fraction(PERPETUAL, high) <= 200_000


def test_the_initial_fraction_is_ceiled_between_the_caps() -> None:
    fractions = [initial_fraction(PERPETUAL, lots) for lots in (99_999, 100_000, 100_001, 1_000_000, 1_000_001)]
    assert fractions == [50_000, 50_000, 50_001, 200_000, 200_000]


@given(ticks, st.integers(0, 2_000_000), st.integers(1, 10**6))
def test_a_perpetual_needs_a_ceiled_integer_per_lot_and_initial_exceeds_maintenance_or_equals_it(
    index: int, open_interest: int, multiplier: int
) -> None:
    quote = quote_perpetual(replace(PERP, multiplier=multiplier), index, True, open_interest, 7)
    value = index * multiplier
    assert quote.mark == quote.long_mark == quote.short_mark == value
    assert quote.maintenance == ceil(Fraction(value * 30_000, 10**6))
    assert quote.initial == ceil(Fraction(value * initial_fraction(PERPETUAL, open_interest), 10**6))
    assert quote.initial >= quote.maintenance >= 1
    assert (quote.phase, quote.fresh, quote.index, quote.funding_index) == ("trade", True, index, 7)


@given(some_series, ticks, st.integers(0, 10**9))
def test_isolated_margins_of_a_short_are_what_the_rule_says(some: OptionSeries, index: int, mark: int) -> None:
    initial, maintenance = short_margins(some, index, mark)
    underlying = Fraction(index * some.multiplier)
    tenth = ceil(underlying * OPTION.initial_floor / 10**6)
    relieved = ceil(underlying * OPTION.initial_fraction / 10**6)
    if some.call:
        relieved -= max(0, some.strike - index) * some.multiplier
        assert maintenance == mark + ceil(underlying * 75_000 / 10**6)
        assert initial == mark + max(relieved, tenth)
    else:
        relieved -= max(0, index - some.strike) * some.multiplier
        assert maintenance == mark + max(ceil(underlying * 75_000 / 10**6), ceil(Fraction(mark * 75_000, 10**6)))
        assert initial == max(mark + max(relieved, tenth), ceil(Fraction(maintenance * 1_050_000, 10**6)))
    assert initial >= maintenance >= mark


def test_a_trading_option_is_quoted_at_its_mark() -> None:
    quote = quote_option(CALL, START, 50_000, 700, True, None)
    assert (quote.phase, quote.fresh, quote.mark, quote.long_mark, quote.short_mark) == ("trade", True, *[700_000] * 3)
    assert (quote.initial, quote.maintenance) == short_margins(CALL, 50_000, 700_000)


def test_on_a_frozen_feed_health_counts_a_long_at_nothing_and_a_short_at_its_mark() -> None:
    quote = quote_option(series(call=True, strike=40_000), START, 50_000, 700, False, None)
    assert (quote.mark, quote.long_mark, quote.short_mark) == (10_000_000, 0, 10_000_000)


def test_a_pending_option_is_worth_its_intrinsic_value() -> None:
    quote = quote_option(series(call=True, strike=40_000), CALL.expiry, 50_000, 20_000, True, None)
    assert (quote.phase, quote.mark) == ("pending", 10_000_000)


def test_a_settled_option_is_worth_its_payoff_and_a_short_needs_just_that() -> None:
    quote = quote_option(series(call=True, strike=40_000), CALL.expiry, 60_000, 1, False, 50_000)
    assert (quote.phase, quote.fresh, quote.index) == ("settle", True, 50_000)
    assert {quote.mark, quote.long_mark, quote.short_mark, quote.initial, quote.maintenance} == {10_000_000}


@pytest.mark.parametrize(("mark", "expected"), [(50_000_000, (45_000, 55_000)), (50_000_999, (45_000, 55_000))])
def test_the_band_lies_a_collar_around_the_mark(mark: int, expected: tuple[int, int]) -> None:
    assert band(PERP, 50_000, mark) == expected


def test_the_band_is_at_least_a_tick_wide_and_never_below_one() -> None:
    assert band(PERP, 9, 9_000) == (8, 10)
    assert band(PERP, 50_000, 5_000_000) == (1, 10_000)
