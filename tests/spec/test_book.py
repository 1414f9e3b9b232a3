from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

from hypothesis import given
from hypothesis import strategies as st

from clearstone.spec.accounts import Account, Order
from clearstone.spec.book import (
    EMPTY_BOOK,
    Book,
    Resting,
    candidates,
    crosses,
    drop_order,
    impact_price,
    rank_of,
    rebuild,
    resting_order,
    side_of,
    without,
)
from clearstone.spec.tables import Table, table

raw_orders = st.lists(
    st.tuples(st.booleans(), st.integers(1, 9), st.integers(1, 6), st.sampled_from("ab"), st.sampled_from("mn")),
    max_size=14,
)


def accounts_with(raw: list[tuple[bool, int, int, str, str]]) -> Table[Account]:
    orders: dict[str, list[Order]] = {"a": [], "b": []}
    for number, (buy, price, lots, owner, market) in enumerate(raw):
        orders[owner].append(Order(number, market, buy, lots, price, number, False))
    return table((name, Account(bytes(32), "main", 0, 0, orders=tuple(held))) for name, held in orders.items())


def listed(book: Book) -> list[tuple[bool, int, int]]:
    return [
        (buy, level.rank, entry.sequence)
        for buy in (True, False)
        for level in side_of(book, buy)
        for entry in level.queue
    ]


@given(raw_orders)
def test_the_book_lists_a_markets_orders_by_price_then_time(raw: list[tuple[bool, int, int, str, str]]) -> None:
    book = rebuild(accounts_with(raw).items(), "m")
    mine = [(buy, rank_of(buy, price), at) for at, (buy, price, _, _, market) in enumerate(raw) if market == "m"]
    assert listed(book) == sorted(mine, key=lambda each: (not each[0], each[1], each[2]))
    assert all(level.queue for side in (book.bids, book.asks) for level in side)


@given(raw_orders, st.data())
def test_the_book_after_removals_is_the_one_built_from_what_is_left(
    raw: list[tuple[bool, int, int, str, str]], data: st.DataObject
) -> None:
    accounts = accounts_with(raw)
    book = rebuild(accounts.items(), "m")
    mine = [(name, order) for name, each in accounts.items() for order in each.orders if order.market == "m"]
    for name, order in data.draw(st.permutations(mine))[: len(mine) // 2]:
        assert resting_order(accounts, entry_of(book, order)) == order
        book = without(book, name, order)
        accounts = accounts.set(name, drop_order(accounts[name], order.nonce))
    assert book == rebuild(accounts.items(), "m")


def entry_of(book: Book, order: Order) -> Resting:
    [entry] = [each for level in side_of(book, order.buy) for each in level.queue if each.sequence == order.sequence]
    return entry


@given(raw_orders, st.booleans(), st.integers(1, 9))
def test_a_taker_meets_what_its_limit_reaches_best_first(
    raw: list[tuple[bool, int, int, str, str]], buy: bool, limit: int
) -> None:
    book = rebuild(accounts_with(raw).items(), "m")
    met = [entry.sequence for entry in candidates(book, buy, limit)]
    facing = [
        (rank_of(not buy, price), number)
        for number, (other, price, _, _, market) in enumerate(raw)
        if market == "m" and other != buy and (price <= limit if buy else price >= limit)
    ]
    assert met == [number for _, number in sorted(facing)]
    assert crosses(book, buy, limit) == bool(met)


@given(raw_orders, st.booleans(), st.integers(1, 20))
def test_the_impact_price_is_the_average_of_taking_the_best_lots(
    raw: list[tuple[bool, int, int, str, str]], buy: bool, lots: int
) -> None:
    accounts = accounts_with(raw)
    book = rebuild(accounts.items(), "m")
    side = sorted(
        (rank_of(buy, price), number, price, size)
        for number, (other, price, size, _, market) in enumerate(raw)
        if market == "m" and other == buy
    )
    each = [price for _, _, price, size in side for _ in range(size)][:lots]
    average = impact_price(book, accounts, buy, lots)
    if len(each) < lots:
        assert average is None
    else:
        assert average == (floor if buy else ceil)(Fraction(sum(each), lots))


def test_an_empty_book_offers_nothing() -> None:
    assert not crosses(EMPTY_BOOK, True, 10**9)
    assert impact_price(EMPTY_BOOK, accounts_with([]), True, 1) is None


def test_dropping_an_order_keeps_everything_else_of_the_account() -> None:
    account = accounts_with([(True, 1, 1, "a", "m"), (True, 1, 1, "a", "m")])["a"]
    dropped = drop_order(account, 0)
    assert dropped.orders == account.orders[1:]
    assert (dropped.owner, dropped.cash, dropped.flagged_at) == (account.owner, account.cash, account.flagged_at)
