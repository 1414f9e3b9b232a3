"""Instruments: every quote is in order, whatever the index and the parameters."""

from __future__ import annotations

from clearstone.proofs.contracts import replaced
from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.number_proofs import DONE
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.instruments import (
    OptionSeries,
    Quote,
    initial_fraction,
    option_mark,
    payoff,
    phase_of,
    quote_option,
    quote_perpetual,
    short_margins,
)
from clearstone.spec.numbers import MAX_FUNDING_INDEX, MAX_TICKS, MAX_TIME
from clearstone.spec.parameters import PerpetualParameters


def require_order(world: World, quote: Quote) -> None:
    """What proofs about accounts assume of a quote."""
    world.observe("quote", quote)
    world.require(quote.mark >= 0, "the mark is not negative")
    world.require(quote.maintenance >= 0, "maintenance margin is not negative")
    world.require(quote.initial >= quote.maintenance, "initial margin is at least maintenance margin")
    world.require(quote.lowest >= 1, "the band begins above 0")
    world.require(quote.lowest <= quote.highest, "the band is not empty")
    world.require(quote.long_mark <= quote.mark, "a long counts for no more than its mark")
    world.require(quote.short_mark >= quote.mark, "a short counts for no less than its mark")
    if quote.fresh:
        world.require(quote.long_mark == quote.short_mark, "at fresh prices both count at the mark")


@obligation("MARGIN-1", "MARGIN-5", about=(initial_fraction,), reaches={DONE})
def initial_fraction_rises_between_its_caps(world: World) -> None:
    """The initial margin fraction lies between its two caps, and never falls as open interest grows."""
    parameters = parts.parameters(world, PerpetualParameters, "market")
    less, more = world.integer("open interest", 0, None, 500), world.integer("more open interest", 0, None, 700)
    world.assume(less <= more)
    low, high = initial_fraction(parameters, less), initial_fraction(parameters, more)
    world.observe("fractions", (low, high))
    world.reached(DONE)
    world.require(low >= parameters.initial_fraction, "not below the base")
    world.require(low <= parameters.initial_fraction_limit, "not above the limit")
    world.require(low <= high, "it does not fall")
    if less >= parameters.open_interest_high:
        world.require(low == parameters.initial_fraction_limit, "from the high cap on it is the limit")


@obligation("MARGIN-1", "MARK-1", "BOOK-3", about=(quote_perpetual,), reaches={DONE})
def every_quote_of_a_perpetual_is_in_order(world: World) -> None:
    """A perpetual's initial margin is at least its maintenance margin, its mark is its index, its band not empty."""
    instrument = parts.perpetual(world, "perp")
    index, interest = world.integer("index", 1, MAX_TICKS, 50_000), world.integer("open interest", 0, None, 500)
    fraction = initial_fraction(instrument.parameters, interest)
    world.lemma(fraction >= instrument.parameters.initial_fraction)
    funding_index = world.integer("funding index", -MAX_FUNDING_INDEX, MAX_FUNDING_INDEX)
    quote = quote_perpetual(instrument, index, world.choice("feed", (True, False)), interest, funding_index)
    world.reached(DONE)
    value = index * instrument.multiplier
    world.lemma(value * fraction >= value * instrument.parameters.maintenance_fraction)
    require_order(world, quote)
    world.require(quote.mark == value, "the mark is the index")


@obligation("OPT-1", about=(payoff,), reaches={DONE})
def a_call_less_a_put_is_the_underlying_less_the_strike(world: World) -> None:
    """Payoffs are exact and not negative, and a call less a put of the same strike pays price less strike."""
    call = parts.series(world, "option", True)
    put = parts.series(world, "option", False)
    price = world.integer("price", 0, MAX_TICKS, 51_000)
    long, short = payoff(call, price), payoff(put, price)
    world.observe("payoffs", (long, short))
    world.reached(DONE)
    world.require(long >= 0, "a call pays nothing or more")
    world.require(short >= 0, "a put pays nothing or more")
    world.require(long - short == (price - call.strike) * call.multiplier, "their difference is the underlying's")


