import os
import subprocess
import sys

import pytest

from clearstone import mutants
from clearstone.proofs import catalogue
from clearstone.proofs.obligations import OBLIGATIONS, Obligation
from clearstone.proofs.second_opinions.opinions import Opinion
from clearstone.proofs.second_opinions.sampling import sample
from clearstone.proofs.worlds import World
from clearstone.spec.numbers import share

assert catalogue.MODULES

FOUND = {
    "rounding-toward-zero": "divisions_err_as_they_say",
    "funding-sign": "payers_pay_the_ceiling_and_receivers_get_the_floor",
    "self-transfer-from-stale-copy": "transfer_conserves_money",
    "parameter-step-unbounded": "a_parameter_changes_by_a_bounded_step_within_its_range",
    "timer-of-another-round": "a_timer_acts_exactly_when_lines_57_to_67_say",
    "signature-not-checked": "a_log_admits_exactly_well_formed_messages_that_a_validator_signed",
    "equivocation-is-no-evidence": "the_judge_convicts_exactly_the_guilty_of_a_record",
}
"""Mutants that a hundred examples find, each with the obligation that is sampled."""

FOUND_LATER = {
    "share-floored-alone": "shares_add_up_to_the_amount",
    "withdraw-ignores-locked-profit": "withdrawal_takes_no_profit_that_is_not_certain",
    "health-unchecked": "the_health_rule_lets_no_deficit_grow",
    "settled-again": "settling_pays_each_position_exactly_once",
    "liquidation-charge-uncapped": "a_liquidation_never_lowers_equity_over_requirement",
    "insurance-overdrawn": "the_insurance_fund_pays_first_and_within_its_caps",
    "invalid-block-prevoted": "a_fresh_proposal_is_prevoted_exactly_when_lines_22_to_27_say",
    "skip-round-on-any-message": "a_round_is_skipped_to_exactly_when_lines_55_and_56_say",
    "broadcast-before-persist": "agreement_survives_a_crash_at_any_point",
    "vote-not-persisted": "agreement_survives_a_crash_at_any_point",
    "decision-not-persisted": "what_is_said_or_decided_is_stored_first",
    "decide-on-prevotes": "a_block_is_decided_exactly_when_lines_49_to_54_say",
    "decided-and-not-silent": "a_validator_that_has_decided_is_silent",
    "proposer-ignores-weight": "turns_are_shared_exactly_by_power",
    "proposer-ignores-round": "every_failed_round_passes_the_turn_on_as_a_height_does",
    "vote-of-another-chain-counts": "a_log_admits_exactly_well_formed_messages_that_a_validator_signed",
    "commit-without-quorum": "a_commit_proves_a_decision_exactly_by_genuine_precommits_of_a_quorum",
    "duplicate-precommit-counts-twice": "a_commit_proves_a_decision_exactly_by_genuine_precommits_of_a_quorum",
    "one-good-signature-suffices": "a_commit_proves_a_decision_exactly_by_genuine_precommits_of_a_quorum",
    "amnesia-is-no-evidence": "the_judge_convicts_exactly_the_guilty_of_a_record",
    "evidence-believes-forgeries": "the_judge_convicts_exactly_the_guilty_of_a_record",
}
"""Mutants that take more examples: up to 1,500."""

SAMPLE = """
import sys
from clearstone import mutants
mutants.install_from_environment()
from clearstone.proofs import catalogue
from clearstone.proofs.obligations import OBLIGATIONS
from clearstone.proofs.second_opinions.sampling import sample
found = sample(OBLIGATIONS[sys.argv[1]], int(sys.argv[2]), shrink=False)
print(found.judgement, bool(found.counterexample))
"""


def sample_under(mutant: str, id: str, examples: int) -> str:
    result = subprocess.run(
        [sys.executable, "-c", SAMPLE, id, str(examples)],
        env={**os.environ, mutants.ENVIRONMENT_VARIABLE: mutant},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def opinion_of(run, reaches=frozenset({"done"}), examples=100) -> Opinion:
    return sample(Obligation(run.__name__, run.__name__, (), (share,), frozenset(reaches), "", run), examples)


def shares(world: World) -> tuple[int, int]:
    amount, before = world.integer("amount", 0, None, 7), world.integer("before", 0, None, 2)
    cap, total = world.integer("cap", 0, None, 3), world.integer("total", 1, None, 9)
    world.reached("done")
    return share(amount, before, cap, total), cap


@pytest.mark.parametrize("made", OBLIGATIONS.values(), ids=lambda made: made.id)
def test_no_example_breaks_an_obligation(made: Obligation):
    opinion = sample(made, 6)  # the long tests try a thousand
    assert opinion.counterexample is None


@pytest.mark.long
@pytest.mark.parametrize("made", OBLIGATIONS.values(), ids=lambda made: made.id)
def test_many_examples_satisfy_the_assumptions_of_an_obligation_and_none_breaks_it(made: Obligation):
    opinion = sample(made, 1_000)
    assert (opinion.judgement, opinion.strength) == ("held", f"SAMPLED {opinion.count}")
    assert opinion.count > 0


def test_what_is_false_is_refuted_by_an_example():
    def too_much(world: World) -> None:
        part, cap = shares(world)
        world.require(part <= cap, "within its cap")

    opinion = opinion_of(too_much)
    assert (opinion.judgement, opinion.detail) == ("refuted", "within its cap")
    values = opinion.counterexample.values
    assert share(values["amount"], values["before"], values["cap"], values["total"]) > values["cap"]


def test_what_is_raised_is_refuted():
    def raises(world: World) -> None:
        world.require(7 // world.integer("value", 0, 3) >= 1, "a quotient")

    opinion = opinion_of(raises)
    assert opinion.judgement == "refuted"
    assert "ZeroDivisionError" in opinion.detail
    assert opinion.counterexample.values == {"value": 0}


def test_only_examples_that_satisfy_the_assumptions_are_counted():
    def sometimes(world: World) -> None:
        world.assume(world.integer("value", 0, 3) == 2)
        world.reached("done")
        world.require(True, "nothing")

    opinion = opinion_of(sometimes, {"done", "never"})
    assert 0 < opinion.count <= 100
    assert opinion.strength == f"SAMPLED {opinion.count}"
    assert opinion.outcomes == {"done": opinion.count}
    assert opinion.detail == "not reached: never"


def test_assumptions_that_nothing_satisfies_give_no_verdict():
    def never(world: World) -> None:
        world.assume(world.integer("value") == world.integer("value") + 1)
        world.require(False, "anything")

    opinion = opinion_of(never)
    assert (opinion.judgement, opinion.count) == ("no verdict", 0)


def test_the_seed_decides_which_examples_are_drawn():
    drawn: dict[int, list[int]] = {}

    def note(seed: int) -> None:
        def noted(world: World) -> None:
            drawn.setdefault(seed, []).append(world.integer("value"))

        sample(Obligation("noted", "", (), (share,), frozenset(), "", noted), 30, seed)

    for seed in (1, 2):
        note(seed)
    first = list(drawn[1])
    drawn.clear()
    note(1)
    assert drawn[1] == first
    note(2)
    assert drawn[2] != first


@pytest.mark.parametrize("mutant", FOUND)
def test_a_broken_rule_is_found(mutant: str):
    assert sample_under(mutant, FOUND[mutant], 100) == "refuted True"


@pytest.mark.slow
@pytest.mark.parametrize("mutant", FOUND_LATER)
def test_a_broken_rule_is_found_by_more_examples(mutant: str):
    assert sample_under(mutant, FOUND_LATER[mutant], 1_500) == "refuted True"
