"""Every kind of transaction, and what is proved that it keeps: one table, made of what obligations say.

Each obligation names the kinds that it is about and what it shows of them. What several obligations show counts with
the strength of the strongest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import get_args

from clearstone.proofs.obligations import OBLIGATIONS, Kept, ProofResult
from clearstone.spec.transactions import Action

KEPT: tuple[Kept, ...] = get_args(Kept)
"""The columns of the table."""
MEANING: dict[Kept, str] = {
    "conservation": "no money is made or lost",
    "pots": "no pot is below zero at any sub-step",
    "health": "every account that it touches answers to MARGIN-6",
    "once": "nothing is paid or executed twice",
    "direction": "it is known who pays and who gains",
}
"""What each column says."""
UNPROVED = "not proved"
"""What stands where nothing was proved."""


@dataclass(frozen=True, slots=True)
class KindRow:
    """What is proved of one kind of transaction."""

    kind: str
    """Its name."""
    strengths: dict[Kept, str]
    """INDUCTIVE, BOUNDED or UNPROVED, by column."""
    proofs: dict[Kept, tuple[str, ...]]
    """Ids of the obligations that show it, by column."""


def kind_table(results: Iterable[ProofResult]) -> tuple[KindRow, ...]:
    """A row for each kind of transaction, as far as these results go."""
    proved = {result.id: result.strength.partition(" ")[0] for result in results if result.holds}
    rows = []
    for kind in get_args(Action):
        showing = {
            kept: tuple(made.id for made in OBLIGATIONS.values() if kind in made.kinds and kept in made.keeps)
            for kept in KEPT
        }
        strengths = {kept: _strongest(proved.get(id, UNPROVED) for id in ids) for kept, ids in showing.items()}
        rows.append(KindRow(kind.__name__, strengths, showing))
    return tuple(rows)


def _strongest(strengths: Iterable[str]) -> str:
    """The best of what is shown."""
    found = set(strengths)
    return next((strength for strength in ("INDUCTIVE", "BOUNDED") if strength in found), UNPROVED)