@obligation("MARK-1", about=(option_mark,), reaches={DONE})
def an_option_is_marked_within_its_no_arbitrage_bounds(world: World) -> None:
    """No mark is below intrinsic value, no call above the underlying, no put above its strike."""
    call = world.choice("kind", (True, False))
    option = parts.series(world, "option", call)
    index = world.integer("index", 1, MAX_TICKS, 51_000)
    mark = option_mark(option, index, world.integer("reported", 1, MAX_TICKS, 2_000))
    world.observe("mark", mark)
    world.reached(DONE)
    world.require(mark >= payoff(option, index), "not below intrinsic")
    world.require(mark <= (index if call else option.strike) * option.multiplier, "not above what it could ever pay")


@obligation("MARGIN-2", about=(short_margins,), reaches={DONE})
def a_short_option_needs_no_less_initially_than_later(world: World) -> None:
    """Standing alone, a short's initial margin is at least its maintenance margin, and that at least its mark."""
    option = parts.series(world, "option", world.choice("kind", (True, False)))
    index = world.integer("index", 1, MAX_TICKS, 51_000)
    mark = world.integer("mark", 0, None, 20_000)
    initial, maintenance = short_margins(option, index, mark)
    world.observe("margins", (initial, maintenance))
    world.reached(DONE)
    underlying = index * option.multiplier
    floor, fraction = option.parameters.initial_floor, option.parameters.maintenance_fraction
    world.lemma(underlying * floor >= underlying * fraction)
    world.require(maintenance >= mark, "maintenance margin is at least the mark")
    world.lemma(maintenance * (option.parameters.put_ratio - 1_000_000) >= 0)
    world.require(initial >= maintenance, "initial margin is at least maintenance margin")


@obligation("MARGIN-2", "MARK-1", "ORACLE-5", about=(quote_option,), reaches={"trade", "pending", "settle"})
def every_quote_of_an_option_is_in_order(world: World) -> None:
    """An option's marks and margins are in order in every phase; frozen, a long counts less and a short more."""
    option = parts.series(world, "option", world.choice("kind", (True, False)))
    index = world.integer("index", 1, MAX_TICKS, 51_000)
    price = world.integer("settlement price", 1, MAX_TICKS, 51_000) if world.choice("set", (True, False)) else None
    now = world.integer("now", 0, MAX_TIME, 3_000)
    world.assume(price is None or now >= option.expiry)
    reported, fresh = world.integer("reported", 1, MAX_TICKS, 2_000), world.choice("feed", (True, False))

    def any_mark(series: OptionSeries, index: int, _: int) -> int:
        above = world.integer("mark above intrinsic", 0, None, 500)  # never below: proved of the mark by itself
        return payoff(series, index) + above

    def any_margins(_: OptionSeries, __: int, mark: int) -> tuple[int, int]:
        maintenance = mark + world.integer("maintenance above mark", 0, None, 900)  # never below: proved above
        return maintenance + world.integer("initial above maintenance", 0, None, 300), maintenance

    with replaced(option_mark, any_mark), replaced(short_margins, any_margins):
        quote = quote_option(option, now, index, reported, fresh, price)
    world.reached(quote.phase)
    require_order(world, quote)


@obligation("OPT-3", about=(phase_of,), reaches={"trade", "pending", "settle"})
def a_series_is_in_one_phase_at_every_time(world: World) -> None:
    """Trade before expiry; at expiry and after it, pending until there is a price, then settle."""
    option = parts.series(world, "option", True)
    now = world.integer("now", 0, MAX_TIME, 3_000)
    priced = world.choice("price", (True, False))
    phase = phase_of(option, now, 5 if priced else None)
    world.observe("phase", phase)
    world.reached(phase)
    world.require((phase == "trade") == bool(now < option.expiry), "trade exactly before expiry")
    world.require(phase == "trade" or (phase == "settle") == priced, "settle exactly once there is a price")
