"""What is assumed of quorums, proved from the spec's own `is_quorum` for any number of validators of any weights.

Let any list of validators be given, of length `count`, and let each be in some of three sets: one quorum, another
quorum, and the liars. That parts them into eight regions. By induction over the list, the power of each region is not
negative, and the power of a set, and the total, is the sum of those of its regions. So every statement about the power
of sets is one about eight non-negative integers, and the solver knows how to decide those.

`is_quorum` and `exceeds_a_third` have no branches, so they are simply applied to the solver's own terms: what is proved
is what runs. A counterexample is a list of at most eight validators, one for each region that has power.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, TypeAlias

import z3

from clearstone.proofs.consensus.conditions import Proof
from clearstone.spec.consensus.validators import (
    KEY_BYTES,
    Validator,
    exceeds_a_third,
    is_quorum,
    total_power,
)

Region: TypeAlias = tuple[bool, bool, bool]
"""Whether a region's validators are in the first quorum, in the second, and whether they lie."""

REGIONS: tuple[Region, ...] = tuple(product((False, True), (False, True), (False, True)))
"""All of them."""
FIRST, SECOND, LIARS = 0, 1, 2
"""The three sets, by their place in a region."""


@dataclass(frozen=True, slots=True)
class Powers:
    """The power of the sets: as terms, or as numbers where a counterexample is replayed."""

    of: Mapping[Region, Any]
    """That of each region."""
    total: Any
    """All of it."""
    first: Any
    """The first quorum's."""
    second: Any
    """The second's."""
    liars: Any
    """The liars'."""

    def within(self, *sets: int) -> Any:
        """The power of those who are in all of these sets."""
        return sum(self.of[region] for region in REGIONS if all(region[each] for each in sets))


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement about power: whenever the premise holds, so does the conclusion."""

    name: str
    """The statement."""
    premise: Callable[[Powers], Any]
    """When."""
    conclusion: Callable[[Powers], Any]
    """What."""


def both_quorums(powers: Powers) -> Any:
    """Both sets are quorums, by the spec's own word."""
    return is_quorum(powers.first, powers.total) & is_quorum(powers.second, powers.total)


def few_lie(powers: Powers) -> Any:
    """CONS-1: liars have less than a third of the power."""
    return 3 * powers.liars < powers.total


def correct_of_first(powers: Powers) -> Any:
    """The power of those in the first set who do not lie."""
    return powers.first - powers.within(FIRST, LIARS)


MEET = (
    Claim(
        "while liars have less than a third, two quorums share a correct validator",
        lambda powers: both_quorums(powers) & few_lie(powers),
        lambda powers: powers.of[True, True, False] > 0,
    ),
    Claim(
        "while liars have less than a third, whatever exceeds a third has a correct member",
        lambda powers: exceeds_a_third(powers.first, powers.total) & few_lie(powers),
        lambda powers: correct_of_first(powers) > 0,
    ),
    Claim(
        "while liars have less than a third, the correct are a quorum",
        lambda powers: few_lie(powers) & (powers.total > 0),
        lambda powers: is_quorum(powers.total - powers.liars, powers.total),
    ),
)
"""What agreement and the rules need."""

BLAME = (
    Claim(
        "two quorums share more than a third of the power",
        both_quorums,
        lambda powers: powers.total < 3 * powers.within(FIRST, SECOND),
    ),
    Claim(
        "what two quorums share exceeds a third by the spec's own word",
        both_quorums,
        lambda powers: exceeds_a_third(powers.within(FIRST, SECOND), powers.total),
    ),
    Claim(
        "unless liars have more than two thirds, every quorum has a correct member",
        lambda powers: is_quorum(powers.first, powers.total) & (3 * powers.liars <= 2 * powers.total),
        lambda powers: correct_of_first(powers) > 0,
    ),
)
"""What accountability needs, however many lie."""


def proofs(claims: tuple[Claim, ...]) -> list[Proof]:
    """Return the proof of these claims, for a list of any length."""
    return [reduction(claims)[0]]


