"""Portfolio margin: what the legs of an expiry need together, for any number of legs.

Each part of the rule (the isolated sum, the naked calls, the prices, the loss at a price) is proved for one leg beside
one that stands for any others; then the rule itself, for any parts in the order that was proved of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from clearstone.proofs.contracts import replaced
from clearstone.proofs.ledger.number_proofs import DONE
from clearstone.proofs.ledger.portfolios import any_leg, losing, others
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.numbers import MAX_LOTS, MAX_TICKS, PPM
from clearstone.spec.portfolio_margin import (
    Leg,
    expiry_amount,
    isolated_amount,
    loss_at,
    naked_calls,
    portfolio_loss,
    prices_tried,
    worst_loss,
)


@obligation("MARGIN-3", "OPT-1", about=(loss_at,), reaches={DONE})
def between_two_strikes_the_loss_is_in_proportion(world: World) -> None:
    """Of any number of legs none of which has its strike between two prices, the loss is linear between the two."""
    low = world.integer("low", 0, MAX_TICKS, 40_000)
    price = low + world.integer("above low", 0, MAX_TICKS, 300)
    high = price + world.integer("below high", 0, MAX_TICKS, 700)
    away = world.integer("strike away", 0, MAX_TICKS, 5_000)
    leg = any_leg(world, strike=low - away if world.choice("strike", ("below", "above")) == "below" else high + away)
    at_low, at_high = world.integer("others at low", usual=-3_000), world.integer("others at high", usual=7_000)
    between = world.integer("others between", usual=0)
    world.assume((high - low) * between == (high - price) * at_low + (price - low) * at_high)
    losses = [
        loss_at([losing(leg, loss, at), leg], at) for loss, at in ((at_low, low), (between, price), (at_high, high))
    ]
    world.observe("losses", losses)
    world.reached(DONE)
    linear = (high - low) * losses[1] == (high - price) * losses[0] + (price - low) * losses[2]
    world.require(linear, "the loss at the price lies on the line between those at the two")


@obligation("MARGIN-3", about=(loss_at, naked_calls), reaches={DONE})
def beyond_all_strikes_only_naked_calls_go_on_losing(world: World) -> None:
    """Above the strikes of any number of legs, each further tick costs exactly what the naked calls are."""
    top = world.integer("top", 0, MAX_TICKS, 60_000)
    more = world.integer("above top", 0, MAX_TICKS, 900)
    leg = any_leg(world, strike=top - world.integer("strike below", 0, MAX_TICKS, 5_000))
    naked, loss = world.integer("others naked", usual=-20), world.integer("others at top", usual=4_000)
    beside = others(world, "others", True, -naked)
    both, _ = naked_calls([beside, leg], world.choice("margin", (True, False)))
    at_top = loss_at([losing(leg, loss, top), leg], top)
    beyond = loss_at([losing(leg, loss + naked * more, top + more), leg], top + more)
    world.observe("losses", (both, at_top, beyond))
    world.reached(DONE)
    world.require(beyond == at_top + both * more, "the loss grows by the naked calls for each tick")


@dataclass(frozen=True, slots=True)
class Parts:
    """What an expiry's legs add up to."""

    isolated: int
    """What its shorts need standing alone, in atoms."""
    naked: int
    """Calls sold that no other covers, in atoms per tick."""
    margin: int
    """What one of those needs, in ticks."""
    worst: int
    """The largest loss at the prices tried, in atoms."""


def any_parts(world: World, name: str) -> Parts:
    """Any sums and maxima."""
    return Parts(
        world.integer(f"{name} isolated", 0, None, 900),
        world.integer(f"{name} naked", None, None, 3),
        world.integer(f"{name} margin", 0, None, 40),
        world.integer(f"{name} worst", None, None, 700),
    )


