from __future__ import annotations

from dataclasses import replace

import pytest

from clearstone.models.chain import Chain, forked
from clearstone.models.scenario_genesis import (
    MINUTE,
    PERPETUAL,
    START,
    USD,
    buy,
    scenario_genesis,
    sell,
    series,
    started,
    trade,
    walk_index,
)
from clearstone.spec.accounts import lots_in, position_in
from clearstone.spec.margin import equity, initial_requirement, liquidatable, maintenance_requirement
from clearstone.spec.numbers import MAX_ATOMS, MAX_LOTS
from clearstone.spec.receipts import Receipt
from clearstone.spec.transactions import Liquidate

PERP = "BTC-PERP"
CALL = series(call=True, strike=55_000, expiry=START + 60 * MINUTE)
PUT = series(call=False, strike=52_000, expiry=START + 60 * MINUTE)
FREE = replace(PERPETUAL, taker_fee=0, maker_fee=0)
BASE = started(scenario_genesis(perpetual=FREE, options=(CALL, PUT), second_pool=True, max_move=100_000))
TARGET = BASE.open("target", "main", 260 * USD)
SIBLING = BASE.open("target", "main", 10_000 * USD, number=1)
MAKER = BASE.open("maker", "main", 100_000 * USD)
RICH = BASE.open("rich", "main", 100_000 * USD)
POOR = BASE.open("poor", "main", 1 * USD)
ELSEWHERE = BASE.open("rich", "other", 10_000 * USD)
trade(BASE, TARGET, MAKER, PERP, 100, 50_000)
"""The target is long 100 lots, worth $5,000, with $260: below maintenance once the index falls by more than 2.27 %."""


def rule(receipt: Receipt) -> str:
    return "" if receipt.rejection is None else receipt.rejection.rule


def fallen(index: int = 48_800, chain: Chain = BASE) -> Chain:
    changed = forked(chain)
    walk_index(changed, index)
    return changed


def liquidate(chain: Chain, by: str, lots: int = 10**6, market: str = PERP, target: str = TARGET) -> Receipt:
    [receipt] = chain.run(chain.sign(by, Liquidate(target, market, lots)))
    return receipt


def lots(chain: Chain, account: str) -> int:
    return lots_in(chain.state.ledger.accounts[account], PERP)


def test_exactly_at_maintenance_an_account_cannot_be_liquidated_and_an_atom_below_it_can() -> None:
    chain = fallen(48_800)
    account = chain.state.ledger.accounts[TARGET]
    spare = equity(account, chain.state.quotes) - maintenance_requirement(account, chain.state.quotes)
    for extra, expected in ((0, "LIQ-1"), (1, "")):
        shifted = forked(chain)
        ledger = chain.state.ledger
        accounts = ledger.accounts.set(TARGET, replace(account, cash=account.cash - spare - extra))
        shifted.state = replace(chain.state, ledger=replace(ledger, accounts=accounts))
        shifted.block()
        assert rule(liquidate(shifted, RICH)) == expected


@pytest.mark.parametrize(
    ("by", "action", "refused"),
    [
        (RICH, Liquidate("nobody", PERP, 1), "LEDGER-4"),
        (ELSEWHERE, Liquidate(TARGET, PERP, 1), "LEDGER-4"),
        (SIBLING, Liquidate(TARGET, PERP, 1), "BOOK-4"),
        (TARGET, Liquidate(TARGET, PERP, 1), "BOOK-4"),
        (RICH, Liquidate(TARGET, "NO-SUCH", 1), "BOOK-1"),
        (RICH, Liquidate(TARGET, "ETH-PERP", 1), "BOOK-1"),
        (RICH, Liquidate(TARGET, PERP, 0), "BOOK-1"),
        (RICH, Liquidate(TARGET, PERP, -1), "BOOK-1"),
        (RICH, Liquidate(MAKER, PERP, 1), "LIQ-1"),
        (RICH, Liquidate(TARGET, CALL.market, 1), "LIQ-2"),
        (POOR, Liquidate(TARGET, PERP, 100), "MARGIN-6"),
    ],
)
def test_a_liquidation_that_is_not_due_is_refused(by: str, action: Liquidate, refused: str) -> None:
    chain = fallen()
    assert rule(liquidate(chain, by, action.lots, action.market, action.account)) == refused
    assert chain.state.ledger.accounts[TARGET].flagged_at is None


