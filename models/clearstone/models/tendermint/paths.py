"""A shortest way to a state that the packed exploration found, though it keeps no predecessors.

It keeps which states lie at which distance. So one goes backwards: among the states one step nearer there is one that
leads here. The representatives found in this way are then walked along from the start by calling `step` itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from clearstone.models.exploration.search import Violation, walk
from clearstone.models.exploration.system import Step
from clearstone.models.tendermint.columns import Columns, Words
from clearstone.models.tendermint.effects import Happening
from clearstone.models.tendermint.packed import CHUNK
from clearstone.models.tendermint.system import GlobalState, TendermintSystem
from clearstone.models.tendermint.table import Fault


def way_to(
    columns: Columns, found: Sequence[Words], target: int, *, judges_steps: bool
) -> Violation[GlobalState, Happening]:
    """A shortest way to a state of the last of these layers, and what is wrong there; a wrong step is the last one."""
    states = [target]
    for layer in reversed(found[:-1]):
        states.append(predecessor(columns, layer, states[-1]))
    system = TendermintSystem(columns.table.instance, locals=columns.table.locals, judges_steps=False)
    start, steps = walk(system, [system.canonical(unpacked(columns, state)) for state in reversed(states)])
    last = steps[-1].after if steps else start
    if not judges_steps:
        return Violation(system.expand(last).findings, start, steps)
    place, fault = fault_in(columns, system, last)
    label = Happening(place, fault.claim, fault.candidate, fault.carried_out)
    return Violation(fault.findings, start, (*steps, Step(label, last, fault.findings)))


def fault_in(columns: Columns, system: TendermintSystem, state: GlobalState) -> tuple[int, Fault]:
    """A step from a state that the table says is wrong, and whose; it need not lead elsewhere."""
    system.fill(state)
    counts, places = system.soup.counts, system.soup.places
    for place, number in zip(system.instance.correct, state, strict=True):
        for guard, fault in columns.table.rows[number].wrong.items():
            if all(counts[places[question]] >= least for question, least in guard):
                return place, fault
    raise ValueError("no step from this state is wrong")


def unpacked(columns: Columns, state: int) -> GlobalState:
    """The local states of a state."""
    return tuple(int(column[0]) for column in columns.split(np.array([state], dtype=np.uint64)))


def predecessor(columns: Columns, layer: Words, target: int) -> int:
    """A state of a layer that leads to this one in a step."""
    for begin in range(0, layer.size, CHUNK):
        states = layer[begin : begin + CHUNK]
        split = columns.split(states)
        for chosen, after in columns.steps(split, columns.counted(split)):
            leading = np.flatnonzero(after == np.uint64(target))
            if leading.size:
                return int(states[chosen[leading[0]]])
    raise ValueError("no state of the layer leads there")
