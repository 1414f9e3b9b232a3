"""What a client can be asked: every operation by name (`operation` says what one is)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from clearstone.conformance.operations import (
    account_operations,
    arithmetic_operations,
    consensus_operations,
    encoding_operations,
    ledger_operations,
    market_operations,
    oracle_operations,
    signature_operations,
)
from clearstone.conformance.operations.operation import Operation

_MODULES = (
    arithmetic_operations,
    encoding_operations,
    signature_operations,
    oracle_operations,
    market_operations,
    account_operations,
    ledger_operations,
    consensus_operations,
)

OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {each.name: each for module in _MODULES for each in module.OPERATIONS}
)
"""Every operation by its name, in the order of the documentation."""

__all__ = ["OPERATIONS", "Operation"]
