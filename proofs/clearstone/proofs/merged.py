"""Which functions of the specification are merged: pure helpers whose paths part and have nothing to say apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clearstone.spec.accounts import locked_buckets, realise, trade_position
from clearstone.spec.margin import equity, health_equity, initial_health, maintenance_requirement
from clearstone.spec.numbers import clamp
from clearstone.spec.trades import fees, open_interest_after, within_bounds

MERGED: tuple[Callable[..., Any], ...] = (
    realise,
    locked_buckets,
    clamp,
    trade_position,
    fees,
    open_interest_after,
    within_bounds,
    equity,
    health_equity,
    initial_health,
    maintenance_requirement,
)
"""Functions that return integers and truth values only, in the same shape on all paths."""
