from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearstone.models.scenario_genesis import PERPETUAL, POOL
from clearstone.spec.accounts import Account, Position, locked_profit
from clearstone.spec.instruments import Perpetual, quote_perpetual
from clearstone.spec.ledger_state import Market, Pool
from clearstone.spec.margin import equity
from clearstone.spec.numbers import MAX_ATOMS, MAX_LOTS
from clearstone.spec.trades import (
    cash_posting,
    fees,
    fill_postings,
    open_interest_after,
    traded,
    with_fees,
    with_open_interest,
    within_bounds,
)

PERP = Perpetual("PERP", "main", "BTC", 1_000, PERPETUAL)
QUOTE = quote_perpetual(PERP, 50_000, True, 0, 9)
rates = st.tuples(st.integers(0, 100_000), st.integers(-100_000, 100_000)).filter(lambda pair: sum(pair) >= 0)


@given(rates, st.integers(1, MAX_LOTS), st.integers(1, 10**12))
def test_fees_are_ceiled_and_a_rebate_is_floored_and_at_most_the_takers_fee(
    pair: tuple[int, int], lots: int, price: int
) -> None:
    parameters = replace(PERPETUAL, taker_fee=pair[0], maker_fee=pair[1])
    quote = replace(QUOTE, instrument=replace(PERP, parameters=parameters))
    taker, maker = fees(quote, lots, price)
    assert taker == ceil(Fraction(lots * price * pair[0], 10**6))
    exact = Fraction(lots * price * pair[1], 10**6)
    assert maker == (ceil(exact) if pair[1] >= 0 else max(-taker, -floor(-exact)))
    assert taker + maker >= 0


@given(
    st.integers(-20, 20), st.integers(-(10**9), 10**9), st.integers(-20, 20).filter(bool), st.integers(0, 50), st.data()
)
def test_a_trade_at_the_mark_moves_equity_by_the_fee_alone(
    held: int, cash: int, lots: int, fee: int, data: st.DataObject
) -> None:
    cost = data.draw(st.integers(-(10**9), 10**9))
    positions = (Position("PERP", held, cost, 3),) if held else ()
    account = Account(bytes(32), "main", 0, cash, positions)
    after = traded(account, QUOTE, lots, QUOTE.mark, fee, 0, ())
    quotes = {"PERP": QUOTE}
    assert equity(after, quotes) == equity(account, quotes) - fee
    assert sum(position.lots for position in after.positions) == held + lots


def test_a_new_position_starts_at_the_markets_funding_index_and_an_old_one_keeps_its_own() -> None:
    opened = traded(Account(bytes(32), "main", 0, 0), QUOTE, 2, 10, 0, 0, ())
    assert opened.positions == (Position("PERP", 2, 20, 9),)
    kept = traded(Account(bytes(32), "main", 0, 0, (Position("PERP", 1, 5, 3),)), QUOTE, 2, 10, 0, 0, ())
    assert kept.positions == (Position("PERP", 3, 25, 3),)


def test_the_fee_lowers_the_profit_that_is_locked() -> None:
    account = Account(bytes(32), "main", 0, 0, (Position("PERP", 2, 20, 9),))
    after = traded(account, QUOTE, -2, 15, 4, 7, ())
    assert after.cash == 26
    assert locked_profit(after, 7) == 6


@pytest.mark.parametrize(
    ("cash", "lots", "allowed"),
    [
        (MAX_ATOMS, MAX_LOTS, True),
        (-MAX_ATOMS, -MAX_LOTS, True),
        (MAX_ATOMS + 1, 1, False),
        (-MAX_ATOMS - 1, 1, False),
        (0, MAX_LOTS + 1, False),
        (0, -MAX_LOTS - 1, False),
    ],
)
def test_cash_and_lots_have_bounds_that_belong_to_them(cash: int, lots: int, allowed: bool) -> None:
    account = Account(bytes(32), "main", 0, cash, (Position("PERP", lots, 0, 0),))
    assert within_bounds(account, "PERP") == allowed


@given(st.integers(-9, 9), st.integers(-9, 9), st.integers(-9, 9))
def test_open_interest_is_the_sum_of_long_lots(first: int, second: int, lots: int) -> None:
    def holding(size: int) -> Account:
        return Account(bytes(32), "main", 0, 0, (Position("PERP", size, 0, 0),) if size else ())

    others = 30
    market = Market(open_interest=others + max(0, first) + max(0, second))
    accounts = (holding(first), holding(second), holding(first + lots), holding(second - lots))
    after = open_interest_after(market, *accounts, "PERP")
    assert after == others + max(0, first + lots) + max(0, second - lots)


def test_a_signed_payment_is_posted_from_who_pays() -> None:
    assert tuple(cash_posting("main", "a", "b", 0, "x")) == ("main", "account/a", "account/b", 0, "x")
    assert tuple(cash_posting("main", "a", "b", -5, "x")) == ("main", "account/b", "account/a", 5, "x")


def test_a_rebate_is_paid_out_of_the_takers_fee_which_comes_first() -> None:
    charged = fill_postings("main", "a", "b", 100, 5, 2)
    assert [tuple(posting)[1:4] for posting in charged] == [
        ("account/a", "account/b", 100),
        ("account/a", "fees", 5),
        ("account/b", "fees", 2),
    ]
    rebated = fill_postings("main", "a", "b", -100, 5, -2)
    assert [tuple(posting)[1:4] for posting in rebated] == [
        ("account/b", "account/a", 100),
        ("account/a", "fees", 5),
        ("fees", "account/b", 2),
    ]


def test_collecting_fees_and_counting_open_interest_change_nothing_else() -> None:
    pool = Pool(POOL, 1, 2, 3, 4, 5, ("a",), 6, 7)
    assert with_fees(pool, 10) == replace(pool, fees=13)
    market = Market(1, 2, 3, 4, 5, 6)
    assert with_open_interest(market, 10) == replace(market, open_interest=10)
