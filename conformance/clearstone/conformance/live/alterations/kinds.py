"""How reports name altered vectors: one kind of question for each suite."""

from __future__ import annotations

from typing import Any

from clearstone.conformance.live.questions.asked import Asked

_DECIDED: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("arithmetic", "floor_div", ("NUM-3",)),
    ("encoding", "decode", ("ENC-1", "ENC-3")),
    ("signatures", "verify", ("ENC-2",)),
    ("oracle", "update_feed", ("ORACLE-2",)),
    ("ledger", "apply_transaction", ("LEDGER-5", "LEDGER-7")),
    ("book", "apply_transaction", ("BOOK-2", "BOOK-5")),
    ("funding", "advance_funding", ("PERP-1", "PERP-2")),
    ("options", "quote_option", ("MARK-1", "OPT-1")),
    ("margin", "judge_account", ("MARGIN-1", "MARGIN-3")),
    ("liquidation", "apply_transaction", ("LIQ-1", "LIQ-2")),
    ("waterfall", "apply_blocks", ("WATER-1", "WATER-2")),
    ("consensus", "take_step", ("CONS-2", "CONS-5")),
    ("blocks", "apply_blocks", ("CONS-6",)),
    ("incidents", "apply_blocks", ("LEDGER-7",)),
)
"""For each suite the operation that most of its vectors ask, and the rules most at stake in it."""


def _nothing() -> Any:
    raise AssertionError("altered vectors are made up from the stock of vectors")


LONG = "incidents"
"""The suite whose vectors take as long as all others together: they are altered less often."""
ALTERED = tuple(
    Asked(
        f"altered-{suite}",
        suite,
        operation,
        "vectors with something altered",
        rules,
        lambda _: _nothing(),
        whole_states=operation in ("judge_account", "apply_transaction", "apply_blocks"),
        weight=1 if suite == LONG else 3,
    )
    for suite, operation, rules in _DECIDED
)
"""The kinds, in the order of suites. A question of one may be of any operation that the suite's vectors ask."""
