"""Every broken rule of consensus, of messages, evidence and encoding is seen by the scenario that is directed at it."""

import json
import os
import subprocess
import sys

import pytest

from clearstone.mutants import CATALOGUE, ENVIRONMENT_VARIABLE

LAYERS = {"consensus", "encoding", "evidence", "messages"}
"""The layers of which every mutant must be seen."""

SEEN_BY = {
    "a-third-exceeds-a-third": ("skip-on-more-than-a-third", "exactly a third of the power moves nobody"),
    "absence-proved-by-presence": ("state-trie", "not by its own leaf either"),
    "amnesia-is-no-evidence": ("fork-by-amnesia-is-blamed", "forks-are-blamed"),
    "another-clock-is-equivocation": ("nobody-is-framed", "another clock does not"),
    "bignums-with-leading-zeros": ("canonical-bytes", "a bignum with a leading zero is refused"),
    "block-time-of-proposer": ("time-is-a-median", "the proposer's own clock sets no time"),
    "branch-hashed-like-a-leaf": ("state-trie", "the root is the one defined"),
    "broadcast-before-persist": ("crash-amid-a-prevote", "no-equivocation"),
    "bytes-left-over": ("canonical-bytes", "bytes left over is refused"),
    "commit-of-another-block": ("block-that-does-not-follow", "a block with the commit of another block is refused"),
    "commit-with-strangers": ("commit-has-its-power", "a commit with a stranger is refused"),
    "commit-without-quorum": ("commit-has-its-power", "a commit of one is refused"),
    "decide-on-prevotes": ("prevotes-decide-nothing", "and has not decided"),
    "decided-and-not-silent": ("driver-that-errs", "after its decision, "),
    "decision-not-persisted": ("crash-amid-a-decision", "it knows what it decided"),
    "duplicate-precommit-counts-twice": ("commit-has-its-power", "a commit that counts one twice is refused"),
    "equivocation-is-no-evidence": ("fork-by-equivocation-is-blamed", "forks-are-blamed"),
    "evidence-believes-forgeries": ("nobody-is-framed", "forgery 1 convicts nobody"),
    "evidence-ignores-moved-locks": ("freed-by-a-moved-lock", "never-accused"),
    "evidence-ignores-valid-rounds": ("freed-by-a-valid-round", "never-accused"),
    "fields-in-their-own-order": ("records-in-bytes", "a record is written in its one way"),
    "forget-lock-on-restart": ("restart-with-a-lock", "agreement"),
    "invalid-block-prevoted": ("invalid-block-finds-no-votes", "nobody prevotes it"),
    "keys-in-any-order": ("canonical-bytes", "keys out of order is refused"),
    "keys-in-order-of-text": ("canonical-bytes", "is written as"),
    "keys-twice": ("canonical-bytes", "a key twice is refused"),
    "lock-ignored-on-fresh-proposal": ("lock-against-a-fresh-proposal", "agreement"),
    "lock-ignored-on-reproposal": ("lock-against-an-older-re-proposal", "agreement"),
    "lock-released-by-nil-polka": ("lock-outlives-rounds-without-a-block", "agreement"),
    "lock-released-on-timeout": ("lock-outlives-rounds-without-a-block", "agreement"),
    "longer-heads-accepted": ("canonical-bytes", "a longer head than needed is refused"),
    "malleable-signatures": ("signatures-to-the-last-bit", "not with S + L in place of S"),
    "negative-round-counts": ("messages-at-the-gate", "a message of round -1 is refused"),
    "no-lock": ("lock-against-a-fresh-proposal", "agreement"),
    "one-good-signature-suffices": ("commit-has-its-signatures", "a commit with one bad signature is refused"),
    "polka-without-quorum": ("two-proposals-in-a-round", "the rules still move a validator in circles"),
    "proposal-of-another-height": ("driver-that-errs", "before the proposal, Timeout does not move it"),
    "proposal-out-of-turn-counts": ("proposal-out-of-turn", "nobody prevotes its block"),
    "proposer-ignores-round": ("turns-by-power", "in a cycle of rounds each has as many turns as power"),
    "proposer-ignores-weight": ("turns-by-power", "in a cycle of rounds each has as many turns as power"),
    "quorum-of-half": ("half-is-no-quorum", "agreement"),
    "quorum-of-two-thirds": ("two-thirds-are-no-quorum", "forks-are-blamed"),
    "reproposal-without-polka": ("lock-against-an-invented-valid-round", "agreement"),
    "root-not-checked": ("block-that-does-not-follow", "a block with the root of another state is refused"),
    "signature-not-checked": ("forged-votes", "nobody is persuaded"),
    "signature-without-domain": ("signatures-to-the-last-bit", "what is signed begins with its domain"),
    "skip-round-on-a-quorum": ("skip-on-more-than-a-third", "two of four that are ahead are joined"),
    "skip-round-on-any-message": ("skip-on-more-than-a-third", "nor does one of four"),
    "small-order-keys": ("signatures-to-the-last-bit", "a key of small order signs nothing"),
    "surplus-fields-accepted": ("records-in-bytes", "a record with a field too many is refused"),
    "time-goes-backwards": ("time-is-a-median", "time neither stands still nor goes backwards"),
    "timer-of-another-round": ("driver-that-errs", "before the proposal, Timeout does not move it"),
    "trie-remembers-deletions": ("state-trie", "what was deleted leaves no trace"),
    "truth-is-a-number": ("records-in-bytes", "a record with a truth for a number is refused"),
    "valid-value-not-proposed-again": ("decided-despite-an-unknown-lock", "all decide within a cycle of turns"),
    "vote-not-persisted": ("crash-amid-a-prevote", "no-equivocation"),
    "vote-of-another-chain-counts": ("votes-of-another-chain", "they count for nothing"),
}
"""Mutant to the scenario that must fail under it, and what must be told: an expectation, or an invariant's id."""

QUICK = ("forget-lock-on-restart", "keys-twice", "lock-ignored-on-reproposal", "quorum-of-two-thirds")
"""The others take some seconds together."""

PROGRAM = """
import json, sys
from clearstone import mutants
mutants.install_from_environment()
from clearstone.models.directed_scenarios import SCENARIOS
failures = SCENARIOS[sys.argv[1]].run().failures
json.dump([f"{failure.statement} | {failure.detail}" for failure in failures], sys.stdout)
"""


def failures_under(mutant: str, scenario: str) -> list[str]:
    """What is not as expected when the scenario runs in a fresh process under the mutant."""
    environment = {**os.environ, ENVIRONMENT_VARIABLE: mutant}
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, scenario], env=environment, capture_output=True, encoding="utf-8", timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    told: list[str] = json.loads(ran.stdout)
    return told


def test_every_mutant_of_these_layers_has_a_scenario_that_must_see_it():
    named = [mutant.name for mutant in CATALOGUE if mutant.layer in LAYERS]
    assert sorted(SEEN_BY) == sorted(named)


def is_seen(mutant: str) -> bool:
    scenario, words = SEEN_BY[mutant]
    return any(words in told for told in failures_under(mutant, scenario))


@pytest.mark.parametrize("mutant", QUICK)
def test_a_broken_rule_is_seen(mutant: str):
    assert is_seen(mutant)


@pytest.mark.slow
@pytest.mark.parametrize("mutant", sorted(SEEN_BY.keys() - set(QUICK)))
def test_every_broken_rule_is_seen(mutant: str):
    assert is_seen(mutant)


def test_without_a_mutant_nothing_is_seen():
    assert failures_under("", "half-is-no-quorum") == []
