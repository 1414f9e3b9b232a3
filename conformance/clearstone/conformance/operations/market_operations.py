"""Instruments by themselves: quotes, funding, expiry."""

from __future__ import annotations

from dataclasses import dataclass

from clearstone.conformance.operations.arithmetic_operations import Number
from clearstone.conformance.operations.operation import operations
from clearstone.spec import funding, instruments, settlement
from clearstone.spec.funding import Funding
from clearstone.spec.instruments import OptionSeries, Perpetual, Quote
from clearstone.spec.parameters import ProtocolParameters
from clearstone.spec.settlement import Expiry


@dataclass(frozen=True, slots=True)
class PerpetualToQuote:
    """A perpetual in a block."""

    perpetual: Perpetual
    """The perpetual."""
    index: int
    """Index in ticks, at least 1."""
    fresh: bool
    """Whether its feed may be relied on."""
    open_interest: int
    """Open interest after the block before, in lots."""
    funding_index: int
    """The market's funding index."""


@dataclass(frozen=True, slots=True)
class OptionToQuote:
    """An option series in a block."""

    series: OptionSeries
    """The series."""
    now: int
    """Block time, ms since the epoch."""
    index: int
    """Index of the underlying in ticks, at least 1."""
    reported: int
    """Reported mark in ticks, at least 1."""
    fresh: bool
    """Whether both its feeds may be relied on."""
    settlement_price: int | None
    """Settlement price in ticks, once set."""


@dataclass(frozen=True, slots=True)
class SeriesAtPrice:
    """A series and a settlement price."""

    series: OptionSeries
    """The series."""
    price: int
    """Settlement price in ticks."""


@dataclass(frozen=True, slots=True)
class FundingToAdvance:
    """A perpetual's funding before a block, and what the block brings."""

    funding: Funding
    """The funding."""
    perpetual: Perpetual
    """The perpetual."""
    index: int
    """Index in ticks."""
    before: int
    """Time of the block before, ms since the epoch."""
    now: int
    """Block time, ms since the epoch."""
    sample: int
    """Premium sample of this block, in ppm."""


@dataclass(frozen=True, slots=True)
class ImpactPrices:
    """The two sides of a book at the impact size."""

    index: int
    """Index in ticks."""
    bid: int | None
    """Price at which the impact size can be sold, in ticks; null if it can't."""
    ask: int | None
    """Price at which it can be bought, in ticks; null if it can't."""


@dataclass(frozen=True, slots=True)
class ExpiryToSample:
    """An expiry before a block, and what the block brings."""

    expiry: Expiry
    """The expiry."""
    parameters: ProtocolParameters
    """Of the whole chain."""
    now: int
    """Block time, ms since the epoch."""
    index: int
    """Index of the underlying in ticks."""
    fresh: bool
    """Whether its feed may be relied on."""


def quote_perpetual(question: PerpetualToQuote) -> Quote:
    """Work out what a lot of a perpetual is worth and needs in a block."""
    return instruments.quote_perpetual(
        question.perpetual, question.index, question.fresh, question.open_interest, question.funding_index
    )


def quote_option(question: OptionToQuote) -> Quote:
    """Work out what a lot of an option series is worth and needs in a block."""
    return instruments.quote_option(
        question.series,
        question.now,
        question.index,
        question.reported,
        question.fresh,
        question.settlement_price,
    )


def payoff(question: SeriesAtPrice) -> Number:
    """Work out what a lot of a series pays at a settlement price, in atoms."""
    return Number(instruments.payoff(question.series, question.price))


def advance_funding(question: FundingToAdvance) -> Funding:
    """Bring a perpetual's funding up to date with a block."""
    return funding.advance_funding(
        question.funding, question.perpetual, question.index, question.before, question.now, question.sample
    )


def sample_premium(question: ImpactPrices) -> Number:
    """Take a premium sample off a book, in ppm of the index."""
    return Number(funding.sample_premium(question.index, question.bid, question.ask))


def sample_expiry(question: ExpiryToSample) -> Expiry:
    """Bring an expiry up to date with a block: a sample, or the settlement price."""
    return settlement.sample_expiry(question.expiry, question.parameters, question.now, question.index, question.fresh)


OPERATIONS = operations(quote_perpetual, quote_option, payoff, advance_funding, sample_premium, sample_expiry)
