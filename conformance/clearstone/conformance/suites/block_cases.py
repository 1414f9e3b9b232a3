"""Blocks: which may follow a state, and what whole sequences of them do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from clearstone.conformance.operations.ledger_operations import BlocksToApply
from clearstone.conformance.suites.draft import Draft
from clearstone.conformance.suites.ledger_stage import RING, LedgerStage, signed_blocks
from clearstone.models.chain import Chain, forked
from clearstone.models.scenario_genesis import HOUR, PROTOCOL, USD, buy, scenario_genesis, sell, trade
from clearstone.spec.blocks import Block, CommitSignature
from clearstone.spec.numbers import MAX_TIME
from clearstone.spec.snapshot import snapshot_of
from clearstone.spec.transactions import ChangeParameter, Transaction, Transfer, Withdraw


def drafts() -> list[Draft]:
    """The cases of the suite `blocks`."""
    return [*_that_follow(), *_clocks(), *_sizes(), *_sequences()]


def _changed(stage: LedgerStage, name: str, told: str, rule: str, change: Callable[[Block], Block]) -> Draft:
    """The next block, changed after it was signed."""
    copy = forked(stage.chain)
    question = signed_blocks(copy.state, (copy.block(),))
    [good] = question.blocks
    changed = BlocksToApply(question.state, (change(good), good))
    return Draft(f"blocks/{name}", told, (rule, "CONS-6"), "apply_blocks", changed)


def _signed(stage: LedgerStage, name: str, told: str, rule: str, change: Callable[[Block], Block]) -> Draft:
    """The next block, changed before it was signed."""
    copy = forked(stage.chain)
    [good] = signed_blocks(copy.state, (copy.block(),)).blocks
    unsigned = replace(
        good.commit, signatures=tuple(replace(each, signature=bytes(64)) for each in good.commit.signatures)
    )
    block = change(replace(good, commit=unsigned))
    signed = replace(block, commit=RING.signed_commit(block.chain, block.commit))
    question = BlocksToApply(snapshot_of(copy.history[-1].before), (signed,))
    return Draft(f"blocks/{name}", told, (rule, "CONS-6"), "apply_blocks", question)


def _that_follow() -> list[Draft]:
    stage = LedgerStage("blocks", scenario_genesis, validators=4)
    stage.open("alice", 100 * USD)
    changes: tuple[tuple[str, str, str, Callable[[Block], Block]], ...] = (
        ("good", "The block that follows, and not twice.", "CONS-6", lambda block: block),
        ("of-another-version", "Of these rules.", "LEDGER-8", lambda block: replace(block, version=2)),
        ("of-another-chain", "Of this chain.", "CONS-6", lambda block: replace(block, chain="another")),
        ("of-another-height", "Of the next height.", "CONS-6", lambda block: replace(block, height=block.height + 1)),
        ("after-another", "After the last one.", "CONS-6", lambda block: replace(block, previous=bytes(32))),
        ("of-a-stranger", "Of a validator.", "CONS-6", lambda block: replace(block, proposer=RING.named("nobody"))),
        ("with-another-root", "With the root of the state.", "CONS-6", lambda block: replace(block, root=bytes(32))),
        ("at-another-time", "At the clocks' median.", "ORACLE-6", lambda block: replace(block, time=block.time + 1)),
        ("past-the-end-of-time", "Time has a bound.", "NUM-5", lambda block: replace(block, time=MAX_TIME + 1)),
    )
    found = [_changed(stage, name, told, rule, change) for name, told, rule, change in changes]
    commits: tuple[tuple[str, str, str, Callable[[Block], Block]], ...] = (
        (
            "commit-of-another-block",
            "Decided.",
            "CONS-6",
            lambda b: replace(b, commit=replace(b.commit, block_id=bytes(32))),
        ),
        (
            "commit-of-another-height",
            "At its height.",
            "CONS-6",
            lambda b: replace(b, commit=replace(b.commit, height=1)),
        ),
        ("commit-of-nobody", "By somebody.", "CONS-1", lambda b: replace(b, commit=replace(b.commit, signatures=()))),
        ("commit-of-half", "By a quorum.", "CONS-1", lambda b: _with_signatures(b, 2)),
        ("commit-of-three", "Three of four.", "CONS-1", lambda b: _with_signatures(b, 3)),
        ("commit-of-another-round", "Of any round.", "CONS-6", lambda b: replace(b, commit=replace(b.commit, round=7))),
    )
    found += [_signed(stage, name, told, rule, change) for name, told, rule, change in commits]
    found.append(_forged(stage))
    return found + _genesis_commits()


def _with_signatures(block: Block, count: int) -> Block:
    return replace(block, commit=replace(block.commit, signatures=block.commit.signatures[:count]))


def _forged(stage: LedgerStage) -> Draft:
    def forge(block: Block) -> Block:
        first, *others = block.commit.signatures
        return replace(block, commit=replace(block.commit, signatures=(replace(first, signature=bytes(64)), *others)))

    return _changed(stage, "commit-with-a-forgery", "Every signature counts.", "ENC-2", forge)


def _genesis_commits() -> list[Draft]:
    chain = Chain(scenario_genesis())
    applied = forked(chain).block()
    stray = CommitSignature(chain.state.validators[0].key, applied.block.time, (), bytes(64))
    state = snapshot_of(applied.before)
    found = []
    for name, block in (
        ("first", applied.block),
        ("first-with-a-round", replace(applied.block, commit=replace(applied.block.commit, round=1))),
        ("first-with-a-signature", replace(applied.block, commit=replace(applied.block.commit, signatures=(stray,)))),
        ("first-at-another-time", replace(applied.block, time=applied.block.time + 1)),
    ):
        question = BlocksToApply(state, (block,))
        told = "The first block carries the empty commit of genesis."
        found.append(Draft(f"blocks/{name}", told, ("CONS-6", "ORACLE-6"), "apply_blocks", question))
    return found


def _clocks() -> list[Draft]:
    stage = LedgerStage("blocks", scenario_genesis, validators=4)
    found = []
    now = stage.chain.state.time
    for name, clocks in (
        ("one-fast", (1_000, 1_000, 1_000, 30 * 24 * HOUR)),
        ("one-slow", (-30 * 24 * HOUR, 1_000, 1_000, 1_000)),
        ("all-still", (0, 0, 0, 0)),
        ("all-backwards", (-9, -9, -9, -9)),
        ("at-the-end-of-time", (MAX_TIME - now,) * 4),
    ):
        median = max(now + 1, now + sorted(clocks)[1])

        def tell(block: Block, clocks: tuple[int, ...] = clocks, median: int = median) -> Block:
            pairs = zip(block.commit.signatures, clocks, strict=True)
            signatures = tuple(replace(each, time=now + clock) for each, clock in pairs)
            return replace(block, time=median, commit=replace(block.commit, signatures=signatures))

        found.append(_signed(stage, f"clocks-{name}", "Block time is a median, and goes on.", "ORACLE-6", tell))
    return found


def _block_of(transactions: list[Transaction], chain: Chain) -> None:
    chain.block(*transactions)


def _sizes() -> list[Draft]:
    stage = LedgerStage("blocks", lambda: replace(scenario_genesis(), parameters=replace(PROTOCOL, max_transactions=2)))
    alice = stage.open("alice", 100 * USD)
    bob = stage.open("bob")
    for count in (2, 3):
        transactions = [stage.chain.sign(alice, Transfer(bob, 1), nonce=1 + n) for n in range(count)]
        told = "A block has its most transactions."
        stage.next_block_tries(f"of-{count}-transactions", told, ("NUM-5",), partial(_block_of, transactions))
    return stage.drafts


def _sequences() -> list[Draft]:
    """Ordinary days: trades, transfers, fees that fill the fund, a change, another pool that feels nothing."""
    stage = LedgerStage("blocks", lambda: scenario_genesis(second_pool=True), validators=4)
    chain = stage.chain
    start = len(chain.history)
    alice, bob = stage.open("alice", 5_000 * USD), stage.open("bob", 5_000 * USD)
    other = stage.open("carol", 3_000 * USD, pool="other")
    for number in range(6):
        trade(chain, alice, bob, "BTC-PERP", 10 + number, 50_000 + 30 * number)
        chain.block(elapsed=HOUR, prices={"BTC": 50_000 + 200 * number, "ETH": 2_000 - 9 * number})
    transactions = (
        chain.sign(alice, Transfer(bob, 5 * USD)),
        chain.sign(alice, Transfer(bob, 5 * USD)),
        chain.sign(alice, buy("BTC-PERP", 3, 50_900), nonce=chain.state.ledger.accounts[alice].nonce + 2),
        chain.sign(bob, sell("BTC-PERP", 5, 50_900)),
        chain.sign(other, Withdraw(bytes(32), USD)),
        chain.attest(ChangeParameter(1, "pool/other", "penalty", 5_200)),
    )
    chain.block(*transactions)
    chain.block(elapsed=HOUR)
    told = "Trades, transfers and a change, with receipts, roots and fees of every block."
    stage.plays("ordinary-days", told, ("CONS-6", "LEDGER-7", "LEDGER-9", "LEDGER-4", "ENC-1"), start)
    return stage.drafts