def amount_of(world: World, of: Parts, settled: bool) -> int:
    """What an expiry needs, whatever its legs, whose parts are these."""
    position, quote, series = others(world, "leg", True, 1)
    legs: list[Leg] = [(position, replace(quote, phase="settle" if settled else "trade"), series)]
    with (
        replaced(isolated_amount, lambda *_: of.isolated),
        replaced(naked_calls, lambda *_: (of.naked, of.margin)),
        replaced(prices_tried, lambda *_: [0]),
        replaced(worst_loss, lambda *_: of.worst),
    ):
        amount = expiry_amount(legs, True)
    world.observe("amount", amount)
    return amount


@obligation("MARGIN-3", about=(expiry_amount, portfolio_loss), reaches={DONE})
def an_expiry_needs_no_less_where_no_part_of_it_is_less(world: World) -> None:
    """Of two expiries, that whose isolated margin, naked calls and losses are no less needs no less, and never below 0.

    The two may be one expiry, initially and later, or before and after a leg grows: the parts of both are proved to
    be in this order below, for any number of legs.
    """
    less, more = any_parts(world, "less"), any_parts(world, "more")
    world.assume(less.isolated <= more.isolated)
    world.assume(less.naked <= more.naked)
    world.assume(less.margin <= more.margin)
    world.assume(less.worst <= more.worst)
    settled = world.choice("phase", ("trade", "settle")) == "settle"
    one, other = amount_of(world, less, settled), amount_of(world, more, settled)
    world.reached(DONE)
    world.lemma(max(0, less.naked) * (more.margin - less.margin) >= 0)
    world.lemma((max(0, more.naked) - max(0, less.naked)) * more.margin >= 0)
    world.require(one >= 0, "it needs nothing or more")
    world.require(one <= other, "it needs no less")


@obligation("MARGIN-3", about=(worst_loss,), reaches={DONE})
def no_price_between_those_tried_loses_more(world: World) -> None:
    """Initially the worst loss tried is at least that tried later: the highest price then lies between two tried now.

    Between two neighbours among the prices that are tried there is no strike, so that the loss there is in proportion
    (`between_two_strikes_the_loss_is_in_proportion`). Prices that both try stand for any number: one more makes the
    worst of either no smaller than the loss at it.
    """
    low, high = world.integer("low", 0, None, 5), world.integer("high", 0, None, 9)
    price, both = world.integer("price", 0, None, 6), world.integer("both", 0, None, 20)
    world.assume(low < high)
    world.assume(low <= price)
    world.assume(price <= high)
    at_low, at_high = world.integer("loss at low", usual=30), world.integer("loss at high", usual=70)
    at_price, at_both = world.integer("loss at price", usual=40), world.integer("loss at both", usual=10)
    world.assume((high - low) * at_price == (high - price) * at_low + (price - low) * at_high)
    with replaced(loss_at, given(at_low, at_high, at_both)):
        worst = worst_loss([], [low, high, both])
    with replaced(loss_at, given(at_price, at_both)):
        later = worst_loss([], [price, both])
    world.observe("losses", (worst, later))
    world.reached(DONE)
    world.lemma((high - price) * (worst - at_low) >= 0)
    world.lemma((price - low) * (worst - at_high) >= 0)
    world.lemma((high - low) * (worst - at_price) >= 0)
    world.require(worst >= at_price, "no more is lost in between")
    world.require(worst >= later, "the worst loss is no less initially")


def given(*losses: int) -> Callable[[list[Leg], int], int]:
    """Losses, in the order in which they are asked for."""
    left = list(losses)
    return lambda legs, price: left.pop(0)


def any_others(world: World) -> list[Leg]:
    """Calls bought, calls sold and puts in the place of any number of other legs."""
    return [
        others(world, "calls bought", True, world.integer("calls bought", 0, None, 30)),
        others(world, "calls sold", True, -world.integer("calls sold", 0, None, 50)),
        others(world, "rest", False, -1),
    ]


