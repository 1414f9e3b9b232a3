"""Broken arithmetic."""

from __future__ import annotations

from clearstone.mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        name="share-floored-alone",
        module="clearstone.spec.numbers",
        old="return floor_div(amount * (before + cap), total) - floor_div(amount * before, total)",
        new="return floor_div(amount * cap, total)",
        breaks="NUM-6: the shares do not add up to the amount",
        layer="numbers",
        caught_by=("check",),
    ),
)
"""The mutants of this layer."""
