"""Blocks and the commits that decide them: the values that consensus agrees on and the ledger executes (CONS-6).

A block names the state root *after the previous block*, so that a validator can propose before it has executed what it
proposes, and carries the commit of the previous block, whose timestamps set this block's time (ORACLE-6) and whose
price reports feed the oracle (ORACLE-1). Transactions are carried as they were received; one that is malformed or not
authentic is rejected with a receipt and does not make the block invalid.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from clearstone.spec.encoding.records import encode_record
from clearstone.spec.transactions import Transaction

NIL = b""
"""The value of a vote for nothing. Compared with ==, never None, so that a proof can make it a symbol."""


@dataclass(frozen=True, slots=True)
class CommitSignature:
    """CONS-6. One validator's precommit for the block, with what the ledger reads from it."""

    validator: bytes
    """Ed25519 key of the signer, 32 bytes."""
    time: int
    """The signer's clock when it signed, ms since the epoch."""
    prices: tuple[tuple[str, int], ...]
    """Its price reports: (feed id, ticks), ascending by feed id, each feed at most once."""
    signature: bytes
    """Ed25519 signature over the precommit, 64 bytes."""


@dataclass(frozen=True, slots=True)
class Commit:
    """CONS-6. More than 2/3 of the power precommitted one block in one round."""

    height: int
    """Height that was decided, at least 0 (0: the genesis commit, which has no signatures)."""
    round: int
    """Round in which it was decided, at least 0."""
    block_id: bytes
    """SHA-256 of the block's canonical bytes, 32 bytes."""
    signatures: tuple[CommitSignature, ...]
    """The precommits, ascending by validator key, each validator at most once."""


@dataclass(frozen=True, slots=True)
class Block:
    """CONS-6. What is proposed, decided and executed."""

    chain: str
    """Id of the chain."""
    version: int
    """Version of the rules that it is to be executed by (LEDGER-8)."""
    height: int
    """Its height, at least 1."""
    time: int
    """Block time, ms since the epoch: a function of `commit` (ORACLE-6)."""
    proposer: bytes
    """Key of the validator that made it, 32 bytes."""
    previous: bytes
    """Id of the block before, 32 bytes; the genesis id at height 1."""
    commit: Commit
    """The commit that decided the block before."""
    transactions: tuple[Transaction, ...]
    """Transactions, in the order in which they are executed."""
    root: bytes
    """State root after the block before, 32 bytes (ENC-1)."""


def block_id(block: Block) -> bytes:
    """CONS-6. The id of a block: SHA-256 of its canonical bytes, 32 bytes."""
    return sha256(encode_record(block)).digest()
