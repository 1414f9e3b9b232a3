"""What a machine does to an expression or a statement, by example."""

import ast

import pytest

from clearstone.conformance.machine_mutants.operators import expression_changes, statement_changes

SIGNATURES = {"pay": ("str", "str", "int"), "lots_in": ("Account", "str")}


def of_expression(source: str) -> set[str]:
    [statement] = ast.parse(source).body
    assert isinstance(statement, ast.Expr)
    return {ast.unparse(ast.fix_missing_locations(node)) for _, node in expression_changes(statement.value, SIGNATURES)}


def of_statement(source: str, *, bound: bool = False, predicate: bool = False) -> set[str]:
    [function] = ast.parse(f"def f():\n    {source}").body
    assert isinstance(function, ast.FunctionDef)
    [statement] = function.body
    changes = statement_changes(statement, lambda _: bound, predicate)
    return {ast.unparse(ast.fix_missing_locations(node)) for _, node in changes}


@pytest.mark.parametrize(
    ("source", "changed"),
    [
        ("a < b", {"a <= b"}),
        ("0 <= a <= b", {"0 < a <= b", "0 <= a < b"}),
        ("a == b", {"a != b"}),
        ("a is None", {"a is not None"}),
        ("a not in b", {"a in b"}),
        ("a + b", {"a - b"}),
        ("a // b", {"a * b"}),
        ("1 << n", {"1 >> n"}),
        ("a and b", {"a or b", "a", "b"}),
        ("a or b or c", {"a and b and c", "b or c", "a or c", "a or b"}),
        ("not a", {"a"}),
        ("-a", {"a"}),
        ("7", {"8", "6"}),
        ("True", {"False"}),
        ("'trade'", {"'trade~'"}),
        ("b'x'", {"b'x~'"}),
        ("a if b else c", {"c if b else a"}),
        ("min(a, b)", {"max(a, b)"}),
        ("sorted(a, key=b)", {"list(a)"}),
        ("abs(a)", {"a"}),
        ("floor_div(a, b)", {"-(-a // b)"}),
        ("ceil_div(a, b)", {"a // b"}),
        ("replace(a, b=c, d=e)", {"replace(a, d=e)", "replace(a, b=c)"}),
        ("pay(a, b, c)", {"pay(b, a, c)"}),
        ("pay(a, a, c)", set()),
        ("lots_in(a, b)", set()),
        ("'account/' + a", set()),
        ("(*a, b)", set()),
    ],
)
def test_an_expression_is_changed_into(source: str, changed: set[str]):
    assert of_expression(source) == changed


def test_a_filter_is_dropped_or_turned_round():
    [statement] = ast.parse("[a for a in b if c]").body
    assert isinstance(statement, ast.Expr)
    assert isinstance(statement.value, ast.ListComp)
    [comprehension] = statement.value.generators
    assert [kind for kind, _ in expression_changes(comprehension, {})] == ["filter dropped", "filter negated"]


@pytest.mark.parametrize(
    ("source", "changed"),
    [
        ("a.append(b)", {"pass"}),
        ("a += b", {"pass", "a -= b"}),
        ("a[b] = c", {"pass"}),
        ("if a: return b", {"pass", "if not a:\n    return b"}),
        ("if not a: b = c", {"if a:\n    b = c"}),
        ("while a: b = c", {"while not a:\n    b = c"}),
        ("return a", set()),
        ("a = b", set()),
        ("assert a", set()),
    ],
)
def test_a_statement_is_changed_into(source: str, changed: set[str]):
    assert of_statement(source) == changed


def test_an_assignment_is_dropped_only_where_the_name_had_a_value():
    assert of_statement("a = b", bound=True) == {"pass"}


def test_what_a_predicate_returns_is_negated():
    assert of_statement("return f(a)", predicate=True) == {"return not f(a)"}
    assert of_statement("return a < b", predicate=True) == set()
