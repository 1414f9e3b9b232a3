from __future__ import annotations

from dataclasses import replace

import pytest

from clearstone.models.chain import Chain, forked
from clearstone.models.scenario_genesis import PERPETUAL, POOL, PROTOCOL, USD, scenario_genesis, series, started, trade
from clearstone.spec.changes import change_key
from clearstone.spec.margin import liquidatable
from clearstone.spec.receipts import Receipt
from clearstone.spec.transactions import ChangeParameter

DELAY = PROTOCOL.parameter_delay
CALL = series(call=True, strike=55_000)
BASE = started(scenario_genesis(options=(CALL,)))


def rule(receipt: Receipt) -> str:
    return "" if receipt.rejection is None else receipt.rejection.rule


def change(chain: Chain, number: int, scope: str, name: str, value: int) -> str:
    [receipt] = chain.run(chain.attest(ChangeParameter(number, scope, name, value)))
    return rule(receipt)


def penalty(chain: Chain) -> int:
    return chain.state.ledger.pools["main"].parameters.penalty


@pytest.mark.parametrize(
    ("number", "scope", "name", "value"),
    [
        (0, "pool/main", "penalty", 5_001),
        (2, "pool/main", "penalty", 5_001),
        (-1, "pool/main", "penalty", 5_001),
        (1, "pool/none", "penalty", 5_001),
        (1, "pool", "penalty", 5_001),
        (1, "market/none", "collar", 1),
        (1, "main", "penalty", 5_001),
        (1, "account/main", "penalty", 5_001),
        (1, "pool/main", "no_such", 1),
        (1, "pool/main", "liquidation_horizon", POOL.liquidation_horizon + 1),
        (1, "pool/main", "penalty", 5_501),
        (1, "pool/main", "penalty", 4_499),
        (1, "pool/main", "penalty", -1),
    ],
)
def test_a_change_that_is_not_the_next_or_not_a_small_step_is_refused(
    number: int, scope: str, name: str, value: int
) -> None:
    chain = forked(BASE)
    assert change(chain, number, scope, name, value) == "LEDGER-8"
    assert chain.state.ledger.last_change == 0
    assert chain.state.ledger.changes.keys() == ()


def test_a_change_that_other_parameters_exclude_is_refused_with_their_rule() -> None:
    chain = started(scenario_genesis(perpetual=replace(PERPETUAL, maintenance_fraction=49_999)))
    assert change(chain, 1, "market/BTC-PERP", "maintenance_fraction", 50_000) == "MARGIN-1"


def test_a_change_binds_at_the_end_of_the_first_block_after_its_delay() -> None:
    chain = forked(BASE)
    assert change(chain, 1, "pool/main", "penalty", 5_500) == ""
    binds_at = chain.state.ledger.changes[change_key(1)].binds_at
    assert binds_at == chain.state.time + DELAY
    chain.block(time=binds_at - 1)
    assert penalty(chain) == 5_000
    chain.block(time=binds_at)
    assert penalty(chain) == 5_500
    assert chain.state.ledger.changes.keys() == ()
    [receipt] = chain.history[-1].receipt.steps
    assert tuple(receipt.events[0]) == ("bound", "pool/main", (("penalty", 5_500),))


def test_an_old_approval_is_void() -> None:
    chain = forked(BASE)
    assert change(chain, 1, "pool/main", "penalty", 5_500) == ""
    assert change(chain, 1, "pool/main", "penalty", 5_500) == "LEDGER-8"
    assert change(chain, 2, "pool/main", "penalty", 5_500) == ""


def test_changes_that_wait_at_the_same_time_do_not_add_up_to_a_jump() -> None:
    chain = forked(BASE)
    assert change(chain, 1, "pool/main", "penalty", 4_500) == ""
    assert change(chain, 2, "pool/main", "penalty", 5_500) == ""
    chain.block(elapsed=DELAY + 1_000)
    assert penalty(chain) == 4_950
    events = [tuple(event) for step in chain.history[-1].receipt.steps for event in step.events]
    assert events == [("bound", "pool/main", (("penalty", 4_500),)), ("bound", "pool/main", (("penalty", 4_950),))]


def test_a_change_that_others_have_come_to_exclude_is_dropped_with_its_reason() -> None:
    chain = started(scenario_genesis(perpetual=replace(PERPETUAL, maintenance_fraction=46_000), options=(CALL,)))
    assert change(chain, 1, "market/BTC-PERP", "initial_fraction", 47_000) == ""
    assert change(chain, 2, "market/BTC-PERP", "maintenance_fraction", 48_000) == ""
    assert change(chain, 3, f"market/{CALL.market}", "maintenance_fraction", 80_000) == ""
    assert change(chain, 4, "pool/main", "discount_start", 5_500) == ""
    chain.block(elapsed=DELAY + 3_000)
    assert [rule(step) for step in chain.history[-1].receipt.steps] == ["", "MARGIN-1", "", ""]
    changed = chain.state.instruments["BTC-PERP"].parameters
    assert (changed.initial_fraction, changed.maintenance_fraction) == (47_000, 46_000)
    assert chain.state.instruments[CALL.market].parameters.maintenance_fraction == 80_000


def test_a_pools_change_can_come_to_be_excluded_too() -> None:
    chain = started(scenario_genesis(pool=replace(POOL, discount_start=9_000, discount_limit=10_000)))
    assert change(chain, 1, "pool/main", "discount_start", 9_800) == ""
    assert change(chain, 2, "pool/main", "discount_limit", 9_700) == ""
    chain.block(elapsed=DELAY + 3_000)
    assert [rule(step) for step in chain.history[-1].receipt.steps] == ["", "LIQ-2"]


def test_no_account_becomes_liquidatable_in_the_block_in_which_a_change_binds() -> None:
    chain = forked(BASE)
    alice, bob = (chain.open(name, "main", dollars * USD) for name, dollars in (("alice", 270), ("bob", 10_000)))
    trade(chain, alice, bob, "BTC-PERP", 100, 50_000)
    for index in (49_000, 48_900):
        chain.block(prices={"BTC": index})
    assert not liquidatable(chain.state.ledger.accounts[alice], chain.state.quotes)
    assert change(chain, 1, "market/BTC-PERP", "maintenance_fraction", 33_000) == ""
    chain.block(elapsed=DELAY)
    assert chain.state.instruments["BTC-PERP"].parameters.maintenance_fraction == 33_000
    assert not liquidatable(chain.state.ledger.accounts[alice], chain.state.quotes)
    chain.block()
    assert liquidatable(chain.state.ledger.accounts[alice], chain.state.quotes)


def test_keys_of_changes_ascend_as_their_numbers_do() -> None:
    keys = [change_key(number) for number in (1, 2, 9, 10, 11, 99, 100, 10**15)]
    assert keys == sorted(keys)


def test_an_unscheduled_block_binds_nothing() -> None:
    chain = forked(BASE)
    before = chain.state.instruments
    chain.block()
    assert chain.state.instruments.entries == before.entries
