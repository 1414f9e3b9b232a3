"""What holds in every state of the abstract system: eleven sentences, of which one is the heart.

All but `core` are about one validator at a time and say what its own state already guarantees. `core` is why nobody is
ever led away from a block that may have been decided: call b *choosable* in round r if some quorum could still
precommit, or has precommitted, b in r, that is, if each of its correct members has precommitted b in r or has not
passed r yet. Then whoever precommitted b in r prevotes nothing but b (or NIL) afterwards, as long as b is choosable in
r.

The quantifiers inside polka, certificate and choosable are hidden behind names with witnesses: a solver that must guess
a quorum inside a formula about all states would not come back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import z3

from clearstone.proofs.consensus.relations import State, Support, Vocabulary, Vote
from clearstone.proofs.consensus.universe import Block, Round, Validator
from clearstone.spec.consensus.messages import NO_ROUND, PRECOMMIT, PREVOTE
from clearstone.spec.consensus.node import NEW


@dataclass(frozen=True, slots=True)
class Names:
    """The names for "a quorum stands behind it", and what defines them."""

    polka: Support
    """Some quorum's correct members all prevoted this."""
    certificate: Support
    """Some quorum's correct members all precommitted this."""
    choosable: Support
    """Some quorum's correct members all precommitted this, or have not passed that round."""
    polka_means: tuple[z3.BoolRef, ...]
    """What defines polka."""
    certificate_means: tuple[z3.BoolRef, ...]
    """What defines certificate."""
    choosable_means: tuple[z3.BoolRef, ...]
    """What defines choosable."""

    @property
    def definitions(self) -> tuple[z3.BoolRef, ...]:
        """All that the names mean."""
        return (*self.polka_means, *self.certificate_means, *self.choosable_means)


def named(words: Vocabulary, name: str, votes: Vote) -> tuple[Support, tuple[z3.BoolRef, ...]]:
    """Name "there is a quorum all of whose correct members …", with a witness in one direction."""
    universe = words.universe
    holds = z3.Function(name, z3.IntSort(), universe.block, z3.BoolSort())
    witness = z3.Function(f"{name}Quorum", z3.IntSort(), universe.block, universe.quorum)
    has_witness = universe.for_all(
        [universe.round, universe.block],
        lambda r, b: z3.Implies(
            holds(r, b), z3.And(universe.within(witness(r, b)), words.supported(votes, witness(r, b), r, b))
        ),
    )
    any_will_do = universe.for_all(
        [universe.quorum, universe.round, universe.block],
        lambda q, r, b: z3.Implies(words.supported(votes, q, r, b), holds(r, b)),
    )
    return lambda round, block: holds(round, block), (has_witness, any_will_do)


def names(words: Vocabulary, state: State, suffix: str = "") -> Names:
    """Name what quorums support in a state; `suffix` tells the names of two states apart."""

    def precommitted_or_not_past(voter: Validator, round: Round, block: Block) -> z3.BoolRef:
        return z3.Or(state.local(voter).round <= round, state.precommitted(voter, round, block))

    polka, polka_means = named(words, f"polka{suffix}", state.prevoted)
    certificate, certificate_means = named(words, f"certificate{suffix}", state.precommitted)
    choosable, choosable_means = named(words, f"choosable{suffix}", precommitted_or_not_past)
    return Names(polka, certificate, choosable, polka_means, certificate_means, choosable_means)


def conjuncts(words: Vocabulary, state: State, names: Names) -> dict[str, z3.BoolRef]:
    """Return the invariant of a state, sentence by sentence."""
    universe, nil, local = words.universe, words.nil, state.local
    validator, block, round = universe.validator, universe.block, universe.round
    pv, pc = state.prevoted, state.precommitted

    def is_past(n: Validator, r: Round, step: int) -> z3.BoolRef:
        at = local(n)
        return z3.And(r >= 0, z3.Or(r < at.round, z3.And(r == at.round, at.step >= step)))

    def lock_is_youngest(n: Validator, r: Round, b: Block) -> z3.BoolRef:
        at = local(n)
        younger = z3.And(r <= at.locked_round, z3.Implies(r == at.locked_round, b == at.locked_block))
        return z3.Implies(z3.And(pc(n, r, b), b != nil), younger)

    def lock_is_precommit(n: Validator) -> z3.BoolRef:
        at = local(n)
        none = z3.And(at.locked_round == NO_ROUND, at.locked_block == nil)
        some = z3.And(at.locked_round >= 0, at.locked_block != nil, pc(n, at.locked_round, at.locked_block))
        return z3.Or(none, some)

    def only_one(votes: Vote) -> Callable[..., z3.BoolRef]:
        return lambda n, r, b, c: z3.Implies(z3.And(votes(n, r, b), votes(n, r, c)), b == c)

    def core(n: Validator, r: Round, b: Block, s: Round, c: Block) -> z3.BoolRef:
        against = z3.And(pc(n, r, b), b != nil, names.choosable(r, b), r < s, pv(n, s, c))
        return z3.Implies(against, z3.Or(c == b, c == nil))

    one = [validator, round, block]
    return {
        "rounds_are_not_negative": universe.for_all([validator], lambda n: local(n).round >= 0),
        "steps_are_one_of_four": universe.for_all(
            [validator], lambda n: z3.And(local(n).step >= NEW, local(n).step <= PRECOMMIT)
        ),
        "prevotes_are_of_past_steps": universe.for_all(
            one, lambda n, r, b: z3.Implies(pv(n, r, b), is_past(n, r, PREVOTE))
        ),
        "precommits_are_of_past_steps": universe.for_all(
            one, lambda n, r, b: z3.Implies(pc(n, r, b), is_past(n, r, PRECOMMIT))
        ),
        "one_prevote_a_round": universe.for_all([*one, block], only_one(pv)),
        "one_precommit_a_round": universe.for_all([*one, block], only_one(pc)),
        "the_lock_is_the_youngest_precommit": universe.for_all(one, lock_is_youngest),
        "the_lock_is_a_precommit": universe.for_all([validator], lock_is_precommit),
        "a_precommit_has_a_polka": universe.for_all(
            one, lambda n, r, b: z3.Implies(z3.And(pc(n, r, b), b != nil), names.polka(r, b))
        ),
        "a_decision_has_a_certificate": universe.for_all(
            one, lambda n, r, b: z3.Implies(state.decided(n, r, b), z3.And(b != nil, names.certificate(r, b)))
        ),
        "core": universe.for_all([*one, round, block], core),
    }
