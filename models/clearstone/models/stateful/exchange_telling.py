"""Telling a program of the exchange: names for people, the spec's own records for what changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

from clearstone.models.stateful.exchange_program import Act, Step
from clearstone.models.stateful.exchange_run import ExchangeRun, Taken
from clearstone.models.stateful.exchange_world import NAMES
from clearstone.models.stateful.telling import Moment, rules_of, unique
from clearstone.spec.receipts import Receipt
from clearstone.spec.state import State
from clearstone.spec.transactions import Place

RULES_OF_EVENTS = {
    "liquidated": "LIQ-2 to LIQ-4",
    "defaulted": "WATER-1",
    "deleveraged": "WATER-1",
    "absorbed": "WATER-2",
    "bound": "LEDGER-8",
}
"""The rules behind what a block does by itself, by kind of event."""


def moments(run: ExchangeRun) -> Iterator[Moment]:
    """The beginning of a run, and each of its steps."""
    yield Moment(f"the world {run.world}", ("LEDGER-8",), (), shown_state(run.first))
    before = run.first
    for taken in run.taken:
        before = before if taken.applied is None else taken.applied.after
        rules, outcomes = _rules(taken), tuple(_outcomes(taken))
        yield Moment(told_step(taken.step), rules, outcomes, shown_state(before), taken.violations)


def shown_state(state: State) -> Mapping[str, Any]:
    """A state as it is shown: accounts by name, prices without who reported them."""
    ledger = state.ledger
    return {
        "height": state.height,
        "time": state.time,
        "accounts": {NAMES.get(account_id, account_id): account for account_id, account in ledger.accounts.items()},
        "pools": {name: replace(pool, flagged=named(pool.flagged)) for name, pool in ledger.pools.items()},
        "markets": dict(ledger.markets.items()),
        "feeds": {name: replace(feed, reports=()) for name, feed in state.feeds.items()},
        "funding": dict(state.funding.items()),
        "expiries": dict(state.expiries.items()),
        "withdrawals": {f"withdrawal {number}": each for number, (_, each) in enumerate(ledger.withdrawals.items(), 1)},
        "deposits": {f"deposit {number}": each for number, (_, each) in enumerate(ledger.deposits.items(), 1)},
        "changes": dict(ledger.changes.items()),
        "instruments": {name: instrument.parameters for name, instrument in state.instruments.items()},
    }


def named(ids: tuple[str, ...]) -> tuple[str, ...]:
    """The names of accounts."""
    return tuple(NAMES.get(account_id, account_id) for account_id in ids)


def told_step(step: Step) -> str:
    """A step in a line."""
    parts = [told_act(act) for act in step.acts]
    parts += [f"{feed} is reported at {price:,}" for feed, price in step.prices]
    parts += [f"the liar reports {feed} at {price:,}" for feed, price in step.lies]
    if step.silent:
        parts.append(f"validators {', '.join(map(str, step.silent))} report nothing")
    if step.restarts:
        parts.append("the client restarts")
    return f"{'; '.join(parts) or 'nothing happens'}, {step.elapsed / 1000:g} s later"


def told_act(act: Act) -> str:
    """What somebody sends, in a line."""
    who = act.who or f"validators {', '.join(map(str, act.signers))}"
    action = act.action
    if isinstance(action, Place):
        price = "the market's price" if action.price is None else f"{action.price:,}"
        reducing = ", reduce-only" if action.reduce_only else ""
        return f"{who}: {action.side} {action.lots:,} {action.market} at {price} ({action.time_in_force}{reducing})"
    values = ((item.name, getattr(action, item.name)) for item in fields(action))
    told = ", ".join(f"{name} {_told(value)}" for name, value in values)
    again = "" if act.nonce is None else f", nonce {act.nonce}"
    late = "" if act.lifetime > 0 else ", too late"
    return f"{who}: {type(action).__name__} {told}{again}{late}"


def _told(value: int | str | bytes) -> str:
    if isinstance(value, bytes):
        number = int.from_bytes(value, "big")
        return str(number) if number < 1 << 32 else value.hex()[:8]
    return f"{value:,}" if isinstance(value, int) else value


def _receipts(taken: Taken) -> tuple[Receipt, ...]:
    return () if taken.applied is None else (*taken.applied.receipt.transactions, *taken.applied.receipt.steps)


def _rules(taken: Taken) -> tuple[str, ...]:
    step, rules = taken.step, list[str]()
    if step.restarts:
        rules.append("ENC-1")
    if step.prices or step.lies:
        rules += ["ORACLE-3", "ORACLE-4"]
    if step.silent:
        rules.append("ORACLE-2")
    for act, receipt in zip(step.acts, _receipts(taken), strict=False):
        rules.append(rules_of(type(act.action)) if receipt.rejection is None else receipt.rejection.rule)
    for receipt in _receipts(taken):
        rules += [RULES_OF_EVENTS.get(event.kind, "") for event in receipt.events]
    return unique(rules or ["ORACLE-6", "PERP-1"])


def _outcomes(taken: Taken) -> Iterator[str]:
    for act, receipt in zip(taken.step.acts, _receipts(taken), strict=False):
        if receipt.rejection is not None:
            yield f"{act.who or 'the validators'}: refused by {receipt.rejection.rule}, {receipt.rejection.reason}"
    for receipt in _receipts(taken):
        for event in receipt.events:
            details = ", ".join(f"{name} {_told_detail(value)}" for name, value in event.details)
            yield f"{event.kind} {NAMES.get(event.subject, event.subject)}{': ' if details else ''}{details}"


def _told_detail(value: int | str) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    kind, _, name = value.rpartition("/")
    return f"{kind}/{NAMES[name]}" if kind and name in NAMES else NAMES.get(value, value)
