"""What invariants are judged on: a state, a block's step from one state to the next, what consensus did at one height.

An observation holds what was seen and computes what several invariants need from it, once, when the first one asks.
Whoever runs a chain makes one for each block and lets it go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from clearstone.spec.blocks import Block
from clearstone.spec.consensus.actions import Action
from clearstone.spec.consensus.claims import Claim
from clearstone.spec.consensus.messages import SignedMessage
from clearstone.spec.consensus.node import Node
from clearstone.spec.consensus.validators import Validators
from clearstone.spec.encoding.signatures import Authentic
from clearstone.spec.encoding.signatures import authentic as verify_signature
from clearstone.spec.state import State


class NodeStep(NamedTuple):
    """CONS-2. One claim of a correct validator that led to something."""

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
    """What it then did, in order."""


class Decision(NamedTuple):
    """CONS-6. What a correct validator took for decided."""

    time: int
    """When, ms since the epoch."""
    round: int
    """Round of the commit."""
    block_id: bytes
    """The block."""
    told: bool
    """True if it was given block and commit by others, having fallen behind."""


@dataclass(frozen=True)
class ConsensusTrace:
    """CONS-2. One height as its correct validators saw it. What liars said is seen in what those received."""

    chain: str
    """Id of the chain."""
    validators: Validators
    """Who votes, ascending by key."""
    correct: frozenset[bytes]
    """Keys of the validators that follow the rules and lost nothing that they persisted."""
    height: int
    """The height."""
    steps: Sequence[NodeStep] = ()
    """The correct validators' steps, in order of time."""
    logs: Mapping[bytes, Sequence[SignedMessage]] = field(default_factory=dict)
    """What each correct validator has ever had in its log, its own messages included, in order; repeats are allowed."""
    restarts: Mapping[bytes, Sequence[Node]] = field(default_factory=dict)
    """The states from which each correct validator resumed after a crash, in order."""
    decisions: Mapping[bytes, Decision] = field(default_factory=dict)
    """What each correct validator decided; no entry if it has not."""
    roots: Mapping[bytes, bytes] = field(default_factory=dict)
    """The state root of each correct validator after it executed the height, 32 bytes."""
    blocks: Mapping[bytes, Block] = field(default_factory=dict)
    """The decided blocks by id, as far as they are known."""
    before: State | None = None
    """The state that the height builds on; None leaves out what needs it."""
    started_at: int = 0
    """When the height could begin, ms since the epoch."""
    ended_at: int = 0
    """When the observation ended, ms since the epoch."""
    stabilised_at: int | None = None
    """Since when every message between correct validators arrives within its bound; None if never."""
    patience: int = 1 << 53
    """In how many ms a height is decided once it has begun and the network is stable."""
    authentic: Authentic = verify_signature
    """How signatures are verified."""
