"""Risk parameters: part of the state, each with its range, changed only slowly and by attestation (LEDGER-8).

Every parameter is an integer (or a flag) with a range that no change can leave, so that a guard can be loosened but not
removed. A change moves a parameter by at most `MAX_STEP` of its value, takes effect only after a delay, and binds at
the end of a block, after everything that judges accounts: in the block in which it binds no account becomes
liquidatable by it. A protocol without such a delay once listed worthless collateral and let its guards be switched off
in one transaction (incident 30).
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from clearstone.spec.numbers import MAX_ATOMS, MAX_LOTS, PPM, clamp, floor_div
from clearstone.spec.receipts import Rejection

MAX_STEP = 100_000
"""Largest change of a parameter at once, in ppm of its value (at least 1)."""

DAY = 86_400_000
"""A day in ms."""


def _within(low: int, high: int, fixed: bool = False) -> int:
    """LEDGER-8. A field whose value must lie in [low, high], and that no change can touch if it is fixed."""
    value: int = field(metadata={"low": low, "high": high, "fixed": fixed})
    return value


@dataclass(frozen=True, slots=True)
class ProtocolParameters:
    """LEDGER-8. What holds for the whole chain; set at genesis for good."""

    report_staleness: int = _within(1, DAY)
    """How far a report's time may lie from block time, in ms (ORACLE-1)."""
    grace_blocks: int = _within(1, 1_000)
    """Fresh blocks after a thaw until a feed may be relied on (ORACLE-5)."""
    parameter_delay: int = _within(1, 365 * DAY)
    """Time from the acceptance of a parameter change until it may bind, in ms (LEDGER-8)."""
    settlement_slot: int = _within(1, DAY)
    """Length of one settlement sample slot, in ms (OPT-2)."""
    settlement_slots: int = _within(1, 10_000)
    """Slots in the settlement window before expiry (OPT-2)."""
    settlement_minimum: int = _within(1, 10_000)
    """Samples needed to set the settlement price (OPT-2)."""
    settlement_extension: int = _within(0, DAY)
    """How long after expiry the window may extend, in ms; then the last index stands (OPT-2)."""
    max_transactions: int = _within(1, 100_000)
    """Most transactions in a block."""


