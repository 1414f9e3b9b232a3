"""Concrete inputs that take a path: what shows that a path is real, and what a counterexample is.

A path's conditions fall into groups that have no symbol in common; each group is solved by itself, once. Products of
unknowns are hard for any solver, so the symbols that multiply others are first fixed at usual values, which makes the
rest linear; only then is the solver asked without help. Whatever it says is checked by evaluation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import inf

from clearstone.proofs.symbolic.definitions import Symbol
from clearstone.proofs.symbolic.encodings import monomials_of
from clearstone.proofs.symbolic.formulas import Formula
from clearstone.proofs.symbolic.polynomials import atom
from clearstone.proofs.symbolic.solving import Solver

FIXED_STEPS = 2_000_000
"""Limit of the solver's steps while some symbols are fixed."""
FREE_STEPS = 8_000_000
"""Limit of its steps without help."""
SCALES = (1, 1_000_000, 7, 0, -1)
"""By what the usual values are multiplied, in the order in which this is tried."""

Values = dict[str, int]


class Witnesses:
    """Finds concrete inputs, remembering what it found for each group of conditions."""

    def __init__(self, solver: Solver, usual: Mapping[str, int]) -> None:
        """Ask the solver; `usual` has examples to try first, by name of the symbol."""
        self.solver, self.vocabulary, self.usual = solver, solver.vocabulary, usual
        self.found: dict[frozenset[Formula], Values | None] = {}

    def witness(self, conditions: Sequence[Formula]) -> Values | None:
        """Values of the symbols for which all conditions hold, and the symbols' bounds; None if none are found."""
        values = {name: self._fitting(place, self.usual.get(name, 0)) for place, name in self._symbols()}
        for group in self._groups(conditions):
            key = frozenset(group)
            if key not in self.found:
                self.found[key] = self._solved(group, values)
            solved = self.found[key]
            if solved is None:
                return None
            values |= solved
        return values if all(self.vocabulary.holds(condition, values) for condition in conditions) else None

    def _symbols(self) -> list[tuple[int, str]]:
        """All symbols, by number."""
        definitions = enumerate(self.vocabulary.definitions)
        return [(place, definition.name) for place, definition in definitions if isinstance(definition, Symbol)]

    def _groups(self, conditions: Sequence[Formula]) -> list[list[Formula]]:
        """The conditions, in groups without a common symbol."""
        groups: list[tuple[frozenset[int], list[Formula]]] = []
        for condition in conditions:
            symbols, members = self.vocabulary.symbols_of(condition), [condition]
            apart: list[tuple[frozenset[int], list[Formula]]] = []
            for inside, others in groups:
                if inside & symbols:
                    symbols, members = symbols | inside, [*others, *members]
                else:
                    apart.append((inside, others))
            groups = [*apart, (symbols, members)]
        return [members for _, members in groups]

    def _solved(self, group: Sequence[Formula], usual: Values) -> Values | None:
        """Values for one group of conditions."""
        for values in self._candidates(group, usual):
            if values is not None and all(self.vocabulary.holds(formula, usual | values) for formula in group):
                return values
        return None

    def _candidates(self, group: Sequence[Formula], usual: Values) -> Iterator[Values | None]:
        """Values to try."""
        places = frozenset().union(*(self.vocabulary.symbols_of(formula) for formula in group))
        names = {name: place for place, name in self._symbols() if place in places}
        yield {name: usual[name] for name in names}
        multipliers = self._multipliers((*group, *self.vocabulary.closure(group)))
        if multipliers:
            for scale in SCALES:
                fixed = {
                    name: self._fitting(place, self.usual.get(name, 0) * scale)
                    for name, place in names.items()
                    if place in multipliers
                }
                yield self.solver.model(group, fixed, FIXED_STEPS)
        yield self.solver.model(group, {}, FREE_STEPS)

    def _fitting(self, place: int, value: int) -> int:
        """The value, or what is nearest to it within what is known of a symbol on the path."""
        low, high = self.vocabulary.interval(atom(place))
        return int(low) if value < low > -inf else int(high) if value > high < inf else value

    def _multipliers(self, formulas: Sequence[Formula]) -> set[int]:
        """Symbols that, fixed, leave at most one unknown in every product."""
        products = sorted(monomial for monomial in monomials_of(formulas) if len(monomial) > 1)
        depends = {place: self.vocabulary.depends_on(place) for monomial in products for place in monomial}
        fixed: set[int] = set()
        while True:
            counts: dict[int, int] = {}
            for monomial in products:
                unknown = [place for place in monomial if not depends[place] <= fixed]
                if len(unknown) > 1:
                    for place in unknown:
                        for symbol in depends[place] - fixed:
                            counts[symbol] = counts.get(symbol, 0) + 1
            if not counts:
                return fixed
            fixed.add(max(sorted(counts), key=lambda symbol: counts[symbol]))
