"""Canonical bytes, the state root and its proofs, and what may be a state at all."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Literal, TypeAlias

from clearstone.conformance.operations.operation import operations
from clearstone.spec import genesis as genesis_rules
from clearstone.spec.accounts import Account
from clearstone.spec.blocks import Block
from clearstone.spec.consensus.messages import Proposal, SignedMessage, Vote
from clearstone.spec.encoding import cbor, records, trie
from clearstone.spec.receipts import Rejection
from clearstone.spec.snapshot import Snapshot, restore, snapshot_of
from clearstone.spec.state_root import state_root
from clearstone.spec.transactions import Transaction

Encodable: TypeAlias = Transaction | Block | Vote | Proposal | SignedMessage | Account
"""The records that are asked for as bytes."""

RECORDS: dict[str, type] = {cls.__name__: cls for cls in (Transaction, Block, Vote, Proposal, SignedMessage, Account)}
"""The same by name."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """A record to write as bytes."""

    record: Encodable
    """The record, under the name of its kind."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A record as bytes."""

    data: bytes
    """Its canonical bytes."""
    id: bytes
    """SHA-256 of them, 32 bytes."""


@dataclass(frozen=True, slots=True)
class Decoding:
    """Bytes to read as a record."""

    kind: Literal["Transaction", "Block", "Vote", "Proposal", "SignedMessage", "Account"]
    """What they must be."""
    data: bytes
    """Any bytes."""


@dataclass(frozen=True, slots=True)
class Bytes:
    """Bytes that may stand for a value."""

    data: bytes
    """Any bytes."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """The record that bytes stand for."""

    record: Encodable
    """The record, under the name of its kind."""


@dataclass(frozen=True, slots=True)
class Writes:
    """What is written to a trie, in order."""

    changes: tuple[tuple[bytes, bytes | None], ...]
    """(key, value), or (key, null) to delete; a later write of a key replaces an earlier one."""
    key: bytes
    """The key to prove something about."""


@dataclass(frozen=True, slots=True)
class Proved:
    """A trie and what it proves."""

    root: bytes
    """Its hash, 32 bytes."""
    proof: trie.Proof
    """The proof for the key, of presence or of absence."""


@dataclass(frozen=True, slots=True)
class ProofToCheck:
    """A proof, and what it is said to show."""

    root: bytes
    """Hash of the trie, 32 bytes."""
    key: bytes
    """The key."""
    value: bytes | None
    """Its value, or null if it is said to be absent."""
    proof: trie.Proof
    """Any proof."""


@dataclass(frozen=True, slots=True)
class Validity:
    """Whether something is valid."""

    valid: bool
    """It is."""


@dataclass(frozen=True, slots=True)
class StateToRestore:
    """A state as it is written."""

    state: Snapshot
    """Any snapshot."""


@dataclass(frozen=True, slots=True)
class Root:
    """The hash of a state."""

    root: bytes
    """State root, 32 bytes."""


@dataclass(frozen=True, slots=True)
class GenesisToStart:
    """What a chain is to start from."""

    genesis: genesis_rules.Genesis
    """Any genesis."""


@dataclass(frozen=True, slots=True)
class Started:
    """A state and its hash."""

    state: Snapshot
    """The whole state."""
    root: bytes
    """State root, 32 bytes."""


def encode(question: Encoding) -> Encoded:
    """Write a record as its canonical bytes and take their hash."""
    data = records.encode_record(question.record)
    return Encoded(data, sha256(data).digest())


def decode(question: Decoding) -> Decoded | Rejection:
    """Read bytes as a record of a kind, or reject them."""
    record = records.decode_record(RECORDS[question.kind], question.data)
    return record if isinstance(record, Rejection) else Decoded(record)


def recode(question: Bytes) -> Bytes | Rejection:
    """Read bytes as any value at all, of no kind in particular, and write it again; or reject them."""
    value = cbor.decode(question.data)
    return value if isinstance(value, Rejection) else Bytes(cbor.encode(value))


def write_trie(question: Writes) -> Proved:
    """Write entries to an empty trie, one after the other, and prove what it then has at a key."""
    made: trie.Trie = trie.EMPTY
    for change in question.changes:
        made = trie.update(made, [change])
    return Proved(trie.root(made), trie.prove(made, question.key))


def check_proof(question: ProofToCheck) -> Validity:
    """Judge a proof of presence or absence."""
    return Validity(trie.check_proof(question.root, question.key, question.value, question.proof))


def root_of_state(question: StateToRestore) -> Root | Rejection:
    """Take up a state from a snapshot and compute its root, or reject it."""
    state = restore(question.state)
    return state if isinstance(state, Rejection) else Root(state_root(state))


def genesis(question: GenesisToStart) -> Started | Rejection:
    """Make the state that a chain starts from, or reject what it is made of."""
    state = genesis_rules.genesis_state(question.genesis)
    return state if isinstance(state, Rejection) else Started(snapshot_of(state), state_root(state))


OPERATIONS = operations(encode, decode, recode, write_trie, check_proof, root_of_state, genesis)
