"""A kind of question: which operation is asked, and how its inputs are drawn."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from hypothesis import strategies as st

from clearstone.models.chain import Applied

MOST_KEPT = 64
"""As many blocks of programs as questions are made of."""


@dataclass(frozen=True, slots=True)
class Material:
    """What programs have left behind, for questions that need a whole state or a block."""

    blocks: deque[Applied] = field(default_factory=lambda: deque(maxlen=MOST_KEPT))
    """Blocks that were applied by both sides, the latest ones; at least one before anything is drawn from it."""


Draw: TypeAlias = Callable[[Material], "st.SearchStrategy[Any]"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One kind of question."""

    name: str
    """Unique, in lower case with hyphens: part of the id of a case that is kept."""
    suite: str
    """The suite that it belongs to; who does not support that is not asked."""
    operation: str
    """The operation."""
    about: str
    """What is made up, in a few words."""
    rules: tuple[str, ...]
    """Ids of the rules that decide it, the one most at stake first."""
    draw: Draw
    """From what programs left behind to the questions."""
    whole_states: bool = False
    """Whether it needs blocks of programs, and holds whole states: it takes longer, and comes after them in a turn."""
    weight: int = 1
    """How many times as many are asked as of others: of what decides much."""
