"""Once: nonces, withdrawals, deposits, settlements and reports are each used at most once (LEDGER-5, LEDGER-6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from clearstone.invariants.block_step import BlockStep, SubStep
from clearstone.invariants.quorum import more_than_two_thirds, power_behind, whole_power
from clearstone.invariants.registry import invariant
from clearstone.invariants.snapshot import Snapshot
from clearstone.spec.accounts import account_id
from clearstone.spec.authentication import is_attested
from clearstone.spec.ledger_state import withdrawal_key
from clearstone.spec.rules import RULES
from clearstone.spec.transactions import Deposit, OpenAccount, Release, Withdraw


@invariant("nonces", of=BlockStep, layer="ledger", severity="critical", rules=("LEDGER-6",), incidents=(30, 33))
def a_nonce_is_used_once(step: BlockStep) -> Iterator[str]:
    """Every accepted transaction of an owner raises its account's nonce to its own; nothing else changes a nonce."""
    for part in step.trail:
        action = part.action
        if action is not None and not is_attested(action) and not isinstance(action, OpenAccount):
            nonce = part.transaction.body.nonce if part.transaction else 0
            was, becomes = part.before.accounts[part.sender].nonce, part.after.accounts[part.sender].nonce
            if not was < nonce == becomes:
                yield f"{part.label}: nonce {nonce} took the account from {was} to {becomes}"
        for account in part.touched:
            if account.after.nonce < account.raw.nonce:
                yield f"{part.label}: the nonce of {account.account_id} fell"
            if account.after.nonce != account.raw.nonce and account.account_id != part.sender:
                yield f"{part.label}: the nonce of {account.account_id} changed without its doing"


@invariant("ids-used-once", of=BlockStep, layer="ledger", severity="critical", rules=("LEDGER-5",), incidents=(33,))
def an_id_is_used_once(step: BlockStep) -> Iterator[str]:
    """A deposit id is credited once; a withdrawal id is escrowed once, then released once; both are kept for good."""
    for part in step.trail:
        before, after = part.before, part.after
        action = part.action
        deposits = after.deposits.keys_written(before.deposits)
        withdrawals = after.withdrawals.keys_written(before.withdrawals)
        expected_deposits = (action.deposit_id.hex(),) if isinstance(action, Deposit) else ()
        expected_withdrawals: tuple[str, ...] = ()
        if isinstance(action, Withdraw | Release):
            account = action.account if isinstance(action, Release) else part.sender
            expected_withdrawals = (withdrawal_key(account, action.withdrawal_id),)
        if deposits != expected_deposits or any(key in before.deposits for key in deposits):
            yield f"{part.label}: deposits {deposits} were written, not new {expected_deposits}"
        if withdrawals != expected_withdrawals:
            yield f"{part.label}: withdrawals {withdrawals} were written, not {expected_withdrawals}"
        for key in withdrawals:
            was, becomes = before.withdrawals.get(key), after.withdrawals.get(key)
            statuses = (None if was is None else was.status, None if becomes is None else becomes.status)
            if statuses != ((None, "escrowed") if isinstance(action, Withdraw) else ("escrowed", "released")):
                yield f"{part.label}: withdrawal {key} went from {statuses[0]} to {statuses[1]}"


@invariant("escrow", of=Snapshot, layer="ledger", severity="critical", rules=("LEDGER-5",), incidents=(17, 33), every=8)
def escrow_is_what_awaits_release(snapshot: Snapshot) -> Iterator[str]:
    """A pool's escrow is the sum of its withdrawals that are not yet released."""
    waiting = dict.fromkeys(snapshot.totals.cash, 0)
    for withdrawal in snapshot.state.ledger.withdrawals.entries.values():
        if withdrawal.status == "escrowed":
            waiting[withdrawal.pool] += withdrawal.amount
    for pool_id, pool in snapshot.pools:
        if pool.escrow != waiting[pool_id]:
            yield f"pool {pool_id}: escrow {pool.escrow}, withdrawals waiting {waiting[pool_id]}"


@invariant(
    "attestation", of=BlockStep, layer="ledger", severity="critical", rules=("LEDGER-5", "LEDGER-8"), incidents=(30, 33)
)
def attested_kinds_carry_a_quorum(step: BlockStep) -> Iterator[str]:
    """An accepted deposit, release or parameter change carries signatures of more than 2/3 of the power."""
    validators = step.before.validators
    for part in step.transactions:
        if part.action is not None and part.transaction and is_attested(part.action):
            power = power_behind(validators, (signature.key for signature in part.transaction.signatures))
            if not more_than_two_thirds(power, validators):
                yield f"{part.label}: attested by {power} of {whole_power(validators)}"


