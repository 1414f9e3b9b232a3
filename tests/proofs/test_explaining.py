import pytest
import z3

from clearstone.mutants import find, run_in_fresh_process
from clearstone.proofs.catalogue import selected
from clearstone.proofs.explaining import verification_conditions
from clearstone.proofs.scripts import lemmas_on_products

QUICK = [
    "shares_add_up_to_the_amount",
    "divisions_err_as_they_say",
    "payers_pay_the_ceiling_and_receivers_get_the_floor",
    "a_charge_pushes_nobody_below_zero",
    "a_liquidation_never_lowers_equity_over_requirement",
    "initial_margin_is_at_least_maintenance_margin",
    "more_lots_never_need_less_margin",
    "the_discount_rises_from_its_start_to_its_limit",
    "a_third_of_the_power_is_a_minority_of_the_reports",
    "any_two_quorums_share_a_correct_validator",
]
"""Obligations of each rung of the ladder, and a theorem."""


def answers(text: str) -> list[str]:
    """What a solver that knows nothing else says of each script in a text."""
    found = []
    for script in text.split("(reset)"):
        if "(check-sat)" in script:
            solver = z3.Solver(ctx=z3.Context())
            solver.from_string(script)
            found.append(str(solver.check()))
    return found


def conditions_of(name: str):
    (proof,) = selected([name])
    return list(verification_conditions(proof))


@pytest.mark.parametrize("name", QUICK)
def test_another_solver_refutes_every_condition_of_a_proof(name: str):
    asked = [condition for condition in conditions_of(name) if condition.is_asked]
    assert asked
    for condition in asked:
        assert answers(condition.text) == ["unsat"], condition.title


@pytest.mark.parametrize(
    ("mutant", "name"),
    [
        ("funding-sign", "payers_pay_the_ceiling_and_receivers_get_the_floor"),
        ("self-transfer-from-stale-copy", "transfer_conserves_money"),
        ("index-jumps", "an_index_moves_towards_the_median_by_a_bounded_step"),
    ],
)
def test_under_a_mutant_another_solver_finds_what_breaks_a_condition(mutant: str, name: str):
    ended = run_in_fresh_process(["prove", "--explain", name], find(mutant), timeout=100)
    assert ended.returncode == 0, ended.stderr
    assert "sat" in answers(ended.stdout)
    assert "; not proved" in ended.stdout


def test_a_script_says_which_path_and_what_should_follow_in_names_of_the_obligation():
    conditions = conditions_of("transfer_conserves_money")
    demanded = next(condition for condition in conditions if "demand" in condition.title)
    lines = demanded.text.splitlines()
    assert lines[0] == "; transfer_conserves_money"
    assert lines[1].startswith("; path ")
    assert "alice's feeds: fresh" in lines[1]
    assert lines[2].startswith("; to show: ")
    assert any(line.startswith("(declare-fun |alice.") for line in lines)


def test_what_holds_as_an_identity_is_said_and_not_asked():
    told = [condition for condition in conditions_of("transfer_conserves_money") if not condition.is_asked]
    assert len(told) == 1
    assert "both sides are the same polynomial" in told[0].text
    assert answers(told[0].text) == []


def test_no_condition_is_written_twice():
    texts = [condition.text.split("\n", 2)[2] for condition in conditions_of("a_charge_pushes_nobody_below_zero")]
    assert len(set(texts)) == len(texts)


def test_branches_that_no_input_takes_are_conditions_too():
    titles = [condition.title for condition in conditions_of("a_charge_pushes_nobody_below_zero")]
    assert any("has but one answer" in title for title in titles)
    assert any("demand: " in title for title in titles)


def test_what_is_stated_of_products_is_true_of_all_integers():
    lemmas = list(lemmas_on_products())
    assert len(lemmas) > 4
    for title, text in lemmas:
        assert answers(text) == ["unsat"], title


def test_scripts_keep_to_what_every_solver_reads():
    for name in ("more_lots_never_need_less_margin", "transfer_conserves_money"):
        for condition in conditions_of(name):
            for line in condition.text.splitlines():
                assert "(and )" not in line
                assert "(+ )" not in line


@pytest.mark.long
def test_another_solver_refutes_every_condition_of_every_proof():
    for proof in selected(()):
        for condition in verification_conditions(proof):
            if condition.is_asked:
                assert answers(condition.text) == ["unsat"], (proof.id, condition.title)
