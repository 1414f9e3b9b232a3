"""Open orders: what they reserve is enough for any part of a side of them, and nothing hides what a bad one would lose.

Of a perpetual's orders the requirement reads two sums a side: lots, and what filling them would lose against the mark.
Two orders of any size, none included, have any such sums (`two_orders_stand_for_any_number`), so they stand for all.
The multiplier only ever stands before a price, and prices here may be anything; so it is 1.
"""

from __future__ import annotations

from dataclasses import replace

from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.number_proofs import DONE
from clearstone.proofs.ledger.worlds import ALICE, beside
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import Account, Order, Position, lots_in, with_position
from clearstone.spec.instruments import Instrument, Quote
from clearstone.spec.margin import initial_health, orders_requirement

PERP = "perp"
"""The market in which orders stand."""


def some(world: World, name: str, buy: bool, nonce: int) -> Order:
    """Orders of one side as one: any lots, also none, at any price."""
    lots, price = world.integer(f"{name}.lots", 0, None, 2), world.integer(f"{name}.price", None, None, 50_000)
    return Order(nonce, PERP, buy, lots, price, nonce, False)


def standing(world: World) -> tuple[Order, ...]:
    """Any open orders: two on each side stand for any number."""
    sides = (("bid", True), ("other bid", True), ("ask", False), ("other ask", False))
    return tuple(some(world, name, buy, nonce) for nonce, (name, buy) in enumerate(sides))


def quoted(world: World, instrument: Instrument) -> dict[str, Quote]:
    """Any quotes of an instrument and of all that Alice holds beside."""
    single: Instrument = replace(instrument, multiplier=1)
    return {PERP: parts.quote(world, single), beside(ALICE): parts.ghost_quote(world, beside(ALICE), True)}


def holding(world: World, orders: tuple[Order, ...]) -> Account:
    """Alice with any position in the market, none included, anything beside, and these orders."""
    ghost = parts.ghost_position(world, ALICE, beside(ALICE))
    held = (parts.position(world, ALICE, PERP),) if world.choice("holds", ("lots", "none")) == "lots" else ()
    return parts.account(world, ALICE, (*held, ghost), orders)


@obligation("BOOK-5", about=(orders_requirement,), reaches={DONE})
def two_orders_stand_for_any_number(world: World) -> None:
    """Three orders on a side of a perpetual need what two need that have their lots and their loss."""
    quotes, buy = quoted(world, parts.perpetual(world, PERP)), world.choice("side", (True, False))
    three = tuple(some(world, name, buy, number) for number, name in enumerate(("first", "second", "third")))
    mark, direction = quotes[PERP].mark, 1 if buy else -1
    lots = sum(order.lots for order in three)
    loss = sum(order.lots * max(0, direction * (order.price - mark)) for order in three)
    world.assume(lots >= 1)
    two = (replace(three[0], lots=lots - 1, price=mark), replace(three[1], lots=1, price=mark + direction * loss))
    account = holding(world, three)
    before, after = orders_requirement(account, quotes), orders_requirement(replace(account, orders=two), quotes)
    world.observe("requirements", (before, after))
    world.reached(DONE)
    world.require(before == after, "the same requirement")


def reach(held: int, lots: int, buy: bool) -> int:
    """The largest position on the way while so many lots are bought or sold."""
    return max(abs(held), abs(held + lots if buy else held - lots))


@obligation("BOOK-5", about=(orders_requirement,), reaches={DONE})
def one_more_order_never_needs_less(world: World) -> None:
    """Whatever stands already, an order more needs no less margin, of a perpetual and of an option."""
    option = world.choice("instrument", ("perpetual", "option")) == "option"
    instrument: Instrument = parts.series(world, PERP, True) if option else parts.perpetual(world, PERP)
    quotes, orders = quoted(world, instrument), standing(world)
    buy = world.choice("side", (True, False))
    added = some(world, "added", buy, 9)
    for order in (*orders, added):
        world.assume(order.price >= 0)
    account = holding(world, orders)
    if not option:
        held, there = lots_in(account, PERP), sum(order.lots for order in orders if order.buy == buy)
        grown = reach(held, there + added.lots, buy) - reach(held, there, buy)
        world.lemma(grown >= 0)
        world.lemma(grown * quotes[PERP].initial >= 0)
    less = orders_requirement(account, quotes)
    more = orders_requirement(replace(account, orders=(*orders, added)), quotes)
    world.observe("requirements", (less, more))
    world.reached(DONE)
    world.require(less >= 0, "orders never lower a requirement")
    world.require(less <= more, "an order more needs no less")


@obligation("BOOK-5", "BOOK-6", about=(initial_health, orders_requirement), reaches={DONE})
def what_is_reserved_covers_any_part_of_a_side(world: World) -> None:
    """Whatever part of one side of a perpetual's open orders is filled, equity less initial margin does not fall.

    So what rests is paid for, a side at a time. Two things are left to the judgement of each fill (BOOK-6): what both
    sides need together, and accounts whose hedged options require less than nothing, which may offset a reserve.
    """
    quotes, orders = quoted(world, parts.perpetual(world, PERP)), standing(world)
    account, quote = holding(world, orders), quotes[PERP]
    world.assume(quotes[beside(ALICE)].initial >= 0)
    buy = world.choice("side", (True, False))
    direction, side = (1 if buy else -1), [order for order in orders if order.buy == buy]
    filled = [world.integer(f"filled {number}", 0, None, 1) for number in range(len(side))]
    paid = 0
    for lots, order in zip(filled, side, strict=True):
        world.assume(lots <= order.lots)
        loss = direction * (order.price - quote.mark)
        world.lemma((order.lots - lots) * max(0, loss) >= 0)
        world.lemma(lots * max(0, loss) >= lots * loss)
        paid += direction * lots * order.price
    held, moved = lots_in(account, PERP), direction * sum(filled)
    room = reach(held, sum(order.lots for order in side), buy) - abs(held + moved)
    world.lemma(room >= 0)
    world.lemma(room * quote.initial >= 0)
    position = Position(PERP, held + moved, world.integer("cost after", None, None, 7), quote.funding_index)
    after = replace(account, cash=account.cash - paid, positions=with_position(account.positions, position), orders=())
    was, becomes = initial_health(account, quotes, True), initial_health(after, quotes, True)
    world.observe("health", (was, becomes))
    world.reached(DONE)
    world.require(becomes.equity - becomes.required >= was.equity - was.required, "what was reserved was enough")
