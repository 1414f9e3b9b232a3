"""Where each rule is implemented and which invariants cite it, read from the sources.

A docstring in `clearstone.spec` starts with the ids of the rules that its function or class implements: `LIQ-3.`,
`BOOK-1 to BOOK-7.`, `CONS-2, lines 36–43.` An invariant cites a rule wherever its id stands in the invariant. Sources
are parsed and not imported: the index is the same for a broken spec.
"""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from clearstone.spec.rules import RULES

RULE_ID = re.compile(r"\b[A-Z]+-\d+[a-z]?\b")
"""What an id looks like, wherever it stands."""
HEAD = re.compile(rf"{RULE_ID.pattern}(?:(?:, | and | to ){RULE_ID.pattern})*")
"""The ids at the head of a docstring."""

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Place(NamedTuple):
    """A function or class that implements a rule."""

    module: str
    """Full name of the module."""
    name: str
    """Name within the module, with the class in front if it has one."""
    kind: str
    """`function` or `class`."""
    line: int
    """Line of its definition, from 1."""


def rules_at_head(docstring: str) -> list[str]:
    """List the rules that a docstring starts with; `A-1 to A-3` names all between."""
    head = HEAD.match(docstring)
    if head is None:
        return []
    order = list(RULES)
    named: list[str] = []
    for joint, rule in re.findall(rf"(, | and | to |)({RULE_ID.pattern})", head.group()):
        if joint == " to " and rule in RULES and named and named[-1] in RULES:
            named += order[order.index(named[-1]) + 1 : order.index(rule) + 1]
        else:
            named.append(rule)
    return named


def sources(package: str) -> Iterator[tuple[str, ast.Module]]:
    """Yield each module of a package with its syntax tree, by name; nothing if the package is not there."""
    found = importlib.util.find_spec(package)
    for folder in (found and found.submodule_search_locations) or ():
        for path in sorted(Path(folder).rglob("*.py")):
            parts = (package, *path.relative_to(folder).with_suffix("").parts)
            yield ".".join(part for part in parts if part != "__init__"), ast.parse(path.read_text(encoding="utf-8"))


def definitions(tree: ast.AST, within: str = "") -> Iterator[tuple[str, Definition]]:
    """Yield the functions and classes of a module and their methods, with their names; not what is inside functions."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Definition):
            yield f"{within}{node.name}", node
            if isinstance(node, ast.ClassDef):
                yield from definitions(node, f"{within}{node.name}.")


def implementations() -> dict[str, list[Place]]:
    """Find the places of every rule: functions before classes, by name; a class stands for its methods."""
    index: dict[str, list[Place]] = {rule: [] for rule in RULES}
    for module, tree in sources("clearstone.spec"):
        for name, node in definitions(tree):
            kind = "class" if isinstance(node, ast.ClassDef) else "function"
            owner = name.rpartition(".")[0]
            for rule in rules_at_head(ast.get_docstring(node) or ""):
                places = index.setdefault(rule, [])
                if not any((place.module, place.name) == (module, owner) for place in places):
                    places.append(Place(module, name, kind, node.lineno))
    return {rule: sorted(places, key=lambda place: (place.kind == "class", place)) for rule, places in index.items()}


def citations() -> dict[str, list[str]]:
    """Find the ids of the invariants that cite each rule: those that name it in their registration or their text."""
    index: dict[str, list[str]] = {rule: [] for rule in RULES}
    for _, tree in sources("clearstone.invariants"):
        for _, node in definitions(tree):
            invariant = registered_id(node)
            if invariant is not None:
                for rule in sorted({*RULE_ID.findall(ast.unparse(node))} & RULES.keys()):
                    index[rule].append(invariant)
    return index


def registered_id(node: Definition) -> str | None:
    """Return the id under which a function is registered by `@invariant("ID", ...)`; None for any other definition."""
    for decorator in node.decorator_list:
        match decorator:
            case ast.Call(func=ast.Name(id="invariant"), args=[ast.Constant(value=str(identifier)), *_]):
                return identifier
    return None
