"""What a replay as a whole must show, besides the invariants of its blocks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReplayProperty:
    """Something that is judged of a whole run."""

    id: str
    """How reports name it."""
    statement: str
    """One sentence."""
    layer: str
    """Part of the protocol that it is about."""


TOTALITY = ReplayProperty(
    "totality", "Every block is answered with a state and receipts, never with an exception.", "ledger"
)
PROGRESS = ReplayProperty(
    "progress", "Every height of a replay is decided within two minutes, whatever the liar does.", "consensus"
)
POOLS_APART = ReplayProperty(
    "pools-apart",
    "The pool `calm` is, block by block, what it would be without the other pool's transactions.",
    "ledger",
)
CALM_UNTOUCHED = ReplayProperty(
    "calm-pool-untouched", "Nobody in the pool `calm` is liquidated, and its insurance fund pays nothing.", "margin"
)
CRASH_FELT = ReplayProperty(
    "crash-reaches-the-waterfall",
    "March 2020 brings liquidations, defaults, deleveraging, an insurance fund at its cap, and a loss that is shared.",
    "liquidation",
)

OF_EVERY_CRASH = (TOTALITY, PROGRESS, POOLS_APART, CALM_UNTOUCHED)
"""What is judged of every crash that the main job replays."""
