import pytest

from clearstone.proofs.catalogue import proofs
from clearstone.proofs.explaining import VerificationCondition
from clearstone.proofs.second_opinions import another_solver
from clearstone.proofs.second_opinions.another_solver import another_opinion, ask, second_answer, second_answers

PROOFS = {proof.id: proof for proof in proofs()}
QUICK = (
    "shares_add_up_to_the_amount",
    "a_liquidation_never_lowers_equity_over_requirement",
    "any_two_quorums_share_a_correct_validator",
    "no_two_correct_validators_ever_decide_differently",
)
"""A few obligations and theorems: the slow tests ask about all."""
UNDECIDED = {
    "a_share_lies_between_nothing_and_its_cap": 1,
    "a_further_lot_costs_no_more_than_the_margin_it_frees": 1,
    "initial_fraction_rises_between_its_caps": 2,
    "a_short_option_needs_no_less_initially_than_later": 1,
}
"""Proofs with questions that cvc5 does not decide within its limit of work, and how many.

Each multiplies and divides unknowns: cvc5's word is that its resources are out.
"""
ABSURD = "(set-logic QF_LIA)\n(declare-const x Int)\n(assert (< x x))\n(check-sat)\n"
POSSIBLE = "(set-logic QF_LIA)\n(declare-const x Int)\n(assert (< x 7))\n(check-sat)\n"


@pytest.mark.parametrize("id", QUICK)
def test_another_solver_confirms(id: str):
    opinion = another_opinion(PROOFS[id])
    assert (opinion.judgement, opinion.detail) == ("confirmed", "")
    assert opinion.count > 0


@pytest.mark.long
@pytest.mark.parametrize("id", PROOFS)
def test_another_solver_contradicts_no_proof_and_leaves_only_what_is_listed(id: str):
    left = [answer for answer in second_answers(PROOFS[id]) if answer.said != "unsat"]
    assert {answer.said for answer in left} <= {"unknown (RESOURCEOUT)"}
    assert len(left) == UNDECIDED.get(id, 0), left


def test_each_question_gets_the_answer_that_is_true():
    assert ask(ABSURD) == "unsat"
    assert ask(POSSIBLE) == "sat"


def test_what_is_contradicted_is_no_confirmation(monkeypatch):
    asked = [VerificationCondition("less than seven", POSSIBLE), VerificationCondition("nonsense", ABSURD)]
    monkeypatch.setattr(another_solver, "verification_conditions", lambda proof, seed: iter(asked))
    opinion = another_opinion(PROOFS[QUICK[0]])
    assert (opinion.judgement, opinion.detail, opinion.count) == ("refuted", "less than seven: sat", 1)
    assert opinion.objects


def test_a_limit_of_work_that_is_too_low_gives_no_verdict(monkeypatch):
    hard = "(set-logic QF_NIA)\n(declare-const x Int)\n(declare-const y Int)\n(declare-const z Int)\n"
    hard += "(assert (and (> x 2) (> y 2) (> z 2) (= (+ (* x x x) (* y y y)) (* z z z))))\n(check-sat)\n"
    monkeypatch.setattr(another_solver, "ask", lambda script, options: ask(script, options, 2_000))
    assert second_answer(VerificationCondition("Fermat", hard)).said.startswith("unknown")


def test_where_nothing_is_asked_there_is_no_verdict():
    opinion = another_opinion(PROOFS["no_intermediate_exceeds_256_bits"])
    assert (opinion.judgement, opinion.detail) == ("no verdict", "nothing is asked of a solver")
