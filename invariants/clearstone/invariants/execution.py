"""Execution: a pure function of state and block, in one order, that keeps pools apart (LEDGER-4, LEDGER-7, CONS-6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace

from clearstone.invariants.block_step import BlockStep
from clearstone.invariants.registry import invariant
from clearstone.invariants.snapshot import Snapshot
from clearstone.spec.blocks import Block, block_id
from clearstone.spec.changes import bind_changes
from clearstone.spec.encoding.records import decode_record, encode_record
from clearstone.spec.encoding.trie import root
from clearstone.spec.ledger_state import Ledger
from clearstone.spec.state_root import rebuild_trie, state_root
from clearstone.spec.transactions import ChangeParameter, Deposit, Release, Transaction
from clearstone.spec.transition import end_block, execute


@invariant(
    "execution-repeats",
    of=BlockStep,
    layer="ledger",
    severity="critical",
    rules=("CONS-6", "LEDGER-7", "NUM-1"),
    incidents=(20, 29),
)
def executing_again_gives_the_same(step: BlockStep) -> Iterator[str]:
    """Executing a block again, step by step, gives the same receipts and state, and nothing else has changed."""
    if step.refused:
        return
    again = tuple(part.receipt for part in step.transactions)
    if again != step.receipt.transactions:
        odd = next(
            (n for n, pair in enumerate(zip(again, step.receipt.transactions, strict=False)) if pair[0] != pair[1]), -1
        )
        yield f"the receipt of transaction {odd} differs"
    postings = [posting for part in step.ending for posting in part.receipt.postings]
    if postings != [posting for receipt in step.receipt.steps for posting in receipt.postings]:
        yield "the postings of the block's own steps differ"
    yield from _tables_differ(step, step.ending[-1].after)
    _, instruments, _ = bind_changes(step.ending[-2].after, step.begun.instruments, step.begun.time)
    expected = {
        "height": step.before.height + 1,
        "block_id": step.begun.block_id,
        "time": step.block.time,
        "feeds": step.begun.feeds,
        "funding": step.begun.funding,
        "expiries": step.begun.expiries,
        "instruments": instruments,
    }
    for name, value in expected.items():
        held = getattr(step.after, name)
        if getattr(held, "entries", held) != getattr(value, "entries", value):
            yield f"{name} differs"


def _tables_differ(step: BlockStep, again: Ledger) -> Iterator[str]:
    start, observed = step.before.ledger, step.after.ledger
    for item in fields(Ledger):
        before, here, there = (getattr(ledger, item.name) for ledger in (start, observed, again))
        if not hasattr(before, "entries"):
            if here != there:
                yield f"{item.name} differs"
            continue
        written = set(there.keys_written(before))
        for key in written:
            if here.get(key) != there.get(key):
                yield f"{item.name}: {key} differs"
        was = before.entries
        for key, value in here.entries.items():
            if key not in written and was.get(key) is not value and was.get(key) != value:
                yield f"{item.name}: {key} changed by no step"


@invariant(
    "pools-are-isolated",
    of=BlockStep,
    layer="ledger",
    severity="critical",
    rules=("LEDGER-4",),
    incidents=(3, 28),
    every=10,
)
def no_pool_feels_another(step: BlockStep) -> Iterator[str]:
    """What a block makes of a pool does not depend on the transactions of the other pools.

    The block is executed again with one pool's transactions alone, the pools taking turns. (Ids of deposits
    are one space for all pools, and a change's number is one sequence: these are kept in.)
    """
    pools = step.before.ledger.pools.keys()
    if step.refused or len(pools) < 2:
        return
    chosen = pools[step.after.height // 10 % len(pools)]
    ledger = step.begun.ledger
    for transaction in step.block.transactions:
        if pool_of(step, transaction) in (chosen, ""):
            ledger, _ = execute(ledger, step.context, transaction, step.verify)
    alone, _ = end_block(replace(step.begun, ledger=ledger), step.context)
    accounts = alone.ledger.accounts
    for account_id, account in step.after.ledger.accounts.entries.items():
        if account.pool == chosen and accounts.get(account_id) != account:
            yield f"account {account_id} of pool {chosen} felt another pool"
    if alone.ledger.pools[chosen] != step.after.ledger.pools[chosen]:
        yield f"pool {chosen} felt another pool"
    for market in step.context.members[chosen]:
        mine, observed = alone.ledger, step.after.ledger
        if mine.markets[market] != observed.markets[market] or mine.books[market] != observed.books[market]:
            yield f"market {market} of pool {chosen} felt another pool"


def pool_of(step: BlockStep, transaction: Transaction) -> str:
    """The pool that a transaction acts in, "" for one that concerns all, "-" for one that acts in none."""
    action, ledger = transaction.body.action, step.ending[-1].after
    if isinstance(action, ChangeParameter):
        return ""
    account = ledger.accounts.get(action.account if isinstance(action, Deposit | Release) else transaction.body.account)
    return "-" if account is None else account.pool


@invariant(
    "root-from-content", of=Snapshot, layer="encoding", severity="critical", rules=("ENC-1",), incidents=(29,), every=50
)
def the_root_depends_on_content_alone(snapshot: Snapshot) -> Iterator[str]:
    """The state root kept up to date block by block is the one computed from the state's content alone."""
    kept, rebuilt = state_root(snapshot.state), root(rebuild_trie(snapshot.state))
    if kept != rebuilt:
        yield f"kept {kept.hex()}, from content {rebuilt.hex()}"


@invariant("block-encoding", of=BlockStep, layer="encoding", severity="high", rules=("ENC-1", "CONS-6"), every=16)
def a_block_survives_its_encoding(step: BlockStep) -> Iterator[str]:
    """A block decodes from its canonical bytes to itself, and its id is the hash that the state remembers."""
    data = encode_record(step.block)
    if decode_record(Block, data) != step.block or encode_record(step.block) != data:
        yield "the block does not decode to itself"
    if not step.refused and step.after.block_id != block_id(step.block):
        yield f"the state remembers {step.after.block_id.hex()}, the block is {block_id(step.block).hex()}"


@invariant(
    "blocks-follow", of=BlockStep, layer="consensus", severity="critical", rules=("CONS-6", "LEDGER-8"), incidents=(29,)
)
def an_executed_block_follows_the_last_one(step: BlockStep) -> Iterator[str]:
    """An executed block names its chain, version, height, the block before, that one's commit and the root after it."""
    if step.refused:
        return
    before, block = step.before, step.block
    said = (block.chain, block.version, block.height, block.previous, block.root)
    expected = (before.chain, before.version, before.height + 1, before.block_id, state_root(before))
    if said != expected:
        yield f"the block says {said}, it follows {expected}"
    if (block.commit.height, block.commit.block_id) != (before.height, before.block_id):
        yield f"its commit is of {block.commit.block_id.hex()} at {block.commit.height}"
    if block.proposer not in {validator.key for validator in before.validators}:
        yield f"{block.proposer.hex()} is no validator"
