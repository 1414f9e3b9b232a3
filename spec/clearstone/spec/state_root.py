"""The state root: which entries the state commits to, and under which keys (ENC-1).

Every entry is a record under a text key, and the root depends on these entries alone:

    chain                      chain id, rules' version, validators, protocol parameters
    header                     height, time, block id, number of the last parameter change
    instrument/ID              definition and parameters
    feed/ID  funding/ID  expiry/FEED/TIME
    pool/ID  market/ID  account/ID
    withdrawal/ID/HEX  deposit/HEX  change/NUMBER

Order books and quotes follow from these and are not committed to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from clearstone.spec.consensus.validators import Validators
from clearstone.spec.encoding import cbor
from clearstone.spec.encoding.records import encode_record
from clearstone.spec.encoding.trie import EMPTY, Trie, root, update
from clearstone.spec.parameters import ProtocolParameters
from clearstone.spec.state import State
from clearstone.spec.tables import Table


@dataclass(frozen=True, slots=True)
class ChainEntry:
    """ENC-1. The entry `chain`: what genesis set for good."""

    chain: str
    """Id of the chain."""
    version: int
    """Version of the rules."""
    validators: Validators
    """Who decides, ascending by key."""
    parameters: ProtocolParameters
    """Of the whole chain."""


@dataclass(frozen=True, slots=True)
class HeaderEntry:
    """ENC-1. The entry `header`: what every block changes."""

    height: int
    """Height of the last block."""
    time: int
    """Its time, ms since the epoch."""
    block_id: bytes
    """Its id, 32 bytes."""
    last_change: int
    """Number of the last parameter change accepted."""


def tables_of(state: State) -> tuple[tuple[str, Table[Any]], ...]:
    """ENC-1. The tables whose entries the root commits to, by the prefix of their keys."""
    ledger = state.ledger
    return (
        ("account/", ledger.accounts),
        ("market/", ledger.markets),
        ("pool/", ledger.pools),
        ("instrument/", state.instruments),
        ("feed/", state.feeds),
        ("funding/", state.funding),
        ("expiry/", state.expiries),
        ("withdrawal/", ledger.withdrawals),
        ("deposit/", ledger.deposits),
        ("change/", ledger.changes),
    )


def state_root(state: State) -> bytes:
    """ENC-1. The root of a committed state, 32 bytes."""
    return root(state.trie)


def commit_state(state: State) -> State:
    """ENC-1. The state with its trie brought up to date by what was written since the last commitment."""
    committed = replace(state, trie=update(state.trie, written_entries(state)))
    ledger = state.ledger
    return replace(
        committed,
        instruments=state.instruments.committed(),
        feeds=state.feeds.committed(),
        funding=state.funding.committed(),
        expiries=state.expiries.committed(),
        ledger=replace(
            ledger,
            accounts=ledger.accounts.committed(),
            pools=ledger.pools.committed(),
            markets=ledger.markets.committed(),
            withdrawals=ledger.withdrawals.committed(),
            deposits=ledger.deposits.committed(),
            changes=ledger.changes.committed(),
        ),
    )


def written_entries(state: State) -> Iterator[tuple[bytes, bytes | None]]:
    """ENC-1. The entries written since the last commitment, as keys and values; None where one was removed."""
    yield from _singletons(state)
    for prefix, table in tables_of(state):
        entries = table.entries
        for key in table.keys_written():
            value = entries.get(key)
            yield (prefix + key).encode(), None if value is None else encode_entry(value)


def all_entries(state: State) -> Iterator[tuple[bytes, bytes]]:
    """ENC-1. Every entry of the state: what a root computed from nothing commits to."""
    yield from _singletons(state)
    for prefix, table in tables_of(state):
        for key, value in table.items():
            yield (prefix + key).encode(), encode_entry(value)


def rebuild_trie(state: State) -> Trie:
    """ENC-1. The trie from the content alone: equal to the one kept up to date, whatever the history."""
    return update(EMPTY, all_entries(state))


def encode_entry(value: Any) -> bytes:
    """ENC-1. The canonical bytes of an entry's value: a record's fields alone, or for a deposit its integer.

    An instrument, too, is written without the name of its kind: the field names tell a perpetual from a series.
    """
    return cbor.encode(value) if isinstance(value, int) else encode_record(value)


def _singletons(state: State) -> Iterator[tuple[bytes, bytes]]:
    """ENC-1. The two entries that are not in a table."""
    chain = ChainEntry(state.chain, state.version, state.validators, state.parameters)
    header = HeaderEntry(state.height, state.time, state.block_id, state.ledger.last_change)
    yield b"chain", encode_record(chain)
    yield b"header", encode_record(header)