@obligation("MARGIN-3", "MARGIN-2", about=(isolated_amount, naked_calls, prices_tried), reaches={DONE})
def every_part_of_an_expiry_is_no_less_initially_than_later(world: World) -> None:
    """Whatever legs there are: isolated margin, margin of a naked call and the rise tried are no less initially."""
    legs = [*any_others(world), any_leg(world)]
    isolated, least = isolated_amount(legs, True), isolated_amount(legs, False)
    naked, margin = naked_calls(legs, True)
    same, lower = naked_calls(legs, False)
    tried, later = prices_tried(legs, True), prices_tried(legs, False)
    world.observe("parts", (isolated, least, naked, margin, same, lower, tried, later))
    world.reached(DONE)
    world.require(least >= 0, "isolated margin is not negative")
    world.require(lower >= 0, "the margin of a naked call is not negative")
    world.require(isolated >= least, "isolated initial margin is at least isolated maintenance margin")
    world.require(naked == same, "as many calls are naked")
    world.require(margin >= lower, "each needs no less initially")
    world.require(later[1] == tried[1], "both try the index")
    world.require(later[2] >= later[1], "both try a rise")
    world.require(tried[2] >= later[2], "the rise is no less initially")
    world.require([tried[0], *tried[3:]] == [later[0], *later[3:]], "both try 0 and every strike")


@obligation("MARGIN-3", about=(isolated_amount, naked_calls, loss_at), reaches={DONE})
def selling_more_of_a_leg_makes_no_part_of_an_expiry_less(world: World) -> None:
    """Whatever else there is: with fewer lots of a leg, or more sold, no part of what the expiry needs is less.

    Net of marks R may fall: what a leg was sold for that costs nothing at the worst price is cash.
    """
    beside, leg = any_others(world), any_leg(world)
    position, quote, series = leg
    fewer = world.integer("lots sold", 0, MAX_LOTS, 3)
    sold = replace(position, lots=position.lots - fewer), quote, series
    initial = world.choice("margin", ("initial", "maintenance")) == "initial"
    price, loss = world.integer("price", 0, MAX_TICKS, 51_000), world.integer("others' loss", usual=100)
    was, now = ([*beside, one] for one in (leg, sold))
    isolated, later = isolated_amount(was, initial), isolated_amount(now, initial)
    (naked, margin), (uncovered, dearest) = naked_calls(was, initial), naked_calls(now, initial)
    lost, loses = (loss_at([losing(leg, loss, price), one], price) for one in (leg, sold))
    world.observe("parts", (isolated, later, naked, uncovered, margin, dearest, lost, loses))
    world.reached(DONE)
    world.lemma(fewer * quote.maintenance >= 0)
    world.lemma(fewer * quote.initial >= 0)
    world.require(later >= isolated, "no less isolated margin")
    world.require(uncovered >= naked, "no fewer naked calls")
    world.require(dearest >= margin, "none of which needs less")
    world.require(loses >= lost, "no less is lost at any price")


@obligation("MARGIN-3", "NUM-3", about=(prices_tried, naked_calls, portfolio_loss), reaches={DONE})
def what_is_tried_is_rounded_against_the_account(world: World) -> None:
    """The rise and a naked call's margin are ceiled, by less than a tick; losses are exact, and the largest counts."""
    leg, beside = any_leg(world), others(world, "others", True, -1)
    position, quote, series = leg
    initial = world.choice("margin", ("initial", "maintenance")) == "initial"
    legs = [beside, leg]
    (zero, index, top, *strikes), (_, margin) = prices_tried(legs, initial), naked_calls(legs, initial)
    world.observe("tried", (zero, index, top, strikes, margin))
    world.reached(DONE)
    terms = [each.parameters for _, _, each in legs]
    rises = [each.initial_fraction if initial else each.maintenance_fraction for each in terms]
    index = beside[1].index
    for rise in rises:
        world.lemma(index * (max(rises) - rise) >= 0)
        world.require((top - index) * PPM >= index * rise, "no leg asks for a larger rise")
    world.require((top - index) * PPM < index * max(rises) + PPM, "it is ceiled by less than a tick")
    world.require(strikes == [beside[2].strike, series.strike], "every strike is tried")
    if series.call and position.lots < 0:
        alone = quote.initial if initial else quote.maintenance
        world.require(margin * series.multiplier >= alone, "a naked call needs no less than standing alone")
    with replaced(prices_tried, lambda *_: [zero, top]), replaced(naked_calls, lambda *_: (0, margin)):
        worst = portfolio_loss([leg], initial)
    world.observe("worst", worst)
    for price in (zero, top):
        ticks = price - series.strike if series.call else series.strike - price
        paid = position.lots * max(0, ticks) * series.multiplier
        world.require(worst >= -paid, "no loss at a price that is tried is larger")


