"""What a client is asked besides programs: kinds of questions, of every layer, with how each is drawn.

All stay within the bounds that the records state, except where the operation's business is to refuse what does not. So
every difference is one that the rules decide.
"""

from __future__ import annotations

from clearstone.conformance.live.questions import (
    arithmetic_questions,
    consensus_questions,
    encoding_questions,
    ledger_questions,
    market_questions,
    message_questions,
    oracle_questions,
    signature_questions,
)
from clearstone.conformance.live.questions.asked import Asked, Material

ASKED: tuple[Asked, ...] = (
    *arithmetic_questions.ASKED,
    *encoding_questions.ASKED,
    *signature_questions.ASKED,
    *oracle_questions.ASKED,
    *market_questions.ASKED,
    *consensus_questions.ASKED,
    *message_questions.ASKED,
    *ledger_questions.ASKED,
)
"""All kinds, in the order of layers."""

__all__ = ["ASKED", "Asked", "Material"]
