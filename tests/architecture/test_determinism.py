import ast

import pytest

FORBIDDEN_MODULES = {"random", "secrets", "time", "datetime", "os", "sys", "threading", "asyncio", "decimal"}
EXACT_MATHEMATICS = {"gcd", "lcm", "isqrt", "prod", "comb"}
FORBIDDEN_CALLS = {"float", "hash", "open", "print", "input", "eval", "exec", "round"}

EXEMPT = {
    ("clearstone.spec.encoding.shapes", "raises"): "for a record type that is declared wrongly; no input gets there",
    (
        "clearstone.spec.encoding.records",
        "calls exec",
    ): "compiles one encoder for each record type, from its fields alone",
    ("clearstone.spec.values", "calls exec"): "writes out one __init__ for each record type, from its fields alone",
}
"""What one module may do, and why."""


def violations(tree: ast.AST) -> list[str]:
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=float() | complex()):
                found.append(f"line {node.lineno}: {node.value!r} is not an integer")
            case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
                found.append(f"line {node.lineno}: / makes a float")
            case ast.Call(func=ast.Name(id=name)) if name in FORBIDDEN_CALLS:
                found.append(f"line {node.lineno}: calls {name}")
            case ast.Import(names=names):
                found += [f"line {node.lineno}: imports {a.name}" for a in names if a.name in FORBIDDEN_MODULES]
            case ast.Attribute(value=ast.Name(id="math"), attr=name) if name not in EXACT_MATHEMATICS:
                found.append(f"line {node.lineno}: uses math.{name}")
            case ast.ImportFrom(module="math", names=names):
                found += [f"line {node.lineno}: uses math.{a.name}" for a in names if a.name not in EXACT_MATHEMATICS]
            case ast.ImportFrom(module=name) if name in FORBIDDEN_MODULES:
                found.append(f"line {node.lineno}: imports {name}")
            case ast.Raise():
                found.append(f"line {node.lineno}: raises")
            case ast.Global() | ast.Nonlocal():
                found.append(f"line {node.lineno}: {type(node).__name__.lower()}")
    return found


def test_the_spec_has_no_float_no_clock_no_randomness_and_no_effects(modules):
    """NUM-1, and ENC-3: nothing is raised."""
    found = [
        f"{module.path}: {violation}"
        for module in modules
        if module.root == "spec"
        for violation in violations(module.tree)
        if (module.name, violation.partition(": ")[2]) not in EXEMPT
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "x = 1.5",
        "x = a / b",
        "x /= 2",
        "float(1)",
        "math.sqrt(2)",
        "from math import sqrt",
        "import random",
        "from time import time",
        "raise ValueError",
        "def f():\n    global x",
    ],
)
def test_what_would_break_determinism_is_seen(source: str):
    assert violations(ast.parse(source))


@pytest.mark.parametrize("source", ["x = a // b", "from math import gcd", "math.isqrt(2)"])
def test_exact_arithmetic_is_fine(source: str):
    assert violations(ast.parse(source)) == []
