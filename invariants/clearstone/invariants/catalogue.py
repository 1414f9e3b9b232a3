"""All invariants: importing this module fills the registry, in the order in which reports list them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from clearstone.invariants import (
    agreement,
    conservation,
    defaults_resolved,
    execution,
    expiries,
    funding_flow,
    health,
    liquidations,
    margins,
    oracles,
    order_books,
    parameter_changes,
    trading,
    uniqueness,
    voting,
    zero_sum,
)
from clearstone.invariants.registry import REGISTRY, Invariant

SUBJECTS = (
    conservation,
    zero_sum,
    uniqueness,
    execution,
    health,
    margins,
    liquidations,
    defaults_resolved,
    trading,
    order_books,
    funding_flow,
    expiries,
    oracles,
    parameter_changes,
    agreement,
    voting,
)
"""The modules that state invariants, in the order of reports."""


def _ordered() -> dict[str, Invariant]:
    places = {subject.__name__: place for place, subject in enumerate(SUBJECTS)}
    return dict(sorted(REGISTRY.items(), key=lambda item: places[item[1].findings.__module__]))


INVARIANTS: Mapping[str, Invariant] = MappingProxyType(_ordered())
"""Every invariant by its id."""
