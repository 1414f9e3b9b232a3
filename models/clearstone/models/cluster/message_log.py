"""The log of a running validator: power tallied as messages arrive, so that every question is one look-up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.messages import Proposal, SignedMessage


class MessageLog:
    """CONS-2. Answers the questions of `spec.consensus.log.Log` for one height, and the searches of its driver.

    Only what `spec.consensus.messages.check_message` admits may be added, and a proposal only once its block is there.
    """

    def __init__(
        self, powers: Mapping[bytes, int], is_valid: Callable[[bytes], bool], make_candidate: Callable[[int], bytes]
    ) -> None:
        """An empty log. Blocks are judged and candidates made at most once each, when a rule first asks."""
        self._powers = powers
        self._is_valid = is_valid
        self._make_candidate = make_candidate
        self._verdicts: dict[bytes, bool] = {NIL: False}
        self._candidates: dict[int, bytes] = {}
        self._senders: dict[tuple[int, ...] | tuple[int, int, bytes], set[bytes]] = {}
        self._power: dict[tuple[int, ...] | tuple[int, int, bytes], int] = {}
        self._rounds: dict[int, None] = {}
        self._proposals: dict[Proposal, None] = {}

    def add(self, signed: SignedMessage) -> None:
        """Count a message. To add it again changes nothing."""
        message, sender = signed.message, signed.sender
        self._rounds[message.round] = None
        self._count((message.round,), sender)
        if isinstance(message, Proposal):
            self._proposals[message] = None
        else:
            self._count((message.step, message.round), sender)
            self._count((message.step, message.round, message.block_id), sender)

    def _count(self, key: tuple[int, ...] | tuple[int, int, bytes], sender: bytes) -> None:
        senders = self._senders.setdefault(key, set())
        if sender not in senders:
            senders.add(sender)
            self._power[key] = self._power.get(key, 0) + self._powers[sender]

    def power(self, step: int, round: int, value: bytes) -> int:
        """Power behind votes of this kind, in this round, for this value."""
        return self._power.get((step, round, value), 0)

    def power_any(self, step: int, round: int) -> int:
        """Power behind votes of this kind in this round."""
        return self._power.get((step, round), 0)

    def heard(self, round: int) -> int:
        """Power of those heard from in this round."""
        return self._power.get((round,), 0)

    def proposed(self, proposal: Proposal) -> bool:
        """Is this very proposal here?"""
        return proposal in self._proposals

    def valid(self, value: bytes) -> bool:
        """May this block follow the last decided one?"""
        if value not in self._verdicts:
            self._verdicts[value] = self._is_valid(value)
        return self._verdicts[value]

    def candidate(self, round: int) -> bytes:
        """The block that this validator would propose in this round, or NIL."""
        if round not in self._candidates:
            self._candidates[round] = self._make_candidate(round)
        return self._candidates[round]

    def proposals(self) -> Collection[Proposal]:
        """All proposals, of all rounds."""
        return self._proposals

    def rounds(self) -> Collection[int]:
        """The rounds in which anything was heard."""
        return self._rounds
