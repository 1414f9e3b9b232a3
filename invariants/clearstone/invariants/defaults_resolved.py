"""Default: positions close at the mark, the deficit is assigned exactly, nobody is pushed below zero (WATER-1 to 3)."""

from __future__ import annotations

from collections.abc import Iterator

from clearstone.invariants.block_step import BlockStep, SubStep
from clearstone.invariants.registry import invariant
from clearstone.invariants.snapshot import Snapshot
from clearstone.invariants.waterfall_order import STAGES, closing_of, expected_charges
from clearstone.spec.accounts import Position, lots_in, position_in
from clearstone.spec.ledger_state import insurance_period
from clearstone.spec.margin import equity
from clearstone.spec.numbers import floor_div


def defaults(step: BlockStep) -> Iterator[tuple[SubStep, int]]:
    """The defaults of a block that were completed, with their deficits."""
    for part in step.ending:
        for event, figures in part.events("defaulted"):
            if event.subject == part.subject:
                yield part, int(figures["deficit"])


@invariant(
    "default-ends-at-zero", of=BlockStep, layer="liquidation", severity="critical", rules=("WATER-3",), incidents=(18,)
)
def a_defaulted_account_ends_at_zero(step: BlockStep) -> Iterator[str]:
    """An account that has defaulted ends with no position, no order, no flag, and exactly nothing owned or owed."""
    for part, _ in defaults(step):
        account = part.after.accounts[part.subject]
        if account.positions or account.orders or account.flagged_at is not None or account.cash != 0:
            yield f"{part.label}: cash {account.cash}, {len(account.positions)} positions, {len(account.orders)} orders"


@invariant(
    "deficit-exact", of=BlockStep, layer="liquidation", severity="critical", rules=("WATER-3",), incidents=(18, 19, 26)
)
def a_deficit_is_assigned_exactly(step: BlockStep) -> Iterator[str]:
    """What the stages of the waterfall pay for a default is its deficit, to the atom: no shortfall and no overshoot."""
    for part, deficit in defaults(step):
        paid = sum(posting.amount for posting in part.receipt.postings if posting.reason in STAGES)
        if paid != deficit or deficit < 0:
            yield f"{part.label}: {paid} was paid for a deficit of {deficit}"


@invariant(
    "waterfall-order",
    of=BlockStep,
    layer="liquidation",
    severity="critical",
    rules=("WATER-2", "NUM-6", "MARGIN-4a"),
    incidents=(3, 19),
)
def the_waterfall_takes_its_stages_in_order(step: BlockStep) -> Iterator[str]:
    """Fund, closed profit, all profit, equity, then what is left: each stage is exhausted before the next one pays."""
    for part, _ in defaults(step):
        paid = [(p.reason, p.source, p.amount) for p in part.receipt.postings if p.reason in STAGES]
        expected = list(expected_charges(part, closing_of(part)))
        if paid != expected:
            odd = next(
                (pair for pair in zip(paid, expected, strict=False) if pair[0] != pair[1]), (len(paid), len(expected))
            )
            yield f"{part.label}: the waterfall took {odd[0]}, not {odd[1]}"


@invariant(
    "nobody-pushed-below-zero",
    of=BlockStep,
    layer="liquidation",
    severity="critical",
    rules=("WATER-3",),
    incidents=(18, 19),
)
def a_default_pushes_nobody_below_zero(step: BlockStep) -> Iterator[str]:
    """Resolving a flagged account brings no other account below zero, nor deeper below."""
    for part in step.ending:
        for account in part.touched if part.subject else ():
            after = account.equity_after
            if account.account_id != part.subject and after < min(0, account.equity_before):
                yield f"{part.label}: {account.account_id} went from {account.equity_before} to {after}"


