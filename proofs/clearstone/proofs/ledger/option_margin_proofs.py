"""Accounts that hold options: what their expiries need enters margin as it should, and nothing leaves that covers it.

What an expiry needs is any amount here, initially no less than later, as is proved for any number of legs in
`portfolio_proofs`. And one position stands for all the options of an account: so what is proved elsewhere of accounts
that hold anything beside what is named, holds of accounts with options.
"""

from __future__ import annotations

from dataclasses import replace

from clearstone.proofs.contracts import replaced
from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.frames import framed
from clearstone.proofs.ledger.number_proofs import DONE
from clearstone.proofs.ledger.outcomes import ACCEPTED, came_to
from clearstone.proofs.ledger.portfolio_contracts import any_amounts
from clearstone.proofs.ledger.portfolios import EXPIRY
from clearstone.proofs.ledger.worlds import ALICE, BOB, NOBODY, beside, context, holders
from clearstone.proofs.obligations import obligation
from clearstone.proofs.symbolic.formulas import negation
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import Account, Position, locked_profit
from clearstone.spec.cash import check_leaving, transfer, withdraw
from clearstone.spec.instruments import OptionSeries, Perpetual, Quote
from clearstone.spec.ledger_state import Context, Pool, horizon_period, withdrawal_key
from clearstone.spec.margin import (
    equity,
    health_equity,
    health_value,
    initial_health,
    liquidatable,
    maintenance_requirement,
    meets_initial,
)
from clearstone.spec.numbers import MAX_ATOMS, MAX_LOTS
from clearstone.spec.receipts import Rejection
from clearstone.spec.transactions import Transfer, Withdraw

LEGS = ("leg one", "leg two")
"""Two legs of one expiry; what two add, any number does."""
SUM = "~sum"
"""The instrument that stands for them."""
ID = bytes(range(32))
"""Id of a withdrawal."""


def any_legs(world: World, fresh: bool, suffix: str = "") -> dict[str, Quote]:
    """Any quotes of two series of one expiry."""
    return {
        name: parts.quote(world, parts.series(world, f"{name}{suffix}", True, expiry=EXPIRY), fresh) for name in LEGS
    }


def any_holder(world: World, *beside_them: Position) -> Account:
    """Any account that holds both legs, and what is given beside them."""
    legs = [parts.position(world, ALICE, name, funding=0) for name in LEGS]
    return parts.account(world, ALICE, (*legs, *beside_them))


@obligation("MARGIN-3a", "MARGIN-4", "MARK-1", about=(initial_health, maintenance_requirement), reaches={DONE})
def one_position_stands_for_the_options_of_an_expiry(world: World) -> None:
    """The options of an account have the equity and margins of one position that is worth and needs what they do."""
    quotes = any_legs(world, world.choice("feed", (True, False)))
    account = any_holder(world)
    with any_amounts(world, LEGS, ("expiry", quotes)) as (amounts,):
        capped, uncapped = (initial_health(account, quotes, cap) for cap in (True, False))
        later = maintenance_requirement(account, quotes)
        at_marks, held = equity(account, quotes), health_equity(account, quotes)
    value = held - account.cash
    ghost = parts.ghost_quote(world, SUM, quotes[LEGS[0]].fresh)
    assert isinstance(ghost.instrument, Perpetual)
    uncapped_market = replace(ghost.instrument, parameters=replace(ghost.instrument.parameters, profit_cap=0))
    stands_for = replace(
        ghost,
        instrument=uncapped_market,
        mark=at_marks - account.cash,
        long_mark=value,
        short_mark=value,
        initial=amounts.initial + value,
        maintenance=amounts.maintenance + value,
    )
    one = replace(account, positions=(Position(SUM, 1, value - uncapped.excluded, 0),))
    single = {SUM: stands_for}
    healths = [initial_health(one, single, cap) for cap in (True, False)]
    world.observe("health", (capped, uncapped, healths))
    world.reached(DONE)
    for health, same in zip((capped, uncapped), healths, strict=True):
        world.require(health.equity == same.equity, "the same equity in health tests")
        world.require(health.excluded == same.excluded, "the same profit is excluded")
        world.require(health.required == same.required, "the same initial margin")
        world.require(health.fresh == same.fresh, "prices as fresh")
    world.require(equity(one, single) == at_marks, "the same equity at the marks")
    world.require(health_equity(one, single) == held, "and in health tests")
    world.require(maintenance_requirement(one, single) == later, "the same maintenance margin")


