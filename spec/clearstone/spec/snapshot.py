"""A state as one record: what a client writes to disk, and reads back to the very same root.

A snapshot holds every entry that the root commits to and nothing that follows from them; reading one derives the books,
the quotes and the trie again. A restart that lost or reset any of it would be seen in the root: one that set funding
indices to zero cost $650 k and a rollback (incident 29). What a snapshot refers to must be in it, else it is refused,
so that whoever starts from a file meets no surprise later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias, TypeVar

from immutables import Map

from clearstone.spec.accounts import Account
from clearstone.spec.book import rebuild
from clearstone.spec.consensus.validators import check_validators
from clearstone.spec.encoding.trie import EMPTY
from clearstone.spec.funding import Funding
from clearstone.spec.genesis import check_feed, check_terms, with_quotes
from clearstone.spec.instruments import Instrument, OptionSeries, Perpetual
from clearstone.spec.ledger_state import Ledger, Market, Pool, ScheduledChange, Withdrawal
from clearstone.spec.numbers import MAX_TIME
from clearstone.spec.oracle import Feed
from clearstone.spec.parameters import check_parameters
from clearstone.spec.receipts import Rejection
from clearstone.spec.settlement import Expiry, expiry_key
from clearstone.spec.state import RULES_VERSION, State
from clearstone.spec.state_root import ChainEntry, HeaderEntry, commit_state
from clearstone.spec.tables import table

V = TypeVar("V")
Entries: TypeAlias = tuple[tuple[str, V], ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """ENC-1. Every entry of a state's root, by table; keys ascend in each."""

    chain: ChainEntry
    """What genesis set for good."""
    header: HeaderEntry
    """Height, time, block id, last parameter change."""
    instruments: tuple[tuple[str, Instrument], ...]
    """By instrument id."""
    feeds: tuple[tuple[str, Feed], ...]
    """By feed id."""
    funding: tuple[tuple[str, Funding], ...]
    """By perpetual's instrument id."""
    expiries: tuple[tuple[str, Expiry], ...]
    """By `feed/time`."""
    accounts: tuple[tuple[str, Account], ...]
    """By account id."""
    pools: tuple[tuple[str, Pool], ...]
    """By pool id."""
    markets: tuple[tuple[str, Market], ...]
    """By instrument id."""
    withdrawals: tuple[tuple[str, Withdrawal], ...]
    """By `account/withdrawal id in hexadecimal`."""
    deposits: tuple[tuple[str, int], ...]
    """Atoms by deposit id in hexadecimal."""
    changes: tuple[tuple[str, ScheduledChange], ...]
    """By number."""


def snapshot_of(state: State) -> Snapshot:
    """ENC-1. The snapshot of a committed state."""
    ledger = state.ledger
    return Snapshot(
        chain=ChainEntry(state.chain, state.version, state.validators, state.parameters),
        header=HeaderEntry(state.height, state.time, state.block_id, ledger.last_change),
        instruments=tuple(state.instruments.items()),
        feeds=tuple(state.feeds.items()),
        funding=tuple(state.funding.items()),
        expiries=tuple(state.expiries.items()),
        accounts=tuple(ledger.accounts.items()),
        pools=tuple(ledger.pools.items()),
        markets=tuple(ledger.markets.items()),
        withdrawals=tuple(ledger.withdrawals.items()),
        deposits=tuple(ledger.deposits.items()),
        changes=tuple(ledger.changes.items()),
    )


def restore(snapshot: Snapshot) -> State | Rejection:
    """ENC-3. The state of a snapshot, or why it is none: equal in its root to the state that it was taken of."""
    rejection = check_snapshot(snapshot)
    if rejection is not None:
        return rejection
    ledger = Ledger(
        accounts=table(snapshot.accounts),
        pools=table(snapshot.pools),
        markets=table(snapshot.markets),
        withdrawals=table(snapshot.withdrawals),
        deposits=table(snapshot.deposits),
        changes=table(snapshot.changes),
        last_change=snapshot.header.last_change,
        books=Map({market: rebuild(snapshot.accounts, market) for market, _ in snapshot.instruments}),
    )
    state = State(
        chain=snapshot.chain.chain,
        version=snapshot.chain.version,
        height=snapshot.header.height,
        time=snapshot.header.time,
        block_id=snapshot.header.block_id,
        validators=snapshot.chain.validators,
        parameters=snapshot.chain.parameters,
        instruments=table(snapshot.instruments),
        feeds=table(snapshot.feeds),
        funding=table(snapshot.funding),
        expiries=table(snapshot.expiries),
        ledger=ledger,
        quotes=Map(),
        unclamped=Map(),
        trie=EMPTY,
    )
    return commit_state(with_quotes(state))


