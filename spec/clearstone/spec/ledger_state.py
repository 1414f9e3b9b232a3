"""What transactions read and write: accounts, pools, markets and books; and the context that a block fixes for them.

The ledger is what may change from one transaction to the next. The context is what a block decides before its first
transaction: its time, the quotes, the listed instruments. A transaction is a function of the two and of its body.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from immutables import Map

from clearstone.spec.accounts import Account
from clearstone.spec.instruments import Instrument, Quote
from clearstone.spec.numbers import floor_div
from clearstone.spec.parameters import PoolParameters, ProtocolParameters
from clearstone.spec.tables import Table
from clearstone.spec.values import value

if TYPE_CHECKING:
    from clearstone.spec.book import Book
    from clearstone.spec.consensus.validators import Validators


@value
class Pool:
    """LEDGER-1. One risk pool: its vault and its pots. No pot is ever below zero."""

    parameters: PoolParameters
    """Its risk parameters."""
    vault: int = 0
    """Atoms that the vault holds: what came in less what was released."""
    insurance: int = 0
    """Insurance fund, in atoms."""
    fees: int = 0
    """Fees collected, in atoms."""
    escrow: int = 0
    """Withdrawals not yet released, in atoms."""
    residue: int = 0
    """What rounding left over, in atoms (NUM-4)."""
    flagged: tuple[str, ...] = ()
    """Accounts flagged for liquidation, ascending (LIQ-1)."""
    unassigned_used: int = 0
    """Drawn from the insurance fund in the window for accounts without positions, in atoms (WATER-2)."""
    unassigned_window: int = 0
    """Number of the insurance window that `unassigned_used` counts in."""


@value
class Market:
    """LEDGER-1. What changes of an instrument as it is traded."""

    open_interest: int = 0
    """Σ of the long lots of all accounts."""
    clearing: int = 0
    """Signed balance through which funding or payoffs pass, as receivers may settle first, in atoms (PERP-2, OPT-4)."""
    settlements: int = 0
    """Funding settlements since `clearing` was last swept: each leaves less than an atom in it (PERP-2)."""
    sequence: int = 0
    """Orders that ever rested: the next one's place in time."""
    insurance_used: int = 0
    """Drawn from the insurance fund in the window, in atoms (WATER-2)."""
    insurance_window: int = 0
    """Number of the insurance window that `insurance_used` counts in."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """LEDGER-5. A withdrawal, kept for good so that its id is never used twice."""

    pool: str
    """Pool of the account."""
    account: str
    """Account that withdrew."""
    amount: int
    """Atoms."""
    status: Literal["escrowed", "released"]
    """Escrowed until an attested release pays it out; it moves on once (incident 33)."""


@value
class Ledger:
    """LEDGER-7. Everything that a transaction may change."""

    accounts: Table[Account]
    """By account id."""
    pools: Table[Pool]
    """By pool id."""
    markets: Table[Market]
    """By instrument id."""
    withdrawals: Table[Withdrawal]
    """By `account/withdrawal id in hexadecimal`."""
    deposits: Table[int]
    """Atoms by deposit id in hexadecimal, kept for good."""
    changes: Table[ScheduledChange]
    """Parameter changes that wait, by number in decimal."""
    last_change: int
    """Number of the last parameter change accepted; 0 if none."""
    books: Map[str, Book]
    """Order books by instrument id: an index of the accounts' open orders, and so not a part of the state root."""


@dataclass(frozen=True, slots=True)
class ScheduledChange:
    """LEDGER-8. An accepted parameter change that waits for its delay."""

    scope: str
    """`pool/ID` or `market/ID`."""
    name: str
    """Parameter."""
    value: int
    """New value."""
    binds_at: int
    """First block time at whose end it binds."""


@dataclass(frozen=True, slots=True)
class Context:
    """LEDGER-7. What the block fixed before its first transaction."""

    chain: str
    """Id of the chain."""
    now: int
    """Block time, ms since the epoch."""
    parameters: ProtocolParameters
    """Of the whole chain."""
    validators: Validators
    """Who attests, by what power."""
    instruments: Table[Instrument]
    """By instrument id."""
    quotes: Map[str, Quote]
    """Quotes by instrument at the clamped prices."""
    unclamped: Map[str, Quote]
    """Quotes at the prices before clamping; the same map while nothing is carried (ORACLE-4)."""
    members: Map[str, tuple[str, ...]]
    """The instruments of each pool, ascending."""
    pending: frozenset[str]
    """Pools of which a series waits for its settlement price (OPT-4)."""


def withdrawal_key(account_id: str, withdrawal_id: bytes) -> str:
    """LEDGER-5. The key of a withdrawal. An id belongs to its account: nobody can use up another's."""
    return f"{account_id}/{withdrawal_id.hex()}"


def with_account(ledger: Ledger, account_id: str, account: Account) -> Ledger:
    """LEDGER-7. The ledger with one account changed."""
    return Ledger(
        ledger.accounts.set(account_id, account),
        ledger.pools,
        ledger.markets,
        ledger.withdrawals,
        ledger.deposits,
        ledger.changes,
        ledger.last_change,
        ledger.books,
    )


def horizon_period(pool: Pool, now: int) -> int:
    """MARGIN-4a. Number of the liquidation horizon that a block time lies in."""
    return floor_div(now, pool.parameters.liquidation_horizon)


def insurance_period(pool: Pool, now: int) -> int:
    """WATER-2. Number of the insurance window that a block time lies in."""
    return floor_div(now, pool.parameters.insurance_window)


def accounts_cash(ledger: Ledger, context: Context, pool_id: str) -> int:
    """LEDGER-1. Σ cash of a pool's accounts, read off conservation instead of a loop over them, in atoms."""
    pool = ledger.pools[pool_id]
    clearing = sum(ledger.markets[market].clearing for market in context.members[pool_id])
    return pool.vault - pool.insurance - pool.fees - pool.escrow - pool.residue - clearing
