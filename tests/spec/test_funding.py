from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from immutables import Map

from clearstone.models.scenario_genesis import PERPETUAL, POOL
from clearstone.spec.accounts import Account, Position, locked_profit
from clearstone.spec.funding import (
    SAMPLE_SLOTS,
    Funding,
    accrue,
    advance_funding,
    funding_credit,
    next_rate,
    sample_premium,
    settle_funding,
    takes_sample,
)
from clearstone.spec.instruments import Perpetual, Quote, quote_perpetual
from clearstone.spec.ledger_state import Ledger, Market, Pool
from clearstone.spec.numbers import MAX_FUNDING_INDEX
from clearstone.spec.tables import table

PERP = Perpetual("PERP", "main", "BTC", 1_000, PERPETUAL)
INTERVAL = PERPETUAL.funding_interval
rates = st.integers(-7_500, 7_500)
times = st.integers(0, 3 * INTERVAL)


@given(rates, st.integers(1, 10**6), times, times)
def test_accruing_in_two_steps_is_accruing_in_one(rate: int, index: int, first: int, second: int) -> None:
    funding = Funding(rate=rate)
    halfway = accrue(funding, PERP, index, first)
    assert accrue(halfway, PERP, index, second) == accrue(funding, PERP, index, first + second)


@given(rates, st.integers(1, 10**6), times, st.integers(0, INTERVAL - 1))
def test_the_index_and_the_carried_remainder_hold_all_that_accrued(
    rate: int, index: int, elapsed: int, remainder: int
) -> None:
    after = accrue(Funding(rate=rate, remainder=remainder), PERP, index, elapsed)
    assert after.index * INTERVAL + after.remainder == rate * index * 1_000 * elapsed + remainder
    assert 0 <= after.remainder < INTERVAL


def test_the_index_stops_at_its_bound() -> None:
    for sign in (1, -1):
        full = Funding(index=sign * MAX_FUNDING_INDEX, rate=sign)
        assert accrue(full, PERP, 50_000, INTERVAL).index == sign * MAX_FUNDING_INDEX


def test_a_premium_sample_is_the_floored_distance_of_the_mid_from_the_index() -> None:
    assert sample_premium(50_000, 50_010, 50_030) == 400
    assert sample_premium(3, 3, 4) == floor(Fraction(10**6, 6))
    assert sample_premium(3, 3, 2) == floor(Fraction(-(10**6), 6))


@pytest.mark.parametrize(("bid", "ask"), [(None, 5), (5, None), (None, None)])
def test_a_side_too_thin_for_the_impact_size_says_nothing(bid: int | None, ask: int | None) -> None:
    assert sample_premium(4, bid, ask) == 0


@given(st.lists(st.integers(-20_000, 20_000), max_size=9))
def test_the_rate_is_the_lower_median_premium_plus_interest_within_the_limit(samples: list[int]) -> None:
    median = sorted(samples)[(len(samples) - 1) // 2] if samples else 0
    assert next_rate(PERP, tuple(samples)) == max(-7_500, min(7_500, median + 100))


def test_of_two_samples_the_lower_counts() -> None:
    assert next_rate(PERP, (300, 200)) == 300


def test_the_rate_turns_at_the_end_of_the_interval_and_not_before() -> None:
    ends_at = 100 * INTERVAL
    funding = Funding(rate=50, ends_at=ends_at, samples=(700,))
    early = advance_funding(funding, PERP, 50_000, ends_at - 60_001, ends_at - 1, 900)
    assert (early.rate, early.samples, early.ends_at) == (50, (700, 900), ends_at)
    turned = advance_funding(funding, PERP, 50_000, ends_at - 5, ends_at, 900)
    assert (turned.rate, turned.samples, turned.ends_at) == (800, (), ends_at + INTERVAL)
    late = advance_funding(funding, PERP, 50_000, ends_at - 5, ends_at + INTERVAL + 7, 900)
    assert late.ends_at == ends_at + 2 * INTERVAL


def test_a_slot_of_the_interval_gives_one_sample_however_quick_blocks_are() -> None:
    start, slot = 100 * INTERVAL, INTERVAL // SAMPLE_SLOTS
    funding = Funding(ends_at=start + INTERVAL)
    for now in range(start + 1_000, start + INTERVAL, 1_000):
        funding = advance_funding(funding, PERP, 50_000, now - 1_000, now, now % 7)
    assert len(funding.samples) == SAMPLE_SLOTS - 1
    assert not takes_sample(PERP, start, start + slot - 1)
    assert takes_sample(PERP, start + slot - 1, start + slot)


@pytest.mark.parametrize("interval", [1, 479, 480, 481, 959, 961, 100_001])
def test_no_interval_has_more_samples_than_slots_and_the_one_at_its_turn(interval: int) -> None:
    perpetual = replace(PERP, parameters=replace(PERPETUAL, funding_interval=interval))
    start, most = 100 * interval, 0
    funding = Funding(ends_at=start + interval)
    step = max(1, interval // 2_000)
    for now in range(start + step, start + interval, step):
        funding = advance_funding(funding, perpetual, 50_000, now - step, now, now % 7)
        most = max(most, len(funding.samples))
    assert most <= SAMPLE_SLOTS


def test_the_time_before_a_turn_is_paid_at_the_rate_that_was_fixed_before_it() -> None:
    ends_at = 100 * INTERVAL
    funding = Funding(rate=50, ends_at=ends_at)
    turned = advance_funding(funding, PERP, 50_000, ends_at - INTERVAL, ends_at, 7_000)
    assert turned.index == 50 * 50_000 * 1_000


@given(st.integers(-1000, 1000).filter(bool), st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12))
def test_payers_pay_the_ceiling_and_receivers_get_the_floor(lots: int, settled: int, index: int) -> None:
    exact = Fraction(-lots * (index - settled), 10**6)
    assert funding_credit(Position("PERP", lots, 0, settled), index) == floor(exact)


@given(st.integers(1, 1000), st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9))
def test_settling_more_often_costs_less_than_an_atom_each_time(lots: int, first: int, second: int, third: int) -> None:
    direct = funding_credit(Position("PERP", lots, 0, first), third)
    stepwise = funding_credit(Position("PERP", lots, 0, first), second)
    stepwise += funding_credit(Position("PERP", lots, 0, second), third)
    assert direct - 1 <= stepwise <= direct


