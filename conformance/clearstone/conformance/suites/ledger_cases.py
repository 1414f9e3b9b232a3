"""Cash and authority: who may act, and what comes in, goes out and across."""

from __future__ import annotations

from clearstone.conformance.suites.draft import Draft
from clearstone.conformance.suites.ledger_stage import LedgerStage
from clearstone.models.scenario_genesis import USD, scenario_genesis
from clearstone.spec.transactions import Transfer


def drafts() -> list[Draft]:
    """The cases of the suite `ledger`."""
    stage = LedgerStage("ledger", scenario_genesis)
    alice, bob = stage.open("alice", 100 * USD), stage.open("bob")
    stage.tries("transfer-of-all", "All the cash of an account may go.", ("LEDGER-7",), alice, Transfer(bob, 100 * USD))
    stage.tries(
        "transfer-of-an-atom-too-much",
        "An account without positions keeps at least nothing.",
        ("MARGIN-4",),
        alice,
        Transfer(bob, 100 * USD + 1),
    )
    return stage.drafts
