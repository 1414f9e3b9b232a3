"""Accountability: a fork convicts more than a third of the power, however many lie, as long as they are no quorum.

Two facts are used of the judge's record. Every quorum has a correct member, the weaker assumption that takes the place
of agreement's. And a correct validator that precommitted a block saw a polka for it, which is in its log and so in the
record (`never_accused` shows that it did).

Let v be certified in round r and another block w in some round s ≥ r. A *conflict* in t is a polka in t for a block
other than v. The argument looks at the first conflict from r on. If it is in r itself, two polkas are in one round, and
all that their quorums share has equivocated. If it is later, say a polka for x in t, then whoever is in both the quorum
of the certificate and that of this polka precommitted v in r and prevoted x in t, and no polka for x from r until
before t can have freed it, since there was no conflict: it is amnesiac.

That there is a *first* conflict is an induction over rounds, done here and not left to the reader: if no two quorums
are wholly guilty of what they share, then for every t from r on there is no conflict before t. But the certificate in s
gives a polka in s, a contradiction for t = s + 1. What two quorums share has more than a third of the power
(`quorums`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import z3

from clearstone.proofs.consensus.conditions import Proof
from clearstone.proofs.consensus.guilt import Record, breaks, contradicts, frees
from clearstone.proofs.consensus.relations import Support, Vote
from clearstone.proofs.consensus.universe import Block, Quorum, Round, Universe, Validator, finite


@dataclass(frozen=True, slots=True)
class Trial:
    """What the judge goes by."""

    universe: Universe
    """Where formulas are read."""
    said: Record
    """What is recorded."""
    certificate: Support
    """Whether a quorum's precommits are recorded."""
    member: Callable[[Validator, Quorum], z3.BoolRef]
    """Who is in which quorum, liars included."""
    polka_quorum: Callable[[Round, Block], Quorum]
    """Names the quorum behind a polka."""
    certificate_quorum: Callable[[Round, Block], Quorum]
    """Names the quorum behind a certificate."""
    innocent: Callable[[Quorum, Quorum], Validator]
    """Names a validator that two quorums share and that is not convicted, where there is one."""
    freed: Callable[[Validator, Round, Round, Block], z3.BoolRef]
    """Whether some polka since a precommit's round allowed a prevote for a block in a later round."""
    guilty: Callable[[Validator], z3.BoolRef]
    """Who is convicted."""
    correct: Callable[[Validator], z3.BoolRef]
    """Who is correct."""


def trial(universe: Universe) -> Trial:
    """Make the symbols."""
    n, q, b, integer, boolean = universe.validator, universe.quorum, universe.block, z3.IntSort(), z3.BoolSort()
    said = Record(
        z3.Const("NIL", b),
        z3.Function("prevoted", n, integer, b, boolean),
        z3.Function("precommitted", n, integer, b, boolean),
        z3.Function("proposed", integer, b, integer, boolean),
        z3.Function("polka", integer, b, boolean),
    )
    return Trial(
        universe,
        said,
        z3.Function("certificate", integer, b, boolean),
        z3.Function("member", n, q, boolean),
        z3.Function("polkaQuorum", integer, b, q),
        z3.Function("certificateQuorum", integer, b, q),
        z3.Function("innocent", q, q, n),
        z3.Function("freed", n, integer, integer, b, boolean),
        z3.Function("guilty", n, boolean),
        z3.Function("correct", n, boolean),
    )


def proofs(universe: Universe) -> list[Proof]:
    """Return the theorem: a fork convicts all that some two quorums share."""
    case = trial(universe)
    said, nil, member = case.said, case.said.nil, case.member
    honest = z3.Function("honest", universe.quorum, universe.validator)
    inhabited = universe.for_all([universe.quorum], lambda q: z3.And(case.correct(honest(q)), member(honest(q), q)))
    polka_seen = universe.for_all(
        [universe.validator, universe.round, universe.block],
        lambda n, t, b: z3.Implies(z3.And(case.correct(n), said.precommitted(n, t, b), b != nil), said.polka(t, b)),
    )
    polka_means = all_voted(case, case.polka_quorum, said.polka, said.prevoted)
    certificate_means = all_voted(case, case.certificate_quorum, case.certificate, said.precommitted)
    laws = Laws(polka_means, certificate_means, equivocation(case), amnesia(case), freedom(case), innocence(case))
    r, s = z3.Ints("r s")
    v, w = z3.Consts("v w", universe.block)
    fork = z3.And(case.certificate(r, v), case.certificate(s, w), r <= s, v != w, v != nil, w != nil)
    proof = Proof("a fork", (inhabited, polka_seen, fork, *laws))
    certified = proof.show(
        "what has a certificate has a polka",
        universe.for_all(
            [universe.round, universe.block],
            lambda t, b: z3.Implies(z3.And(case.certificate(t, b), b != nil), said.polka(t, b)),
        ),
        using=[inhabited, polka_seen, certificate_means],
    )
    show_no_fork(proof, case, laws, fork, certified, (r, s, v))
    return [proof]


