"""Defaults: each step assigns exactly what it takes, takes no more than there is, and pushes nobody below zero."""

from __future__ import annotations

from dataclasses import replace

from clearstone.proofs.contracts import replaced
from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.loss_contracts import any_shares
from clearstone.proofs.ledger.money import require_conservation, require_postings
from clearstone.proofs.ledger.number_proofs import DONE
from clearstone.proofs.ledger.worlds import ALICE, BOB, Setting, beside, context, ledger
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import Account, lots_in, realise
from clearstone.spec.deleveraging import Closing, deleverage
from clearstone.spec.funding import FUNDING_SCALE
from clearstone.spec.instruments import Perpetual
from clearstone.spec.ledger_state import insurance_period
from clearstone.spec.margin import equity
from clearstone.spec.numbers import MAX_ATOMS, MAX_LOTS
from clearstone.spec.tables import table
from clearstone.spec.transition import fee_share
from clearstone.spec.waterfall import (
    Absorption,
    Pot,
    allowance,
    charge_account,
    charged_for_default,
    draw_insurance,
    draw_pot,
    profit_of,
    sweep_clearing,
)

PERP = "perp"
"""The perpetual that proofs close."""
MARKETS = (PERP, beside(ALICE), beside(BOB))
"""All markets that the named accounts hold anything in."""


def default(world: World, *, both: bool = False) -> Setting:
    """Any ledger in which Bob has defaulted and Alice holds a perpetual and more; `both`: Bob holds it too."""
    quotes = {
        PERP: parts.quote(world, parts.perpetual(world, PERP)),
        beside(ALICE): parts.ghost_quote(world, beside(ALICE), True),
        beside(BOB): parts.ghost_quote(world, beside(BOB), True),
    }
    held = parts.position(world, ALICE, PERP), parts.ghost_position(world, ALICE, beside(ALICE))
    accounts = {
        ALICE: parts.account(world, ALICE, held),
        BOB: parts.account(world, BOB, (parts.position(world, BOB, PERP),) if both else ()),
    }
    return Setting(ledger(world, accounts, MARKETS), context(world, quotes))


def require_exact(world: World, setting: Setting, before: Absorption, after: Absorption) -> None:
    """WATER-3. What is owed falls by exactly what the defaulted account receives, and not below nothing."""
    world.observe("absorption", after)
    world.require(after.owed >= 0, "no more is assigned than is owed")
    world.require(after.owed <= before.owed, "what is owed does not grow")
    received = after.ledger.accounts[BOB].cash - before.ledger.accounts[BOB].cash
    world.require(received == before.owed - after.owed, "the defaulted account receives what is assigned")
    require_conservation(world, before.ledger, after.ledger, (ALICE, BOB), MARKETS)
    require_postings(world, before.ledger, after.ledger, after.postings, (ALICE, BOB), MARKETS)


BEFORE, AFTER = "markets before", "markets after"
"""All closed markets that come before the named one as one, and all that come after it."""


def closed_markets(world: World) -> Setting:
    """Any ledger in which Bob has defaulted, and a market was closed with any others before it and after it.

    The others' allowances may be anything, as sums of allowances may be; their window is the block's, which is no limit
    on those.
    """
    setting = default(world)
    standing = setting.context.instruments[PERP]
    assert isinstance(standing, Perpetual)
    listed, markets = {PERP: standing}, {name: setting.ledger.markets[name] for name in MARKETS}
    window = insurance_period(setting.ledger.pools["main"], setting.context.now)
    for name in (BEFORE, AFTER):
        cap = world.integer(f"caps of {name}", 0, None, 10**6)
        listed[name] = Perpetual(name, "main", "feed", 1, replace(standing.parameters, insurance_cap=cap))
        markets[name] = replace(parts.market(world, name), insurance_window=window)
    block = replace(setting.context, instruments=table(listed.items()))
    return Setting(replace(setting.ledger, markets=table(markets.items())), block)


