import ast
import re

import pytest

from clearstone.reference.rule_index import RULE_ID, definitions, rules_at_head
from clearstone.spec.rules import RULES

AREAS = {rule.partition("-")[0] for rule in RULES}


def is_public(name: str) -> bool:
    return not any(part.startswith("_") for part in name.split("."))


def is_overload(node: ast.AST) -> bool:
    """Only the function that follows its overloads is there to be explained."""
    return any(ast.unparse(decorator) == "overload" for decorator in getattr(node, "decorator_list", ()))


def is_record(node: ast.AST) -> bool:
    return isinstance(node, ast.ClassDef) and (
        any("dataclass" in ast.unparse(decorator) for decorator in node.decorator_list)
        or any(ast.unparse(base) == "NamedTuple" for base in node.bases)
    )


def undocumented_fields(node: ast.ClassDef) -> list[str]:
    bodies = zip(node.body, [*node.body[1:], None], strict=True)
    return [
        ast.unparse(statement.target)
        for statement, after in bodies
        if isinstance(statement, ast.AnnAssign)
        and not ast.unparse(statement.target).startswith("_")
        and not (isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant))
    ]


def test_every_module_says_what_it_is(modules):
    assert [str(module.path) for module in modules if not ast.get_docstring(module.tree)] == []


def test_every_public_name_has_a_docstring(modules):
    silent = [
        f"{module.path}:{node.lineno} {name}"
        for module in modules
        for name, node in definitions(module.tree)
        if is_public(name) and not is_overload(node) and not ast.get_docstring(node)
    ]
    assert silent == []


def test_every_field_of_a_record_of_the_spec_says_what_it_is(modules):
    silent = [
        f"{module.path}:{node.lineno} {name}.{field}"
        for module in modules
        if module.root == "spec"
        for name, node in definitions(module.tree)
        if is_record(node)
        for field in undocumented_fields(node)
    ]
    assert silent == []


def test_every_public_function_of_the_spec_starts_with_the_rule_that_it_implements(modules):
    lawless = [
        f"{module.path}:{node.lineno} {name}"
        for module in modules
        if module.root == "spec"
        for name, node in definitions(module.tree)
        if "." not in name and is_public(name) and not isinstance(node, ast.ClassDef) and not is_overload(node)
        if not set(rules_at_head(ast.get_docstring(node) or "")) & RULES.keys()
    ]
    assert lawless == []


def test_every_rule_id_that_the_sources_name_exists(modules):
    unknown = [
        f"{module.path}: {rule}"
        for module in modules
        if module.root != "invariants"  # which has ids of its own beside the rules'
        for rule in sorted(set(RULE_ID.findall(ast.unparse(module.tree))))
        if rule.partition("-")[0] in AREAS and rule not in RULES
    ]
    assert unknown == []


def test_a_rule_is_one_sentence():
    for rule, statement in RULES.items():
        assert re.fullmatch(r"[A-Z]+-\d+[a-z]?", rule)
        assert re.fullmatch(r"[A-Z][^.]*(\.\d[^.]*)*\.", statement), rule


@pytest.mark.parametrize(
    ("source", "fields"),
    [
        ('class A(NamedTuple):\n    x: int\n    """Doc."""\n    y: int', ["y"]),
        ('class A(NamedTuple):\n    x: int\n    y: int\n    """Doc."""', ["x"]),
        ('class A(NamedTuple):\n    x: int\n    """Doc."""', []),
    ],
)
def test_a_field_without_a_word_under_it_is_seen(source: str, fields: list[str]):
    node = ast.parse(source).body[0]
    assert is_record(node)
    assert undocumented_fields(node) == fields
