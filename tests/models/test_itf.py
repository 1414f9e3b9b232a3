import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearstone.models.itf import (
    ItfError,
    ItfState,
    ItfTrace,
    Record,
    Variant,
    as_json,
    decoded,
    encoded,
    from_json,
    read_itf,
    write_itf,
    written,
)

NAMES = st.from_regex(r"[a-z_]{1,6}", fullmatch=True).filter(lambda name: name not in ("tag", "value"))
VALUES = st.recursive(
    st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.tuples(inner, inner)
        | st.lists(inner, max_size=3)
        | st.builds(Variant, NAMES, inner)
        | st.dictionaries(NAMES, inner, max_size=3).map(Record)
        | st.frozensets(st.integers() | st.text(max_size=3), max_size=3)
        | st.dictionaries(st.integers() | st.tuples(st.text(max_size=3), st.integers()), inner, max_size=3)
    ),
    max_leaves=12,
)


def shape(value):
    """Python takes True for 1 and a tuple of them for another: tell them apart."""
    return json.dumps(encoded(value), sort_keys=True)


@given(VALUES)
def test_a_value_comes_back_as_it_was(value):
    assert shape(decoded(json.loads(json.dumps(encoded(value))))) == shape(value)


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (12, {"#bigint": "12"}),
        (-(10**30), {"#bigint": "-1000000000000000000000000000000"}),
        (True, True),
        ("a", "a"),
        ((1, "a"), {"#tup": [{"#bigint": "1"}, "a"]}),
        (frozenset({"b", "a"}), {"#set": ["a", "b"]}),
        ({"k": 1}, {"#map": [["k", {"#bigint": "1"}]]}),
        (Record(k=False), {"k": False}),
        (Variant("Some", 1), {"tag": "Some", "value": {"#bigint": "1"}}),
        ([1], [{"#bigint": "1"}]),
    ],
)
def test_values_are_written_as_the_format_has_them(value, data):
    assert encoded(value) == data
    assert decoded(data) == value


def trace() -> ItfTrace:
    states = [ItfState({"x": 0, "seen": frozenset()}, {"action": "init"}), ItfState({"x": 1, "seen": frozenset({0})})]
    return ItfTrace(("x", "seen"), states, ("N",), {"description": "a counter"}, 0)


def test_a_trace_has_the_fields_of_the_format_in_its_order():
    data = as_json(trace())
    assert list(data) == ["#meta", "params", "vars", "states", "loop"]
    assert data["#meta"]["format"] == "ITF"
    assert [state["#meta"]["index"] for state in data["states"]] == [0, 1]
    assert data["states"][1]["seen"] == {"#set": [{"#bigint": "0"}]}


def test_a_trace_comes_back_from_its_file_and_is_written_the_same_again(tmp_path: Path):
    path = tmp_path / "counter.itf.json"
    write_itf(path, trace())
    assert read_itf(path) == trace()
    assert written(read_itf(path)) == path.read_text()


def test_a_plain_number_of_another_writer_is_an_integer():
    assert from_json({"vars": ["x"], "states": [{"x": 3}]}).states[0].values["x"] == 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "not JSON"),
        ("[]", "has `vars` and `states`"),
        ('{"vars": ["x"], "states": [{}]}', "state 0 has no x"),
        ('{"vars": [], "states": [1]}', "state 0 is not an object"),
        ('{"vars": [], "states": [], "loop": 0}', "not the index"),
        ('{"vars": ["x"], "states": [{"x": {"#bigint": "one"}}]}', "malformed"),
        ('{"vars": ["x"], "states": [{"x": {"#new": 1}}]}', "malformed"),
        ('{"vars": ["x"], "states": [{"x": {"#map": [1]}}]}', "malformed"),
        ('{"vars": ["x"], "states": [{"x": null}]}', "no value"),
        ('{"vars": ["x"], "states": [{"x": 1.5}]}', "no value"),
    ],
)
def test_what_is_not_a_trace_is_refused_with_a_reason(text: str, reason: str, tmp_path: Path):
    path = tmp_path / "wrong.itf.json"
    path.write_text(text)
    with pytest.raises(ItfError, match=reason):
        read_itf(path)


def test_what_has_no_place_in_a_trace_is_refused():
    with pytest.raises(TypeError, match="float"):
        encoded(1.5)
