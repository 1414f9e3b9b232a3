from dataclasses import replace

import pytest

from clearstone.models import directed_scenarios, incidents
from clearstone.models.directed_scenarios.scenario import DirectedScenario
from clearstone.models.incidents.scenario import Scenario
from clearstone.models.scenario_genesis import scenario_genesis
from clearstone.models.stateful.hunting import PROFILES, Profile
from clearstone.reference.check_plan import MACHINES, MARCH_2020, SCENARIOS, Job
from clearstone.reference.check_results import CheckOutcome, check_results
from clearstone.reference.input_errors import InputError
from clearstone.reference.job_runner import MachinesOutcome, ScenariosOutcome, run_job, series_of


def incident(number: int, holds: bool) -> Scenario:
    def script(trial) -> None:
        trial.start(scenario_genesis())
        trial.expect("it holds", holds, "seen")

    return Scenario(number, f"Attack {number}", "Somewhere.", "So.", ("LEDGER-1",), script)


def directed(name: str, holds: bool) -> DirectedScenario:
    return DirectedScenario(
        name, "It must.", "consensus", ("CONS-2",), lambda trial: trial.expect("it does", holds, "seen")
    )


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch):
    def run(*scenarios: Scenario | DirectedScenario) -> ScenariosOutcome:
        numbered = {each.number: each for each in scenarios if isinstance(each, Scenario)}
        named = {each.name: each for each in scenarios if isinstance(each, DirectedScenario)}
        monkeypatch.setattr(incidents, "SCENARIOS", numbered)
        monkeypatch.setattr(directed_scenarios, "SCENARIOS", named)
        outcome = run_job(Job(SCENARIOS, 1), lambda done, planned, note: None)
        assert isinstance(outcome, ScenariosOutcome)
        return outcome

    return run


def test_every_scenario_is_run_and_the_invariants_look_at_its_blocks(run):
    outcome = run(incident(3, True), directed("one", True), directed("two", True))
    assert outcome.holds
    assert [(each.id, each.layer, each.expectations) for each in outcome.scenarios] == [
        ("incident-3", "incidents", 1),
        ("one", "consensus", 1),
        ("two", "consensus", 1),
    ]
    assert outcome.judgement.asked["conservation"] == 3


def test_all_incidents_are_run_even_if_one_fails_and_then_it_ends(run):
    outcome = run(incident(3, False), incident(4, True), directed("one", True))
    assert not outcome.holds
    assert [(each.id, each.failures) for each in outcome.scenarios] == [
        ("incident-3", ("it holds: seen",)),
        ("incident-4", ()),
    ]


def test_it_ends_at_the_first_directed_scenario_that_fails(run):
    outcome = run(directed("one", True), directed("two", False), directed("three", True))
    assert [each.id for each in outcome.scenarios] == ["one", "two"]
    assert outcome.scenarios[-1].failures == ("it does: seen",)


def test_the_series_of_a_job_is_its_file_or_the_project_s_own(tmp_path):
    assert series_of(Job(MARCH_2020, 1)).name == MARCH_2020
    file = tmp_path / "wrong.csv"
    file.write_text("nothing")
    with pytest.raises(InputError) as caught:
        series_of(Job("wrong", 1, path=str(file)))
    assert str(caught.value).startswith(f"{file}:1: ")


def test_the_machines_make_up_a_few_programs_and_tell_how_far_they_are(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(PROFILES, "quick", Profile("quick", 2, 6))
    told: list[tuple[int, int, str]] = []
    outcome = run_job(Job(MACHINES, 1), lambda *message: told.append(message))
    assert isinstance(outcome, MachinesOutcome)
    assert outcome.holds
    assert [result.id for result in outcome.results] == ["stateful-exchange", "stateful-network"]
    assert {planned for _, planned, _ in told} == {2}
    check = CheckOutcome({})
    check.add(outcome)
    assert set(outcome.results) <= set(check_results(check))
    violated = replace(outcome.results[0], verdict="violated")
    assert not MachinesOutcome((violated,)).holds
