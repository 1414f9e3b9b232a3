from __future__ import annotations

from dataclasses import replace

import pytest

from clearstone.models.chain import Chain, forked
from clearstone.models.scenario_genesis import (
    MINUTE,
    POOL,
    START,
    USD,
    buy,
    scenario_genesis,
    sell,
    series,
    started,
    trade,
)
from clearstone.spec.accounts import lots_in
from clearstone.spec.numbers import MAX_LOTS, MAX_TICKS
from clearstone.spec.transactions import Cancel, Place

PERP = "BTC-PERP"
CALL = series(call=True, strike=55_000, expiry=START + 20 * MINUTE)
BASE = started(scenario_genesis(options=(CALL,), second_pool=True, pool=replace(POOL, max_orders=2)))
ALICE = BASE.open("alice", "main", 100_000 * USD)
BOB = BASE.open("bob", "main", 100_000 * USD)
POOR = BASE.open("poor", "main", 10 * USD)


def place(chain: Chain, account: str, order: Place) -> str:
    """The rule that refuses the order, or nothing."""
    [receipt] = chain.run(chain.sign(account, order))
    return "" if receipt.rejection is None else receipt.rejection.rule


def orders_of(chain: Chain, account: str) -> list[tuple[int, int]]:
    return [(order.lots, order.price) for order in chain.state.ledger.accounts[account].orders]


@pytest.mark.parametrize(
    ("order", "rule"),
    [
        (buy("NO-SUCH", 1, 50_000), "BOOK-1"),
        (buy("ETH-PERP", 1, 2_000), "BOOK-1"),
        (buy(PERP, 0, 50_000), "BOOK-1"),
        (buy(PERP, -1, 50_000), "BOOK-1"),
        (buy(PERP, MAX_LOTS + 1, 50_000), "BOOK-1"),
        (buy(PERP, MAX_LOTS, 50_000), "MARGIN-6"),
        (buy(PERP, 1, 0), "BOOK-1"),
        (buy(CALL.market, 1, 0), "BOOK-1"),
        (buy(CALL.market, 1, 1), ""),
        (buy(PERP, 1, MAX_TICKS + 1), "BOOK-1"),
        (buy(PERP, 1, MAX_TICKS), "BOOK-3"),
        (buy(PERP, 1, None, "gtc"), "BOOK-2"),
        (buy(PERP, 1, None, "post-only"), "BOOK-2"),
        (buy(PERP, 1, 44_999), "BOOK-3"),
        (buy(PERP, 1, 45_000), ""),
        (buy(PERP, 1, 55_000), ""),
        (buy(PERP, 1, 55_001), "BOOK-3"),
        (sell(PERP, 1, None), ""),
        (sell(PERP, 1, None, "fok"), "BOOK-2"),
        (sell(PERP, 1, 50_000, "post-only"), ""),
        (sell(PERP, 1, 50_000, reduce_only=True), ""),
    ],
)
def test_an_order_is_taken_exactly_or_refused(order: Place, rule: str) -> None:
    assert place(forked(BASE), ALICE, order) == rule


def test_when_several_rules_refuse_the_first_in_order_is_reported() -> None:
    chain = forked(BASE)
    orders = {
        "BOOK-1": buy(CALL.market, 0, None, "gtc"),
        "OPT-3": buy(CALL.market, 1, None, "gtc"),
        "ORACLE-5": buy(PERP, 1, None, "gtc"),
        "BOOK-2": buy(PERP, 1, None, "gtc", reduce_only=True),
        "BOOK-3": buy(PERP, 1, 99_999, "post-only", reduce_only=True),
    }
    signed = [chain.sign(ALICE, order, nonce=100 + number) for number, order in enumerate(orders.values())]
    silence = {validator.key: {} for validator in chain.state.validators}
    receipts = chain.block(*signed, elapsed=30 * MINUTE, reports=silence).receipt.transactions
    assert [receipt.rejection and receipt.rejection.rule for receipt in receipts] == list(orders)


def test_a_post_only_order_that_would_cross_is_refused_and_one_beside_it_rests() -> None:
    chain = forked(BASE)
    assert place(chain, BOB, sell(PERP, 1, 50_001)) == ""
    assert place(chain, ALICE, buy(PERP, 1, 50_001, "post-only")) == "BOOK-2"
    assert place(chain, ALICE, buy(PERP, 1, 50_000, "post-only")) == ""
    assert place(chain, BOB, sell(PERP, 1, 50_000, "post-only")) == "BOOK-2"


def test_an_account_has_at_most_so_many_open_orders() -> None:
    chain = forked(BASE)
    assert [place(chain, ALICE, buy(PERP, 1, 49_000)) for _ in range(3)] == ["", "", "BOOK-2"]
    assert place(chain, ALICE, buy(PERP, 1, 49_000, "ioc")) == ""
    [cancelled] = chain.run(chain.sign(ALICE, Cancel(chain.state.ledger.accounts[ALICE].orders[0].nonce)))
    assert [event.kind for event in cancelled.events] == ["cancelled"]
    assert place(chain, ALICE, buy(PERP, 1, 49_000)) == ""


