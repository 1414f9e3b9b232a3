"""What happened in consensus, height by height: the material that its invariants are judged on.

Only correct validators are recorded; what the others say is seen in what these receive.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from clearstone.spec.consensus.actions import Action
from clearstone.spec.consensus.claims import Claim
from clearstone.spec.consensus.messages import SignedMessage
from clearstone.spec.consensus.node import Node


class Step(NamedTuple):
    """CONS-2. One claim that led to something."""

    time: int
    """When, ms since the epoch."""
    validator: bytes
    """Whose step, by key."""
    claim: Claim
    """The claim."""
    before: Node
    """Its state before."""
    after: Node
    """Its state after."""
    actions: tuple[Action, ...]
    """What it then did."""


class Decision(NamedTuple):
    """CONS-6. What a validator took for decided."""

    time: int
    """When, ms since the epoch."""
    round: int
    """Round of the commit."""
    block_id: bytes
    """The block."""
    told: bool
    """True if it was given block and commit by others, having fallen behind."""


@dataclass(slots=True)
class HeightTrace:
    """CONS-2. One height as the correct validators saw it."""

    height: int
    """The height."""
    steps: list[Step] = field(default_factory=list)
    """Their steps, in order."""
    logs: dict[bytes, list[SignedMessage]] = field(default_factory=dict)
    """What each has ever had in its log, its own messages included, in order: also what it lost in a crash. After a
    restart messages come again."""
    restarts: dict[bytes, list[Node]] = field(default_factory=dict)
    """The states from which each resumed after a crash."""
    decisions: dict[bytes, Decision] = field(default_factory=dict)
    """What each decided."""

    def sent(self, validator: bytes) -> list[SignedMessage]:
        """What a correct validator has said, in order, each message once."""
        return list(dict.fromkeys(signed for signed in self.logs.get(validator, ()) if signed.sender == validator))
