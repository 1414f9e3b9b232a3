from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearstone.models.scenario_genesis import HOUR, START, series
from clearstone.spec.accounts import Account, Position
from clearstone.spec.instruments import quote_option
from clearstone.spec.margin import initial_requirement
from clearstone.spec.portfolio_margin import (
    Leg,
    expiry_amount,
    isolated_amount,
    loss_at,
    naked_calls,
    option_amounts,
    portfolio_loss,
    prices_tried,
    worst_loss,
)

EXPIRY = START + HOUR


def leg(
    call: bool,
    strike: int,
    lots: int,
    *,
    index: int = 50_000,
    reported: int = 1_000,
    settled: int | None = None,
    multiplier: int = 10,
) -> Leg:
    some = replace(series(call=call, strike=strike, expiry=EXPIRY), multiplier=multiplier)
    some = replace(some, market=f"{strike}-{call}")
    now = START if settled is None else EXPIRY
    return Position(some.market, lots, 0, 0), quote_option(some, now, index, reported, True, settled), some


def legs_at(index: int) -> st.SearchStrategy[list[Leg]]:
    kinds = st.tuples(st.booleans(), st.sampled_from((40_000, 50_000, 57_000, 90_000)))
    held = st.dictionaries(kinds, st.integers(-9, 9).filter(bool), min_size=1, max_size=5)
    return held.map(lambda lots: [leg(call, strike, size, index=index) for (call, strike), size in lots.items()])


portfolios = st.integers(1, 120_000).flatmap(legs_at)


def test_zero_the_index_a_ceiled_rise_and_every_strike_are_tried() -> None:
    held = [leg(True, 40_000, -1, index=50_001), leg(False, 57_000, 2, index=50_001)]
    assert prices_tried(held, True) == [0, 50_001, 57_502, 40_000, 57_000]
    assert prices_tried(held, False) == [0, 50_001, 53_752, 40_000, 57_000]


def test_a_spread_loses_at_most_the_distance_of_its_strikes() -> None:
    bear = [leg(True, 50_000, -2), leg(True, 57_000, 2)]
    assert [loss_at(bear, price) for price in (0, 50_000, 53_000, 57_000, 90_000)] == [0, 0, 60_000, 140_000, 140_000]
    assert worst_loss(bear, [0, 50_000, 57_000]) == portfolio_loss(bear, True) == 140_000
    assert naked_calls(bear, True)[0] == 0


def test_calls_that_nothing_covers_are_counted_in_their_own_size() -> None:
    held = [leg(True, 50_000, -3), leg(True, 57_000, 1, multiplier=20), leg(False, 57_000, -9)]
    naked, margin = naked_calls(held, False)
    alone = held[0][1].maintenance
    assert naked == 3 * 10 - 20
    assert margin == -(-alone // 10)


def test_a_sure_gain_needs_nothing_and_gives_nothing() -> None:
    bull = [leg(True, 40_000, 1), leg(True, 50_000, -1)]
    far = [leg(True, 40_000, -1), leg(False, 40_000, 1), leg(True, 50_000, 1), leg(False, 50_000, -1)]
    assert portfolio_loss(bull, True) == expiry_amount(bull, True) == 0
    assert portfolio_loss(far, True) == 100_000


def test_a_settled_expiry_needs_what_its_shorts_owe() -> None:
    held = [leg(True, 40_000, -2, settled=57_000), leg(True, 50_000, 2, settled=57_000)]
    assert expiry_amount(held, True) == expiry_amount(held, False) == 2 * 17_000 * 10


def test_trading_and_settled_series_of_one_expiry_stand_apart() -> None:
    trading, settled = leg(True, 40_000, -1), leg(True, 50_000, 1, settled=57_000)
    alone = expiry_amount([trading], True)
    assert option_amounts([trading[:2], settled[:2]], True) == alone > 0


@given(portfolios, st.permutations(range(5)), st.booleans())
def test_the_order_of_the_legs_does_not_matter(held: list[Leg], order: list[int], initial: bool) -> None:
    shuffled = [held[place] for place in order if place < len(held)]
    assert expiry_amount(shuffled, initial) == expiry_amount(held, initial)


@given(portfolios, st.data())
def test_no_price_between_those_tried_loses_more(held: list[Leg], data: st.DataObject) -> None:
    tried = prices_tried(held, True)
    price = data.draw(st.integers(0, max(tried)))
    assert loss_at(held, price) <= worst_loss(held, tried)
    beyond = max(tried) + data.draw(st.integers(0, 10**6))
    assert loss_at(held, beyond) == loss_at(held, max(tried)) + naked_calls(held, True)[0] * (beyond - max(tried))


@given(portfolios, st.integers(0, 4), st.integers(1, 9))
def test_selling_more_of_a_leg_never_lowers_what_an_expiry_needs(held: list[Leg], place: int, lots: int) -> None:
    place %= len(held)
    position, quote, some = held[place]
    sold = [*held[:place], (replace(position, lots=position.lots - lots), quote, some), *held[place + 1 :]]
    for initial in (True, False):
        assert expiry_amount(sold, initial) >= expiry_amount(held, initial)
        assert isolated_amount(sold, initial) >= isolated_amount(held, initial)


@pytest.mark.parametrize("initial", [True, False])
def test_options_that_are_only_bought_need_nothing(initial: bool) -> None:
    assert expiry_amount([leg(True, 50_000, 3), leg(False, 50_000, 2)], initial) == 0


def test_selling_what_costs_nothing_at_the_worst_price_lowers_the_requirement_by_its_premium() -> None:
    calls = leg(True, 52_500, -4, reported=50)

    def required(puts: int) -> tuple[int, int]:
        sold = leg(False, 2_500, -puts, reported=2_500)
        quotes = {position.instrument: quote for position, quote, _ in (sold, calls)}
        account = Account(bytes(32), "main", 0, 0, tuple(position for position, _, _ in (sold, calls)))
        return expiry_amount([sold, calls], True), initial_requirement(account, quotes)

    premium = 2_500 * 10
    (amount, before), (same, after) = required(4), required(5)
    assert amount == same
    assert after == before - premium