@obligation("WATER-2", "WATER-3", "LEDGER-1", about=(draw_insurance,), reaches={"markets", "no market"})
def the_insurance_fund_pays_first_and_within_its_caps(world: World) -> None:
    """The fund pays all that is owed, unless it is empty or its caps for the markets and the window are used up.

    Any number of markets: one is any of them, all others stand as two, as allowances are only added up and apportioned.
    """
    setting = closed_markets(world)
    before = Absorption(setting.ledger, world.integer("owed", 0, MAX_ATOMS, 500))
    closed = world.choice("closed", ((BEFORE, PERP, AFTER), ()))
    with any_shares(world) as asked:
        after = draw_insurance(before, setting.context, BOB, closed)
    world.reached("markets" if closed else "no market")
    require_exact(world, setting, before, after)
    pool = setting.ledger.pools["main"]
    window = insurance_period(pool, setting.context.now)
    allowances = [allowance(setting.ledger, setting.context, name, window) for name in closed]
    used = pool.unassigned_used if pool.unassigned_window == window else 0
    cap = sum(allowances) if closed else max(0, pool.parameters.unassigned_cap - used)
    drawn = before.owed - after.owed
    world.require(drawn <= cap, "within the caps")
    world.require(drawn == min(before.owed, pool.insurance, cap), "all that may be drawn is drawn")
    world.require([len(caps) for caps in asked] == [max(1, len(closed))], "it is apportioned once, over all caps")
    for name, had in zip(closed, allowances, strict=True):
        left = allowance(after.ledger, setting.context, name, window)
        paid = after.ledger.markets[name].insurance_used - used_before(setting, name, window)
        world.require(left == had - paid, "the allowance falls by what was drawn")
        world.require(paid <= had, "no market's cap is passed")
    if not closed:
        now = after.ledger.pools["main"]
        world.require(now.unassigned_used == used + drawn, "what is drawn counts towards the line's cap")
        world.require(now.unassigned_window == window, "in this window")


def used_before(setting: Setting, name: str, window: int) -> int:
    """What was drawn for a market in a window before."""
    market = setting.ledger.markets[name]
    return market.insurance_used if market.insurance_window == window else 0


@obligation("WATER-2", "WATER-3", "LEDGER-1", about=(draw_pot,), reaches={"insurance", "residue", "fees"})
def the_last_pots_are_never_overdrawn(world: World) -> None:
    """Fund, residue and fees pay what is still owed, and each no more than it holds."""
    setting = default(world)
    before = Absorption(setting.ledger, world.integer("owed", 0, MAX_ATOMS, 500))
    pots: tuple[Pot, ...] = ("insurance", "residue", "fees")
    pot = world.choice("pot", pots)
    after = draw_pot(before, BOB, pot)
    world.reached(pot)
    require_exact(world, setting, before, after)
    held = getattr(setting.ledger.pools["main"], pot)
    world.require(before.owed - after.owed == min(before.owed, held), "it pays what it can")


@obligation("WATER-2", "WATER-3", "LEDGER-1", about=(charge_account,), reaches={DONE})
def a_charge_pushes_nobody_below_zero(world: World) -> None:
    """An account that is charged up to its equity ends with equity of at least zero, less by exactly the charge."""
    setting = default(world)
    before = Absorption(setting.ledger, world.integer("owed", 0, MAX_ATOMS, 500))
    amount = world.integer("charge", 1, None, 50)
    payer = setting.ledger.accounts[ALICE]
    world.assume(amount <= before.owed)
    world.assume(amount <= equity(payer, setting.context.quotes))
    after = charge_account(before, setting.context, BOB, ALICE, amount, "equity")
    world.reached(DONE)
    require_exact(world, setting, before, after)
    left, was = equity(after.ledger.accounts[ALICE], setting.context.quotes), equity(payer, setting.context.quotes)
    world.require(left == was - amount, "equity falls by the charge")
    world.require(left >= 0, "nobody is pushed below zero")


@obligation("WATER-2", about=(charged_for_default, profit_of), reaches={DONE})
def the_same_profit_is_never_charged_twice(world: World) -> None:
    """A charge lowers an account's profit, locked and unrealised, by the charge, or to nothing."""
    setting = default(world)
    payer, pool = setting.ledger.accounts[ALICE], setting.ledger.pools["main"]
    period = setting.context.now // pool.parameters.liquidation_horizon
    amount = world.integer("charge", 1, None, 50)
    after = charged_for_default(payer, amount, setting.context.quotes, period)
    world.observe("account", after)
    world.reached(DONE)
    was, left = profit_of(payer, setting.context, pool), profit_of(after, setting.context, pool)
    world.require(left == max(0, was - amount), "the profit that is left is less by the charge")
    kept = [(held.instrument, held.lots) for held in after.positions]
    world.require(kept == [(held.instrument, held.lots) for held in payer.positions], "no lots move")


