"""Instruments by themselves, at prices, times and parameters of small numbers, where what is rounded shows."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from clearstone.conformance.live.questions.asked import Asked
from clearstone.conformance.operations.market_operations import (
    ExpiryToSample,
    FundingToAdvance,
    ImpactPrices,
    OptionToQuote,
    PerpetualToQuote,
    SeriesAtPrice,
)
from clearstone.models.scenario_genesis import HOUR, OPTION, PERPETUAL, PROTOCOL, START, series
from clearstone.spec.funding import Funding
from clearstone.spec.instruments import OptionSeries, Perpetual
from clearstone.spec.settlement import Expiry

ticks = st.integers(1, 200) | st.integers(40_000, 70_000)
times = st.sampled_from((-HOUR, -60_000, -1, 0, 1, 4_000, 10 * 60_000 - 1, 10 * 60_000)).map(lambda n: START + HOUR + n)
multipliers = st.sampled_from((1, 7, 1_000))
interests = st.integers(0, 1_200_000)


@st.composite
def perpetuals(draw: st.DrawFn) -> Perpetual:
    """A perpetual with fractions that divide nothing evenly."""
    initial = draw(st.integers(2, 90_000))
    parameters = replace(
        PERPETUAL,
        initial_fraction=initial,
        initial_fraction_limit=draw(st.integers(initial, 200_000)),
        maintenance_fraction=draw(st.integers(1, initial - 1)),
        funding_interval=draw(st.sampled_from((HOUR, 600_000, 959, 480, 7))),
        collar=draw(st.sampled_from((1, 50_000, 333_333))),
    )
    return Perpetual("BTC-PERP", "main", "BTC", draw(multipliers), parameters)


@st.composite
def options(draw: st.DrawFn) -> OptionSeries:
    """A call or a put near the prices."""
    made = series(call=draw(st.booleans()), strike=draw(ticks))
    parameters = replace(OPTION, initial_fraction=draw(st.integers(100_000, 160_000)))
    return replace(made, multiplier=draw(multipliers), parameters=parameters)


@st.composite
def fundings(draw: st.DrawFn) -> FundingToAdvance:
    """Funding in the middle of an interval, or at its turn."""
    perpetual = draw(perpetuals())
    interval = perpetual.parameters.funding_interval
    before = START + draw(st.integers(0, 2 * interval))
    samples = tuple(draw(st.lists(st.integers(-9_000, 9_000), max_size=6)))
    funding = Funding(
        draw(st.integers(-(10**9), 10**9)),
        draw(st.integers(-7_500, 7_500)),
        draw(st.integers(0, interval - 1)),
        START + draw(st.integers(1, 3)) * interval,
        samples,
    )
    now = before + draw(st.integers(1, 2 * interval) | st.integers(1, 5))
    return FundingToAdvance(funding, perpetual, draw(ticks), before, now, draw(st.integers(-9_000, 9_000)))


@st.composite
def expiries(draw: st.DrawFn) -> ExpiryToSample:
    """An expiry with its window before it, open or closing."""
    count = draw(st.sampled_from((0, 1, 2, 23, 24, 25)))
    total = sum(draw(st.lists(st.integers(40_000, 60_000), min_size=count, max_size=count)))
    now = draw(times)
    slot = now // PROTOCOL.settlement_slot - draw(st.integers(0, 2))
    price = draw(st.sampled_from((None, None, None, 49_000)))
    expiry = Expiry("BTC", START + HOUR, total, count, slot if count else -1, price)
    return ExpiryToSample(expiry, PROTOCOL, now, draw(ticks), draw(st.booleans()))


settled = st.none() | ticks
sides = st.none() | ticks
quotes = st.builds(PerpetualToQuote, perpetuals(), ticks, st.booleans(), interests, st.integers(-(10**9), 10**9))
option_quotes = st.builds(OptionToQuote, options(), times, ticks, ticks, st.booleans(), settled)
payoffs = st.builds(SeriesAtPrice, options(), ticks)
premiums = st.builds(ImpactPrices, ticks, sides, sides)

ASKED = (
    Asked("quote-perpetual", "margin", "quote_perpetual", "perpetuals", ("MARGIN-1", "MARGIN-5"), lambda _: quotes),
    Asked(
        "quote-option",
        "options",
        "quote_option",
        "option series before and after expiry",
        ("MARK-1", "MARGIN-2", "OPT-3"),
        lambda _: option_quotes,
    ),
    Asked("payoff", "options", "payoff", "settlement prices", ("OPT-1",), lambda _: payoffs),
    Asked("advance-funding", "funding", "advance_funding", "blocks", ("PERP-1", "PERP-3"), lambda _: fundings()),
    Asked("sample-premium", "funding", "sample_premium", "impact prices", ("PERP-3",), lambda _: premiums),
    Asked("sample-expiry", "options", "sample_expiry", "blocks around an expiry", ("OPT-2",), lambda _: expiries()),
)
