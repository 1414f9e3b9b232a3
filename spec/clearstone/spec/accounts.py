"""Accounts: cash, positions, open orders, locked profit.

Cash may be negative: who buys a perpetual is debited the whole notional and holds lots of the same worth. Equity is
cash plus the value of the lots at the marks (LEDGER-2), so opening a position moves no equity and every gain is
somebody's loss, exactly. An account carries all that its margin depends on, so that judging it needs nothing but the
account and the quotes of the block.
"""

from __future__ import annotations

from hashlib import sha256

from clearstone.spec.numbers import floor_div
from clearstone.spec.values import value


@value
class Position:
    """LEDGER-2. Lots of one instrument."""

    instrument: str
    """Instrument id."""
    lots: int
    """Size, positive long, negative short, never 0; |lots| ≤ MAX_LOTS."""
    cost: int
    """Signed entry cost in atoms: a memo that moves no money (LEDGER-3)."""
    funding_index: int
    """The market's funding index when it was last settled (PERP-2); 0 for an option."""


@value
class Order:
    """BOOK-2. An order that stands in the book."""

    nonce: int
    """Nonce of the transaction that placed it; with the account it is the order's id."""
    market: str
    """Instrument id."""
    buy: bool
    """Direction."""
    lots: int
    """What is left of it, at least 1."""
    price: int
    """Limit in ticks."""
    sequence: int
    """Place in the market's time order: the smaller was there first."""
    reduce_only: bool
    """Whether it may only reduce the position (BOOK-2)."""


@value
class Account:
    """LEDGER-2, LEDGER-4. One account of one owner in one pool."""

    owner: bytes
    """Ed25519 key of the owner, 32 bytes."""
    pool: str
    """Risk pool, for good."""
    nonce: int
    """Largest nonce used (LEDGER-6)."""
    cash: int
    """Atoms, possibly negative; |cash| ≤ MAX_ATOMS."""
    positions: tuple[Position, ...] = ()
    """Ascending by instrument, each at most once."""
    orders: tuple[Order, ...] = ()
    """Open orders, in the order in which they were placed."""
    locked_recent: int = 0
    """Realised profit of the horizon `locked_period`, still locked, in atoms, at least 0 (MARGIN-4a)."""
    locked_earlier: int = 0
    """Realised profit of the horizon before it, in atoms, at least 0 (MARGIN-4a)."""
    locked_period: int = 0
    """Number of the horizon that `locked_recent` belongs to: block time over the pool's horizon, floored."""
    flagged_at: int | None = None
    """Block time since which it is flagged for liquidation (LIQ-1), or None; time 0 is a time, not an absence."""


def account_id(owner: bytes, pool: str, number: int) -> str:
    """LEDGER-4. The id of an owner's account: nobody else can take it, and no global counter hands it out.

    It is the first 16 bytes, in hexadecimal, of the SHA-256 of the ASCII text `clearstone/account`, a byte 0, the
    owner's 32 bytes, the number in 8 bytes, big-endian, and the pool's id.
    """
    preimage = b"clearstone/account\x00" + owner + number.to_bytes(8, "big") + pool.encode()
    return sha256(preimage).digest()[:16].hex()


def position_in(account: Account, instrument: str) -> Position | None:
    """LEDGER-2. The account's position in an instrument, or None."""
    for position in account.positions:
        if position.instrument == instrument:
            return position
    return None


def lots_in(account: Account, instrument: str) -> int:
    """LEDGER-2. The account's lots in an instrument, 0 if none."""
    position = position_in(account, instrument)
    return 0 if position is None else position.lots


def with_position(positions: tuple[Position, ...], changed: Position) -> tuple[Position, ...]:
    """LEDGER-2. The positions with one replaced, added or, at 0 lots, removed, still ascending."""
    for place, position in enumerate(positions):
        if position.instrument == changed.instrument:
            kept = (changed,) if changed.lots != 0 else ()
            return positions[:place] + kept + positions[place + 1 :]
        if position.instrument > changed.instrument:
            return (*positions[:place], changed, *positions[place:])
    return (*positions, changed)


def order_of(account: Account, nonce: int) -> Order | None:
    """BOOK-2. The account's open order that the transaction with this nonce placed, or None."""
    for order in account.orders:
        if order.nonce == nonce:
            return order
    return None


def without_order(orders: tuple[Order, ...], nonce: int) -> tuple[Order, ...]:
    """BOOK-2. The orders without the one of this nonce."""
    return tuple(order for order in orders if order.nonce != nonce)


def trade_position(position: Position, lots: int, price: int) -> tuple[Position, int]:
    """LEDGER-3. The position after trading signed `lots` at `price` atoms per lot, and the profit that realises.

    Adding raises the entry cost by what is paid. Closing a part leaves floor(cost · left / lots), for both signs, so
    the memo errs by less than an atom per partial close. A flip closes all of the old cost, and the new one is exact.
    """
    before = position.lots
    after = before + lots
    if before == 0 or (before > 0) == (lots > 0):
        return Position(position.instrument, after, position.cost + lots * price, position.funding_index), 0
    if after == 0 or (after > 0) == (before > 0):
        left = floor_div(position.cost * abs(after), abs(before))
        realised = -lots * price - (position.cost - left)
        return Position(position.instrument, after, left, position.funding_index), realised
    realised = before * price - position.cost
    return Position(position.instrument, after, after * price, position.funding_index), realised


def realise(account: Account, profit: int, period: int) -> tuple[int, int]:
    """MARGIN-4a. The two locked buckets after realising a signed profit in the horizon numbered `period`.

    Profit stays locked for between one and two horizons: else unrealised profit is realised against an accomplice and
    taken out before the loss arrives (incidents 1 and 17). A loss lowers what is locked, the earlier bucket first,
    so that what remains is what unlocks last.
    """
    recent, earlier = locked_buckets(account, period)
    if profit >= 0:
        return recent + profit, earlier
    loss = -profit
    if loss <= earlier:
        return recent, earlier - loss
    return max(0, recent - (loss - earlier)), 0


def locked_buckets(account: Account, period: int) -> tuple[int, int]:
    """MARGIN-4a. Realised profit still locked, of the horizon numbered `period` and of the one before."""
    if period == account.locked_period:
        return account.locked_recent, account.locked_earlier
    if period == account.locked_period + 1:
        return 0, account.locked_recent
    return 0, 0


def locked_profit(account: Account, period: int) -> int:
    """MARGIN-4a. Realised profit that may not leave the account in the horizon numbered `period`, in atoms."""
    recent, earlier = locked_buckets(account, period)
    return recent + earlier
