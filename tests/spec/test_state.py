from __future__ import annotations

from dataclasses import replace

from clearstone.models.chain import forked
from clearstone.models.scenario_genesis import MINUTE, START, USD, scenario_genesis, series, started, trade
from clearstone.spec.ledger_state import accounts_cash, horizon_period, insurance_period, with_account
from clearstone.spec.state import context_of, make_quotes

CALL = series(call=True, strike=55_000, expiry=START + 20 * MINUTE)
BASE = started(scenario_genesis(options=(CALL,), second_pool=True))
ALICE, BOB = (BASE.open(name, "main", 1_000 * USD) for name in ("alice", "bob"))


def test_the_context_knows_the_instruments_of_each_pool_ascending() -> None:
    context = context_of(BASE.state)
    assert context.members["main"] == tuple(sorted(("BTC-PERP", CALL.market)))
    assert context.members["other"] == ("ETH-PERP",)
    assert (context.chain, context.now, context.pending) == ("scenario", BASE.state.time, frozenset())


def test_a_pool_of_which_a_series_is_pending_is_listed_until_the_price_is_set() -> None:
    chain = forked(BASE)
    chain.block(time=CALL.expiry)
    assert context_of(chain.state).pending == {"main"}
    chain.block(time=CALL.expiry + 10 * MINUTE)
    assert context_of(chain.state).pending == frozenset()


def test_quotes_follow_the_clamped_index_or_the_median() -> None:
    feed = replace(BASE.state.feeds["BTC"], median=53_000)
    state = replace(BASE.state, feeds=BASE.state.feeds.set("BTC", feed))
    assert make_quotes(state, state.time, clamped=True)["BTC-PERP"].index == 50_000
    assert make_quotes(state, state.time, clamped=False)["BTC-PERP"].index == 53_000


def test_an_option_needs_both_of_its_feeds_while_it_trades_and_only_the_index_after() -> None:
    frozen = replace(BASE.state.feeds[CALL.mark_feed], fresh_blocks=0)
    state = replace(BASE.state, feeds=BASE.state.feeds.set(CALL.mark_feed, frozen))
    assert not make_quotes(state, CALL.expiry - 1, clamped=True)[CALL.market].fresh
    assert make_quotes(state, CALL.expiry, clamped=True)[CALL.market].fresh
    index = replace(BASE.state.feeds["BTC"], fresh_blocks=0)
    state = replace(BASE.state, feeds=BASE.state.feeds.set("BTC", index))
    assert not make_quotes(state, START, clamped=True)[CALL.market].fresh


def test_the_cash_of_a_pools_accounts_is_read_off_conservation() -> None:
    chain = forked(BASE)
    trade(chain, ALICE, BOB, "BTC-PERP", 10, 50_000)
    ledger = chain.state.ledger
    expected = sum(account.cash for _, account in ledger.accounts.items() if account.pool == "main")
    assert accounts_cash(ledger, context_of(chain.state), "main") == expected


def test_horizons_and_windows_are_numbered_from_the_epoch() -> None:
    pool = BASE.state.ledger.pools["main"]
    horizon, window = pool.parameters.liquidation_horizon, pool.parameters.insurance_window
    assert [horizon_period(pool, now) for now in (0, horizon - 1, horizon)] == [0, 0, 1]
    assert [insurance_period(pool, now) for now in (0, window - 1, window)] == [0, 0, 1]


def test_changing_one_account_of_a_ledger_leaves_the_others() -> None:
    ledger = BASE.state.ledger
    changed = with_account(ledger, ALICE, replace(ledger.accounts[ALICE], nonce=77))
    assert changed.accounts[ALICE].nonce == 77
    assert changed.accounts[BOB] == ledger.accounts[BOB]
    assert replace(changed, accounts=ledger.accounts) == ledger
