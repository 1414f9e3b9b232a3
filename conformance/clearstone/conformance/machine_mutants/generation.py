"""Every mutant of the spec, in the order of its modules and lines: the same each time.

Left as they are: docstrings, type hints and aliases, decorators, assertions, what only a person reads of a rejection,
and what `unanswered` lists.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import clearstone.spec
from clearstone.conformance.machine_mutants.mutant import MachineMutant, Place
from clearstone.conformance.machine_mutants.operators import Changes, expression_changes, statement_changes
from clearstone.conformance.machine_mutants.unanswered import is_unanswered

ROOT = Path(next(iter(clearstone.spec.__path__)))
"""The folder of the spec's modules."""

FOR_PEOPLE: Mapping[str, frozenset[int]] = MappingProxyType(
    {
        "Rejection": frozenset({1}),
        "Fault": frozenset({0, 1}),
        "_malformed": frozenset({0, 1}),
        "_not_canonical": frozenset({0, 1}),
    }
)
"""Arguments, by place, of what refuses: only a person reads them, and clients may word them as they like."""

_HEADS = {ast.If: ("test",), ast.While: ("test",), ast.For: ("target", "iter"), ast.Match: ("subject",), ast.Try: ()}
"""The fields of statements that hold others, without those others."""
_TYPES = {("isinstance", 1), ("cast", 0)}
"""Arguments that are types."""


def modules() -> tuple[str, ...]:
    """The modules of the spec, as in `consensus.rules`."""
    paths = sorted(path.relative_to(ROOT).with_suffix("") for path in ROOT.rglob("*.py"))
    return tuple(".".join(path.parts) for path in paths if path.name != "__init__")


def path_of(module: str) -> Path:
    """The file of a module."""
    return ROOT.joinpath(*module.split(".")).with_suffix(".py")


@cache
def tree_of(module: str) -> ast.Module:
    """The syntax tree of a module, the one in which its mutants have their places."""
    return ast.parse(path_of(module).read_text(encoding="utf-8"))


@cache
def signatures() -> Mapping[str, tuple[str, ...]]:
    """The types of the parameters of functions, and of the fields of records, by name; names of several have none."""
    found: dict[str, tuple[str, ...]] = {}
    several = set()
    for module in modules():
        for node in ast.walk(tree_of(module)):
            if isinstance(node, ast.FunctionDef):
                parameters = [each for each in node.args.args if each.arg != "self"]
                types = tuple(ast.unparse(each.annotation) if each.annotation else "" for each in parameters)
            elif isinstance(node, ast.ClassDef):
                types = tuple(ast.unparse(each.annotation) for each in node.body if isinstance(each, ast.AnnAssign))
            else:
                continue
            if found.setdefault(node.name, types) != types:
                several.add(node.name)
    return {name: types for name, types in found.items() if name not in several}


@cache
def mutants_of(module: str) -> tuple[MachineMutant, ...]:
    """The mutants of a module."""
    return tuple(mutant for mutant in _Walk(module).mutants() if not is_unanswered(module, mutant.scope))


def all_mutants() -> tuple[MachineMutant, ...]:
    """The mutants of all modules."""
    return tuple(mutant for module in modules() for mutant in mutants_of(module))


class _Walk:
    """A walk through the statements of a module."""

    def __init__(self, module: str) -> None:
        self.module = module
        self.seen: Counter[tuple[str, ...]] = Counter()

    def mutants(self) -> Iterator[MachineMutant]:
        """The mutants, from the first line to the last."""
        yield from self._body(tree_of(self.module), "body", (), None)

    def _body(
        self, parent: ast.AST, field: str, scope: tuple[str, ...], inside: ast.FunctionDef | None
    ) -> Iterator[MachineMutant]:
        for index, node in enumerate(getattr(parent, field)):
            place = Place(parent, field, index)
            if isinstance(node, ast.FunctionDef):
                if not any(ast.unparse(decorator) == "overload" for decorator in node.decorator_list):
                    within = scope if inside else (*scope, node.name)
                    yield from self._expressions(node, node.args, "defaults", within, inside)
                    yield from self._expressions(node, node.args, "kw_defaults", within, inside)
                    yield from self._body(node, "body", within, inside or node)
            elif isinstance(node, ast.ClassDef):
                yield from self._body(node, "body", (*scope, node.name), inside)
            else:
                yield from self._statement(place, node, scope, inside)

    def _statement(
        self, place: Place, node: ast.AST, scope: tuple[str, ...], inside: ast.FunctionDef | None
    ) -> Iterator[MachineMutant]:
        if _only_for_people(node):
            return
        named = scope if inside else (*scope, *_target(node))
        if isinstance(node, ast.stmt):
            changes = statement_changes(node, lambda name: _bound_before(inside, name, node), _predicate(inside))
            yield from self._made(place, node, changes, named, inside)
            heads = _HEADS.get(type(node))
            for field in node._fields if heads is None else heads:
                if field not in ("annotation", "target", "targets"):
                    yield from self._expressions(node, node, field, named, inside)
        if isinstance(node, ast.match_case):
            yield from self._expressions(node, node, "pattern", named, inside)
            yield from self._expressions(node, node, "guard", named, inside)
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            if isinstance(getattr(node, field, None), list):
                yield from self._body(node, field, scope, inside)

    def _expressions(
        self, statement: ast.AST, parent: ast.AST, field: str, scope: tuple[str, ...], inside: ast.FunctionDef | None
    ) -> Iterator[MachineMutant]:
        held = getattr(parent, field, None)
        for index, node in enumerate(held) if isinstance(held, list) else [(None, held)]:
            if not isinstance(node, ast.AST) or _prose(parent, field, index):
                continue
            place = Place(parent, field, index)
            if not _all_for_people(node):
                yield from self._made(place, statement, expression_changes(node, signatures()), scope, inside)
            for below in node._fields:
                if below not in ("annotation", "ctx"):
                    yield from self._expressions(statement, node, below, scope, inside)

    def _made(
        self, place: Place, statement: ast.AST, changes: Changes, scope: tuple[str, ...], inside: ast.FunctionDef | None
    ) -> Iterator[MachineMutant]:
        original = place.node
        shown = (
            original if not isinstance(original, ast.Constant) or isinstance(place.parent, ast.stmt) else place.parent
        )
        shown = (
            statement if isinstance(shown, ast.arguments | ast.comprehension | ast.keyword | ast.match_case) else shown
        )
        for kind, replacement in changes:
            ast.fix_missing_locations(ast.copy_location(replacement, original))
            before, stood = _text(shown), _text(statement)
            place.hang(replacement)
            changed = replacement if shown is original else shown
            is_statement = statement is original
            after, stands = _text(changed), _text(replacement if is_statement else statement)
            place.hang(original)
            name = ".".join(scope)
            key = (name, kind, before, after, stood, stands)
            yield MachineMutant(
                self.module,
                name,
                inside is not None,
                kind,
                before,
                after,
                f"{stood}\n{stands}",
                self.seen[key],
                _lines(statement),
                place,
                replacement,
            )
            self.seen[key] += 1


