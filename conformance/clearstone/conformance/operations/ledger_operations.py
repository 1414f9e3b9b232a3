"""Transactions and blocks: the whole state before, and the whole state after.

Signatures are verified by `models.signing.fast_authentic`, whose agreement with the rule is tested elsewhere: blocks
carry many, and the rule spelt out in Python takes milliseconds for each.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from clearstone.conformance.operations.operation import operations
from clearstone.models.signing import fast_authentic
from clearstone.spec.blocks import Block
from clearstone.spec.receipts import Event, Posting, Receipt, Rejection
from clearstone.spec.snapshot import Snapshot, restore, snapshot_of
from clearstone.spec.state import State, context_of
from clearstone.spec.state_root import commit_state, state_root
from clearstone.spec.transactions import Transaction
from clearstone.spec.transition import BlockReceipt, apply_block, execute


@dataclass(frozen=True, slots=True)
class TransactionToApply:
    """A state and a transaction."""

    state: Snapshot
    """The state; the quotes of the block follow from it."""
    transaction: Transaction
    """Any transaction."""


@dataclass(frozen=True, slots=True)
class ReceiptOf:
    """What a transaction, or a step of a block, did."""

    rejection: str | None
    """Id of the rule that refuses; null if it was accepted."""
    postings: tuple[Posting, ...]
    """The money moved, in order; none if refused."""
    events: tuple[Event, ...]
    """What else happened, in order; none if refused."""


@dataclass(frozen=True, slots=True)
class TransactionApplied:
    """What a transaction did, and the whole state after it."""

    receipt: ReceiptOf
    """What it did."""
    root: bytes
    """State root afterwards, 32 bytes."""
    state: Snapshot
    """The whole state afterwards; after a refusal too, which may have used up a nonce."""


@dataclass(frozen=True, slots=True)
class BlocksToApply:
    """A state and blocks, one after the other."""

    state: Snapshot
    """The state before the first."""
    blocks: tuple[Block, ...]
    """Any blocks; one that is refused changes nothing, and the next is applied all the same."""


@dataclass(frozen=True, slots=True)
class BlockDone:
    """What a block did."""

    rejection: str | None
    """Id of the rule that refuses the block; null if it was applied."""
    transactions: tuple[ReceiptOf, ...]
    """One receipt for each transaction, in order; none if the block was refused."""
    steps: tuple[ReceiptOf, ...]
    """Receipts of the block's own steps after the transactions: defaults, fees, parameter changes."""
    root: bytes
    """State root after the block, 32 bytes."""


@dataclass(frozen=True, slots=True)
class BlocksApplied:
    """What blocks did, and the whole state after the last."""

    blocks: tuple[BlockDone, ...]
    """What each did, in order."""
    state: Snapshot
    """The whole state afterwards."""


def receipt_of(receipt: Receipt) -> ReceiptOf:
    """A receipt without the reason for people, which clients may word as they like."""
    rule = None if receipt.rejection is None else receipt.rejection.rule
    return ReceiptOf(rule, receipt.postings, receipt.events)


def execute_on(state: State, transaction: Transaction) -> tuple[State, ReceiptOf]:
    """A transaction on a state as the last block left it: the state after, its root up to date, and the receipt."""
    ledger, receipt = execute(state.ledger, context_of(state), transaction, fast_authentic)
    return commit_state(replace(state, ledger=ledger)), receipt_of(receipt)


def apply_to(state: State, block: Block) -> tuple[State, BlockDone]:
    """A block on a state: the state after, and what it did."""
    after, receipt = apply_block(state, block, fast_authentic)
    return after, block_done(after, receipt)


def block_done(after: State, receipt: BlockReceipt) -> BlockDone:
    """What a block did, as clients are asked for it."""
    return BlockDone(
        None if receipt.rejection is None else receipt.rejection.rule,
        tuple(map(receipt_of, receipt.transactions)),
        tuple(map(receipt_of, receipt.steps)),
        state_root(after),
    )


def apply_transaction(question: TransactionToApply) -> TransactionApplied | Rejection:
    """Execute one transaction on a state, without a block around it."""
    state = restore(question.state)
    if isinstance(state, Rejection):
        return state
    after, receipt = execute_on(state, question.transaction)
    return TransactionApplied(receipt, state_root(after), snapshot_of(after))


def apply_blocks(question: BlocksToApply) -> BlocksApplied | Rejection:
    """Apply blocks to a state, one after the other."""
    state = restore(question.state)
    if isinstance(state, Rejection):
        return state
    done = []
    for block in question.blocks:
        state, receipt = apply_to(state, block)
        done.append(receipt)
    return BlocksApplied(tuple(done), snapshot_of(state))


OPERATIONS = operations(apply_transaction, apply_blocks)
