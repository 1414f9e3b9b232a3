"""Which mutants there are, what they are called, and what is left alone."""

import ast
from collections import Counter

import pytest

from clearstone.conformance.machine_mutants import generation
from clearstone.conformance.machine_mutants.generation import all_mutants, modules, mutants_of, path_of
from clearstone.conformance.machine_mutants.mutant import Place
from clearstone.conformance.machine_mutants.sampling import sample
from clearstone.conformance.machine_mutants.unanswered import UNANSWERED


def mutants_in(source: str, monkeypatch: pytest.MonkeyPatch):
    generation.signatures()  # of the spec: they are kept, and must not be read from the source that stands in for it
    with monkeypatch.context() as patched:
        patched.setattr(generation, "tree_of", lambda _: ast.parse(source))
        return mutants_of.__wrapped__("numbers")


def test_no_two_mutants_have_one_name():
    assert [name for name, count in Counter(mutant.name for mutant in all_mutants()).items() if count > 1] == []


def test_there_are_thousands_and_some_in_every_module_that_decides_anything():
    mutants = all_mutants()
    assert len(mutants) > 4_000
    without = set(modules()) - {mutant.module for mutant in mutants}
    assert without <= {
        *UNANSWERED,
        "transactions",
        "receipts",
        "consensus.actions",
        "consensus.claims",
        "consensus.log",
    }


def test_every_mutant_can_be_compiled_and_the_tree_is_as_it_was():
    for mutant in mutants_of("margin"):
        tree = generation.tree_of("margin")
        before, original = ast.dump(tree), mutant.place.node
        mutant.place.hang(mutant.replacement)
        assert ast.dump(tree) != before, mutant.title
        compile(tree, "margin", "exec")
        mutant.place.hang(original)
        assert ast.dump(tree) == before


def test_a_name_outlives_edits_of_other_statements(monkeypatch: pytest.MonkeyPatch):
    source = path_of("numbers").read_text(encoding="utf-8")
    names = {mutant.name for mutant in mutants_of("numbers")}
    edited = source.replace("def clamp", "MORE = 7\n\n\ndef clamp")
    assert edited != source
    assert names < {mutant.name for mutant in mutants_in(edited, monkeypatch)}


def test_an_edit_of_a_statement_renames_its_mutants_alone(monkeypatch: pytest.MonkeyPatch):
    source = path_of("numbers").read_text(encoding="utf-8")
    names = {mutant.name for mutant in mutants_of("numbers")}
    spaced = source.replace("return numerator // divisor", "return numerator // (divisor)")
    assert spaced != source
    assert {mutant.name for mutant in mutants_in(spaced, monkeypatch)} == names
    edited = source.replace("return -(-numerator // divisor)", "return -(-numerator // divisor) + 0")
    changed = {mutant.name for mutant in mutants_in(edited, monkeypatch)} ^ names
    assert changed
    assert {name.partition("~")[0] for name in changed} == {"numbers.ceil_div"}


def test_what_people_alone_read_is_left_alone(monkeypatch: pytest.MonkeyPatch):
    source = '''
"""A docstring."""
from typing import TypeVar
X = TypeVar("X")
@decorated("a")
def f(a: "int") -> "str":
    """Another."""
    assert a > 7, "a reason"
    if isinstance(a, int | str):
        raise ValueError("a reason")
    return Rejection(a, "a reason")
'''
    assert {mutant.operator for mutant in mutants_in(source, monkeypatch)} == {"condition negated", "arguments swapped"}


def test_a_default_and_what_lies_outside_of_functions_runs_on_loading(monkeypatch: pytest.MonkeyPatch):
    made = mutants_in("A = 7\ndef f(a=8):\n    return a + 9\n", monkeypatch)
    assert {(m.before, m.in_function) for m in made} == {
        ("7", False),
        ("def f(a=8)", False),
        ("a + 9", True),
    }


def test_every_part_that_is_left_out_is_there():
    for place in UNANSWERED:
        module = next(
            module for module in sorted(modules(), key=len, reverse=True) if f"{place}.".startswith(f"{module}.")
        )
        scope = place.removeprefix(module).removeprefix(".")
        defined = {getattr(node, "name", "") for node in ast.walk(generation.tree_of(module))}
        assert not scope or scope in defined


def test_a_sample_is_the_same_each_time_and_outlives_most_edits():
    mutants = all_mutants()
    chosen = sample(mutants, 100)
    assert chosen == sample(mutants, 100)
    assert len(chosen) == 100
    kept = sample([mutant for mutant in mutants if mutant.module != "margin"], 100)
    assert len(set(kept) & set(chosen)) >= 90
    assert len({mutant.module for mutant in chosen}) > 20


def test_a_place_is_a_field_or_a_part_of_one():
    tree = ast.parse("a + b\nc")
    [first, second] = tree.body
    assert isinstance(first, ast.Expr)
    assert Place(tree, "body", 1).node is second
    assert Place(first, "value", None).node is first.value
