"""The flag of an account in liquidation: when it is set, what it keeps, and when it goes."""

from __future__ import annotations

from dataclasses import replace

from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.number_proofs import DONE
from clearstone.proofs.ledger.worlds import ALICE, Setting, beside, context, ledger
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.flags import flag, release_flag, unflag
from clearstone.spec.margin import health_equity, maintenance_requirement
from clearstone.spec.numbers import PPM

OTHERS = ((), ("aaron",), ("zoe",), ("aaron", "zoe"))
"""Other accounts that are flagged: none, before and after Alice by id."""


def flagging(world: World, flagged: bool) -> Setting:
    """Any ledger of Alice, flagged or not, and of other accounts that are flagged."""
    quotes = {beside(ALICE): parts.ghost_quote(world, beside(ALICE), True)}
    since = world.integer("flagged at", 0, None, 0) if flagged else None
    held = parts.account(world, ALICE, (parts.ghost_position(world, ALICE, beside(ALICE)),), flagged_at=since)
    others = world.choice("others flagged", OTHERS)
    pool = parts.pool(world, flagged=tuple(sorted((*others, ALICE))) if flagged else others)
    return Setting(ledger(world, {ALICE: held}, (beside(ALICE),), pool), context(world, quotes))


@obligation("LIQ-1", about=(flag,), reaches={"flagged", "standing"}, bound="to 2 other flagged accounts")
def a_flag_keeps_the_time_at_which_it_was_set(world: World) -> None:
    """Flagging sets the time once: a flag that stands, also since time 0, is not touched; the pool's list follows.

    Ids are texts, of which the list's order is made, so others stand before and after: one of each.
    """
    standing = world.choice("flag", ("standing", "none")) == "standing"
    setting = flagging(world, standing)
    before = setting.ledger
    after, events = flag(before, setting.context, ALICE)
    world.observe("ledger", after)
    if standing:
        world.reached("standing")
        world.require(after is before and events == (), "a flag that stands is not set again")
        return
    world.reached("flagged")
    was, now = before.accounts[ALICE], after.accounts[ALICE]
    world.require(now.flagged_at == setting.context.now, "it is set at the time of the block")
    world.require(replace(now, flagged_at=None) == was, "nothing else of the account changes")
    others = before.pools["main"].flagged
    pool = after.pools["main"]
    world.require(pool.flagged == tuple(sorted((*others, ALICE))), "the pool's list has it, ascending")
    world.require(replace(pool, flagged=others) == before.pools["main"], "nothing else of the pool changes")


@obligation("LIQ-1", about=(unflag,), reaches={DONE}, bound="to 2 other flagged accounts")
def a_flag_that_goes_leaves_no_trace(world: World) -> None:
    """A flag that goes is gone from the account and from the pool's list, and no other one is.

    Every other id of the list is looked at alike, so one before and one after stand for any number.
    """
    setting = flagging(world, True)
    before = setting.ledger
    after = unflag(before, ALICE)
    world.observe("ledger", after)
    world.reached(DONE)
    world.require(after.accounts[ALICE] == replace(before.accounts[ALICE], flagged_at=None), "the account has no flag")
    pool = before.pools["main"]
    others = tuple(other for other in pool.flagged if other != ALICE)
    world.require(after.pools["main"] == replace(pool, flagged=others), "the pool's list has all others")


@obligation("LIQ-1", "LIQ-3", about=(release_flag,), reaches={"released", "stands"})
def a_flag_stands_until_equity_covers_the_buffer(world: World) -> None:
    """A flag goes exactly when equity covers maintenance margin and the buffer on top, whoever paid in how much."""
    setting = flagging(world, True)
    before, quotes = setting.ledger, setting.context.quotes
    pool, held = before.pools["main"], before.accounts[ALICE]
    after = release_flag(before, setting.context, pool, ALICE)
    world.observe("ledger", after)
    held_equity, required = health_equity(held, quotes), maintenance_requirement(held, quotes)
    covered = PPM * held_equity >= required * (PPM + pool.parameters.liquidation_buffer)
    if after is before:
        world.reached("stands")
        world.require(not covered, "it stands while the buffer is not covered")
        return
    world.reached("released")
    world.require(covered, "it goes only once the buffer is covered")
    world.require(after == unflag(before, ALICE), "and nothing else happens")
