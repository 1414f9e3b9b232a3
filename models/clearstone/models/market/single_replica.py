"""A replay on one replica, without consensus: blocks as a cluster would decide them, for tests and for comparison.

Transactions are verified as in the cluster. Precommits are not signed and not verified, since nobody votes here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from clearstone.models.market.exchange import Exchange
from clearstone.models.signing import remembering_authentic
from clearstone.spec.blocks import Block, Commit, CommitSignature
from clearstone.spec.consensus.messages import Vote
from clearstone.spec.encoding.signatures import Authentic
from clearstone.spec.genesis import genesis_state
from clearstone.spec.oracle import block_time
from clearstone.spec.receipts import Rejection
from clearstone.spec.state import State
from clearstone.spec.state_root import state_root
from clearstone.spec.transactions import Transaction
from clearstone.spec.transition import BlockReceipt, apply_block


def replay_on_one(exchange: Exchange) -> Iterator[tuple[State, Block, State, BlockReceipt]]:
    """Every block of a replay, with the state before and after it and its receipt."""
    state = genesis_state(exchange.listing.genesis)
    if isinstance(state, Rejection):
        raise ValueError(f"{state.rule}: {state.reason}")
    authentic = without_votes(remembering_authentic())
    for height in range(1, exchange.heights + 1):
        block = next_block(state, truthful_commit(state, exchange), exchange.transactions(height, state))
        after, receipt = apply_block(state, block, authentic)
        yield state, block, after, receipt
        state = after


def without_votes(authentic: Authentic) -> Authentic:
    """A verifier that takes every vote for authentic and looks at everything else."""

    def verify(key: bytes, record: Any, signature: bytes) -> bool:
        return isinstance(record, Vote) or authentic(key, record, signature)

    return verify


def truthful_commit(state: State, exchange: Exchange) -> Commit:
    """The commit of the last block as it would be if every validator told the truth."""
    if state.height == 0:
        return Commit(0, 0, state.block_id, ())
    time = exchange.starts(state.height)
    signatures = (
        CommitSignature(validator.key, time, exchange.prices(state.height, number), bytes(64))
        for number, validator in enumerate(state.validators)
    )
    return Commit(state.height, 0, state.block_id, tuple(signatures))


def next_block(state: State, commit: Commit, transactions: tuple[Transaction, ...]) -> Block:
    """The block that follows a state with this commit and these transactions."""
    return Block(
        chain=state.chain,
        version=state.version,
        height=state.height + 1,
        time=block_time(commit, state.validators, state.time),
        proposer=state.validators[0].key,
        previous=state.block_id,
        commit=commit,
        transactions=transactions,
        root=state_root(state),
    )
