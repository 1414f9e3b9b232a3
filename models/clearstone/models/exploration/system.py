"""What can be explored: initial states, what can happen in each, and which states count as the same."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

State = TypeVar("State", bound=Hashable)
"""A state: anything with equality and a hash."""
Label = TypeVar("Label")
"""What happened in a step, for people to read and for a trace to be run again."""


@dataclass(frozen=True, slots=True)
class Step(Generic[State, Label]):
    """One thing that can happen in a state."""

    label: Label
    """What happens."""
    after: State
    """The state that it leads to, not made canonical."""
    findings: tuple[str, ...] = ()
    """What is wrong with the step itself, a line each."""


@dataclass(frozen=True, slots=True)
class Expansion(Generic[State, Label]):
    """A state, looked at."""

    steps: Sequence[Step[State, Label]]
    """All that can happen in it, each change once."""
    findings: tuple[str, ...] = ()
    """What is wrong with the state, a line each."""


class System(Protocol[State, Label]):
    """Something finite, or finite up to a depth."""

    def initial(self) -> Iterable[State]:
        """The states in which it can start."""
        ...

    def expand(self, state: State) -> Expansion[State, Label]:
        """What can happen in a state, and what is wrong with it."""
        ...

    def canonical(self, state: State) -> State:
        """One state for all those that differ from this one only by a symmetry; the state itself if there is none."""
        ...
