"""The committed JSON Schemas, read by a library of its own, say of every vector what the spec's readers say."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from clearstone.conformance import wire
from clearstone.conformance.client_session import ClientSession
from clearstone.conformance.operations import OPERATIONS
from clearstone.conformance.vector_file import Case
from clearstone.spec.encoding.state_json import from_json
from clearstone.spec.receipts import Rejection

SCHEMAS = Path(__file__).parents[2] / "vectors" / "schemas"


def schema(name: str) -> dict[str, Any]:
    return json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def inputs() -> dict[str, Draft202012Validator]:
    questions = schema("questions")
    by_operation = [each["properties"] for each in questions["oneOf"] if "operation" in each["properties"]]
    return {
        each["operation"]["const"]: Draft202012Validator({**each["input"], "$defs": questions["$defs"]})
        for each in by_operation
    }


@pytest.fixture(scope="module")
def outputs() -> dict[str, Draft202012Validator]:
    replies = schema("replies")
    return {
        name: Draft202012Validator({"$ref": f"#/$defs/output of {name}", "$defs": replies["$defs"]})
        for name in OPERATIONS
    }


def wrong(cases: list[Case], inputs, outputs) -> list[str]:
    return [
        case.id
        for case in cases
        if not inputs[case.operation].is_valid(case.input)
        or (case.rejected is None and not outputs[case.operation].is_valid(case.output))
    ]


@pytest.mark.parametrize("name", ["questions", "replies", "vectors"])
def test_a_schema_is_a_schema(name: str):
    Draft202012Validator.check_schema(schema(name))


def test_a_sample_of_the_vectors_is_valid(vectors, inputs, outputs):
    assert wrong(vectors[::13], inputs, outputs) == []


@pytest.mark.slow
def test_every_vector_is_valid(vectors, inputs, outputs):
    assert wrong(vectors, inputs, outputs) == []


@pytest.mark.parametrize(
    "spoilt",
    [
        {"numerator": 1, "divisor": "2"},
        {"numerator": "01", "divisor": "2"},
        {"numerator": "-0", "divisor": "2"},
        {"numerator": "+1", "divisor": "2"},
        {"numerator": "1"},
        {"numerator": "1", "divisor": "2", "more": "3"},
        ["1", "2"],
        None,
    ],
)
def test_schema_and_reader_refuse_the_same_questions(inputs, spoilt):
    assert not inputs["floor_div"].is_valid(spoilt)
    assert isinstance(from_json(OPERATIONS["floor_div"].question, spoilt), Rejection)


def test_what_is_said_on_the_pipe_is_valid_in_both_directions(vectors):
    questions, replies = (Draft202012Validator(schema(name)) for name in ("questions", "replies"))
    case = next(case for case in vectors if case.id == "ledger/transfer-of-all")
    state, transaction = case.input["state"], case.input["transaction"]
    session = ClientSession("1")
    talk = [
        wire.START,
        wire.run("1", "arithmetic", "floor_div", {"numerator": "1", "divisor": "2"}),
        {"kind": "open", "seq": "2", "state": state},
        {"kind": "apply", "seq": "3", "transaction": transaction},
        {"kind": "dump", "seq": "4"},
        {"kind": "close", "seq": "5"},
        {"kind": "dump", "seq": "6"},
    ]
    for question in talk:
        assert questions.is_valid(question), question["kind"]
        assert replies.is_valid(json.loads(session.reply(wire.write(question)))), question["kind"]
    assert questions.is_valid(wire.STOP)
    assert not questions.is_valid({"kind": "cook"})
    assert not replies.is_valid({"seq": "1"})