def check_snapshot(snapshot: Snapshot) -> Rejection | None:
    """ENC-3. Whether a snapshot is complete: version, validators, parameters, keys in order, terms, all references.

    What rules divide by must be in bounds too, or the first block would end in an exception. In this order: version
    (LEDGER-8), height and time (NUM-5), validators, the chain's parameters, keys that ascend (by code point, as all
    texts), then, ENC-3 unless another rule is named: a market for each instrument and funding for each perpetual, and
    for nothing else; each instrument's references, its own key among them, and its terms (`check_terms`); each pool's
    parameters; each feed's index and median (NUM-5); the feed of each expiry; pool, positions and orders of each
    account; flagged accounts; the pool of each withdrawal. Nothing else of an entry is looked at.
    """
    if snapshot.chain.version != RULES_VERSION:
        return Rejection("LEDGER-8", "the snapshot is for another version of the rules")
    if not (0 <= snapshot.header.time <= MAX_TIME and snapshot.header.height >= 0):
        return Rejection("NUM-5", "the snapshot's height or time is out of bounds")
    rejection = check_validators(snapshot.chain.validators) or check_parameters(snapshot.chain.parameters)
    return rejection or next((fault for fault in _faults(snapshot) if fault is not None), None)


def _faults(snapshot: Snapshot) -> Iterator[Rejection | None]:
    """ENC-3. What may be wrong with the tables, one after the other."""
    pools, feeds = dict(snapshot.pools), dict(snapshot.feeds)
    instruments, expiries = dict(snapshot.instruments), dict(snapshot.expiries)
    perpetuals = {market for market, instrument in instruments.items() if isinstance(instrument, Perpetual)}
    for name, entries in _tables(snapshot):
        if any(not first < second for first, second in pairwise(entries)):
            yield Rejection("ENC-3", f"{name}: keys do not ascend")
    if dict(snapshot.markets).keys() != instruments.keys() or dict(snapshot.funding).keys() != perpetuals:
        yield Rejection("ENC-3", "markets and funding do not belong to the instruments")
    for market, instrument in instruments.items():
        if instrument.market != market or instrument.pool not in pools or instrument.feed not in feeds:
            yield Rejection("ENC-3", f"instrument {market} refers to what is not there")
        elif isinstance(instrument, OptionSeries):
            settles = expiry_key(instrument.feed, instrument.expiry) in expiries
            if instrument.mark_feed not in feeds or not settles:
                yield Rejection("ENC-3", f"instrument {market} refers to what is not there")
        yield check_terms(instrument)
    for pool in pools.values():
        yield check_parameters(pool.parameters)
    for feed in feeds.values():
        yield check_feed(feed.index, feed.max_move) or check_feed(feed.median, feed.max_move)
    if any(expiry.feed not in feeds for expiry in expiries.values()):
        yield Rejection("ENC-3", "an expiry refers to a feed that is not there")
    for account_id, account in snapshot.accounts:
        named = {position.instrument for position in account.positions} | {order.market for order in account.orders}
        if account.pool not in pools or not named <= instruments.keys():
            yield Rejection("ENC-3", f"account {account_id} refers to what is not there")
    if any(account_id not in dict(snapshot.accounts) for pool in pools.values() for account_id in pool.flagged):
        yield Rejection("ENC-3", "a flagged account is not there")
    if any(withdrawal.pool not in pools for _, withdrawal in snapshot.withdrawals):
        yield Rejection("ENC-3", "a withdrawal refers to a pool that is not there")


def _tables(snapshot: Snapshot) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """ENC-1. The keys of every table of a snapshot, by the table's name."""
    return (
        ("instruments", _keys(snapshot.instruments)),
        ("feeds", _keys(snapshot.feeds)),
        ("funding", _keys(snapshot.funding)),
        ("expiries", _keys(snapshot.expiries)),
        ("accounts", _keys(snapshot.accounts)),
        ("pools", _keys(snapshot.pools)),
        ("markets", _keys(snapshot.markets)),
        ("withdrawals", _keys(snapshot.withdrawals)),
        ("deposits", _keys(snapshot.deposits)),
        ("changes", _keys(snapshot.changes)),
    )


def _keys(entries: Entries[V]) -> tuple[str, ...]:
    """ENC-1. The keys of a table's entries."""
    return tuple(key for key, _ in entries)