def reduction(claims: tuple[Claim, ...]) -> tuple[Proof, Powers]:
    """Return the proof and the terms that it speaks of."""
    power = z3.Function("power", z3.IntSort(), z3.IntSort())
    belongs = [z3.Function(name, z3.IntSort(), z3.BoolSort()) for name in ("inFirst", "inSecond", "lies")]
    count, index = z3.Ints("count index")

    def prefix_sum(name: str, counts: Callable[[z3.ArithRef], z3.BoolRef]) -> tuple[z3.FuncDeclRef, z3.BoolRef]:
        """Declare the power of the first i validators of a kind: the fold that `sum` is."""
        total = z3.Function(name, z3.IntSort(), z3.IntSort())
        step = total(index + 1) == total(index) + z3.If(counts(index), power(index), 0)
        every = z3.ForAll([index], z3.Implies(index >= 0, step), patterns=[total(index + 1)])
        return total, z3.And(total(0) == 0, every)

    def in_region(region: Region) -> Callable[[z3.ArithRef], z3.BoolRef]:
        return lambda i: z3.And([is_in(i) == wanted for is_in, wanted in zip(belongs, region, strict=True)])

    kinds = (lambda i: z3.BoolVal(True), *belongs)
    names = ("totalPower", "firstPower", "secondPower", "liarsPower")
    sets = [prefix_sum(name, counts) for name, counts in zip(names, kinds, strict=True)]
    regions = [prefix_sum(f"region{number}", in_region(region)) for number, region in enumerate(REGIONS)]
    positive = z3.ForAll([index], power(index) >= 1)
    proof = Proof("any list of validators", (positive, count >= 0, *(meaning for _, meaning in (*sets, *regions))))

    def powers(i: z3.ArithRef) -> Powers:
        by_region = {region: total(i) for region, (total, _) in zip(REGIONS, regions, strict=True)}
        return Powers(by_region, *(total(i) for total, _ in sets))

    parts = proof.by_induction(
        "the power of a set is that of its regions", lambda i: parted(powers(i)), z3.IntVal(0), count, proof.assumptions
    )
    all_of_them = powers(count)
    for claim in claims:
        goal = z3.Implies(claim.premise(all_of_them), claim.conclusion(all_of_them))
        proof.show(claim.name, goal, using=[parts])
    return proof, all_of_them


def parted(powers: Powers) -> z3.BoolRef:
    """The power of each set is that of its regions, none of which is negative."""
    sets = ((FIRST, powers.first), (SECOND, powers.second), (LIARS, powers.liars))
    return z3.And(
        powers.total == powers.within(),
        *(total == powers.within(which) for which, total in sets),
        *(power >= 0 for power in powers.of.values()),
    )


def witnesses(claims: tuple[Claim, ...]) -> list[tuple[str, tuple[z3.BoolRef, ...]]]:
    """Each claim's premise is satisfied by some validators."""
    _, powers = reduction(claims)
    return [(claim.name, (parted(powers), claim.premise(powers))) for claim in claims]


def replay(model: z3.ModelRef, statement: str) -> tuple[dict[str, int], bool]:
    """Make a counterexample's validators, at most one for each region, and ask of them what was claimed."""
    _, terms = reduction(())
    found = {region: model.eval(terms.of[region], model_completion=True).as_long() for region in REGIONS}
    members = {region: Validator(bytes([place]) * KEY_BYTES, found[region]) for place, region in enumerate(REGIONS)}

    def power(which: int | None) -> int:
        return total_power(tuple(members[region] for region in REGIONS if which is None or region[which]))

    powers = Powers(found, *(power(which) for which in (None, FIRST, SECOND, LIARS)))
    claim = next((claim for claim in (*MEET, *BLAME) if claim.name == statement), None)
    broken = claim is not None and bool(claim.premise(powers)) and not claim.conclusion(powers)
    return {f"power {described(region)}": power for region, power in found.items() if power}, broken


def described(region: Region) -> str:
    """Name a region."""
    first, second, lies = region
    quorums = "in both quorums" if first and second else "in the first" if first else "in the second" if second else ""
    return f"{quorums or 'in neither quorum'}, {'lying' if lies else 'correct'}"
