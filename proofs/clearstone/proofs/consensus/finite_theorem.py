"""The theorem over the finite universe of an instance: its formulas, and what their symbols mean in explored states."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product

import numpy as np
import z3

from clearstone.models.tendermint.columns import Numbers
from clearstone.models.tendermint.instance import Instance
from clearstone.models.tendermint.table import Table
from clearstone.proofs.consensus import agreement
from clearstone.proofs.consensus.array_reading import Meaning, Program, table
from clearstone.proofs.consensus.invariant import conjuncts, names
from clearstone.proofs.consensus.relations import Local, State, Vocabulary, frees, may_decide, vocabulary
from clearstone.proofs.consensus.universe import Block, Universe, finite
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.messages import PRECOMMIT, PREVOTE, Proposal
from clearstone.spec.consensus.validators import is_quorum

SUPPORTS = ("polka", "certificate", "choosable")
"""The names for what a quorum stands behind."""
AFTERWARDS = "Afterwards"
"""Added to the names of the symbols of the state after a step."""


def correct_members(instance: Instance) -> list[frozenset[int]]:
    """Every quorum, known by its correct members, as their places among the correct."""
    everybody = range(len(instance.powers))
    quorums = set()
    for size in range(len(instance.powers) + 1):
        for chosen in combinations(everybody, size):
            if is_quorum(sum(instance.powers[place] for place in chosen), instance.total):
                quorums.add(frozenset(instance.correct.index(place) for place in chosen if place in instance.correct))
    return sorted(quorums, key=sorted)


class Layout:
    """The local states of a table as arrays over their numbers."""

    def __init__(self, made: Table) -> None:
        """Read off every local state."""
        instance = made.instance
        blocks = {NIL: 0, **{name: number for number, name in enumerate(instance.names, 1)}}
        nodes = [local.node for local in made.locals.all]
        self.where = {
            "round": np.array([node.round for node in nodes]),
            "step": np.array([node.step for node in nodes]),
            "lockedRound": np.array([node.locked_round for node in nodes]),
            "lockedValue": np.array([blocks[node.locked_value] for node in nodes]),
        }
        shape = (instance.rounds, len(blocks), len(nodes))
        self.votes = {kind: np.zeros(shape, dtype=np.bool_) for kind in (PREVOTE, PRECOMMIT)}
        for number, local in enumerate(made.locals.all):
            for message in local.said:
                if not isinstance(message, Proposal):
                    self.votes[message.step][message.round, blocks[message.block_id], number] = True

    def symbols(self, columns: Sequence[Numbers], suffix: str = "") -> dict[str, Meaning]:
        """What the symbols of a state mean where the validators are in these local states."""
        found = {f"{name}{suffix}": table(np.stack([of[c] for c in columns])) for name, of in self.where.items()}
        for name, kind in (("prevoted", PREVOTE), ("precommitted", PRECOMMIT)):
            votes = np.stack([self.votes[kind][:, :, column] for column in columns])
            found[f"{name}{suffix}"] = table(votes)
        return found


class Theorem:
    """The formulas of the theorem over the finite universe of an instance."""

    def __init__(self, instance: Instance) -> None:
        """Make them."""
        self.instance = instance
        self.quorums = correct_members(instance)
        self.universe = finite(len(instance.correct), instance.values, len(self.quorums), instance.rounds)
        self.words = vocabulary(self.universe)
        self.names = names(self.words, self.words.state)
        self.held = conjuncts(self.words, self.words.state, self.names)

        def freed(at: Local, block: Block) -> z3.BoolRef:
            return self.universe.there_is(self.universe.round, lambda r: frees(at, r, block, self.names.polka))

        self.moves = [
            (move.name, move.guard, same_state(self.words, move.after, afterwards(self.universe)))
            for move in agreement.moves(self.words, self.names, freed)
            if move.name != "deciding"
        ]
        self.elements = {
            element.decl().name(): index
            for sort, members in (self.universe.members or {}).items()
            if sort != "Int"
            for index, element in enumerate(members)
        }
        member = [[place in quorum for quorum in self.quorums] for place in range(len(instance.correct))]
        self.member = table(np.array(member)[:, :, np.newaxis])

        self.support = Program(
            [
                self._supported(name, r, b)
                for name, r, b in product(SUPPORTS, range(instance.rounds), range(instance.values + 1))
            ],
            self.elements,
        )
        self.invariant = Program([*self.held.values(), self._decisions_are_moves()], self.elements)
        self.steps = Program([term for _, *terms in self.moves for term in terms], self.elements)

    def _supported(self, name: str, round: int, block: int) -> z3.BoolRef:
        """What a name for "there is a quorum all of whose correct members …" stands for, of one round and block."""
        universe, words = self.universe, self.words
        members = universe.members or {}
        r, b = members["Int"][round], members[universe.block.name()][block]

        def precommitted_or_not_past(v: z3.ExprRef, s: z3.ArithRef, c: Block) -> z3.BoolRef:
            return z3.Or(words.state.local(v).round <= s, words.state.precommitted(v, s, c))

        votes = {
            "polka": words.state.prevoted,
            "certificate": words.state.precommitted,
            "choosable": precommitted_or_not_past,
        }[name]
        return universe.there_is(universe.quorum, lambda q: words.supported(votes, q, r, b))

    def _decisions_are_moves(self) -> z3.BoolRef:
        """Whatever is decided may be."""
        universe, decided = self.universe, self.words.state.decided
        return universe.for_all(
            [universe.validator, universe.round, universe.block],
            lambda n, r, b: z3.Implies(decided(n, r, b), may_decide(b, self.words.nil, r, self.names.certificate)),
        )

    def meanings(self, symbols: dict[str, Meaning], size: int) -> dict[str, Meaning]:
        """The meaning of all symbols, if those of a state mean this in so many states."""
        known = {**symbols, "member": self.member}
        values = [np.broadcast_to(each, (size,)) for each in self.support.run(known)]
        shape = (len(SUPPORTS), self.instance.rounds, self.instance.values + 1, size)
        supports = np.stack(values).reshape(shape)
        return {**known, **{name: table(supports[number]) for number, name in enumerate(SUPPORTS)}}


def afterwards(universe: Universe) -> State:
    """A second state, with symbols of its own."""
    v, b, integer, boolean = universe.validator, universe.block, z3.IntSort(), z3.BoolSort()
    votes = {
        name: z3.Function(f"{name}{AFTERWARDS}", v, integer, b, boolean)
        for name in ("prevoted", "precommitted", "decided")
    }
    sorts = (("round", integer), ("step", integer), ("lockedRound", integer), ("lockedValue", b))
    where = [z3.Function(f"{name}{AFTERWARDS}", v, sort) for name, sort in sorts]
    return State(
        lambda n, r, c: votes["prevoted"](n, r, c),
        lambda n, r, c: votes["precommitted"](n, r, c),
        lambda n, r, c: votes["decided"](n, r, c),
        lambda n: Local(*(each(n) for each in where)),
    )


def same_state(words: Vocabulary, computed: State, reached: State) -> z3.BoolRef:
    """The correct have said the same and stand at the same places; decisions are looked at by themselves."""
    universe = words.universe
    one = [universe.validator, universe.round, universe.block]
    said = universe.for_all(
        one,
        lambda n, r, b: z3.And(
            computed.prevoted(n, r, b) == reached.prevoted(n, r, b),
            computed.precommitted(n, r, b) == reached.precommitted(n, r, b),
        ),
    )

    def stands(n: z3.ExprRef) -> z3.BoolRef:
        pairs = zip(computed.local(n), reached.local(n), strict=True)
        return z3.And([here == there for here, there in pairs])

    return z3.And(said, universe.for_all([universe.validator], stands))
