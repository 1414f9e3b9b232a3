"""Incidents of a missing check: one function, branch or moment at which nobody asked whether it can be paid."""

from __future__ import annotations

from itertools import product
from typing import get_args

from clearstone.models.chain import Chain, named_key
from clearstone.models.incidents.enumeration import KINDS
from clearstone.models.incidents.ledger_figures import account_of, cash_of, equity_of, identifier, lots_of
from clearstone.models.incidents.scenario import Scenario, Trial, act
from clearstone.models.scenario_genesis import FIRST_INDEX, USD, buy, scenario_genesis, sell, trade, walk_index
from clearstone.spec.accounts import account_id
from clearstone.spec.margin import initial_requirement
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
    Side,
    TimeInForce,
    Transfer,
    Withdraw,
)


def every_kind_by_an_indebted_account(trial: Trial) -> None:
    """Let an account that needs nearly all it has try every transaction kind to end up with less."""
    chain = trial.start(scenario_genesis())
    debtor, own = (chain.open("debtor", "main", cash * USD, number) for number, cash in enumerate((1_000, 500)))
    friend = chain.open("friend", "main", 20_000 * USD)
    trade(chain, debtor, friend, "BTC-PERP", 300, FIRST_INDEX)
    act(chain, friend, sell("BTC-PERP", 50, 54_900))
    act(chain, friend, buy("BTC-PERP", 290, 45_100))
    act(chain, debtor, sell("BTC-PERP", 1, 54_950))
    resting = account_of(chain, debtor).nonce
    key = named_key("debtor")
    attempts: tuple[tuple[str, str, Action], ...] = (
        ("MARGIN-4", debtor, Transfer(own, 400 * USD)),
        ("MARGIN-4", debtor, Withdraw(identifier("burn"), 400 * USD)),
        ("MARGIN-6", debtor, buy("BTC-PERP", 50, 54_900, "ioc")),
        ("MARGIN-6", debtor, sell("BTC-PERP", 290, 45_100, "ioc")),
        ("BOOK-4", own, Liquidate(debtor, "BTC-PERP", 100)),
        ("LIQ-1", friend, Liquidate(debtor, "BTC-PERP", 100)),
        ("OPT-3", own, Settle(debtor, "BTC-PERP")),
        ("LEDGER-4", account_id(key, "main", 0), OpenAccount(key, "main", 0)),
        ("LEDGER-6", debtor, Deposit(identifier("gift"), debtor, 1)),
        ("LEDGER-6", debtor, Release(debtor, identifier("gift"))),
        ("LEDGER-6", debtor, ChangeParameter(1, "market/BTC-PERP", "maintenance_fraction", 29_000)),
        ("", debtor, Cancel(resting)),
    )
    for rule, account, action in attempts:
        before = equity_of(chain, debtor)
        receipt = act(chain, account, action)
        name = type(action).__name__
        if rule:
            trial.refused(f"{name} is refused by {rule}", rule, receipt)
        else:
            trial.accepted(f"{name} is open", receipt)
        trial.expect(f"{name} leaves the equity as it was", equity_of(chain, debtor) == before)
    held = account_of(chain, debtor)
    required = initial_requirement(held, chain.state.quotes)
    trial.expect("the account has its initial margin", equity_of(chain, debtor) >= required, required)
    tried = {type(action).__name__ for _, _, action in attempts}
    trial.expect("every transaction kind was tried", tried == set(KINDS), sorted(set(KINDS) - tried))