class Laws(NamedTuple):
    """What the theorem uses of the trial; the last is what it refutes."""

    polka: z3.BoolRef
    """A polka has a quorum that prevoted."""
    certificate: z3.BoolRef
    """A certificate has a quorum that precommitted."""
    equivocation: z3.BoolRef
    """Two different votes of a kind in a round convict."""
    amnesia: z3.BoolRef
    """A broken lock that nothing freed convicts."""
    freedom: z3.BoolRef
    """What frees."""
    innocence: z3.BoolRef
    """Any two quorums share somebody who is not convicted."""


def all_voted(case: Trial, quorum: Callable[[Round, Block], Quorum], support: Support, votes: Vote) -> z3.BoolRef:
    """All members of the quorum behind a block, liars too, are recorded with that vote."""
    universe = case.universe
    return universe.for_all(
        [universe.round, universe.block, universe.validator],
        lambda r, b, n: z3.Implies(z3.And(support(r, b), case.member(n, quorum(r, b))), votes(n, r, b)),
    )


def equivocation(case: Trial) -> z3.BoolRef:
    """Contradictions convict."""
    universe, said = case.universe, case.said

    def convicts(n: Validator, r: Round, b: Block, c: Block) -> z3.BoolRef:
        contradiction = z3.Or([contradicts(votes, n, r, b, c) for votes in (said.prevoted, said.precommitted)])
        return z3.Implies(contradiction, case.guilty(n))

    return universe.for_all([universe.validator, universe.round, universe.block, universe.block], convicts)


def amnesia(case: Trial) -> z3.BoolRef:
    """Breaking a lock convicts, unless some polka freed."""
    universe = case.universe
    return universe.for_all(
        [universe.validator, universe.round, universe.block, universe.round, universe.block],
        lambda n, r, b, s, c: z3.Implies(
            z3.And(breaks(case.said, n, r, b, s, c), z3.Not(case.freed(n, r, s, c))), case.guilty(n)
        ),
    )


def freedom(case: Trial) -> z3.BoolRef:
    """Whoever is freed is freed by a polka of some round."""
    universe, integer = case.universe, z3.IntSort()
    by = z3.Function("freeingRound", universe.validator, integer, integer, universe.block, integer)
    return universe.for_all(
        [universe.validator, universe.round, universe.round, universe.block],
        lambda n, r, s, c: z3.Implies(case.freed(n, r, s, c), frees(case.said, n, r, s, c, by(n, r, s, c))),
    )


def innocence(case: Trial) -> z3.BoolRef:
    """Nobody is to blame: any two quorums share somebody who is not convicted. The theorem refutes it."""
    universe, one = case.universe, case.innocent
    return universe.for_all(
        [universe.quorum, universe.quorum],
        lambda p, q: z3.And(case.member(one(p, q), p), case.member(one(p, q), q), z3.Not(case.guilty(one(p, q)))),
    )


def no_conflict(case: Trial, since: Round, before: Round, v: Block) -> z3.BoolRef:
    """No round from `since` on and before `before` has a polka for a block other than v."""
    universe, said = case.universe, case.said
    return universe.for_all(
        [universe.round, universe.block],
        lambda t, b: z3.Implies(z3.And(since <= t, t < before, said.polka(t, b), b != said.nil), b == v),
    )


def show_no_fork(
    proof: Proof, case: Trial, laws: Laws, fork: z3.BoolRef, certified: z3.BoolRef, where: tuple[Round, Round, Block]
) -> None:
    """If nobody is to blame, no round has the first conflict; so none has one, and there is no fork."""
    (r, s, v), said = where, case.said
    t = z3.Int("t")
    x, y = z3.Consts("x y", case.universe.block)
    n = z3.Const("n", case.universe.validator)
    one_round = proof.show(
        "two polkas in one round would convict all that their quorums share",
        z3.ForAll([t, x, y], z3.Implies(z3.And(said.polka(t, x), said.polka(t, y)), x == y)),
        using=[laws.polka, laws.equivocation, laws.innocence],
    )
    first_later = z3.And(r < t, no_conflict(case, r, t, v), said.polka(t, x), x != v, x != said.nil)
    shared = case.innocent(case.certificate_quorum(r, v), case.polka_quorum(t, x))
    broken = proof.show(
        "at the first conflict in a later round, all that its quorum shares with the certificate's break their lock",
        z3.ForAll([t, x], z3.Implies(first_later, breaks(said, shared, r, v, t, x))),
        using=[fork, laws.polka, laws.certificate, laws.innocence],
    )
    unfreed = proof.show(
        "and nothing has freed them",
        z3.ForAll([t, x, n], z3.Implies(first_later, z3.Not(case.freed(n, r, t, x)))),
        using=[laws.freedom],
    )
    later = proof.show(
        "so they would be convicted of amnesia",
        z3.ForAll([t, x], z3.Not(first_later)),
        using=[broken, unfreed, laws.amnesia, laws.innocence],
    )
    until = proof.by_induction(
        "if nobody is to blame, no conflict before t",
        lambda t: no_conflict(case, r, t, v),
        r,
        s + 1,
        using=[fork, certified, one_round, later],
    )
    proof.show("a fork convicts all that some two quorums share", z3.BoolVal(False), using=[fork, certified, until])


def witnesses() -> list[tuple[str, tuple[z3.BoolRef, ...]]]:
    """A fork is possible under these assumptions, but for the one that the theorem refutes."""
    universe = finite(validators=2, blocks=2, quorums=1, rounds=2)
    return [(proof.name, proof.assumptions[:-1]) for proof in proofs(universe)]
