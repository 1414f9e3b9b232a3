"""A correct validator is never accused, whatever all the others do, and even if they all lie.

The abstract system again, and no assumption about quorums. What has changed is what polka means: the judge counts what
is recorded of anybody, liars included. So here *polka* and *proposed* are any relations that only ever grow, and a
validator that leaves its lock needs both the polka and the proposal that names it in its log, and so in the record.

Equivocation is out of the question: one prevote and one precommit a round are sentences of the invariant, and proposals
are covered by the code's promise that every message strictly advances round and step (`one_message`). For amnesia there
is one more sentence, `every_prevote_against_a_precommit_was_freed`. It is kept since at the time of the prevote the
lock was at least as young as the precommit: either the lock was on the very block that is prevoted, and then the
validator precommitted that block on a polka since; or a polka since the lock, named by the proposal, freed it.
"""

from __future__ import annotations

import z3

from clearstone.proofs.consensus.agreement import LOCAL, initially, moves
from clearstone.proofs.consensus.conditions import Proof
from clearstone.proofs.consensus.guilt import Record, breaks, contradicts, frees
from clearstone.proofs.consensus.invariant import Names, conjuncts
from clearstone.proofs.consensus.relations import Local, State, Vocabulary, vocabulary
from clearstone.proofs.consensus.relations import frees as frees_from_lock
from clearstone.proofs.consensus.universe import Block, Round, Universe, Validator, finite

KEPT = (*LOCAL, "a_precommit_has_a_polka")
"""The sentences of agreement's invariant that need nothing of quorums."""


def proofs(universe: Universe) -> list[Proof]:
    """Return the induction: base, a step for each kind of move and for hearing more, and the conclusion."""
    words = vocabulary(universe)
    said = record(words, words.state, "")
    held = sentences(words, words.state, said)
    start = Proof("the start", initially(words))
    for name, goal in held.items():
        start.show(f"{name} at the start", goal, using=start.assumptions)
    given = Proof("the invariant", tuple(held.values()))
    moving = [*steps(given, words, said, held)]
    return [start, *moving, hearing_more(given, words, said, held), guiltless(given, words, said)]


def record(words: Vocabulary, state: State, suffix: str) -> Record:
    """What is recorded in a state: what the correct said, and any polkas and proposals."""
    b, integer = words.universe.block, z3.IntSort()
    polka = z3.Function(f"polka{suffix}", integer, b, z3.BoolSort())
    proposed = z3.Function(f"proposed{suffix}", integer, b, integer, z3.BoolSort())
    return Record(words.nil, state.prevoted, state.precommitted, proposed, polka)


def sentences(words: Vocabulary, state: State, said: Record) -> dict[str, z3.BoolRef]:
    """Return the invariant of a state and a record."""
    universe = words.universe
    known = conjuncts(words, state, Names(said.polka, said.polka, said.polka, (), (), ()))

    def freed(n: Validator, r: Round, b: Block, s: Round, c: Block) -> z3.BoolRef:
        by_some = universe.there_is(universe.round, lambda t: frees(said, n, r, s, c, t))
        return z3.Implies(breaks(said, n, r, b, s, c), by_some)

    any_break = [universe.validator, universe.round, universe.block, universe.round, universe.block]
    return {
        **{name: known[name] for name in KEPT},
        "every_prevote_against_a_precommit_was_freed": universe.for_all(any_break, freed),
    }


def steps(given: Proof, words: Vocabulary, said: Record, held: dict[str, z3.BoolRef]) -> list[Proof]:
    """Every move keeps every sentence. What frees a validator from its lock is in its log, and so in the record."""
    universe = words.universe

    def is_freed(at: Local, block: Block) -> z3.BoolRef:
        return universe.there_is(
            universe.round,
            lambda t: z3.And(frees_from_lock(at, t, block, said.polka), said.proposed(at.round, block, t)),
        )

    result = []
    for move in moves(words, Names(said.polka, said.polka, said.polka, (), (), ()), is_freed):
        proof = given.supposing(move.name, move.guard)
        after = Record(said.nil, move.after.prevoted, move.after.precommitted, said.proposed, said.polka)
        for name, goal in sentences(words, move.after, after).items():
            proof.show(f"{move.name} keeps {name}", goal, using=proof.assumptions)
        result.append(proof)
    return result


def hearing_more(given: Proof, words: Vocabulary, said: Record, held: dict[str, z3.BoolRef]) -> Proof:
    """A record that grows keeps every sentence."""
    universe, more = words.universe, record(words, words.state, "Later")
    rounds = [universe.round, universe.block]
    grown = (
        universe.for_all(rounds, lambda r, b: z3.Implies(said.polka(r, b), more.polka(r, b))),
        universe.for_all(
            [*rounds, universe.round], lambda r, b, t: z3.Implies(said.proposed(r, b, t), more.proposed(r, b, t))
        ),
    )
    proof = given.supposing("hearing more", *grown)
    kept = sentences(words, words.state, more)
    for name in ("a_precommit_has_a_polka", "every_prevote_against_a_precommit_was_freed"):
        proof.show(f"hearing more keeps {name}", kept[name], using=[held[name], *grown])
    return proof


def guiltless(given: Proof, words: Vocabulary, said: Record) -> Proof:
    """The invariant convicts nobody: no two votes of a kind in a round differ, and no broken lock is unfreed."""
    universe, proof = words.universe, given.supposing("the end")
    one = [universe.validator, universe.round, universe.block, universe.block]
    for kind, votes in (("prevotes", said.prevoted), ("precommits", said.precommitted)):
        innocent = universe.for_all(one, lambda n, r, b, c, votes=votes: z3.Not(contradicts(votes, n, r, b, c)))
        proof.show(f"no two {kind} of a correct validator contradict each other", innocent, using=given.assumptions)
    n, (r, s, t), (b, c) = z3.Const("n", universe.validator), z3.Ints("r s t"), z3.Consts("b c", universe.block)
    unfreed = z3.ForAll([t], z3.Not(frees(said, n, r, s, c, t)))
    innocent = z3.Not(z3.And(breaks(said, n, r, b, s, c), unfreed))
    proof.show("no correct validator is amnesiac", innocent, using=[given.assumptions[-1]])
    return proof


def witnesses() -> list[tuple[str, tuple[z3.BoolRef, ...]]]:
    """All that is assumed is satisfiable: in a small universe it is."""
    universe = finite(validators=1, blocks=2, quorums=1, rounds=2)
    return [(proof.name, proof.assumptions) for proof in proofs(universe)]
