"""Broken rules of defaults: who pays for whom."""

from __future__ import annotations

from clearstone.mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        name="waterfall-skips-fund",
        module="clearstone.spec.waterfall",
        old="absorption = draw_insurance(absorption, context, account_id, closed)",
        new="closed = tuple(closed)",
        breaks="WATER-2: winners pay before the insurance fund",
        layer="waterfall",
        caught_by=("check", "prove"),
    ),
    Mutant(
        name="insurance-cap-ignored",
        module="clearstone.spec.waterfall",
        old="drawn = min(absorption.owed, pool.insurance, sum(allowances))",
        new="drawn = min(absorption.owed, pool.insurance)",
        breaks="WATER-2: one market drains the fund",
        layer="waterfall",
        caught_by=("check", "prove"),
    ),
    Mutant(
        name="insurance-overdrawn",
        module="clearstone.spec.waterfall",
        old="drawn = min(absorption.owed, pool.insurance, sum(allowances))",
        new="drawn = min(absorption.owed, sum(allowances))",
        breaks="LEDGER-1: the fund pays what it does not have",
        layer="waterfall",
        caught_by=("check", "prove"),
    ),
    Mutant(
        name="principal-before-profit",
        module="clearstone.spec.waterfall",
        old='("closed-profit", lambda other_id, _: by_account.get(other_id, 0)),',
        new='("closed-profit", lambda _, other: equity(other, context.quotes)),',
        breaks="WATER-2: who won nothing pays for who did",
        layer="waterfall",
        caught_by=("check", "prove"),
    ),
    Mutant(
        name="winners-charged-in-full",
        module="clearstone.spec.waterfall",
        old="charges = apportion(min(absorption.owed, sum(caps)), caps)",
        new="charges = caps",
        breaks="WATER-3: winners lose more than is missing",
        layer="waterfall",
        caught_by=("check", "prove"),
    ),
    Mutant(
        name="deficit-left-standing",
        module="clearstone.spec.waterfall",
        old="credited = replace(account, cash=account.cash + amount)",
        new="credited = replace(account, cash=account.cash + amount - 1)",
        breaks="WATER-3: a default does not end at zero",
        layer="waterfall",
        caught_by=("check", "prove"),
    ),
    Mutant(
        name="deleveraging-off-the-mark",
        module="clearstone.spec.deleveraging",
        old="taken = traded(other, quote, signed, quote.mark, 0, period, other.orders)",
        new="taken = traded(other, quote, signed, quote.mark + 1, 0, period, other.orders)",
        breaks="WATER-1: counterparties close at another price than the defaulter",
        layer="waterfall",
        caught_by=("check", "prove"),
    ),
    Mutant(
        name="deleveraging-keeps-open-interest",
        module="clearstone.spec.deleveraging",
        old="open_interest=market.open_interest - size",
        new="open_interest=market.open_interest",
        breaks="WATER-1: open interest is out of step with positions",
        layer="waterfall",
        caught_by=("check", "prove"),
    ),
    Mutant(
        name="default-before-funding",
        module="clearstone.spec.defaults",
        old="ledger, postings = settle_pool_funding(cancel_all(ledger, account_id), context, pool_id)",
        new='ledger, postings = settle_pool_funding(cancel_all(ledger, account_id), context, "")',
        breaks="PERP-2: what the clearing balance owes is swept away as residue",
        layer="waterfall",
        caught_by=("check", "prove"),
    ),
    Mutant(
        name="residue-swept-away",
        module="clearstone.spec.waterfall",
        old="kept = replace(pool, residue=pool.residue + market.clearing)",
        new="kept = replace(pool, residue=pool.residue)",
        breaks="NUM-4: what rounding left over goes nowhere",
        layer="waterfall",
        caught_by=("check", "prove"),
    ),
)
"""The mutants of this layer."""
