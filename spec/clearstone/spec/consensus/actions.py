"""Actions: what comes out of `step`, to be carried out in order and each before the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from clearstone.spec.consensus.messages import Message
from clearstone.spec.consensus.node import Node


@dataclass(frozen=True, slots=True)
class Persist:
    """CONS-3. Put this on stable storage, and go on only once it is there."""

    node: Node
    """The validator's state, to resume from after a crash."""
    message: Message | None
    """The message that it is about to send, to be sent again after a crash; None for a decision."""


@dataclass(frozen=True, slots=True)
class Broadcast:
    """CONS-2. Sign this and send it to all validators, oneself included.

    The rules leave the extension of a precommit empty: the validator fills in its clock and its price reports before it
    persists and signs, once.
    """

    message: Message
    """What to sign."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """CONS-2, lines 21, 35 and 48. Claim `Timeout(step, round)` when this timer has run out.

    A timer is known by its height, round and step: to schedule it again changes nothing.
    """

    step: int
    """PROPOSE, PREVOTE or PRECOMMIT."""
    round: int
    """The round that it is for."""


@dataclass(frozen=True, slots=True)
class Decide:
    """CONS-2, line 51. The height is decided: execute the block and go on to the next height."""

    round: int
    """Round whose precommits decided it."""
    block_id: bytes
    """The block."""


Action: TypeAlias = Persist | Broadcast | Schedule | Decide


@dataclass(frozen=True, slots=True)
class Outcome:
    """CONS-2. What one claim led to."""

    node: Node
    """The validator's state afterwards; the one before if no rule fired."""
    actions: tuple[Action, ...] = ()
    """What to do now, in this order: a message is persisted before it is sent."""
