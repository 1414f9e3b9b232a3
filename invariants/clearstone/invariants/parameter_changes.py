"""Parameters: attested, delayed, bounded, within ranges, and nothing else about an instrument changes (LEDGER-8)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from clearstone.invariants.block_step import BlockStep
from clearstone.invariants.registry import invariant
from clearstone.spec.instruments import Instrument
from clearstone.spec.parameters import check_parameters
from clearstone.spec.transactions import ChangeParameter


def changed_parameters(step: BlockStep) -> Iterator[tuple[str, Any, Any]]:
    """(scope, before, after) of every pool and market whose parameters are not what they were."""
    for pool_id, pool in step.after.ledger.pools.entries.items():
        was = step.before.ledger.pools[pool_id].parameters
        if pool.parameters is not was and pool.parameters != was:
            yield f"pool/{pool_id}", was, pool.parameters
    for market, instrument in step.after.instruments.entries.items():
        before = step.before.instruments[market].parameters
        if instrument.parameters is not before and instrument.parameters != before:
            yield f"market/{market}", before, instrument.parameters


@invariant(
    "parameters-bounded", of=BlockStep, layer="ledger", severity="critical", rules=("LEDGER-8",), incidents=(13, 30)
)
def parameters_change_slowly_and_with_notice(step: BlockStep) -> Iterator[str]:
    """A parameter changes only by changes scheduled before and due now, by a bounded step each, within its range."""
    due = [change for _, change in step.before.ledger.changes.items() if change.binds_at <= step.after.time]
    for scope, before, after in changed_parameters(step):
        if check_parameters(after) is not None:
            yield f"{scope}: parameters are out of their ranges"
        for item in fields(after):
            was, becomes = getattr(before, item.name), getattr(after, item.name)
            notices = sum((change.scope, change.name) == (scope, item.name) for change in due)
            low = high = was
            for _ in range(notices):
                low, high = low - _step(low), high + _step(high)
            if not low <= becomes <= high:
                yield f"{scope}: {item.name} went from {was} to {becomes} by {notices} changes that were due"


def _step(value: int) -> int:
    return max(1, abs(value) // 10)


@invariant(
    "parameters-delayed", of=BlockStep, layer="ledger", severity="critical", rules=("LEDGER-8",), incidents=(30,)
)
def a_change_waits_for_its_delay(step: BlockStep) -> Iterator[str]:
    """A parameter change is accepted under the next number, and waits its whole delay as it was attested."""
    binds_at = step.context.now + step.before.parameters.parameter_delay
    for part in step.transactions:
        written = part.after.changes.keys_written(part.before.changes)
        action = part.action if isinstance(part.action, ChangeParameter) else None
        if action is None:
            if written or part.after.last_change != part.before.last_change:
                yield f"{part.label}: wrote the changes {written}"
            continue
        change = part.after.changes.get(written[0]) if written else None
        said = (action.scope, action.name, action.value, binds_at)
        if change is None or (change.scope, change.name, change.value, change.binds_at) != said:
            yield f"{part.label}: scheduled {change}"
        if not part.before.last_change + 1 == part.after.last_change == action.number:
            yield f"{part.label}: number {action.number} after {part.before.last_change}"
    waiting = [key for key, change in step.after.ledger.changes.items() if change.binds_at <= step.context.now]
    if waiting and not step.refused:
        yield f"the changes {waiting} are due and still wait"


@invariant(
    "no-surprise-liquidation", of=BlockStep, layer="margin", severity="high", rules=("LEDGER-8",), incidents=(13, 30)
)
def a_change_binds_after_accounts_are_judged(step: BlockStep) -> Iterator[str]:
    """The quotes by which a block judges accounts are those that it began with: no change of its own is in them."""
    for market, quote in step.after.quotes.items():
        began = step.begun.quotes[market]
        if quote != began:
            yield f"{market}: quoted {quote.maintenance} maintenance, the block began with {began.maintenance}"


@invariant(
    "definitions-fixed",
    of=BlockStep,
    layer="ledger",
    severity="critical",
    rules=("LEDGER-8", "NUM-2"),
    incidents=(13, 30),
)
def what_genesis_defined_stays(step: BlockStep) -> Iterator[str]:
    """Chain, version, validators, protocol parameters and instruments' definitions stay as genesis set them."""
    for name in ("chain", "version", "validators", "parameters"):
        if getattr(step.after, name) != getattr(step.before, name):
            yield f"{name} changed"
    before, after = step.before.instruments.entries, step.after.instruments.entries
    if len(before) != len(after):
        yield f"{len(before)} instruments became {len(after)}"
    for market, instrument in after.items():
        was = before[market]
        if instrument is not was and _definition(instrument) != _definition(was):
            yield f"{market}: its definition changed"


def _definition(instrument: Instrument) -> list[object]:
    return [type(instrument)] + [getattr(instrument, f.name) for f in fields(instrument) if f.name != "parameters"]
