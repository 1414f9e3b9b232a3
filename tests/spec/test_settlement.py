from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearstone.models.chain import Chain, forked
from clearstone.models.scenario_genesis import (
    MINUTE,
    OPTION,
    PERPETUAL,
    PROTOCOL,
    START,
    USD,
    scenario_genesis,
    series,
    started,
    trade,
    walk_index,
)
from clearstone.spec.numbers import MAX_ATOMS
from clearstone.spec.receipts import Receipt
from clearstone.spec.settlement import Expiry, expiry_key, sample_expiry
from clearstone.spec.transactions import Settle

SLOT = PROTOCOL.settlement_slot
TIME = 1_000 * SLOT
OPENS = TIME - 30 * SLOT
END = TIME + PROTOCOL.settlement_extension
EXPIRY = Expiry("BTC", TIME)


def sampled(expiry: Expiry, now: int, index: int = 100, *, fresh: bool = True) -> Expiry:
    return sample_expiry(expiry, PROTOCOL, now, index, fresh)


def test_sampling_starts_when_the_window_opens() -> None:
    assert sampled(EXPIRY, OPENS - 1) is EXPIRY
    assert sampled(EXPIRY, OPENS) == replace(EXPIRY, total=100, count=1, last_slot=OPENS // SLOT)


def test_a_slot_is_sampled_once_by_its_first_fresh_block() -> None:
    unheard = sampled(EXPIRY, OPENS, fresh=False)
    assert unheard == EXPIRY
    heard = sampled(unheard, OPENS + 1, 70)
    assert (heard.total, heard.count) == (70, 1)
    assert sampled(heard, OPENS + SLOT - 1, 90) == heard
    assert sampled(heard, OPENS + SLOT, 90).total == 160


def with_samples(count: int, total: int) -> Expiry:
    return replace(EXPIRY, count=count, total=total, last_slot=TIME // SLOT - 1)


def test_at_expiry_enough_samples_set_the_price_to_their_floored_mean() -> None:
    early = sampled(with_samples(24, 2_399), TIME - 1, fresh=False)
    assert early.price is None
    done = sampled(with_samples(24, 2_399), TIME, 9_999)
    assert (done.price, done.count, done.total) == (99, 24, 2_399)


def test_with_too_few_samples_the_window_extends_until_there_are_enough() -> None:
    waiting = sampled(with_samples(22, 2_200), TIME, 100)
    assert (waiting.price, waiting.count) == (None, 23)
    again = sampled(waiting, TIME + 1, 100)
    assert again == waiting
    done = sampled(again, TIME + SLOT, 124)
    assert (done.price, done.count) == (101, 24)


def test_at_the_stated_end_the_last_index_stands() -> None:
    few = with_samples(3, 300)
    assert sampled(few, END - 1, 777, fresh=False).price is None
    assert sampled(few, END, 777, fresh=False).price == 777
    nothing = sampled(EXPIRY, END + 10**9, 5, fresh=False)
    assert (nothing.price, nothing.count) == (5, 0)


def test_enough_samples_at_the_very_end_count_before_the_last_index() -> None:
    assert sampled(with_samples(23, 2_300), END, 124).price == 101


@given(st.lists(st.tuples(st.integers(1, 20_000), st.integers(1, 10**6), st.booleans()), max_size=80))
def test_a_price_once_set_never_changes_and_lies_among_the_indices(blocks: list[tuple[int, int, bool]]) -> None:
    expiry, now, indices = EXPIRY, OPENS - SLOT, []
    for elapsed, index, fresh in blocks:
        now += elapsed
        before, expiry = expiry, sampled(expiry, now, index, fresh=fresh)
        indices.append(index)
        if before.price is not None:
            assert expiry is before
        if expiry.price is not None:
            assert now >= TIME
            assert min(indices) <= expiry.price <= max(indices)
        assert expiry.count <= 10**6


FREE = replace(OPTION, taker_fee=0, maker_fee=0)
CALL = series(call=True, strike=48_000, expiry=START + 20 * MINUTE, parameters=FREE)
PUT = series(call=False, strike=47_000, expiry=START + 20 * MINUTE, parameters=FREE)
BASE = started(scenario_genesis(perpetual=replace(PERPETUAL, taker_fee=0, maker_fee=0), options=(CALL, PUT)))
HOLDERS = tuple(BASE.open(name, "main", 10_000 * USD) for name in ("alice", "bob", "carol"))
trade(BASE, HOLDERS[0], HOLDERS[1], CALL.market, 7, 2_000)
trade(BASE, HOLDERS[2], HOLDERS[1], CALL.market, 3, 2_500)
trade(BASE, HOLDERS[1], HOLDERS[0], PUT.market, 4, 1_000)


def expired(index: int = 50_000) -> Chain:
    chain = forked(BASE)
    walk_index(chain, index)
    chain.block(time=CALL.expiry)
    chain.block(time=CALL.expiry + 10 * MINUTE)
    assert chain.state.expiries[expiry_key("BTC", CALL.expiry)].price == index
    return chain


def rule(receipt: Receipt) -> str:
    return "" if receipt.rejection is None else receipt.rejection.rule


def cash(chain: Chain) -> tuple[int, ...]:
    return tuple(chain.state.ledger.accounts[holder].cash for holder in HOLDERS)


def settle(chain: Chain, holder: str, market: str = CALL.market, by: str = HOLDERS[2]) -> str:
    [receipt] = chain.run(chain.sign(by, Settle(holder, market)))
    return rule(receipt)


@pytest.mark.parametrize("order", list(permutations(HOLDERS)))
def test_the_order_of_settlement_does_not_matter(order: tuple[str, ...]) -> None:
    chain = expired()
    before = cash(chain)
    for holder in order:
        assert settle(chain, holder) == ""
    changes = tuple(after - held for after, held in zip(cash(chain), before, strict=True))
    assert changes == (7 * 2_000_000, -10 * 2_000_000, 3 * 2_000_000)
    market = chain.state.ledger.markets[CALL.market]
    assert (market.clearing, market.open_interest) == (0, 0)


def test_the_clearing_balance_is_what_the_others_have_coming() -> None:
    chain = expired()
    settle(chain, HOLDERS[0])
    assert chain.state.ledger.markets[CALL.market].clearing == -14_000_000
    settle(chain, HOLDERS[1])
    assert chain.state.ledger.markets[CALL.market].clearing == 6_000_000


def test_each_holder_settles_exactly_once_and_whoever_holds_nothing_not_at_all() -> None:
    chain = expired()
    assert [settle(chain, HOLDERS[0]), settle(chain, HOLDERS[0])] == ["", "OPT-3"]
    assert settle(chain, HOLDERS[2], PUT.market) == "OPT-3"
    assert settle(chain, HOLDERS[1], "BTC-PERP") == "OPT-3"
    assert settle(chain, HOLDERS[1], "NO-SUCH") == "OPT-3"
    assert settle(chain, "nobody") == "LEDGER-4"


def test_an_option_out_of_the_money_settles_at_nothing() -> None:
    chain = expired(47_500)
    before = cash(chain)
    for holder in HOLDERS:
        assert settle(chain, holder) == ""
    assert cash(chain) == before
    assert chain.state.ledger.markets[CALL.market].open_interest == 0


def test_nothing_settles_before_the_price_is_set() -> None:
    chain = forked(BASE)
    assert settle(chain, HOLDERS[0]) == "OPT-3"
    chain.block(time=CALL.expiry)
    receipt = chain.block(chain.sign(HOLDERS[2], Settle(HOLDERS[0], CALL.market))).receipt.transactions[0]
    assert rule(receipt) == "OPT-3"


def test_the_series_of_an_expiry_share_its_price() -> None:
    chain = expired(46_000)
    quotes = chain.state.quotes
    assert (quotes[CALL.market].mark, quotes[PUT.market].mark) == (0, 1_000_000)
    before = cash(chain)
    for holder in HOLDERS[:2]:
        assert settle(chain, holder, PUT.market) == ""
    assert cash(chain) == (before[0] - 4_000_000, before[1] + 4_000_000, before[2])


def test_a_settlement_that_would_overfill_an_account_is_refused() -> None:
    chain = expired()
    ledger = chain.state.ledger
    full = replace(ledger.accounts[HOLDERS[0]], cash=MAX_ATOMS - 14_000_000 + 1)
    chain.state = replace(chain.state, ledger=replace(ledger, accounts=ledger.accounts.set(HOLDERS[0], full)))
    chain.block()
    assert settle(chain, HOLDERS[0]) == "NUM-5"
    exact = replace(full, cash=full.cash - 1)
    chain.state = replace(chain.state, ledger=replace(ledger, accounts=ledger.accounts.set(HOLDERS[0], exact)))
    chain.block()
    assert settle(chain, HOLDERS[0]) == ""


def test_settling_pays_funding_of_the_account_first() -> None:
    chain = forked(BASE)
    trade(chain, HOLDERS[0], HOLDERS[1], "BTC-PERP", 10, 50_000)
    funding = chain.state.funding["BTC-PERP"]
    chain.state = replace(chain.state, funding=chain.state.funding.set("BTC-PERP", replace(funding, rate=7_500)))
    chain.block(time=CALL.expiry)
    chain.block(time=CALL.expiry + 10 * MINUTE)
    [receipt] = chain.run(chain.sign(HOLDERS[2], Settle(HOLDERS[0], CALL.market)))
    assert [posting.reason for posting in receipt.postings] == ["funding", "payoff"]