def test_what_is_not_filled_rests_behind_the_others_at_its_price() -> None:
    chain = forked(BASE)
    place(chain, BOB, sell(PERP, 3, 50_000))
    assert place(chain, ALICE, buy(PERP, 5, 50_000)) == ""
    assert orders_of(chain, ALICE) == [(2, 50_000)]
    assert orders_of(chain, BOB) == []
    assert lots_in(chain.state.ledger.accounts[ALICE], PERP) == 3


@pytest.mark.parametrize("force", ["ioc", "fok"])
def test_what_an_immediate_order_leaves_is_gone(force: str) -> None:
    chain = forked(BASE)
    place(chain, BOB, sell(PERP, 3, 50_000))
    order = Place(PERP, "buy", 5, 50_000, force, False, "cancel-maker")
    assert place(chain, ALICE, order) == ("" if force == "ioc" else "BOOK-2")
    assert orders_of(chain, ALICE) == []
    assert lots_in(chain.state.ledger.accounts[ALICE], PERP) == (3 if force == "ioc" else 0)


def test_an_order_that_needs_more_margin_than_there_is_does_not_rest() -> None:
    chain = forked(BASE)
    assert place(chain, POOR, buy(PERP, 5, 50_000)) == "MARGIN-6"
    assert place(chain, POOR, buy(PERP, 4, 50_000)) == ""


def test_if_the_rest_needs_too_much_margin_what_was_filled_stands() -> None:
    chain = forked(BASE)
    place(chain, BOB, sell(PERP, 1, 50_000))
    [receipt] = chain.run(chain.sign(POOR, buy(PERP, 5, 50_000)))
    assert [event.kind for event in receipt.events] == ["fill"]
    assert orders_of(chain, POOR) == []


def test_a_reduce_only_order_without_a_position_is_refused_where_it_would_trade() -> None:
    chain = forked(BASE)
    place(chain, BOB, sell(PERP, 1, 50_000))
    assert place(chain, ALICE, buy(PERP, 1, 50_000, reduce_only=True)) == "BOOK-2"


def test_cancelling_takes_ones_own_order_and_no_other() -> None:
    chain = forked(BASE)
    place(chain, BOB, sell(PERP, 1, 50_000))
    nonce = chain.state.ledger.accounts[BOB].orders[0].nonce
    receipts = chain.run(chain.sign(ALICE, Cancel(nonce)), chain.sign(BOB, Cancel(nonce + 1)))
    assert [receipt.rejection and receipt.rejection.rule for receipt in receipts] == ["BOOK-2", "BOOK-2"]
    chain.run(chain.sign(BOB, Cancel(nonce)))
    assert orders_of(chain, BOB) == []


def freeze(chain: Chain) -> None:
    chain.block(elapsed=11 * MINUTE, reports={validator.key: {} for validator in chain.state.validators})
    assert not chain.state.quotes[PERP].fresh


def test_on_a_frozen_feed_positions_can_be_reduced_and_orders_cancelled_but_nothing_grows() -> None:
    chain = forked(BASE)
    trade(chain, ALICE, BOB, PERP, 4, 50_000)
    place(chain, BOB, sell(PERP, 3, 50_000))
    freeze(chain)
    assert place(chain, ALICE, sell(PERP, 3, 50_000)) == "ORACLE-5"
    assert place(chain, ALICE, sell(PERP, 3, 50_000, reduce_only=True)) == ""
    chain.run(chain.sign(BOB, Cancel(chain.state.ledger.accounts[BOB].orders[0].nonce)))
    frozen = {validator.key: {} for validator in chain.state.validators}
    [receipt] = chain.block(
        chain.sign(BOB, buy(PERP, 2, 50_000, reduce_only=True)), reports=frozen
    ).receipt.transactions
    assert receipt.rejection is None
    assert lots_in(chain.state.ledger.accounts[ALICE], PERP) == 2
    assert lots_in(chain.state.ledger.accounts[BOB], PERP) == -2


def test_on_a_frozen_feed_a_maker_that_would_open_a_position_is_cancelled() -> None:
    chain = forked(BASE)
    trade(chain, ALICE, BOB, PERP, 4, 50_000)
    place(chain, POOR, buy(PERP, 1, 50_000))
    freeze(chain)
    frozen = {validator.key: {} for validator in chain.state.validators}
    order = sell(PERP, 1, 50_000, "ioc", reduce_only=True)
    [receipt] = chain.block(chain.sign(ALICE, order), reports=frozen).receipt.transactions
    assert [dict(event.details).get("rule") for event in receipt.events] == ["MARGIN-6"]
    assert orders_of(chain, POOR) == []