def a_ledger(accounts: dict[str, Account]) -> Ledger:
    return Ledger(
        accounts=table(accounts.items()),
        pools=table([("main", Pool(POOL))]),
        markets=table([("PERP", Market()), ("QUIET", Market())]),
        withdrawals=table(),
        deposits=table(),
        changes=table(),
        last_change=0,
        books=Map(),
    )


def quotes_at(funding_index: int) -> Map[str, Quote]:
    quote = quote_perpetual(PERP, 50_000, True, 0, funding_index)
    return Map({"PERP": quote, "QUIET": replace(quote, funding_index=0)})


def an_account(lots: int, *, cash: int = 0, funding_index: int = 0) -> Account:
    positions = (Position("PERP", lots, 0, funding_index), Position("QUIET", 1, 0, 0))
    return Account(bytes(32), "main", 0, cash, positions)


holders = st.lists(st.integers(-50, 50).filter(bool), min_size=1, max_size=5)
visits = st.lists(st.tuples(st.integers(0, 4), st.integers(-(10**7), 10**7)), max_size=15)


@given(holders, visits)
def test_the_clearing_balance_is_bounded_by_rounding_whoever_settles_first(
    lots: list[int], sequence: list[tuple[int, int]]
) -> None:
    lots = [*lots, -sum(lots)]
    ledger = a_ledger({str(number): an_account(size) for number, size in enumerate(lots) if size})
    index = 0
    for visited, move in sequence:
        index += move
        name = str(visited % len(lots))
        if name in ledger.accounts:
            ledger, _ = settle_funding(ledger, quotes_at(index), 0, name)
        market = ledger.markets["PERP"]
        claims = sum(
            account.positions[0].lots * account.positions[0].funding_index for _, account in ledger.accounts.items()
        )
        assert 0 <= 10**6 * market.clearing - claims <= (10**6 - 1) * market.settlements
        assert market.clearing + sum(account.cash for _, account in ledger.accounts.items()) == 0


def test_an_account_at_the_markets_index_is_left_alone() -> None:
    ledger = a_ledger({"a": an_account(3, funding_index=7)})
    assert settle_funding(ledger, quotes_at(7), 0, "a") == (ledger, ())


def test_funding_received_is_locked_and_funding_paid_lowers_what_is_locked() -> None:
    ledger = a_ledger({"a": an_account(-3)})
    received, postings = settle_funding(ledger, quotes_at(10**6), 0, "a")
    assert received.accounts["a"].cash == locked_profit(received.accounts["a"], 0) == 3
    assert received.accounts["a"].positions == (Position("PERP", -3, 0, 10**6), Position("QUIET", 1, 0, 0))
    assert [tuple(posting)[1:] for posting in postings] == [("clearing/PERP", "account/a", 3, "funding")]
    paid, postings = settle_funding(received, quotes_at(-1), 0, "a")
    assert paid.accounts["a"].cash == -1
    assert locked_profit(paid.accounts["a"], 0) == 0
    assert [tuple(posting)[1:] for posting in postings] == [("account/a", "clearing/PERP", 4, "funding")]
    assert paid.markets["PERP"] == Market(clearing=1, settlements=2)
