"""The order book: an index of the accounts' open orders, by price, then by time (BOOK-2).

The orders themselves belong to the accounts; the book only remembers who is next. It is rebuilt from the accounts at
any time, so it is not a part of the state root, and an invariant holds the two together.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from clearstone.spec.accounts import Account, Order, without_order
from clearstone.spec.numbers import ceil_div, floor_div
from clearstone.spec.tables import Table


class Resting(NamedTuple):
    """BOOK-2. A reference to an open order."""

    sequence: int
    """Its place in time."""
    account: str
    """Account that placed it."""
    nonce: int
    """Nonce of the transaction that placed it."""


class Level(NamedTuple):
    """BOOK-2. The orders at one price."""

    rank: int
    """The price in ticks for asks, its negative for bids: ascending rank is best first on both sides."""
    queue: tuple[Resting, ...]
    """Ascending in time, never empty."""


@dataclass(frozen=True, slots=True)
class Book:
    """BOOK-2. Both sides of one market, each ascending by rank: best first."""

    bids: tuple[Level, ...] = ()
    """Buy orders; a level's rank is the negative of its price."""
    asks: tuple[Level, ...] = ()
    """Sell orders; a level's rank is its price."""


EMPTY_BOOK = Book()
"""A book without orders."""


def rank_of(buy: bool, price: int) -> int:
    """BOOK-2. The rank of a price on its side: smaller is better."""
    return -price if buy else price


def side_of(book: Book, buy: bool) -> tuple[Level, ...]:
    """BOOK-2. One side of the book, best first."""
    return book.bids if buy else book.asks


def _with_side(book: Book, buy: bool, levels: tuple[Level, ...]) -> Book:
    """BOOK-2. The book with one side replaced."""
    return Book(levels, book.asks) if buy else Book(book.bids, levels)


def with_order(book: Book, account_id: str, order: Order) -> Book:
    """BOOK-2. The book with an order behind all others at its price."""
    levels = side_of(book, order.buy)
    rank = rank_of(order.buy, order.price)
    place = bisect_left(levels, rank, key=_rank)
    entry = Resting(order.sequence, account_id, order.nonce)
    if place < len(levels) and levels[place].rank == rank:
        level = Level(rank, (*levels[place].queue, entry))
        return _with_side(book, order.buy, (*levels[:place], level, *levels[place + 1 :]))
    return _with_side(book, order.buy, (*levels[:place], Level(rank, (entry,)), *levels[place:]))


def without(book: Book, account_id: str, order: Order) -> Book:
    """BOOK-2. The book without an order that stands in it."""
    levels = side_of(book, order.buy)
    place = bisect_left(levels, rank_of(order.buy, order.price), key=_rank)
    level = levels[place]
    queue = tuple(entry for entry in level.queue if entry.sequence != order.sequence or entry.account != account_id)
    kept = (Level(level.rank, queue),) if queue else ()
    return _with_side(book, order.buy, (*levels[:place], *kept, *levels[place + 1 :]))


def _rank(level: Level) -> int:
    """BOOK-2. A level's rank, for searching."""
    return level.rank


def candidates(book: Book, buy: bool, limit: int) -> Iterator[Resting]:
    """BOOK-2. The orders that a taker of this direction may meet at its limit in ticks: by price, then by time."""
    worst = rank_of(not buy, limit)
    for level in side_of(book, not buy):
        if level.rank > worst:
            return
        yield from level.queue


def crosses(book: Book, buy: bool, limit: int) -> bool:
    """BOOK-2. Whether an order of this direction and limit would meet another one."""
    return next(candidates(book, buy, limit), None) is not None


def resting_order(accounts: Table[Account], entry: Resting) -> Order:
    """BOOK-2. The open order that an entry of the book refers to."""
    return next(order for order in accounts[entry.account].orders if order.nonce == entry.nonce)


def impact_price(book: Book, accounts: Table[Account], buy: bool, lots: int) -> int | None:
    """PERP-3. The average price, in ticks, of taking so many lots of one side; None if it is too thin.

    The bid side is floored and the ask side ceiled, so that rounding widens the book.
    """
    left, cost = lots, 0
    for level in side_of(book, buy):
        price = abs(level.rank)
        for entry in level.queue:
            taken = min(left, resting_order(accounts, entry).lots)
            left -= taken
            cost += taken * price
            if left == 0:
                return floor_div(cost, lots) if buy else ceil_div(cost, lots)
    return None


def rebuild(accounts: Iterable[tuple[str, Account]], market: str) -> Book:
    """BOOK-2. The book of a market from the accounts' open orders alone."""
    orders = [(order, account_id) for account_id, account in accounts for order in account.orders]
    book = EMPTY_BOOK
    for order, account_id in sorted(orders, key=lambda pair: (pair[0].sequence, pair[1], pair[0].nonce)):
        if order.market == market:
            book = with_order(book, account_id, order)
    return book


def drop_order(account: Account, nonce: int) -> Account:
    """BOOK-2. The account without one open order."""
    return Account(
        account.owner,
        account.pool,
        account.nonce,
        account.cash,
        account.positions,
        without_order(account.orders, nonce),
        account.locked_recent,
        account.locked_earlier,
        account.locked_period,
        account.flagged_at,
    )
