"""The transaction kinds, by enumeration: nothing else changes the state between blocks' own steps (LEDGER-7).

A transaction is a body and signatures over it. What an owner sends carries one signature, of the account's owner. What
the validators attest (a deposit seen outside, a release paid outside, a change of parameters) carries theirs, with more
than 2/3 of the power, and has no account and no nonce: its own id makes it unique (LEDGER-5, LEDGER-8).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Side: TypeAlias = Literal["buy", "sell"]
TimeInForce: TypeAlias = Literal["gtc", "ioc", "fok", "post-only"]
SelfTradePrevention: TypeAlias = Literal["cancel-maker", "cancel-taker", "decrement"]


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """LEDGER-4. Open the account that the body names; its id follows from owner, pool and number."""

    owner: bytes
    """Ed25519 key of the owner, 32 bytes."""
    pool: str
    """Risk pool in which the account will live, for good."""
    number: int
    """The owner's own number for the account, 0 to 2**32 − 1."""


@dataclass(frozen=True, slots=True)
class Deposit:
    """LEDGER-5. Credit what the vault received. Attested."""

    deposit_id: bytes
    """Id of the payment outside, 32 bytes; consumed once."""
    account: str
    """Account to credit."""
    amount: int
    """Atoms received, at least 1."""


@dataclass(frozen=True, slots=True)
class Withdraw:
    """LEDGER-5. Move cash into escrow under an id, to be released once paid outside."""

    withdrawal_id: bytes
    """Id chosen by the owner, 32 bytes; consumed at most once by an account, ever."""
    amount: int
    """Atoms, at least 1."""


@dataclass(frozen=True, slots=True)
class Release:
    """LEDGER-5. The escrow of a withdrawal was paid outside: take it off the vault. Attested."""

    account: str
    """Account that withdrew."""
    withdrawal_id: bytes
    """Id of its withdrawal, 32 bytes."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """LEDGER-7. Move cash to another account of the same pool."""

    to: str
    """Account to credit."""
    amount: int
    """Atoms, at least 1."""


@dataclass(frozen=True, slots=True)
class Place:
    """BOOK-1 to BOOK-7. An order."""

    market: str
    """Instrument id."""
    side: Side
    """Direction."""
    lots: int
    """Size, at least 1."""
    price: int | None
    """Limit in ticks, at least 1; None for a market order, which is IOC within the collar (BOOK-3)."""
    time_in_force: TimeInForce
    """How long it may stand (BOOK-2)."""
    reduce_only: bool
    """If set, it never lets |position| grow or flip (BOOK-2)."""
    self_trade: SelfTradePrevention
    """What happens when it meets an order of the same owner (BOOK-4)."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """BOOK-2. Take an order off the book."""

    nonce: int
    """Nonce of the transaction that placed it: (account, nonce) is an order's id."""


@dataclass(frozen=True, slots=True)
class Liquidate:
    """LIQ-1 to LIQ-5. Take over positions of an account below maintenance margin, at a discount."""

    account: str
    """Account to liquidate."""
    market: str
    """A perpetual, or any series of the expiry to take a part of."""
    lots: int
    """For a perpetual the most lots to take over; for an expiry the most sixteenths; at least 1."""


@dataclass(frozen=True, slots=True)
class Settle:
    """OPT-3. Settle one account's position in an expired series. Anyone may settle anyone."""

    account: str
    """Account to settle."""
    market: str
    """The series."""


@dataclass(frozen=True, slots=True)
class ChangeParameter:
    """LEDGER-8. Change one risk parameter, after a delay and by a bounded step. Attested."""

    number: int
    """Number of the change, one more than the last accepted one."""
    scope: str
    """`pool/ID` or `market/ID`."""
    name: str
    """Field of the scope's parameters."""
    value: int
    """New value."""


Action: TypeAlias = (
    OpenAccount | Deposit | Withdraw | Release | Transfer | Place | Cancel | Liquidate | Settle | ChangeParameter
)


@dataclass(frozen=True, slots=True)
class Body:
    """LEDGER-6. What is signed."""

    chain: str
    """Id of the chain it is meant for."""
    account: str
    """Account that acts; empty when attested."""
    nonce: int
    """Greater than the account's last nonce; 0 when attested and for opening."""
    expires: int
    """Last block time at which it may execute, ms since the epoch."""
    action: Action
    """What to do."""


@dataclass(frozen=True, slots=True)
class Signature:
    """ENC-2. One Ed25519 signature over a body."""

    key: bytes
    """Signer, 32 bytes."""
    signature: bytes
    """64 bytes."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """LEDGER-6. A body and the signatures over it."""

    body: Body
    """What is signed."""
    signatures: tuple[Signature, ...]
    """One, of the owner; or, when attested, the validators', ascending by key, each at most once."""
