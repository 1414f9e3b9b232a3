"""A trace of the exchange, for people and for trace viewers: figures in atoms, lots and ticks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from clearstone.models.exchange_instances.system import ExchangeState, Happened
from clearstone.models.exploration.search import Violation
from clearstone.models.itf import ItfState, ItfTrace, Record
from clearstone.spec.accounts import Account

VARIABLES = ("happened", "time", "index", "accounts", "pool")
"""What a state shows."""


def step_text(happened: Happened) -> str:
    """One step in a line."""
    return happened.name + (f" (refused by {happened.refused})" if happened.refused else "")


def itf_trace(
    violation: Violation[ExchangeState, Happened], names: Mapping[str, str], findings: Sequence[str], source: str
) -> ItfTrace:
    """A violation as a trace; `names` are the people's accounts, by person."""
    owners = {account: name for name, account in names.items()}
    states = [shown(violation.start, Happened("the start", ""), owners)]
    states += [shown(step.after, step.label, owners) for step in violation.steps]
    return ItfTrace(VARIABLES, states, meta={"source": source, "description": "; ".join(findings)})


def shown(at: ExchangeState, happened: Happened, owners: Mapping[str, str]) -> ItfState:
    """One state of a trace."""
    state = at.state
    pool = state.ledger.pools["main"]
    values = {
        "happened": Record(text=happened.name, refused=happened.refused),
        "time": state.time,
        "index": {feed: entry.index for feed, entry in state.feeds.items()},
        "accounts": {owners.get(name, name): account_shown(each) for name, each in state.ledger.accounts.items()},
        "pool": Record(vault=pool.vault, insurance=pool.insurance, fees=pool.fees),
    }
    return ItfState(values, {"action": happened.name, "rule": happened.refused})


def owned(at: ExchangeState, names: Mapping[str, str]) -> dict[str, object]:
    """The records of a state, to be compared with those of another; accounts by their owner."""
    owners = {account: name for name, account in names.items()}
    ledger = at.state.ledger
    return {
        "height": at.state.height,
        "time": at.state.time,
        "feeds": dict(at.state.feeds.items()),
        "accounts": {owners.get(name, name): each for name, each in ledger.accounts.items()},
        "pools": dict(ledger.pools.items()),
    }


def account_shown(account: Account) -> Record:
    """An account."""
    return Record(
        cash=account.cash,
        positions={position.instrument: position.lots for position in account.positions},
        orders=[
            Record(market=order.market, buy=order.buy, lots=order.lots, price=order.price) for order in account.orders
        ],
        flagged=account.flagged_at is not None,
    )
