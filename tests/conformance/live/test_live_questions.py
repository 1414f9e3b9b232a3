"""Questions that are made up: well formed, answered by the spec, wide enough, and made small when they are missed."""

import json
from collections import Counter

import jsonschema
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from clearstone.conformance import schemas, wire
from clearstone.conformance.live.budget import Clock, Enough
from clearstone.conformance.live.finding import of_question
from clearstone.conformance.live.live_test import first_material
from clearstone.conformance.live.question_hunt import ask_questions
from clearstone.conformance.live.questions import ASKED
from clearstone.conformance.operations import OPERATIONS
from clearstone.conformance.operations.operation import answer
from clearstone.conformance.vector_file import read_file, text_of
from clearstone.spec.encoding.state_json import from_json, to_json
from clearstone.spec.rules import RULES

BY_NAME = {asked.name: asked for asked in ASKED}


def drawn(asked, count, number=1):
    """So many questions of a kind."""
    found = []

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(asked.draw(first_material()))
    def collect(question):
        found.append(question)

    collect()
    return found


def test_every_operation_is_asked_and_every_kind_has_its_own_name():
    assert {asked.operation for asked in ASKED} == set(OPERATIONS)
    assert len(BY_NAME) == len(ASKED)
    assert all(set(asked.rules) <= RULES.keys() for asked in ASKED)
    assert {asked.suite for asked in ASKED} <= set(wire.SUITES)


@pytest.mark.parametrize("name", BY_NAME)
def test_questions_are_records_of_their_operation_that_the_spec_answers(keys, name):
    asked = BY_NAME[name]
    operation = OPERATIONS[asked.operation]
    for question in drawn(asked, 20):
        assert type(question) is operation.question
        assert from_json(operation.question, to_json(question)) == question
        answer(operation, question)


def test_questions_are_valid_against_the_schema(keys):
    validator = jsonschema.Draft202012Validator(schemas.questions())
    for asked in ASKED:
        for number, question in enumerate(drawn(asked, 2), 1):
            asking = wire.run(str(number), asked.suite, asked.operation, to_json(question))
            assert validator.is_valid(asking), asked.name


REJECTING = (
    "decode",
    "recode",
    "root-of-state",
    "genesis",
    "check-message",
    "check-commit",
    "check-validators",
)


@pytest.mark.parametrize("name", REJECTING)
def test_kinds_that_may_be_refused_are_both_refused_and_not(keys, name):
    asked = BY_NAME[name]
    told = [answer(OPERATIONS[asked.operation], question).rule for question in drawn(asked, 60)]
    assert None in told
    assert any(told)


def test_claims_lead_to_something_and_to_nothing():
    outcomes = Counter()
    for question in drawn(BY_NAME["take-step"], 150):
        moved = OPERATIONS["take_step"].run(question).node != question.node
        outcomes[type(question.claim).__name__, moved] += 1
    assert all(outcomes[claim, moved] > 0 for claim in ("Proposed", "Polka") for moved in (True, False)), outcomes


def test_the_reference_answers_every_kind(reference, keys):
    for asked in ASKED:
        done = ask_questions(reference, asked, first_material(), Clock(600.0), 8, 3, 1.0)
        assert done.mismatch is None, (asked.name, done.mismatch)
        assert done.questions > 0


def test_a_question_that_is_missed_is_made_small_and_kept(reference, keys, tmp_path):
    def change(question, reply):
        if question["operation"] == "apportion" and len(question["input"]["caps"]) > 1:
            reply["output"]["shares"][0] = "999"
        return reply

    reference.changes = change
    done = ask_questions(reference, BY_NAME["apportion"], first_material(), Clock(600.0), 200, 1, 30.0)
    finding = of_question(done, 0.0, 4, reference)
    assert finding.case.input == {"amount": "0", "caps": ["0", "0"]}
    assert finding.mismatch.differences[0].path == "shares[0]"
    assert finding.case.rules == ("NUM-6",)
    assert finding.repeats
    path = tmp_path / "kept.json"
    path.write_text(text_of("arithmetic", [finding.case]), encoding="utf-8")
    [case] = read_file(path)
    assert case == finding.case
    validator = jsonschema.Draft202012Validator(schemas.vectors())
    assert validator.is_valid(json.loads(path.read_text(encoding="utf-8")))


def test_a_refusal_by_another_rule_names_both(reference, keys):
    def change(question, reply):
        return {**reply, "rejected": {"rule": "ENC-2"}} if "rejected" in reply else reply

    reference.changes = change
    done = ask_questions(reference, BY_NAME["recode"], first_material(), Clock(600.0), 200, 1, 5.0)
    assert done.mismatch.rules[1] == "ENC-2"
    assert done.mismatch.rules[0] in ("ENC-1", "ENC-3")


def test_asking_ends_when_the_time_is_over(reference, keys):
    with pytest.raises(Enough):
        ask_questions(reference, BY_NAME["floor-div"], first_material(), Clock(0.0), 200, 1, 5.0)
    assert reference.asked == 0
