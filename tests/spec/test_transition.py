from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from clearstone.models.chain import Applied, Chain, accept_all, forked, named_key
from clearstone.models.scenario_genesis import (
    HOUR,
    MINUTE,
    PERPETUAL,
    POOL,
    PROTOCOL,
    USD,
    buy,
    scenario_genesis,
    sell,
    series,
    started,
    trade,
)
from clearstone.spec.blocks import Block, Commit, block_id
from clearstone.spec.ledger_state import Pool
from clearstone.spec.numbers import MAX_TIME
from clearstone.spec.receipts import Receipt
from clearstone.spec.state import State
from clearstone.spec.transactions import Cancel, ChangeParameter, Deposit, Liquidate, Transfer
from clearstone.spec.transition import apply_block, check_block, fee_share

PERP = "BTC-PERP"
BASE = started(scenario_genesis(second_pool=True))
ALICE, BOB = (BASE.open(name, "main", 1_000 * USD) for name in ("alice", "bob"))
AFTER_GENESIS = Chain(scenario_genesis())
FIRST = forked(AFTER_GENESIS).block().block
NEXT = forked(BASE).block().block


def rule_of(state: State, block: Block) -> str:
    rejection = check_block(state, block, accept_all)
    after, receipt = apply_block(state, block, accept_all)
    assert receipt.rejection == rejection
    if rejection is None:
        assert after.height == state.height + 1
        return ""
    assert after is state
    assert (receipt.transactions, receipt.steps) == ((), ())
    return rejection.rule


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({}, ""),
        ({"version": 0}, "LEDGER-8"),
        ({"version": 2}, "LEDGER-8"),
        ({"chain": "another"}, "CONS-6"),
        ({"height": NEXT.height + 1}, "CONS-6"),
        ({"height": NEXT.height - 1}, "CONS-6"),
        ({"previous": bytes(32)}, "CONS-6"),
        ({"proposer": bytes(32)}, "CONS-6"),
        ({"proposer": BASE.state.validators[3].key}, ""),
        ({"root": bytes(32)}, "CONS-6"),
        ({"commit": replace(NEXT.commit, height=0)}, "CONS-6"),
        ({"commit": replace(NEXT.commit, block_id=bytes(32))}, "CONS-6"),
        ({"commit": replace(NEXT.commit, round=-1)}, "NUM-5"),
        ({"commit": replace(NEXT.commit, signatures=())}, "CONS-1"),
        ({"commit": replace(NEXT.commit, signatures=NEXT.commit.signatures[:2])}, "CONS-1"),
        ({"commit": replace(NEXT.commit, signatures=NEXT.commit.signatures[:3])}, ""),
        ({"time": NEXT.time - 1}, "ORACLE-6"),
        ({"time": NEXT.time + 1}, "ORACLE-6"),
        ({"time": MAX_TIME}, "ORACLE-6"),
        ({"time": MAX_TIME + 1}, "NUM-5"),
        ({"time": -1}, "ORACLE-6"),
    ],
)
def test_a_block_that_does_not_follow_changes_nothing(fields: dict[str, object], rule: str) -> None:
    assert rule_of(BASE.state, replace(NEXT, **fields)) == rule


def test_a_commit_with_a_bad_signature_spoils_the_block() -> None:
    rejection = check_block(BASE.state, NEXT, lambda *_: False)
    assert rejection is not None
    assert rejection.rule == "ENC-2"


def test_signatures_are_verified_by_the_rule_unless_told_otherwise() -> None:
    rejection = check_block(BASE.state, NEXT)
    assert rejection is not None
    assert rejection.rule == "ENC-2"


def test_the_first_block_carries_the_empty_commit_of_genesis() -> None:
    state = AFTER_GENESIS.state
    assert rule_of(state, FIRST) == ""
    assert FIRST.time == state.time + 1
    assert rule_of(state, replace(FIRST, commit=replace(FIRST.commit, round=1))) == "CONS-6"
    assert rule_of(state, replace(FIRST, commit=replace(FIRST.commit, signatures=NEXT.commit.signatures))) == "CONS-6"
    assert rule_of(state, replace(FIRST, commit=Commit(1, 0, state.block_id, ()))) == "CONS-6"


def test_a_block_holds_at_most_so_many_transactions() -> None:
    chain = started(scenario_genesis(protocol=replace(PROTOCOL, max_transactions=2)))
    cancel = chain.attest(Cancel(1))
    assert chain.block(cancel, cancel).receipt.rejection is None
    refused = chain.block(cancel, cancel, cancel).receipt.rejection
    assert refused is not None
    assert refused.rule == "NUM-5"


