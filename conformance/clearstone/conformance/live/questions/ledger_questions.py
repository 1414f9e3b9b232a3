"""Whole states: what an account is worth in one, what one transaction or one block does to it, which block may follow.

The states are those of `altered_states`, what people send is what the machine of the exchange makes up for them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from hypothesis import strategies as st

from clearstone.conformance.live.questions.altered_states import PEOPLE, altered_states
from clearstone.conformance.live.questions.asked import Asked, Material
from clearstone.conformance.live.signed_chain import signing
from clearstone.conformance.operations.account_operations import AccountToJudge
from clearstone.conformance.operations.ledger_operations import BlocksToApply, TransactionToApply
from clearstone.conformance.suites.ledger_stage import RING
from clearstone.invariants.checking import Tally
from clearstone.models.stateful import exchange_steps as steps
from clearstone.models.stateful.exchange_moves import AMOUNTS, MARKETS, SIGNERS, SIZES, TAKEN, amount_of, weakest_first
from clearstone.models.stateful.exchange_program import Act, Step, id_number
from clearstone.models.stateful.exchange_run import ExchangeRun
from clearstone.spec.blocks import Block, Commit
from clearstone.spec.receipts import Rejection
from clearstone.spec.snapshot import Snapshot, restore, snapshot_of
from clearstone.spec.state import State
from clearstone.spec.transactions import Action, Settle, Side, Transfer, Withdraw

someone = st.sampled_from(PEOPLE)
sides = st.sampled_from(cast(tuple[Side, ...], ("buy", "sell")))


@st.composite
def next_steps(draw: st.DrawFn, state: State) -> Step:
    """What happens next: somebody liquidates, trades, sends, withdraws, settles; or nothing does."""
    kinds = ["trade", "pay", "pay", "change", "attest", "nothing"]
    weakest = weakest_first(state)
    kinds += ["liquidate"] * 8 + ["settle"] if weakest else []
    kind = draw(st.sampled_from(kinds))
    few = st.integers(0, 3)
    if kind == "liquidate":
        wait = draw(st.sampled_from(("second", "second", "minute", "stale")))
        taken = draw(st.sampled_from(TAKEN))
        by, rank = draw(st.sampled_from((0, 0, 1, -1))), draw(st.sampled_from((0, 0, 0, 1, 2)))
        return steps.liquidation(state, by, rank, draw(few), taken, wait)
    if kind == "trade":
        market, size = draw(st.sampled_from(MARKETS)), draw(st.sampled_from(SIZES))
        offset = draw(st.sampled_from((0, 1_000, -1_000, 105_000)))
        return steps.trade(state, draw(someone), draw(someone), market, draw(sides), size, offset)
    if kind == "change":
        return steps.change(state, draw(st.integers(0, 7)), draw(few))
    if kind == "attest":
        return steps.attested(draw(few), draw(someone), 10, draw(st.sampled_from(SIGNERS)))
    if kind == "settle":
        return Step((Act(draw(someone), Settle(draw(st.sampled_from(weakest)), draw(st.sampled_from(MARKETS)))),))
    return Step((draw(payments(state)),) if kind == "pay" else ())


@st.composite
def payments(draw: st.DrawFn, state: State) -> Act:
    """Somebody sends or withdraws as much as he may, or more; now and then too late, or with a nonce that is used."""
    name = draw(someone)
    amount = amount_of(state, name, draw(st.sampled_from(AMOUNTS)))
    action: Action = Transfer(draw(someone), amount)
    if draw(st.booleans()):
        action = Withdraw(id_number(draw(st.integers(0, 3))), amount)
    late, used = draw(st.integers(0, 9)) == 9, draw(st.integers(0, 9)) == 9
    return Act(name, action, draw(st.integers(0, 2)) if used else None, -1 if late else 3_600_000)


def continued(snapshot: Snapshot) -> ExchangeRun:
    """A program that goes on from a state."""
    run = ExchangeRun("lean", Tally({}))
    state = restore(snapshot)
    assert not isinstance(state, Rejection), f"an altered state is one: {state}"
    run.chain = signing(run.chain)
    run.chain.state = state
    run.chain.prices = {name: feed.median for name, feed in state.feeds.items()}
    return run


def accounts(material: Material) -> st.SearchStrategy[AccountToJudge]:
    """Accounts of altered states, mostly the one with the most positions."""

    @st.composite
    def one(draw: st.DrawFn) -> AccountToJudge:
        snapshot = draw(altered_states(material))
        first = sorted(snapshot.accounts, key=lambda entry: -len(entry[1].positions))
        return AccountToJudge(snapshot, first[draw(st.sampled_from((0, 0, 0, 1, 2)))][0])

    return one()


def transactions(material: Material) -> st.SearchStrategy[TransactionToApply]:
    """Single transactions on altered states."""

    @st.composite
    def one(draw: st.DrawFn) -> TransactionToApply:
        snapshot = draw(altered_states(material))
        run = continued(snapshot)
        taken = run.take(draw(next_steps(run.state).filter(lambda step: bool(step.acts))))
        assert taken.applied is not None, f"the spec answers: {taken.violations}"
        return TransactionToApply(snapshot, taken.applied.block.transactions[0])

    return one()


def blocks(material: Material) -> st.SearchStrategy[BlocksToApply]:
    """A few blocks on altered states."""

    @st.composite
    def some(draw: st.DrawFn) -> BlocksToApply:
        snapshot = draw(altered_states(material))
        run = continued(snapshot)
        made: list[Block] = []
        for _ in range(draw(st.integers(1, 2))):
            taken = run.take(draw(next_steps(run.state)))
            assert taken.applied is not None, f"the spec answers: {taken.violations}"
            made.append(taken.applied.block)
        return BlocksToApply(snapshot, tuple(made))

    return some()


def spoilt_blocks(material: Material) -> st.SearchStrategy[BlocksToApply]:
    """Blocks of programs with one thing about them changed, mostly signed again."""

    @st.composite
    def one(draw: st.DrawFn) -> BlocksToApply:
        applied = draw(st.sampled_from(material.blocks))
        block, commit = applied.block, applied.block.commit
        first = commit.signatures[0] if commit.signatures else None
        changes = [
            replace(block, root=bytes(32)),
            replace(block, time=block.time + draw(st.integers(-2, 2))),
            replace(block, height=block.height + 1),
            replace(block, version=block.version + 1),
            replace(block, chain="another"),
            replace(block, proposer=draw(st.sampled_from([each.key for each in applied.before.validators]))),
            replace(block, proposer=bytes(32)),
            replace(block, previous=bytes(32)),
            replace(block, commit=_open(block, block_id=bytes(32))),
            replace(block, commit=_open(block, round=draw(st.integers(-1, 3)))),
            replace(block, commit=_open(block, signatures=commit.signatures[draw(st.integers(0, 3)) :])),
            replace(block, commit=_open(block, signatures=(*commit.signatures[:1], *commit.signatures))),
        ]
        if first is not None:
            forged = (replace(first, signature=b"\x01" * 64), *commit.signatures[1:])
            changes.append(replace(block, commit=replace(commit, signatures=forged)))
            clock = (replace(first, time=first.time - draw(st.sampled_from((10**6, 10**9)))), *commit.signatures[1:])
            changes.append(replace(block, commit=_open(block, signatures=clock)))
        spoilt = draw(st.sampled_from(changes))
        spoilt = replace(spoilt, commit=RING.signed_commit(spoilt.chain, spoilt.commit))
        return BlocksToApply(snapshot_of(applied.before), (spoilt, block))

    return one()


def _open(block: Block, **changes: object) -> Commit:
    """A block's commit with fields changed and its signatures still to be made."""
    commit = replace(block.commit, **changes)  # type: ignore[arg-type]  # fields by name
    return replace(commit, signatures=tuple(replace(each, signature=bytes(64)) for each in commit.signatures))


ASKED = (
    Asked(
        "judge-account",
        "margin",
        "judge_account",
        "accounts past what margin allows",
        ("MARGIN-6", "MARGIN-3", "MARGIN-4", "LIQ-1"),
        accounts,
        True,
        2,
    ),
    Asked(
        "apply-transaction",
        "ledger",
        "apply_transaction",
        "transactions on states past what margin allows",
        ("LEDGER-7", "MARGIN-6", "LIQ-2"),
        transactions,
        True,
    ),
    Asked(
        "apply-blocks",
        "waterfall",
        "apply_blocks",
        "blocks on states past what margin allows",
        ("LEDGER-7", "WATER-1", "WATER-2", "WATER-3"),
        blocks,
        True,
    ),
    Asked(
        "spoilt-block", "blocks", "apply_blocks", "blocks with a flaw", ("CONS-6", "ORACLE-6"), spoilt_blocks, True, 2
    ),
)
