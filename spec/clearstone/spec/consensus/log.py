"""The log, as the rules see it: a few questions about the messages of one height.

A running validator answers from what it received and admitted (`messages.check_message`); a finite model answers from
all that correct validators sent and all that Byzantine ones could have sent; a proof answers with free symbols. One set
of rules serves all three, so what is proved and explored is what runs.

Answers about a height only ever grow: what was true stays true. A log refuses malformed messages, a negative round
above all, so that every answer below concerns rounds from 0 on.
"""

from __future__ import annotations

from typing import Protocol

from clearstone.spec.consensus.messages import Proposal


class Log(Protocol):
    """CONS-2. What a rule may ask. Power is counted by distinct sender: a repeated vote counts once."""

    def power(self, step: int, round: int, value: bytes) -> int:
        """CONS-2. Power of those who sent a vote of this kind, in this round, for this value (NIL is one).

        Who voted for two values counts for each of them: refusing the second vote would let a liar hide a quorum from
        one validator that another has seen.
        """
        ...

    def power_any(self, step: int, round: int) -> int:
        """CONS-2, lines 34 and 47. Power of those who sent any vote of this kind in this round."""
        ...

    def heard(self, round: int) -> int:
        """CONS-2, line 55. Power of those who sent anything at all in this round: a proposal or a vote of any kind."""
        ...

    def proposed(self, proposal: Proposal) -> bool:
        """CONS-2. Is this very proposal in the log, from its round's proposer, and its block with it?

        Not "the proposal of the round": a lying proposer sends two, and whoever keeps only the first may wait forever
        for a quorum that the second has.
        """
        ...

    def valid(self, value: bytes) -> bool:
        """CONS-2. The paper's valid(v): may the block with this id follow the last decided one? Never true of NIL."""
        ...

    def candidate(self, round: int) -> bytes:
        """CONS-4, lines 14–18. If this validator proposes in this round, a valid block of its own making; else NIL."""
        ...