def test_the_next_block_refers_to_this_one() -> None:
    chain = forked(BASE)
    applied = chain.block()
    assert chain.state.block_id == block_id(applied.block)
    assert (chain.state.height, chain.state.time) == (applied.block.height, applied.block.time)


def test_replaying_the_blocks_gives_the_same_states() -> None:
    chain = forked(BASE)
    trade(chain, ALICE, BOB, PERP, 3, 50_000)
    state = chain.history[0].before
    for applied in chain.history:
        state, receipt = apply_block(state, applied.block, accept_all)
        assert receipt == applied.receipt
    assert state.ledger.accounts.entries == chain.state.ledger.accounts.entries
    assert state.trie == chain.state.trie


def kinds(receipts: tuple[Receipt, ...]) -> list[str]:
    return [event.kind for receipt in receipts for event in receipt.events]


def test_defaults_come_after_transactions_and_before_fees_and_changes() -> None:
    perpetual = replace(PERPETUAL, insurance_cap=0)
    chain = started(scenario_genesis(perpetual=perpetual, max_move=100_000, insurance=0))
    loser, winner, other = (
        chain.open(name, "main", usd * USD) for name, usd in (("l", 270), ("w", 9_000), ("o", 9_000))
    )
    trade(chain, loser, winner, PERP, 100, 50_000)
    chain.run(chain.attest(ChangeParameter(1, "pool/main", "penalty", 5_100)))
    chain.prices["BTC"] = 46_000
    chain.block(elapsed=PROTOCOL.parameter_delay - 2_000)
    signed = [
        chain.sign(other, Liquidate(loser, PERP, 1)),
        chain.sign(winner, buy(PERP, 1, 46_000)),
        chain.sign(other, sell(PERP, 1, 46_000), nonce=99),
    ]
    applied = chain.block(*signed, elapsed=2_000)
    assert "default-pending" in kinds(applied.receipt.transactions)
    assert kinds(applied.receipt.steps)[0] == "defaulted"
    assert kinds(applied.receipt.steps)[-1] == "bound"
    reasons = [posting.reason for step in applied.receipt.steps for posting in step.postings]
    assert reasons.index("deleveraging") < reasons.index("fees")