@obligation(
    "MARGIN-3", "MARGIN-3a", "LIQ-1", about=(initial_health, maintenance_requirement), reaches={"safe", "short"}
)
def who_has_initial_margin_with_options_is_not_liquidated(world: World) -> None:
    """With options and anything beside, initial margin is at least maintenance margin, and who has it is safe."""
    quotes = any_legs(world, True) | {beside(ALICE): parts.ghost_quote(world, beside(ALICE), True)}
    account = any_holder(world, parts.ghost_position(world, ALICE, beside(ALICE)))
    with any_amounts(world, LEGS, ("expiry", quotes)):
        initial, maintenance = initial_health(account, quotes, True), maintenance_requirement(account, quotes)
        meets, below = meets_initial(account, quotes), liquidatable(account, quotes)
    world.observe("margins", (initial, maintenance))
    world.require(initial.required >= maintenance, "initial margin is at least maintenance margin")
    world.reached("safe" if meets else "short")
    if meets:
        world.require(negation(below), "who has initial margin is not liquidated")


@obligation(
    "MARGIN-1", "MARGIN-3a", "LIQ-1", about=(initial_health, maintenance_requirement), reaches={"safe", "owing"}
)
def an_empty_account_needs_nothing(world: World) -> None:
    """Without positions and orders both margins are 0, cash is all there is, and only a debt makes it liquidatable."""
    account, capped = parts.account(world, ALICE, ()), world.choice("profit", (True, False))
    health = initial_health(account, {}, capped)
    world.observe("health", health)
    world.reached("owing" if liquidatable(account, {}) else "safe")
    world.require(health == (account.cash, 0, 0, True), "nothing is excluded or required")
    world.require(maintenance_requirement(account, {}) == 0, "nor later")
    world.require(liquidatable(account, {}) == bool(account.cash < 0), "only a debt is liquidated")


@obligation("MARGIN-3a", about=(initial_health, maintenance_requirement), reaches={DONE})
def premium_is_neither_collateral_nor_required(world: World) -> None:
    """What options are worth at their marks cancels: equity less margin is at most what the rest has, less the amounts.

    Deposit 1000, buy options for 1000, withdraw 1000 does not work, whatever else is held.
    """
    quotes = any_legs(world, world.choice("feed", (True, False)))
    quotes |= {beside(ALICE): parts.ghost_quote(world, beside(ALICE), True)}
    account, rest = any_holder(world, parts.ghost_position(world, ALICE, beside(ALICE))), quotes[beside(ALICE)]
    with any_amounts(world, LEGS, ("expiry", quotes)) as (amounts,):
        health, later = initial_health(account, quotes, False), maintenance_requirement(account, quotes)
    world.observe("health", (health, later))
    world.reached(DONE)
    has = account.cash + rest.long_mark
    world.require(health.excluded >= 0, "what is excluded never adds")
    world.require(health.required >= 0, "margin is not negative")
    spare = health.equity - health.required
    world.require(spare <= has - rest.initial - amounts.initial, "initially no option is collateral")
    world.require(health.equity - later <= has - rest.maintenance - amounts.maintenance, "nor later")
    if health.required > 0:
        world.require(spare == has - rest.initial - amounts.initial, "and what is required is that exactly")


def uncertain_profit(position: Position, quote: Quote) -> int:
    """MARGIN-4. Unrealised profit of a position that may not leave; a long option's value is required in full."""
    if isinstance(quote.instrument, OptionSeries) and position.lots > 0:
        return 0
    return max(0, health_value(position, quote) - position.cost)


