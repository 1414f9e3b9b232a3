from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from clearstone.spec.accounts import (
    Account,
    Order,
    Position,
    account_id,
    locked_buckets,
    locked_profit,
    lots_in,
    order_of,
    position_in,
    realise,
    trade_position,
    with_position,
    without_order,
)

EMPTY = Account(bytes(32), "main", 0, 0)
trades = st.lists(st.tuples(st.integers(-50, 50).filter(bool), st.integers(1, 10**6)), min_size=1, max_size=12)


def test_an_account_id_depends_on_owner_pool_and_number() -> None:
    ids = {account_id(bytes([owner]) * 32, pool, number) for owner in (1, 2) for pool in "ab" for number in (0, 1, 256)}
    assert len(ids) == 12
    assert all(len(identity) == 32 and set(identity) <= set("0123456789abcdef") for identity in ids)


names = st.sampled_from("abcdef")


@given(st.dictionaries(names, st.integers(-3, 3).filter(bool)), names, st.data())
def test_positions_stay_ascending_and_hold_what_was_set(held: dict[str, int], name: str, data: st.DataObject) -> None:
    account = Account(bytes(32), "main", 0, 0, tuple(Position(key, held[key], 0, 0) for key in sorted(held)))
    lots = data.draw(st.integers(-3, 3) if name in held else st.integers(1, 3))
    changed = with_position(account.positions, Position(name, lots, 7, 0))
    expected = {key: value for key, value in (held | {name: lots}).items() if value}
    assert {position.instrument: position.lots for position in changed} == expected
    assert [position.instrument for position in changed] == sorted(expected)


def test_a_position_that_is_not_there_counts_no_lots() -> None:
    account = Account(bytes(32), "main", 0, 0, (Position("b", -4, 0, 0),))
    assert (lots_in(account, "b"), lots_in(account, "a"), lots_in(account, "c")) == (-4, 0, 0)
    assert position_in(account, "a") is None


def test_orders_are_found_and_removed_by_their_nonce() -> None:
    orders = tuple(Order(nonce, "m", True, 1, 1, nonce, False) for nonce in (3, 5))
    account = Account(bytes(32), "main", 0, 0, orders=orders)
    assert order_of(account, 5) == orders[1]
    assert order_of(account, 4) is None
    assert without_order(orders, 3) == orders[1:]
    assert without_order(orders, 4) == orders


@given(trades)
def test_cost_and_realised_profit_account_for_every_atom_paid(sequence: list[tuple[int, int]]) -> None:
    position, realised, paid = Position("m", 0, 0, 0), 0, 0
    for lots, price in sequence:
        position, profit = trade_position(position, lots, price)
        realised += profit
        paid += lots * price
        assert position.cost == paid + realised
        assert position.lots != 0 or position.cost == 0


@given(trades)
def test_the_cost_memo_errs_by_less_than_an_atom_per_partial_close(sequence: list[tuple[int, int]]) -> None:
    position, exact, closes = Position("m", 0, 0, 0), Fraction(0), 0
    for lots, price in sequence:
        before = position.lots
        position, _ = trade_position(position, lots, price)
        after = position.lots
        if before * lots >= 0:
            exact += lots * price
        elif after * before > 0:
            exact = exact * after / before
            closes += 1
        else:
            exact, closes = Fraction(after * price), 0
        assert 0 <= exact - position.cost < max(1, closes)
        assert closes or exact == position.cost


def test_closing_a_part_floors_the_cost_of_longs_and_of_shorts() -> None:
    assert trade_position(Position("m", 3, 10, 0), -1, 5) == (Position("m", 2, 6, 0), 1)
    assert trade_position(Position("m", -3, -10, 0), 1, 5) == (Position("m", -2, -7, 0), -2)


def test_a_flip_closes_all_of_the_old_cost_and_the_new_one_is_exact() -> None:
    assert trade_position(Position("m", 3, 10, 4), -5, 7) == (Position("m", -2, -14, 4), 11)
    assert trade_position(Position("m", -3, -10, 4), 3, 7) == (Position("m", 0, 0, 4), -11)


profits = st.lists(st.tuples(st.integers(0, 2), st.integers(-100, 100)), max_size=12)


@given(profits)
def test_profit_is_locked_for_at_least_a_horizon_and_at_most_two(sequence: list[tuple[int, int]]) -> None:
    account, period, realised = EMPTY, 0, []
    for passed, profit in sequence:
        period += passed
        recent, earlier = realise(account, profit, period)
        account = Account(bytes(32), "main", 0, 0, (), (), recent, earlier, period)
        realised.append((period, profit))
        assert min(recent, earlier) >= 0
        losses = sum(-profit for when, profit in realised if profit < 0)
        young = sum(profit for when, profit in realised if profit > 0 and when >= period - 1)
        assert max(0, young - losses) <= locked_profit(account, period) <= young
    assert locked_profit(account, period + 2) == 0


def test_a_loss_takes_the_earlier_bucket_first() -> None:
    account = Account(bytes(32), "main", 0, 0, (), (), 10, 6, 5)
    assert [realise(account, -loss, 5) for loss in (0, 6, 7, 16, 17)] == [(10, 6), (10, 0), (9, 0), (0, 0), (0, 0)]


def test_buckets_move_on_with_the_horizon() -> None:
    account = Account(bytes(32), "main", 0, 0, (), (), 10, 6, 5)
    assert [locked_buckets(account, period) for period in (5, 6, 7)] == [(10, 6), (0, 10), (0, 0)]
