"""A machine whose programs somebody looks at when they have come to their end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine


class ObservedMachine(RuleBasedStateMachine):
    """Makes up programs that somebody looks at.

    Hypothesis keeps for good what it works out about a class, so who looks is known to the machine and not to a class
    of its own for each batch of programs.
    """

    def __init__(self) -> None:
        """Nobody looks yet."""
        super().__init__()
        self.observe: Callable[[Any], None] = lambda run: None
        """Called with each program that has come to its end."""
