"""The ledger as the cluster's application: the specification's own transition function, unchanged (CONS-6)."""

from __future__ import annotations

from clearstone.spec.blocks import Block, Commit
from clearstone.spec.encoding.signatures import Authentic
from clearstone.spec.oracle import block_time
from clearstone.spec.receipts import Rejection
from clearstone.spec.state import State
from clearstone.spec.state_root import state_root
from clearstone.spec.transactions import Transaction
from clearstone.spec.transition import BlockReceipt, apply_block, check_block


class LedgerApplication:
    """CONS-6. An `Application` whose state is the ledger's and whose receipts are its blocks'."""

    def __init__(self, genesis: State, authentic: Authentic) -> None:
        """The ledger from this genesis state on, with this way to verify signatures."""
        self._genesis = genesis
        self._authentic = authentic

    def genesis(self) -> State:
        """The state before the first block."""
        return self._genesis

    def genesis_commit(self) -> Commit:
        """No signatures, for the genesis id."""
        return Commit(0, 0, self._genesis.block_id, ())

    def propose(self, state: State, proposer: bytes, commit: Commit, transactions: tuple[Transaction, ...]) -> Block:
        """The block that follows with these transactions, as many as a block may hold."""
        return Block(
            chain=state.chain,
            version=state.version,
            height=state.height + 1,
            time=block_time(commit, state.validators, state.time),
            proposer=proposer,
            previous=state.block_id,
            commit=commit,
            transactions=transactions[: state.parameters.max_transactions],
            root=state_root(state),
        )

    def check(self, state: State, block: Block) -> Rejection | None:
        """May this block follow?"""
        return check_block(state, block, self._authentic)

    def apply(self, state: State, block: Block) -> tuple[State, BlockReceipt]:
        """The state after the block, and what it did."""
        return apply_block(state, block, self._authentic)

    def root(self, state: State) -> bytes:
        """The state root."""
        return state_root(state)
