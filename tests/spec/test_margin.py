from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearstone.models.scenario_genesis import HOUR, OPTION, PERPETUAL, START, series
from clearstone.spec.accounts import Account, Order, Position
from clearstone.spec.instruments import OptionSeries, Perpetual, Quote, payoff, quote_option, quote_perpetual
from clearstone.spec.margin import (
    buffered,
    equity,
    health_equity,
    healthy_after,
    initial_health,
    initial_requirement,
    liquidatable,
    maintenance_requirement,
    meets_initial,
    not_deeper,
    nothing_worsened,
    withdrawable,
)

PERP = Perpetual("PERP", "main", "BTC", 1_000, PERPETUAL)
LATE = START + 2 * HOUR


def named(some: OptionSeries) -> OptionSeries:
    return replace(some, market=f"{some.expiry - START}-{some.strike}-{some.call}")


SERIES = tuple(
    named(series(call=call, strike=strike, expiry=expiry))
    for expiry in (START + HOUR, LATE)
    for strike in (40_000, 50_000, 55_000)
    for call in (True, False)
)


def quotes_at(
    index: int = 50_000,
    *,
    now: int = START,
    reported: int = 1_000,
    fresh: bool = True,
    settled: int | None = None,
    options: tuple[OptionSeries, ...] = SERIES,
    perpetual: Perpetual = PERP,
) -> dict[str, Quote]:
    quotes = {some.market: quote_option(some, now, index, reported, fresh, settled) for some in options}
    return {**quotes, "PERP": quote_perpetual(perpetual, index, fresh, 0, 0)}


def holding(cash: int = 0, *, perp: int = 0) -> Account:
    return holding_all(cash, {"PERP": perp})


def holding_all(cash: int, lots: Mapping[str, int], cost: int = 0) -> Account:
    positions = tuple(Position(name, lots[name], cost, 0) for name in sorted(lots) if lots[name])
    return Account(bytes(32), "main", 0, cash, positions)


def order(buy: bool, lots: int, price: int, market: str = "PERP") -> Order:
    return Order(1, market, buy, lots, price, 0, False)


def with_orders(account: Account, *orders: Order) -> Account:
    numbered = tuple(replace(each, nonce=nonce) for nonce, each in enumerate(orders))
    return replace(account, orders=numbered)


portfolios = st.dictionaries(st.sampled_from([*(some.market for some in SERIES), "PERP"]), st.integers(-20, 20))
order_lists = st.lists(
    st.builds(
        order,
        st.booleans(),
        st.integers(1, 30),
        st.integers(1, 100_000),
        st.sampled_from([SERIES[0].market, SERIES[7].market, "PERP"]),
    ),
    max_size=5,
)
all_quotes = st.builds(
    lambda index, now, reported, fresh, settled: quotes_at(
        index, now=now, reported=reported, fresh=fresh, settled=settled
    ),
    st.integers(1, 120_000),
    st.sampled_from((START, START + HOUR, LATE)),
    st.integers(1, 60_000),
    st.booleans(),
    st.none() | st.integers(1, 120_000),
)
accounts = st.builds(
    lambda cash, lots, cost, orders: with_orders(holding_all(cash, lots, cost), *orders),
    st.integers(-(10**10), 10**10),
    portfolios,
    st.integers(-(10**9), 10**9),
    order_lists,
)


@given(accounts, all_quotes)
def test_initial_margin_is_never_below_maintenance_margin(account: Account, quotes: dict[str, Quote]) -> None:
    assert initial_requirement(account, quotes) >= maintenance_requirement(account, quotes) >= 0


