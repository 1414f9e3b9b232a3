"""What every change of a ledger must keep: no money made or lost, no pot below zero at any sub-step.

`imbalance` is what the vault holds less all that the named balances claim. The rest of the world is not touched, so
what the imbalance keeps, the whole pool keeps: conservation is `imbalance(after) == imbalance(before)`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from clearstone.proofs.worlds import World
from clearstone.spec.ledger_state import Ledger
from clearstone.spec.receipts import Posting

POTS = ("insurance", "fees", "escrow", "residue")
"""Balances that are never below zero (LEDGER-1)."""


def balances(ledger: Ledger, accounts: Collection[str], markets: Collection[str]) -> dict[str, int]:
    """Every named balance, under the name that postings use; `outside` counts what the vault gave out."""
    pool = ledger.pools["main"]
    found = {f"account/{name}": ledger.accounts[name].cash for name in accounts}
    found |= {f"clearing/{market}": ledger.markets[market].clearing for market in markets}
    found |= {"insurance": pool.insurance, "fees": pool.fees, "escrow": pool.escrow, "residue": pool.residue}
    return found | {"outside": -pool.vault}


def imbalance(ledger: Ledger, accounts: Collection[str], markets: Collection[str]) -> int:
    """What the vault holds less all named claims on it, in atoms (LEDGER-1)."""
    return -sum(balances(ledger, accounts, markets).values())


def require_conservation(
    world: World, before: Ledger, after: Ledger, accounts: Collection[str], markets: Collection[str]
) -> None:
    """LEDGER-1, as an equality."""
    unchanged = imbalance(after, accounts, markets) == imbalance(before, accounts, markets)
    world.require(unchanged, "what the vault holds less all claims on it is what it was")


def require_postings(
    world: World,
    before: Ledger,
    after: Ledger,
    postings: Sequence[Posting],
    accounts: Collection[str],
    markets: Collection[str],
) -> None:
    """LEDGER-1. The postings, one by one, lead from the balances before to those after, and no pot sinks below 0."""
    running = balances(before, accounts, markets)
    for posting in postings:
        world.require(posting.amount >= 0, f"the posting for {posting.reason} is not negative")
        running[posting.source] -= posting.amount
        running[posting.destination] += posting.amount
        if posting.source in POTS:
            world.require(running[posting.source] >= 0, f"{posting.source} is not overdrawn by {posting.reason}")
    for name, balance in balances(after, accounts, markets).items():
        world.require(running[name] == balance, f"the postings explain the balance of {name}")
