"""Concrete inputs that take a path: what shows that a path is real, and what a counterexample is.

Products of unknowns are hard for any solver, so the symbols that multiply others are first fixed at usual values, which
makes the rest linear; only then is the solver asked without help. Whatever it says is checked by evaluation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import inf

from clearstone.proofs.symbolic.encodings import monomials_of
from clearstone.proofs.symbolic.formulas import Both, Formula, Not, Within
from clearstone.proofs.symbolic.polynomials import atom
from clearstone.proofs.symbolic.solving import Solver
from clearstone.proofs.symbolic.vocabulary import PositivePart, Quotient, Symbol, Vocabulary

FIXED_STEPS = 2_000_000
"""Limit of the solver's steps while some symbols are fixed."""
FREE_STEPS = 8_000_000
"""Limit of its steps without help."""
SCALES = (1, 1_000_000, 7, 0, -1)
"""By what the usual values are multiplied, in the order in which this is tried."""


def holds(vocabulary: Vocabulary, formula: Formula | bool, values: Mapping[str, int]) -> bool:
    """The truth of a formula where the symbols have these values."""
    match formula:
        case Within(form, low, high):
            value = vocabulary.evaluate(form, values)
            return (low is None or low <= value) and (high is None or value <= high)
        case Both(parts):
            return all(holds(vocabulary, part, values) for part in parts)
        case Not(part):
            return not holds(vocabulary, part, values)
    return bool(formula)


def witness(solver: Solver, conditions: Sequence[Formula], usual: Mapping[str, int]) -> dict[str, int] | None:
    """Values of the symbols for which all conditions hold, and the symbols' bounds; None if none are found."""
    for values in _candidates(solver, conditions, usual):
        if values is not None and all(holds(solver.vocabulary, condition, values) for condition in conditions):
            return values
    return None


def _candidates(
    solver: Solver, conditions: Sequence[Formula], usual: Mapping[str, int]
) -> Iterator[dict[str, int] | None]:
    """Values to try."""
    vocabulary = solver.vocabulary
    yield {name: _fitting(vocabulary, name, value) for name, value in usual.items()}
    multipliers = _multipliers(vocabulary, (*conditions, *vocabulary.closure(conditions)))
    if multipliers:
        for scale in SCALES:
            fixed = {name: _fitting(vocabulary, name, usual.get(name, 0) * scale) for name in multipliers}
            yield solver.model(conditions, fixed, FIXED_STEPS)
    yield solver.model(conditions, {}, FREE_STEPS)


def _fitting(vocabulary: Vocabulary, name: str, value: int) -> int:
    """The value, or what is nearest to it within what is known of a symbol on the path."""
    for place, definition in enumerate(vocabulary.definitions):
        if isinstance(definition, Symbol) and definition.name == name:
            low, high = vocabulary.interval(atom(place))
            return int(low) if value < low > -inf else int(high) if value > high < inf else value
    return value


def _multipliers(vocabulary: Vocabulary, formulas: Sequence[Formula]) -> list[str]:
    """Symbols that, fixed, leave at most one unknown in every product."""
    depends = {place: _symbols(vocabulary, place) for place in range(len(vocabulary.definitions))}
    products = [monomial for monomial in monomials_of(formulas) if len(monomial) > 1]
    products.sort()
    fixed: set[str] = set()
    while True:
        open_atoms = [[place for place in monomial if not depends[place] <= fixed] for monomial in products]
        counts: dict[str, int] = {}
        for places in open_atoms:
            if len(places) > 1:
                for place in places:
                    for name in depends[place] - fixed:
                        counts[name] = counts.get(name, 0) + 1
        if not counts:
            return sorted(fixed)
        fixed.add(max(sorted(counts), key=lambda name: counts[name]))


def _symbols(vocabulary: Vocabulary, place: int) -> frozenset[str]:
    """The symbols that an atom depends on."""
    match vocabulary.definitions[place]:
        case Symbol(name):
            return frozenset({name})
        case Quotient(numerator, divisor):
            inner = {*numerator.atoms(), *divisor.atoms()}
        case PositivePart(of):
            inner = set(of.atoms())
    return frozenset().union(*(_symbols(vocabulary, within) for within in inner))
