"""Incidents that this protocol cannot express, and why not (LEDGER-7).

Every row of the list of incidents is answered: by invariants, which name it, or here, because no transaction kind does
what went wrong. The kinds are: open account, deposit, withdraw, release, transfer, place, cancel, liquidate, settle,
change parameters; besides them only a block's own steps change the state.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

INCIDENTS = range(1, 36)
"""The numbers of all incidents."""

ABSENT: Mapping[int, str] = MappingProxyType(
    {
        23: (
            "No switch saves a parameter's value to restore it later: a change parameters transaction sets one to a "
            "value that it names, and no other kind or step of a block writes a parameter."
        ),
        34: (
            "There is one collateral, cash in atoms of one unit, and requirements are in the same unit: no transaction "
            "kind adds, names or swaps a collateral."
        ),
    }
)
"""Number of the incident to the reason why it cannot happen here."""
