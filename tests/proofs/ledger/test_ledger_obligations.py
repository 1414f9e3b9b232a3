import pytest

from clearstone.mutants import find, run_in_fresh_process
from clearstone.proofs.catalogue import MODULES
from clearstone.proofs.obligations import OBLIGATIONS, Obligation
from clearstone.proofs.proving import prove
from clearstone.spec.rules import RULES

HERE = [made for made in OBLIGATIONS.values() if made.run.__module__ in {module.__name__ for module in MODULES}]

CAUGHT = {
    "share-floored-alone": "shares_add_up_to_the_amount",
    "rounding-toward-zero": "divisions_err_as_they_say",
    "funding-sign": "payers_pay_the_ceiling_and_receivers_get_the_floor",
    "self-transfer-from-stale-copy": "transfer_conserves_money",
    "withdraw-ignores-locked-profit": "withdrawal_takes_no_profit_that_is_not_certain",
    "health-unchecked": "the_health_rule_lets_no_deficit_grow",
    "settled-again": "settling_pays_each_position_exactly_once",
    "liquidation-charge-uncapped": "a_liquidation_never_lowers_equity_over_requirement",
    "insurance-overdrawn": "the_insurance_fund_pays_first_and_within_its_caps",
    "parameter-step-unbounded": "a_parameter_changes_by_a_bounded_step_within_its_range",
}
"""Mutants, and an obligation that each refutes with a counterexample that the plain functions confirm."""


@pytest.mark.parametrize("made", HERE, ids=lambda made: made.id)
def test_an_obligation_is_proved(made: Obligation):
    result = prove(made)
    assert (result.verdict, result.detail) == ("proved", "")
    assert 0 < result.replayed <= result.paths


@pytest.mark.parametrize("made", HERE, ids=lambda made: made.id)
def test_an_obligation_says_what_it_is_about(made: Obligation):
    assert made.statement.endswith(".")
    assert set(made.rules) <= RULES.keys()
    assert made.about
    assert made.reaches


@pytest.mark.parametrize("mutant", CAUGHT)
def test_a_broken_rule_is_refuted_by_a_counterexample(mutant: str):
    ended = run_in_fresh_process(["prove", CAUGHT[mutant]], find(mutant), timeout=60)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "shown by the plain functions as well" in ended.stdout
