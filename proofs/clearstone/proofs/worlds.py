"""Where an obligation gets its inputs and states what must hold.

An obligation is a function of a world. The same function is proved on a world whose integers are symbolic, replayed on
one whose integers are those of a counterexample, and tried on one that draws them at random.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

from clearstone.proofs.symbolic.exploration import Abandoned

T = TypeVar("T")
Leaf = tuple[str, Any]
"""Where something is in a result, and what it is."""


class World(ABC):
    """A source of inputs, and a witness of what is required."""

    def __init__(self) -> None:
        """Begin with nothing said."""
        self.outcomes: list[str] = []
        self.results: list[Leaf] = []

    @abstractmethod
    def integer(self, name: str, low: int | None = None, high: int | None = None, usual: int = 0) -> int:
        """Any integer within the bounds; `usual` is one to try first when an example is looked for."""

    @abstractmethod
    def choice(self, name: str, options: Sequence[T]) -> T:
        """Any of the options: each is looked at by itself."""

    @abstractmethod
    def assume(self, condition: object) -> None:
        """Say nothing of inputs for which the condition is false."""

    @abstractmethod
    def require(self, condition: object, statement: str) -> None:
        """Demand that the condition is true for all inputs that get here; the statement says it in words."""

    @abstractmethod
    def lemma(self, condition: object) -> None:
        """Demand it, and then use it: a step on the way that the solver would not find by itself."""

    def flag(self, name: str) -> bool:
        """Any truth value."""
        return self.integer(name, 0, 1) >= 1

    def reached(self, outcome: str) -> None:
        """Note what came of it: each outcome that an obligation names must be reached by some input."""
        self.outcomes.append(outcome)

    def observe(self, name: str, value: object) -> None:
        """Note a result, to be the same when the path is replayed."""
        self.results.extend(leaves(name, value))


def leaves(name: str, value: object) -> list[Leaf]:
    """All single values in a value, with where they are."""
    if is_dataclass(value) and not isinstance(value, type):
        if hasattr(value, "as_leaves"):
            return leaves(name, value.as_leaves())
        return [leaf for item in fields(value) for leaf in leaves(f"{name}.{item.name}", getattr(value, item.name))]
    if isinstance(value, Mapping):
        return [leaf for key in sorted(value) for leaf in leaves(f"{name}[{key}]", value[key])]
    if isinstance(value, (tuple, list)):
        return [leaf for place, item in enumerate(value) for leaf in leaves(f"{name}[{place}]", item)]
    return [(name, value)]


class PlainWorld(World):
    """A world of given integers: obligations run as they stand."""

    def __init__(self, values: Mapping[str, int], choices: Mapping[str, int]) -> None:
        """Give each integer by name, and of each choice the place of the option."""
        super().__init__()
        self.values, self.choices = values, choices
        self.used: dict[str, int] = {}
        self.chosen: dict[str, object] = {}
        self.required: list[tuple[str, bool]] = []

    def integer(self, name: str, low: int | None = None, high: int | None = None, usual: int = 0) -> int:
        """The given integer, by default the least there is."""
        value = self.values.get(name, low if low is not None else high if high is not None else 0)
        if (low is not None and value < low) or (high is not None and value > high):
            raise Abandoned
        self.used[name] = value
        return value

    def choice(self, name: str, options: Sequence[T]) -> T:
        """The given option."""
        self.chosen[name] = options[self.choices[name]]
        return options[self.choices[name]]

    def assume(self, condition: object) -> None:
        """Give up where it is false."""
        if not condition:
            raise Abandoned

    def require(self, condition: object, statement: str) -> None:
        """Note whether it is true."""
        self.required.append((statement, bool(condition)))

    def lemma(self, condition: object) -> None:
        """Note whether it is true."""
        self.require(condition, "a lemma")
