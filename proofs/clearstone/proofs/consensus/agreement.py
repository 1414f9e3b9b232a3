"""Agreement: no two correct validators decide differently. By induction over the moves of the abstract system.

The induction has the usual three parts: the invariant holds at the start; every move keeps every sentence of it; and it
implies agreement. That these three make it hold in all reachable states is the principle of induction, and the only
step that no solver is asked about.

Two lemmas carry the weight.

- *Helper*: if b is choosable in r and has a polka there, then any polka from r on is for b. Else the quorum of the
  polka and the quorum for which b is choosable share a correct validator. It prevoted in the later round, so it has
  passed r; so it precommitted b in r; and then `core` says that it prevoted nothing but b since.
- *Nothing becomes choosable again*: rounds only rise, and precommits of past rounds are never added. So `core` need
  only be shown for the vote being cast, and there the lock is the witness: a validator leaves its lock only for a block
  with a polka at or after it, which by the helper is the same block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import z3

from clearstone.proofs.consensus.conditions import Proof
from clearstone.proofs.consensus.invariant import Names, conjuncts, names
from clearstone.proofs.consensus.relations import (
    Local,
    State,
    Vocabulary,
    after_entering,
    after_locking,
    after_precommit,
    after_prevote,
    frees,
    may_decide,
    may_enter,
    may_lock,
    may_precommit,
    may_prevote,
    moved,
    vocabulary,
    voted,
)
from clearstone.proofs.consensus.universe import Block, Universe, finite
from clearstone.spec.consensus.messages import NO_ROUND
from clearstone.spec.consensus.node import NEW


@dataclass(frozen=True, slots=True)
class Move:
    """One kind of move, by an arbitrary validator."""

    name: str
    """What it does."""
    guard: z3.BoolRef
    """When it may happen."""
    after: State
    """The state that it leads to."""


def moves(words: Vocabulary, names: Names, is_freed: Callable[[Local, Block], z3.BoolRef]) -> Iterator[Move]:
    """Every kind of move that a correct validator can make: there is no other."""
    universe, state, nil = words.universe, words.state, words.nil
    mover = z3.Const("mover", universe.validator)
    block = z3.Const("voted", universe.block)
    round = z3.Int("entered")
    sensible = z3.And(universe.within(mover), universe.within(block), universe.within(round))
    at = state.local(mover)
    yield Move(
        "entering a round",
        z3.And(sensible, may_enter(at, round)),
        moved(state, mover, after_entering(at, round)),
    )
    prevoted = replace(state, prevoted=voted(state.prevoted, mover, at.round, block))
    yield Move(
        "prevoting",
        z3.And(sensible, may_prevote(at, block, nil, is_freed(at, block))),
        moved(prevoted, mover, after_prevote(at)),
    )
    precommitted = replace(state, precommitted=voted(state.precommitted, mover, at.round, nil))
    yield Move(
        "precommitting NIL",
        z3.And(sensible, may_precommit(at)),
        moved(precommitted, mover, after_precommit(at)),
    )
    locked = replace(state, precommitted=voted(state.precommitted, mover, at.round, block))
    yield Move(
        "precommitting a block",
        z3.And(sensible, may_lock(at, block, nil, names.polka)),
        moved(locked, mover, after_locking(at, block)),
    )
    yield Move(
        "deciding",
        z3.And(sensible, may_decide(block, nil, round, names.certificate)),
        replace(state, decided=voted(state.decided, mover, round, block)),
    )


def helper(words: Vocabulary, names: Names) -> z3.BoolRef:
    """Whatever has a polka from round r on is what is choosable and has a polka in r."""
    universe, nil = words.universe, words.nil
    return universe.for_all(
        [universe.round, universe.block, universe.round, universe.block],
        lambda r, b, s, c: z3.Implies(
            z3.And(names.choosable(r, b), names.polka(r, b), names.polka(s, c), r <= s, b != nil, c != nil), b == c
        ),
    )


def initially(words: Vocabulary) -> tuple[z3.BoolRef, ...]:
    """Nobody has started, said or locked anything."""
    universe, state, nil = words.universe, words.state, words.nil
    one = [universe.validator, universe.round, universe.block]

    def new(n: z3.ExprRef) -> z3.BoolRef:
        at = state.local(n)
        return z3.And(at.round == 0, at.step == NEW, at.locked_round == NO_ROUND, at.locked_block == nil)

    silent = (
        universe.for_all(one, lambda n, r, b, votes=votes: z3.Not(votes(n, r, b)))
        for votes in (state.prevoted, state.precommitted, state.decided)
    )
    return universe.for_all([universe.validator], new), *silent


def agreement(words: Vocabulary) -> z3.BoolRef:
    """No two correct validators decide differently, in whatever rounds."""
    universe, decided = words.universe, words.state.decided
    return universe.for_all(
        [universe.validator, universe.round, universe.block, universe.validator, universe.round, universe.block],
        lambda n, r, b, m, s, c: z3.Implies(z3.And(decided(n, r, b), decided(m, s, c)), b == c),
    )


LOCAL = (
    "rounds_are_not_negative",
    "steps_are_one_of_four",
    "prevotes_are_of_past_steps",
    "precommits_are_of_past_steps",
    "one_prevote_a_round",
    "one_precommit_a_round",
    "the_lock_is_the_youngest_precommit",
    "the_lock_is_a_precommit",
)
"""The sentences about one validator, which its own state guarantees."""


def proofs(universe: Universe) -> list[Proof]:
    """Return the whole induction: base, step for each kind of move, conclusion."""
    words = vocabulary(universe)
    meaning = names(words, words.state)
    held = conjuncts(words, words.state, meaning)
    given = Proof(
        "the invariant", (words.quorums_intersect(), words.rounds_are_within(), *meaning.definitions, *held.values())
    )
    lemma = show_helper(given, words, meaning, held)

    def freed(at: Local, block: Block) -> z3.BoolRef:
        return universe.there_is(universe.round, lambda r: frees(at, r, block, meaning.polka))

    steps = [induction_step(given, words, meaning, held, lemma, move) for move in moves(words, meaning, freed)]
    return [start(words, meaning), given, *steps, conclusion(given, words, meaning, held, lemma)]


def start(words: Vocabulary, meaning: Names) -> Proof:
    """The base of the induction: the invariant holds before anything has happened."""
    first = initially(words)
    proof = Proof("the start", (words.quorums_intersect(), *meaning.definitions, *first))
    for name, goal in conjuncts(words, words.state, meaning).items():
        proof.show(f"{name} at the start", goal, using=proof.assumptions)
    return proof


def show_helper(given: Proof, words: Vocabulary, meaning: Names, held: dict[str, z3.BoolRef]) -> z3.BoolRef:
    """The helper lemma follows from the invariant."""
    needed = ("prevotes_are_of_past_steps", "one_prevote_a_round", "core")
    return given.show(
        "whatever has a polka later is what could be decided",
        helper(words, meaning),
        using=[
            given.assumptions[0],
            meaning.polka_means[0],
            meaning.choosable_means[0],
            *(held[name] for name in needed),
        ],
    )


def induction_step(
    given: Proof, words: Vocabulary, before: Names, held: dict[str, z3.BoolRef], lemma: z3.BoolRef, move: Move
) -> Proof:
    """One kind of move keeps every sentence."""
    universe = words.universe
    after = names(words, move.after, "After")
    kept = conjuncts(words, move.after, after)
    proof = given.supposing(move.name, *after.definitions, move.guard)
    local = [move.guard, given.assumptions[1], *(held[name] for name in LOCAL)]
    for name in LOCAL:
        proof.show(f"{move.name} keeps {name}", kept[name], using=local)
    supported = [universe.round, universe.block]
    polka_stays = proof.show(
        f"after {move.name} a polka is still one",
        universe.for_all(supported, lambda r, b: z3.Implies(before.polka(r, b), after.polka(r, b))),
        using=[*before.polka_means, *after.polka_means],
    )
    certificate_stays = proof.show(
        f"after {move.name} a certificate is still one",
        universe.for_all(supported, lambda r, b: z3.Implies(before.certificate(r, b), after.certificate(r, b))),
        using=[*before.certificate_means, *after.certificate_means],
    )
    choosable_was = proof.show(
        f"{move.name} makes nothing choosable again",
        universe.for_all(supported, lambda r, b: z3.Implies(after.choosable(r, b), before.choosable(r, b))),
        using=[move.guard, *before.choosable_means, *after.choosable_means],
    )
    for name, lemmas in (
        ("a_precommit_has_a_polka", [polka_stays]),
        ("a_decision_has_a_certificate", [certificate_stays]),
        ("core", [choosable_was, lemma, *local, held["a_precommit_has_a_polka"]]),
    ):
        proof.show(f"{move.name} keeps {name}", kept[name], using=[move.guard, held[name], *lemmas])
    return proof


def conclusion(
    given: Proof, words: Vocabulary, meaning: Names, held: dict[str, z3.BoolRef], lemma: z3.BoolRef
) -> Proof:
    """The invariant implies agreement."""
    universe = words.universe
    certified = [universe.round, universe.block]
    proof = given.supposing("the end")
    choosable = proof.show(
        "what has a certificate is choosable",
        universe.for_all(certified, lambda r, b: z3.Implies(meaning.certificate(r, b), meaning.choosable(r, b))),
        using=[*meaning.certificate_means, *meaning.choosable_means],
    )
    polka = proof.show(
        "what has a certificate has a polka",
        universe.for_all(
            certified,
            lambda r, b: z3.Implies(z3.And(meaning.certificate(r, b), b != words.nil), meaning.polka(r, b)),
        ),
        using=[given.assumptions[0], *meaning.certificate_means, held["a_precommit_has_a_polka"]],
    )
    proof.show(
        "no two correct validators decide differently",
        agreement(words),
        using=[lemma, choosable, polka, held["a_decision_has_a_certificate"]],
    )
    return proof


def witnesses() -> list[tuple[str, tuple[z3.BoolRef, ...]]]:
    """All that is assumed, of the start, of each move and of the end, is satisfiable: in a small universe it is."""
    universe = finite(validators=2, blocks=1, quorums=1, rounds=2)
    return [(proof.name, proof.assumptions) for proof in proofs(universe)]
