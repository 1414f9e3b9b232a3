"""What the cluster writes down of a height while it lasts: the material that consensus' invariants are judged on.

Only correct validators are recorded; what the others say is seen in what these receive.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from clearstone.invariants.observations import Decision, NodeStep
from clearstone.spec.blocks import Block
from clearstone.spec.consensus.messages import SignedMessage
from clearstone.spec.consensus.node import Node


@dataclass(slots=True)
class HeightRecord:
    """CONS-2. One height as the correct validators have seen it so far."""

    started_at: int
    """When it could begin, ms since the epoch: the one before was decided, and its own time had come."""
    steps: list[NodeStep] = field(default_factory=list)
    """Their steps, in order."""
    logs: dict[bytes, list[SignedMessage]] = field(default_factory=dict)
    """What each has ever had in its log, its own messages included, in order: also what it lost in a crash."""
    restarts: dict[bytes, list[Node]] = field(default_factory=dict)
    """The states from which each resumed after a crash."""
    decisions: dict[bytes, Decision] = field(default_factory=dict)
    """What each decided."""
    blocks: dict[bytes, Block] = field(default_factory=dict)
    """The blocks that were executed, by id; more than one is a fork."""
    roots: dict[bytes, bytes] = field(default_factory=dict)
    """The state root of each after executing the height."""
