"""Money: a pool's vault equals what is claimed of it, and every movement is written down (LEDGER-1, NUM-4)."""

from __future__ import annotations

from collections.abc import Iterator

from clearstone.invariants.block_step import BlockStep
from clearstone.invariants.registry import invariant
from clearstone.invariants.snapshot import Snapshot
from clearstone.spec.transactions import Deposit, Release

POTS = ("insurance", "fees", "escrow", "residue")
"""The pots of a pool: what it holds besides accounts and clearing balances."""


@invariant(
    "conservation",
    of=Snapshot,
    layer="ledger",
    severity="critical",
    rules=("LEDGER-1", "NUM-4"),
    incidents=(12, 27, 31),
)
def the_vault_equals_all_claims(snapshot: Snapshot) -> Iterator[str]:
    """In every pool the vault is cash, insurance, fees, escrow, residue and clearing, added up from the accounts."""
    clearing = dict.fromkeys(snapshot.totals.cash, 0)
    for market, instrument in snapshot.state.instruments.entries.items():
        clearing[instrument.pool] += snapshot.state.ledger.markets[market].clearing
    for pool_id, pool in snapshot.pools:
        claims = snapshot.totals.cash[pool_id] + clearing[pool_id] + sum(getattr(pool, pot) for pot in POTS)
        if pool.vault != claims:
            yield f"pool {pool_id}: the vault holds {pool.vault}, claims are {claims}"


@invariant("solvency", of=Snapshot, layer="ledger", severity="critical", rules=("LEDGER-1",), incidents=(17, 28))
def no_pot_is_negative(snapshot: Snapshot) -> Iterator[str]:
    """No vault, insurance fund, fee, escrow or residue balance is below zero."""
    for pool_id, pool in snapshot.pools:
        for pot in ("vault", *POTS):
            if getattr(pool, pot) < 0:
                yield f"pool {pool_id}: {pot} is {getattr(pool, pot)}"


@invariant("sub-step-solvency", of=BlockStep, layer="ledger", severity="critical", rules=("LEDGER-1",), incidents=(28,))
def no_pot_is_negative_on_the_way(step: BlockStep) -> Iterator[str]:
    """Between any two postings of a block no pot is below zero, and no posting moves a negative amount."""
    yield from step.flows.overdrawn


@invariant(
    "postings-explain-balances",
    of=BlockStep,
    layer="ledger",
    severity="critical",
    rules=("LEDGER-1", "LEDGER-7"),
    incidents=(5, 15, 31, 32),
)
def postings_explain_every_balance(step: BlockStep) -> Iterator[str]:
    """Every balance of every pool changes by exactly what the receipts' postings say.

    So what is debited is credited, also in a liquidation: the target's charge is the liquidator's discount and the
    fund's penalty. Accounts that a block did not touch are the same objects and are passed over.
    """
    left = dict(step.flows.changes)
    for pool_id, pool in step.after.ledger.pools.entries.items():
        was = step.before.ledger.pools[pool_id]
        for pot in POTS:
            yield from _explained(pool_id, pot, getattr(pool, pot) - getattr(was, pot), left.pop((pool_id, pot), 0))
        yield from _explained(pool_id, "vault", pool.vault - was.vault, -left.pop((pool_id, "outside"), 0))
    for market, instrument in step.after.instruments.entries.items():
        change = step.after.ledger.markets[market].clearing - step.before.ledger.markets[market].clearing
        name = f"clearing/{market}"
        yield from _explained(instrument.pool, name, change, left.pop((instrument.pool, name), 0))
    earlier = step.before.ledger.accounts.entries
    for account_id, account in step.after.ledger.accounts.entries.items():
        held = earlier.get(account_id)
        if held is not account:
            change = account.cash - (0 if held is None else held.cash)
            name = f"account/{account_id}"
            yield from _explained(account.pool, name, change, left.pop((account.pool, name), 0))
    for (pool_id, name), change in left.items():
        yield from _explained(pool_id, name, 0, change)


def _explained(pool_id: str, balance: str, change: int, posted: int) -> Iterator[str]:
    if change != posted:
        yield f"pool {pool_id}: {balance} changed by {change}, postings say {posted}"


@invariant("fees-fill-insurance", of=BlockStep, layer="ledger", severity="medium", rules=("LEDGER-9",))
def fees_fill_the_insurance_fund_first(step: BlockStep) -> Iterator[str]:
    """At a block's end a pool keeps fees only if its insurance fund has reached its target."""
    for pool_id, pool in step.after.ledger.pools.entries.items():
        target = step.begun.ledger.pools[pool_id].parameters.insurance_target
        if not step.refused and pool.fees > 0 and pool.insurance < target:
            yield f"pool {pool_id}: {pool.fees} in fees while the fund holds {pool.insurance} of {target}"


@invariant(
    "deposits-credit-exactly",
    of=BlockStep,
    layer="ledger",
    severity="critical",
    rules=("LEDGER-5",),
    incidents=(31, 33),
)
def a_deposit_credits_what_came_in(step: BlockStep) -> Iterator[str]:
    """The vaults grow by the deposits accepted and shrink by the withdrawals released, and by nothing else."""
    came: dict[str, int] = {}
    for part in step.transactions:
        for posting in part.receipt.postings:
            if posting.source == "outside" or posting.destination == "outside":
                signed = posting.amount if posting.source == "outside" else -posting.amount
                action = part.action
                deposited = isinstance(action, Deposit) and signed == action.amount
                if not deposited and not (isinstance(action, Release) and signed < 0):
                    yield f"{part.label}: {signed} crosses the vault of {posting.pool}"
                came[posting.pool] = came.get(posting.pool, 0) + signed
    for pool_id, pool in step.after.ledger.pools.entries.items():
        change = pool.vault - step.before.ledger.pools[pool_id].vault
        if change != came.get(pool_id, 0):
            yield f"pool {pool_id}: the vault changed by {change}, deposits less releases are {came.get(pool_id, 0)}"
