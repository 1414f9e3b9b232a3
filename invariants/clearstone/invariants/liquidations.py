"""Liquidation: only who is below maintenance, only as much as restores him, never to his harm (LIQ-1 to LIQ-5)."""

from __future__ import annotations

from collections.abc import Iterator

from clearstone.invariants.block_step import BlockStep, SubStep, Touched
from clearstone.invariants.registry import invariant
from clearstone.invariants.snapshot import Snapshot
from clearstone.spec.accounts import lots_in
from clearstone.spec.funding import settled_account
from clearstone.spec.instruments import Perpetual
from clearstone.spec.ledger_state import horizon_period
from clearstone.spec.margin import buffered, health_equity, maintenance_requirement
from clearstone.spec.numbers import PPM
from clearstone.spec.takeover import SIXTEENTHS, expiry_legs, part_of, take
from clearstone.spec.transactions import Liquidate


def liquidations(step: BlockStep) -> Iterator[tuple[SubStep, Liquidate, Touched]]:
    """The accepted liquidations with their targets."""
    for part in step.transactions:
        if isinstance(part.action, Liquidate):
            for account in part.touched:
                if account.account_id == part.action.account:
                    yield part, part.action, account


@invariant(
    "liquidatable-strictly", of=BlockStep, layer="liquidation", severity="critical", rules=("LIQ-1",), incidents=(3, 15)
)
def only_accounts_below_maintenance_are_liquidated(step: BlockStep) -> Iterator[str]:
    """Only an account strictly below maintenance is flagged, its orders cancelled, and taken over at fresh prices."""
    for part, action, target in liquidations(step):
        held = health_equity(target.before, part.context.quotes)
        required = maintenance_requirement(target.before, part.context.quotes)
        if held >= required:
            yield f"{part.label}: {target.account_id} had {held}, maintenance is {required}"
        if any(part.events("liquidated")) and not part.context.quotes[action.market].fresh:
            yield f"{part.label}: the price of {action.market} is frozen"
        if target.after.orders:
            yield f"{part.label}: {target.account_id} still has open orders"


