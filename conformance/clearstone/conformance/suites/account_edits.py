"""States in which an account is as a case wants it to be: exactly at a limit, or an atom beside it.

No chain comes to most of them soon. Whatever else hangs on an account stays as it was: a client has to answer for any
state that is one.
"""

from __future__ import annotations

from dataclasses import replace

from clearstone.conformance.suites.ledger_stage import LedgerStage
from clearstone.spec.accounts import Account, Position
from clearstone.spec.ledger_state import horizon_period
from clearstone.spec.margin import equity, maintenance_requirement
from clearstone.spec.snapshot import Snapshot, snapshot_of


def account_of(state: Snapshot, account_id: str) -> Account:
    """An account of a state."""
    return dict(state.accounts)[account_id]


def with_account(state: Snapshot, account_id: str, account: Account) -> Snapshot:
    """The state with an account replaced, and the vault of its pool holding what its cash changed by (LEDGER-1)."""
    more = account.cash - account_of(state, account_id).cash
    accounts = tuple((key, account if key == account_id else held) for key, held in state.accounts)
    pools = tuple(
        (name, replace(pool, vault=pool.vault + more) if name == account.pool else pool) for name, pool in state.pools
    )
    return replace(state, accounts=accounts, pools=pools)


def holding(stage: LedgerStage, account_id: str, cash: int, *positions: tuple[str, int, int]) -> Snapshot:
    """The stage's state, with an account's cash in atoms and its positions: instrument, lots, cost."""
    state = snapshot_of(stage.chain.state)
    quotes = stage.chain.state.quotes
    held = tuple(Position(market, lots, cost, quotes[market].funding_index) for market, lots, cost in sorted(positions))
    return with_account(state, account_id, replace(account_of(state, account_id), cash=cash, positions=held))


def with_locked(stage: LedgerStage, state: Snapshot, account_id: str, recent: int, earlier: int) -> Snapshot:
    """The state with an account's locked profit in atoms, of the present horizon and the one before."""
    account = account_of(state, account_id)
    period = horizon_period(dict(state.pools)[account.pool], stage.chain.state.time)
    locked = replace(account, locked_recent=recent, locked_earlier=earlier, locked_period=period)
    return with_account(state, account_id, locked)


def with_equity(stage: LedgerStage, state: Snapshot, account_id: str, wanted: int) -> Snapshot:
    """The state with an account's cash such that its equity is so many atoms."""
    account = account_of(state, account_id)
    missing = wanted - equity(account, stage.chain.state.quotes)
    return with_account(state, account_id, replace(account, cash=account.cash + missing))


def maintenance_of(stage: LedgerStage, state: Snapshot, account_id: str) -> int:
    """Maintenance margin of an account of a state, in atoms."""
    return maintenance_requirement(account_of(state, account_id), stage.chain.state.quotes)