@obligation("MARGIN-3", "MARGIN-2", about=(isolated_amount, naked_calls), reaches={DONE})
def sold_calls_need_their_floor_standing_alone(world: World) -> None:
    """If each call that is sold needs some amount for each tick, so do all of them, and no more of them are naked."""
    floor, initial = world.integer("floor", 0, None, 10), world.choice("margin", (True, False))
    leg, covered = any_leg(world), others(world, "calls bought", True, world.integer("calls bought", 0, None, 5))
    beside = others(world, "calls sold", True, -1, world.integer("size of calls sold", 1, None, 20))
    for _, quote, series in (leg, beside):
        world.assume((quote.initial if initial else quote.maintenance) >= floor * series.multiplier)
    legs = [covered, beside, leg]
    isolated, (naked, margin) = isolated_amount(legs, initial), naked_calls(legs, initial)
    world.observe("parts", (isolated, naked, margin))
    world.reached(DONE)
    position, quote, series = leg
    sold = beside[2].multiplier + (max(0, -position.lots) * series.multiplier if series.call else 0)
    alone = quote.initial if initial else quote.maintenance
    world.lemma(max(0, -position.lots) * (alone - floor * series.multiplier) >= 0)
    world.require(isolated >= sold * floor, "isolated margin covers the floor of all that is sold")
    world.require(naked <= sold, "no more is naked than is sold")
    world.require(margin >= floor, "a naked call needs no less than the floor")


@obligation("MARGIN-3", about=(expiry_amount, portfolio_loss), reaches={"naked", "covered"})
def naked_calls_need_their_floor_beside_whatever_is_held(world: World) -> None:
    """A portfolio that can lose needs, for each naked call, no less than the floor of a call standing alone.

    Of one that gains at every price, the gain counts against the floor: its legs bought were paid for.
    """
    legs, sold = any_parts(world, "legs"), world.integer("sold", 0, None, 4)
    floor = world.integer("floor", 0, None, 10)
    world.assume(legs.worst >= 0)
    world.assume(legs.isolated >= sold * floor)
    world.assume(legs.naked <= sold)
    amount = amount_of(world, legs, False)
    world.reached("naked" if legs.naked > 0 else "covered")
    if legs.naked > 0:
        world.assume(legs.margin >= floor)  # as something is sold
        world.lemma(legs.naked * (legs.margin - floor) >= 0)
    world.lemma((sold - legs.naked) * floor >= 0)
    world.require(amount >= max(0, legs.naked) * floor, "the floor of every naked call")


@obligation("MARGIN-3", about=(isolated_amount, expiry_amount), reaches={DONE})
def options_that_are_only_bought_need_nothing(world: World) -> None:
    """Whoever only buys needs no margin: what he bought is no collateral either, and can be lost to the last atom."""
    lots = [world.integer(name, 1, MAX_LOTS, 3) for name in ("lots", "others")]
    call, initial = world.choice("call", (True, False)), world.choice("margin", (True, False))
    bought = [others(world, name, call, size) for name, size in zip(("one", "another"), lots, strict=True)]
    isolated = isolated_amount(bought, initial)
    any_other = any_parts(world, "legs")
    amount = amount_of(world, replace(any_other, isolated=isolated), world.choice("phase", (True, False)))
    world.observe("isolated", isolated)
    world.reached(DONE)
    world.require(isolated == 0, "nothing is sold that needs margin standing alone")
    world.require(amount == 0, "so nothing is needed")
