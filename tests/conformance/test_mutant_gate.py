"""Every known-bad client is caught by the vectors, and its report names the rule that it breaks."""

import sys

import pytest

from clearstone.conformance.reports.run_report import suspects
from clearstone.conformance.reports.terminal import NAMED
from clearstone.conformance.runner.conversation import Conversation
from clearstone.conformance.runner.limits import Limits
from clearstone.mutants import CATALOGUE

SAMPLE = (
    "share-floored-alone",
    "bytes-left-over",
    "branch-hashed-like-a-leaf",
    "transfer-unchecked",
    "amnesia-is-no-evidence",
)
"""Caught in a moment each: the others are slow."""
SUITES_OF_SAMPLE = ("arithmetic", "encoding", "ledger", "consensus")


def caught(mutant, cases) -> list[str]:
    command = [sys.executable, "-m", "clearstone.reference.command", "client", "--mutant", mutant.name]
    results = tuple(Conversation(command, cases, Limits(reply_seconds=60)))
    assert len(results) == len(cases)
    return [each.rule for each in suspects(results)[:NAMED]]


@pytest.mark.parametrize("name", SAMPLE)
def test_a_known_bad_client_of_the_sample_is_caught(name: str, vectors):
    [mutant] = [each for each in CATALOGUE if each.name == name]
    cases = [case for case in vectors if case.suite in SUITES_OF_SAMPLE]
    assert mutant.breaks.partition(":")[0] in caught(mutant, cases)


@pytest.mark.long
@pytest.mark.parametrize("mutant", CATALOGUE, ids=lambda mutant: mutant.name)
def test_every_known_bad_client_is_caught_and_its_rule_is_named(mutant, vectors):
    assert mutant.breaks.partition(":")[0] in caught(mutant, vectors)


def test_the_true_client_passes_everything(vectors):
    command = [sys.executable, "-m", "clearstone.reference.command", "client"]
    results = list(Conversation(command, vectors, Limits()))
    assert [(result.case.id, result.reason) for result in results if result.verdict != "passed"] == []
    assert len(results) == len(vectors)
