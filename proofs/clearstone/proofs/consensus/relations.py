"""The abstract system: what correct validators said, where each stands, and how one of them may move.

Only correct validators are in it. Liars need no description: they may have sent anything to anybody, so what a
validator needs of others is said of the correct among them alone. "A quorum prevoted b in round r" becomes *polka*:
there is a quorum all of whose correct members prevoted b in r. A quorum is therefore known here by its correct members,
and all that is assumed of quorums is that any two share one (`quorums` proves it from the weights).

A state is a family of relations: `prevoted(n, r, b)` and `precommitted(n, r, b)` for what n sent, `decided(n, r, b)`,
and functions for where n stands: its round, its step, its lock. A move is a state computed from a state.

What a validator may do is said in terms of its own state (`Local`) and of polka alone; the same formulas are what every
path through the code is compared with.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

import z3

from clearstone.proofs.consensus.universe import Block, Quorum, Round, Universe, Validator
from clearstone.spec.consensus.messages import NO_ROUND, PRECOMMIT, PREVOTE, PROPOSE
from clearstone.spec.consensus.node import NEW

Vote: TypeAlias = Callable[[Validator, Round, Block], z3.BoolRef]
"""Who voted for what in which round."""
Support: TypeAlias = Callable[[Round, Block], z3.BoolRef]
"""Whether a quorum stands behind a block in a round."""


class Local(NamedTuple):
    """Where one validator stands: what the moves read and write of it."""

    round: z3.ArithRef
    """Its round."""
    step: z3.ArithRef
    """Its step: NEW, PROPOSE, PREVOTE or PRECOMMIT."""
    locked_round: z3.ArithRef
    """Round of its lock, or NO_ROUND."""
    locked_block: z3.ExprRef
    """Block of its lock, or NIL."""


@dataclass(frozen=True, slots=True)
class State:
    """One state of the whole system."""

    prevoted: Vote
    """Prevotes of the correct."""
    precommitted: Vote
    """Precommits of the correct."""
    decided: Vote
    """Decisions of the correct."""
    local: Callable[[Validator], Local]
    """Where each stands."""


def may_enter(local: Local, round: Round) -> z3.BoolRef:
    """Lines 10, 55–56 and 65–67, all at once: any later round may be entered, and round 0 at the start."""
    return (round >= 0) & ((local.round < round) | ((local.step == NEW) & (local.round == round)))


def may_prevote(local: Local, block: Block, nil: Block, is_freed: z3.BoolRef) -> z3.BoolRef:
    """Lines 22–33 and 57–60: NIL always; a block that does not go against the lock, or for which one is freed."""
    obeys = (local.locked_round == NO_ROUND) | (local.locked_block == block)
    return (local.step == PROPOSE) & ((block == nil) | obeys | is_freed)


def frees(local: Local, round: Round, block: Block, polka: Support) -> z3.BoolRef:
    """Line 28: a polka since the lock, and before the present round, frees a validator for its block."""
    return (round >= 0) & (local.locked_round <= round) & (round < local.round) & polka(round, block)


def may_precommit(local: Local) -> z3.BoolRef:
    """Lines 44–46 and 61–64: NIL may be precommitted at any time after one's prevote."""
    return local.step == PREVOTE


def may_lock(local: Local, block: Block, nil: Block, polka: Support) -> z3.BoolRef:
    """Lines 36–43: a block may be precommitted, and so locked, on its polka in the present round."""
    return (local.step == PREVOTE) & (block != nil) & polka(local.round, block)


def may_decide(block: Block, nil: Block, round: Round, certificate: Support) -> z3.BoolRef:
    """Lines 49–54: a block on a quorum of precommits of any round."""
    return (block != nil) & (round >= 0) & certificate(round, block)


def after_entering(local: Local, round: Round) -> Local:
    """The round and the step are new, the lock stays."""
    return local._replace(round=round, step=PROPOSE)


def after_prevote(local: Local) -> Local:
    """The step is new."""
    return local._replace(step=PREVOTE)


def after_precommit(local: Local) -> Local:
    """Of NIL: the step is new, the lock stays."""
    return local._replace(step=PRECOMMIT)


def after_locking(local: Local, block: Block) -> Local:
    """A precommit of a block: the step is new, and the block is locked."""
    return local._replace(step=PRECOMMIT, locked_round=local.round, locked_block=block)


def moved(state: State, mover: Validator, local: Local) -> State:
    """Return the state in which one validator stands elsewhere."""

    def where(validator: Validator) -> Local:
        pairs = zip(local, state.local(validator), strict=True)
        return Local(*(z3.If(validator == mover, new, old) for new, old in pairs))

    return replace(state, local=where)


def voted(votes: Vote, voter: Validator, round: Round, block: Block) -> Vote:
    """Return the votes with one more."""
    return lambda v, r, b: z3.Or(votes(v, r, b), z3.And(v == voter, r == round, b == block))


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The symbols of a system: NIL, quorums, and one arbitrary state with the names of what it supports."""

    universe: Universe
    """Where formulas are read."""
    nil: Block
    """NIL."""
    member: Callable[[Validator, Quorum], z3.BoolRef]
    """Which correct validators a quorum has."""
    state: State
    """An arbitrary state."""
    shared: Callable[[Quorum, Quorum], Validator]
    """Names a correct validator that two quorums have in common."""

    def supported(self, votes: Vote, quorum: Quorum, round: Round, block: Block) -> z3.BoolRef:
        """All correct members of this quorum voted so."""
        return self.universe.for_all(
            [self.universe.validator], lambda v: z3.Implies(self.member(v, quorum), votes(v, round, block))
        )

    def rounds_are_within(self) -> z3.BoolRef:
        """In a finite universe every round that anybody stands at, or is locked in, is in it."""

        def within(n: Validator) -> z3.BoolRef:
            at = self.state.local(n)
            locked = z3.Or(at.locked_round == NO_ROUND, self.universe.within(at.locked_round))
            return z3.And(self.universe.within(at.round), locked)

        return self.universe.for_all([self.universe.validator], within)

    def quorums_intersect(self) -> z3.BoolRef:
        """Any two quorums share a correct validator: the one assumption, which `quorums` proves from the weights."""
        sort = self.universe.quorum

        def intersect(p: Quorum, q: Quorum) -> z3.BoolRef:
            common = self.shared(p, q)
            return z3.And(self.universe.within(common), self.member(common, p), self.member(common, q))

        return self.universe.for_all([sort, sort], intersect)


def vocabulary(universe: Universe) -> Vocabulary:
    """Make the symbols over a universe."""
    v, q, b, integer, boolean = universe.validator, universe.quorum, universe.block, z3.IntSort(), z3.BoolSort()

    def votes(name: str) -> Vote:
        symbol = z3.Function(name, v, integer, b, boolean)
        return lambda voter, round, block: symbol(voter, round, block)

    round, step, locked_round = (z3.Function(name, v, integer) for name in ("round", "step", "lockedRound"))
    locked_block = z3.Function("lockedValue", v, b)
    member = z3.Function("member", v, q, boolean)
    shared = z3.Function("shared", q, q, v)
    nil = z3.Const("NIL", b) if universe.members is None else universe.members[b.name()][0]
    return Vocabulary(
        universe,
        nil,
        lambda voter, quorum: member(voter, quorum),
        State(
            votes("prevoted"),
            votes("precommitted"),
            votes("decided"),
            lambda n: Local(round(n), step(n), locked_round(n), locked_block(n)),
        ),
        lambda first, second: shared(first, second),
    )
