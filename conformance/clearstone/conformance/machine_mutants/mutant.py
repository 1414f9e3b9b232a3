"""A machine-made mutant: one node of the syntax tree of one module of the spec, and what stands there instead."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node hangs in a syntax tree."""

    parent: ast.AST
    """The node that it is a part of."""
    field: str
    """The field of the parent that holds it."""
    index: int | None
    """Its place in that field if the field is a list, else None."""

    @property
    def node(self) -> ast.AST:
        """What hangs there now."""
        held = getattr(self.parent, self.field)
        node: ast.AST = held if self.index is None else held[self.index]
        return node

    def hang(self, node: ast.AST) -> None:
        """Put another node there."""
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


@dataclass(frozen=True, slots=True)
class MachineMutant:
    """One change of one node."""

    module: str
    """Module of the spec, below `clearstone.spec.`, such as `consensus.rules`."""
    scope: str
    """Function, method or assigned name in it, such as `Table.get`; a function inside of another is a part of it."""
    in_function: bool
    """Whether it lies in a function's body, and not among what runs once, when the module is loaded."""
    operator: str
    """The kind of change, such as `boundary`."""
    before: str
    """The expression that is changed, as source."""
    after: str
    """The same changed."""
    statement: str
    """The statement that it lies in, or its head, before and after: what the id is made from."""
    ordinal: int
    """How many mutants with the same of all this come before it in the scope."""
    lines: range
    """Lines of the module of which one runs if the changed node runs."""
    place: Place
    """Where it is."""
    replacement: ast.AST
    """What is put there."""

    @property
    def name(self) -> str:
        """What it is called, whatever else changes in the module: `margin.liquidatable~3f2a9c1b`."""
        content = "\n".join((self.operator, self.before, self.after, self.statement, str(self.ordinal)))
        return f"{self.module}.{self.scope}~{sha256(content.encode()).hexdigest()[:8]}"

    @property
    def title(self) -> str:
        """Name, operator and change in one line: how it stands in the list of equivalent ones."""
        return f"{self.name} {self.operator}: {self.before} => {self.after}"
