"""Numbers: the two divisions on both sides of every rounding, shares to the last unit, medians of ties."""

from __future__ import annotations

from clearstone.conformance.operations.arithmetic_operations import Apportionment, Division, Weighted
from clearstone.conformance.suites.draft import Draft

NUMERATORS = (0, 1, 6, 7, 8, 2**53, 2**64 - 1, 2**127, 10**40)
"""Tried with both signs."""
DIVISORS = (1, 2, 7, 1_000_000, 2**64)
"""Tried with each numerator."""

SHARED: tuple[tuple[str, int, tuple[int, ...]], ...] = (
    ("nothing-over-nobody", 0, ()),
    ("nothing-over-caps-of-nothing", 0, (0, 0)),
    ("everything", 60, (10, 20, 30)),
    ("one-over-three", 1, (1, 1, 1)),
    ("two-over-three", 2, (1, 1, 1)),
    ("that-floors-each-alone-would-lose", 10, (7, 7, 7)),
    ("in-another-order", 10, (1, 13, 7)),
    ("with-caps-of-nothing-between", 10, (0, 5, 0, 6, 0)),
    ("near-the-cap-of-all", 999_999, (333_333, 333_333, 333_334)),
    ("of-huge-amounts", 2**95, (2**95, 2**94 + 1, 3)),
)
"""Name, amount, caps."""

MEDIANS: tuple[tuple[str, tuple[tuple[int, int], ...]], ...] = (
    ("of-one", ((5, 1),)),
    ("of-two-is-the-lower", ((9, 1), (5, 1))),
    ("of-three", ((9, 1), (5, 1), (7, 1))),
    ("of-four-is-the-lower-middle", ((9, 1), (5, 1), (7, 1), (8, 1))),
    ("with-half-of-the-weight-exactly", ((5, 2), (7, 1), (9, 1))),
    ("with-just-less-than-half-of-the-weight", ((5, 2), (7, 1), (9, 2))),
    ("with-one-report-far-off", ((5, 1), (6, 1), (10**9, 1))),
    ("of-equal-values", ((5, 3), (5, 4))),
    ("of-negative-values", ((-5, 1), (-7, 1), (3, 1))),
)
"""Name, (value, weight)."""


def drafts() -> list[Draft]:
    """The cases of the suite `arithmetic`."""
    found: list[Draft] = []
    for size in NUMERATORS:
        for numerator in dict.fromkeys((size, -size)):
            for divisor in DIVISORS:
                question = Division(numerator, divisor)
                name = f"{'minus-' if numerator < 0 else ''}{size}-by-{divisor}"
                for way, operation in (("down", "floor_div"), ("up", "ceil_div")):
                    described = f"{numerator} / {divisor}, rounded {way}."
                    found.append(Draft(f"arithmetic/{way}-{name}", described, ("NUM-3",), operation, question))
    for name, amount, caps in SHARED:
        described = f"{amount} over caps that add up to {sum(caps)}."
        question_of = Apportionment(amount, caps)
        found.append(Draft(f"arithmetic/share-{name}", described, ("NUM-6",), "apportion", question_of))
    for name, weighted in MEDIANS:
        described = f"The lower weighted median of {len(weighted)} values."
        found.append(
            Draft(f"arithmetic/median-{name}", described, ("ORACLE-3",), "weighted_median", Weighted(weighted))
        )
    return found
