import pytest

from clearstone.mutants import find
from clearstone.proofs.catalogue import MODULES
from clearstone.proofs.obligations import OBLIGATIONS
from clearstone.proofs.proving import prove

assert MODULES, "importing the catalogue fills OBLIGATIONS"

LIQUIDATION = "liquidation_conserves_money_and_takes_no_more_than_there_is"
EXPIRY = "taking_over_an_expiry_conserves_money_and_takes_a_part_of_each_leg"
DEFICIT = "a_deficit_is_paid_in_order_and_to_the_atom"
STAGE = "a_stage_takes_all_it_may_and_pushes_nobody_below_zero"
FUND = "the_insurance_fund_pays_first_and_within_its_caps"
CLOSED = "a_position_is_closed_whole_against_winners_first"
DEFAULT = "all_funding_of_the_pool_is_settled_before_a_default"
RESOLVED = "only_who_has_nothing_left_defaults"
STEPS_APART = "no_step_of_a_default_reaches_another_pool"
CASH_APART = "cash_moves_alike_whatever_other_pools_hold"
SAMPLES = "funding_changes_by_accrual_only_and_within_its_limit"
RATE = "the_next_rate_is_the_median_premium_within_its_limit"
PRICE = "a_settlement_price_is_a_mean_of_enough_samples_set_once"
REPORTS = "a_report_replaces_only_an_older_one_of_its_signer"

LISTED = {
    "liquidate-past-zero": LIQUIDATION,
    "liquidate-the-healthy": LIQUIDATION,
    "liquidate-on-a-frozen-feed": LIQUIDATION,
    "liquidator-unchecked": EXPIRY,
    "discount-from-nowhere": EXPIRY,
    "self-liquidation": LIQUIDATION,
    "takeover-adds-lots": EXPIRY,
    "discount-without-limit": "the_discount_rises_from_its_start_to_its_limit",
    "waterfall-skips-fund": DEFICIT,
    "principal-before-profit": DEFICIT,
    "winners-charged-in-full": STAGE,
    "deficit-left-standing": "two_payers_are_charged_as_one",
    "insurance-cap-ignored": FUND,
    "deleveraging-off-the-mark": "deleveraging_moves_lots_at_the_mark_and_no_equity",
    "deleveraging-keeps-open-interest": CLOSED,
    "default-before-funding": DEFAULT,
    "residue-swept-away": "sweeping_keeps_what_rounding_left",
    "loss-reaches-another-pool": STEPS_APART,
    "first-pool-pays-for-all": STEPS_APART,
    "funding-paid-again": "settling_funding_conserves_money_and_is_done_once",
    "funding-remainder-dropped": "funding_does_not_depend_on_how_time_is_divided",
    "funding-at-the-peak": RATE,
    "funding-reset": SAMPLES,
    "funding-slots-floored": "an_interval_has_a_bounded_number_of_samples",
    "payoff-not-locked": "a_payoff_is_locked_like_any_realised_profit",
    "settlement-at-last-index": PRICE,
    "settlement-of-few-samples": PRICE,
    "stale-reports-count": "a_feed_without_enough_fresh_reports_stands_still",
    "index-jumps": "an_index_moves_towards_the_median_by_a_bounded_step",
}
"""Listed mutants, and an obligation that each refutes."""

