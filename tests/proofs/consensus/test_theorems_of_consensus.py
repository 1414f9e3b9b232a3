import pytest
import z3

from clearstone.proofs.consensus import agreement, conditions, quorums
from clearstone.proofs.consensus.conditions import Condition, Proof, Verdict, decide
from clearstone.proofs.consensus.theorems import THEOREMS
from clearstone.proofs.consensus.universe import finite, unbounded

AGREEMENT = next(theorem for theorem in THEOREMS if theorem.id.startswith("no_two_correct"))


@pytest.fixture(params=THEOREMS, ids=lambda theorem: theorem.id)
def theorem(request):
    return request.param


def verdicts(proofs, seed=0):
    return {condition.name: decide(condition, seed).verdict for proof in proofs for condition in proof.conditions}


def test_every_theorem_is_proved_and_each_of_its_assumptions_has_a_witness(theorem):
    result = theorem.prove()
    assert result.holds, result.detail
    assert result.strength == "INDUCTIVE"
    assert result.requirements == len(list(theorem.conditions()))
    assert result.outcomes.keys() == {name for name, _ in theorem.witnesses()}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 11))
def test_the_verdict_does_not_depend_on_the_seed(theorem, seed):
    assert theorem.prove(seed).holds


def test_every_theorem_says_which_functions_it_is_about(theorem):
    assert all(":" in place for place in theorem.prove().about)
    assert len(theorem.statement) > len(theorem.id) / 2


def test_no_condition_costs_more_than_a_tenth_of_the_limit(theorem):
    assert max(decide(condition).work for condition in theorem.conditions()) * 10 < conditions.WORK_LIMIT


@pytest.mark.slow
def test_no_condition_holds_because_its_hypotheses_contradict_each_other(theorem, monkeypatch):
    monkeypatch.setattr(conditions, "WORK_LIMIT", 200_000)
    for condition in theorem.conditions():
        if not z3.is_false(condition.goal):
            absurd = Condition(condition.name, condition.hypotheses, z3.BoolVal(False))
            assert decide(absurd).verdict is not Verdict.PROVED, condition.name


def test_every_condition_can_be_given_to_another_solver(theorem):
    for condition in theorem.conditions():
        text = condition.smt2()
        assert text.startswith(f"; {condition.name}\n")
        assert "(check-sat)" in text
        solver = z3.Solver(ctx=z3.Context())  # of its own: what else a process asked can make an answer take for ever
        solver.set("rlimit", 10 * conditions.WORK_LIMIT)
        solver.from_string(text)
        assert solver.check() == z3.unsat, condition.name


def test_a_solver_that_gives_up_has_proved_nothing(monkeypatch):
    monkeypatch.setattr(conditions, "WORK_LIMIT", 100)
    result = AGREEMENT.prove()
    assert not result.holds
    assert result.verdict == "undecided"


def test_agreement_holds_in_a_small_universe_where_the_solver_always_knows():
    assert set(verdicts(agreement.proofs(finite(2, 1, 2, 2))).values()) == {Verdict.PROVED}


@pytest.mark.slow
def test_agreement_holds_with_three_correct_validators_two_blocks_and_three_rounds():
    assert set(verdicts(AGREEMENT.small()).values()) == {Verdict.PROVED}


def test_no_condition_of_agreement_holds_because_nothing_is_possible():
    for proof in agreement.proofs(finite(2, 1, 2, 2)):
        for condition in proof.conditions:
            negated = Condition(condition.name, condition.hypotheses, z3.Not(condition.goal))
            assert decide(negated).verdict is Verdict.REFUTED, condition.name


def test_without_the_lock_rule_the_invariant_is_not_kept(monkeypatch):
    monkeypatch.setattr(agreement, "frees", lambda local, round, block, polka: (round >= 0) & polka(round, block))
    found = verdicts(agreement.proofs(finite(3, 2, 3, 3)))
    refuted = {name for name, verdict in found.items() if verdict is not Verdict.PROVED}
    assert refuted == {"prevoting keeps core"}


def test_if_quorums_need_not_meet_correct_validators_may_decide_differently(monkeypatch):
    monkeypatch.setattr(agreement.Vocabulary, "quorums_intersect", lambda words: z3.BoolVal(True))
    result = AGREEMENT.prove()
    assert not result.holds
    assert result.verdict == "refuted"
    assert result.counterexample.choices, "a small universe shows how"


def test_a_proof_uses_nothing_that_was_not_established():
    p, q = z3.Bools("p q")
    proof = Proof("this", (p,))
    proof.show("p or q", z3.Or(p, q), using=[p])
    with pytest.raises(AssertionError, match="q by itself uses what was not established"):
        proof.show("q by itself", q, using=[q])
    further = proof.supposing("that", q)
    assert further.show("both", z3.And(p, q), using=[p, q]) is not None


def test_an_induction_needs_its_step():
    n = z3.Int("n")
    proof = Proof("counting", (n >= 0,))
    proof.by_induction("none is seven", lambda i: i != 7, z3.IntVal(0), n, using=proof.assumptions)
    assert [decide(condition).verdict for condition in proof.conditions] == [
        Verdict.PROVED,
        Verdict.REFUTED,
        Verdict.PROVED,
    ]


def test_exactly_two_thirds_meet_but_need_not_share_more_than_a_third(monkeypatch):
    monkeypatch.setattr(quorums, "is_quorum", lambda power, total: 3 * power >= 2 * total)
    meet, blame = (next(t for t in THEOREMS if t.id == name) for name in QUORUM_THEOREMS)
    assert meet.prove().holds
    refuted = blame.prove()
    assert refuted.verdict == "refuted"
    assert refuted.counterexample.replayed
    assert all(power > 0 for power in refuted.counterexample.values.values())


def test_half_of_the_power_need_not_meet_in_a_correct_validator(monkeypatch):
    monkeypatch.setattr(quorums, "is_quorum", lambda power, total: 2 * power >= total)
    refuted = next(t for t in THEOREMS if t.id == QUORUM_THEOREMS[0]).prove()
    assert refuted.verdict == "refuted"
    assert refuted.counterexample.replayed


QUORUM_THEOREMS = (
    "any_two_quorums_share_a_correct_validator",
    "any_two_quorums_share_more_than_a_third_of_the_power",
)


def test_the_unbounded_universe_has_no_list_of_members():
    universe = unbounded()
    assert universe.members is None
    assert z3.is_quantifier(universe.for_all([universe.validator], lambda n: n == n))
