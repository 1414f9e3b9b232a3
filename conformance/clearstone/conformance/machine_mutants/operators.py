"""What a machine can do to a node: the mistakes that clients make, each as a node to put in its place.

Shifted boundaries, swapped arithmetic, rounding the other way, a condition turned round or a part of it forgotten, a
number that is off by one, another text, a field that is not written, two arguments of one type in the wrong order, a
check or an effect left out. What people alone read (docstrings, annotations, reasons of rejections) stays as it is.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

Changes: TypeAlias = Iterator[tuple[str, ast.AST]]
"""Kind of change, and the node that replaces the one asked about."""

_COMPARISONS: dict[type[ast.cmpop], tuple[str, type[ast.cmpop]]] = {
    ast.Lt: ("boundary", ast.LtE),
    ast.LtE: ("boundary", ast.Lt),
    ast.Gt: ("boundary", ast.GtE),
    ast.GtE: ("boundary", ast.Gt),
    ast.Eq: ("comparison", ast.NotEq),
    ast.NotEq: ("comparison", ast.Eq),
    ast.In: ("comparison", ast.NotIn),
    ast.NotIn: ("comparison", ast.In),
    ast.Is: ("comparison", ast.IsNot),
    ast.IsNot: ("comparison", ast.Is),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd,
}
_OTHER_FUNCTION = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list"}
"""Built-in functions and the ones that they are mistaken for."""
_PARTS_OF_LISTS = (ast.List, ast.Tuple, ast.ListComp, ast.JoinedStr)


def expression_changes(node: ast.AST, signatures: Mapping[str, tuple[str, ...]]) -> Changes:
    """The changes of an expression; `signatures` has the types of the parameters of the spec's functions, by name."""
    match node:
        case ast.Compare():
            yield from _compare(node)
        case ast.BinOp():
            yield from _arithmetic(node)
        case ast.BoolOp():
            yield from _condition(node)
        case ast.UnaryOp(op=ast.USub() | ast.Not() | ast.Invert()):
            yield ("negation dropped" if isinstance(node.op, ast.Not) else "sign dropped"), node.operand
        case ast.Constant():
            yield from _constant(node)
        case ast.IfExp():
            yield "branches swapped", ast.IfExp(node.test, node.orelse, node.body)
        case ast.Call():
            yield from _call(node, signatures)
        case ast.comprehension():
            for index in range(len(node.ifs)):
                rest = node.ifs[:index] + node.ifs[index + 1 :]
                yield "filter dropped", ast.comprehension(node.target, node.iter, rest, node.is_async)
                turned = [*node.ifs[:index], negated(node.ifs[index]), *node.ifs[index + 1 :]]
                yield "filter negated", ast.comprehension(node.target, node.iter, turned, node.is_async)


def statement_changes(node: ast.stmt, bound: Callable[[str], bool], predicate: bool) -> Changes:
    """The changes of a statement; `bound` says whether a name had a value before, `predicate` whether bool returns."""
    match node:
        case ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom()) | ast.Continue() | ast.Break():
            yield "statement dropped", ast.Pass()
        case ast.AugAssign():
            yield "statement dropped", ast.Pass()
            if type(node.op) in _ARITHMETIC:
                yield "arithmetic", ast.AugAssign(node.target, _ARITHMETIC[type(node.op)](), node.value)
        case ast.Assign(targets=[ast.Subscript()]):
            yield "statement dropped", ast.Pass()
        case ast.Assign(targets=[ast.Name(id=name)]) if bound(name):
            yield "statement dropped", ast.Pass()
        case ast.If(orelse=[], body=[ast.Return() | ast.Continue() | ast.Break()]):
            yield "guard dropped", ast.Pass()
            yield "condition negated", ast.If(negated(node.test), node.body, [])
        case ast.If() | ast.While():
            yield "condition negated", type(node)(negated(node.test), node.body, node.orelse)
        case ast.Return(value=ast.BoolOp() | ast.Call() | ast.Name() | ast.Attribute() as value) if predicate:
            yield "answer negated", ast.Return(negated(value))


def negated(test: ast.expr) -> ast.expr:
    """A condition turned round."""
    return (
        test.operand if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) else ast.UnaryOp(ast.Not(), test)
    )


def _compare(node: ast.Compare) -> Changes:
    for index, operator in enumerate(node.ops):
        kind, other = _COMPARISONS[type(operator)]
        yield kind, ast.Compare(node.left, [*node.ops[:index], other(), *node.ops[index + 1 :]], node.comparators)


def _arithmetic(node: ast.BinOp) -> Changes:
    textual = any(
        isinstance(side, _PARTS_OF_LISTS) or (isinstance(side, ast.Constant) and isinstance(side.value, str | bytes))
        for side in (node.left, node.right)
    )
    if not textual:  # texts and lists have no other operator: it would only raise
        yield "arithmetic", ast.BinOp(node.left, _ARITHMETIC[type(node.op)](), node.right)


def _condition(node: ast.BoolOp) -> Changes:
    yield "and/or", ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    for index in range(len(node.values)):
        rest = node.values[:index] + node.values[index + 1 :]
        yield "part dropped", rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)


def _constant(node: ast.Constant) -> Changes:
    match node.value:
        case bool(value):
            yield "constant", ast.Constant(not value)
        case int(value):
            yield "constant", ast.Constant(value + 1)
            yield "constant", ast.Constant(value - 1)
        case str(text):
            yield "text", ast.Constant(text + "~")
        case bytes(content):
            yield "text", ast.Constant(content + b"~")


def _call(node: ast.Call, signatures: Mapping[str, tuple[str, ...]]) -> Changes:
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    arguments = node.args
    if name in _OTHER_FUNCTION and isinstance(node.func, ast.Name):
        keywords = [] if name == "sorted" else node.keywords
        yield "function", ast.Call(ast.Name(_OTHER_FUNCTION[name], ast.Load()), arguments, keywords)
    elif name == "abs":
        yield "sign kept", arguments[0]
    elif name in ("floor_div", "ceil_div"):  # spelt out, as the module may not know the other one
        numerator, divisor = arguments
        floored = name == "floor_div"
        quotient = ast.BinOp(ast.UnaryOp(ast.USub(), numerator) if floored else numerator, ast.FloorDiv(), divisor)
        yield "rounding", ast.UnaryOp(ast.USub(), quotient) if floored else quotient
    elif name in ("replace", "_replace"):
        for index in range(len(node.keywords)):
            yield "field kept", ast.Call(node.func, arguments, node.keywords[:index] + node.keywords[index + 1 :])
    types = signatures.get(name, ())[: len(arguments)]
    for left, kind in enumerate(types):
        right = next((place for place in range(left + 1, len(types)) if types[place] == kind), None)
        if right is not None and ast.dump(arguments[left]) != ast.dump(arguments[right]):
            swapped = list(arguments)
            swapped[left], swapped[right] = swapped[right], swapped[left]
            yield "arguments swapped", ast.Call(node.func, swapped, node.keywords)
