import re
import time

import pytest

from clearstone.invariants.catalogue import INVARIANTS
from clearstone.models.directed_scenarios import SCENARIOS, DirectedScenario, Trial
from clearstone.models.directed_scenarios.stage import CHAIN, HEIGHT, OTHER, Stage, block_of
from clearstone.models.incidents import SCENARIOS as INCIDENTS
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.messages import PRECOMMIT, PREVOTE, PROPOSE, Vote
from clearstone.spec.consensus.proposer import proposer
from clearstone.spec.rules import RULES

SAMPLE = "random-schedules"
"""The one scenario that takes seconds."""


def name(scenario: DirectedScenario) -> str:
    return scenario.name


EVERY = pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=name)
QUICK = pytest.mark.parametrize("scenario", [each for each in SCENARIOS.values() if each.name != SAMPLE], ids=name)


@EVERY
def test_the_protocol_does_as_expected(scenario: DirectedScenario):
    result = scenario.run()
    assert result.expectations
    assert result.holds, result.failures
    assert result.judgement.violations == []
    assert result.name == scenario.name


@QUICK
def test_a_scenario_is_the_same_every_time_and_quick(scenario: DirectedScenario):
    first = scenario.run()
    started = time.perf_counter()
    second = scenario.run()
    assert time.perf_counter() - started < 1
    assert first.expectations == second.expectations
    assert first.judgement.asked == second.judgement.asked


@EVERY
def test_a_scenario_says_what_must_hold_and_by_which_rules(scenario: DirectedScenario):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", scenario.name)
    assert re.fullmatch(r"[A-Z].*\.", scenario.statement)
    assert scenario.rules
    assert set(scenario.rules) <= RULES.keys()


def test_scenarios_have_names_of_their_own():
    names = [scenario.name for scenario in SCENARIOS.values()]
    assert list(SCENARIOS) == names
    assert not set(names) & {f"incident-{number}" for number in INCIDENTS}


def test_every_rule_of_consensus_and_encoding_is_exercised():
    exercised = {rule for scenario in SCENARIOS.values() for rule in scenario.rules}
    assert {rule for rule in RULES if rule.startswith(("CONS-", "ENC-"))} <= exercised


def test_together_they_put_every_invariant_of_consensus_to_the_test():
    asked = {
        invariant for each in SCENARIOS.values() if each.name != SAMPLE for invariant in +each.run().judgement.asked
    }
    assert {each.id for each in INVARIANTS.values() if each.kind == "trace"} <= asked


# How they are made


def scenario_of(script) -> DirectedScenario:
    return DirectedScenario("a-name", "A thing holds.", "consensus", ("CONS-2",), script)


def test_one_failed_expectation_or_an_exception_fails_the_scenario():
    def script(trial: Trial) -> None:
        trial.expect("a thing holds", True)
        trial.expect("another does not", False, 7)
        raise ZeroDivisionError("by design")

    failures = scenario_of(script).run().failures
    assert [(each.statement, each.detail) for each in failures] == [
        ("another does not", "7"),
        ("the scenario runs to its end", "ZeroDivisionError: by design"),
    ]


def test_what_breaks_an_invariant_is_a_failure_and_a_violation():
    def script(trial: Trial) -> None:
        stage = Stage(liars=(0, 1))
        stage.start()
        for victim, value in ((2, block_of(0)), (3, OTHER)):
            votes = [stage.vote(liar, step, 0, value) for step in (PREVOTE, PRECOMMIT) for liar in (0, 1)]
            stage.give((stage.proposal(0, 0, value), *votes), victim)
        trial.judge(stage.trace())

    result = scenario_of(script).run()
    assert {violation.invariant for violation in result.judgement.violations} == {"agreement", "same-roots"}
    assert [each.detail.partition(":")[0] for each in result.failures] == ["agreement"]


@pytest.mark.parametrize("count", [3, 4])
def test_on_a_stage_of_equals_the_nth_proposes_in_round_n(count):
    stage = Stage(powers=(1,) * count)
    turns = [proposer(stage.validators, HEIGHT, round) for round in range(count)]
    assert turns == [key.public for key in stage.keys]


def test_on_a_stage_nothing_arrives_by_itself():
    stage = Stage()
    stage.start()
    assert stage.voted(0, PREVOTE, 0) == [block_of(0)]
    assert [stage.voted(index, PREVOTE, 0) for index in (1, 2, 3)] == [[], [], []]


def test_on_a_stage_that_talks_all_decide_in_round_0():
    stage = Stage()
    stage.start()
    stage.talk(0, 1, 2, 3)
    assert stage.decisions() == {block_of(0)}


def test_a_timer_that_was_not_set_cannot_run_out():
    stage = Stage()
    stage.start(1)
    with pytest.raises(ValueError, match="no timer of step 1 runs in round 0"):
        stage.time_out(PREVOTE, 1)
    stage.time_out(PROPOSE, 1)
    assert stage.voted(1, PREVOTE, 0) == [NIL]


def test_one_that_is_down_hears_nothing_and_begins_again_with_nothing_but_its_disk():
    stage = Stage()
    stage.start()
    stage.actors[1].crash()
    stage.give(stage.proposals(0), 1)
    assert stage.voted(1, PREVOTE, 0) == []
    stage.actors[1].restart()
    assert stage.actors[1].known == set()
    stage.actors[1].start()
    stage.give(stage.proposals(0), 1)
    assert stage.voted(1, PREVOTE, 0) == [block_of(0)]


def test_a_message_that_must_not_be_counted_enters_no_log():
    stage = Stage()
    stage.start()
    refused = stage.actors[1].hear(stage.sign(2, Vote(CHAIN, HEIGHT, -1, PREVOTE, NIL, 0, ())))
    assert refused is not None
    assert refused.rule == "NUM-5"
    assert stage.actors[1].known == set()
