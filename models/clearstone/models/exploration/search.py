"""The search: breadth first, every state once, a shortest trace to whatever is wrong first.

States are looked at in the order of their distance from the start, so the first that is found to be wrong is as close
to it as any. For each state the one that it was first reached from is remembered; a trace is read off backwards from
that. With a symmetry these are representatives, and the trace is walked once more from the start to name one run that
really happens: in each of its states there is a step to some state that the next representative stands for.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeAlias

from clearstone.models.collector import collector_at_rest
from clearstone.models.exploration.system import Label, State, Step, System

Ended: TypeAlias = Literal["exhausted", "violation", "interrupted", "state limit", "depth limit"]
"""Why a search ended. Only `exhausted` says that there is nothing else."""

OFTEN = 2_000
"""Progress is told every so many states."""


@dataclass(slots=True)
class Violation(Generic[State, Label]):
    """Something wrong, and how to get there."""

    findings: tuple[str, ...]
    """What is wrong, a line each."""
    start: State
    """The initial state of the trace."""
    steps: tuple[Step[State, Label], ...]
    """What happens, one after the other; if a step is wrong, it is the last."""


@dataclass(slots=True)
class Exploration(Generic[State, Label]):
    """What a search has come to so far."""

    states: int = 0
    """Distinct states found, up to symmetry."""
    expanded: int = 0
    """How many of them have been looked at."""
    steps: int = 0
    """Steps found in those: every change that can happen in a state counts once."""
    layers: list[int] = field(default_factory=list)
    """How many states there are at each distance from the start."""
    ended: Ended = "interrupted"
    """Why it ended."""
    violation: Violation[State, Label] | None = None
    """The first thing that is wrong."""

    @property
    def frontier(self) -> int:
        """States that have been found and not looked at."""
        return self.states - self.expanded


Tell: TypeAlias = Callable[[Exploration[State, Label]], None]
"""Called now and then; whatever it raises ends the search, which `KeyboardInterrupt` does gently."""


def silent(_exploration: Exploration[State, Label]) -> None:
    """Tell nobody."""


def explore(
    system: System[State, Label],
    *,
    max_states: int | None = None,
    max_depth: int | None = None,
    tell: Tell[State, Label] = silent,
) -> Exploration[State, Label]:
    """Look at every state that the system can reach, or up to a number of states or a distance from the start.

    It ends at the first thing that is wrong. If it is interrupted, what it has come to so far is returned, and says so.
    """
    search = Search(system, max_states, max_depth, tell)
    with suppress(KeyboardInterrupt), collector_at_rest():
        search.run()
    return search.done


class Search(Generic[State, Label]):
    """A search on its way."""

    def __init__(
        self,
        system: System[State, Label],
        max_states: int | None,
        max_depth: int | None,
        tell: Tell[State, Label],
    ) -> None:
        """Begin with the initial states."""
        self.system = system
        self.max_states = max_states
        self.max_depth = max_depth
        self.tell = tell
        self.parents: dict[State, State | None] = {system.canonical(state): None for state in system.initial()}
        self.done: Exploration[State, Label] = Exploration(states=len(self.parents))

    def run(self) -> None:
        """Go from layer to layer until there is no more, something is wrong, or a limit is reached."""
        layer = list(self.parents)
        while layer:
            if self.max_depth is not None and len(self.done.layers) > self.max_depth:
                self.done.ended = "depth limit"
                return
            self.done.layers.append(len(layer))
            following: list[State] = []
            for state in layer:
                if self.max_states is not None and self.done.states >= self.max_states:
                    self.done.ended = "state limit"
                    return
                self.look_at(state, following)
                if self.done.violation is not None:
                    self.done.ended = "violation"
                    return
                if self.done.expanded % OFTEN == 0:
                    self.tell(self.done)
            layer = following
        self.tell(self.done)
        self.done.ended = "exhausted"

    def look_at(self, state: State, following: list[State]) -> None:
        """Expand one state, and note what is found from it for the first time."""
        expansion = self.system.expand(state)
        self.done.expanded += 1
        if expansion.findings:
            self.convict(state, expansion.findings, None)
            return
        for step in expansion.steps:
            self.done.steps += 1
            if step.findings:
                self.convict(state, step.findings, step)
                return
            after = self.system.canonical(step.after)
            if after not in self.parents:
                self.parents[after] = state
                following.append(after)
                self.done.states += 1

    def convict(self, state: State, findings: tuple[str, ...], last: Step[State, Label] | None) -> None:
        """Note what is wrong with a state, or with a step from it, and how to get there."""
        path = [state]
        while (parent := self.parents[path[-1]]) is not None:
            path.append(parent)
        path.reverse()
        start, steps = walk(self.system, path)
        if last is not None:
            at = steps[-1].after if steps else start
            target = self.system.canonical(last.after)
            ends = (each for each in self.system.expand(at).steps if self.system.canonical(each.after) == target)
            steps = (*steps, next(each for each in ends if each.findings))
        self.done.violation = Violation(findings, start, steps)


def walk(system: System[State, Label], path: list[State]) -> tuple[State, tuple[Step[State, Label], ...]]:
    """Walk from an initial state through states that the given representatives stand for."""
    start = next(state for state in system.initial() if system.canonical(state) == path[0])
    steps: list[Step[State, Label]] = []
    at = start
    for target in path[1:]:
        step = next(each for each in system.expand(at).steps if system.canonical(each.after) == target)
        steps.append(step)
        at = step.after
    return start, tuple(steps)
