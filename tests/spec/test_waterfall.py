from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from clearstone.models.scenario_genesis import PERPETUAL, START
from clearstone.spec.accounts import Account, Position, locked_profit
from clearstone.spec.deleveraging import Closing, close_positions
from clearstone.spec.instruments import Perpetual, quote_perpetual
from clearstone.spec.ledger_state import Context, Ledger
from clearstone.spec.margin import equity
from clearstone.spec.numbers import apportion
from clearstone.spec.parameters import DAY
from clearstone.spec.receipts import Posting
from clearstone.spec.waterfall import (
    Absorption,
    absorb,
    charged_for_default,
    draw_insurance,
    profit_of,
    sweep_clearing,
    unrealised_profit,
)

Pools = Callable[..., st.SearchStrategy[tuple[Ledger, Context, str]]]
Conserved = Callable[[Ledger, Ledger, Context, Iterable[Posting]], None]
STAGES = ("insurance", "closed-profit", "profit", "equity", "last-insurance", "last-residue", "last-fees")


def absorbed(ledger: Ledger, context: Context, broke: str) -> tuple[Closing, Absorption]:
    closing = close_positions(ledger, context, broke)
    return closing, absorb(closing.ledger, context, broke, closing.closed, closing.profits)


def expected_charges(closing: Closing, context: Context, broke: str) -> tuple[dict[str, int], dict[str, int]]:
    """What each stage takes, and each account pays, as one would work it out from the rule."""
    accounts = dict(closing.ledger.accounts.items())
    pool = closing.ledger.pools["main"]
    owed = -accounts.pop(broke).cash
    caps = sum(context.instruments[market].parameters.insurance_cap for market in closing.closed)
    stages = {"insurance": min(owed, pool.insurance, caps if closing.closed else pool.parameters.unassigned_cap)}
    owed -= stages["insurance"]
    paid = dict.fromkeys(accounts, 0)
    gains = {name: sum(profit for other, profit in closing.profits if other == name) for name in accounts}
    profits = {name: profit_of(account, context, pool) for name, account in accounts.items()}
    worth = {name: max(0, equity(account, context.quotes)) for name, account in accounts.items()}
    for stage in STAGES[1:4]:
        claims = {
            "closed-profit": gains,
            "profit": {name: max(0, profits[name] - paid[name]) for name in accounts},
            "equity": worth,
        }[stage]
        limits = [min(claims[name], worth[name] - paid[name]) for name in accounts]
        stages[stage] = min(owed, sum(limits))
        for name, charge in zip(accounts, apportion(stages[stage], limits), strict=True):
            paid[name] += charge
        owed -= stages[stage]
    pots = {
        "last-insurance": pool.insurance - stages["insurance"],
        "last-residue": pool.residue,
        "last-fees": pool.fees,
    }
    for stage, held in pots.items():
        stages[stage] = min(owed, held)
        owed -= stages[stage]
    assert owed == 0
    return stages, paid


@given(data=st.data())
def test_a_deficit_is_assigned_exactly_and_nobody_is_pushed_below_zero(
    bankrupt_pools: Pools, conserved: Conserved, data: st.DataObject
) -> None:
    ledger, context, broke = data.draw(bankrupt_pools())
    closing, absorption = absorbed(ledger, context, broke)
    conserved(closing.ledger, absorption.ledger, context, absorption.postings)
    assert absorption.owed == 0
    assert absorption.ledger.accounts[broke].cash == 0
    assert absorption.ledger.accounts[broke].positions == ()
    for name, account in ledger.accounts.items():
        before, after = (equity(each, context.quotes) for each in (account, absorption.ledger.accounts[name]))
        if name != broke:
            assert min(before, 0) <= after <= before


@given(data=st.data())
def test_the_stages_take_what_the_rule_says_in_its_order(bankrupt_pools: Pools, data: st.DataObject) -> None:
    ledger, context, broke = data.draw(bankrupt_pools())
    closing, absorption = absorbed(ledger, context, broke)
    stages, paid = expected_charges(closing, context, broke)
    taken = dict.fromkeys(STAGES, 0)
    order = []
    for event in absorption.events:
        details = dict(event.details)
        taken[str(details["stage"])] += int(details["amount"])
        order.append(STAGES.index(str(details["stage"])))
    assert order == sorted(order)
    assert taken == stages
    for name, amount in paid.items():
        assert absorption.ledger.accounts[name].cash == closing.ledger.accounts[name].cash - amount


@given(data=st.data())
def test_who_has_neither_position_nor_locked_profit_pays_from_the_equity_stage_on(
    bankrupt_pools: Pools, data: st.DataObject
) -> None:
    ledger, context, broke = data.draw(bankrupt_pools())
    bystander = Account(bytes(32), "main", 0, 1_000)
    pool = ledger.pools["main"]
    ledger = replace(
        ledger,
        accounts=ledger.accounts.set("bystander", bystander),
        pools=ledger.pools.set("main", replace(pool, vault=pool.vault + 1_000)),
    )
    _, absorption = absorbed(ledger, context, broke)
    stages = {dict(event.details)["stage"] for event in absorption.events if "account/bystander" in str(event.details)}
    assert stages <= {"equity"}


