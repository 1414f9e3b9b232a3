"""Margin: what an account needs at first is at least what it needs later, and more is never needed for less."""

from __future__ import annotations

from dataclasses import replace

from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.number_proofs import DONE
from clearstone.proofs.ledger.worlds import ALICE, beside
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import locked_profit
from clearstone.spec.instruments import Quote
from clearstone.spec.margin import initial_health, liquidatable, maintenance_requirement, meets_initial
from clearstone.spec.numbers import MAX_LOTS, MAX_TIME, ceil_div
from clearstone.spec.trades import traded

PERP = "perp"
"""The perpetual that is looked at."""


def any_quotes(world: World) -> dict[str, Quote]:
    """Any quotes of a perpetual and of all that an account holds beside, at fresh prices."""
    return {
        PERP: parts.quote(world, parts.perpetual(world, PERP)),
        beside(ALICE): parts.ghost_quote(world, beside(ALICE), True),
    }


@obligation("MARGIN-1", "MARGIN-3a", about=(initial_health, maintenance_requirement), reaches={DONE})
def initial_margin_is_at_least_maintenance_margin(world: World) -> None:
    """Whatever an account holds in perpetuals: initially no less is needed than later, and who has it is safe."""
    quotes = any_quotes(world)
    held = parts.position(world, ALICE, PERP)
    account = parts.account(world, ALICE, (held, parts.ghost_position(world, ALICE, beside(ALICE))))
    initial, maintenance = initial_health(account, quotes, True), maintenance_requirement(account, quotes)
    world.observe("margins", (initial, maintenance))
    world.reached(DONE)
    world.lemma(abs(held.lots) * quotes[PERP].initial >= abs(held.lots) * quotes[PERP].maintenance)
    world.require(initial.required >= maintenance, "initial margin is at least maintenance margin")
    if meets_initial(account, quotes):
        world.require(not liquidatable(account, quotes), "who has initial margin is not liquidated")


@obligation("MARGIN-1", about=(maintenance_requirement, initial_health), reaches={DONE})
def more_lots_never_need_less_margin(world: World) -> None:
    """Of a perpetual, more lots on the same side never need less margin, initial or maintenance."""
    quotes = any_quotes(world)
    held = parts.position(world, ALICE, PERP)
    more = world.integer("more lots", 0, MAX_LOTS, 2)
    larger = replace(held, lots=held.lots + more if held.lots > 0 else held.lots - more)
    account = parts.account(world, ALICE, (held, parts.ghost_position(world, ALICE, beside(ALICE))))
    grown = replace(account, positions=(larger, account.positions[1]))
    small, large = (initial_health(one, quotes, True).required for one in (account, grown))
    less, later = (maintenance_requirement(one, quotes) for one in (account, grown))
    world.observe("margins", (small, large, less, later))
    world.reached(DONE)
    world.lemma(more * quotes[PERP].initial >= 0)
    world.lemma(more * quotes[PERP].maintenance >= 0)
    world.require(small <= large, "initial margin does not fall")
    world.require(less <= later, "maintenance margin does not fall")


@obligation(
    "MARGIN-2", "MARGIN-3", "MARGIN-3a", about=(initial_health, maintenance_requirement), reaches={"call", "put"}
)
def a_short_option_needs_its_margin_alone_or_all_that_it_can_lose(world: World) -> None:
    """A short call needs its isolated margin, a put that or its strike, if that is less; beyond its mark, for each lot.

    So more lots never need less.
    """
    kind = world.choice("option", ("call", "put"))
    series = parts.series(world, "option", kind == "call", expiry=5_000)
    quote = parts.quote(world, series, fresh=False, funding_index=0)  # fresh prices are among them
    most = series.strike * series.multiplier
    world.assume(quote.maintenance >= quote.short_mark)
    if kind == "put":
        world.assume(quote.short_mark <= most)  # no put is marked above its strike: MARK-1
    size = world.integer("size", 1, MAX_LOTS, 3)
    account = parts.account(world, ALICE, (parts.position(world, ALICE, "option", -size, 0),))
    quotes = {"option": quote}
    if world.choice("margin", ("initial", "maintenance")) == "initial":
        required, alone = initial_health(account, quotes, True).required, quote.initial
    else:
        required, alone = maintenance_requirement(account, quotes), quote.maintenance
    world.observe("required", required)
    world.reached(kind)
    rate = alone if kind == "call" else min(alone, most)
    if kind == "call":
        world.lemma(size * (ceil_div(alone, series.multiplier) * series.multiplier - alone) >= 0)
    else:
        world.lemma(min(size * alone, size * most) == size * rate)
    world.lemma(size * (rate - quote.short_mark) >= 0)
    world.require(required == size * (rate - quote.short_mark), "every lot needs the same beyond its mark")


@obligation("MARGIN-4", "MARGIN-4a", about=(traded, initial_health), reaches={DONE})
def realising_a_profit_frees_none_of_it(world: World) -> None:
    """Closing any part of a perpetual at its mark turns unrealised profit into locked profit, to the atom.

    Else it would be realised against an accomplice and taken out.
    """
    quotes, period = any_quotes(world), world.integer("period", 0, MAX_TIME, 3)
    closed, left = world.integer("closed", 1, MAX_LOTS, 3), world.integer("left", 0, MAX_LOTS, 7)
    sign, mark = world.choice("position", (1, -1)), quotes[PERP].mark
    held = parts.position(world, ALICE, PERP, sign * (closed + left))
    account = parts.account(world, ALICE, (held, parts.ghost_position(world, ALICE, beside(ALICE))))
    profit = held.lots * mark - held.cost
    world.assume(profit >= 0)
    after = traded(account, quotes[PERP], -sign * closed, mark, 0, period, ())
    world.observe("account", after)
    world.lemma(left * profit >= 0)
    world.lemma(closed * profit >= 0)
    was, becomes = (initial_health(one, quotes, False) for one in (account, after))
    world.reached(DONE)
    world.require(becomes.equity == was.equity, "equity is what it was")
    uncertain = was.excluded + locked_profit(account, period)
    world.require(becomes.excluded + locked_profit(after, period) == uncertain, "as much profit may not leave")
