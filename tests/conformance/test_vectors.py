"""The committed vectors are what the spec says now, and each pins everything."""

from collections import Counter
from pathlib import Path

import pytest

from clearstone.conformance import schemas
from clearstone.conformance.operations import OPERATIONS
from clearstone.conformance.operations.operation import answer_json
from clearstone.conformance.rule_coverage import NOT_IN_VECTORS, REJECTS_UNSEEN, rule_coverage
from clearstone.conformance.vector_file import Case, VectorError, committed_folder, read_file, read_folder, text_of
from clearstone.conformance.vectors import DRAFTS, cases_of
from clearstone.conformance.wire import SUITES
from clearstone.spec.encoding.state_json import from_json
from clearstone.spec.receipts import Rejection

VECTORS = Path(__file__).parents[2] / "vectors"
MOST_BYTES = 14_000_000
"""What the files may come to: every commit that changes a state carries them again."""


@pytest.mark.parametrize("suite", SUITES)
def test_the_committed_vectors_are_those_that_the_spec_makes_byte_for_byte(suite: str):
    assert (VECTORS / f"{suite}.json").read_text(encoding="utf-8") == text_of(suite, cases_of(suite))


def test_the_committed_schemas_are_those_of_the_records():
    assert {path.name: path.read_text() for path in (VECTORS / "schemas").iterdir()} == schemas.files()


def references(schema: object) -> set[str]:
    if isinstance(schema, dict):
        own = {schema["$ref"]} if isinstance(schema.get("$ref"), str) else set()
        return own.union(*(references(part) for part in schema.values()))
    return set().union(*(references(part) for part in schema)) if isinstance(schema, list) else set()


@pytest.mark.parametrize("made", [schemas.questions, schemas.replies, schemas.vectors])
def test_every_record_that_a_schema_refers_to_is_described_in_it_once(made):
    schema = made()
    assert references(schema) <= {f"#/$defs/{name}" for name in schema["$defs"]}
    assert all(described for described in schema["$defs"].values())


def test_the_schema_of_replies_says_what_every_output_is():
    described = schemas.replies()["$defs"]
    session = {"open", "apply-transaction", "apply-block", "dump", "close"}
    assert {f"output of {name}" for name in (*OPERATIONS, *session)} <= described.keys()


def test_two_records_of_one_name_are_told_apart_in_a_schema():
    described = schemas.questions()["$defs"]
    assert set(described["claims.Commit"]["properties"]) == {"proposal"}
    assert set(described["Commit"]["properties"]) == {"height", "round", "block_id", "signatures"}


def test_every_suite_is_there_and_nothing_else():
    assert tuple(DRAFTS) == SUITES
    assert {path.stem for path in VECTORS.glob("*.json")} == set(SUITES)
    assert committed_folder() == VECTORS


def test_the_vectors_are_small_enough_to_commit():
    assert sum(path.stat().st_size for path in VECTORS.glob("*.json")) < MOST_BYTES


def test_no_two_cases_have_one_name(vectors):
    assert [name for name, count in Counter(case.id for case in vectors).items() if count > 1] == []


def test_every_operation_is_asked(vectors):
    assert {case.operation for case in vectors} == set(OPERATIONS)


def test_every_output_is_a_whole_record_of_its_kind(vectors):
    wrong = [
        case.id
        for case in vectors
        if case.rejected is None and isinstance(from_json(OPERATIONS[case.operation].answer, case.output), Rejection)
    ]
    assert wrong == []


def test_every_rule_lets_something_pass_and_rejects_something_if_it_can(vectors):
    assert [hole for each in rule_coverage(vectors) for hole in each.holes] == []


def test_a_rule_without_cases_is_a_hole(vectors):
    without = [case for case in vectors if "OPT-2" not in case.rules]
    holes = [hole for each in rule_coverage(without) for hole in each.holes]
    assert holes == ["OPT-2 has no case that it lets pass"] or "OPT-2 has no case that it lets pass" in holes


def test_what_is_said_to_be_beyond_vectors_is(vectors):
    by_rule = {each.rule: each for each in rule_coverage(vectors)}
    assert all(by_rule[rule].rejected == 0 for rule in REJECTS_UNSEEN)
    assert by_rule.keys() >= NOT_IN_VECTORS.keys()


def test_a_file_is_read_as_it_was_written(tmp_path, vectors):
    chosen = [case for case in vectors if case.suite == "oracle"]
    path = tmp_path / "oracle.json"
    path.write_text(text_of("oracle", chosen), encoding="utf-8")
    assert read_file(path) == tuple(chosen)
    assert read_folder(tmp_path) == tuple(chosen)


def test_a_folder_without_vectors_is_told(tmp_path):
    with pytest.raises(VectorError, match=r"no vector file"):
        read_folder(tmp_path)


GOOD = text_of("arithmetic", [Case("arithmetic/x", "X.", ("NUM-3",), "floor_div", {}, {"value": "0"})])


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("{", "", "line 2"),
        ("clearstone-vectors/1", "clearstone-vectors/2", "its format is not"),
        ('"cases": [', '"cases": 1, "x": [', "cases: not a list"),
        ('{"id"', '{"name"', r"cases\[0\]: must have exactly"),
        ("arithmetic/x", "cooking/x", r"cases\[0\].id"),
        ("arithmetic/x", "arithmetic/X Y", r"cases\[0\].id"),
        ('["NUM-3"]', '["NUM-99"]', r"cases\[0\].rules"),
        ('["NUM-3"]', "[]", r"cases\[0\].rules"),
        ("floor_div", "cook", r"cases\[0\].operation"),
        ('"output":{"value":"0"}', '"rejected":{"rule":"NUM-99"}', r"cases\[0\].rejected"),
        ('"output":{"value":"0"}', '"rejected":{"rule":[]}', r"cases\[0\].rejected"),
        ('"description":"X."', '"description":1', r"cases\[0\].description"),
    ],
)
def test_a_file_that_is_none_is_refused_with_the_place(tmp_path, old: str, new: str, reason: str):
    path = tmp_path / "arithmetic.json"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(VectorError, match=reason):
        read_file(path)


def test_a_malformed_question_is_rejected_by_the_rule_for_malformed_input():
    assert answer_json(OPERATIONS["floor_div"], {"numerator": 1, "divisor": "2"}).rule == "ENC-3"
