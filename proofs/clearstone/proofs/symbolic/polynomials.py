"""Polynomials with integer coefficients over numbered atoms: the normal form of every symbolic integer.

Two expressions that are equal as polynomials are the same polynomial, so that most of what conservation asks cancels
before any solver is called.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import gcd
from typing import TypeAlias

Monomial: TypeAlias = tuple[int, ...]
"""Numbers of the atoms that are multiplied, ascending, repeated for powers; empty for the constant."""

CONSTANT: Monomial = ()
"""The monomial of the constant term."""


class Polynomial:
    """A sum of monomials with coefficients other than 0; immutable."""

    __slots__ = ("_hash", "_parts", "terms")

    def __init__(self, terms: Mapping[Monomial, int]) -> None:
        """Hold the terms; those with the coefficient 0 are left out."""
        self.terms = {monomial: factor for monomial, factor in terms.items() if factor != 0}
        self._hash: int | None = None
        self._parts: tuple[Polynomial, int, int] | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Polynomial) and self.terms == other.terms

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(frozenset(self.terms.items()))
        return self._hash

    def __add__(self, other: Polynomial) -> Polynomial:
        terms = dict(self.terms)
        for monomial, factor in other.terms.items():
            terms[monomial] = terms.get(monomial, 0) + factor
        return Polynomial(terms)

    def __sub__(self, other: Polynomial) -> Polynomial:
        return self + other.times(-1)

    def __mul__(self, other: Polynomial) -> Polynomial:
        terms: dict[Monomial, int] = {}
        for left, factor in self.terms.items():
            for right, by in other.terms.items():
                monomial = tuple(sorted(left + right))
                terms[monomial] = terms.get(monomial, 0) + factor * by
        return Polynomial(terms)

    def times(self, factor: int) -> Polynomial:
        """The polynomial multiplied by a number."""
        return Polynomial({monomial: by * factor for monomial, by in self.terms.items()})

    @property
    def constant(self) -> int:
        """The constant term."""
        return self.terms.get(CONSTANT, 0)

    @property
    def is_constant(self) -> bool:
        """Whether there is no other term."""
        return all(monomial == CONSTANT for monomial in self.terms)

    def atoms(self) -> Iterable[int]:
        """The numbers of the atoms in it."""
        return {atom for monomial in self.terms for atom in monomial}

    def parts(self) -> tuple[Polynomial, int, int]:
        """Form, factor and constant, such that it is form · factor + constant.

        The form has no constant and no common divisor, and its leading coefficient is positive: whatever is a multiple
        of the same thing has the same form.
        """
        if self._parts is None:
            self._parts = self._split()
        return self._parts

    def _split(self) -> tuple[Polynomial, int, int]:
        """Form, factor and constant."""
        varying = {monomial: by for monomial, by in self.terms.items() if monomial != CONSTANT}
        if not varying:
            return ZERO, 0, self.constant
        factor = gcd(*varying.values())
        if varying[max(varying)] < 0:
            factor = -factor
        return Polynomial({monomial: by // factor for monomial, by in varying.items()}), factor, self.constant


def number(value: int) -> Polynomial:
    """A constant."""
    return Polynomial({CONSTANT: value})


def atom(place: int) -> Polynomial:
    """An atom by its number."""
    return Polynomial({(place,): 1})


ZERO = number(0)
"""The constant 0."""
