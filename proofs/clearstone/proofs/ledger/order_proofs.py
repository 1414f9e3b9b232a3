"""Positions and orders: what trading does to entry cost and equity, and that orders move no money."""

from __future__ import annotations

from dataclasses import replace

from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.money import require_conservation
from clearstone.proofs.ledger.number_proofs import DONE
from clearstone.proofs.ledger.outcomes import came_to
from clearstone.proofs.ledger.trading_proofs import PERP, any_holding
from clearstone.proofs.ledger.worlds import ALICE, beside, context, ledger
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import Order, Position, trade_position
from clearstone.spec.book import EMPTY_BOOK, with_order
from clearstone.spec.ledger_state import Ledger
from clearstone.spec.margin import equity
from clearstone.spec.numbers import MAX_LOTS, MAX_TICKS
from clearstone.spec.orders import cancel, rest
from clearstone.spec.trades import fees, traded
from clearstone.spec.transactions import Cancel, Place


@obligation("LEDGER-3", about=(trade_position,), reaches={"added", "reduced", "closed", "flipped"})
def entry_cost_follows_what_was_paid(world: World) -> None:
    """Cost and realised profit account for every atom paid; a partial close errs by less than an atom of cost."""
    held = Position(PERP, world.integer("held", -MAX_LOTS, MAX_LOTS, 10), world.integer("cost", usual=500), 0)
    lots, price = world.integer("lots", -MAX_LOTS, MAX_LOTS, 3), world.integer("price", 1, None, 60)
    world.assume(lots != 0)
    after, profit = trade_position(held, lots, price)
    world.observe("traded", (after, profit))
    world.require(after.lots == held.lots + lots, "lots add up")
    world.require(after.cost - held.cost == lots * price + profit, "cost moves by what was paid and realised")
    if held.lots == 0 or (held.lots > 0) == (lots > 0):
        world.reached("added")
        world.require(profit == 0, "adding realises nothing")
    elif after.lots == 0:
        world.reached("closed")
        world.require(after.cost == 0, "a closed position has no cost")
    elif (after.lots > 0) == (held.lots > 0):
        world.reached("reduced")
        size, left = abs(held.lots), abs(after.lots)
        world.require(after.cost * size <= held.cost * left, "the remaining cost is floored")
        world.require(held.cost * left < after.cost * size + size, "by less than an atom")
    else:
        world.reached("flipped")
        world.require(after.cost == after.lots * price, "after a flip the cost is what was paid")


@obligation("LEDGER-2", about=(traded,), reaches={DONE})
def trading_at_the_mark_moves_no_equity(world: World) -> None:
    """Trading any lots at the mark, without a fee, leaves equity exactly where it was."""
    quotes = {
        PERP: parts.quote(world, parts.perpetual(world, PERP)),
        beside(ALICE): parts.ghost_quote(world, beside(ALICE), True),
    }
    before = parts.account(world, ALICE, any_holding(world, ALICE))
    lots = world.integer("lots", -MAX_LOTS, MAX_LOTS, 3)
    world.assume(lots != 0)
    after = traded(before, quotes[PERP], lots, quotes[PERP].mark, 0, world.integer("period", 0, None, 3), ())
    world.observe("account", after)
    world.reached(DONE)
    block = context(world, quotes)
    world.require(equity(after, block.quotes) == equity(before, block.quotes), "equity is what it was")


def order_ledger(world: World) -> tuple[Ledger, Order]:
    """Any ledger in which Alice has an order in the book."""
    resting = parts.order(world, ALICE, PERP, world.choice("side", (True, False)))
    held = parts.account(world, ALICE, (parts.ghost_position(world, ALICE, beside(ALICE)),), (resting,))
    return ledger(world, {ALICE: held}, (PERP,), books={PERP: with_order(EMPTY_BOOK, ALICE, resting)}), resting


@obligation(
    "BOOK-2",
    "LEDGER-1",
    about=(cancel,),
    reaches={"accepted", "BOOK-2"},
    kinds=(Cancel,),
    keeps={"conservation", "pots", "direction"},
)
def cancelling_moves_nothing_but_the_order(world: World) -> None:
    """Cancelling takes the named order off the book and out of the account, once, and moves no money."""
    before, resting = order_ledger(world)
    nonce = world.integer("named", 0, None, 1)
    after, receipt = cancel(before, ALICE, Cancel(nonce))
    if came_to(world, before, after, receipt):
        world.require(nonce == resting.nonce, "it is the order that was named")
        was = before.accounts[ALICE]
        world.require(after.accounts[ALICE] == replace(was, orders=()), "nothing else of the account changes")
        world.require(after.books[PERP] == EMPTY_BOOK, "the book no longer has it")
        world.require(after.pools is before.pools and after.markets is before.markets, "no money moves")
    require_conservation(world, before, after, (ALICE,), (PERP,))


@obligation("BOOK-2", "LEDGER-1", about=(rest,), reaches={DONE})
def resting_moves_nothing_but_the_order(world: World) -> None:
    """An order that rests is in the account and in the book, behind all others in time, and moves no money."""
    before, _ = order_ledger(world)
    side = world.choice("new side", ("buy", "sell"))
    price, lots = world.integer("price", 1, MAX_TICKS, 49_000), world.integer("lots", 1, MAX_LOTS, 2)
    order = Place(PERP, "buy" if side == "buy" else "sell", lots, price, "gtc", False, "cancel-maker")
    after = rest(before, ALICE, world.integer("nonce", 2, None, 9), order, price, lots)
    world.observe("ledger", after)
    world.reached(DONE)
    was, now = before.accounts[ALICE], after.accounts[ALICE]
    world.require(replace(now, orders=was.orders) == was, "nothing else of the account changes")
    world.require(now.orders[-1].sequence == before.markets[PERP].sequence, "its place is the next one")
    booked = with_order(before.books[PERP], ALICE, now.orders[-1])
    world.require(after.books[PERP] == booked, "the book has it too")
    world.require(after.markets[PERP].sequence == before.markets[PERP].sequence + 1, "which is used up")
    world.require(after.pools is before.pools, "no money moves")
    require_conservation(world, before, after, (ALICE,), (PERP,))


@obligation("BOOK-7", about=(fees,), reaches={DONE})
def a_rebate_is_never_more_than_the_taker_pays(world: World) -> None:
    """Fees are ceiled and not negative; a rebate is floored and never exceeds the taker's fee in the same fill."""
    quote = parts.quote(world, parts.perpetual(world, PERP))
    lots, price = world.integer("lots", 1, MAX_LOTS, 2), world.integer("price", 1, MAX_TICKS << 20, 500_000)
    taker, maker = fees(quote, lots, price)
    world.observe("fees", (taker, maker))
    world.reached(DONE)
    parameters = quote.instrument.parameters
    notional = lots * price
    world.lemma(notional * parameters.taker_fee >= 0)
    world.require(taker >= 0, "the taker's fee is not negative")
    world.require(taker * 1_000_000 >= notional * parameters.taker_fee, "it is ceiled")
    world.require(taker * 1_000_000 < notional * parameters.taker_fee + 1_000_000, "by less than an atom")
    world.require(taker + maker >= 0, "the pool never pays")
    if parameters.maker_fee >= 0:
        world.require(maker * 1_000_000 >= notional * parameters.maker_fee, "the maker's fee is ceiled")
        world.require(maker * 1_000_000 < notional * parameters.maker_fee + 1_000_000, "by less than an atom")
    else:
        world.require(maker * 1_000_000 >= notional * parameters.maker_fee, "a rebate is floored")
