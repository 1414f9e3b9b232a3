"""Health: what a user may leave behind, judged from the figures, not by the function that let it pass (MARGIN-6)."""

from __future__ import annotations

from collections.abc import Iterator

from clearstone.invariants.block_step import BlockStep, SubStep, Touched
from clearstone.invariants.registry import invariant
from clearstone.invariants.waterfall_order import STAGES
from clearstone.spec.accounts import Account, locked_profit
from clearstone.spec.authentication import is_attested
from clearstone.spec.ledger_state import horizon_period
from clearstone.spec.margin import initial_health
from clearstone.spec.transactions import Deposit, Liquidate, Transfer, Withdraw


def by_users(step: BlockStep) -> Iterator[SubStep]:
    """The accepted transactions that an owner signed."""
    return (part for part in step.transactions if part.action is not None and not is_attested(part.action))


@invariant(
    "health",
    of=BlockStep,
    layer="margin",
    severity="critical",
    rules=("MARGIN-4", "MARGIN-6", "BOOK-5", "BOOK-6", "LIQ-5"),
    incidents=(1, 2, 6, 7, 16, 20, 21),
)
def users_leave_accounts_healthy(step: BlockStep) -> Iterator[str]:
    """After an owner's transaction every account it touched has initial margin, or nothing about it worsened.

    The target of a liquidation answers to `liquidation-improves` instead. An account that only lost open orders has
    taken no step.
    """
    for part in by_users(step):
        action = part.action
        for account in part.touched:
            if isinstance(action, Liquidate) and action.account == account.account_id:
                continue
            if not (_has_initial_margin(account) or _only_lost_orders(account)):
                worse = _worsened(account)
                if worse:
                    yield f"{part.label}: {account.account_id} lacks initial margin and {worse}"


def _has_initial_margin(account: Touched) -> bool:
    health = account.health_after
    return health.fresh and health.equity - health.excluded >= health.required


def _only_lost_orders(account: Touched) -> bool:
    before, after = account.before, account.after
    lots = {order.nonce: order.lots for order in before.orders}
    smaller = all(order.lots <= lots.get(order.nonce, 0) for order in after.orders)
    return smaller and before.positions == after.positions and before.cash <= after.cash


def grown_positions(before: Account, after: Account) -> Iterator[tuple[str, int, int]]:
    """The instruments in which a position grew or changed sign, with its lots before and after."""
    held = {position.instrument: position.lots for position in before.positions}
    for position in after.positions:
        lots = held.get(position.instrument, 0)
        if lots * position.lots <= 0 or abs(position.lots) > abs(lots):
            yield position.instrument, lots, position.lots


def _worsened(account: Touched) -> str:
    was, becomes = account.health_before, account.health_after
    for market, before, after in grown_positions(account.before, account.after):
        return f"went from {before} to {after} lots of {market}"
    if becomes.required > was.required:
        return f"its requirement rose from {was.required} to {becomes.required}"
    if becomes.equity - becomes.required < was.equity - was.required:
        return f"its margin fell from {was.equity - was.required} to {becomes.equity - becomes.required}"
    if account.equity_after < min(0, account.equity_before):
        return f"its equity fell from {account.equity_before} to {account.equity_after}"
    return ""


@invariant(
    "no-deficit-raised", of=BlockStep, layer="margin", severity="critical", rules=("MARGIN-6",), incidents=(6, 26)
)
def no_transaction_raises_a_deficit(step: BlockStep) -> Iterator[str]:
    """No transaction raises the sum of the negative equities; only prices, funding and expiry can."""
    for part in step.transactions:
        if part.action is not None:
            before = sum(min(0, account.equity_before) for account in part.touched)
            after = sum(min(0, account.equity_after) for account in part.touched)
            if after < before:
                yield f"{part.label}: deficits rose from {-before} to {-after}"


@invariant(
    "no-equity-created",
    of=BlockStep,
    layer="margin",
    severity="critical",
    rules=("LEDGER-2", "MARGIN-7"),
    incidents=(4, 11, 15, 20, 26),
)
def equity_comes_from_nowhere_else(step: BlockStep) -> Iterator[str]:
    """What a transaction adds to the equity of all accounts is what was deposited less what the pots gained.

    So trading among accomplices, at whatever prices, gains them nothing together: they can only move what is theirs.
    """
    for part in step.transactions:
        if part.action is not None:
            gained = sum(account.equity_after - account.equity_before for account in part.touched)
            came = part.action.amount if isinstance(part.action, Deposit) else 0
            kept = 0
            for posting in part.receipt.postings:
                kept += posting.amount * (posting.destination in ("insurance", "fees", "escrow", "residue"))
                kept -= posting.amount * (posting.source in ("insurance", "fees", "escrow", "residue"))
            kept += sum(p.amount for p in part.receipt.postings if p.destination == "outside")
            if gained != came - kept:
                yield f"{part.label}: accounts gained {gained}, {came} came in and the pots kept {kept}"


