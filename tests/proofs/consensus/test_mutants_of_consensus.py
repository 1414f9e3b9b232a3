import os
import subprocess
import sys

import pytest

from clearstone import mutants

MOVE = "every_step_of_the_code_is_a_move_of_the_abstract_system_or_none"
CRASH = "agreement_survives_a_crash_at_any_point"
MEET = "any_two_quorums_share_a_correct_validator"
BLAME = "any_two_quorums_share_more_than_a_third_of_the_power"
AGREE = "no_two_correct_validators_ever_decide_differently"
FRESH = "a_fresh_proposal_is_prevoted_exactly_when_lines_22_to_27_say"
SKIP = "a_round_is_skipped_to_exactly_when_lines_55_and_56_say"
TIMER = "a_timer_acts_exactly_when_lines_57_to_67_say"
COMMIT = "a_commit_proves_a_decision_exactly_by_genuine_precommits_of_a_quorum"
ADMITTED = "a_log_admits_exactly_well_formed_messages_that_a_validator_signed"
JUDGE = "the_judge_convicts_exactly_the_guilty_of_a_record"
EXCUSED = "a_prevote_is_excused_exactly_by_a_polka_since_that_was_precommitted_or_proposed"

KILLED_BY = {
    "quorum-of-half": MEET,
    "quorum-of-two-thirds": BLAME,
    "a-third-exceeds-a-third": SKIP,
    "no-lock": MOVE,
    "lock-ignored-on-fresh-proposal": MOVE,
    "lock-ignored-on-reproposal": MOVE,
    "lock-released-by-nil-polka": MOVE,
    "lock-released-on-timeout": MOVE,
    "reproposal-without-polka": MOVE,
    "decide-on-prevotes": MOVE,
    "invalid-block-prevoted": FRESH,
    "valid-value-not-proposed-again": SKIP,
    "skip-round-on-any-message": SKIP,
    "skip-round-on-a-quorum": SKIP,
    "broadcast-before-persist": CRASH,
    "vote-not-persisted": CRASH,
    "forget-lock-on-restart": CRASH,
    "decision-not-persisted": "what_is_said_or_decided_is_stored_first",
    "proposal-of-another-height": FRESH,
    "polka-without-quorum": MOVE,
    "timer-of-another-round": TIMER,
    "decided-and-not-silent": "a_validator_that_has_decided_is_silent",
    "proposer-ignores-weight": "turns_are_shared_exactly_by_power",
    "proposer-ignores-round": "every_failed_round_passes_the_turn_on_as_a_height_does",
    "signature-not-checked": ADMITTED,
    "proposal-out-of-turn-counts": ADMITTED,
    "vote-of-another-chain-counts": ADMITTED,
    "negative-round-counts": ADMITTED,
    "commit-without-quorum": COMMIT,
    "duplicate-precommit-counts-twice": COMMIT,
    "commit-with-strangers": COMMIT,
    "one-good-signature-suffices": COMMIT,
    "amnesia-is-no-evidence": JUDGE,
    "equivocation-is-no-evidence": JUDGE,
    "evidence-believes-forgeries": JUDGE,
    "evidence-ignores-valid-rounds": EXCUSED,
    "evidence-ignores-moved-locks": EXCUSED,
    "another-clock-is-equivocation": "two_messages_contradict_exactly_when_no_correct_validator_says_both",
}
"""Which obligation shows what each mutant of consensus breaks."""

PROVE = """
import sys
from clearstone import mutants
mutants.install_from_environment()
from clearstone.proofs.consensus.statements import MODULES, THEOREMS
from clearstone.proofs.obligations import OBLIGATIONS
from clearstone.proofs.proving import prove
for id in sys.argv[1:]:
    theorem = next((theorem for theorem in THEOREMS if theorem.id == id), None)
    result = theorem.prove() if theorem else prove(OBLIGATIONS[id])
    print(result.verdict, bool(result.counterexample and result.counterexample.replayed))
"""


def prove_under(mutant, *ids):
    result = subprocess.run(
        [sys.executable, "-c", PROVE, *ids],
        env={**os.environ, mutants.ENVIRONMENT_VARIABLE: mutant},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.split("\n")[:-1]


def test_every_mutant_of_consensus_is_expected_to_be_killed():
    of_consensus = {
        mutant.name for mutant in mutants.CATALOGUE if mutant.module.startswith("clearstone.spec.consensus.")
    }
    assert of_consensus == KILLED_BY.keys()


@pytest.mark.parametrize("mutant", ["lock-ignored-on-fresh-proposal", "forget-lock-on-restart", "decide-on-prevotes"])
def test_a_broken_rule_is_refuted_by_a_counterexample_that_the_broken_rule_confirms(mutant):
    assert prove_under(mutant, KILLED_BY[mutant]) == ["refuted True"]


@pytest.mark.slow
@pytest.mark.parametrize("mutant", KILLED_BY)
def test_every_mutant_of_consensus_is_refuted_and_replayed(mutant):
    assert prove_under(mutant, KILLED_BY[mutant]) == ["refuted True"]


def test_a_quorum_of_exactly_two_thirds_keeps_agreement_and_loses_only_accountability():
    verdicts = prove_under("quorum-of-two-thirds", AGREE, MEET, MOVE, CRASH, BLAME)
    assert verdicts == ["proved False"] * 4 + ["refuted True"]
