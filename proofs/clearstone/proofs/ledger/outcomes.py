"""What a transaction came to, in an obligation."""

from __future__ import annotations

from clearstone.proofs.worlds import World
from clearstone.spec.ledger_state import Ledger
from clearstone.spec.receipts import Receipt

ACCEPTED = "accepted"
"""The outcome of a transaction that no rule refuses."""


def came_to(world: World, before: Ledger, after: Ledger, receipt: Receipt) -> bool:
    """Note the outcome; whether it was accepted. What is refused changes nothing."""
    world.observe("ledger", after)
    world.observe("receipt", receipt)
    if receipt.rejection is None:
        world.reached(ACCEPTED)
        return True
    world.reached(receipt.rejection.rule)
    world.require(after is before, "a refused transaction changes nothing")
    world.require(receipt.postings == () and receipt.events == (), "a refused transaction has no postings or events")
    return False
