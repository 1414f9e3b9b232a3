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
        caught_by=("check", "prove", "stateful", "conform"),
    ),
    Mutant(
        name="rounding-toward-zero",
        module="clearstone.spec.numbers",
        old="return numerator // divisor",
        new="return numerator // divisor if numerator >= 0 else -(-numerator // divisor)",
        breaks="NUM-3: what is owed is rounded in favour of who owes it",
        layer="numbers",
        caught_by=("check", "prove", "stateful", "conform"),
    ),
    Mutant(
        name="mean-instead-of-median",
        module="clearstone.spec.numbers",
        old="return ascending[bisect_left(below, ceil_div(below[-1], 2))][0]",
        new="return floor_div(sum(value * weight for value, weight in ascending), below[-1])",
        breaks="ORACLE-3: one report moves the index as far as it likes",
        layer="numbers",
        caught_by=("check", "prove", "stateful", "conform"),
    ),
)
"""The mutants of this layer."""
