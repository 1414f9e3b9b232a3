"""One block: from the state before it to the state after, through every transaction and step in between.

What lies in between is found by executing the block again, once, when the first invariant asks; that costs what the
block cost. Between two transactions each account that changed is looked at with its funding settled first (PERP-2),
since that is what the rules compare.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

from clearstone.invariants.snapshot import Snapshot
from clearstone.spec.accounts import Account
from clearstone.spec.blocks import Block
from clearstone.spec.changes import bind_changes
from clearstone.spec.defaults import resolve
from clearstone.spec.encoding.signatures import Authentic
from clearstone.spec.encoding.signatures import authentic as verify_signature
from clearstone.spec.funding import settled_account
from clearstone.spec.ledger_state import Context, Ledger, horizon_period
from clearstone.spec.margin import InitialHealth, equity, initial_health
from clearstone.spec.receipts import Event, Posting, Receipt
from clearstone.spec.state import State, context_of
from clearstone.spec.transactions import Action, Transaction
from clearstone.spec.transition import BlockReceipt, begin_block, collect_fees, execute

V = TypeVar("V")


@dataclass(frozen=True)
class Touched:
    """An account that a sub-step changed; it was there before."""

    account_id: str
    """Its id."""
    raw: Account
    """As it was."""
    before: Account
    """As it was, with its funding settled; or just as it was, if the step left the funding for later."""
    after: Account
    """As it is."""
    context: Context
    """What the block fixed."""

    @cached_property
    def equity_before(self) -> int:
        """Equity at the marks, in atoms."""
        return equity(self.before, self.context.quotes)

    @cached_property
    def equity_after(self) -> int:
        """Equity at the marks, in atoms."""
        return equity(self.after, self.context.quotes)

    @cached_property
    def health_before(self) -> InitialHealth:
        """What the initial test compares."""
        return initial_health(self.before, self.context.quotes, True)

    @cached_property
    def health_after(self) -> InitialHealth:
        """What the initial test compares."""
        return initial_health(self.after, self.context.quotes, True)


@dataclass(frozen=True)
class SubStep:
    """One transaction, or one of the block's own steps after them."""

    label: str
    """What it is, for reports."""
    context: Context
    """What the block fixed."""
    before: Ledger
    """The ledger before it."""
    after: Ledger
    """The ledger after it."""
    receipt: Receipt
    """What it did."""
    transaction: Transaction | None = None
    """The transaction, unless it is one of the block's own steps."""
    subject: str = ""
    """The flagged account that is resolved, if that is the step."""

    @property
    def action(self) -> Action | None:
        """What an accepted transaction did; None for one that was refused and for the block's own steps."""
        accepted = self.transaction is not None and self.receipt.rejection is None
        return self.transaction.body.action if accepted and self.transaction else None

    @property
    def sender(self) -> str:
        """The account that acts; empty when attested."""
        return self.transaction.body.account if self.transaction else ""

    @cached_property
    def touched(self) -> tuple[Touched, ...]:
        """The accounts that changed and were there before."""
        found: list[Touched] = []
        for account_id in self.after.accounts.keys_written(self.before.accounts):
            was = self.before.accounts.get(account_id)
            if was is not None:
                period = horizon_period(self.before.pools[was.pool], self.context.now)
                after = self.after.accounts[account_id]
                _, unsettled = settled_account(after, self.context.quotes, period)
                before = was if unsettled else settled_account(was, self.context.quotes, period)[0]
                found.append(Touched(account_id, was, before, after, self.context))
        return tuple(found)

    def events(self, kind: str) -> Iterator[tuple[Event, dict[str, int | str]]]:
        """Its events of one kind, with their figures by name."""
        return ((event, dict(event.details)) for event in self.receipt.events if event.kind == kind)


@dataclass(frozen=True, slots=True)
class Flows:
    """LEDGER-1. What a block's postings add up to."""

    changes: dict[tuple[str, str], int]
    """The change of each balance of each pool, in atoms."""
    overdrawn: tuple[str, ...]
    """Where on the way a pot was below zero, or an amount was."""


