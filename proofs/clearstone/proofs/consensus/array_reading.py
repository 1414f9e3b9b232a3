"""Reading the formulas of the theorem over arrays: one formula, evaluated in very many concrete states at once.

The formulas are the solver's own terms, made for a finite universe, where "for all" is a conjunction. A term is walked
once, and each of its parts becomes an array with one entry for each state. So what is checked of the states that a
finite model reaches is not a second wording of the invariant, but the formulas that the proof is about.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any, TypeAlias

import numpy as np
import z3
from numpy.typing import NDArray

Values: TypeAlias = NDArray[Any]
"""A truth value, an integer, or the index of an element of a finite sort, for each state."""
Meaning: TypeAlias = Callable[..., Values]
"""What a symbol stands for: its value, given those of its arguments."""

Operation: TypeAlias = Callable[[list[Values]], Values]
"""What an operator does with the values of its parts."""

OPERATIONS: Mapping[int, Operation] = {
    z3.Z3_OP_EQ: lambda parts: np.equal(*parts),
    z3.Z3_OP_IFF: lambda parts: np.equal(*parts),
    z3.Z3_OP_DISTINCT: lambda parts: np.not_equal(*parts),
    z3.Z3_OP_LE: lambda parts: np.less_equal(*parts),
    z3.Z3_OP_LT: lambda parts: np.less(*parts),
    z3.Z3_OP_GE: lambda parts: np.greater_equal(*parts),
    z3.Z3_OP_GT: lambda parts: np.greater(*parts),
    z3.Z3_OP_ADD: lambda parts: reduce(np.add, parts),
    z3.Z3_OP_AND: lambda parts: reduce(np.logical_and, parts, np.array(True)),
    z3.Z3_OP_OR: lambda parts: reduce(np.logical_or, parts, np.array(False)),
    z3.Z3_OP_NOT: lambda parts: np.logical_not(*parts),
    z3.Z3_OP_IMPLIES: lambda parts: np.logical_or(np.logical_not(parts[0]), parts[1]),
    z3.Z3_OP_ITE: lambda parts: np.where(*parts),
}
"""What the solver's operators do; those of two parts are given no more here."""


class Program:
    """Terms, taken apart once, to be evaluated over any number of states any number of times."""

    def __init__(self, terms: Sequence[z3.ExprRef], elements: Mapping[str, int]) -> None:
        """Take these terms apart; `elements` are the indices of the elements of finite sorts, by their names."""
        self.elements = elements
        self.instructions: list[tuple[Operation, str, tuple[int, ...]]] = []
        self.places: dict[int, int] = {}
        self.terms = terms
        self.results = [self._place(term) for term in terms]

    def run(self, symbols: Mapping[str, Meaning]) -> list[Values]:
        """The value of each term in every state, if the symbols mean this."""
        values: list[Values] = []
        for operation, name, places in self.instructions:
            arguments = [values[place] for place in places]
            values.append(symbols[name](*arguments) if name else operation(arguments))
        return [values[place] for place in self.results]

    def _place(self, term: z3.ExprRef) -> int:
        """Which instruction computes a term; terms that occur twice are computed once."""
        number = term.get_id()
        if number not in self.places:
            places = tuple(self._place(each) for each in term.children())
            operation, name = self._operation(term)
            self.places[number] = len(self.instructions)
            self.instructions.append((operation, name, places))
        return self.places[number]

    def _operation(self, term: z3.ExprRef) -> tuple[Operation, str]:
        """What computes a term from its parts, or the name of the symbol that does."""
        kind, name = term.decl().kind(), term.decl().name()
        if z3.is_int_value(term):
            return _always(np.array(term.as_long())), ""
        if kind in (z3.Z3_OP_TRUE, z3.Z3_OP_FALSE):
            return _always(np.array(kind == z3.Z3_OP_TRUE)), ""
        if kind in OPERATIONS:
            return OPERATIONS[kind], ""
        if name in self.elements and not term.children():
            return _always(np.array(self.elements[name])), ""
        if kind == z3.Z3_OP_UNINTERPRETED:
            return _always(np.array(False)), name
        raise ValueError(f"there is no reading of {name}")


def _always(value: Values) -> Operation:
    return lambda _arguments: value


def table(values: Values) -> Meaning:
    """A function as an array, one dimension for each argument and the last for the states; false outside of it."""

    def at(*arguments: Values) -> Values:
        sizes = values.shape[: len(arguments)]
        inside: Values = np.array(True)
        for each, size in zip(arguments, sizes, strict=True):
            inside = inside & (each >= 0) & (each < size)
        clipped = [np.clip(each, 0, size - 1) for each, size in zip(arguments, sizes, strict=True)]
        if all(each.ndim == 0 for each in clipped):
            found = values[tuple(int(each) for each in clipped)]
        else:
            found = values[(*clipped, np.arange(values.shape[-1]))]
        known: Values = found & inside if found.dtype == np.bool_ else found
        return known

    return at
