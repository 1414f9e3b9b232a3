"""What must be refused in whatever state it comes: blocks that do not follow, transactions that nobody may send."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias

from clearstone.models.chain import Chain, named_key
from clearstone.models.scenario_genesis import USD
from clearstone.spec.blocks import Block, Commit, CommitSignature
from clearstone.spec.transactions import Action, Body, Deposit, Signature, Transaction, Transfer

FORGED = b"!" * 64
"""A signature that does not verify."""
STRANGER = b"\xff" * 32
"""Key of somebody who is no validator."""
Tamper: TypeAlias = Callable[[Block], Block]
"""Makes of a block that may follow one that may not."""


def authentic(_key: bytes, _message: object, signature: bytes) -> bool:
    """Whether a signature verifies: all do but the forged ones."""
    return signature != FORGED


def with_signatures(change: Callable[[tuple[CommitSignature, ...]], tuple[CommitSignature, ...]]) -> Tamper:
    """A block whose commit has other signatures."""
    return lambda block: with_commit(block, replace(block.commit, signatures=change(block.commit.signatures)))


def with_commit(block: Block, commit: Commit) -> Block:
    """A block with another commit."""
    return replace(block, commit=commit)


BLOCKS: Mapping[str, Tamper] = {
    "a block whose commit lacks a quorum": with_signatures(lambda signed: signed[:1]),
    "a block whose commit counts one validator twice": with_signatures(lambda signed: (signed[0], *signed[:2])),
    "a block whose commit has a stranger's signature": with_signatures(
        lambda signed: (*signed, replace(signed[0], validator=STRANGER))
    ),
    "a block whose commit has a forged signature": with_signatures(
        lambda signed: (*signed[:-1], replace(signed[-1], signature=FORGED))
    ),
    "a block with another state root": lambda block: replace(block, root=bytes(32)),
    "a block with the commit of another block": lambda block: with_commit(
        block, replace(block.commit, block_id=bytes(32))
    ),
    "a block with the time of its proposer": lambda block: replace(block, time=block.time + 1),
}
"""Blocks that may not follow, by what is wrong with them."""


def gift(chain: Chain, accounts: Mapping[str, str], nonce: int, expires: int) -> Transaction:
    """Alice gives Carol 1 USD, with this nonce, up to this time."""
    body = Body(chain.state.chain, accounts["alice"], nonce, expires, Transfer(accounts["carol"], USD))
    return Transaction(body, (Signature(named_key("alice"), bytes(64)),))


def attested_by(signers: Callable[[Chain], tuple[bytes, ...]]) -> Callable[[Chain, Mapping[str, str]], Transaction]:
    """A deposit for Alice that these keys attest."""

    def make(chain: Chain, accounts: Mapping[str, str]) -> Transaction:
        action: Action = Deposit(named_key("made up"), accounts["alice"], USD)
        signed = chain.attest(action)
        return Transaction(signed.body, tuple(Signature(key, bytes(64)) for key in signers(chain)))

    return make


def used_nonce(chain: Chain, accounts: Mapping[str, str]) -> Transaction:
    """A transaction with the nonce of the last one."""
    return gift(chain, accounts, chain.state.ledger.accounts[accounts["alice"]].nonce, chain.state.time + 3_600_000)


def expired(chain: Chain, accounts: Mapping[str, str]) -> Transaction:
    """A transaction that is too late."""
    return gift(chain, accounts, chain.state.ledger.accounts[accounts["alice"]].nonce + 1, chain.state.time)


TRANSACTIONS: Mapping[str, Callable[[Chain, Mapping[str, str]], Transaction]] = {
    "a transaction with a nonce that was used": used_nonce,
    "a transaction that has expired": expired,
    "a deposit that one validator attests": attested_by(lambda chain: (chain.state.validators[0].key,)),
    "a deposit that one validator attests thrice": attested_by(lambda chain: (chain.state.validators[0].key,) * 3),
}
"""Transactions that must be refused, by what is wrong with them."""
