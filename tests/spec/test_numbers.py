from __future__ import annotations

from dataclasses import fields
from fractions import Fraction
from math import ceil, floor
from random import Random

from hypothesis import assume, given
from hypothesis import strategies as st

from clearstone.spec.accounts import Position
from clearstone.spec.funding import FUNDING_SCALE, funding_credit
from clearstone.spec.numbers import (
    MAX_FUNDING_INDEX,
    MAX_LOTS,
    MAX_MULTIPLIER,
    MAX_TICKS,
    MAX_TIME,
    apportion,
    ceil_div,
    clamp,
    floor_div,
    lower_weighted_median,
    share,
)
from clearstone.spec.parameters import PerpetualParameters

integers = st.integers(-(2**140), 2**140)
divisors = st.integers(1, 2**70)
caps_lists = st.lists(st.integers(0, 2**96), max_size=12)


@given(integers, divisors)
def test_floor_div_is_the_greatest_integer_not_above_the_quotient(numerator: int, divisor: int) -> None:
    assert floor_div(numerator, divisor) == floor(Fraction(numerator, divisor))


@given(integers, divisors)
def test_ceil_div_is_the_least_integer_not_below_the_quotient(numerator: int, divisor: int) -> None:
    assert ceil_div(numerator, divisor) == ceil(Fraction(numerator, divisor))


def test_negative_quotients_are_not_truncated_toward_zero() -> None:
    assert (floor_div(-1, 2), ceil_div(-1, 2)) == (-1, 0)
    assert (floor_div(1, 2), ceil_div(1, 2)) == (0, 1)


def test_funding_takes_cash_no_further_past_its_bound_than_the_prose_says() -> None:
    worst = Position("perpetual", MAX_LOTS, 0, -MAX_FUNDING_INDEX)
    assert -(2**102) < funding_credit(worst, MAX_FUNDING_INDEX) < -(2**101)
    a_minute = 60_000
    (highest_rate,) = (field.metadata["high"] for field in fields(PerpetualParameters) if field.name == "funding_limit")
    moved = highest_rate * MAX_TICKS * MAX_MULTIPLIER * MAX_TIME // a_minute * MAX_LOTS // FUNDING_SCALE
    assert 2**125 < moved < 2**126


@given(integers, integers, integers)
def test_clamp_is_the_median_of_the_value_and_the_ends(value: int, one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert clamp(value, low, high) == sorted((low, value, high))[1]


@given(caps_lists, st.data())
def test_apportioning_is_exact_and_exceeds_no_cap(caps: list[int], data: st.DataObject) -> None:
    amount = data.draw(st.integers(0, sum(caps)))
    shares = apportion(amount, caps)
    assert sum(shares) == amount
    assert all(0 <= part <= cap for part, cap in zip(shares, caps, strict=True))


@given(caps_lists)
def test_apportioning_the_whole_gives_everybody_the_cap(caps: list[int]) -> None:
    assert apportion(sum(caps), caps) == tuple(caps)


@given(caps_lists, st.data())
def test_a_share_is_within_an_atom_of_the_fair_one(caps: list[int], data: st.DataObject) -> None:
    assume(sum(caps) > 0)
    amount = data.draw(st.integers(0, sum(caps)))
    for part, cap in zip(apportion(amount, caps), caps, strict=True):
        assert abs(part - Fraction(amount * cap, sum(caps))) < 1


@given(st.integers(0, 100), st.integers(0, 100), st.integers(1, 100), st.integers(0, 100))
def test_two_neighbouring_shares_are_the_share_of_their_sum(before: int, first: int, second: int, rest: int) -> None:
    total = before + first + second + rest
    for amount in (0, total // 2, total):
        parts = share(amount, before, first, total) + share(amount, before + first, second, total)
        assert parts == share(amount, before, first + second, total)


def test_nothing_over_nothing_is_nothing() -> None:
    assert apportion(0, ()) == ()
    assert apportion(0, (0, 0)) == (0, 0)


def test_flooring_each_share_alone_would_have_lost_an_atom() -> None:
    assert apportion(2, (1, 1, 1)) == (0, 1, 1)


weighted_lists = st.lists(st.tuples(st.integers(1, 50), st.integers(1, 20)), min_size=1, max_size=9)


@given(weighted_lists)
def test_the_median_is_the_smallest_value_with_half_the_weight_at_or_below(weighted: list[tuple[int, int]]) -> None:
    total = sum(weight for _, weight in weighted)
    median = lower_weighted_median(weighted)

    def weight_up_to(value: int) -> int:
        return sum(weight for other, weight in weighted if other <= value)

    smaller = [value for value, _ in weighted if value < median]
    assert median in {value for value, _ in weighted}
    assert 2 * weight_up_to(median) >= total
    assert all(2 * weight_up_to(value) < total for value in smaller)


def test_exactly_half_of_the_weight_is_enough_for_the_lower_value() -> None:
    assert lower_weighted_median([(10, 2), (20, 1), (30, 1)]) == 10
    assert lower_weighted_median([(10, 2), (20, 1), (30, 2)]) == 20


@given(weighted_lists, weighted_lists)
def test_with_less_than_half_the_weight_false_the_median_lies_between_honest_values(
    honest: list[tuple[int, int]], false: list[tuple[int, int]]
) -> None:
    assume(sum(weight for _, weight in false) < sum(weight for _, weight in honest))
    median = lower_weighted_median([*false, *honest])
    values = [value for value, _ in honest]
    assert min(values) <= median <= max(values)


@given(weighted_lists, st.randoms(use_true_random=False))
def test_the_median_does_not_depend_on_the_order_of_reports(weighted: list[tuple[int, int]], random: Random) -> None:
    shuffled = list(weighted)
    random.shuffle(shuffled)
    assert lower_weighted_median(shuffled) == lower_weighted_median(weighted)
