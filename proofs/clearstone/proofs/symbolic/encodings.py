"""Formulas in the solver's language, in two ways: with products as unknowns of their own, or as products.

The first is linear and quick, and enough for most; the lemmas bring back what it forgets about signs and sizes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

import z3

from clearstone.proofs.symbolic.formulas import Both, Formula, Not, Within, at_least_zero
from clearstone.proofs.symbolic.polynomials import CONSTANT, Monomial, Polynomial, number


class Encoding:
    """Translates formulas, each monomial and each formula once."""

    def __init__(self, products: bool, context: z3.Context) -> None:
        """Encode monomials as products, or each as an unknown, in a context of the solver."""
        self.products, self.context = products, context
        self.monomials: dict[Monomial, Any] = {}
        self.formulas: dict[Formula, Any] = {}
        self.lemmas: dict[tuple[Any, ...], Any] = {}

    def of(self, formula: Formula | bool) -> Any:
        """A formula in the solver's language."""
        if isinstance(formula, bool):
            return z3.BoolVal(formula, self.context)
        if formula not in self.formulas:
            self.formulas[formula] = self._formula(formula)
        return self.formulas[formula]

    def _formula(self, formula: Formula) -> Any:
        match formula:
            case Within(form, low, high):
                total = self.form(form)
                if low == high:
                    return total == low
                ends = [total >= low] if low is not None else []
                ends += [total <= high] if high is not None else []
                return ends[0] if len(ends) == 1 else z3.And(ends)
            case Both(parts):
                return z3.And([self.of(part) for part in parts])
            case Not(part):
                return z3.Not(self.of(part))
        raise TypeError(f"{formula!r} is no formula")

    def form(self, form: Polynomial) -> Any:
        """A polynomial as a sum."""
        terms = [
            self.monomial(monomial) if factor == 1 else factor * self.monomial(monomial)
            for monomial, factor in sorted(form.terms.items())
        ]
        return terms[0] if len(terms) == 1 else z3.Sum(terms)

    def monomial(self, monomial: Monomial) -> Any:
        """A product of atoms."""
        if monomial not in self.monomials:
            if monomial == CONSTANT:
                made = z3.IntVal(1, self.context)
            elif len(monomial) == 1 or not self.products:
                made = z3.Int(self.name(monomial), self.context)
            else:
                made = z3.Product([self.monomial((place,)) for place in monomial])
            self.monomials[monomial] = made
        return self.monomials[monomial]

    def name(self, monomial: Monomial) -> str:
        """What an unknown is called."""
        return "m" + ".".join(map(str, monomial))


def monomials_of(formulas: Iterable[Formula]) -> set[Monomial]:
    """The products in formulas."""
    found: set[Monomial] = set()
    for formula in formulas:
        match formula:
            case Within():
                found.update(formula.form.terms)
            case Both():
                found |= monomials_of(formula.parts)
            case Not():
                found |= monomials_of((formula.part,))
    return found


def sign_lemmas(encoding: Encoding, formulas: Iterable[Formula]) -> Iterator[Any]:
    """What is true of products: their sign, that they are no smaller than a factor, and that they grow with one."""
    split: list[tuple[int, Monomial, Monomial]] = []
    for monomial in sorted(monomial for monomial in monomials_of(formulas) if len(monomial) > 1):
        for place, atom in enumerate(monomial):
            if not place or monomial[place - 1] != atom:
                split.append((atom, monomial[:place] + monomial[place + 1 :], monomial))
    for atom, rest, monomial in split:
        key = atom, rest
        if key not in encoding.lemmas:
            encoding.lemmas[key] = _size(*(encoding.monomial(part) for part in ((atom,), rest, monomial)))
        yield encoding.lemmas[key]
    for (left, left_rest, one), (right, right_rest, other) in combinations(split, 2):
        if left == right and left_rest != right_rest:
            pair = left, left_rest, right_rest
            if pair not in encoding.lemmas:
                less = encoding.monomial(left_rest) - encoding.monomial(right_rest)
                more = encoding.monomial(one) - encoding.monomial(other)
                encoding.lemmas[pair] = _growth(encoding.monomial((left,)), less, more)
            yield encoding.lemmas[pair]


def _size(one: Any, other: Any, whole: Any) -> Any:
    """The sign of a product, and that it is no smaller than its factors."""
    return z3.And(
        z3.Implies(z3.Or(one == 0, other == 0), whole == 0),
        z3.Implies(z3.And(one >= 1, other >= 1), z3.And(whole >= one, whole >= other)),
        z3.Implies(z3.And(one <= -1, other >= 1), z3.And(whole <= one, whole <= -other)),
        z3.Implies(z3.And(one >= 1, other <= -1), z3.And(whole <= -one, whole <= other)),
        z3.Implies(z3.And(one <= -1, other <= -1), z3.And(whole >= -one, whole >= -other)),
    )


def _growth(factor: Any, less: Any, more: Any) -> Any:
    """How two products with a common factor differ: `more` is the factor times `less`."""
    return z3.And(
        z3.Implies(z3.And(factor >= 1, less >= 0), more >= less),
        z3.Implies(z3.And(factor >= 1, less <= 0), more <= less),
        z3.Implies(z3.And(factor <= -1, less >= 0), more <= -less),
        z3.Implies(z3.And(factor <= -1, less <= 0), more >= -less),
    )


def hypothesis_products(formulas: Iterable[Formula]) -> Iterator[Formula]:
    """Products of two hypotheses of the kind something ≥ 0, where they bring in no product that is not there."""
    listed = tuple(formulas)
    present = {monomial for monomial in monomials_of(listed) if len(monomial) > 1}
    differences: dict[Polynomial, None] = {}
    for formula in listed:
        for part in formula.parts if isinstance(formula, Both) else (formula,):
            if isinstance(part, Within):
                if part.low is not None:
                    differences[part.form - number(part.low)] = None
                if part.high is not None:
                    differences[number(part.high) - part.form] = None
    relevant = {atom for monomial in present for atom in monomial}
    useful = [difference for difference in differences if relevant & set(difference.atoms())]
    for one, other in combinations([*useful, *useful], 2):
        product = one * other
        if all(len(monomial) < 2 or monomial in present for monomial in product.terms):
            stated = at_least_zero(product)
            if isinstance(stated, Formula):
                yield stated
