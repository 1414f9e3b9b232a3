"""The integer that stands for every integer: what the specification's functions are run on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import reduce
from typing import Any

from clearstone.proofs.symbolic.formulas import at_least_zero, is_zero, negation, truth
from clearstone.proofs.symbolic.polynomials import Polynomial, number
from clearstone.proofs.symbolic.vocabulary import vocabulary


class Integer:
    """A polynomial that behaves as an int does; what turns out to be a number is a number again."""

    __slots__ = ("polynomial",)
    __hash__ = None  # type: ignore[assignment]  # a set or a key would have to know which integers are equal

    def __init__(self, polynomial: Polynomial) -> None:
        """Stand for a polynomial that is not a constant."""
        self.polynomial = polynomial

    def __add__(self, other: object) -> Any:
        return _combined(self, other, Polynomial.__add__)

    def __sub__(self, other: object) -> Any:
        return _combined(self, other, Polynomial.__sub__)

    def __rsub__(self, other: object) -> Any:
        return _combined(-self, other, Polynomial.__add__)

    def __mul__(self, other: object) -> Any:
        return _combined(self, other, Polynomial.__mul__)

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self) -> Integer:
        return Integer(self.polynomial.times(-1))

    def __pos__(self) -> Integer:
        return self

    def __abs__(self) -> Any:
        return self if self >= 0 else -self

    def __floordiv__(self, other: object) -> Any:
        return NotImplemented if _polynomial(other) is None else floor_quotient(self, other)

    def __rfloordiv__(self, other: object) -> Any:
        return NotImplemented if _polynomial(other) is None else floor_quotient(other, self)

    def __mod__(self, other: object) -> Any:
        return self - other * (self // other)

    def __rmod__(self, other: object) -> Any:
        return other - self * (other // self)

    def __eq__(self, other: object) -> Any:
        polynomial = _polynomial(other)
        return NotImplemented if polynomial is None else truth(is_zero(self.polynomial - polynomial))

    def __ne__(self, other: object) -> Any:
        polynomial = _polynomial(other)
        return NotImplemented if polynomial is None else truth(negation(is_zero(self.polynomial - polynomial)))

    def __ge__(self, other: object) -> Any:
        polynomial = _polynomial(other)
        return NotImplemented if polynomial is None else truth(at_least_zero(self.polynomial - polynomial))

    def __le__(self, other: object) -> Any:
        polynomial = _polynomial(other)
        return NotImplemented if polynomial is None else truth(at_least_zero(polynomial - self.polynomial))

    def __gt__(self, other: object) -> Any:
        polynomial = _polynomial(other)
        return NotImplemented if polynomial is None else truth(at_least_zero(self.polynomial - polynomial - number(1)))

    def __lt__(self, other: object) -> Any:
        polynomial = _polynomial(other)
        return NotImplemented if polynomial is None else truth(at_least_zero(polynomial - self.polynomial - number(1)))

    def __bool__(self) -> bool:
        return bool(self != 0)

    def __repr__(self) -> str:
        return f"Integer({self.polynomial.terms})"


_watchers: list[Callable[[Polynomial], None]] = []
"""Who is told of every integer that is computed, innermost last."""


@contextmanager
def watched(watcher: Callable[[Polynomial], None]) -> Iterator[None]:
    """Meanwhile, tell the watcher of every integer that is computed."""
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.pop()


def integer(polynomial: Polynomial) -> Any:
    """A polynomial as an integer: of Python if it is a constant."""
    if _watchers:
        _watchers[-1](polynomial)
    return polynomial.constant if polynomial.is_constant else Integer(polynomial)


def floor_quotient(numerator: object, divisor: object) -> Any:
    """numerator // divisor, parting the paths where the divisor may be zero or negative."""
    above, below = _polynomial(numerator), _polynomial(divisor)
    assert above is not None
    assert below is not None
    if at_least_zero(below - number(1)):
        return integer(vocabulary().floor(above, below))
    if is_zero(below):
        raise ZeroDivisionError("integer division or modulo by zero")
    return integer(vocabulary().floor(above.times(-1), below.times(-1)))


def _polynomial(value: object) -> Polynomial | None:
    """The polynomial of a symbolic or plain integer; None for anything else."""
    if isinstance(value, Integer):
        return value.polynomial
    return number(value) if isinstance(value, int) else None


def polynomial_of(value: object) -> Polynomial:
    """The polynomial of something that is known to be an integer."""
    polynomial = _polynomial(value)
    assert polynomial is not None, f"{value!r} is not an integer"
    return polynomial


def _combined(one: Integer, other: object, operation: Callable[[Polynomial, Polynomial], Polynomial]) -> Any:
    """The result of an operation on two integers."""
    polynomial = _polynomial(other)
    if polynomial is None:
        return NotImplemented
    return integer(operation(one.polynomial, polynomial))


def largest(values: list[Any]) -> Any:
    """The largest of some integers, as one integer instead of a path for each case."""

    def larger(one: Any, other: Any) -> Any:
        above = polynomial_of(other) - polynomial_of(one)
        return one + integer(vocabulary().positive_part(above))

    return reduce(larger, values)


def smallest(values: list[Any]) -> Any:
    """The smallest of some integers."""
    return -largest([-value for value in values])
