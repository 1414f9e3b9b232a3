"""Keys for vectors: derived from names, so that signatures are real and the same each time they are made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from clearstone.models.signing import SigningKey
from clearstone.spec.blocks import Block, Commit, block_id
from clearstone.spec.consensus.commits import precommit
from clearstone.spec.state import State
from clearstone.spec.state_root import state_root
from clearstone.spec.transactions import Signature, Transaction

SEED = 5
"""Which family of keys; nothing depends on the number."""
UNSIGNED = bytes(64)
"""What stands in place of a signature that is still to be made."""


class KeyRing:
    """Keys by name, and who can sign for a public key."""

    def __init__(self) -> None:
        """No keys yet: they are derived when asked for."""
        self._by_name: dict[str, bytes] = {}
        self._by_public: dict[bytes, SigningKey] = {}

    def named(self, name: str) -> bytes:
        """The public key of a name, 32 bytes."""
        if name not in self._by_name:
            key = SigningKey.derive(SEED, name)
            self._by_name[name] = key.public
            self._by_public[key.public] = key
        return self._by_name[name]

    def signature(self, public: bytes, record: Any) -> bytes:
        """A key's signature over a record; zeros if the ring does not have it."""
        key = self._by_public.get(public)
        return UNSIGNED if key is None else key.sign(record)

    def signed(self, transaction: Transaction) -> Transaction:
        """A transaction with the signatures made that were left open."""
        return Transaction(
            transaction.body,
            tuple(
                Signature(each.key, self.signature(each.key, transaction.body)) if each.signature == UNSIGNED else each
                for each in transaction.signatures
            ),
        )

    def signed_commit(self, chain: str, commit: Commit) -> Commit:
        """A commit with the signatures made that were left open."""
        return replace(
            commit,
            signatures=tuple(
                replace(each, signature=self.signature(each.validator, precommit(chain, commit, each)))
                if each.signature == UNSIGNED
                else each
                for each in commit.signatures
            ),
        )

    def block_on(self, state: State, block: Block, before: Block | None) -> Block:
        """A block made anew on a signed chain: everything signed, ids and root those of the state that it follows.

        A block that named another predecessor, root or commit than its own state's goes on naming it: `before` is the
        unsigned block that its own state came from, if one was made.
        """
        previous = block.commit.block_id if before is None else block_id(before)
        follows = block.commit.block_id == previous and block.previous == previous
        commit = block.commit
        if follows:
            commit = Commit(commit.height, commit.round, state.block_id, commit.signatures)
        return Block(
            chain=block.chain,
            version=block.version,
            height=block.height,
            time=block.time,
            proposer=block.proposer,
            previous=state.block_id if follows else block.previous,
            commit=self.signed_commit(block.chain, commit),
            transactions=tuple(map(self.signed, block.transactions)),
            root=state_root(state),
        )
