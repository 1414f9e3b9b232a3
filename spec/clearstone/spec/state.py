"""The state of a chain: everything that the next block is a function of (CONS-6).

Part of it is derived from the rest, kept only so that it need not be computed again: the quotes of the block, the order
books, and the trie of which the root is taken. `context_of` gives transactions what the block has fixed.
"""

from __future__ import annotations

from dataclasses import dataclass

from immutables import Map

from clearstone.spec.consensus.validators import Validators
from clearstone.spec.encoding.trie import Trie
from clearstone.spec.funding import Funding
from clearstone.spec.instruments import Instrument, OptionSeries, Quote, quote_option, quote_perpetual
from clearstone.spec.ledger_state import Context, Ledger
from clearstone.spec.oracle import Feed, is_fresh
from clearstone.spec.parameters import ProtocolParameters
from clearstone.spec.settlement import Expiry, expiry_key
from clearstone.spec.tables import Table

RULES_VERSION = 1
"""Version of the rules that this program states (LEDGER-8)."""


@dataclass(frozen=True, slots=True)
class State:
    """CONS-6. A chain after some block."""

    chain: str
    """Id of the chain."""
    version: int
    """Version of the rules."""
    height: int
    """Height of the last block, 0 at genesis."""
    time: int
    """Its time, ms since the epoch."""
    block_id: bytes
    """Its id, 32 bytes; the genesis id at height 0."""
    validators: Validators
    """Who decides, ascending by key."""
    parameters: ProtocolParameters
    """Of the whole chain."""
    instruments: Table[Instrument]
    """By instrument id."""
    feeds: Table[Feed]
    """By feed id."""
    funding: Table[Funding]
    """By perpetual's instrument id."""
    expiries: Table[Expiry]
    """By `feed/time`."""
    ledger: Ledger
    """What transactions change."""
    quotes: Map[str, Quote]
    """Derived: the last block's quotes at the clamped prices, by instrument."""
    unclamped: Map[str, Quote]
    """Derived: its quotes at the prices before clamping; the same map while nothing is carried."""
    trie: Trie
    """Derived: the trie of which the root is taken (ENC-1)."""


def make_quotes(state: State, now: int, clamped: bool) -> Map[str, Quote]:
    """MARK-1. The quotes of all instruments at a time, at the clamped prices or at those before clamping (ORACLE-4)."""
    return Map(
        {market: make_quote(state, instrument, now, clamped) for market, instrument in state.instruments.items()}
    )


def make_quote(state: State, instrument: Instrument, now: int, clamped: bool) -> Quote:
    """MARK-1. The quote of one instrument."""
    feed = state.feeds[instrument.feed]
    index = feed.index if clamped else feed.median
    fresh = is_fresh(feed, state.parameters)
    if isinstance(instrument, OptionSeries):
        marks = state.feeds[instrument.mark_feed]
        expiry = state.expiries[expiry_key(instrument.feed, instrument.expiry)]
        if expiry.price is None and now < instrument.expiry:
            fresh = fresh and is_fresh(marks, state.parameters)
        reported = marks.index if clamped else marks.median
        return quote_option(instrument, now, index, reported, fresh, expiry.price)
    market = state.ledger.markets[instrument.market]
    return quote_perpetual(instrument, index, fresh, market.open_interest, state.funding[instrument.market].index)


def context_of(state: State) -> Context:
    """LEDGER-7. What the last block fixed for its transactions."""
    members: dict[str, tuple[str, ...]] = dict.fromkeys(state.ledger.pools.keys(), ())
    for market, instrument in state.instruments.items():
        members[instrument.pool] = (*members[instrument.pool], market)
    pending = {state.instruments[market].pool for market, quote in state.quotes.items() if quote.phase == "pending"}
    return Context(
        state.chain,
        state.time,
        state.parameters,
        state.validators,
        state.instruments,
        state.quotes,
        state.unclamped,
        Map(members),
        frozenset(pending),
    )
