"""Changing parameters: attested, delayed, bounded, and binding where nothing is judged by it any more (LEDGER-8).

Approvals pre-signed for a durable nonce, no delay, and guards that could be switched off cost $285 M (incident 30).
Here a change carries its number, so an old approval is void; it waits; its step is bounded when it is accepted and
again when it binds; and every parameter has a range that it cannot leave.
"""

from __future__ import annotations

from dataclasses import replace

from clearstone.spec.instruments import Instrument, Perpetual
from clearstone.spec.ledger_state import Context, Ledger, Pool, ScheduledChange
from clearstone.spec.parameters import MAX_STEP, OptionParameters, PerpetualParameters, PoolParameters, change_parameter
from clearstone.spec.receipts import Event, Receipt, Rejection
from clearstone.spec.tables import Table
from clearstone.spec.transactions import ChangeParameter


def schedule_change(ledger: Ledger, context: Context, action: ChangeParameter) -> tuple[Ledger, Receipt]:
    """LEDGER-8. Accept a parameter change to bind after the delay.

    Refused by LEDGER-8: not the next number, no such scope or parameter, too large a step, or a value that the
    parameter's range or the other parameters exclude.
    """
    if action.number != ledger.last_change + 1:
        return ledger, Receipt(Rejection("LEDGER-8", "the change is not the next one"))
    parameters = scoped_parameters(ledger, context.instruments, action.scope)
    if parameters is None:
        return ledger, Receipt(Rejection("LEDGER-8", "no such pool or market"))
    changed = change_parameter(parameters, action.name, action.value)
    if isinstance(changed, Rejection):
        return ledger, Receipt(changed)
    if getattr(changed, action.name) != action.value:
        return ledger, Receipt(Rejection("LEDGER-8", f"the step exceeds {MAX_STEP} ppm of the value"))
    scheduled = ScheduledChange(
        action.scope, action.name, action.value, context.now + context.parameters.parameter_delay
    )
    changes = ledger.changes.set(change_key(action.number), scheduled)
    event = Event("scheduled", action.scope, ((action.name, action.value), ("binds-at", scheduled.binds_at)))
    return replace(ledger, changes=changes, last_change=action.number), Receipt(None, (), (event,))


def change_key(number: int) -> str:
    """LEDGER-8. The key of a scheduled change: its number, padded to 20 digits so that keys ascend as numbers do."""
    return f"{number:020d}"


def scoped_parameters(
    ledger: Ledger, instruments: Table[Instrument], scope: str
) -> PoolParameters | PerpetualParameters | OptionParameters | None:
    """LEDGER-8. The parameters of `pool/ID` or `market/ID`, or None."""
    kind, _, name = scope.partition("/")
    pool: Pool | None = ledger.pools.get(name) if kind == "pool" else None
    instrument: Instrument | None = instruments.get(name) if kind == "market" else None
    if pool is not None:
        return pool.parameters
    return None if instrument is None else instrument.parameters


def bind_changes(
    ledger: Ledger, instruments: Table[Instrument], now: int
) -> tuple[Ledger, Table[Instrument], tuple[Receipt, ...]]:
    """LEDGER-8. At the end of a block, the changes whose delay is over take effect, in ascending number.

    Its step is bounded again against the value of the moment, and a change that the other parameters have come to
    exclude is dropped with its reason.
    """
    receipts: list[Receipt] = []
    for key, change in ledger.changes.items():
        if change.binds_at <= now:
            ledger, instruments, receipt = bind_change(ledger, instruments, key, change)
            receipts.append(receipt)
    return ledger, instruments, tuple(receipts)


def bind_change(
    ledger: Ledger, instruments: Table[Instrument], key: str, change: ScheduledChange
) -> tuple[Ledger, Table[Instrument], Receipt]:
    """LEDGER-8. One change takes effect: the step of the loop."""
    ledger = replace(ledger, changes=ledger.changes.remove(key))
    kind, _, name = change.scope.partition("/")
    if kind == "pool":
        pool = ledger.pools[name]
        changed = change_parameter(pool.parameters, change.name, change.value)
        if isinstance(changed, Rejection):
            return ledger, instruments, Receipt(changed)
        ledger = replace(ledger, pools=ledger.pools.set(name, replace(pool, parameters=changed)))
        value = getattr(changed, change.name)
    else:
        bound = _with_parameter(instruments[name], change)
        if isinstance(bound, Rejection):
            return ledger, instruments, Receipt(bound)
        instruments = instruments.set(name, bound)
        value = getattr(bound.parameters, change.name)
    return ledger, instruments, Receipt(None, (), (Event("bound", change.scope, ((change.name, value),)),))


def _with_parameter(instrument: Instrument, change: ScheduledChange) -> Instrument | Rejection:
    """LEDGER-8. An instrument with one parameter changed, or why not."""
    if isinstance(instrument, Perpetual):
        perpetual = change_parameter(instrument.parameters, change.name, change.value)
        return perpetual if isinstance(perpetual, Rejection) else replace(instrument, parameters=perpetual)
    series = change_parameter(instrument.parameters, change.name, change.value)
    return series if isinstance(series, Rejection) else replace(instrument, parameters=series)