def every_branch_of_an_order(trial: Trial) -> None:
    """Place an order that is too large, in every combination of side, time in force and flags."""
    chain = trial.start(scenario_genesis())
    poor, maker = chain.open("poor", "main", 100 * USD), chain.open("maker", "main", 100_000 * USD)
    act(chain, maker, sell("BTC-PERP", 500, FIRST_INDEX + 10))
    act(chain, maker, buy("BTC-PERP", 500, FIRST_INDEX - 10))
    for side, force, reduce_only in product(get_args(Side), get_args(TimeInForce), (False, True)):
        crossing = FIRST_INDEX + (100 if side == "buy" else -100)
        price = FIRST_INDEX if force == "post-only" else crossing
        order = Place("BTC-PERP", side, 100, price, force, reduce_only, "cancel-maker")
        rule = "BOOK-2" if reduce_only and force != "post-only" else "MARGIN-6"
        name = f"{side} {force}{' reduce-only' if reduce_only else ''}"
        trial.refused(f"{name}: an order beyond the margin is refused", rule, act(chain, poor, order))
    for price in (FIRST_INDEX * 3 // 2, FIRST_INDEX // 2):
        outside = act(chain, poor, buy("BTC-PERP", 1, price))
        trial.refused(f"an order at {price} is outside the band", "BOOK-3", outside)
    trial.expect("nothing was traded", lots_of(chain, poor, "BTC-PERP") == 0 and cash_of(chain, poor) == 100 * USD)
    _maker_that_cannot_pay(trial, chain, poor, maker)


def _maker_that_cannot_pay(trial: Trial, chain: Chain, poor: str, maker: str) -> None:
    """An order that could be paid when it was placed is judged again when it fills."""
    trial.accepted("a small bid may rest", act(chain, poor, buy("BTC-PERP", 30, FIRST_INDEX + 5)))
    walk_index(chain, 47_500)
    other = chain.open("other", "main", 1_000 * USD)
    act(chain, other, sell("BTC-PERP", 30, FIRST_INDEX - 10, "ioc"))
    trial.expect("a maker that cannot pay any more does not fill", lots_of(chain, poor, "BTC-PERP") == 0)
    trial.expect("and the taker goes on to the next", lots_of(chain, other, "BTC-PERP") == -30)
    trial.expect("nobody is below zero", equity_of(chain, poor) >= 0 and equity_of(chain, maker) >= 0)


def emptied_before_its_own_check(trial: Trial) -> None:
    """Move cash out of an insolvent account, in circles, to oneself, and from accounts that never had any."""
    chain = trial.start(scenario_genesis())
    broke, rich = chain.open("debtor", "main", 600 * USD), chain.open("rich", "main", 50_000 * USD)
    own = chain.open("debtor", "main", 100 * USD, 1)
    empty = [chain.open("nobody", "main", 0, number) for number in range(3)]
    circle = [chain.sign(own, Transfer(own, 50 * USD)), chain.sign(own, Transfer(empty[0], 50 * USD), nonce=2)]
    circle += [chain.sign(empty[0], Transfer(empty[1], 50 * USD)), chain.sign(empty[1], Transfer(own, 50 * USD))]
    to_itself, *around = chain.run(*circle)
    trial.refused("a transfer to oneself is refused", "LEDGER-4", to_itself)
    for receipt in around:
        trial.accepted("a transfer around a circle is accepted", receipt)
    trial.expect("a circle of transfers creates nothing", equity_of(chain, own, *empty) == 100 * USD)
    trade(chain, broke, rich, "BTC-PERP", 200, FIRST_INDEX)
    walk_index(chain, 46_800)
    trial.expect("an account is insolvent", equity_of(chain, broke) < 0, equity_of(chain, broke))
    nonce = account_of(chain, broke).nonce
    out, liquidation, again, withdrawn = chain.run(
        chain.sign(broke, Transfer(own, USD)),
        chain.sign(own, Liquidate(broke, "BTC-PERP", 200)),
        chain.sign(broke, Transfer(empty[1], USD), nonce=nonce + 2),
        chain.sign(broke, Withdraw(identifier("out"), USD), nonce=nonce + 3),
    )
    trial.refused("its cash cannot be transferred", "MARGIN-4", out)
    trial.refused("its owner cannot liquidate it", "BOOK-4", liquidation)
    trial.refused("after that its cash still cannot be transferred", "MARGIN-4", again)
    trial.refused("nor withdrawn", "MARGIN-4", withdrawn)
    for account in empty:
        trial.refused("who never paid in opens nothing", "MARGIN-6", act(chain, account, buy("BTC-PERP", 1, 47_000)))
        out = act(chain, account, Withdraw(identifier(account), 1))
        trial.refused("and takes nothing out", "MARGIN-4", out)
    trial.expect("who never paid in owns nothing", equity_of(chain, *empty) <= 0)


SCENARIOS = (
    Scenario(
        number=6,
        title="One function without a health check",
        happened="Euler, March 2023, $197 M: an account gave collateral away and liquidated itself at a discount [2].",
        answer="Every kind is judged by one rule, for every account that it touches; all of them are tried here.",
        rules=("MARGIN-4", "MARGIN-6", "BOOK-4", "LIQ-1", "LEDGER-7"),
        script=every_kind_by_an_indebted_account,
    ),
    Scenario(
        number=7,
        title="One branch without a health check",
        happened="bZx, February 2020: a branch of a margin trade skipped the check, and the loan was not covered [2].",
        answer="Fills are judged one by one whatever order they come from, within a band around the index.",
        rules=("MARGIN-6", "BOOK-2", "BOOK-3", "BOOK-5", "BOOK-6"),
        script=every_branch_of_an_order,
    ),
    Scenario(
        number=20,
        title="An insolvent account emptied before its own check",
        happened="Derive DRV-01, September 2024: a liquidation nested in a transfer ran before its check [S].",
        answer="Transactions do not nest: each is judged whole before the next one reads anything.",
        rules=("LEDGER-4", "LEDGER-7", "MARGIN-4", "MARGIN-6"),
        script=emptied_before_its_own_check,
    ),
)
"""The scenarios of this theme."""
