"""How much a liquidator may take over: the least that restores the buffer, and not a lot more.

Three steps. A bisection keeps what it knows of both ends, so it ends at a number that holds while the one before does
not. What a further lot costs is no more than the margin that it frees; so what fewer lots restored, more restore as
well, and nothing below the least does. And a takeover is of no more lots than that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from clearstone.proofs.contracts import replaced
from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.number_proofs import DONE
from clearstone.proofs.ledger.takeover_contracts import any_least_lots
from clearstone.proofs.ledger.worlds import BOB, beside, context
from clearstone.proofs.obligations import obligation
from clearstone.proofs.symbolic.formulas import conjunction, negation
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import Account, Position, lots_in
from clearstone.spec.ledger_state import Context
from clearstone.spec.margin import Quotes, buffered, health_equity, maintenance_requirement
from clearstone.spec.numbers import MAX_LOTS
from clearstone.spec.parameters import PoolParameters
from clearstone.spec.receipts import Rejection
from clearstone.spec.takeover import (
    Takeover,
    charge_cap,
    choose_takeover,
    discount_rate,
    halved,
    least_lots,
    least_that_holds,
    take,
    within_cap,
)
from clearstone.spec.transactions import Liquidate

PERP = "perp"
"""The market in which lots are taken."""


@dataclass(frozen=True, slots=True)
class Below:
    """An account below its maintenance margin, with equity left."""

    target: Account
    """The account: a perpetual, and anything beside."""
    position: Position
    """The perpetual."""
    context: Context
    """Of the block."""
    parameters: PoolParameters
    """Of its pool."""


def below_margin(world: World) -> Below:
    """Any account that may be liquidated, in a market that is fresh, its funding settled."""
    quotes = {
        PERP: parts.quote(world, parts.perpetual(world, PERP)),
        beside(BOB): parts.ghost_quote(world, beside(BOB), True),
    }
    held = parts.position(world, BOB, PERP, funding=quotes[PERP].funding_index)
    target = parts.account(world, BOB, (held, parts.ghost_position(world, BOB, beside(BOB))))
    left = health_equity(target, quotes)
    world.assume(left > 0)
    world.assume(left < maintenance_requirement(target, quotes))
    return Below(target, held, context(world, quotes), parts.parameters(world, PoolParameters, "main"))


def restored(below: Below, lots: int) -> bool:
    """LIQ-3. Whether taking over so many lots restores the buffer."""
    legs = ((below.position, lots if below.position.lots > 0 else -lots),)
    after = take(below.target, below.context, below.parameters, legs).target
    return buffered(after, below.context.quotes, below.parameters.liquidation_buffer)


@obligation("LIQ-3", about=(halved,), reaches={"lower half", "upper half"})
def bisection_ends_at_a_number_that_holds_after_one_that_does_not(world: World) -> None:
    """A step keeps that something holds at the high end, or it is the highest, and not below the low end; and halves.

    So when the ends meet, it holds there, or that is the highest number, and not one below, or that is the lowest.
    """
    low, high = world.integer("low", usual=1), world.integer("high", usual=9)
    world.assume(low < high)
    highest, lowest = world.flag("the high end is the highest"), world.flag("the low end is the lowest")
    at_high, below_low = world.flag("it holds at the high end"), world.flag("it holds below the low end")
    world.assume(highest or at_high)
    world.assume(lowest or not below_low)
    asked: list[int] = []

    def holds(number: int) -> bool:
        asked.append(number)
        return world.flag("it holds in the middle")

    later, earlier = halved(low, high, holds)
    (middle,) = asked
    world.observe("ends", (later, earlier, middle))
    world.require(low <= middle, "the middle is not below the low end")
    world.require(middle < high, "the middle is below the high end")
    world.require(later <= earlier, "the ends do not cross")
    world.require(2 * (earlier - later) <= high - low, "no more than half is left")
    if later == low:
        world.reached("lower half")
        world.require(earlier == middle, "the high end is a number that was asked about")
        world.require(world.flag("it holds in the middle"), "and holds")
    else:
        world.reached("upper half")
        world.require(earlier == high, "the high end is what it was")
        world.require(later == middle + 1, "the low end is after a number that was asked about")
        world.require(not world.flag("it holds in the middle"), "and does not hold")


@obligation("LIQ-3", "LIQ-4", about=(charge_cap, within_cap), reaches={"capped", "uncapped", "nothing required"})
def a_further_lot_costs_no_more_than_the_margin_it_frees(world: World) -> None:
    """Whoever is below his margin: each lot more that is taken costs him no more than the margin that it frees.

    Or nothing is required any more, and the charges have left his equity at 0 or above. Discount and penalty are
    integers per lot, so either all lots pay them in full, or all are capped.
    """
    held, required = world.integer("equity", 1, None, 900), world.integer("required", 1, None, 1_000)
    world.assume(held < required)
    margin = world.choice("margin", (1, 0)) and world.integer("margin per lot", 1, None, 100)
    lots = world.integer("lots", 1, None, 3)
    world.lemma(lots * margin >= (lots if margin else 0))
    discount, penalty = world.integer("discount per lot", 0, None, 20), world.integer("penalty per lot", 0, None, 10)
    left, next_left = max(0, required - lots * margin), max(0, required - (lots + 1) * margin)

    def charge(size: int, after: int) -> int:
        return sum(within_cap(size * discount, size * penalty, charge_cap(held, required, after)))

    paid, more = charge(lots, left), charge(lots + 1, next_left)
    world.observe("charges", (paid, more))
    each = discount + penalty
    if next_left == 0:
        world.reached("nothing required")
        world.require(more <= held, "no more is charged than there is")
        return
    world.lemma((required - held) * margin >= 0)
    if each * required <= held * margin:
        world.reached("uncapped")
        world.lemma(each <= margin)
        world.lemma(lots * (held * margin - each * required) >= 0)
        world.lemma((lots + 1) * (held * margin - each * required) >= 0)
        world.lemma(paid == lots * each)
        world.lemma(more == (lots + 1) * each)
    else:
        world.reached("capped")
        world.lemma(lots * (each * required - held * margin) >= 0)
        world.lemma((lots + 1) * (each * required - held * margin) >= 0)
        world.lemma(paid == charge_cap(held, required, left))
        world.lemma(more == charge_cap(held, required, next_left))
    world.lemma(more - paid <= margin)
    world.require(more - paid <= left - next_left, "no more than the margin that it frees")


@obligation("LIQ-3", about=(take, buffered), reaches={DONE})
def what_fewer_lots_restore_more_lots_restore_too(world: World) -> None:
    """If taking some lots restores the buffer, so does taking one more: the least number is least of all.

    The charges are any that cost no more than the margin that a lot frees, as is proved of them above.
    """
    below = below_margin(world)
    required = maintenance_requirement(below.target, below.context.quotes)
    held, margin = health_equity(below.target, below.context.quotes), below.context.quotes[PERP].maintenance
    lots = world.integer("lots", 1, MAX_LOTS, 2)
    world.assume(lots < abs(below.position.lots))
    left: list[int] = []
    charges = [world.integer(name, 0, None, 5) for name in ("charge", "charge with one more")]

    def note(equity: int, before: int, after: int) -> int:
        world.require(equity == held, "the charges depend on the equity there was")
        world.require(before == required, "on what was required")
        left.append(after)
        return 0

    with (
        replaced(discount_rate, lambda *_: world.integer("rate", 0, 500_000, 5_000)),
        replaced(charge_cap, note),
        replaced(within_cap, lambda *_: (charges[len(left) - 1], 0)),
    ):
        before = restored(below, lots)
        after = restored(below, lots + 1)
    world.observe("restored", (before, after))
    for size, amount in zip((lots, lots + 1), left, strict=True):
        world.require(amount == max(0, required - size * margin), "and on what is then: each lot frees its margin")
    nothing_left = conjunction(left[1] == 0, charges[1] <= held)
    world.assume(negation(conjunction(negation(nothing_left), charges[1] - charges[0] > left[0] - left[1])))
    world.assume(before)
    world.reached(DONE)
    world.lemma(left[0] >= left[1])
    world.lemma((left[0] - left[1]) * below.parameters.liquidation_buffer >= 0)
    world.require(after, "one lot more restores it as well")


@obligation("LIQ-3", about=(least_lots,), reaches={"all", "a single lot", "between"})
def the_least_lots_restore_the_buffer_and_one_fewer_does_not(world: World) -> None:
    """What is found restores the buffer, or is all there is; one lot fewer does not, or it is a single lot.

    Whether so many lots restore it is any truth here, and the bisection any that ends as is proved of it above.
    """
    below, found = below_margin(world), world.integer("found", 1, MAX_LOTS, 2)
    size, tried = abs(below.position.lots), list[int]()

    def any_taking(target: Account, _: Context, __: PoolParameters, legs: tuple[tuple[Position, int], ...]) -> Takeover:
        ((position, lots),) = legs
        world.require(target is below.target and position is below.position, "what is tried is taken of the position")
        world.require((lots > 0) == (position.lots > 0), "towards zero")
        tried.append(abs(lots))
        return Takeover(legs, target, 0, 0)

    def any_truth(_: Account, quotes: Quotes, buffer: int) -> bool:
        world.require(quotes is below.context.quotes, "at the prices of the block")
        world.require(buffer is below.parameters.liquidation_buffer, "what has to be restored is the buffer")
        return world.flag("one lot fewer restores" if tried[-1] < found else "what is found restores")

    def bisected(low: int, high: int, holds: Callable[[int], bool]) -> int:
        world.require(low == 1 and high == size, "it is looked for from a single lot to all")
        world.assume(found <= high)
        world.assume(found == high or holds(found))
        world.assume(found == low or not holds(found - 1))
        return found

    with replaced(take, any_taking), replaced(buffered, any_truth), replaced(least_that_holds, bisected):
        least = least_lots(below.target, below.context, below.parameters, below.position)
    world.observe("least", least)
    world.require(least >= 1, "at least a lot")
    world.require(least <= size, "no more than there is")
    world.reached("all" if least == size else "a single lot" if least == 1 else "between")
    if least < size:
        world.require(bool(tried) and tried[0] == least, "it was tried")
        world.require(world.flag("what is found restores"), "it restores the buffer")
    if least > 1:
        world.require(bool(tried) and tried[-1] == least - 1, "one lot fewer was tried")
        world.require(not world.flag("one lot fewer restores"), "which does not restore it")


@obligation("LIQ-3", "LIQ-4", about=(choose_takeover,), reaches={"taken", "LIQ-2", "LIQ-4"})
def a_takeover_is_of_no_more_lots_than_restore_the_buffer(world: World) -> None:
    """Of a perpetual as many lots are taken as were asked for, or the least that restore the buffer, if that is less.

    They are taken towards zero and never past it, and only if that lowers the requirement.
    """
    below = below_margin(world)
    held = world.choice("position", ("held", "none")) == "held"
    target = below.target if held else replace(below.target, positions=below.target.positions[1:])
    wanted = world.integer("asked for", 1, None, 3)

    def any_rate(*_: object) -> int:
        return world.integer("rate", 0, 500_000, 5_000)  # within start and limit: proved by itself

    with any_least_lots(world) as found, replaced(discount_rate, any_rate):
        chosen = choose_takeover(target, below.context, below.parameters, Liquidate(BOB, PERP, wanted))
    if isinstance(chosen, Rejection):
        world.observe("rejection", chosen)
        world.reached(chosen.rule)
        world.require(chosen.rule == ("LIQ-4" if held else "LIQ-2"), "it is refused for a reason that is so")
        return
    world.observe("takeover", chosen)
    world.reached("taken")
    ((position, lots),) = chosen.legs
    world.require(held and position is below.position, "it is of the position")
    world.require(len(found) == 1, "whose least lots were looked for")
    for account, of, least in found:
        world.require(account is target and of is position, "as the account is")
        world.require(abs(lots) == min(wanted, least), "no more than was asked for, no more than restores the buffer")
    world.require((lots > 0) == (position.lots > 0), "towards zero")
    left = lots_in(chosen.target, PERP)
    world.require(left == position.lots - lots, "the rest is left")
    world.require(abs(left) < abs(position.lots), "and is less")
    was, now = (maintenance_requirement(account, below.context.quotes) for account in (target, chosen.target))
    world.require(now < was, "less margin is required than before")
