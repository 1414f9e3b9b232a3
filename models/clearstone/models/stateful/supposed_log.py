"""A log in which everything that is asked about has one power behind it, and every proposal was made."""

from __future__ import annotations

from dataclasses import dataclass

from clearstone.models.directed_scenarios.stage import INVALID
from clearstone.spec.blocks import NIL


@dataclass(frozen=True, slots=True)
class SupposedLog:
    """CONS-2. Answers as if so much power were behind whatever a rule asks about."""

    supposed: int
    """The power that is behind everything, at least 0."""

    def power(self, step: int, round: int, value: bytes) -> int:
        """As much as is supposed."""
        return self.supposed

    def power_any(self, step: int, round: int) -> int:
        """As much as is supposed."""
        return self.supposed

    def heard(self, round: int) -> int:
        """As much as is supposed."""
        return self.supposed

    def proposed(self, proposal: object) -> bool:
        """Whatever it is, it was proposed."""
        return True

    def valid(self, value: bytes) -> bool:
        """All blocks may be decided but one."""
        return value != INVALID

    def candidate(self, round: int) -> bytes:
        """Somebody else proposes."""
        return NIL
