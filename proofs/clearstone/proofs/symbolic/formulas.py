"""Formulas: bounds on polynomials, and what is made of them by and, or, not.

The function that runs sees a `Truth`: asking whether it is true is what parts the paths. An obligation that only states
something joins them with `&`, `|`, `~`, `conjunction` and `implies`, which ask nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from clearstone.proofs.symbolic.polynomials import Polynomial

Decide: TypeAlias = Callable[["Formula"], bool]

_deciders: list[Decide] = []
"""Who answers when a formula is asked for its truth, innermost last."""


class Formula:
    """Something that is true or false, depending on the symbols in it."""

    __slots__ = ()

    def __bool__(self) -> bool:
        if not _deciders:
            raise RuntimeError("a symbolic truth value was asked outside of an exploration")
        return _deciders[-1](self)

    def __and__(self, other: object) -> Any:
        return conjunction(self, other)

    def __or__(self, other: object) -> Any:
        return ~conjunction(~self, negation(other))

    def __invert__(self) -> Any:
        return negation(self)

    __rand__ = __and__
    __ror__ = __or__


class Truth:
    """A formula as a truth value of the program: two are equal if both are true or both are false."""

    __slots__ = ("formula",)
    __hash__ = None  # type: ignore[assignment]  # a set or a key would have to know which are equal

    def __init__(self, formula: Formula) -> None:
        """Stand for the truth of a formula."""
        self.formula = formula

    def __bool__(self) -> bool:
        return bool(self.formula)

    def __eq__(self, other: object) -> Any:
        return bool(self) == bool(other) if isinstance(other, (bool, Truth)) else NotImplemented

    def __and__(self, other: object) -> Any:
        return truth(conjunction(self, other))

    def __or__(self, other: object) -> Any:
        return truth(negation(conjunction(negation(self), negation(other))))

    def __invert__(self) -> Any:
        return truth(negation(self))

    __rand__ = __and__
    __ror__ = __or__


def truth(value: object) -> Any:
    """A formula as a truth value of the program; a truth value as it is."""
    return Truth(value) if isinstance(value, Formula) else value


def formula_of(value: object) -> Any:
    """The formula of a truth value of the program; anything else as it is."""
    return value.formula if isinstance(value, Truth) else value


@dataclass(frozen=True, slots=True)
class Within(Formula):
    """low ≤ form ≤ high, where None is no bound; at least one is there."""

    form: Polynomial
    """Without a constant, a common divisor or a negative leading coefficient."""
    low: int | None
    """Least value."""
    high: int | None
    """Largest value."""


@dataclass(frozen=True, slots=True)
class Both(Formula):
    """All of the parts are true; at least two."""

    parts: tuple[Formula, ...]
    """None of them a conjunction."""


@dataclass(frozen=True, slots=True)
class Not(Formula):
    """The part is false."""

    part: Formula
    """Neither a negation nor a bound on one side."""


def conjunction(*parts: object) -> Any:
    """All of the parts: formulas, or truth values of Python."""
    listed: list[Formula] = []
    for part in map(formula_of, parts):
        if isinstance(part, Both):
            listed.extend(part.parts)
        elif isinstance(part, Formula):
            listed.append(part)
        elif not part:
            return False
    distinct = tuple(dict.fromkeys(listed))
    return True if not distinct else distinct[0] if len(distinct) == 1 else Both(distinct)


def negation(part: object) -> Any:
    """The opposite of a formula or of a truth value."""
    part = formula_of(part)
    match part:
        case Not():
            return part.part
        case Within(form, low, None):
            return Within(form, None, cast(int, low) - 1)
        case Within(form, None, high):
            return Within(form, cast(int, high) + 1, None)
        case Formula():
            return Not(part)
    return not part


def implies(given: object, then: object) -> Any:
    """Whether `then` is true wherever `given` is."""
    return negation(conjunction(given, negation(then)))


def at_least_zero(polynomial: Polynomial) -> Any:
    """polynomial ≥ 0, tightened to what integers allow."""
    form, factor, constant = polynomial.parts()
    if factor == 0:
        return constant >= 0
    if factor > 0:
        return Within(form, -(constant // factor), None)
    return Within(form, None, constant // -factor)


def is_zero(polynomial: Polynomial) -> Any:
    """polynomial = 0; false where no integer can."""
    form, factor, constant = polynomial.parts()
    if factor == 0:
        return constant == 0
    if constant % factor:
        return False
    return Within(form, -constant // factor, -constant // factor)


def atoms_of(formula: Formula) -> Iterator[int]:
    """The numbers of the atoms in a formula, possibly repeated."""
    match formula:
        case Within():
            yield from formula.form.atoms()
        case Both():
            for part in formula.parts:
                yield from atoms_of(part)
        case Not():
            yield from atoms_of(formula.part)


def push_decider(decide: Decide) -> None:
    """From here on, `decide` answers."""
    _deciders.append(decide)


def pop_decider() -> None:
    """From here on, who answered before answers again."""
    _deciders.pop()