def test_what_a_block_accrues_is_there_for_its_first_transaction() -> None:
    chain = forked(BASE)
    trade(chain, ALICE, BOB, PERP, 100, 50_000)
    funding = chain.state.funding[PERP]
    chain.state = replace(chain.state, funding=chain.state.funding.set(PERP, replace(funding, rate=1_000)))
    applied = chain.block(chain.sign(ALICE, Transfer(BOB, 1)), elapsed=HOUR // 2)
    reasons = [posting.reason for posting in applied.receipt.transactions[0].postings]
    assert reasons == ["funding", "funding", "transfer"]


def test_the_book_is_sampled_for_funding_as_the_block_before_left_it() -> None:
    chain = forked(BASE)
    orders = [chain.sign(ALICE, buy(PERP, 10, 50_100)), chain.sign(BOB, sell(PERP, 10, 50_300))]
    chain.block(*orders, elapsed=MINUTE)
    assert chain.state.funding[PERP].samples[-1] == 0
    chain.block(elapsed=MINUTE)
    assert chain.state.funding[PERP].samples[-1] == 4_000


def test_unclamped_quotes_are_the_quotes_unless_an_index_lags() -> None:
    chain = forked(BASE)
    assert chain.state.unclamped is chain.state.quotes
    chain.block(prices={"BTC": 60_000})
    assert chain.state.quotes[PERP].index == 52_500
    assert chain.state.unclamped[PERP].index == 60_000


def test_initial_margin_looks_at_the_open_interest_of_the_block_before() -> None:
    steep = replace(PERPETUAL, open_interest_low=0, open_interest_high=100)
    chain = started(scenario_genesis(perpetual=steep))
    alice, bob = (chain.open(name, "main", 10_000 * USD) for name in ("alice", "bob"))
    before = chain.state.quotes[PERP].initial
    trade(chain, alice, bob, PERP, 50, 50_000)
    assert chain.state.quotes[PERP].initial == before
    chain.block()
    assert chain.state.quotes[PERP].initial > before
    assert chain.state.quotes[PERP].maintenance == 1_500_000


@pytest.mark.parametrize(
    ("insurance", "fees", "moved"), [(90, 5, 5), (90, 10, 10), (90, 11, 10), (100, 7, 0), (101, 7, 0), (90, 0, 0)]
)
def test_fees_fill_the_fund_to_its_target_and_the_rest_stays(insurance: int, fees: int, moved: int) -> None:
    pool = Pool(replace(POOL, insurance_target=100), insurance=insurance, fees=fees)
    assert fee_share(pool) == moved


def test_fees_move_at_the_end_of_the_block() -> None:
    chain = forked(BASE)
    trade(chain, ALICE, BOB, PERP, 10, 50_000)
    applied: Applied = chain.history[-1]
    [step] = applied.receipt.steps
    assert [tuple(posting) for posting in step.postings] == [("main", "fees", "insurance", 200_000, "fees")]
    assert applied.after.ledger.pools["main"].fees == 0


def test_a_full_fund_leaves_fees_where_they_are() -> None:
    chain = started(scenario_genesis(pool=replace(POOL, insurance_target=0)))
    alice, bob = (chain.open(name, "main", 1_000 * USD) for name in ("alice", "bob"))
    trade(chain, alice, bob, PERP, 10, 50_000)
    assert chain.state.ledger.pools["main"].fees == 200_000
    assert chain.history[-1].receipt.steps == ()


def test_one_pool_does_not_feel_what_happens_in_another(audit: Callable[[State], None]) -> None:
    def ending(with_crash: bool) -> Chain:
        chain = forked(BASE)
        eve, mae = (chain.open(name, "other", 1_000 * USD) for name in ("eve", "mae"))
        if with_crash:
            trade(chain, ALICE, BOB, PERP, 300, 50_000)
        else:
            chain.block()
        trade(chain, eve, mae, "ETH-PERP", 20, 2_000)
        for index in (48_000, 45_700):
            chain.block(prices={"BTC": index})
        liquidation = [chain.sign(BOB, Liquidate(ALICE, PERP, 1_000))] if with_crash else []
        chain.block(*liquidation)
        audit(chain.state)
        return chain

    calm, crashed = ending(False), ending(True)
    for table in ("accounts", "markets", "pools"):
        held, other = (dict(getattr(chain.state.ledger, table).items()) for chain in (calm, crashed))
        for key in held:
            elsewhere = key in ("other", "ETH-PERP") or (table == "accounts" and held[key].pool == "other")
            assert not elsewhere or held[key] == other[key]
    assert calm.state.ledger.pools["main"] != crashed.state.ledger.pools["main"]


def test_an_expired_series_moves_from_trade_through_pending_to_settle() -> None:
    call = series(call=True, strike=55_000, expiry=BASE.state.time + 20 * MINUTE)
    chain = started(scenario_genesis(options=(call,)))
    phases = []
    for time in (call.expiry - 1, call.expiry, call.expiry + 10 * MINUTE):
        chain.block(time=time)
        phases.append(chain.state.quotes[call.market].phase)
    assert phases == ["trade", "pending", "settle"]


def test_the_settlement_price_is_the_mean_of_samples_from_the_window() -> None:
    call = series(call=True, strike=55_000, expiry=BASE.state.time + 20 * MINUTE)
    chain = started(scenario_genesis(options=(call,)))
    opens = call.expiry - 30 * PROTOCOL.settlement_slot
    chain.block(time=opens - 1, prices={"BTC": 51_000})
    for slot in range(30):
        chain.block(time=opens + slot * PROTOCOL.settlement_slot, prices={"BTC": 50_000 + slot})
    chain.block(time=call.expiry, prices={"BTC": 52_000})
    [(_, expiry)] = chain.state.expiries.items()
    assert (expiry.count, expiry.price) == (30, 50_014)


def test_a_frozen_mark_feed_freezes_its_series_alone() -> None:
    call = series(call=True, strike=55_000)
    chain = started(scenario_genesis(options=(call,)))
    only_index = {validator.key: {"BTC": 50_000} for validator in chain.state.validators}
    chain.block(elapsed=11 * MINUTE, reports=only_index)
    assert (chain.state.quotes[PERP].fresh, chain.state.quotes[call.market].fresh) == (True, False)


def test_deposits_of_one_block_are_there_for_its_later_transactions() -> None:
    chain = forked(BASE)
    deposit = chain.attest(Deposit(named_key("late"), ALICE, 500 * USD))
    receipts = chain.run(deposit, chain.sign(ALICE, Transfer(BOB, 1_500 * USD)))
    assert [receipt.rejection for receipt in receipts] == [None, None]
