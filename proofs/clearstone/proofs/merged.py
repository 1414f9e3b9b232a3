"""Which functions of the specification are merged: pure helpers whose paths part and have nothing to say apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clearstone.spec.accounts import locked_buckets, realise
from clearstone.spec.margin import equity, health_equity, healthy_after, initial_health, maintenance_requirement
from clearstone.spec.numbers import clamp

MERGED: tuple[Callable[..., Any], ...] = (
    realise,
    locked_buckets,
    clamp,
    equity,
    health_equity,
    initial_health,
    maintenance_requirement,
    healthy_after,
)
"""Functions that return integers and truth values only, in the same shape on all paths."""