@obligation(
    "MARGIN-4",
    "MARGIN-4a",
    "MARGIN-6",
    "ORACLE-4",
    "OPT-4",
    about=(check_leaving,),
    reaches={"may leave", "OPT-4", "ORACLE-5", "MARGIN-4", "ORACLE-4"},
)
def what_may_leave_is_not_needed_by_what_stays(world: World) -> None:
    """With options bought and sold, what stays covers initial margin and locked profit, without unrealised profit.

    At the clamped and at the unclamped prices; so it also meets the initial margin that trading asks for. One leg is
    bought and one is sold here; all others of the account are part of what it holds beside.
    """
    fresh = world.choice("feeds", ("fresh", "frozen")) == "fresh"
    quotes = {**any_legs(world, fresh), beside(ALICE): parts.ghost_quote(world, beside(ALICE), True)}
    unclamped = any_legs(world, fresh, " unclamped")
    unclamped[beside(ALICE)] = parts.ghost_quote(world, beside(ALICE), True, " unclamped")
    bought, sold = world.integer("bought", 1, MAX_LOTS, 2), world.integer("sold", 1, MAX_LOTS, 3)
    legs = (parts.position(world, ALICE, name, lots, 0) for name, lots in zip(LEGS, (bought, -sold), strict=True))
    left = parts.account(world, ALICE, (*legs, parts.ghost_position(world, ALICE, beside(ALICE))))
    pool = parts.pool(world)
    block = context(world, quotes, unclamped, world.choice("pending", ((), ("main",))))
    with any_amounts(world, LEGS, ("clamped", quotes), ("unclamped", unclamped)):
        rejection = check_leaving(block, pool, left)
        world.observe("rejection", rejection)
        world.reached("may leave" if rejection is None else rejection.rule)
        if rejection is not None:
            return
        locked = locked_profit(left, horizon_period(pool, block.now))
        for prices in (block.quotes, block.unclamped):
            uncertain = sum(uncertain_profit(position, prices[position.instrument]) for position in left.positions)
            spare = health_equity(left, prices) - initial_health(left, prices, False).required
            world.require(spare - uncertain >= locked, "what stays covers initial margin, and what may not leave")
        world.require(meets_initial(left, block.quotes), "it meets the initial margin that trading asks for")


@obligation("MARGIN-4", "MARGIN-6", about=(withdraw, transfer), reaches={ACCEPTED, "MARGIN-4"})
def whatever_leaves_is_judged_by_what_stays(world: World) -> None:
    """No withdrawal and no transfer is accepted but on the account as it is left, funding settled, in its own pool."""
    setting = holders(world, ALICE)
    before, block = setting.ledger, setting.context
    asked: list[tuple[Context, Pool, Account]] = []

    def judge(context: Context, pool: Pool, debited: Account) -> Rejection | None:
        asked.append((context, pool, debited))
        return None if world.flag("may leave") else Rejection("MARGIN-4", "it is needed")

    amount = world.integer("amount", 1, MAX_ATOMS, 5)
    with replaced(check_leaving, judge):
        if world.choice("kind", ("withdrawal", "transfer")) == "withdrawal":
            before = replace(before, withdrawals=framed({}, (withdrawal_key(ALICE, ID),)))
            after, receipt = withdraw(before, block, ALICE, Withdraw(ID, amount))
        else:
            before = replace(before, accounts=before.accounts.set(NOBODY, parts.account(world, BOB, ())))
            after, receipt = transfer(before, block, ALICE, Transfer(NOBODY, amount))
    if came_to(world, before, after, receipt):
        world.require(len(asked) == 1, "it was judged")
        for context, pool, judged in asked:
            world.require(context is block, "at this block's prices")
            world.require(pool.parameters is before.pools["main"].parameters, "in its own pool")
            world.require(judged is after.accounts[ALICE], "what is left was judged, and not what was there")
