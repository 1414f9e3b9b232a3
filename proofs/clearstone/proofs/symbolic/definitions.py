"""What an atom may be: a symbol, or something that polynomials define."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from clearstone.proofs.symbolic.formulas import Formula
from clearstone.proofs.symbolic.polynomials import Polynomial


@dataclass(frozen=True, slots=True)
class Symbol:
    """An input: any integer within its bounds."""

    name: str
    """What it stands for; unique."""
    low: int | None
    """Least value, if there is one."""
    high: int | None
    """Largest value, if there is one."""


@dataclass(frozen=True, slots=True)
class Quotient:
    """numerator // divisor, where the divisor is positive."""

    numerator: Polynomial
    """What is divided."""
    divisor: Polynomial
    """By what; where it is not positive, nothing is said of the quotient."""


@dataclass(frozen=True, slots=True)
class PositivePart:
    """max(0, of)."""

    of: Polynomial
    """A form with a constant: no common divisor, leading coefficient positive."""


@dataclass(frozen=True, slots=True)
class Cases:
    """The value of the first case whose condition is true."""

    cases: tuple[tuple[Formula, Polynomial], ...]
    """Conditions, of which one is true wherever this is used, and values."""


Definition: TypeAlias = Symbol | Quotient | PositivePart | Cases