@invariant(
    "liquidation-improves", of=BlockStep, layer="liquidation", severity="critical", rules=("LIQ-4",), incidents=(4, 15)
)
def a_liquidation_improves_its_target(step: BlockStep) -> Iterator[str]:
    """A takeover lowers R, charges at most floor(E · (R − R′) / R), and never lowers E/R while E is positive."""
    for part, _, target in liquidations(step):
        for _, figures in part.events("liquidated"):
            quotes = part.context.quotes
            held, required = health_equity(target.before, quotes), maintenance_requirement(target.before, quotes)
            left, requires = health_equity(target.after, quotes), maintenance_requirement(target.after, quotes)
            charges = int(figures["discount"]) + int(figures["penalty"])
            if requires >= required:
                yield f"{part.label}: the requirement went from {required} to {requires}"
            if held - left != charges or min(int(figures["discount"]), int(figures["penalty"])) < 0:
                yield f"{part.label}: charged {charges}, equity fell from {held} to {left}"
            if charges > max(0, held * (required - requires) // max(1, required)):
                yield f"{part.label}: charged {charges} of {held} for {required - requires} of {required}"
            if held > 0 and left * required < held * requires:
                yield f"{part.label}: equity over requirement fell from {held}/{required} to {left}/{requires}"


@invariant(
    "liquidation-bounded",
    of=BlockStep,
    layer="liquidation",
    severity="high",
    rules=("LIQ-2", "LIQ-3"),
    incidents=(14, 18),
)
def a_liquidation_takes_no_more_than_needed(step: BlockStep) -> Iterator[str]:
    """A takeover shrinks positions, flips none, stops where the buffer is restored, at the discount of the clock.

    The discount rises from where it starts to its limit, so there is no bid at nothing (incident 14).
    """
    for part, action, target in liquidations(step):
        for _, figures in part.events("liquidated"):
            yield from (f"{part.label}: {finding}" for finding in _sizes(part, action, target, figures))
            yield from (f"{part.label}: {finding}" for finding in _charges(part, target, figures))


def _sizes(part: SubStep, action: Liquidate, target: Touched, figures: dict[str, int | str]) -> Iterator[str]:
    context, parameters = part.context, part.before.pools[target.before.pool].parameters
    for position in target.before.positions:
        left, taken = lots_in(target.after, position.instrument), int(figures.get(position.instrument, 0))
        if not (0 <= left <= position.lots or position.lots <= left <= 0) or position.lots - left != taken:
            yield f"{position.lots} lots of {position.instrument} became {left}, {taken} were taken"
    quote = context.quotes[action.market]
    if isinstance(quote.instrument, Perpetual):
        lots = int(figures.get(action.market, 0))
        sign = 1 if lots > 0 else -1
        if abs(lots) > action.lots:
            yield f"{lots} lots were taken, {action.lots} asked for"
        fewer = tuple(
            (position, lots - sign)
            for position in target.before.positions
            if position.instrument == action.market and abs(lots) > 1
        )
        short = abs(lots) < min(action.lots, abs(lots_in(target.before, action.market)))
    else:
        legs = expiry_legs(target.before, context, quote)
        parts = [n for n in range(1, 17) if all(figures.get(leg.instrument) == lots for leg, lots in part_of(legs, n))]
        if not parts or parts[0] > action.lots:
            yield f"sixteenths {parts} were taken, {action.lots} asked for"
        fewer = part_of(legs, parts[0] - 1) if parts and parts[0] > 1 else ()
        short = bool(parts) and parts[-1] < min(action.lots, SIXTEENTHS)
    if short and not buffered(target.after, context.quotes, parameters.liquidation_buffer):
        yield "fewer were taken than asked for, and the buffer is not restored"
    if fewer:
        less = take(target.before, context, parameters, fewer).target
        if buffered(less, context.quotes, parameters.liquidation_buffer):
            yield "a smaller part would have restored the buffer"


def _charges(part: SubStep, target: Touched, figures: dict[str, int | str]) -> Iterator[str]:
    parameters = part.before.pools[target.before.pool].parameters
    since = part.context.now if target.raw.flagged_at is None else target.raw.flagged_at
    elapsed = min(part.context.now - since, parameters.discount_ramp)
    rise = (parameters.discount_limit - parameters.discount_start) * elapsed // parameters.discount_ramp
    discount = penalty = 0
    for market in figures.keys() & part.context.instruments.entries:
        lots, mark = abs(int(figures[market])), part.context.quotes[market].mark
        discount += lots * (mark * (parameters.discount_start + rise) // PPM)
        penalty += lots * -(-mark * parameters.penalty // PPM)
    if int(figures["discount"]) > discount or int(figures["penalty"]) > penalty:
        yield f"discount {figures['discount']} of {discount}, penalty {figures['penalty']} of {penalty}"


@invariant(
    "liquidation-open", of=BlockStep, layer="liquidation", severity="high", rules=("LIQ-1", "LIQ-5"), incidents=(22,)
)
def nobody_can_block_a_liquidation(step: BlockStep) -> Iterator[str]:
    """A liquidation is refused as not due only if the target's own equity covers its own requirement.

    Nothing that a third party can write takes part in the answer. Nor is it refused as no use where fewer lots always
    need less: of an expiry they may need more, as a leg hedges others, of a perpetual never.
    """
    for part in step.transactions:
        rejection = part.receipt.rejection
        if part.transaction and rejection is not None and rejection.rule in ("LIQ-1", "LIQ-4", "ORACLE-5"):
            action = part.transaction.body.action
            if isinstance(action, Liquidate):
                account = part.before.accounts[action.account]
                period = horizon_period(part.before.pools[account.pool], part.context.now)
                target, _ = settled_account(account, part.context.quotes, period)
                held = health_equity(target, part.context.quotes)
                required = maintenance_requirement(target, part.context.quotes)
                if rejection.rule == "LIQ-1" and held < required:
                    yield f"{part.label}: {action.account} has {held} of {required} and was not due"
                quote = part.context.quotes[action.market]
                if rejection.rule == "ORACLE-5" and quote.fresh:
                    yield f"{part.label}: {action.market} is not frozen"
                if rejection.rule == "LIQ-4" and isinstance(quote.instrument, Perpetual) and required > 0:
                    yield f"{part.label}: fewer lots of {action.market} lower the {required} of {action.account}"


@invariant("flags", of=Snapshot, layer="liquidation", severity="high", rules=("LIQ-1",), incidents=(24,))
def a_pool_lists_its_flagged_accounts(snapshot: Snapshot) -> Iterator[str]:
    """Each pool lists exactly its flagged accounts, ascending, each flagged no later than now."""
    for pool_id, pool in snapshot.pools:
        expected = tuple(sorted(snapshot.totals.flagged[pool_id]))
        if pool.flagged != expected:
            yield f"pool {pool_id}: lists {pool.flagged}, flagged are {expected}"
        for account_id in expected:
            flagged_at = snapshot.state.ledger.accounts[account_id].flagged_at
            if flagged_at is not None and flagged_at > snapshot.state.time:
                yield f"{account_id}: flagged at {flagged_at}, it is {snapshot.state.time}"


@invariant("flag-persists", of=BlockStep, layer="liquidation", severity="high", rules=("LIQ-1",), incidents=(14, 24))
def a_flag_stands_until_the_account_is_buffered(step: BlockStep) -> Iterator[str]:
    """A flag is set by a liquidation, keeps its time, and goes only with the buffer restored or the default done."""
    for part in step.trail:
        for account in part.touched:
            was, becomes = account.raw.flagged_at, account.after.flagged_at
            if was == becomes:
                continue
            if was is not None and becomes is not None:
                yield f"{part.label}: the flag of {account.account_id} moved from {was} to {becomes}"
            elif was is None and not (isinstance(part.action, Liquidate) and becomes == part.context.now):
                yield f"{part.label}: {account.account_id} was flagged at {becomes}"
            elif becomes is None and not _free_of_its_flag(part, account):
                yield f"{part.label}: {account.account_id} lost its flag below the buffer"


def _free_of_its_flag(part: SubStep, account: Touched) -> bool:
    buffer = part.before.pools[account.raw.pool].parameters.liquidation_buffer
    defaulted = any(event.subject == account.account_id for event, _ in part.events("defaulted"))
    return defaulted or buffered(account.after, part.context.quotes, buffer)
