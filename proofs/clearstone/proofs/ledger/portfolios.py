"""Legs of an expiry, and legs that stand for any number of others.

What an expiry needs is made of sums and maxima over its legs. So whatever others there are beside a leg that is looked
at, a single one, made for the purpose, has the same sum or the same maximum; what then holds of the two together holds,
leg by leg, of any number. (None of these is what an account could hold; the functions are the specification's own.)
"""

from __future__ import annotations

from dataclasses import replace

from clearstone.proofs.ledger import parts
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import Position
from clearstone.spec.instruments import OptionSeries, Quote
from clearstone.spec.portfolio_margin import Leg

EXPIRY = 5_000
"""When the series that are looked at expire; no rule of margin reads it but to tell expiries apart."""


def any_leg(world: World, name: str = "leg", strike: int | None = None) -> Leg:
    """Any position, long or short, in any call or put, at fresh prices; its margins contain its mark (MARGIN-2)."""
    series = parts.series(world, name, world.choice(f"{name} is", ("call", "put")) == "call", expiry=EXPIRY)
    if strike is not None:
        series = replace(series, strike=strike)
    quote = parts.quote(world, series, funding_index=0)
    world.assume(quote.maintenance >= quote.short_mark)
    return parts.position(world, "account", name, funding=0), quote, series


def others(world: World, name: str, call: bool, lots: int, multiplier: int = 1, strike: int = 1) -> Leg:
    """One leg in the place of all others: its size, multiplier and strike are given, its margins any in order."""
    series = replace(parts.series(world, name, call, expiry=EXPIRY), multiplier=multiplier, strike=strike)
    quote = parts.quote(world, series, funding_index=0)
    return Position(name, lots, 0, 0), quote, series


def losing(template: Leg, loss: int, price: int) -> Leg:
    """One leg that loses just so much at a price, as all others together may: a call that pays an atom there."""
    _, quote, series = template
    made = OptionSeries("losing", "main", "feed", "marks", 1, True, price - 1, series.expiry, series.parameters)
    return Position("losing", -loss, 0, 0), with_series(quote, made), made


def with_series(quote: Quote, series: OptionSeries) -> Quote:
    """The quote of another series."""
    return replace(quote, instrument=series)
