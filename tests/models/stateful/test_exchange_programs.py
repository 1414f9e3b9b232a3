import json

import pytest

from clearstone.models.stateful import exchange_run
from clearstone.models.stateful import exchange_steps as steps
from clearstone.models.stateful.exchange_machine import ExchangeMachine
from clearstone.models.stateful.exchange_moves import TAKEN, asked_of, squeezing_price
from clearstone.models.stateful.exchange_program import Act, Program, Step, id_number, joined, plainer
from clearstone.models.stateful.exchange_run import RESTART, TOTALITY, ExchangeRun, run_program
from clearstone.models.stateful.exchange_trouble import FAR
from clearstone.models.stateful.exchange_world import EXPIRY, PLACES, SEATS, WORLDS
from clearstone.models.stateful.hunting import MACHINES, make_up
from clearstone.spec.accounts import lots_in
from clearstone.spec.encoding.state_json import from_json, to_json
from clearstone.spec.margin import health_equity, maintenance_requirement
from clearstone.spec.state_root import state_root
from clearstone.spec.transactions import (
    Action,
    Cancel,
    ChangeParameter,
    Deposit,
    Liquidate,
    OpenAccount,
    Place,
    Release,
    Settle,
    Transfer,
    Withdraw,
)


def order(side: str, lots: int, price: int, market: str = "BTC-PERP", reduce_only: bool = False) -> Place:
    return Place(market, "buy" if side == "buy" else "sell", lots, price, "gtc", reduce_only, "cancel-maker")


def trade(seller: str, buyer: str, lots: int, price: int, market: str = "BTC-PERP") -> Step:
    return Step((Act(seller, order("sell", lots, price, market)), Act(buyer, order("buy", lots, price, market))))


RUIN = Program(
    "lean",
    (
        trade("carol", "dave", 20, 50_000),
        Step(prices=(("BTC", 40_000),)),
        Step(prices=(("BTC", 40_000),)),
        Step((Act("bob", Liquidate("dave", "BTC-PERP", 20)),)),
    ),
)


def kinds(run: ExchangeRun) -> list[str]:
    receipts = [receipt for taken in run.taken for receipt in taken.applied.receipt.transactions]
    receipts += [receipt for taken in run.taken for receipt in taken.applied.receipt.steps]
    return [event.kind for receipt in receipts for event in receipt.events]


@pytest.mark.parametrize("world", WORLDS)
def test_a_world_begins_with_every_seat_taken_and_paid(world: str):
    accounts = ExchangeRun(world).state.ledger.accounts
    assert {name: accounts[seat.id].cash for name, seat in SEATS.items()} == {
        name: seat.cash for name, seat in SEATS.items()
    }
    assert PLACES["frank"].id not in accounts


def test_a_program_brings_ruin_in_four_steps():
    run = run_program(RUIN)
    assert run.violations == ()
    assert {"fill", "flagged", "defaulted", "deleveraged", "absorbed"} <= set(kinds(run))
    assert run.state.ledger.accounts[PLACES["dave"].id].cash == 0


def test_running_a_program_again_gives_the_same_state():
    assert state_root(run_program(RUIN).state) == state_root(run_program(RUIN).state)
    assert run_program(RUIN).program == RUIN


def test_an_option_can_be_traded_expire_and_be_settled():
    first = ExchangeRun("ample")
    series = "BTC-50000-C"
    told = (
        trade("carol", "bob", 10, 1_000, series),
        Step(elapsed=EXPIRY - first.state.time - 1_000, prices=(("BTC", 52_000),)),
        Step((Act("alice", Settle("bob", series)),), elapsed=1_000),
        Step(elapsed=60_000),
        Step((Act("alice", Settle("bob", series)),)),
    )
    run = run_program(Program("ample", told))
    assert run.violations == ()
    receipts = [taken.applied.receipt.transactions for taken in run.taken]
    assert receipts[2][0].rejection.rule == "OPT-3"
    assert receipts[4][0].rejection is None
    assert kinds(run).count("settled") == 1


