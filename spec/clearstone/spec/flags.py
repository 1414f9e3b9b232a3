"""The flag that marks an account for liquidation (LIQ-1).

It starts the clock of the discount and puts the account before the block's defaults. It stands until the account is
healthy with a buffer, so that a deposit of dust cannot reset the clock.
"""

from __future__ import annotations

from bisect import insort
from dataclasses import replace

from clearstone.spec.ledger_state import Context, Ledger, Pool
from clearstone.spec.margin import buffered
from clearstone.spec.receipts import Event


def flag(ledger: Ledger, context: Context, account_id: str) -> tuple[Ledger, tuple[Event, ...]]:
    """LIQ-1. The ledger with an account flagged; a flag that stands keeps its time, so dust cannot reset the clock."""
    account = ledger.accounts[account_id]
    if account.flagged_at is not None:
        return ledger, ()
    pool = ledger.pools[account.pool]
    flagged = list(pool.flagged)
    insort(flagged, account_id)
    changed = replace(
        ledger,
        accounts=ledger.accounts.set(account_id, replace(account, flagged_at=context.now)),
        pools=ledger.pools.set(account.pool, replace(pool, flagged=tuple(flagged))),
    )
    return changed, (Event("flagged", account_id, ()),)


def unflag(ledger: Ledger, account_id: str) -> Ledger:
    """LIQ-1. The ledger with a flagged account no longer flagged."""
    account = ledger.accounts[account_id]
    pool = ledger.pools[account.pool]
    return replace(
        ledger,
        accounts=ledger.accounts.set(account_id, replace(account, flagged_at=None)),
        pools=ledger.pools.set(
            account.pool, replace(pool, flagged=tuple(other for other in pool.flagged if other != account_id))
        ),
    )


def release_flag(ledger: Ledger, context: Context, pool: Pool, account_id: str) -> Ledger:
    """LIQ-1. The ledger with a flagged account's flag gone if it is healthy again, with the buffer."""
    if buffered(ledger.accounts[account_id], context.quotes, pool.parameters.liquidation_buffer):
        return unflag(ledger, account_id)
    return ledger
