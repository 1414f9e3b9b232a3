"""Why one position can stand for any number: two others have the same effect as one.

Proofs give each account, beside what they name, one position in an instrument that may be worth anything, need anything
and owe any funding. Here two such positions are shown to have the same equity, margin and funding as a single one with
the sums; so by induction any number has.
"""

from __future__ import annotations

from dataclasses import replace

from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.number_proofs import DONE
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import Position
from clearstone.spec.funding import FUNDING_SCALE, funding_credit
from clearstone.spec.instruments import Perpetual
from clearstone.spec.margin import equity, health_equity, initial_health, maintenance_requirement

ONE, OTHER, SUM = "~one", "~other", "~sum"
"""Two instruments, and the one that stands for both."""


@obligation("LEDGER-2", "MARGIN-3a", about=(initial_health, maintenance_requirement, equity), reaches={DONE})
def one_position_stands_for_two(world: World) -> None:
    """Two positions beside a named one have the equity and margins of a single one that has their sums."""
    named = parts.perpetual(world, "perp")
    quotes = {"perp": parts.quote(world, named)}
    quotes |= {name: parts.ghost_quote(world, name, True) for name in (ONE, OTHER)}
    first, second = quotes[ONE], quotes[OTHER]
    held = parts.position(world, "account", "perp")
    pair = tuple(parts.ghost_position(world, "account", name) for name in (ONE, OTHER))
    two = parts.account(world, "account", (held, *pair))
    health = initial_health(two, quotes, False)
    alone = initial_health(replace(two, positions=(held,), cash=0), quotes, False)
    value, excluded = first.mark + second.mark, health.excluded - alone.excluded
    stands_for = Perpetual(SUM, "main", "feed", 1, named.parameters)
    quotes[SUM] = replace(
        first,
        instrument=stands_for,
        mark=value,
        long_mark=value,
        short_mark=value,
        initial=first.initial + second.initial,
        maintenance=first.maintenance + second.maintenance,
    )
    one = replace(two, positions=(held, Position(SUM, 1, value - excluded, 0)))
    single = initial_health(one, quotes, False)
    world.observe("health", (health, single))
    world.reached(DONE)
    world.require(single.equity == health.equity, "the same equity")
    world.require(single.excluded == health.excluded, "the same profit is excluded")
    world.require(single.required == health.required, "the same initial margin")
    world.require(equity(one, quotes) == equity(two, quotes), "the same equity at the marks")
    world.require(health_equity(one, quotes) == health_equity(two, quotes), "and in health tests")
    same = maintenance_requirement(one, quotes) == maintenance_requirement(two, quotes)
    world.require(same, "the same maintenance margin")


@obligation("PERP-2", about=(funding_credit,), reaches={DONE})
def one_lot_may_be_due_any_funding(world: World) -> None:
    """Whatever several positions are credited together, one lot can be credited."""
    credit = world.integer("credit", usual=-7)
    due = funding_credit(Position(SUM, 1, 0, credit * FUNDING_SCALE), 0)
    world.observe("credit", due)
    world.reached(DONE)
    world.require(due == credit, "exactly that")
