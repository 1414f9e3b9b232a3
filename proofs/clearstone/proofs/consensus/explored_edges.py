"""Refinement on every explored edge: what the finite model reaches is what the unbounded theorem speaks of.

`local_steps` proves of the code, once and for all, that whatever it does is a move of the abstract system. Here the
same is seen a second way, and concretely: every state that the finite model reaches satisfies every sentence of the
invariant, every step from one to the next is one of the abstract system's moves, its guard and its effect, and whatever
could be decided may be. A mistake in the link between the two (a relation that means something else than the code does,
an invariant of no reachable state) shows here although each half is proved.

It is BOUNDED: four validators of equal power, one Byzantine, two values, rounds 0 and 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from clearstone.models.tendermint.columns import Columns, Numbers
from clearstone.models.tendermint.instance import Instance
from clearstone.models.tendermint.packed import explore_packed
from clearstone.models.tendermint.table import Table
from clearstone.proofs.consensus.array_reading import Meaning, table
from clearstone.proofs.consensus.finite_theorem import AFTERWARDS, Layout, Theorem
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.consensus.step import step

CHUNK = 1 << 13
"""States that are compared together: every part of every formula is an array of so many entries."""


@dataclass(slots=True)
class Refined:
    """What was compared, and what differed."""

    states: int = 0
    """States in which the invariant was evaluated."""
    edges: int = 0
    """Steps that were compared with the moves."""
    decisions: int = 0
    """Values that somebody could decide, over all states."""
    moves: dict[str, int] = field(default_factory=dict)
    """How many steps were which move."""
    asked: dict[str, int] = field(default_factory=dict)
    """Every sentence that was evaluated, and in how many states or steps."""
    failures: dict[str, int] = field(default_factory=dict)
    """Sentences that do not hold, and in how many states or steps they do not."""


@cache
def refine(instance: Instance) -> Refined:
    """Compare every state and every step of an instance with the theorem; done once, as nothing in it is random."""
    columns = Columns(Table(instance, judges_steps=False))
    done = explore_packed(columns, judges_agreement=False, judges_steps=False)
    assert done.ended == "exhausted", "every state is to be compared"
    theorem, layout, result = Theorem(instance), Layout(columns.table), Refined()
    states = np.concatenate(done.found)
    for begin in range(0, states.size, CHUNK):
        split = columns.split(states[begin : begin + CHUNK])
        compare_states(theorem, layout, columns, split, result)
        steps: dict[int, list[tuple[list[Numbers], list[Numbers]]]] = {}
        for chosen, mover, moved in columns.moves(split, columns.counted(split)):
            steps.setdefault(mover, []).append(([column[chosen] for column in split], moved))
        for mover, parts in steps.items():
            before = [np.concatenate(column) for column in zip(*(each for each, _ in parts), strict=True)]
            after = [np.concatenate(column) for column in zip(*(each for _, each in parts), strict=True)]
            compare_steps(theorem, layout, before, mover, after, result)
    return result


def compare_states(theorem: Theorem, layout: Layout, columns: Columns, split: list[Numbers], result: Refined) -> None:
    """Evaluate the invariant in many states, and the guard of every decision that is open."""
    size = split[0].size
    decided = open_decisions(theorem.instance, columns, split)
    result.states += size
    result.decisions += int(decided.sum())
    values = theorem.invariant.run(theorem.meanings({**layout.symbols(split), "decided": table(decided)}, size))
    for name, value in zip((*theorem.held, "a decision is a move"), values, strict=True):
        note(result, name, value, size)


def open_decisions(instance: Instance, columns: Columns, split: list[Numbers]) -> NDArray[np.bool_]:
    """For each correct validator, round and block, in which states it would decide so if it claimed the commit."""
    reached = columns.counted(split)
    decided = np.zeros((len(split), instance.rounds, instance.values + 1, split[0].size), dtype=np.bool_)
    for place, (round, value, needs) in enumerate(columns.decisions):
        enough = np.ones(split[0].shape, dtype=np.bool_)
        for word, need in zip(reached, needs, strict=True):
            enough &= (word & np.uint64(need)) == np.uint64(need)
        for index, column in enumerate(split):
            offered = (columns.offered[column] >> np.uint64(place)) & np.uint64(1) == 1
            decided[index, round, 1 + instance.names.index(value)] |= offered & enough
    return decided


def compare_steps(
    theorem: Theorem, layout: Layout, before: list[Numbers], mover: int, after: list[Numbers], result: Refined
) -> None:
    """Find for each step a move whose guard holds before it and whose effect is the state after it."""
    size, instance = before[0].size, theorem.instance
    symbols = theorem.meanings({**layout.symbols(before), **layout.symbols(after, AFTERWARDS)}, size)
    matched = np.zeros(size, dtype=np.bool_)
    for block, entered in product(range(instance.values + 1), range(instance.rounds)):
        named = {"mover": mover, "voted": block, "entered": entered}
        values = theorem.steps.run({**symbols, **{name: constant(value) for name, value in named.items()}})
        for (name, _, _), guard, effect in zip(theorem.moves, values[::2], values[1::2], strict=True):
            fits = np.broadcast_to(guard & effect, (size,)) & ~matched
            result.moves[name] = result.moves.get(name, 0) + int(fits.sum())
            matched |= fits
    result.edges += size
    note(result, "a step is a move", matched, size)


def constant(value: int) -> Meaning:
    """The same in every state."""
    return lambda: np.array(value)


def note(result: Refined, sentence: str, holds: NDArray[np.bool_], size: int) -> None:
    """Count the states or steps in which a sentence does not hold."""
    result.asked[sentence] = result.asked.get(sentence, 0) + size
    wrong = int(size - np.broadcast_to(holds, (size,)).sum())
    if wrong:
        result.failures[sentence] = result.failures.get(sentence, 0) + wrong


@obligation(
    "CONS-1",
    "CONS-2",
    about=(step,),
    reaches={"entering a round", "prevoting", "precommitting NIL", "precommitting a block", "deciding"},
    bound="four validators of equal power, one Byzantine, two values, rounds 0 and 1",
)
def every_explored_step_is_a_move_of_the_abstract_system(world: World) -> None:
    """Every reachable state of a finite instance satisfies the invariant, and each of its steps is an abstract move."""
    result = refine(Instance())
    for move, times in (*result.moves.items(), ("deciding", result.decisions)):
        if times:
            world.reached(move)
    world.observe("states, steps and decisions", (result.states, result.edges, result.decisions))
    for sentence, times in result.asked.items():
        wrong = result.failures.get(sentence, 0)
        world.require(not wrong, f"{sentence} (not so in {wrong} of {times})")