@invariant(
    "deleveraging", of=BlockStep, layer="liquidation", severity="critical", rules=("WATER-1",), incidents=(3, 18, 19)
)
def positions_close_against_winners_first(step: BlockStep) -> Iterator[str]:
    """A defaulter's lots close at the mark against the other side, those in profit first, by size, and nobody flips."""
    for part in step.ending:
        closed: dict[str, list[tuple[str, int]]] = {}
        for event, figures in part.events("deleveraged"):
            closed.setdefault(str(figures["market"]), []).append((event.subject, int(figures["lots"])))
        cash: list[int] = []
        for market, shares in closed.items():
            position = position_in(part.before.accounts[part.subject], market)
            if position is None or shares != list(expected_shares(part, position)):
                yield f"{part.label}: {market} was closed as {shares}"
            cash += [abs(lots) * part.context.quotes[market].mark for _, lots in shares]
            for other_id, lots in shares:
                before, after = (
                    lots_in(part.before.accounts[other_id], market),
                    lots_in(part.after.accounts[other_id], market),
                )
                if after != before + lots or before * after < 0:
                    yield f"{part.label}: {other_id} went from {before} to {after} lots of {market}"
        moved = [posting.amount for posting in part.receipt.postings if posting.reason == "deleveraging"]
        if moved != cash:
            yield f"{part.label}: closing moved {moved}, at the marks it is {cash}"


def expected_shares(part: SubStep, position: Position) -> Iterator[tuple[str, int]]:
    """WATER-1, NUM-6. (account, signed lots) that close a position, from the accounts as they were."""
    mark = part.context.quotes[position.instrument].mark
    opposite: dict[bool, list[tuple[str, int]]] = {True: [], False: []}
    for other_id, other in part.before.accounts.items():
        held = position_in(other, position.instrument)
        if held is not None and held.lots * position.lots < 0:
            opposite[held.lots * mark > held.cost].append((other_id, abs(held.lots)))
    sign, left = (1 if position.lots > 0 else -1), abs(position.lots)
    for group in (opposite[True], opposite[False]):
        total, before = sum(size for _, size in group), 0
        taken = min(left, total)
        for other_id, size in group if taken else ():
            lots = floor_div(taken * (before + size), total) - floor_div(taken * before, total)
            before += size
            if lots:
                yield other_id, sign * lots
        left -= taken


@invariant("insurance-cap", of=BlockStep, layer="liquidation", severity="high", rules=("WATER-2",), incidents=(2, 3))
def a_market_draws_on_the_fund_up_to_its_cap(step: BlockStep) -> Iterator[str]:
    """In a window the fund's first stage pays no more for a market than its cap, and every draw is counted."""
    for part in step.ending:
        drawn = sum(posting.amount for posting in part.receipt.postings if posting.reason == "insurance")
        if part.subject and (drawn or part.after.markets is not part.before.markets):
            counted = sum(_counted(part))
            if counted != drawn:
                yield f"{part.label}: the fund paid {drawn}, counted are {counted}"
            for market, state in part.after.markets.entries.items():
                cap = part.context.instruments[market].parameters.insurance_cap
                if state.insurance_used > max(cap, part.before.markets[market].insurance_used):
                    yield f"{part.label}: {state.insurance_used} drawn for {market} of {cap}"


def _counted(part: SubStep) -> Iterator[int]:
    pool_id = part.before.accounts[part.subject].pool
    was, pool = part.before.pools[pool_id], part.after.pools[pool_id]
    window = insurance_period(was, part.context.now)
    if pool.unassigned_window == window:
        yield pool.unassigned_used - (was.unassigned_used if was.unassigned_window == window else 0)
    for market, state in part.after.markets.entries.items():
        before = part.before.markets[market]
        if state.insurance_window == window:
            yield state.insurance_used - (before.insurance_used if before.insurance_window == window else 0)


@invariant("no-debt-lingers", of=Snapshot, layer="liquidation", severity="high", rules=("WATER-3",), incidents=(18, 26))
def nothing_stays_owed(snapshot: Snapshot) -> Iterator[str]:
    """A flagged account owes something after a block only while it holds a position that has no price to close at."""
    quotes = snapshot.state.quotes
    for pool_id, pool in snapshot.pools:
        for account_id in pool.flagged:
            account = snapshot.state.ledger.accounts[account_id]
            stuck = any(
                not quotes[p.instrument].fresh or quotes[p.instrument].phase != "trade" for p in account.positions
            )
            if equity(account, quotes) < 0 and not stuck:
                yield f"pool {pool_id}: {account_id} owes {-equity(account, quotes)}"
