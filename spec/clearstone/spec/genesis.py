"""Genesis: the state before the first block, from what its makers write down.

Everything that no transaction can create is decided here: validators, parameters, pools with their first insurance,
markets, feeds with their first price. A genesis that contradicts itself is refused with the rule it breaks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import sha256

from immutables import Map

from clearstone.spec.accounts import Account
from clearstone.spec.book import EMPTY_BOOK
from clearstone.spec.consensus.validators import Validators, check_validators
from clearstone.spec.encoding.records import encode_record
from clearstone.spec.encoding.trie import EMPTY
from clearstone.spec.funding import Funding
from clearstone.spec.instruments import Instrument, OptionSeries, Perpetual
from clearstone.spec.ledger_state import Ledger, Market, Pool
from clearstone.spec.numbers import MAX_ATOMS, MAX_MULTIPLIER, MAX_TEXT, MAX_TICKS, MAX_TIME, PPM
from clearstone.spec.oracle import Feed
from clearstone.spec.parameters import PoolParameters, ProtocolParameters, check_parameters
from clearstone.spec.receipts import Rejection
from clearstone.spec.settlement import Expiry, expiry_key
from clearstone.spec.state import RULES_VERSION, State, make_quotes
from clearstone.spec.state_root import commit_state
from clearstone.spec.tables import Table, table


@dataclass(frozen=True, slots=True)
class GenesisPool:
    """LEDGER-8. A risk pool at genesis."""

    pool: str
    """Pool id."""
    insurance: int
    """First insurance fund, in atoms, held by the vault."""
    parameters: PoolParameters
    """Its risk parameters."""


@dataclass(frozen=True, slots=True)
class GenesisFeed:
    """LEDGER-8. A feed at genesis."""

    feed: str
    """Feed id."""
    index: int
    """First index, in ticks."""
    max_move: int
    """Largest move of the index in a block, in ppm (ORACLE-4)."""


@dataclass(frozen=True, slots=True)
class Genesis:
    """LEDGER-8. All that a chain starts from."""

    chain: str
    """Id of the chain."""
    time: int
    """Its beginning, ms since the epoch."""
    validators: Validators
    """Who decides, ascending by key."""
    parameters: ProtocolParameters
    """Of the whole chain."""
    pools: tuple[GenesisPool, ...]
    """Risk pools."""
    feeds: tuple[GenesisFeed, ...]
    """Price feeds."""
    instruments: tuple[Instrument, ...]
    """Markets."""


def genesis_state(genesis: Genesis) -> State | Rejection:
    """LEDGER-8. The state at height 0, or the first rule that the genesis breaks.

    Its block id is the genesis id: SHA-256 of the genesis' canonical bytes. Every feed counts as thawed for the whole
    grace period, with its first index as median and no reports; a vault holds just its insurance fund; funding has
    rate 0 until its interval's end (intervals are counted from the epoch); one expiry serves all series that share feed
    and time. Everything else is 0, empty, or the default of its record.
    """
    rejection = check_genesis(genesis)
    if rejection is not None:
        return rejection
    markets = [instrument.market for instrument in genesis.instruments]
    accounts: Table[Account] = table()
    ledger = Ledger(
        accounts=accounts,
        pools=table((pool.pool, Pool(pool.parameters, pool.insurance, pool.insurance)) for pool in genesis.pools),
        markets=table((market, Market()) for market in markets),
        withdrawals=table(),
        deposits=table(),
        changes=table(),
        last_change=0,
        books=Map(dict.fromkeys(markets, EMPTY_BOOK)),
    )
    parameters = genesis.parameters
    feeds = (
        (feed.feed, Feed(feed.max_move, feed.index, feed.index, parameters.grace_blocks)) for feed in genesis.feeds
    )
    options = [instrument for instrument in genesis.instruments if isinstance(instrument, OptionSeries)]
    perpetuals = [instrument for instrument in genesis.instruments if isinstance(instrument, Perpetual)]
    state = State(
        chain=genesis.chain,
        version=RULES_VERSION,
        height=0,
        time=genesis.time,
        block_id=sha256(encode_record(genesis)).digest(),
        validators=genesis.validators,
        parameters=parameters,
        instruments=table((instrument.market, instrument) for instrument in genesis.instruments),
        feeds=table(feeds),
        funding=table((perpetual.market, _first_funding(perpetual, genesis.time)) for perpetual in perpetuals),
        expiries=table(
            (expiry_key(series.feed, series.expiry), Expiry(series.feed, series.expiry)) for series in options
        ),
        ledger=ledger,
        quotes=Map(),
        unclamped=Map(),
        trie=EMPTY,
    )
    return commit_state(with_quotes(state))


def with_quotes(state: State) -> State:
    """MARK-1. The state with its quotes derived anew, clamped and not."""
    return replace(
        state,
        quotes=make_quotes(state, state.time, clamped=True),
        unclamped=make_quotes(state, state.time, clamped=False),
    )


def _first_funding(perpetual: Perpetual, time: int) -> Funding:
    """PERP-1. The funding of a new perpetual: rate 0 until the end of the interval that genesis lies in."""
    interval = perpetual.parameters.funding_interval
    return Funding(ends_at=time - time % interval + interval)


def check_genesis(genesis: Genesis) -> Rejection | None:
    """LEDGER-8. Whether a genesis agrees with itself: the first of these that fails, in this order.

    Validators (CONS-1, NUM-5); the chain's parameters; ids (LEDGER-8); each pool's parameters; each instrument: what it
    refers to (LEDGER-8), a series that has expired at genesis time or before (NUM-5), its terms; the time and the
    insurance funds (NUM-5); each feed (NUM-5).
    """
    checks = [check_validators(genesis.validators), check_parameters(genesis.parameters), _check_ids(genesis)]
    checks += [check_parameters(pool.parameters) for pool in genesis.pools]
    checks += [_check_instrument(genesis, instrument) for instrument in genesis.instruments]
    if not 0 <= genesis.time <= MAX_TIME or any(not 0 <= pool.insurance <= MAX_ATOMS for pool in genesis.pools):
        checks.append(Rejection("NUM-5", "the time or an insurance fund is out of bounds"))
    checks += [check_feed(feed.index, feed.max_move) for feed in genesis.feeds]
    return next((rejection for rejection in checks if rejection is not None), None)


def _check_ids(genesis: Genesis) -> Rejection | None:
    """LEDGER-8. Whether every id is short, free of `/`, and used once."""
    pools = [pool.pool for pool in genesis.pools]
    feeds = [feed.feed for feed in genesis.feeds]
    markets = [instrument.market for instrument in genesis.instruments]
    for names in (pools, feeds, markets, [genesis.chain]):
        if len(set(names)) != len(names) or not all(_is_id(name) for name in names):
            return Rejection("LEDGER-8", "an id is empty, too long, not plain, or used twice")
    return None


def _is_id(name: str) -> bool:
    """NUM-5. Whether a text may be an id: printable ASCII without blanks and slashes, 1 to MAX_TEXT characters."""
    return 1 <= len(name) <= MAX_TEXT and all("!" <= letter <= "~" and letter != "/" for letter in name)


def _check_instrument(genesis: Genesis, instrument: Instrument) -> Rejection | None:
    """LEDGER-8. Whether an instrument refers to what is there and its own figures are in bounds."""
    feeds: Iterable[str] = {feed.feed for feed in genesis.feeds}
    needed = {instrument.feed} | ({instrument.mark_feed} if isinstance(instrument, OptionSeries) else set())
    if instrument.pool not in {pool.pool for pool in genesis.pools} or not needed <= set(feeds):
        return Rejection("LEDGER-8", "an instrument refers to a pool or a feed that is not there")
    if isinstance(instrument, OptionSeries) and instrument.expiry <= genesis.time:
        return Rejection("NUM-5", "a series has expired before the chain begins")
    return check_terms(instrument)


def check_terms(instrument: Instrument) -> Rejection | None:
    """NUM-5. Whether an instrument's own figures are in bounds: multiplier (NUM-2), strike and expiry, parameters."""
    if not 1 <= instrument.multiplier <= MAX_MULTIPLIER:
        return Rejection("NUM-2", "a multiplier is out of bounds")
    if isinstance(instrument, OptionSeries):
        if not (1 <= instrument.strike <= MAX_TICKS and 0 <= instrument.expiry <= MAX_TIME):
            return Rejection("NUM-5", "a strike or an expiry is out of bounds")
        return check_parameters(instrument.parameters)
    return check_parameters(instrument.parameters)


def check_feed(index: int, max_move: int) -> Rejection | None:
    """NUM-5. Whether a feed's index (ticks) and largest move (ppm) are in bounds."""
    if 1 <= index <= MAX_TICKS and 1 <= max_move <= 1000 * PPM:
        return None
    return Rejection("NUM-5", "a feed's index or largest move is out of bounds")
