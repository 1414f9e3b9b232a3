"""The world in which obligations are proved: its integers are symbols, and each demand is decided for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from clearstone.proofs.symbolic.definitions import Symbol
from clearstone.proofs.symbolic.exploration import Exploration
from clearstone.proofs.symbolic.formulas import Formula, formula_of
from clearstone.proofs.symbolic.integers import integer
from clearstone.proofs.worlds import World

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Unproved:
    """Something required that does not follow from the path."""

    statement: str
    """What was required."""
    conditions: tuple[Formula, ...]
    """The path up to there."""
    goal: Formula | bool
    """What should follow."""


class SymbolicWorld(World):
    """One path's world."""

    def __init__(self, exploration: Exploration, usual: dict[str, int]) -> None:
        """Make symbols in the exploration; `usual` collects the examples that they come with."""
        super().__init__()
        self.exploration, self.usual = exploration, usual
        self.choices: dict[str, int] = {}
        self.chosen: dict[str, str] = {}
        self.required: list[str] = []
        self.unproved: list[Unproved] = []

    def integer(self, name: str, low: int | None = None, high: int | None = None, usual: int = 0) -> int:
        """A symbol."""
        self.usual[name] = usual
        made: int = integer(self.exploration.vocabulary.define(Symbol(name, low, high)))
        return made

    def choice(self, name: str, options: Sequence[T]) -> T:
        """One path for each option."""
        self.choices[name] = self.exploration.choose(len(options)) if len(options) > 1 else 0
        chosen = options[self.choices[name]]
        self.chosen[name] = str(chosen)
        return chosen

    def assume(self, condition: object) -> None:
        """A condition of the path."""
        self.exploration.assume(condition)

    def require(self, condition: object, statement: str) -> None:
        """Prove it, or remember that it could not be proved."""
        self.required.append(statement)
        condition = formula_of(condition)
        if not self.exploration.proves(condition):
            goal: Any = condition if isinstance(condition, Formula) else bool(condition)
            self.unproved.append(Unproved(statement, tuple(self.exploration.conditions), goal))

    def lemma(self, condition: object) -> None:
        """Prove it, then go on with it as a condition."""
        self.require(condition, "a lemma")
        self.exploration.assume(condition)