ACCOUNTS = st.builds(
    lambda cash, lots, cost, locked: Account(
        bytes(32), "main", 0, cash, (Position("A", lots, cost, 0), Position("B", 2, 1, 0)), (), *locked, 5
    ),
    st.integers(0, 10**6),
    st.integers(-9, 9).filter(bool),
    st.integers(-(10**6), 10**6),
    st.tuples(st.integers(0, 10**5), st.integers(0, 10**5)),
)
QUOTES = {
    name: quote_perpetual(Perpetual(name, "main", "BTC", 1, PERPETUAL), 40_000, True, 0, 0) for name in ("A", "B")
}


@given(ACCOUNTS, st.integers(0, 10**6))
def test_a_charge_lowers_profit_by_the_same_amount_so_that_none_is_charged_twice(account: Account, amount: int) -> None:
    before = unrealised_profit(account, QUOTES) + locked_profit(account, 5)
    after = charged_for_default(account, amount, QUOTES, 5)
    assert after.cash == account.cash - amount
    assert unrealised_profit(after, QUOTES) + locked_profit(after, 5) == max(0, before - amount)


def test_a_charge_takes_locked_profit_before_it_raises_costs_in_ascending_order() -> None:
    account = Account(bytes(32), "main", 0, 0, (Position("A", 1, 39_990, 0), Position("B", 1, 39_980, 0)), (), 4, 3, 5)
    charged = [charged_for_default(account, amount, QUOTES, 5) for amount in (7, 8, 20, 40)]
    assert [locked_profit(each, 5) for each in charged] == [0, 0, 0, 0]
    costs = [tuple(position.cost for position in each.positions) for each in charged]
    assert costs == [(39_990, 39_980), (39_991, 39_980), (40_000, 39_983), (40_000, 40_000)]


def drawn(ledger: Ledger, context: Context, broke: str, owed: int, closed: tuple[str, ...]) -> Absorption:
    return draw_insurance(Absorption(ledger, owed), context, broke, closed)


@given(owed=st.lists(st.integers(0, 2_000), max_size=5), funds=st.integers(0, 3_000), data=st.data())
def test_a_markets_draws_in_a_window_never_exceed_its_cap(
    bankrupt_pools: Pools, owed: list[int], funds: int, data: st.DataObject
) -> None:
    ledger, context, broke = data.draw(bankrupt_pools())
    pool = replace(ledger.pools["main"], insurance=funds)
    ledger = replace(ledger, pools=ledger.pools.set("main", pool))
    caps = {name: context.instruments[name].parameters.insurance_cap for name in ("A-PERP", "CALL")}
    for amount in owed:
        before = ledger.pools["main"].insurance
        absorption = drawn(ledger, context, broke, amount, ("A-PERP", "CALL"))
        ledger = absorption.ledger
        assert 0 <= before - ledger.pools["main"].insurance == amount - absorption.owed
        assert all(ledger.markets[name].insurance_used <= cap for name, cap in caps.items())
    assert funds - ledger.pools["main"].insurance == min(funds, sum(owed), sum(caps.values()))


@given(data=st.data())
def test_an_account_without_positions_draws_on_a_line_of_its_own_that_a_new_window_renews(
    bankrupt_pools: Pools, data: st.DataObject
) -> None:
    ledger, context, broke = data.draw(bankrupt_pools())
    cap = ledger.pools["main"].parameters.unassigned_cap
    ledger = replace(ledger, pools=ledger.pools.set("main", replace(ledger.pools["main"], insurance=10**6)))
    first = drawn(ledger, context, broke, 5_000, ())
    assert first.owed == 5_000 - cap
    assert drawn(first.ledger, context, broke, 5_000, ()).owed == 5_000
    later = replace(context, now=START + DAY)
    assert drawn(first.ledger, later, broke, 5_000, ()).owed == 5_000 - cap
    market = drawn(ledger, context, broke, 5_000, ("A-PERP",))
    limit = context.instruments["A-PERP"].parameters.insurance_cap
    assert market.owed == 5_000 - limit
    assert drawn(market.ledger, later, broke, 5_000, ("A-PERP",)).owed == 5_000 - limit


@given(data=st.data())
def test_sweeping_moves_a_perpetuals_rounding_to_the_residue(bankrupt_pools: Pools, data: st.DataObject) -> None:
    ledger, context, _ = data.draw(bankrupt_pools())
    markets = ledger.markets
    for name, settlements in (("A-PERP", 9), ("B-PERP", 0), ("CALL", 9)):
        markets = markets.set(name, replace(markets[name], clearing=5, settlements=settlements))
    swept, postings = sweep_clearing(replace(ledger, markets=markets), context, "main")
    assert [tuple(posting) for posting in postings] == [("main", "clearing/A-PERP", "residue", 5, "sweep")]
    assert {name: swept.markets[name].clearing for name in ("A-PERP", "B-PERP", "CALL")} == {
        "A-PERP": 0,
        "B-PERP": 5,
        "CALL": 5,
    }
    assert swept.markets["A-PERP"].settlements == 0
    assert swept.pools["main"].residue == ledger.pools["main"].residue + 5


def test_all_profit_is_what_positions_gained_and_what_is_locked() -> None:
    account = Account(bytes(32), "main", 0, 0, (Position("A", 1, 39_990, 0), Position("B", 1, 40_010, 0)), (), 4, 3, 5)
    assert unrealised_profit(account, QUOTES) == 10
    assert locked_profit(account, 5) == 7
