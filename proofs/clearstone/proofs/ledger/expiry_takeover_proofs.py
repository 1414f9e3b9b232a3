"""How much of an expiry a liquidator may take over: the first number of sixteenths that restores the buffer."""

from __future__ import annotations

from clearstone.proofs.contracts import replaced
from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.takeover_proofs import below_margin
from clearstone.proofs.ledger.worlds import BOB
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import Account, Position
from clearstone.spec.margin import Quotes, buffered
from clearstone.spec.numbers import MAX_LOTS
from clearstone.spec.takeover import SIXTEENTHS, Takeover, least_sixteenths, part_of, take


@obligation("LIQ-3", "NUM-3", about=(part_of,), reaches={"a part", "all"})
def a_part_of_an_expiry_takes_every_leg_towards_zero(world: World) -> None:
    """So many sixteenths of a leg are ceiled, by less than a lot; sixteen are all of it, and more is never less."""
    sizes = [world.integer(name, 1, MAX_LOTS, 10) for name in ("long", "short")]
    signed = zip(("long", "short"), (sizes[0], -sizes[1]), strict=True)
    legs = tuple(parts.position(world, BOB, name, lots, 0) for name, lots in signed)
    sixteenths, more = world.integer("sixteenths", 1, SIXTEENTHS, 5), world.integer("more", 0, SIXTEENTHS, 2)
    world.assume(sixteenths + more <= SIXTEENTHS)
    taken, larger = part_of(legs, sixteenths), part_of(legs, sixteenths + more)
    world.observe("taken", (taken, larger))
    world.reached("all" if sixteenths == SIXTEENTHS else "a part")
    world.require([position for position, _ in taken] == list(legs), "of every leg, in their order")
    for sign, size, (_, lots), (_, most) in zip((1, -1), sizes, taken, larger, strict=True):
        part = sign * lots
        world.lemma(size * (SIXTEENTHS - sixteenths) >= 0)
        world.lemma(size * (sixteenths - 1) >= 0)
        world.lemma(size * more >= 0)
        world.require(part >= 1, "towards zero")
        world.require(part <= size, "never past zero")
        world.require(SIXTEENTHS * part >= size * sixteenths, "no less than so many sixteenths")
        world.require(SIXTEENTHS * part < size * sixteenths + SIXTEENTHS, "by less than a lot more")
        world.require(sign * most >= part, "more sixteenths are no fewer lots")


@obligation("LIQ-3", about=(least_sixteenths,), reaches={"all", "a sixteenth", "between"})
def the_least_sixteenths_are_the_first_that_restore_the_buffer(world: World) -> None:
    """Of an expiry the least number of sixteenths is taken that restores the buffer, or all; no smaller one does."""
    below = below_margin(world)
    legs, tried = (below.position,), list[int]()

    def any_truth(_: Account, quotes: Quotes, buffer: int) -> bool:
        world.require(quotes is below.context.quotes, "at the prices of the block")
        world.require(buffer is below.parameters.liquidation_buffer, "what has to be restored is the buffer")
        return world.flag(f"{tried[-1]} sixteenths restore")

    def noted(of: tuple[Position, ...], sixteenths: int) -> tuple[tuple[Position, int], ...]:
        world.require(of is legs, "of all its legs")
        tried.append(sixteenths)
        return ()

    with (
        replaced(part_of, noted),
        replaced(take, lambda target, *_: Takeover((), target, 0, 0)),
        replaced(buffered, any_truth),
    ):
        least = least_sixteenths(below.target, below.context, below.parameters, legs)
    world.observe("least", least)
    world.reached("all" if least == SIXTEENTHS else "a sixteenth" if least == 1 else "between")
    for sixteenths in range(1, least):
        world.require(not world.flag(f"{sixteenths} sixteenths restore"), "no smaller number restores it")
    restores = least == SIXTEENTHS or world.flag(f"{least} sixteenths restore")
    world.require(restores, "it restores the buffer, or is all")
