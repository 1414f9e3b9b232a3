"""What a transaction leaves behind: a receipt, accepted with its postings, or a rejection with its rule.

A rejection is a value, never an exception: whatever bytes arrive, the answer is one of these. A posting is one
movement of money between two balances of one pool; the list of postings is in the order in which they happen, and
between any two of them no pot may be below zero. An event is what happened without moving money by itself, for readers
and monitors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from clearstone.spec.values import value


@dataclass(frozen=True, slots=True)
class Rejection:
    """ENC-3. Why something was refused. Nothing changed, except as LEDGER-6 says of the nonce."""

    rule: str
    """Id of the rule that refuses, such as `MARGIN-6`."""
    reason: str
    """One short line for a person. Not part of consensus: clients compare `rule` only."""


class Posting(NamedTuple):
    """LEDGER-1. One movement of money, from a balance to a balance of the same pool.

    Balances are named `account/ID`, `clearing/MARKET`, `insurance`, `fees`, `escrow`, `residue` and `outside` (where
    deposits come from and releases go to).
    """

    pool: str
    """Pool whose money moves."""
    source: str
    """Balance that is debited."""
    destination: str
    """Balance that is credited."""
    amount: int
    """Atoms moved, at least 0."""
    reason: str
    """What for: `trade`, `fee`, `funding`, `premium` and so on."""


class Event(NamedTuple):
    """LEDGER-7. Something that happened and that balances alone do not show."""

    kind: str
    """What happened: `fill`, `cancelled`, `flagged`, `liquidated`, `defaulted`, `settled` and so on."""
    subject: str
    """Id of the account, order or market it happened to."""
    details: tuple[tuple[str, int | str], ...]
    """Named figures, in lots, ticks or atoms as the name says."""


@value
class Receipt:
    """LEDGER-7. The outcome of one transaction, or of one of the block's own steps."""

    rejection: Rejection | None
    """None if accepted; else why not, and then `postings` and `events` are empty."""
    postings: tuple[Posting, ...] = ()
    """The money moved, in order."""
    events: tuple[Event, ...] = ()
    """What else happened, in order."""
