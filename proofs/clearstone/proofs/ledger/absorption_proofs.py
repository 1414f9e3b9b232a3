"""The waterfall as a whole: in which order a deficit is paid, by whom, and that it is paid to the atom."""

from __future__ import annotations

from dataclasses import replace

from clearstone.proofs.contracts import replaced
from clearstone.proofs.ledger.loss_contracts import Stage, any_insurance, any_shares, any_stage
from clearstone.proofs.ledger.money import require_conservation, require_postings
from clearstone.proofs.ledger.number_proofs import DONE
from clearstone.proofs.ledger.populations import AFTER, BEFORE, STRANGER, crowd
from clearstone.proofs.ledger.worlds import ALICE, BOB, Setting
from clearstone.proofs.obligations import obligation
from clearstone.proofs.symbolic.formulas import conjunction, negation
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import Account
from clearstone.spec.ledger_state import Context, Pool
from clearstone.spec.margin import equity
from clearstone.spec.numbers import MAX_ATOMS, share
from clearstone.spec.waterfall import Absorption, absorb, charge_account, charge_accounts, profit_of

PAYERS = (BEFORE, ALICE, AFTER)
"""Who may be charged for Bob, who has defaulted."""
OTHERS = "other accounts"
"""All accounts of the pool but Alice and Bob, as one: what it has is what those that have something have together."""
CLOSED = ("closed market",)
"""The markets that Bob's default closed."""


@obligation("WATER-2", "WATER-3", "LEDGER-1", about=(charge_accounts,), reaches={"something", "nothing"})
def a_stage_takes_all_it_may_and_pushes_nobody_below_zero(world: World) -> None:
    """A stage takes what is owed or all that may be claimed, of each account no more than its claim and its equity.

    Any number of accounts: Alice is any one of them, all others stand as two.
    """
    setting = crowd(world, *PAYERS)
    claims = {name: world.integer(f"claim on {name}", None, None, 50) for name in (*PAYERS, STRANGER)}
    before = Absorption(setting.ledger, world.integer("owed", 0, MAX_ATOMS, 70))
    with any_shares(world) as asked:
        after = charge_accounts(before, setting.context, BOB, "stage", lambda name, _: claims[name])
    world.observe("absorption", after)
    world.reached("something" if after.postings else "nothing")
    had, has = before.ledger.accounts, after.ledger.accounts
    caps = {name: max(0, min(claims[name], equity(had[name], setting.context.quotes))) for name in PAYERS}
    charged = {name: had[name].cash - has[name].cash for name in PAYERS}
    taken = min(before.owed, sum(caps.values()))
    world.require(before.owed - after.owed == taken, "it takes what is owed, or all that may be claimed")
    world.require(sum(charged.values()) == taken, "the accounts pay what it takes")
    world.require(has[BOB].cash - had[BOB].cash == taken, "the defaulted account receives it")
    world.require(len(asked) == 1, "it is apportioned once")
    for name, cap in zip(PAYERS, asked[0] if asked else (), strict=False):
        world.require(cap == caps[name], "by claims no larger than what each has")
    for name in PAYERS:
        world.require(charged[name] >= 0, "nobody gains")
        world.require(charged[name] <= caps[name], "nobody pays more than that")
    world.require(has[STRANGER] is had[STRANGER], "no account of another pool pays")
    everybody = (BOB, STRANGER, *PAYERS)
    require_conservation(world, before.ledger, after.ledger, everybody, ())
    require_postings(world, before.ledger, after.ledger, after.postings, everybody, ())


@obligation("WATER-2", "NUM-6", about=(share, charge_account), reaches={DONE})
def two_payers_are_charged_as_one(world: World) -> None:
    """Two accounts that follow each other pay together what one with both their claims would pay, to the same effect.

    By induction any number of accounts stands as one.
    """
    setting = crowd(world, *PAYERS)
    amount, claimed_before = world.integer("amount", 0, None, 9), world.integer("claimed before", 0, None, 2)
    first, second = world.integer("first claim", 0, None, 3), world.integer("second claim", 0, None, 4)
    total = world.integer("all claims", 1, None, 10)
    one = share(amount, claimed_before, first, total)
    other = share(amount, claimed_before + first, second, total)
    both = share(amount, claimed_before, first + second, total)
    world.require(one + other == both, "their shares add up to its share")
    start = Absorption(setting.ledger, world.integer("owed", 0, None, 20))
    paid, more = world.integer("paid", 1, None, 3), world.integer("paid by the other", 1, None, 4)
    halfway = charge_account(start, setting.context, BOB, BEFORE, paid, "stage")
    twice = charge_account(halfway, setting.context, BOB, ALICE, more, "stage")
    once = charge_account(start, setting.context, BOB, AFTER, paid + more, "stage")
    world.observe("absorptions", (once, twice))
    world.reached(DONE)
    cash = {name: account.cash for name, account in start.ledger.accounts.items()}
    world.require(once.owed == twice.owed, "as much is still owed")
    world.require(once.ledger.accounts[BOB].cash == twice.ledger.accounts[BOB].cash, "as much was received")
    payments = sum(cash[name] - twice.ledger.accounts[name].cash for name in (BEFORE, ALICE))
    world.require(payments == cash[AFTER] - once.ledger.accounts[AFTER].cash, "as much was paid")