def test_a_liquidator_takes_over_what_restores_the_buffer_at_a_discount() -> None:
    chain = fallen()
    before = chain.state
    receipt = liquidate(chain, RICH)
    taken = lots(chain, RICH)
    assert 0 < taken < 100
    assert lots(chain, TARGET) == 100 - taken
    charges = {posting.reason: posting.amount for posting in receipt.postings}
    assert charges["takeover"] == taken * 48_800_000
    assert charges["discount"] == taken * (48_800_000 * 5_000 // 10**6)
    assert charges["penalty"] > 0
    after = chain.state
    gained = equity(after.ledger.accounts[RICH], after.quotes) - equity(before.ledger.accounts[RICH], before.quotes)
    assert gained == charges["discount"]
    fund = after.ledger.pools["main"].insurance - before.ledger.pools["main"].insurance
    assert fund == charges["penalty"]
    assert after.ledger.accounts[TARGET].flagged_at is None
    assert rule(liquidate(chain, RICH)) == "LIQ-1"


def test_asking_for_less_leaves_the_flag_and_its_time() -> None:
    chain = fallen()
    liquidate(chain, RICH, 1)
    assert lots(chain, TARGET) == 99
    flagged_at = chain.state.ledger.accounts[TARGET].flagged_at
    assert flagged_at == chain.state.time
    assert chain.state.ledger.pools["main"].flagged == (TARGET,)
    chain.block(elapsed=MINUTE)
    liquidate(chain, RICH, 1)
    assert chain.state.ledger.accounts[TARGET].flagged_at == flagged_at


def test_a_flagged_account_back_above_maintenance_keeps_its_flag_until_the_buffer_is_there() -> None:
    chain = fallen()
    liquidate(chain, RICH, 1)
    flagged_at = chain.state.ledger.accounts[TARGET].flagged_at
    walk_index(chain, 48_880)
    assert not liquidatable(chain.state.ledger.accounts[TARGET], chain.state.quotes)
    assert chain.state.ledger.accounts[TARGET].flagged_at == flagged_at
    assert rule(liquidate(chain, RICH, 1)) == "LIQ-1"
    walk_index(chain, 49_500)
    assert chain.state.ledger.accounts[TARGET].flagged_at is None
    assert chain.state.ledger.pools["main"].flagged == ()


def test_open_orders_of_the_target_are_cancelled_first() -> None:
    chain = forked(BASE)
    for price in (54_000, 54_500):
        chain.run(chain.sign(TARGET, sell(PERP, 5, price)))
    chain = fallen(48_800, chain)
    assert len(chain.state.ledger.accounts[TARGET].orders) == 2
    liquidate(chain, RICH, 1)
    assert chain.state.ledger.accounts[TARGET].orders == ()
    assert chain.state.ledger.books[PERP].asks == ()


def test_a_refused_liquidation_cancels_nothing() -> None:
    chain = forked(BASE)
    chain.run(chain.sign(TARGET, sell(PERP, 5, 54_000)))
    chain = fallen(48_800, chain)
    assert rule(liquidate(chain, POOR, 100)) == "MARGIN-6"
    assert len(chain.state.ledger.accounts[TARGET].orders) == 1


def test_the_liquidator_is_judged_after_taking_over() -> None:
    chain = fallen()
    cash = chain.state.ledger.accounts[POOR].cash
    assert initial_requirement(chain.state.ledger.accounts[POOR], chain.state.quotes) == 0
    assert cash == USD
    assert rule(liquidate(chain, POOR, 1)) == "MARGIN-6"


def test_a_liquidator_may_reduce_his_own_position() -> None:
    chain = fallen()
    assert rule(liquidate(chain, MAKER, 10)) == ""
    assert (lots(chain, MAKER), lots(chain, TARGET)) == (-90, 90)
    assert chain.state.ledger.markets[PERP].open_interest == 90


def test_without_equity_nothing_is_taken_and_the_default_follows_at_the_blocks_end() -> None:
    chain = fallen(47_000)
    assert equity(chain.state.ledger.accounts[TARGET], chain.state.quotes) < 0
    receipt = liquidate(chain, RICH)
    assert [event.kind for event in receipt.events] == ["flagged", "default-pending"]
    account = chain.state.ledger.accounts[TARGET]
    assert (account.cash, account.positions, account.flagged_at) == (0, (), None)
    assert lots(chain, MAKER) == 0


def test_a_flagged_account_is_not_flagged_anew_when_its_equity_is_gone() -> None:
    chain = fallen()
    liquidate(chain, RICH, 1)
    walk_index(chain, 48_810)
    chain.prices["BTC"] = 47_000
    receipts = chain.block(chain.sign(RICH, Liquidate(TARGET, PERP, 1))).receipt
    assert [event.kind for event in receipts.transactions[0].events] == ["default-pending"]
    assert "defaulted" in [event.kind for step in receipts.steps for event in step.events]


def test_a_short_target_is_taken_over_from_the_other_side() -> None:
    chain = started(scenario_genesis(perpetual=FREE))
    target, maker, rich = (
        chain.open(name, "main", usd * USD) for name, usd in (("t", 260), ("m", 10**5), ("r", 10**5))
    )
    trade(chain, maker, target, PERP, 100, 50_000)
    walk_index(chain, 51_200)
    [receipt] = chain.run(chain.sign(rich, Liquidate(target, PERP, 10**6)))
    assert rule(receipt) == ""
    assert lots(chain, rich) < 0
    assert lots(chain, rich) + lots(chain, target) == -100
    assert receipt.postings[0].source == f"account/{target}"


def test_legs_of_an_expiry_are_taken_together() -> None:
    chain = forked(BASE)
    target = chain.open("seller", "main", 120 * USD)
    trade(chain, MAKER, target, CALL.market, 12, 1_000)
    trade(chain, MAKER, target, PUT.market, 5, 2_000)
    walk_index(chain, 54_000)
    walk_index(chain, 6_000, CALL.mark_feed)
    account = chain.state.ledger.accounts[target]
    assert liquidatable(account, chain.state.quotes)
    assert equity(account, chain.state.quotes) > 0
    receipt = liquidate(chain, RICH, 1, CALL.market, target)
    assert rule(receipt) == ""
    left = chain.state.ledger.accounts[target]
    assert [lots_in(left, some.market) for some in (CALL, PUT)] == [-11, -4]


def test_an_account_without_equity_is_flagged_also_through_a_market_that_stands_still() -> None:
    chain = fallen()
    walk_index(chain, 42_000)
    silent = {validator.key: {} for validator in chain.state.validators}
    liquidating = chain.sign(RICH, Liquidate(TARGET, PERP, 1), nonce=50)
    applied = chain.block(liquidating, elapsed=11 * MINUTE, reports=silent)
    assert [event.kind for event in applied.receipt.transactions[0].events] == ["flagged", "default-pending"]
    held = chain.state.ledger.accounts[TARGET]
    assert held.flagged_at == chain.state.time
    assert position_in(held, PERP) is not None
    chain.block()
    chain.block()
    assert position_in(chain.state.ledger.accounts[TARGET], PERP) is None


def test_an_expired_series_or_a_frozen_feed_is_not_liquidated_in() -> None:
    chain = fallen()
    silent = {validator.key: {} for validator in chain.state.validators}
    frozen = forked(chain)
    receipts = frozen.block(
        frozen.sign(RICH, Liquidate(TARGET, PERP, 1), nonce=50), elapsed=11 * MINUTE, reports=silent
    ).receipt.transactions
    assert [rule(receipt) for receipt in receipts] == ["ORACLE-5"]
    expired = chain.block(chain.sign(RICH, Liquidate(TARGET, CALL.market, 1), nonce=50), time=CALL.expiry)
    assert [rule(receipt) for receipt in expired.receipt.transactions] == ["OPT-3"]


def test_a_liquidator_past_a_bound_is_refused() -> None:
    chain = fallen()
    ledger = chain.state.ledger
    accounts = ledger.accounts.set(RICH, replace(ledger.accounts[RICH], cash=-MAX_ATOMS))
    chain.state = replace(chain.state, ledger=replace(ledger, accounts=accounts))
    chain.block()
    assert rule(liquidate(chain, RICH, MAX_LOTS)) == "NUM-5"


def test_orders_alone_never_make_an_account_liquidatable() -> None:
    chain = forked(BASE)
    account = chain.open("bidder", "main", 10 * USD)
    chain.run(chain.sign(account, buy(PERP, 4, 50_000)))
    walk_index(chain, 45_500)
    assert rule(liquidate(chain, RICH, 1, PERP, account)) == "LIQ-1"
