"""The atoms of which polynomials are made: symbols, and quotients and positive parts that other polynomials define.

`x // d` is an atom q with 0 ≤ x − d·q < d; `max`, `min` and `abs` are all made of positive parts, max(0, x). An atom is
made once for each definition, so that what is computed twice from the same inputs is the same polynomial.
"""

from __future__ import annotations

from builtins import max, min  # noqa: UP029  # the plain ones, also while others are in their place
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import TypeAlias

from clearstone.proofs.symbolic.definitions import Cases, Definition, PositivePart, Quotient, Symbol
from clearstone.proofs.symbolic.formulas import (
    Both,
    Formula,
    Not,
    Within,
    at_least_zero,
    atoms_of,
    conjunction,
    implies,
    is_zero,
)
from clearstone.proofs.symbolic.polynomials import Monomial, Polynomial, atom, number

Bound: TypeAlias = int | float
"""An integer, or one of the two infinities."""
Interval: TypeAlias = tuple[Bound, Bound]
EVERYTHING: Interval = (-inf, inf)


@dataclass(slots=True)
class Vocabulary:
    """All atoms of one obligation, and what is known of them on the path that is being followed."""

    definitions: list[Definition] = field(default_factory=list)
    """By number of the atom."""
    numbers: dict[Definition, int] = field(default_factory=dict)
    """Number of the atom by what defines it."""
    known: dict[Polynomial, Interval] = field(default_factory=dict)
    """Bounds of forms on the path that is being followed."""
    symbols: dict[int, frozenset[int]] = field(default_factory=dict)
    """The symbols that each atom depends on, once they were asked for."""

    def define(self, definition: Definition) -> Polynomial:
        """The atom with this definition."""
        if definition not in self.numbers:
            self.numbers[definition] = len(self.definitions)
            self.definitions.append(definition)
        return atom(self.numbers[definition])

    def floor(self, numerator: Polynomial, divisor: Polynomial) -> Polynomial:
        """numerator // divisor, for a positive divisor: what divides exactly is taken out of the quotient."""
        if not divisor.is_constant:
            exact, left = _without_multiples(numerator, divisor)
            return exact if not left.terms else exact + self.define(Quotient(left, divisor))
        by = divisor.constant
        whole = {monomial: factor // by for monomial, factor in numerator.terms.items()}
        rest = Polynomial({monomial: factor % by for monomial, factor in numerator.terms.items()})
        if rest.is_constant:
            return Polynomial(whole)
        return Polynomial(whole) + self.define(Quotient(rest, divisor))

    def positive_part(self, polynomial: Polynomial) -> Polynomial:
        """max(0, polynomial), simplified where the sign is known."""
        low, high = self.interval(polynomial)
        if low >= 0:
            return polynomial
        if high <= 0:
            return number(0)
        form, factor, constant = polynomial.parts()
        if constant % factor:
            if factor < 0:
                return polynomial + self.positive_part(polynomial.times(-1))
            return self.define(PositivePart(polynomial))
        shifted = form + number(constant // factor)
        positive = self.define(PositivePart(shifted))
        return positive.times(factor) if factor > 0 else (positive - shifted).times(-factor)

    def facts(self, place: int) -> tuple[Formula, ...]:
        """What always holds of an atom."""
        here, stated = atom(place), []
        match self.definitions[place]:
            case Symbol(_, low, high):
                stated += [at_least_zero(here - number(low))] if low is not None else []
                stated += [at_least_zero(number(high) - here)] if high is not None else []
            case Quotient(numerator, divisor):
                rest = numerator - here * divisor
                least, most = at_least_zero(rest), at_least_zero(divisor - rest - number(1))
                guarded = implies(at_least_zero(divisor - number(1)), conjunction(least, most))
                stated += [guarded] if not divisor.is_constant else [least, most]
            case PositivePart(of):
                either = ~(~at_least_zero(of.times(-1)) & ~is_zero(here - of))
                stated += [at_least_zero(here), at_least_zero(here - of), is_zero(here) | is_zero(here - of), either]
            case Cases(cases):
                stated += [implies(condition, is_zero(here - value)) for condition, value in cases]
        return tuple(fact for fact in stated if isinstance(fact, Formula))

    def interval(self, polynomial: Polynomial) -> Interval:
        """Bounds of a polynomial on the path that is being followed: sound, not exact."""
        form, factor, constant = polynomial.parts()
        if factor == 0:
            return constant, constant
        low, high = self._sum(form)
        least, most = self.known.get(form, EVERYTHING)
        ends = sorted(_times(end, factor) for end in (max(low, least), min(high, most)))
        return ends[0] + constant, ends[1] + constant

    def _sum(self, form: Polynomial) -> Interval:
        """Bounds of a form from those of its atoms."""
        low: Bound = 0
        high: Bound = 0
        for monomial, factor in form.terms.items():
            product: Interval = (factor, factor)
            for place in monomial:
                by = self._atom(place)
                ends = [_times(one, other) for one in product for other in by]
                product = (min(ends), max(ends))
            low, high = low + product[0], high + product[1]
        return low, high

    def _atom(self, place: int) -> Interval:
        """Bounds of an atom."""
        low, high = self.known.get(atom(place), EVERYTHING)
        match self.definitions[place]:
            case Symbol(_, least, most):
                low, high = max(low, -inf if least is None else least), min(high, inf if most is None else most)
            case PositivePart(of):
                low, high = max(low, 0), min(high, max(0, self.interval(of)[1]))
            case Cases(cases):
                ends = [self.interval(value) for _, value in cases]
                low, high = max(low, min(end[0] for end in ends)), min(high, max(end[1] for end in ends))
            case Quotient(numerator, divisor):
                # Nothing is said of a quotient where the divisor is not positive: it may as well lie within these ends.
                least_, most_ = self.interval(numerator)
                low = max(low, least_ if least_ < 0 else 0)
                high = min(high, most_ if most_ > 0 else 0)
                if divisor.is_constant and divisor.constant > 1:
                    low = max(low, least_ // divisor.constant if least_ > -inf else least_)
                    high = min(high, most_ // divisor.constant if most_ < inf else most_)
        return low, high

    def closure(self, formulas: Iterable[Formula]) -> tuple[Formula, ...]:
        """The facts about all atoms that occur in formulas, or in facts about those."""
        facts: list[Formula] = []
        waiting = sorted({place for formula in formulas for place in atoms_of(formula)})
        seen = set(waiting)
        while waiting:
            for fact in self.facts(waiting.pop()):
                facts.append(fact)
                more = sorted(set(atoms_of(fact)) - seen)
                seen.update(more)
                waiting.extend(more)
        return tuple(facts)

    def depends_on(self, place: int) -> frozenset[int]:
        """The symbols that an atom depends on."""
        if place not in self.symbols:
            inner: set[int] = set()
            match self.definitions[place]:
                case Symbol():
                    self.symbols[place] = frozenset({place})
                    return self.symbols[place]
                case Quotient(numerator, divisor):
                    inner = {*numerator.atoms(), *divisor.atoms()}
                case PositivePart(of):
                    inner = set(of.atoms())
                case Cases(cases):
                    for condition, value in cases:
                        inner |= {*atoms_of(condition), *value.atoms()}
            self.symbols[place] = frozenset().union(*(self.depends_on(within) for within in inner))
        return self.symbols[place]

    def symbols_of(self, formula: Formula) -> frozenset[int]:
        """The symbols that a formula depends on."""
        return frozenset().union(*(self.depends_on(place) for place in atoms_of(formula)))

    def holds(self, formula: Formula | bool, values: Mapping[str, int]) -> bool:
        """The truth of a formula where the symbols have these values."""
        return _Evaluation(self, values).holds(formula)

    def evaluate(self, polynomial: Polynomial, values: Mapping[str, int]) -> int:
        """The value of a polynomial where the symbols have these values; a symbol without one has its least."""
        return _Evaluation(self, values).of(polynomial)


class _Evaluation:
    """Evaluates polynomials, each atom once."""

    def __init__(self, vocabulary: Vocabulary, values: Mapping[str, int]) -> None:
        """Evaluate where the symbols have these values."""
        self.vocabulary, self.values, self.atoms = vocabulary, values, dict[int, int]()

    def of(self, polynomial: Polynomial) -> int:
        """The value of a polynomial."""
        total = 0
        for monomial, factor in polynomial.terms.items():
            for place in monomial:
                factor *= self.atom(place)
            total += factor
        return total

    def atom(self, place: int) -> int:
        """The value of an atom."""
        if place not in self.atoms:
            match self.vocabulary.definitions[place]:
                case Symbol(name, low, high):
                    value = self.values.get(name, low if low is not None else high if high is not None else 0)
                case Quotient(numerator, divisor):
                    by = self.of(divisor)
                    value = self.of(numerator) // by if by else 0
                case PositivePart(of):
                    value = max(0, self.of(of))
                case Cases(cases):
                    value = next((self.of(value) for condition, value in cases if self.holds(condition)), 0)
            self.atoms[place] = value
        return self.atoms[place]

    def holds(self, formula: Formula | bool) -> bool:
        """The truth of a formula."""
        match formula:
            case Within(form, low, high):
                value = self.of(form)
                return (low is None or low <= value) and (high is None or value <= high)
            case Both(parts):
                return all(self.holds(part) for part in parts)
            case Not(part):
                return not self.holds(part)
        return bool(formula)


def _without_multiples(numerator: Polynomial, divisor: Polynomial) -> tuple[Polynomial, Polynomial]:
    """Quotient and rest, such that numerator is quotient · divisor + rest, of what is a multiple of a single atom."""
    if len(divisor.terms) != 1 or divisor.parts()[1] != 1:
        return number(0), numerator
    (by,) = divisor.atoms() if len(next(iter(divisor.terms))) == 1 else (None,)
    exact: dict[Monomial, int] = {}
    rest: dict[Monomial, int] = {}
    for monomial, factor in numerator.terms.items():
        if by in monomial:
            place = monomial.index(by)
            exact[monomial[:place] + monomial[place + 1 :]] = factor
        else:
            rest[monomial] = factor
    return Polynomial(exact), Polynomial(rest)


def _times(one: Bound, other: Bound) -> Bound:
    """A product in which nothing times infinity is nothing."""
    return 0 if one == 0 or other == 0 else one * other


_vocabularies: list[Vocabulary] = []
"""Which one is in use, innermost last."""


def vocabulary() -> Vocabulary:
    """The vocabulary in use."""
    return _vocabularies[-1]


def push_vocabulary(used: Vocabulary) -> None:
    """From here on, use this vocabulary."""
    _vocabularies.append(used)


def pop_vocabulary() -> None:
    """From here on, use the one that was used before."""
    _vocabularies.pop()