@invariant(
    "authenticated",
    of=BlockStep,
    layer="ledger",
    severity="critical",
    rules=("LEDGER-6", "ENC-2"),
    incidents=(30,),
)
def what_executes_was_signed_for_now(step: BlockStep) -> Iterator[str]:
    """An accepted transaction names this chain, has not expired, and is signed by its owner or by validators."""
    for part in step.transactions:
        if part.action is not None and part.transaction:
            body, signatures = part.transaction.body, part.transaction.signatures
            if body.chain != step.before.chain or body.expires < step.after.time:
                yield f"{part.label}: is for {body.chain} until {body.expires}, it is {step.after.time}"
            account = part.after.accounts.get(body.account)
            if account is not None and [signature.key for signature in signatures] != [account.owner]:
                yield f"{part.label}: is not signed by the owner of {body.account}"
            if not all(step.verify(signature.key, body, signature.signature) for signature in signatures):
                yield f"{part.label}: a signature does not verify"


@invariant(
    "rejections-change-nothing",
    of=BlockStep,
    layer="ledger",
    severity="critical",
    rules=("LEDGER-6", "ENC-3"),
    incidents=(20,),
)
def a_rejection_changes_nothing(step: BlockStep) -> Iterator[str]:
    """A refused block changes nothing; a refused transaction changes nothing but its account's nonce."""
    if step.refused and step.after != step.before:
        yield "a refused block changed the state"
    for part in step.transactions:
        if part.receipt.rejection is not None:
            if part.receipt.postings or part.receipt.events:
                yield f"{part.label}: refused, but its receipt moves something"
            if not _only_its_nonce(part):
                yield f"{part.label}: refused by {part.receipt.rejection.rule}, but the ledger changed"


def _only_its_nonce(part: SubStep) -> bool:
    before, after = part.before, part.after
    if after is before:
        return True
    tables = ("pools", "markets", "withdrawals", "deposits", "changes", "last_change", "books")
    if any(getattr(after, name) is not getattr(before, name) for name in tables):
        return False
    if set(after.accounts.keys_written(before.accounts)) - {part.sender}:
        return False
    was, becomes = before.accounts.get(part.sender), after.accounts.get(part.sender)
    return was is not None and becomes is not None and replace(was, nonce=becomes.nonce) == becomes


@invariant("rejections-name-a-rule", of=BlockStep, layer="encoding", severity="medium", rules=("ENC-3", "LEDGER-6"))
def a_rejection_names_a_rule(step: BlockStep) -> Iterator[str]:
    """Every transaction has a receipt, and every rejection names a rule that exists."""
    if not step.refused and len(step.receipt.transactions) != len(step.block.transactions):
        yield f"{len(step.block.transactions)} transactions have {len(step.receipt.transactions)} receipts"
    rejections = [receipt.rejection for receipt in step.receipts] + [step.receipt.rejection]
    for number, rejection in enumerate(rejections):
        if rejection is not None and rejection.rule not in RULES:
            yield f"receipt {number}: no rule is called {rejection.rule}"


@invariant("accounts-stay", of=BlockStep, layer="ledger", severity="high", rules=("LEDGER-4",), incidents=(20,))
def accounts_keep_their_owner_and_pool(step: BlockStep) -> Iterator[str]:
    """An account opens empty, under the id that owner, pool and number give, and keeps owner and pool for good."""
    opened = 0
    for part in step.trail:
        action = part.action
        if isinstance(action, OpenAccount):
            opened += 1
            account = part.after.accounts[part.sender]
            if part.sender != account_id(action.owner, action.pool, action.number) or account.owner != action.owner:
                yield f"{part.label}: {part.sender} does not follow from its owner"
            if account.cash or account.positions or account.orders or account.pool != action.pool:
                yield f"{part.label}: {part.sender} does not begin empty in its pool"
        for touched in part.touched:
            if (touched.after.owner, touched.after.pool) != (touched.raw.owner, touched.raw.pool):
                yield f"{part.label}: {touched.account_id} changed its owner or pool"
    grown = len(step.after.ledger.accounts.entries) - len(step.before.ledger.accounts.entries)
    if grown != opened:
        yield f"{opened} accounts were opened, there are {grown} more"