def assigned(world: World, setting: Setting) -> tuple[Absorption, list[Stage], list[int]]:
    """Bob's deficit assigned after the fund paid its part; the stages, and the most that each may take of Alice."""
    claims = {name: [world.integer(f"{name}'s closed profit", 0, None, 5)] for name in (ALICE, OTHERS)}
    again = world.integer("alice's further closed profit", 0, None, 2)
    owners = {setting.ledger.accounts[name].owner: name for name in claims}

    def any_profit(account: Account, _: Context, __: Pool) -> int:
        claims[owners[account.owner]].append(world.integer(f"{owners[account.owner]}'s profit", 0, None, 30))
        return claims[owners[account.owner]][-1]

    profits = (*((name, claim[0]) for name, claim in claims.items()), (ALICE, again))
    with any_shares(world), any_stage(world, ALICE, OTHERS) as stages, replaced(profit_of, any_profit):
        after = absorb(setting.ledger, setting.context, BOB, CLOSED, profits)
    return after, stages, [claims[ALICE][0] + again, *claims[ALICE][1:]]


@obligation("WATER-2", "WATER-3", "LEDGER-1", about=(absorb,), reaches={DONE})
def a_deficit_is_paid_in_order_and_to_the_atom(world: World) -> None:
    """First the fund pays, then closed profit, all profit, equity, and last the pots: each all that it can in its turn.

    Where the pool's vault covers all claims, which conservation says, nothing stays owed and the account ends at zero.
    """
    setting = crowd(world, ALICE, OTHERS)
    pool, quotes = setting.ledger.pools["main"], setting.context.quotes
    owed = world.integer("owed", 0, MAX_ATOMS, 500)
    bob = replace(setting.ledger.accounts[BOB], cash=-owed)
    before = replace(setting.ledger, accounts=setting.ledger.accounts.set(BOB, bob))
    setting = replace(setting, ledger=before)
    worth = {name: equity(before.accounts[name], quotes) for name in (ALICE, OTHERS)}
    with any_insurance(world) as draws:
        after, stages, profits = assigned(world, setting)
    world.observe("absorption", after)
    world.reached(DONE)
    require_conservation(world, before, after.ledger, (BOB, ALICE, OTHERS), ())
    require_postings(world, before, after.ledger, after.postings, (BOB, ALICE, OTHERS), ())
    world.require([draw.closed for draw in draws] == [CLOSED], "the fund is asked once, for the markets closed")
    drawn = sum(draw.drawn for draw in draws)
    world.require(stages[0].owed == owed - drawn, "and before anybody is charged")
    world.require([stage.name for stage in stages] == ["closed-profit", "profit", "equity"], "profit before principal")
    for stage, most in zip(stages, (*profits, max(0, worth[ALICE])), strict=True):
        world.require(stage.caps[ALICE] <= most, f"{stage.name} claims no more than there is of it")
    require_last_pots(world, pool, after.ledger.pools["main"], stages[-1].owed - stages[-1].taken, drawn)
    world.require(after.owed >= 0, "no more is assigned than is owed")
    world.require(after.ledger.accounts[BOB].cash == -after.owed, "the account's debt is what is still owed")
    kept = equity(after.ledger.accounts[ALICE], quotes)
    world.require(kept >= min(0, worth[ALICE]), "nobody is pushed below zero")
    world.require(kept <= worth[ALICE], "nobody gains")
    claims = max(0, worth[ALICE]) + worth[OTHERS] + pool.insurance + pool.residue + pool.fees
    world.require(after.owed == max(0, owed - claims), "nothing stays owed that any claim or pot could pay")


def require_last_pots(world: World, before: Pool, after: Pool, owed: int, from_fund: int) -> None:
    """WATER-2. What the accounts could not pay comes from the fund above its cap, then the residue, then the fees."""
    for name, held, left in (
        ("fund above its cap", before.insurance - from_fund, after.insurance),
        ("residue", before.residue, after.residue),
        ("fees", before.fees, after.fees),
    ):
        paid = held - left
        world.require(paid >= 0, f"the {name} gains nothing")
        world.require(paid <= held, f"the {name} is not overdrawn")
        world.require(paid <= owed, f"the {name} pays no more than is owed")
        short = conjunction(paid < held, paid < owed)
        world.require(negation(short), f"the {name} pays all that it can, in its turn")
        owed = owed - paid
