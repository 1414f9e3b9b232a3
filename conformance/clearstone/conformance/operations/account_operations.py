"""What a state says of one account: equity, requirements, what could leave."""

from __future__ import annotations

from dataclasses import dataclass

from clearstone.conformance.operations.operation import operations
from clearstone.spec.accounts import locked_profit
from clearstone.spec.funding import settled_account
from clearstone.spec.ledger_state import horizon_period
from clearstone.spec.margin import (
    equity,
    health_equity,
    initial_health,
    liquidatable,
    maintenance_requirement,
    withdrawable,
)
from clearstone.spec.receipts import Rejection
from clearstone.spec.snapshot import Snapshot, restore


@dataclass(frozen=True, slots=True)
class AccountToJudge:
    """An account of a state."""

    state: Snapshot
    """The state; quotes follow from it."""
    account: str
    """Id of the account."""


@dataclass(frozen=True, slots=True)
class AccountFigures:
    """An account, its funding settled, in atoms."""

    funding: tuple[tuple[str, int], ...]
    """Funding credited to it when it settles, by market, ascending; signed."""
    equity: int
    """Cash plus all lots at their marks."""
    health_equity: int
    """The same with options on frozen feeds at their worse value."""
    initial: int
    """Initial margin of positions and open orders, at least 0."""
    excluded: int
    """Unrealised profit that does not count towards initial margin, beyond the markets' caps."""
    excluded_leaving: int
    """The same for withdrawals and transfers, where the cap is 0."""
    maintenance: int
    """Maintenance margin, at least 0."""
    locked: int
    """Realised profit that may not leave yet."""
    withdrawable: int
    """What could leave, negative if something is missing."""
    fresh: bool
    """Whether every price that its positions are valued at may be relied on."""
    liquidatable: bool
    """Whether it is below maintenance margin."""


def judge_account(question: AccountToJudge) -> AccountFigures | Rejection:
    """Work out the equity, requirements and withdrawable cash of an account once its funding is settled."""
    state = restore(question.state)
    if isinstance(state, Rejection):
        return state
    account = state.ledger.accounts.get(question.account)
    if account is None:
        return Rejection("LEDGER-4", "no such account")
    period = horizon_period(state.ledger.pools[account.pool], state.time)
    settled, credits = settled_account(account, state.quotes, period)
    capped, leaving = (initial_health(settled, state.quotes, cap) for cap in (True, False))
    locked = locked_profit(settled, period)
    return AccountFigures(
        funding=credits,
        equity=equity(settled, state.quotes),
        health_equity=health_equity(settled, state.quotes),
        initial=capped.required,
        excluded=capped.excluded,
        excluded_leaving=leaving.excluded,
        maintenance=maintenance_requirement(settled, state.quotes),
        locked=locked,
        withdrawable=withdrawable(leaving, locked),
        fresh=capped.fresh,
        liquidatable=liquidatable(settled, state.quotes),
    )


OPERATIONS = operations(judge_account)