@obligation("WATER-1", "LEDGER-1", about=(deleverage,), reaches={DONE})
def deleveraging_moves_lots_at_the_mark_and_no_equity(world: World) -> None:
    """Who takes a defaulter's lots at the mark keeps his equity to the atom; nobody flips, and no money is made."""
    setting = default(world, both=True)
    before, quotes = setting.ledger, setting.context.quotes
    lost, held = before.accounts[BOB].positions[0], before.accounts[ALICE].positions[0]
    world.assume((lost.lots > 0) != (held.lots > 0))
    lots = world.integer("share", 1, MAX_LOTS, 1)
    world.assume(lots <= abs(lost.lots))
    world.assume(lots <= abs(held.lots))
    realised: dict[bytes, int] = {}

    def lock(account: Account, profit: int, _: int) -> tuple[int, int]:
        realised[account.owner] = profit
        return world.integer("locked, recent", 0), world.integer("locked, earlier", 0)

    with replaced(realise, lock):
        after = deleverage(Closing(before), setting.context, BOB, ALICE, lost, quotes[PERP], lots)
    world.observe("closing", after)
    world.reached(DONE)
    for name in (ALICE, BOB):
        kept = equity(after.ledger.accounts[name], quotes) == equity(before.accounts[name], quotes)
        world.require(kept, "nobody's equity moves")
        was, now = lots_in(before.accounts[name], PERP), lots_in(after.ledger.accounts[name], PERP)
        world.require(abs(now) == abs(was) - lots, "each position shrinks by the share")
        world.require(now * was >= 0, "nobody flips")
    profit = realised[before.accounts[ALICE].owner]
    world.require(all(name == ALICE for name, _ in after.profits), "only the counterparty's profit is remembered")
    remembered = sum(amount for _, amount in after.profits)
    world.require(remembered == max(0, profit), "it is what the counterparty realised and locked; a loss is not")
    require_conservation(world, before, after.ledger, (ALICE, BOB), MARKETS)
    require_postings(world, before, after.ledger, after.postings, (ALICE, BOB), MARKETS)


@obligation("NUM-4", "PERP-2", "LEDGER-1", about=(sweep_clearing,), reaches={"swept", "nothing"})
def sweeping_keeps_what_rounding_left(world: World) -> None:
    """What the clearing balances hold goes to the residue, all of it, once every account is settled.

    Any number of perpetuals: this is the loop's body, for any one of them from any ledger, and it leaves its frame for
    no other. The balance is not negative then: PERP-2's bound (`each_settlement_leaves_less_than_an_atom`) is for lots
    at one index, and they sum to zero.
    """
    setting = default(world)
    longs, index = world.integer("lots of all longs", 0, None, 5), world.integer("funding index", usual=7)
    weight = longs * index + (-longs) * index
    world.assume(FUNDING_SCALE * setting.ledger.markets[PERP].clearing >= weight)
    block = replace(setting.context, members=setting.context.members.set("main", (PERP,)))
    after, postings = sweep_clearing(setting.ledger, block, "main")
    world.observe("ledger", after)
    world.reached("swept" if postings else "nothing")
    require_conservation(world, setting.ledger, after, (ALICE, BOB), MARKETS)
    require_postings(world, setting.ledger, after, postings, (ALICE, BOB), MARKETS)
    was, now = setting.ledger.markets[PERP], after.markets[PERP]
    if postings:
        world.require(now.clearing == 0, "nothing is left in the balance")
        world.require(now.settlements == 0, "and settlements count from nothing again")
    else:
        world.require(now is was, "without a settlement there is nothing to sweep")
    world.require(after.accounts is setting.ledger.accounts, "no account is touched")


@obligation("LEDGER-9", about=(fee_share,), reaches={DONE})
def fees_fill_the_fund_up_to_its_target(world: World) -> None:
    """Of the fees, what the fund lacks of its target moves, no more than there is and never backwards."""
    pool = parts.pool(world)
    moved = fee_share(pool)
    world.observe("moved", moved)
    world.reached(DONE)
    lacking = pool.parameters.insurance_target - pool.insurance
    world.require(moved >= 0, "nothing moves backwards")
    world.require(moved <= pool.fees, "no more than there is")
    world.require(moved <= max(0, lacking), "no more than the fund lacks")
    world.require(moved == max(0, min(pool.fees, lacking)), "all that it lacks, if there is so much")