@pytest.mark.parametrize(
    ("act", "rule"),
    [
        (Act("bob", Transfer("bob", 1)), "LEDGER-4"),
        (Act("bob", Transfer("alice", 1), nonce=0), "LEDGER-6"),
        (Act("bob", Transfer("alice", 1), lifetime=-1), "LEDGER-6"),
        (Act("frank", Transfer("alice", 1)), "LEDGER-4"),
        (Act("", Deposit(id_number(1), "bob", 1), signers=(2, 3)), "LEDGER-5"),
        (Act("", Deposit(id_number(1), "bob", 1), signers=(0, 0)), "LEDGER-6"),
        (Act("bob", Withdraw(id_number(1), 10**12)), "MARGIN-4"),
        (Act("", Release("bob", id_number(1))), "LEDGER-5"),
        (Act("bob", Cancel(7)), "BOOK-2"),
        (Act("", ChangeParameter(7, "pool/main", "penalty", 5_400)), "LEDGER-8"),
        (Act("bob", Liquidate("alice", "BTC-PERP", 1)), "LIQ-1"),
        (Act("alice-2", Liquidate("alice", "BTC-PERP", 1)), "BOOK-4"),
        (Act("alice", OpenAccount(bytes(32), "main", 9)), "LEDGER-4"),
    ],
)
def test_what_is_not_allowed_is_refused_by_its_rule(act: Act, rule: str):
    run = run_program(Program("lean", (Step((act,)),)))
    assert run.violations == ()
    assert run.taken[0].applied.receipt.transactions[0].rejection.rule == rule


def test_every_kind_of_step_has_json_of_its_own():
    actions: tuple[Action, ...] = (
        Deposit(id_number(1), "bob", 1),
        Withdraw(id_number(1), 1),
        OpenAccount(bytes(32), "main", 1),
        order("buy", 1, 1),
    )
    told = tuple(Step((Act("bob", action),)) for action in actions)
    program = Program("lean", (*told, Step((), 5, (("BTC", 1),), (1, 2), (("ETH", 3),), True)))
    assert from_json(Program, json.loads(json.dumps(to_json(program)))) == program


def test_silent_validators_freeze_a_feed_and_the_liar_moves_nothing():
    run = run_program(Program("lean", (Step(lies=(("BTC", 1),)), Step(elapsed=61_000, silent=(2, 3)))))
    assert run.violations == ()
    assert [taken.applied.after.feeds["BTC"].fresh_blocks for taken in run.taken] == [2, 0]
    assert run.state.feeds["BTC"].index == 50_000


