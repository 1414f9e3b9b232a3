"""Which definitions of the specification a function rests on: read from the sources, nothing is run.

A definition is a function, class or constant at the top of a module. It rests on every other that it names, and on
every class that has a method or property of a name that it uses: more rather than less, as nothing is known of types.
The sources are the true ones, also where this process runs under a mutant.
"""

from __future__ import annotations

import ast
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import clearstone.spec
from clearstone import mutants
from clearstone.mutants import Mutant

Place = tuple[str, str]
"""A module, and the name of a definition in it."""


@dataclass(frozen=True, slots=True)
class CallGraph:
    """What each definition names."""

    names: Mapping[Place, frozenset[Place]]
    """By definition."""
    lines: Mapping[Place, range]
    """Where each stands, lines from 1."""

    def distances(self, places: Iterable[Place]) -> dict[Place, int]:
        """How far each definition is that these rest on: 0 for themselves, 1 for what they name, and so on."""
        found = dict.fromkeys(places, 0)
        waiting = list(found)
        for place in waiting:
            for named in sorted(self.names.get(place, ())):
                if named not in found:
                    found[named] = found[place] + 1
                    waiting.append(named)
        return found

    def broken_by(self, mutant: Mutant) -> frozenset[Place]:
        """The definitions whose text a mutant changes."""
        source = mutants.source_of(mutant.module)
        first = source[: source.index(mutant.old)].count("\n") + 1
        changed = range(first, first + mutant.old.rstrip("\n").count("\n") + 1)
        return frozenset(
            place
            for place, lines in self.lines.items()
            if place[0] == mutant.module and lines.start < changed.stop and changed.start < lines.stop
        )


def call_graph() -> CallGraph:
    """The graph of the whole specification."""
    modules = {name: ast.parse(mutants.source_of(name)) for name in modules_of_the_spec()}
    defined = {place: node for name, tree in modules.items() for place, node in _definitions(name, tree)}
    owners: dict[str, set[Place]] = {}
    for place, node in defined.items():
        for member in node.body if isinstance(node, ast.ClassDef) else ():
            if isinstance(member, ast.FunctionDef):
                owners.setdefault(member.name, set()).add(place)
    names: dict[Place, frozenset[Place]] = {}
    for module, tree in modules.items():
        known = _known(module, tree, modules.keys())
        for place, node in _definitions(module, tree):
            names[place] = frozenset(_named(node, known, owners) & defined.keys()) - {place}
    return CallGraph(names, {place: _lines(node) for place, node in defined.items()})


def modules_of_the_spec() -> Iterator[str]:
    """The modules of the specification by full name."""
    for found in pkgutil.walk_packages(clearstone.spec.__path__, "clearstone.spec."):
        yield found.name


def _definitions(module: str, tree: ast.Module) -> Iterator[tuple[Place, ast.stmt]]:
    """The definitions at the top of a module."""
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield (module, name), node
            case ast.Assign(targets=targets):
                for part in (part for target in targets for part in ast.walk(target)):
                    if isinstance(part, ast.Name):
                        yield (module, part.id), node
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield (module, name), node


def _lines(node: ast.stmt) -> range:
    """Where a definition stands, its decorators included."""
    decorators = [decorator.lineno for decorator in getattr(node, "decorator_list", ())]
    return range(min([node.lineno, *decorators]), (node.end_lineno or node.lineno) + 1)


def _known(module: str, tree: ast.Module, modules: Iterable[str]) -> dict[str, Place]:
    """What each name at the top of a module stands for; a module stands for itself, with no definition."""
    known = {place[1]: place for place, _ in _definitions(module, tree)}
    listed = set(modules)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                known[alias.asname or alias.name] = (whole, "") if whole in listed else (node.module, alias.name)
    return known


def _named(node: ast.stmt, known: Mapping[str, Place], owners: Mapping[str, set[Place]]) -> set[Place]:
    """What a definition names."""
    found: set[Place] = set()
    for part in ast.walk(node):
        match part:
            case ast.Name(id=name) if name in known:
                found.add(known[name])
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if known.get(name, ("", "."))[1] == "":
                found.add((known[name][0], attribute))
            case ast.Attribute(attr=attribute):
                found |= owners.get(attribute, set())
    return found
