"""What a stage leaves out of its states, no answer rests on; what its chain needs, it has."""

from dataclasses import replace
from functools import partial

import pytest

from clearstone.conformance.operations.ledger_operations import (
    TransactionApplied,
    TransactionToApply,
    apply_transaction,
)
from clearstone.conformance.suites.ledger_stage import RING, LedgerStage, without_reports
from clearstone.models.scenario_genesis import USD, buy, scenario_genesis, sell, series, trade
from clearstone.spec.oracle import is_fresh
from clearstone.spec.snapshot import snapshot_of
from clearstone.spec.transactions import Liquidate, Transfer, Withdraw

MARKET = "BTC-PERP"
CALL = series(call=True, strike=50_000)


@pytest.fixture(scope="module")
def stage() -> LedgerStage:
    made = LedgerStage("ledger", partial(scenario_genesis, options=(CALL,)))
    alice, bob = made.open("alice", 1_000 * USD), made.open("bob", 1_000 * USD)
    trade(made.chain, alice, bob, MARKET, 10, 50_000)
    made.acts(bob, sell(MARKET, 5, 50_100), sell(CALL.market, 1, 1_000))
    return made


@pytest.mark.parametrize(
    "make",
    [
        lambda other: Transfer(other, 5 * USD),
        lambda _: Withdraw(bytes(32), 5 * USD),
        lambda _: buy(MARKET, 2, 50_100),
        lambda _: buy(CALL.market, 1, 1_000),
        lambda other: Liquidate(other, MARKET, 1),
    ],
)
def test_a_transaction_does_the_same_on_a_state_without_reports(stage: LedgerStage, make):
    owners = {account.owner: key for key, account in stage.chain.state.ledger.accounts.items()}
    alice, bob = owners[RING.named("alice")], owners[RING.named("bob")]
    transaction = RING.signed(stage.chain.sign(alice, make(bob)))
    state = snapshot_of(stage.chain.state)
    told = apply_transaction(TransactionToApply(state, transaction))
    told_without = apply_transaction(TransactionToApply(without_reports(state), transaction))
    assert isinstance(told, TransactionApplied)
    assert isinstance(told_without, TransactionApplied)
    assert told.receipt == told_without.receipt
    assert without_reports(told.state) == told_without.state
    assert all(feed.reports for _, feed in told.state.feeds)


def test_leaving_out_reports_leaves_everything_else(stage: LedgerStage):
    state = snapshot_of(stage.chain.state)
    left = without_reports(state)
    assert replace(left, feeds=state.feeds) == state
    assert [replace(feed, reports=()) for _, feed in state.feeds] == [feed for _, feed in left.feeds]


@pytest.mark.parametrize("count", [3, 4, 7])
def test_so_many_validators_as_are_asked_for_make_feeds_fresh(count: int):
    state = LedgerStage("ledger", scenario_genesis, validators=count).chain.state
    assert len(state.validators) == count
    assert all(is_fresh(feed, state.parameters) for _, feed in state.feeds.items())


def test_two_validators_are_too_few_for_a_feed():
    state = LedgerStage("ledger", scenario_genesis, validators=2).chain.state
    assert not any(is_fresh(feed, state.parameters) for _, feed in state.feeds.items())