@dataclass(frozen=True, slots=True)
class PoolParameters:
    """LEDGER-8. What holds for every account and market of one risk pool."""

    insurance_target: int = _within(0, MAX_ATOMS)
    """Fees move to the insurance fund while it is below this, in atoms (LEDGER-9)."""
    insurance_window: int = _within(1, 365 * DAY, fixed=True)
    """Length of the window in which a market's draw on the fund is capped, in ms (WATER-2). Fixed: windows are numbered
    by it, and what was drawn in the running one would be forgotten."""
    unassigned_cap: int = _within(0, MAX_ATOMS)
    """Most that the fund pays in a window for deficits of accounts that hold no position, in atoms (WATER-2)."""
    liquidation_horizon: int = _within(1, 30 * DAY, fixed=True)
    """Realised profit is locked for at least this long, in ms (MARGIN-4a). Fixed: horizons are numbered by it, and all
    locked profit would be free at once."""
    liquidation_buffer: int = _within(0, PPM)
    """How far above maintenance a liquidation restores an account, in ppm of the requirement (LIQ-3)."""
    discount_start: int = _within(0, PPM // 10)
    """Liquidator's discount when an account is flagged, in ppm of the mark (LIQ-2)."""
    discount_limit: int = _within(0, PPM // 2)
    """Largest discount, in ppm of the mark (LIQ-2)."""
    discount_ramp: int = _within(1, DAY)
    """Time in which the discount rises from start to limit, in ms (LIQ-2)."""
    penalty: int = _within(0, PPM // 10)
    """Liquidation penalty to the insurance fund, in ppm of the mark (LIQ-4)."""
    max_orders: int = _within(1, 256)
    """Most open orders of an account."""


@dataclass(frozen=True, slots=True)
class MarketParameters:
    """LEDGER-8. What perpetuals and options have in common."""

    taker_fee: int = _within(0, PPM // 10)
    """Taker's fee, in ppm of the notional, ceiled (BOOK-7)."""
    maker_fee: int = _within(-PPM // 10, PPM // 10)
    """Maker's fee, in ppm of the notional; a rebate if negative, at most the taker's fee (BOOK-7)."""
    collar: int = _within(1, PPM)
    """How far from the mark an order's price may lie, in ppm of the index (BOOK-3)."""
    max_open_interest: int = _within(0, MAX_LOTS)
    """Open interest that fills may not raise further, in lots."""
    insurance_cap: int = _within(0, MAX_ATOMS)
    """Most that the insurance fund pays for this market in a window, in atoms (WATER-2)."""


@dataclass(frozen=True, slots=True)
class PerpetualParameters(MarketParameters):
    """LEDGER-8. Of one perpetual."""

    initial_fraction: int = _within(1, PPM)
    """Initial margin at low open interest, in ppm of the notional (MARGIN-1)."""
    initial_fraction_limit: int = _within(1, PPM)
    """Initial margin at high open interest, in ppm; at least `initial_fraction` (MARGIN-5)."""
    open_interest_low: int = _within(0, MAX_LOTS)
    """Open interest up to which `initial_fraction` holds, in lots (MARGIN-5)."""
    open_interest_high: int = _within(1, MAX_LOTS)
    """Open interest from which `initial_fraction_limit` holds, in lots; above `open_interest_low` (MARGIN-5)."""
    maintenance_fraction: int = _within(1, PPM)
    """Maintenance margin, in ppm of the notional; below `initial_fraction` (MARGIN-1)."""
    profit_cap: int = _within(0, MAX_ATOMS)
    """Unrealised profit that counts towards initial margin, in atoms (MARGIN-4)."""
    funding_interval: int = _within(1, DAY)
    """Time over which one funding rate is paid, in ms (PERP-1)."""
    funding_limit: int = _within(0, PPM // 10)
    """Largest |funding rate| per interval, in ppm (PERP-1)."""
    interest: int = _within(-PPM // 100, PPM // 100)
    """Interest part of the funding rate per interval, in ppm (PERP-3)."""
    impact_lots: int = _within(1, MAX_LOTS)
    """Size at which the book's mid is taken, in lots (PERP-3)."""


@dataclass(frozen=True, slots=True)
class OptionParameters(MarketParameters):
    """LEDGER-8. Of one option series; all series of an expiry should agree."""

    initial_fraction: int = _within(1, PPM)
    """Initial margin of a short before the out-of-the-money relief, in ppm of the index (MARGIN-2); 15 %."""
    initial_floor: int = _within(1, PPM)
    """Least initial margin of a short, in ppm of the index (MARGIN-2); 10 %."""
    maintenance_fraction: int = _within(1, PPM)
    """Maintenance margin of a short, in ppm; at most `initial_floor` (MARGIN-2); 7.5 %."""
    put_ratio: int = _within(PPM, 2 * PPM)
    """Initial over maintenance margin of a short put, at least, in ppm (MARGIN-2); 105 %."""


P = TypeVar("P", bound=ProtocolParameters | PoolParameters | PerpetualParameters | OptionParameters)


def check_parameters(parameters: P) -> Rejection | None:
    """LEDGER-8. Whether every parameter is in its range (LEDGER-8), and then whether they agree with each other."""
    for item in fields(parameters):
        if not item.metadata["low"] <= getattr(parameters, item.name) <= item.metadata["high"]:
            return Rejection("LEDGER-8", f"{item.name} is out of its range")
    return _check_relations(parameters)


def _check_relations(parameters: P) -> Rejection | None:
    """LEDGER-8. What must hold between parameters, whichever of them changed last; refused by the rule it serves.

    The chain's: settlement_minimum ≤ settlement_slots (OPT-2). A pool's: discount_start ≤ discount_limit (LIQ-2). A
    market's, in this order: −maker_fee ≤ taker_fee (BOOK-7); of an option maintenance_fraction ≤ initial_floor ≤
    initial_fraction (MARGIN-2); of a perpetual maintenance_fraction < initial_fraction ≤ initial_fraction_limit
    (MARGIN-1), open_interest_low < open_interest_high (MARGIN-5).
    """
    if isinstance(parameters, ProtocolParameters):
        if parameters.settlement_minimum > parameters.settlement_slots:
            return Rejection("OPT-2", "more settlement samples are needed than there are slots")
        return None
    if isinstance(parameters, PoolParameters):
        if parameters.discount_start > parameters.discount_limit:
            return Rejection("LIQ-2", "the discount starts above its limit")
        return None
    if parameters.maker_fee + parameters.taker_fee < 0:
        return Rejection("BOOK-7", "the maker's rebate exceeds the taker's fee")
    if isinstance(parameters, OptionParameters):
        if not parameters.maintenance_fraction <= parameters.initial_floor <= parameters.initial_fraction:
            return Rejection("MARGIN-2", "option margin fractions are out of order")
        return None
    if not parameters.maintenance_fraction < parameters.initial_fraction <= parameters.initial_fraction_limit:
        return Rejection("MARGIN-1", "margin fractions are out of order")
    if parameters.open_interest_low >= parameters.open_interest_high:
        return Rejection("MARGIN-5", "open-interest caps are out of order")
    return None


def change_parameter(parameters: P, name: str, value: int) -> P | Rejection:
    """LEDGER-8. The parameters with one of them changed, if it exists, is not fixed, and the result is in range.

    The step is at most floor(|value| · MAX_STEP), at least 1, and is bounded when the change binds, against the value
    of that moment: two changes of the same parameter that wait at the same time must not add up to a jump.
    """
    if name not in {item.name for item in fields(parameters) if not item.metadata["fixed"]}:
        return Rejection("LEDGER-8", "no parameter of that name that could change")
    current = getattr(parameters, name)
    step = max(1, floor_div(abs(current) * MAX_STEP, PPM))
    values: dict[str, Any] = {item.name: getattr(parameters, item.name) for item in fields(parameters)}
    values[name] = clamp(value, current - step, current + step)
    changed = type(parameters)(**values)
    rejection = check_parameters(changed)
    return rejection if rejection is not None else changed