def _text(node: ast.AST) -> str:
    """A node as source, in one line; of a statement that holds others its head."""
    match node:
        case ast.Pass():
            return "nothing"
        case ast.If(body=[ast.Return() | ast.Continue() | ast.Break() as only], orelse=[]):
            return f"if {ast.unparse(node.test)}: {ast.unparse(only)}"
        case ast.If() | ast.While():
            return f"{type(node).__name__.lower()} {ast.unparse(node.test)}"
        case ast.For():
            return f"for {ast.unparse(node.target)} in {ast.unparse(node.iter)}"
        case ast.Match():
            return f"match {ast.unparse(node.subject)}"
        case ast.match_case():
            return f"case {ast.unparse(node.pattern)}" + (f" if {ast.unparse(node.guard)}" if node.guard else "")
        case ast.FunctionDef():
            return f"def {node.name}({ast.unparse(node.args)})"
    return " ".join(ast.unparse(node).split())


def _lines(statement: ast.AST) -> range:
    """The lines of a statement, or of its head."""
    parts: list[ast.expr | ast.pattern | ast.stmt]
    match statement:
        case ast.match_case():
            parts = [statement.pattern, *([statement.guard] if statement.guard else [])]
        case ast.FunctionDef():
            return range(statement.lineno, statement.body[0].lineno)
        case ast.stmt() if type(statement) in _HEADS:
            parts = [getattr(statement, head) for head in _HEADS[type(statement)]]
        case ast.stmt():
            parts = [statement]
        case _:
            raise TypeError(f"{type(statement).__name__} is no statement")
    return range(min(part.lineno for part in parts), max(part.end_lineno or part.lineno for part in parts) + 1)


def _only_for_people(node: ast.AST) -> bool:
    """Whether a statement is a docstring, an assertion, an import, or says something about types."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Assert() | ast.Import() | ast.ImportFrom() | ast.Pass():
            return True
        case ast.AnnAssign(annotation=ast.Name(id="TypeAlias")) | ast.AnnAssign(value=None):
            return True
        case ast.Assign(value=ast.Call(func=ast.Name(id="TypeVar"))) | ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
    return False


def _prose(parent: ast.AST, field: str, index: int | None) -> bool:
    """Whether a part of an expression is for people, or an assertion."""
    match parent:
        case ast.Call(func=ast.Name(id=name)) if field == "args":
            return index in FOR_PEOPLE.get(name, ()) or (name, index) in _TYPES
        case ast.keyword(arg="strict" | "repr"):
            return True
        case ast.Raise():
            return True
    return False


def _all_for_people(node: ast.AST) -> bool:
    """Whether an expression is a call of which only a person reads the arguments."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(FOR_PEOPLE.get(node.func.id, ())) > 1


def _target(node: ast.AST) -> tuple[str, ...]:
    """The name that a statement gives a value to, if it is one."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return (name,)
    return ()


def _predicate(inside: ast.FunctionDef | None) -> bool:
    return inside is not None and isinstance(inside.returns, ast.Name) and inside.returns.id == "bool"


def _bound_before(inside: ast.FunctionDef | None, name: str, statement: ast.stmt) -> bool:
    """Whether a name has a value before a statement of a function."""
    if inside is None:
        return False
    arguments = [*inside.args.args, *inside.args.kwonlyargs]
    stored = (
        node.lineno
        for node in ast.walk(inside)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id == name
    )
    return any(argument.arg == name for argument in arguments) or any(line < statement.lineno for line in stored)
