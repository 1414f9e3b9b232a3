"""What ends a hunt: something did not hold."""

from __future__ import annotations

from collections.abc import Sequence

from clearstone.invariants.registry import Violation


class Broken(BaseException):
    """Something did not hold at the last step of a program.

    No `Exception`: Hypothesis would catch it, and go on to look for more, and for a shorter way there. One is enough,
    and `shrinking` finds the shorter way on the program itself.
    """

    def __init__(self, violations: Sequence[Violation]) -> None:
        """What was wrong."""
        super().__init__("; ".join(f"{each.invariant}: {each.detail}" for each in violations))
        self.violations = tuple(violations)
