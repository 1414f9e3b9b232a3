"""Broken rules of funding."""

from __future__ import annotations

from clearstone.mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        name="funding-sign",
        module="clearstone.spec.funding",
        old="return floor_div(-position.lots * (",
        new="return floor_div(position.lots * (",
        breaks="PERP-2: who should pay is paid; money is conserved all the same",
        layer="funding",
        caught_by=("check", "prove", "stateful", "conform"),
    ),
    Mutant(
        name="funding-paid-rounded-up",
        module="clearstone.spec.funding",
        old="return floor_div(-position.lots * (funding_index - position.funding_index), FUNDING_SCALE)",
        new="return -floor_div(position.lots * (funding_index - position.funding_index), FUNDING_SCALE)",
        breaks="PERP-2: receivers get the ceiling, more than payers paid",
        layer="funding",
        caught_by=("check", "prove", "stateful", "conform"),
    ),
    Mutant(
        name="funding-paid-again",
        module="clearstone.spec.funding",
        old="positions.append(settle_position(position, funding_index))",
        new="positions.append(settle_position(position, position.funding_index))",
        breaks="PERP-2: an account pays the same funding each time it is touched",
        layer="funding",
        caught_by=("check", "prove", "stateful", "conform"),
    ),
    Mutant(
        name="funding-remainder-dropped",
        module="clearstone.spec.funding",
        old="remainder=owed - interval * floor_div(owed, interval)",
        new="remainder=0",
        breaks="PERP-1: funding depends on how time is divided",
        layer="funding",
        caught_by=("check", "prove", "stateful", "conform"),
    ),
    Mutant(
        name="funding-at-the-peak",
        module="clearstone.spec.funding",
        old="sorted(samples)[floor_div(len(samples) - 1, 2)]",
        new="max(samples)",
        breaks="PERP-3: one moment of a thin book sets the rate",
        layer="funding",
        caught_by=("check", "prove", "stateful", "conform"),
    ),
    Mutant(
        name="funding-reset",
        module="clearstone.spec.funding",
        old="ends_at=ends_at, samples=())",
        new="ends_at=ends_at, samples=(), index=0)",
        breaks="PERP-1: the index begins again at zero with each interval",
        layer="funding",
        caught_by=("check", "prove", "stateful", "conform"),
    ),
    Mutant(
        name="funding-slots-floored",
        module="clearstone.spec.funding",
        old="slot = ceil_div(perpetual.parameters.funding_interval, SAMPLE_SLOTS)",
        new="slot = max(1, floor_div(perpetual.parameters.funding_interval, SAMPLE_SLOTS))",
        breaks="PERP-3: a short interval has more samples than it has slots",
        layer="funding",
        caught_by=("prove", "stateful", "conform"),
    ),
)
"""The mutants of this layer."""
