"""Broken rules of margin: what an account must hold."""

from __future__ import annotations

from clearstone.mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        name="withdraw-ignores-locked-profit",
        module="clearstone.spec.margin",
        old="return health.equity - health.excluded - locked - health.required",
        new="return health.equity - health.excluded - health.required",
        breaks="MARGIN-4a: profit realised against an accomplice is taken out",
        layer="margin",
        caught_by=("check",),
    ),
    Mutant(
        name="profit-not-locked",
        module="clearstone.spec.accounts",
        old="return recent + profit, earlier",
        new="return recent, earlier",
        breaks="MARGIN-4a: realised profit leaves at once",
        layer="margin",
        caught_by=("check",),
    ),
    Mutant(
        name="unrealised-profit-counts",
        module="clearstone.spec.margin",
        old="excluded += max(0, value - position.cost - allowed)",
        new="excluded += 0",
        breaks="MARGIN-4: profit at a pumped price is borrowed against",
        layer="margin",
        caught_by=("check",),
    ),
    Mutant(
        name="losses-netted",
        module="clearstone.spec.margin",
        old="excluded += max(0, value - position.cost - allowed)",
        new="excluded += value - position.cost - allowed",
        breaks="MARGIN-4: losses are netted with gains before they are clipped",
        layer="margin",
        caught_by=("check",),
    ),
    Mutant(
        name="orders-netted",
        module="clearstone.spec.margin",
        old="adverse_buys += order.lots * max(0, price - quote.mark)",
        new="adverse_buys += order.lots * (price - quote.mark)",
        breaks="BOOK-5: a good order hides what a bad one would lose",
        layer="margin",
        caught_by=("check",),
    ),
    Mutant(
        name="premium-counts-twice",
        module="clearstone.spec.margin",
        old="            required += value\n",
        new="            required += 0\n",
        breaks="MARGIN-3a: what was paid for options is withdrawn again",
        layer="margin",
        caught_by=("check",),
    ),
    Mutant(
        name="margin-ignores-open-interest",
        module="clearstone.spec.instruments",
        old="above = clamp(open_interest, low, high) - low",
        new="above = 0",
        breaks="MARGIN-5: a position that the market cannot absorb needs no more margin",
        layer="margin",
        caught_by=("check",),
    ),
    Mutant(
        name="health-unchecked",
        module="clearstone.spec.margin",
        old="return meets_initial(after, quotes) or nothing_worsened(before, after, quotes)",
        new="return True",
        breaks="MARGIN-6: nothing asks whether an account can pay",
        layer="margin",
        caught_by=("check",),
    ),
)
"""The mutants of this layer."""
