"""What a validator remembers at one height, and what of it must survive a crash (CONS-3).

A validator that forgets what it has signed will sign something else, and is then no better than a liar. Therefore:

- Before it sends a message it puts the message *and this whole record* on stable storage (the `Persist` action, which
  precedes the `Broadcast`). Every message strictly advances (round, step), so a validator that resumes from the record
  it stored last can never sign a second message for the same round and step; and the lock that its last precommit set
  is in the same record.
- Before it acts at a new height it stores the decision, the block and its commit (`Persist`, then `Decide`). Else it
  could vote at a height whose predecessor it no longer knows.
- After a restart it takes up the record stored last (a fresh one if there is none for this height), does what
  `rules.resume` says, and sends its stored messages of this height again: as they are, signature included. The others
  may have lost them, and a quorum may need them.
- What it received may be lost without harm to safety: it is asked for again. It must be kept for accountability: the
  prevotes that freed a validator from its lock are its defence against a charge of amnesia (CONS-5).

A validator that loses its stored record counts toward the Byzantine power from then on, until the heights at which it
has voted are decided.
"""

from __future__ import annotations

from dataclasses import dataclass

from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.messages import NO_ROUND

NEW = -1
"""The step of a validator that has not started the height. It precedes all others."""


@dataclass(frozen=True, slots=True)
class Node:
    """CONS-2, CONS-3. A validator's state at one height: the paper's variables of lines 2–9."""

    chain: str
    """Id of the chain."""
    height: int
    """Height it is deciding, at least 1: h_p."""
    key: bytes
    """Its own Ed25519 key, 32 bytes."""
    total_power: int
    """Power of all validators at this height, W."""
    round: int = 0
    """Round it is in, at least 0: round_p. It never falls."""
    step: int = NEW
    """Where it is in the round: step_p. NEW < PROPOSE < PREVOTE < PRECOMMIT; it never falls within a round."""
    locked_value: bytes = NIL
    """Block of its last precommit that was not for NIL: lockedValue_p."""
    locked_round: int = NO_ROUND
    """Round of that precommit, or -1: lockedRound_p."""
    valid_value: bytes = NIL
    """Block for which it last saw a quorum of prevotes, which it will propose itself: validValue_p."""
    valid_round: int = NO_ROUND
    """Round of those prevotes, or -1: validRound_p. Never less than `locked_round`."""
    decision: bytes = NIL
    """Block that was decided, or NIL: decision_p[h_p]. Once set, this record never changes again."""
