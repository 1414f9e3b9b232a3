"""Divisions, shares and medians."""

from __future__ import annotations

from dataclasses import dataclass

from clearstone.conformance.operations.operation import operations
from clearstone.spec import numbers


@dataclass(frozen=True, slots=True)
class Number:
    """A single integer."""

    value: int
    """The integer, in the unit of the question."""


@dataclass(frozen=True, slots=True)
class Division:
    """What is divided by what."""

    numerator: int
    """Any integer."""
    divisor: int
    """At least 1."""


@dataclass(frozen=True, slots=True)
class Apportionment:
    """An amount to share out."""

    amount: int
    """At least 0, at most the sum of the caps."""
    caps: tuple[int, ...]
    """The most that each share may be, at least 0, in order."""


@dataclass(frozen=True, slots=True)
class Shares:
    """The parts of an amount."""

    shares: tuple[int, ...]
    """One for each cap, in order; they add up to the amount."""


@dataclass(frozen=True, slots=True)
class Weighted:
    """Values with weights."""

    weighted: tuple[tuple[int, int], ...]
    """(value, weight) in any order, at least one, weights at least 1."""


def floor_div(question: Division) -> Number:
    """Divide and round down, negative numbers too."""
    return Number(numbers.floor_div(question.numerator, question.divisor))


def ceil_div(question: Division) -> Number:
    """Divide and round up, negative numbers too."""
    return Number(numbers.ceil_div(question.numerator, question.divisor))


def apportion(question: Apportionment) -> Shares:
    """Share an amount out over caps, to the last unit."""
    return Shares(numbers.apportion(question.amount, question.caps))


def weighted_median(question: Weighted) -> Number:
    """Find the smallest value with at least half of the weight at or below it."""
    return Number(numbers.lower_weighted_median(question.weighted))


OPERATIONS = operations(floor_div, ceil_div, apportion, weighted_median)
