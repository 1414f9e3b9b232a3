"""What transactions can say, by enumeration: the answer to incidents of mechanisms that this protocol does not have.

That there are no shares, no wrapped tokens, no second collateral, no pause switch and no upgrade in place is a claim
about a closed list. The list is written out here a second time, so that a new kind, or a new field of an old one, fails
the scenarios that rest on it until somebody has thought about them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import get_args

from clearstone.models.incidents.scenario import Trial
from clearstone.spec.transactions import Action

KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "OpenAccount": ("owner", "pool", "number"),
        "Deposit": ("deposit_id", "account", "amount"),
        "Withdraw": ("withdrawal_id", "amount"),
        "Release": ("account", "withdrawal_id"),
        "Transfer": ("to", "amount"),
        "Place": ("market", "side", "lots", "price", "time_in_force", "reduce_only", "self_trade"),
        "Cancel": ("nonce",),
        "Liquidate": ("account", "market", "lots"),
        "Settle": ("account", "market"),
        "ChangeParameter": ("number", "scope", "name", "value"),
    }
)
"""Every transaction kind, with what it can name."""


def expect_only_known_kinds(trial: Trial, absent: str) -> None:
    """Expect that transactions are of the listed kinds and name nothing else, so that none can do what is absent."""
    kinds = {kind.__name__: tuple(field.name for field in fields(kind)) for kind in get_args(Action)}
    trial.expect(f"of the {len(KINDS)} transaction kinds none can {absent}", kinds == dict(KINDS), ", ".join(kinds))