@dataclass(frozen=True)
class BlockStep:
    """CONS-6. One block applied to one state, as it was observed."""

    before: State
    """The state before."""
    block: Block
    """The block."""
    after: State
    """The state after."""
    receipt: BlockReceipt
    """What it did."""
    authentic: Authentic = verify_signature
    """How signatures are verified; a memory of earlier answers saves most of the time."""
    honest: frozenset[bytes] | None = None
    """Keys of the validators known to report truthfully; None leaves out what needs it."""

    @property
    def refused(self) -> bool:
        """Whether the block was not valid and did nothing."""
        return self.receipt.rejection is not None

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """All receipts in order: the transactions', then those of the block's own steps."""
        return (*self.receipt.transactions, *self.receipt.steps)

    @cached_property
    def verify(self) -> Authentic:
        """`authentic`, with its answers for the block's bodies remembered: encoding them again would cost the most."""
        known: dict[tuple[bytes, int, bytes], tuple[object, bool]] = {}

        def verify(key: bytes, record: Any, signature: bytes) -> bool:
            asked = key, id(record), signature
            if asked not in known:
                known[asked] = record, self.authentic(key, record, signature)  # held, so that its id stays its own
            return known[asked][1]

        return verify

    @cached_property
    def end(self) -> Snapshot:
        """The state after, with its sums."""
        return Snapshot(self.after)

    @cached_property
    def begun(self) -> State:
        """The state before the first transaction: time, oracle, funding and expiries are done."""
        return self.before if self.refused else begin_block(self.before, self.block)

    @cached_property
    def context(self) -> Context:
        """What the block fixed for its transactions."""
        return context_of(self.begun)

    @cached_property
    def trail(self) -> tuple[SubStep, ...]:
        """Every transaction and every step of the block's end, executed again in order."""
        return () if self.refused else (*self.transactions, *self.ending)

    @cached_property
    def transactions(self) -> tuple[SubStep, ...]:
        """The transactions, executed again in order."""
        ledger, steps = self.begun.ledger, list[SubStep]()
        for number, transaction in enumerate(() if self.refused else self.block.transactions):
            after, receipt = execute(ledger, self.context, transaction, self.verify)
            label = f"transaction {number} ({type(transaction.body.action).__name__})"
            steps.append(SubStep(label, self.context, ledger, after, receipt, transaction))
            ledger = after
        return tuple(steps)

    @cached_property
    def ending(self) -> tuple[SubStep, ...]:
        """The block's own steps after the transactions: flagged accounts, fees, parameter changes."""
        ledger = self.transactions[-1].after if self.transactions else self.begun.ledger
        steps: list[SubStep] = []
        for account_id in [flagged for _, pool in ledger.pools.items() for flagged in pool.flagged]:
            after, receipt = resolve(ledger, self.context, account_id)
            steps.append(SubStep(f"flagged {account_id}", self.context, ledger, after, receipt, subject=account_id))
            ledger = after
        after, receipts = collect_fees(ledger)
        steps.append(SubStep("fees", self.context, ledger, after, joined(receipts)))
        bound, _, changes = bind_changes(after, self.begun.instruments, self.begun.time)
        steps.append(SubStep("parameter changes", self.context, after, bound, joined(changes)))
        return tuple(steps)

    @cached_property
    def flows(self) -> Flows:
        """The block's postings, folded in order from the pots as they were before."""
        pots = {
            (pool_id, name): getattr(pool, name)
            for pool_id, pool in self.before.ledger.pools.entries.items()
            for name in ("insurance", "fees", "escrow", "residue")
        }
        changes: dict[tuple[str, str], int] = {}
        overdrawn: list[str] = []
        for number, posting in enumerate(posting for receipt in self.receipts for posting in receipt.postings):
            if posting.amount < 0:
                overdrawn.append(f"posting {number}: {posting.reason} moves {posting.amount}")
            source, destination = (posting.pool, posting.source), (posting.pool, posting.destination)
            changes[source] = changes.get(source, 0) - posting.amount
            changes[destination] = changes.get(destination, 0) + posting.amount
            if source in pots and pots[source] + changes[source] < 0:
                overdrawn.append(
                    f"posting {number}: {posting.source} of {posting.pool} at {pots[source] + changes[source]}"
                )
        return Flows(changes, tuple(overdrawn))

    def with_trail(self, transactions: Iterable[SubStep], ending: Iterable[SubStep]) -> BlockStep:
        """The same block with other steps in between: how a test shows what an invariant would have seen."""
        other = replace(self)
        other.__dict__.update(transactions=tuple(transactions), ending=tuple(ending))
        return other


def joined(receipts: Iterable[Receipt]) -> Receipt:
    """Several receipts of the block's end as one."""
    held = tuple(receipts)
    postings: tuple[Posting, ...] = tuple(posting for receipt in held for posting in receipt.postings)
    events: tuple[Event, ...] = tuple(event for receipt in held for event in receipt.events)
    return Receipt(None, postings, events)
