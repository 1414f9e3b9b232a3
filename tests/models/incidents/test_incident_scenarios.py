import time
from itertools import pairwise

import pytest

from clearstone.invariants.block_step import BlockStep
from clearstone.invariants.checking import Tally
from clearstone.invariants.incidents import ABSENT
from clearstone.models.chain import accept_all
from clearstone.models.incidents import SCENARIOS, Scenario, ScenarioResult, Trial
from clearstone.models.scenario_genesis import scenario_genesis
from clearstone.spec.encoding.trie import root
from clearstone.spec.rules import RULES
from clearstone.spec.state_root import rebuild_trie, state_root


def name(scenario: Scenario) -> str:
    return f"{scenario.number}"


EVERY = pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=name)


def test_every_incident_has_its_scenario():
    assert list(SCENARIOS) == list(range(1, 36))


@EVERY
def test_the_protocol_withstands_the_incident(scenario: Scenario):
    result = scenario.run()
    assert result.expectations
    assert result.holds, result.failures
    assert (result.number, result.title) == (scenario.number, scenario.title)


@EVERY
def test_a_scenario_is_the_same_every_time_and_quick(scenario: Scenario):
    first = scenario.run()
    started = time.perf_counter()
    second = scenario.run()
    assert time.perf_counter() - started < 2
    assert [[applied.receipt for applied in blocks] for blocks in first.histories] == [
        [applied.receipt for applied in blocks] for blocks in second.histories
    ]
    assert first.expectations == second.expectations


@EVERY
def test_a_scenario_leaves_its_blocks_to_be_checked(scenario: Scenario):
    result = scenario.run()
    assert all(blocks for blocks in result.histories)
    assert len(result.history) == sum(len(blocks) for blocks in result.histories)
    for blocks in result.histories:
        assert all(applied.after is applied.before for applied in blocks if applied.receipt.rejection is not None)
        assert all(first.after is second.before for first, second in pairwise(blocks))
        assert root(rebuild_trie(blocks[-1].after)) == state_root(blocks[-1].after)


@EVERY
def test_a_scenario_says_what_happened_and_which_rules_answer(scenario: Scenario):
    assert set(scenario.rules) <= RULES.keys()
    assert scenario.rules
    assert scenario.happened.endswith("].")
    assert scenario.answer.endswith(".")
    assert len(scenario.title) < 60


@EVERY
def test_invariants_answer_the_incident_or_it_is_absent(scenario: Scenario):
    assert scenario.invariants or scenario.number in ABSENT
    assert scenario.answer.startswith("absent: ") or scenario.number not in ABSENT


def test_an_absent_mechanism_is_absent_by_the_enumeration_of_transactions():
    for number in ABSENT:
        statements = [expectation.statement for expectation in SCENARIOS[number].run().expectations]
        assert any(statement.startswith("of the 10 transaction kinds none can ") for statement in statements)


@EVERY
def test_every_invariant_holds_in_every_block_of_the_scenario(scenario: Scenario):
    tally = Tally(thorough=True)
    for applied in scenario.run().history:
        tally.check_block(BlockStep(applied.before, applied.block, applied.after, applied.receipt, accept_all))
    assert tally.violations == []


def scenario_of(script) -> Scenario:
    return Scenario(99, "A title", "It happened [S].", "It is answered.", ("NUM-1",), script)


def test_an_exception_is_a_failed_expectation():
    def script(trial: Trial) -> None:
        trial.expect("a first thing holds", True)
        trial.start(scenario_genesis())
        raise ZeroDivisionError("by design")

    result = scenario_of(script).run()
    assert isinstance(result, ScenarioResult)
    assert not result.holds
    assert [expectation.detail for expectation in result.failures] == ["ZeroDivisionError: by design"]
    assert len(result.history) == 3


def test_one_failed_expectation_fails_the_scenario():
    def script(trial: Trial) -> None:
        trial.expect("a thing holds", True)
        trial.expect("another does not", False, 7)

    result = scenario_of(script).run()
    assert not result.holds
    assert [(failure.statement, failure.detail) for failure in result.failures] == [("another does not", "7")]
