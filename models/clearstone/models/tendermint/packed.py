"""The accelerated exploration: breadth first like the plain one, a whole layer of states at a time.

It finds the same states and the same steps as calling `step` in every state, which tests check edge by edge on a
smaller instance, and the table that it goes by is made by `step`. States found earlier come up again only a few layers
later: how many is known from the table, as the longest way to a local state is hardly longer than the shortest. So a
layer is compared with the few before it, and not with all; with all where a validator can come back to where it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from clearstone.models.exploration.search import Ended
from clearstone.models.tendermint.columns import Columns, Numbers, Words
from clearstone.models.tendermint.safety import is_stuck

CHUNK = 1 << 17
"""States that are looked at together: few enough that what is computed of them stays in the processor's caches."""


@dataclass(slots=True)
class PackedExploration:
    """What an accelerated exploration has come to so far."""

    states: int = 0
    """Distinct states found, up to symmetry."""
    expanded: int = 0
    """How many of them have been looked at."""
    steps: int = 0
    """Steps found in those."""
    layers: list[int] = field(default_factory=list)
    """How many states there are at each distance from the start."""
    ended: Ended = "interrupted"
    """Why it ended."""
    wrong: int | None = None
    """The first state that is wrong, or from which a step is."""
    finding: str = ""
    """What is wrong with it: `agreement`, `steps` or `no-deadlock`."""
    violating: list[tuple[int, int]] = field(default_factory=list)
    """All states in which two values can be decided, if they were to be gathered, each with its distance."""
    found: list[Words] = field(default_factory=list)
    """The states at each distance."""

    @property
    def frontier(self) -> int:
        """States that have been found and not looked at."""
        return self.states - self.expanded


Tell: TypeAlias = Callable[[PackedExploration], None]
"""Called after each chunk; whatever it raises ends the exploration, which `KeyboardInterrupt` does gently."""


def silent(_exploration: PackedExploration) -> None:
    """Tell nobody."""


def explore_packed(
    columns: Columns,
    *,
    judges_agreement: bool = True,
    judges_steps: bool = True,
    gathers: bool = False,
    max_states: int | None = None,
    tell: Tell = silent,
) -> PackedExploration:
    """Look at every state, or up to a number of states; end at the first layer in which something is wrong.

    With `gathers`, two values that can be decided are noted and do not end it.
    """
    search = PackedSearch(columns, judges_agreement, judges_steps, gathers, tell)
    try:
        search.run(max_states)
    except KeyboardInterrupt:
        search.done.ended = "interrupted"
    return search.done


class PackedSearch:
    """An accelerated exploration on its way."""

    def __init__(
        self,
        columns: Columns,
        judges_agreement: bool,
        judges_steps: bool,
        gathers: bool,
        tell: Tell,
    ) -> None:
        """Begin with the state in which nobody has begun."""
        self.gathers = gathers
        self.columns = columns
        self.judges_agreement = judges_agreement
        self.judges_steps = judges_steps
        self.tell = tell
        self.done = PackedExploration()
        self.final = self._final()

    def _final(self) -> NDArray[np.bool_]:
        """Which local states are at the very end."""
        rounds = self.columns.table.instance.rounds
        return np.array([not is_stuck([local.node], rounds) for local in self.columns.table.locals.all])

    def run(self, max_states: int | None) -> None:
        """Go from layer to layer."""
        layer = self.columns.start()
        recent: list[Words] = []
        while layer.size:
            self.done.layers.append(layer.size)
            self.done.found.append(layer)
            self.done.states += layer.size
            if max_states is not None and self.done.states > max_states:
                self.done.ended = "state limit"
                return
            found: list[Words] = []
            for begin in range(0, layer.size, CHUNK):
                chunk = layer[begin : begin + CHUNK]
                found.append(self.look_at(chunk))
                self.done.expanded += chunk.size
                self.tell(self.done)
                if self.done.wrong is not None:
                    self.done.ended = "violation"
                    return
            recent = [layer, *recent][: self.columns.window]
            layer = distinct(np.concatenate(found))
            for earlier in recent:
                layer = without(layer, earlier)
        self.done.ended = "exhausted"

    def look_at(self, states: Words) -> Words:
        """The distinct states that some states lead to; notes the first of them with which something is wrong."""
        columns = self.columns.split(states)
        reached = self.columns.counted(columns)
        if self.judges_agreement or self.gathers:
            disagreeing = self.disagreeing(columns, reached)
            if self.gathers:
                depth = len(self.done.layers) - 1
                self.done.violating += [(depth, int(state)) for state in states[disagreeing]]
            else:
                self.convict(states, disagreeing, "agreement")
        if self.judges_steps:
            self.convict(states, self.faulty(columns, reached), "steps")
        stuck = ~np.logical_and.reduce([self.final[column] for column in columns])
        found: list[Words] = []
        for chosen, after in self.columns.steps(columns, reached):
            stuck[chosen] = False
            found.append(after)
            self.done.steps += chosen.size
        self.convict(states, stuck, "no-deadlock")
        return distinct(np.concatenate(found)) if found else np.zeros(0, dtype=np.uint64)

    def disagreeing(self, columns: list[Numbers], reached: list[Words]) -> NDArray[np.bool_]:
        """In which states two values can be decided."""
        offered = np.bitwise_or.reduce([self.columns.offered[column] for column in columns])
        by_value: dict[bytes, NDArray[np.bool_]] = {}
        for place, (_, value, needs) in enumerate(self.columns.decisions):
            open_to_some = (offered >> np.uint64(place)) & np.uint64(1) == 1
            for word, need in zip(reached, needs, strict=True):
                open_to_some &= (word & np.uint64(need)) == np.uint64(need)
            by_value[value] = by_value[value] | open_to_some if value in by_value else open_to_some
        decidable = np.zeros(columns[0].shape, dtype=np.int8)
        for each in by_value.values():
            decidable += each
        disagreeing: NDArray[np.bool_] = decidable > 1
        return disagreeing

    def faulty(self, columns: list[Numbers], reached: list[Words]) -> NDArray[np.bool_]:
        """In which states a step is possible that is wrong in itself."""
        bad = np.zeros(columns[0].shape, dtype=np.bool_)
        for column in columns:
            for faulty, needs in zip(self.columns.faulty, self.columns.fault_needs, strict=True):
                here = faulty[column]
                for word, need in zip(reached, needs, strict=True):
                    asked = need[column]
                    here &= (word & asked) == asked
                bad |= here
        return bad

    def convict(self, states: Words, wrong: NDArray[np.bool_], finding: str) -> None:
        """Note the first state that is wrong, if it is the first of all."""
        if self.done.wrong is None and wrong.any():
            self.done.wrong = int(states[np.argmax(wrong)])
            self.done.finding = finding


def distinct(states: Words) -> Words:
    """Each state once, ascending."""
    states = np.sort(states)
    if not states.size:
        return states
    fresh = np.empty(states.shape, dtype=np.bool_)
    fresh[0] = True
    np.not_equal(states[1:], states[:-1], out=fresh[1:])
    once: Words = states[fresh]
    return once


def without(states: Words, earlier: Words) -> Words:
    """The states that are not among earlier ones; both ascend."""
    if not earlier.size:
        return states
    places = np.minimum(np.searchsorted(earlier, states), earlier.size - 1)
    rest: Words = states[earlier[places] != states]
    return rest