def test_an_exception_of_the_spec_is_a_violation(monkeypatch: pytest.MonkeyPatch):
    ExchangeRun("lean")  # its world is opened once, and not by a broken rule
    monkeypatch.setattr("clearstone.models.chain.apply_block", lambda *_: 1 // 0)
    (violation,) = run_program(Program("lean", (Step(),))).violations
    assert (violation.invariant, "ZeroDivisionError" in violation.detail) == (TOTALITY, True)


def test_a_restart_into_another_state_is_a_violation(monkeypatch: pytest.MonkeyPatch):
    other = run_program(RUIN).state
    monkeypatch.setattr(exchange_run, "restore", lambda snapshot: other)
    (violation,) = run_program(Program("lean", (Step(restarts=True),))).violations
    assert violation.invariant == RESTART


def test_what_broke_ends_the_program(monkeypatch: pytest.MonkeyPatch):
    ExchangeRun("lean")  # its world is opened once, and not by a broken rule
    monkeypatch.setattr("clearstone.models.chain.apply_block", lambda *_: 1 // 0)
    assert run_program(RUIN).length == 1


def test_plainer_steps_are_other_steps_and_joined_ones_take_as_long():
    step = Step((Act("bob", order("buy", 300, 50_000), nonce=4),), 60_000, (("BTC", 1),), (1,), (("BTC", 2),), True)
    assert step not in list(plainer(step))
    assert Step(elapsed=60_000) in [one for each in plainer(Step((), 60_000, silent=(1,))) for one in (each,)]
    assert Step(elapsed=3_000, prices=(("BTC", 2),)) in list(joined(Step(), Step(elapsed=2_000, prices=(("BTC", 2),))))
    assert list(joined(Step((Act("bob", Cancel(1)),)), Step((Act("bob", Cancel(2)),)))) == []


def test_made_up_programs_reach_every_kind_of_transaction_and_run_again_to_the_same_end():
    runs: list[ExchangeRun] = []
    for number in range(4):
        make_up(MACHINES["exchange"], runs.append, 8, 40, number)
    sent = {type(act.action) for run in runs for taken in run.taken for act in taken.step.acts}
    assert sent >= {Deposit, Withdraw, Release, Transfer, Place, Cancel, Liquidate, ChangeParameter, OpenAccount}
    last = max(runs, key=lambda run: run.length)
    assert state_root(run_program(last.program).state) == state_root(last.state)
    seen = {kind for run in runs for kind in kinds(run)}
    assert {"fill", "rested", "flagged", "liquidated", "defaulted", "absorbed", "bound"} <= seen


def test_a_squeeze_takes_an_account_as_far_as_it_says():
    run = ExchangeRun("lean")
    run.take(steps.trade(run.state, "carol", "dave", "BTC-PERP", "sell", "20", 0))
    spare = {}
    for depth in ("between", "barely", "nearly", "flagged", "ruined"):
        for _ in range(3):  # what is required moves with the price
            run.take(Step(prices=(("BTC", squeezing_price(run.state, "dave", depth)),)))
        account = run.state.ledger.accounts[PLACES["dave"].id]
        required = maintenance_requirement(account, run.state.quotes)
        spare[depth] = health_equity(account, run.state.quotes) / required
    assert 1 < spare["between"] < 1.05
    assert 0.99 < spare["barely"] < 1
    assert 0.85 < spare["nearly"] < 0.95
    assert 0.45 < spare["flagged"] < 0.55
    assert spare["ruined"] < 0


def test_a_position_is_handed_over_whole_and_withdrawals_are_released_together():
    run = ExchangeRun("lean")
    run.take(steps.trade(run.state, "carol", "dave", "BTC-PERP", "sell", "20", 0))
    run.take(steps.handed_over(run.state, "carol", "bob", "BTC-PERP"))
    lots = {name: lots_in(run.state.ledger.accounts[PLACES[name].id], "BTC-PERP") for name in ("carol", "bob", "dave")}
    assert lots == {"carol": 0, "bob": -20, "dave": 20}
    run.take(steps.all_withdraw(run.state, "other", "some", 7))
    released = steps.all_released(run.state)
    assert len(released.acts) == 3
    assert all(receipt.rejection is None for receipt in run.take(released).applied.receipt.transactions)


@pytest.mark.parametrize("series", FAR)
def test_who_sold_options_can_be_squeezed_until_a_sixteenth_of_them_restores_him(series: str):
    machine = ExchangeMachine()
    machine.run = ExchangeRun("lean")
    machine.take(steps.trade(machine.now.state, "alice", "carol", series, "sell", "most", 0))
    for _ in range(3):
        machine.squeezed("alice", "barely")
    held = lots_in(machine.now.state.ledger.accounts[PLACES["alice"].id], series)
    machine.take(steps.liquidation(machine.now.state, 0, 0, 0, "16", "second"))
    left = lots_in(machine.now.state.ledger.accounts[PLACES["alice"].id], series)
    assert (left - held, left < 0) == (-(held // 16), True)


def test_options_expire_at_a_price_that_moved_while_it_was_sampled_and_everybody_settles():
    machine = ExchangeMachine()
    machine.run = ExchangeRun("ample")
    machine.take(steps.trade(machine.now.state, "alice", "carol", "BTC-50000-C", "sell", "7", 0))
    machine.options_expire(1_050)
    ((_, expiry),) = machine.now.state.expiries.items()
    assert expiry.count >= 2
    assert expiry.price not in (None, machine.now.state.feeds["BTC"].index)
    assert kinds(machine.now).count("settled") == 2
    assert not any(account.positions for _, account in machine.now.state.ledger.accounts.items())


def test_who_leaves_before_an_index_has_caught_up_is_held_back_by_where_it_goes():
    machine = ExchangeMachine()
    machine.run = ExchangeRun("lean")
    machine.take(steps.trade(machine.now.state, "alice", "carol", "BTC-PERP", "sell", "100", 0))
    machine.one_leaves_before_it_shows(rank=0, depth="ruined", amount="some")
    (receipt,) = machine.now.taken[-1].applied.receipt.transactions
    assert receipt.rejection.rule == "ORACLE-4"


def test_what_a_liquidator_asks_for_follows_from_the_position():
    run = ExchangeRun("lean")
    run.take(steps.trade(run.state, "carol", "dave", "BTC-PERP", "sell", "20", 0))
    asked = [asked_of(run.state, "dave", "BTC-PERP", word) for word in TAKEN]
    assert asked == [10_000, 16, 1, 20, 10, 4, 21]
    assert asked_of(run.state, "frank", "BTC-PERP", "all") == 1


def test_the_machine_says_nothing_before_it_has_begun():
    ExchangeMachine().teardown()
