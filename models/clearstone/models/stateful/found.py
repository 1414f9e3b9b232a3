"""What ends a program that a machine makes up: something did not hold."""

from __future__ import annotations

from collections.abc import Sequence

from clearstone.invariants.registry import Violation


class Broken(AssertionError):
    """Something did not hold at the last step of a program."""

    def __init__(self, violations: Sequence[Violation]) -> None:
        """What was wrong."""
        super().__init__("; ".join(f"{each.invariant}: {each.detail}" for each in violations))
        self.violations = tuple(violations)