@invariant(
    "leaving",
    of=BlockStep,
    layer="margin",
    severity="critical",
    rules=("MARGIN-4", "MARGIN-4a", "ORACLE-4", "ORACLE-5", "OPT-4"),
    incidents=(1, 4, 10, 16, 17),
)
def what_leaves_is_nobodys_margin(step: BlockStep) -> Iterator[str]:
    """Who withdraws or transfers keeps initial margin without unrealised and locked profit, at every price."""
    for part in step.transactions:
        if isinstance(part.action, Withdraw | Transfer):
            account = part.after.accounts[part.sender]
            locked = locked_profit(account, horizon_period(part.after.pools[account.pool], part.context.now))
            for name, quotes in (("clamped", part.context.quotes), ("unclamped", part.context.unclamped)):
                health = initial_health(account, quotes, False)
                left = health.equity - health.excluded - locked - health.required
                if left < 0:
                    yield f"{part.label}: {-left} too much left {part.sender} at {name} prices"
                if not health.fresh:
                    yield f"{part.label}: {part.sender} depends on a frozen price"
            if any(step.end.phases[market] == "pending" for market in part.context.members[account.pool]):
                yield f"{part.label}: a series of pool {account.pool} waits for its settlement price"


@invariant("winners-wait", of=BlockStep, layer="ledger", severity="critical", rules=("LEDGER-5",), incidents=(1, 17))
def winners_wait_for_losers(step: BlockStep) -> Iterator[str]:
    """After a withdrawal the cash of a pool's accounts still covers what its clearing balances are owed."""
    for part in step.transactions:
        if isinstance(part.action, Withdraw):
            pool_id = part.after.accounts[part.sender].pool
            cash = sum(held.cash for held in part.after.accounts.entries.values() if held.pool == pool_id)
            owed = sum(max(0, -part.after.markets[market].clearing) for market in part.context.members[pool_id])
            if cash < owed:
                yield f"{part.label}: pool {pool_id} keeps {cash} in cash and is owed {owed}"


@invariant(
    "frozen-raises-no-risk",
    of=BlockStep,
    layer="oracle",
    severity="critical",
    rules=("ORACLE-5", "OPT-3"),
    incidents=(10, 28),
)
def nothing_is_risked_on_a_frozen_price(step: BlockStep) -> Iterator[str]:
    """While a price is frozen or just thawed, no position that depends on it grows, flips or is liquidated.

    Nobody trades an expired series either.
    """
    for part in by_users(step):
        for account in part.touched:
            for market, before, after in grown_positions(account.before, account.after):
                quote = part.context.quotes[market]
                if not quote.fresh or quote.phase != "trade":
                    yield f"{part.label}: {account.account_id} went from {before} to {after} lots of {market}"
        for event, figures in part.events("liquidated"):
            for market in figures.keys() & part.context.instruments.entries:
                if not part.context.quotes[market].fresh:
                    yield f"{part.label}: {event.subject} was liquidated in {market}"


@invariant(
    "profit-stays-locked",
    of=BlockStep,
    layer="margin",
    severity="critical",
    rules=("LEDGER-3", "MARGIN-4a", "OPT-4"),
    incidents=(1, 2, 17),
)
def realised_profit_is_locked(step: BlockStep) -> Iterator[str]:
    """What an account realises as profit is locked, and locked profit falls by no more than it realises as losses.

    Cash plus entry costs changes by what is realised and by what is paid in or out: entry costs move no money. What
    others are charged for a default counts as their loss; what the defaulter gets is no profit.
    """
    for part in step.trail:
        paid = dict.fromkeys((f"account/{account.account_id}" for account in part.touched), 0)
        for posting in part.receipt.postings:
            if posting.reason in _NOT_REALISED:
                if posting.destination in paid:
                    paid[posting.destination] += posting.amount
                if posting.source in paid and posting.destination != f"account/{part.subject}":
                    paid[posting.source] -= posting.amount
        for account in part.touched:
            yield from _locked(part, account, paid[f"account/{account.account_id}"])


_NOT_REALISED = frozenset(("deposit", "withdrawal", "transfer", *STAGES))
"""Reasons of postings that realise nothing: cash in, out and across, and what others pay for a default."""


def _locked(part: SubStep, account: Touched, paid: int) -> Iterator[str]:
    raw, after = account.raw, account.after
    period = horizon_period(part.before.pools[raw.pool], part.context.now)
    realised = _worth(after) - _worth(raw) - paid
    before, now = locked_profit(raw, period), locked_profit(after, period)
    if now < max(0, before + realised) or min(after.locked_recent, after.locked_earlier) < 0:
        yield f"{part.label}: {account.account_id} realised {realised}, its locked profit went from {before} to {now}"


def _worth(account: Account) -> int:
    return account.cash + sum(position.cost for position in account.positions)
