"""Where a formula is read: over everything there is, or over a few validators, blocks and rounds.

The same formulas are used twice. Read over the *unbounded* universe they are the theorem. Read over a *finite* one,
where "for all" is a conjunction, the solver always has an answer: a false invariant, which might hide behind "unknown"
in the unbounded reading, shows a counterexample there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count, product
from typing import TypeAlias

import z3

Validator: TypeAlias = z3.ExprRef
"""A validator, as a term."""
Block: TypeAlias = z3.ExprRef
"""A block id or NIL, as a term."""
Round: TypeAlias = z3.ArithRef
"""A round, as a term."""
Quorum: TypeAlias = z3.ExprRef
"""A set of validators with more than 2/3 of the power, as a term."""

FRESH = count()
"""Numbers bound variables, so that no two formulas share one by accident."""


@dataclass(frozen=True, slots=True)
class Universe:
    """The sorts and how to quantify over them."""

    validator: z3.SortRef
    """The validators that the model speaks of."""
    block: z3.SortRef
    """Block ids and NIL."""
    quorum: z3.SortRef
    """Quorums."""
    round: z3.SortRef
    """Rounds: all integers."""
    members: dict[str, tuple[z3.ExprRef, ...]] | None
    """The elements of each sort, by the sort's name, if there are finitely many; None in the unbounded universe."""

    def for_all(self, sorts: Sequence[z3.SortRef], body: Callable[..., z3.BoolRef]) -> z3.BoolRef:
        """Quantify over elements of these sorts."""
        if self.members is not None:
            return z3.And([body(*each) for each in product(*(self.members[sort.name()] for sort in sorts))])
        variables = [z3.Const(f"{sort.name().lower()}_{next(FRESH)}", sort) for sort in sorts]
        return z3.ForAll(variables, body(*variables))

    def there_is(self, sort: z3.SortRef, body: Callable[[z3.ExprRef], z3.BoolRef]) -> z3.BoolRef:
        """Say that some element of the sort is so."""
        if self.members is not None:
            return z3.Or([body(each) for each in self.members[sort.name()]])
        variable = z3.Const(f"{sort.name().lower()}_{next(FRESH)}", sort)
        return z3.Exists([variable], body(variable))

    def within(self, term: z3.ExprRef) -> z3.BoolRef:
        """Say that a term is one of the elements; always true in the unbounded universe."""
        if self.members is None:
            return z3.BoolVal(True)
        return z3.Or([term == each for each in self.members[term.sort().name()]])


def unbounded() -> Universe:
    """Any number of validators, blocks and quorums; all integers as rounds."""
    validator, block, quorum = (z3.DeclareSort(name) for name in ("Validator", "Block", "Quorum"))
    return Universe(validator, block, quorum, z3.IntSort(), None)


def finite(validators: int, blocks: int, quorums: int, rounds: int) -> Universe:
    """So many validators and quorums, so many blocks beside NIL (block 0), and rounds from 0."""
    members: dict[str, tuple[z3.ExprRef, ...]] = {"Int": tuple(z3.IntVal(round) for round in range(rounds))}

    def sort(name: str, size: int) -> z3.SortRef:
        number = next(FRESH)  # the solver keeps every sort it was ever given, so each gets a name of its own
        made, elements = z3.EnumSort(f"{name}{number}", [f"{name}{number}_{place}" for place in range(size)])
        members[made.name()] = tuple(elements)
        return made

    validator, block = sort("Validator", validators), sort("Block", blocks + 1)
    return Universe(validator, block, sort("Quorum", quorums), z3.IntSort(), members)