BROKEN = [
    (LIQUIDATION, "liquidation", "pool.insurance + takeover.penalty", "pool.insurance"),
    (EXPIRY, "liquidation", "replace(market, open_interest=grown)", "market"),
    (LIQUIDATION, "takeover", ">= maintenance_requirement(target, context.quotes):", "< 0:"),
    (
        "who_has_nothing_left_is_flagged_after_funding_is_settled",
        "liquidation",
        "settled, target_funding = settle_funding(ledger, context.quotes, context.now, action.account)",
        "settled, target_funding = ledger, ()",
    ),
    (
        "a_change_that_binds_touches_its_own_pool_alone",
        "changes",
        "ledger.pools.set(name, replace(pool",
        "ledger.pools.set('elsewhere', replace(pool",
    ),
    (EXPIRY, "takeover", "min(action.lots, least)))", "action.lots))"),
    ("charges_stay_within_their_cap_discount_first", "takeover", "min(penalty, cap - discount)", "min(penalty, cap)"),
    (DEFICIT, "waterfall", '] = ("insurance", "residue", "fees")', '] = ("fees", "residue", "insurance")'),
    (DEFICIT, "waterfall", "Absorption(ledger, -account.cash)", "Absorption(ledger, -account.cash - 1)"),
    (DEFICIT, "waterfall", "by_account.get(other_id, 0)),", "2 * by_account.get(other_id, 0)),"),
    (
        STAGE,
        "waterfall",
        "(other_id, min(claim(other_id, other), max(0, equity(",
        "(other_id, max(claim(other_id, other), (equity(",
    ),
    (STAGE, "waterfall", "cash=account.cash - amount,", "cash=account.cash - amount - 1,"),
    (FUND, "waterfall", "insurance_used=used + amount", "insurance_used=amount"),
    (FUND, "waterfall", "unassigned_used=used + drawn", "unassigned_used=drawn"),
    (CLOSED, "deleveraging", "from_winning = min(size,", "from_winning = 0 * min(size,"),
    (CLOSED, "deleveraging", "* position.lots < 0", "* position.lots != 0"),
    ("only_what_trades_at_a_fair_price_is_closed", "deleveraging", "if not quote.fresh or quote", "if quote"),
    (DEFAULT, "defaults", "if defaulter.positions:", "if not defaulter.positions:"),
    (DEFAULT, "defaults", "cancel_all(ledger, account_id)", "ledger"),
    (DEFAULT, "defaults", "return unflag(absorption.ledger, account_id)", "return absorption.ledger"),
    (RESOLVED, "defaults", "equity(account, context.quotes) > 0 or not", "not"),
    (RESOLVED, "defaults", "(*postings, *payoffs)", "postings"),
    ("settling_a_pool_conserves_money_and_touches_no_other", "defaults", "if account.pool == pool_id]", "]"),
    (
        "flagged_accounts_are_resolved_once_each_in_ascending_id",
        "defaults",
        "for account_id in pool.flagged]",
        "for account_id in pool.flagged[:1]]",
    ),
    (CASH_APART, "cash", "if debited.pool in context.pending:", "if context.pending:"),
    (CASH_APART, "ledger_state", "for market in context.members[pool_id])", "for market in ledger.markets.keys())"),
    (STEPS_APART, "waterfall", "for market_id in context.members[pool_id]:", "for market_id in ledger.markets.keys():"),
    (STEPS_APART, "defaults", "if account.pool == pool_id]", "]"),
    (
        "no_default_reaches_another_pool",
        "defaults",
        "return unflag(absorption.ledger, account_id)",
        "return unflag(unflag(absorption.ledger, account_id), 'outsider')",
    ),
    ("an_expiry_is_zero_sum", "settlement", "clearing=market.clearing - credit", "clearing=market.clearing + credit"),
    (SAMPLES, "funding", "next_rate(perpetual, sampled.samples)", "next_rate(perpetual, funding.samples)"),
    (RATE, "funding", "clamp(premium + parameters.interest, ", "max(premium + parameters.interest, "),
    (
        "trading_moves_nothing_that_clearing_is_owed",
        "accounts",
        "position.cost + lots * price, position.funding_index",
        "position.cost + lots * price, 0",
    ),
    ("reports_that_follow_each_other_stand_as_one", "numbers", "ceil_div(below[-1], 2)", "floor_div(below[-1], 2)"),
    (REPORTS, "oracle", "if reported == feed_id:", "if reported:"),
]
"""An obligation, and one way to break a rule that it must refute: module of the specification, text, other text."""


def require_refuted(obligation: str) -> None:
    result = prove(OBLIGATIONS[obligation])
    assert result.verdict == "refuted", result.detail
    assert result.counterexample is not None
    assert result.counterexample.replayed


@pytest.mark.parametrize(("mutant", "obligation"), LISTED.items())
def test_a_listed_mutant_is_refuted_by_a_replayed_counterexample(mutant, obligation, broken):
    listed = find(mutant)
    with broken(listed.module, listed.old, listed.new):
        require_refuted(obligation)


@pytest.mark.parametrize(("obligation", "module", "old", "new"), BROKEN)
def test_a_broken_rule_is_refuted_by_a_replayed_counterexample(obligation, module, old, new, broken):
    with broken(f"clearstone.spec.{module}", old, new):
        require_refuted(obligation)
