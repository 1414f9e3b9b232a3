"""Broken rules of expiry: when, at what price, how often."""

from __future__ import annotations

from clearstone.mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        name="settled-again",
        module="clearstone.spec.settlement",
        old="positions=with_position(account.positions, replace(position, lots=0)),",
        new="positions=account.positions,",
        breaks="OPT-3: a position is paid and kept",
        layer="settlement",
        caught_by=("check", "prove", "explore", "stateful", "conform"),
    ),
    Mutant(
        name="payoff-not-locked",
        module="clearstone.spec.settlement",
        old="recent, earlier = realise(account, credit - position.cost, period)",
        new="recent, earlier = realise(account, 0, period)",
        breaks="OPT-4: a long leaves before the loser has been found",
        layer="settlement",
        caught_by=("check", "prove", "explore", "stateful", "conform"),
    ),
    Mutant(
        name="trade-at-expiry",
        module="clearstone.spec.instruments",
        old="    if now < series.expiry:\n",
        new="    if now <= series.expiry:\n",
        breaks="OPT-3: at t = expiry a series still trades",
        layer="settlement",
        caught_by=("check", "prove", "explore", "stateful", "conform"),
    ),
    Mutant(
        name="settlement-at-last-index",
        module="clearstone.spec.settlement",
        old="return replace(expiry, price=floor_div(expiry.total, expiry.count))",
        new="return replace(expiry, price=index)",
        breaks="OPT-2: pushing the index for a moment sets the price of an expiry",
        layer="settlement",
        caught_by=("check", "prove", "stateful", "conform"),
    ),
    Mutant(
        name="settlement-of-few-samples",
        module="clearstone.spec.settlement",
        old="    if expiry.count >= parameters.settlement_minimum:\n        return",
        new="    if expiry.count > 0:\n        return",
        breaks="OPT-2: a price is set from too few samples",
        layer="settlement",
        caught_by=("check", "prove", "explore", "stateful", "conform"),
    ),
    Mutant(
        name="option-mark-unclamped",
        module="clearstone.spec.instruments",
        old="return clamp(reported * series.multiplier, payoff(series, index), ceiling * series.multiplier)",
        new="return reported * series.multiplier",
        breaks="MARK-1: a mark at a wrong scale is worth what it says",
        layer="settlement",
        caught_by=("check", "prove", "explore", "stateful", "conform"),
    ),
)
"""The mutants of this layer."""
