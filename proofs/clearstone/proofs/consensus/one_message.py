"""A validator says one thing of each kind in a round at most, across restarts: what advances is never repeated.

The code promises that every message is of a round and step strictly after those of the stored record, and is stored
with the record that it leads to (`promises`, `refinement`). A crash loses everything but that record. So the place of
every message ever stored is at or before the stored record's, the next one's is after it, and no two messages share a
place. That covers proposals too, of which the abstract system says nothing. What is sent again after a restart are
those same stored messages.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import z3

from clearstone.proofs.consensus.conditions import Proof

MESSAGE = z3.DeclareSort("Message")
"""What a validator may say."""
Said: TypeAlias = Callable[[z3.ArithRef, z3.ArithRef, z3.ExprRef], z3.BoolRef]
"""Whether a message of a round and kind was ever stored."""


def not_after(said: Said, at_round: z3.ArithRef, at_step: z3.ArithRef) -> z3.BoolRef:
    """Nothing was said of a place after this one."""
    r, k = z3.Ints("r k")
    m = z3.Const("m", MESSAGE)
    return z3.ForAll([r, k, m], z3.Implies(said(r, k, m), z3.Or(r < at_round, z3.And(r == at_round, k <= at_step))))


def only_one(said: Said) -> z3.BoolRef:
    """No two messages are of one place."""
    r, k = z3.Ints("r k")
    m, w = z3.Consts("m w", MESSAGE)
    return z3.ForAll([r, k, m, w], z3.Implies(z3.And(said(r, k, m), said(r, k, w)), m == w))


def proofs() -> list[Proof]:
    """Return the induction over a validator's stored records."""
    said = z3.Function("said", z3.IntSort(), z3.IntSort(), MESSAGE, z3.BoolSort())
    round, step, new_round, new_step = z3.Ints("round step newRound newStep")
    new = z3.Const("new", MESSAGE)
    r, k = z3.Ints("r k")
    m = z3.Const("m", MESSAGE)
    start = Proof("the start", (z3.ForAll([r, k, m], z3.Not(said(r, k, m))),))
    start.show("nothing is said after the first record", not_after(said, round, step), using=start.assumptions)
    start.show("nothing is said twice at first", only_one(said), using=start.assumptions)

    def more(r: z3.ArithRef, k: z3.ArithRef, m: z3.ExprRef) -> z3.BoolRef:
        return z3.Or(said(r, k, m), z3.And(r == new_round, k == new_step, m == new))

    advances = z3.Or(round < new_round, z3.And(round == new_round, step < new_step))
    saying = Proof("saying something", (not_after(said, round, step), only_one(said), advances))
    saying.show("nothing is said after the new record", not_after(more, new_round, new_step), using=saying.assumptions)
    saying.show("there is one message of each kind in a round", only_one(more), using=saying.assumptions)
    silent = Proof("storing a later record", (not_after(said, round, step), advances))
    silent.show("nothing is said after it", not_after(said, new_round, new_step), using=silent.assumptions)
    return [start, saying, silent]


def witnesses() -> list[tuple[str, tuple[z3.BoolRef, ...]]]:
    """A validator that says nothing, and one that has said one thing, satisfy what is assumed."""
    return [(proof.name, proof.assumptions) for proof in proofs()]
