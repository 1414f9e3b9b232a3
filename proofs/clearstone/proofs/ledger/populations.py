"""A pool with any number of accounts: one that is named, and the others as one or two that stand for all of them.

Where a rule goes through the accounts of a pool, what it takes of each is a share of a sum (NUM-6), and shares of
accounts that follow each other add up to the share of one that has the sum of their claims:
`two_payers_are_charged_as_one` proves it, two at a time, so that all accounts before the named one stand as one, and
all after it as another. The claims on the two may be anything, as sums of claims may be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.frames import framed
from clearstone.proofs.ledger.worlds import BOB, Setting, beside, context, ledger
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import Account
from clearstone.spec.ledger_state import Ledger
from clearstone.spec.tables import table

BEFORE, AFTER = "accounts before", "later accounts"
"""All accounts of the pool before the named one as one, and all that come after it."""
STRANGER = "stranger"
"""An account of another pool."""


def with_accounts(made: Ledger, accounts: Mapping[str, Account]) -> Ledger:
    """The ledger with these accounts and no others, which may be gone through."""
    return replace(made, accounts=table(accounts.items()))


def any_account(world: World, name: str, pool: str = "main") -> Account:
    """An account that holds anything, as one lot beside."""
    held = parts.ghost_position(world, name, beside(name))
    return replace(parts.account(world, name, (held,)), pool=pool)


def crowd(world: World, *names: str, markets: tuple[str, ...] = ()) -> Setting:
    """Any ledger in which Bob has defaulted, these accounts of his pool hold anything, and so does a stranger."""
    quotes = {beside(name): parts.ghost_quote(world, beside(name), True) for name in (*names, STRANGER)}
    accounts = {name: any_account(world, name) for name in names}
    accounts |= {STRANGER: any_account(world, STRANGER, "other"), BOB: parts.account(world, BOB, ())}
    made = with_accounts(ledger(world, accounts, markets), accounts)
    pools = framed({"main": made.pools["main"], "other": parts.pool(world, "other")})
    return Setting(replace(made, pools=pools), context(world, quotes))
