"""Broken rules of changing parameters."""

from __future__ import annotations

from clearstone.mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        name="parameter-step-unbounded",
        module="clearstone.spec.parameters",
        old="values[name] = clamp(value, current - step, current + step)",
        new="values[name] = value",
        breaks="LEDGER-8: a guard is removed in one step",
        layer="parameters",
        caught_by=("check", "prove", "stateful", "conform"),
    ),
    Mutant(
        name="parameter-at-once",
        module="clearstone.spec.changes",
        old="context.now + context.parameters.parameter_delay",
        new="context.now",
        breaks="LEDGER-8: a change binds without a delay",
        layer="parameters",
        caught_by=("check", "prove", "explore", "stateful", "conform"),
    ),
    Mutant(
        name="parameter-change-replayed",
        module="clearstone.spec.changes",
        old="if action.number != ledger.last_change + 1:",
        new="if action.number < 1:",
        breaks="LEDGER-8: an old approval is used again",
        layer="parameters",
        caught_by=("check", "prove", "stateful", "conform"),
    ),
    Mutant(
        name="parameters-contradict",
        module="clearstone.spec.parameters",
        old="return rejection if rejection is not None else changed",
        new="return changed",
        breaks="LEDGER-8: a change leaves the range of its parameter",
        layer="parameters",
        caught_by=("check", "prove", "stateful", "conform"),
    ),
)
"""The mutants of this layer."""