@given(
    accounts,
    all_quotes,
    st.tuples(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(1, 10**6)),
    st.integers(10**6, 2 * 10**6),
)
def test_initial_margin_is_never_below_maintenance_margin_whatever_the_options_parameters(
    account: Account, quotes: dict[str, Quote], fractions: tuple[int, int, int], put_ratio: int
) -> None:
    maintenance, floor, initial = sorted(fractions)
    odd = replace(
        OPTION,
        maintenance_fraction=maintenance,
        initial_floor=floor,
        initial_fraction=initial,
        put_ratio=put_ratio,
    )
    options = (*(replace(some, parameters=odd, multiplier=7) for some in SERIES[::2]), *SERIES[1::2])
    quotes = quotes_at(quotes["PERP"].index, reported=quotes["PERP"].index // 9 + 1, options=options)
    assert initial_requirement(account, quotes) >= maintenance_requirement(account, quotes)


@given(accounts, all_quotes)
def test_health_never_counts_more_than_equity(account: Account, quotes: dict[str, Quote]) -> None:
    assert health_equity(account, quotes) <= equity(account, quotes)


@given(accounts, all_quotes)
def test_who_meets_initial_margin_is_neither_liquidatable_nor_in_debt(
    account: Account, quotes: dict[str, Quote]
) -> None:
    if meets_initial(account, quotes):
        assert not liquidatable(account, quotes)
        assert equity(account, quotes) >= 0
        assert all(quotes[position.instrument].fresh for position in account.positions)


@given(accounts, accounts, all_quotes)
def test_no_transaction_that_passes_the_health_rule_deepens_a_deficit(
    before: Account, after: Account, quotes: dict[str, Quote]
) -> None:
    if healthy_after(before, after, quotes):
        assert max(0, -equity(after, quotes)) <= max(0, -equity(before, quotes))


@given(accounts, all_quotes)
def test_leaving_an_account_as_it_is_worsens_nothing(account: Account, quotes: dict[str, Quote]) -> None:
    assert nothing_worsened(account, account, quotes)


def test_equity_is_cash_and_lots_at_the_marks() -> None:
    quotes = quotes_at(50_000)
    assert equity(holding(-900, perp=3), quotes) == 150_000_000 - 900
    assert equity(holding(900, perp=-3), quotes) == 900 - 150_000_000


@given(st.integers(1, 100_000), st.integers(-1000, 1000), st.integers(1, 10**6))
def test_a_perpetuals_requirement_is_monotone_in_lots(index: int, lots: int, multiplier: int) -> None:
    quotes = quotes_at(index, perpetual=replace(PERP, multiplier=multiplier))
    further = lots + 1 if lots >= 0 else lots - 1
    for requirement in (initial_requirement, maintenance_requirement):
        assert requirement(holding(perp=further), quotes) >= requirement(holding(perp=lots), quotes)


@given(st.sampled_from(SERIES), st.integers(0, 500), all_quotes)
def test_more_short_options_of_one_series_never_need_less(
    some: OptionSeries, lots: int, quotes: dict[str, Quote]
) -> None:
    for requirement in (initial_requirement, maintenance_requirement):
        smaller, larger = (holding_all(0, {some.market: -size}) for size in (lots, lots + 1))
        assert requirement(larger, quotes) >= requirement(smaller, quotes)


@given(st.sampled_from(SERIES), st.integers(1, 500), st.integers(0, 10**9))
def test_bought_premium_does_not_count_twice(some: OptionSeries, lots: int, cash: int) -> None:
    quotes = quotes_at()
    account = holding_all(cash, {some.market: lots})
    assert withdrawable(initial_health(account, quotes, False), 0) == cash


def test_a_short_option_alone_needs_its_isolated_margin_beyond_its_mark() -> None:
    quotes = quotes_at()
    put = SERIES[1].market
    quote = quotes[put]
    account = holding_all(0, {put: -2})
    assert maintenance_requirement(account, quotes) == 2 * (quote.maintenance - quote.mark)
    assert initial_requirement(account, quotes) == 2 * (quote.initial - quote.mark)


def test_a_spread_needs_no_more_than_it_can_lose() -> None:
    low, high = SERIES[2].market, SERIES[4].market
    quotes = quotes_at()
    bear = holding_all(0, {low: -1, high: 1})
    widest = (55_000 - 50_000) * 1_000
    assert initial_requirement(bear, quotes) == widest + quotes[high].mark - quotes[low].mark
    assert initial_requirement(holding_all(0, {low: 1, high: -1}), quotes) == quotes[low].mark - quotes[high].mark


def test_legs_of_different_expiries_do_not_hedge_each_other() -> None:
    near, far = SERIES[2].market, SERIES[8].market
    quotes = quotes_at()
    alone = initial_requirement(holding_all(0, {near: -1}), quotes)
    assert initial_requirement(holding_all(0, {near: -1, far: 1}), quotes) == alone + quotes[far].mark


def test_a_settled_long_does_not_hedge_and_a_settled_short_needs_its_payoff() -> None:
    low, high = SERIES[2].market, SERIES[4].market
    quotes = quotes_at(now=START + HOUR, settled=57_000)
    account = holding_all(0, {low: -1, high: 1})
    assert equity(account, quotes) == -5_000_000
    assert maintenance_requirement(account, quotes) == quotes[high].mark == 2_000_000


ONE_EXPIRY = {some.market: some for some in SERIES if some.expiry == START + HOUR}
one_expiry = st.dictionaries(st.sampled_from(sorted(ONE_EXPIRY)), st.integers(-20, 20))


def amount_of(lots: Mapping[str, int], quotes: Mapping[str, Quote]) -> int:
    """The options' share of initial margin before marks, read beside a perpetual so large that nothing is clipped."""
    account = holding_all(0, {**lots, "PERP": 10**6})
    marks = sum(size * quotes[name].mark for name, size in lots.items())
    return initial_requirement(account, quotes) - 10**6 * quotes["PERP"].initial - marks


@given(one_expiry, st.integers(1, 120_000), st.integers(1, 200_000))
def test_an_expirys_margin_covers_its_loss_at_every_price_or_is_the_isolated_sum(
    lots: dict[str, int], index: int, price: int
) -> None:
    quotes = quotes_at(index)
    isolated = sum(-size * quotes[name].initial for name, size in lots.items() if size < 0)
    amount = amount_of(lots, quotes)
    loss = -sum(size * payoff(ONE_EXPIRY[name], price) for name, size in lots.items())
    capped = sum(size for name, size in lots.items() if ONE_EXPIRY[name].call) >= 0
    assert 0 <= amount <= isolated
    if amount < isolated and (capped or price <= index + index * 150_000 // 10**6):
        assert loss <= amount


@given(one_expiry, st.integers(1, 120_000))
def test_naked_calls_add_their_margin_alone_to_the_worst_loss(lots: dict[str, int], index: int) -> None:
    quotes = quotes_at(index)
    held = {name: size for name, size in lots.items() if size != 0}
    isolated = sum(-size * quotes[name].initial for name, size in held.items() if size < 0)
    prices = [0, index, index + ceil(Fraction(index * 150_000, 10**6)), *(ONE_EXPIRY[name].strike for name in held)]
    worst = max(-sum(size * payoff(ONE_EXPIRY[name], price) for name, size in held.items()) for price in prices)
    calls = {name: size for name, size in held.items() if ONE_EXPIRY[name].call}
    dearest = max((ceil(Fraction(quotes[name].initial, 1_000)) for name, size in calls.items() if size < 0), default=0)
    expected = max(0, worst + max(0, -sum(calls.values())) * 1_000 * dearest)
    assert amount_of(held, quotes) == min(isolated, expected)


@pytest.mark.parametrize("reported", [1, 14_000, 49_000])
def test_no_mark_lets_a_naked_call_be_sold_without_equity(reported: int) -> None:
    naked = quotes_at(reported=reported)
    for call in (some for some in SERIES if some.call):
        alone = naked[call.market]
        account = holding_all(0, {call.market: -1})
        assert initial_requirement(account, naked) == alone.initial - alone.mark > 0
        assert maintenance_requirement(account, naked) == alone.maintenance - alone.mark > 0


@pytest.mark.parametrize(("fraction", "tried"), [(150_000, 57_502), (200_000, 60_002)])
def test_the_rise_that_is_tried_is_the_largest_among_the_legs_and_ceiled(fraction: int, tried: int) -> None:
    lower, higher = SERIES[2], SERIES[4]
    steeper = replace(higher, parameters=replace(OPTION, initial_fraction=fraction))
    quotes = quotes_at(50_001, reported=20_000, options=(lower, steeper))
    loss = (2 * (tried - lower.strike) - (tried - higher.strike)) * 1_000
    expected = loss + ceil(Fraction(quotes[lower.market].initial, 1_000)) * 1_000
    assert amount_of({lower.market: -2, higher.market: 1}, quotes) == expected < 2 * quotes[lower.market].initial


def test_resting_orders_need_margin_for_the_worse_of_their_sides() -> None:
    quotes = quotes_at()
    per_lot = quotes["PERP"].initial
    flat = holding(0)
    assert initial_requirement(with_orders(flat, order(True, 3, 50_000)), quotes) == 3 * per_lot
    both = with_orders(flat, order(True, 3, 50_000), order(False, 5, 50_000))
    assert initial_requirement(both, quotes) == 5 * per_lot


def test_resting_orders_pay_for_prices_worse_than_the_mark_and_get_nothing_for_better_ones() -> None:
    quotes = quotes_at()
    per_lot = quotes["PERP"].initial
    dear, cheap = order(True, 1, 50_010), order(True, 1, 49_990)
    assert initial_requirement(with_orders(holding(0), dear, cheap), quotes) == 2 * per_lot + 10_000
    low, high = order(False, 1, 49_990), order(False, 1, 50_010)
    assert initial_requirement(with_orders(holding(0), low, high), quotes) == 2 * per_lot + 10_000


def test_an_order_that_only_closes_needs_nothing_more() -> None:
    quotes = quotes_at()
    per_lot = quotes["PERP"].initial
    long = holding(0, perp=4)
    required = [initial_requirement(with_orders(long, order(False, lots, 50_000)), quotes) for lots in (4, 8, 9)]
    assert required == [4 * per_lot, 4 * per_lot, 5 * per_lot]


def test_option_bids_need_their_premium_and_asks_their_isolated_margin() -> None:
    quotes = quotes_at()
    market = SERIES[4].market
    orders = (order(True, 2, 900, market), order(False, 3, 1_100, market))
    assert initial_requirement(with_orders(holding(0), *orders), quotes) == 2 * 900_000 + 3 * quotes[market].initial


@given(accounts, all_quotes, order_lists)
def test_open_orders_never_lower_the_initial_requirement(
    account: Account, quotes: dict[str, Quote], orders: list[Order]
) -> None:
    without = initial_requirement(replace(account, orders=()), quotes)
    assert initial_requirement(with_orders(account, *orders), quotes) >= without
    assert maintenance_requirement(with_orders(account, *orders), quotes) == maintenance_requirement(account, quotes)


def test_unrealised_profit_counts_up_to_the_markets_cap_and_not_at_all_when_leaving() -> None:
    quotes = quotes_at()
    cap = PERPETUAL.profit_cap
    winning = replace(holding_all(0, {"PERP": 2}, 100_000_000 - cap - 5))
    assert initial_health(winning, quotes, True).excluded == 5
    assert initial_health(winning, quotes, False).excluded == cap + 5
    losing = holding_all(0, {"PERP": 2}, 100_000_000 + 1)
    assert initial_health(losing, quotes, False).excluded == 0


def test_profit_of_a_short_option_never_counts_and_of_a_long_one_is_discounted_already() -> None:
    quotes = quotes_at()
    market = SERIES[4].market
    short = holding_all(0, {market: -2}, -2 * quotes[market].mark - 7)
    assert [initial_health(short, quotes, capped).excluded for capped in (True, False)] == [7, 7]
    assert initial_health(holding_all(0, {market: 2}, 0), quotes, False).excluded == 0


def test_exactly_initial_margin_is_enough_and_an_atom_less_is_not() -> None:
    quotes = quotes_at()
    needed = quotes["PERP"].initial - quotes["PERP"].mark
    account = holding_all(needed, {"PERP": 1}, quotes["PERP"].mark)
    assert meets_initial(account, quotes)
    assert not meets_initial(replace(account, cash=needed - 1), quotes)
    assert not meets_initial(account, quotes_at(fresh=False))


def test_exactly_at_maintenance_margin_an_account_is_safe() -> None:
    quotes = quotes_at()
    needed = quotes["PERP"].maintenance - quotes["PERP"].mark
    assert not liquidatable(holding(needed, perp=1), quotes)
    assert liquidatable(holding(needed - 1, perp=1), quotes)


def test_the_buffer_is_ceiled_on_top_of_maintenance() -> None:
    quotes = quotes_at(perpetual=replace(PERP, multiplier=1))
    needed = ceil(Fraction(quotes["PERP"].maintenance * 1_050_001, 10**6)) - quotes["PERP"].mark
    assert buffered(holding(needed, perp=1), quotes, 50_001)
    assert not buffered(holding(needed - 1, perp=1), quotes, 50_001)


@given(accounts, all_quotes, st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_larger_buffer_is_never_easier_and_none_is_exactly_not_liquidatable(
    account: Account, quotes: dict[str, Quote], one: int, other: int
) -> None:
    assert buffered(account, quotes, 0) == (not liquidatable(account, quotes))
    if buffered(account, quotes, max(one, other)):
        assert buffered(account, quotes, min(one, other))


def test_what_is_withdrawable_leaves_exactly_the_initial_margin_and_what_is_locked() -> None:
    quotes = quotes_at()
    account = holding_all(0, {"PERP": 1}, quotes["PERP"].mark)
    account = replace(account, cash=-quotes["PERP"].mark + quotes["PERP"].initial + 100)
    health = initial_health(account, quotes, False)
    assert [withdrawable(health, locked) for locked in (0, 100, 101)] == [100, 0, -1]


POOR = holding(-1_450_000_000, perp=30)


def test_an_unhealthy_account_may_close_at_the_mark_but_not_grow_or_flip() -> None:
    quotes = quotes_at()
    mark = quotes["PERP"].mark
    assert not meets_initial(POOR, quotes)
    for lots, allowed in ((31, False), (30, True), (29, True), (1, True), (0, True), (-1, False)):
        after = holding_all(POOR.cash + (30 - lots) * mark, {"PERP": lots})
        assert nothing_worsened(POOR, after, quotes) == allowed, lots
    short = holding(1_550_000_000, perp=-30)
    for lots, allowed in ((-31, False), (-30, True), (-29, True), (0, True), (1, False)):
        after = holding_all(short.cash - (30 + lots) * -mark, {"PERP": lots})
        assert nothing_worsened(short, after, quotes) == allowed, lots


def test_an_unhealthy_account_may_close_at_a_loss_only_within_the_margin_that_frees() -> None:
    quotes = quotes_at()
    mark, freed = quotes["PERP"].mark, quotes["PERP"].initial
    for loss, allowed in ((0, True), (freed, True), (freed + 1, False)):
        assert nothing_worsened(POOR, holding(POOR.cash + mark - loss, perp=29), quotes) == allowed


def test_an_unhealthy_account_may_open_no_other_position() -> None:
    quotes = quotes_at()
    mark = quotes[SERIES[4].market].mark
    after = holding_all(POOR.cash - mark, {"PERP": 30, SERIES[4].market: 1})
    assert not nothing_worsened(POOR, after, quotes)


def test_an_unhealthy_account_may_not_raise_its_requirement_by_an_order() -> None:
    quotes = quotes_at()
    assert not nothing_worsened(POOR, with_orders(POOR, order(True, 1, 50_000)), quotes)
    assert nothing_worsened(with_orders(POOR, order(True, 1, 50_000)), POOR, quotes)


def test_a_deficit_may_not_grow_even_if_margin_is_freed() -> None:
    quotes = quotes_at()
    mark = quotes["PERP"].mark
    broke = holding(-30 * mark, perp=30)
    assert nothing_worsened(broke, holding(-29 * mark, perp=29), quotes)
    assert not nothing_worsened(broke, holding(-29 * mark - 1, perp=29), quotes)


def test_no_deficit_grows_is_asked_of_negative_equity_only() -> None:
    assert [not_deeper(before, after) for before, after in ((5, 0), (5, -1), (-5, -5), (-5, -6), (-5, -4))] == [
        True,
        False,
        True,
        False,
        True,
    ]


@given(
    st.integers(-20, 20),
    st.lists(st.tuples(st.booleans(), st.integers(1, 20), st.integers(45_000, 55_000)), min_size=1),
)
def test_cancelling_an_order_never_raises_the_requirement(lots: int, placed: list[tuple[bool, int, int]]) -> None:
    quotes = quotes_at()
    orders = tuple(Order(n, "PERP", buy, size, price, n, False) for n, (buy, size, price) in enumerate(placed))
    account = replace(holding(perp=lots), orders=orders)
    for number in range(len(orders)):
        fewer = replace(account, orders=orders[:number] + orders[number + 1 :])
        assert initial_requirement(fewer, quotes) <= initial_requirement(account, quotes)
