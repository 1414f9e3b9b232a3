"""The book and the fold over it: who is met first, how far, and where an order waits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import cast

from clearstone.proofs.contracts import replaced
from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.number_proofs import DONE
from clearstone.proofs.ledger.trading_contracts import UNASKED, either_kind
from clearstone.proofs.ledger.trading_proofs import PERP
from clearstone.proofs.ledger.worlds import ALICE, BOB, context, ledger
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import Account, Order, Position, lots_in
from clearstone.spec.book import EMPTY_BOOK, Book, Level, Resting, candidates, side_of, with_order, without
from clearstone.spec.ledger_state import Context
from clearstone.spec.matching import Match, cancel_resting, fill, match_order, meet, stopped_when_spent, without_spent
from clearstone.spec.numbers import MAX_LOTS, MAX_TICKS
from clearstone.spec.transactions import Place


def any_book(world: World, buys: bool) -> Book:
    """Any book with two prices on one side, best first, two orders at the better one and one at the other."""
    better, worse = (
        world.integer("better price", 1, MAX_TICKS, 50_000),
        world.integer("worse price", 1, MAX_TICKS, 50_000),
    )
    levels = (
        Level(-better if buys else better, (Resting(3, BOB, 1), Resting(5, BOB, 2))),
        Level(-worse if buys else worse, (Resting(2, BOB, 3),)),
    )
    world.assume(better > worse if buys else better < worse)
    return Book(bids=levels) if buys else Book(asks=levels)


@obligation(
    "BOOK-2", about=(candidates,), reaches={"none", "some", "all"}, bound="to 2 prices; the loop treats each alike"
)
def a_taker_meets_the_best_price_first_then_the_oldest_and_none_beyond_its_limit(world: World) -> None:
    """Whom a taker may meet are all orders no worse than its limit, the best price first, at one price the oldest.

    Bounded, as a book is a sequence of prices; the loop ends at the first one beyond the limit, whichever that is.
    """
    buys = world.choice("taker", (True, False))
    book, limit = any_book(world, not buys), world.integer("limit", 1, MAX_TICKS, 50_000)
    met = tuple(candidates(book, buys, limit))
    world.observe("met", met)
    best, second = side_of(book, not buys)
    world.reached(("none", "some", "all")[(best.queue[0] in met) + (second.queue[0] in met)])
    expected: list[Resting] = []
    for level in (best, second):
        price = level.rank if buys else -level.rank
        inside = price <= limit if buys else price >= limit
        world.require((level.queue[0] in met) == bool(inside), "exactly those within the limit are met")
        if level.queue[0] in met:
            expected.extend(level.queue)
    world.require(met == tuple(expected), "the best price first, then the oldest")


@obligation(
    "BOOK-2", about=(with_order, without), reaches={DONE}, bound="to 2 prices on a side; the search is a bisection"
)
def an_order_waits_behind_all_others_at_its_price(world: World) -> None:
    """A new order stands at its price's place, last in time there; the side stays in order, and leaving undoes it.

    Bounded, as a book is a sequence of prices; the place is found by bisection, here before, at, between and after two.
    """
    buys = world.choice("side", (True, False))
    before, price = any_book(world, buys), world.integer("price", 1, MAX_TICKS, 50_000)
    order = Order(9, PERP, buys, 1, price, 8, False)
    after = with_order(before, ALICE, order)
    world.observe("book", after)
    world.reached(DONE)
    entry, levels = Resting(8, ALICE, 9), side_of(after, buys)
    place = next(number for number, level in enumerate(levels) if entry in level.queue)
    world.require(levels[place].rank == (-price if buys else price), "it stands at its price")
    world.require(levels[place].queue[-1] == entry, "behind all others there")
    for number in range(len(levels) - 1):
        world.require(levels[number].rank < levels[number + 1].rank, "the best price comes first")
    world.require(side_of(after, not buys) == side_of(before, not buys), "the other side is as it was")
    world.require(without(after, ALICE, order) == before, "taking it off leaves the book as it was")


@obligation(
    "BOOK-2",
    about=(match_order,),
    reaches={"nobody", "filled", "stopped", "exhausted"},
    bound="to 2 resting orders; the step is unbounded",
)
def matching_is_a_fold_of_meetings(world: World) -> None:
    """Matching meets one order after the other, each on what the last meeting left, while some is left.

    Bounded, as the orders in reach are a sequence; what the loop carries is proved of the step, for any match.
    """
    met: list[tuple[Match, Resting]] = []
    count = world.choice("orders in reach", (0, 1, 2))
    entries = tuple(Resting(number, BOB, number) for number in range(count))

    def step(match: Match, _: Context, __: str, ___: Place, entry: Resting) -> Match:
        met.append((match, entry))
        left = world.integer(f"left after {len(met)}", 0, None, 2 - len(met))
        world.assume(left <= match.left)
        return replace(match, left=left, stopped=world.choice(f"stopped at {len(met)}", ("", "BOOK-4")))

    order = Place(PERP, "buy", world.integer("lots", 1, MAX_LOTS, 3), 1, "gtc", False, "cancel-maker")
    start = Match(ledger(world, {}, (PERP,)), order.lots)
    quote = parts.quote(world, parts.perpetual(world, PERP))
    with replaced(meet, step), replaced(candidates, lambda *_: iter(entries)):
        after = match_order(start, context(world, {PERP: quote}), ALICE, order, cast(int, order.price))
    world.observe("match", (after.left, after.stopped, len(met)))
    world.require(
        [entry for _, entry in met] == list(entries[: len(met)]), "in order, nobody twice and nobody left out"
    )
    world.require(not met or met[0][0] is start, "the first meeting is on the order as it came")
    for match, _ in met[1:]:
        world.require(
            match.left >= 1 and not match.stopped, "it goes on only with something left, and if nothing stops it"
        )
    done = after.left == 0 or bool(after.stopped)
    world.require(bool(done) or len(met) == count, "it goes on to the end otherwise")
    world.reached("nobody" if not met else "stopped" if after.stopped else "filled" if done else "exhausted")


@contextmanager
def any_fill(world: World) -> Iterator[None]:
    """A fill as it is proved to be: lots change hands and both orders shrink by them, or a side fails."""

    def filled(match: Match, _: Context, taker: str, order: Place, entry: Resting, resting: Order, lots: int) -> Match:
        came = world.choice("fill", ("fills", "the maker fails", "the taker fails"))
        if came == "the taker fails":
            return replace(match, stopped="MARGIN-6")
        if came == "the maker fails":
            return cancel_resting(match, entry.account, resting, "MARGIN-6")
        if lots == resting.lots:
            match = cancel_resting(match, entry.account, resting, "")
        accounts, bought = match.ledger.accounts, lots if order.side == "buy" else -lots
        making, taking = accounts[entry.account], accounts[taker]
        left = tuple(replace(resting, lots=resting.lots - lots) for _ in making.orders)
        making = replace(making, positions=moved(making, -bought, resting.reduce_only), orders=left)
        taking = replace(taking, positions=moved(taking, bought, order.reduce_only))
        accounts = accounts.set(entry.account, making).set(taker, taking)
        return replace(match, ledger=replace(match.ledger, accounts=accounts), left=match.left - lots)

    with replaced(fill, filled):
        yield


def moved(account: Account, lots: int, reduces: bool) -> tuple[Position, ...]:
    """The positions after so many lots were traded; only who reduces only is asked for them."""
    held = lots_in(account, PERP) + lots if reduces else UNASKED
    return (Position(PERP, held, 0, 0),)


@obligation("BOOK-2", about=(meet, without_spent, stopped_when_spent), reaches={"goes on", "stopped", "filled"})
def whom_a_taker_passes_is_gone_from_the_book(world: World) -> None:
    """A taker goes on past an order only if that is gone, so what rests in the end meets nobody: no book is crossed."""
    buying = world.choice("taker buys", (True, False))
    quote = parts.quote(world, either_kind(world, PERP))
    resting = parts.order(world, BOB, PERP, not buying, world.choice("resting order", (False, True)))
    lots, reducing = world.integer("lots", 1, MAX_LOTS, 3), world.choice("reduce only", (False, True))
    reduces = {ALICE: reducing, BOB: resting.reduce_only}
    held = {
        name: Position(PERP, world.integer(f"{name} holds", -MAX_LOTS, MAX_LOTS, 10) if asked else UNASKED, 0, 0)
        for name, asked in reduces.items()
    }  # lots may be 0 here: who holds none holds 0
    accounts = {
        ALICE: parts.account(world, ALICE, (held[ALICE],)),
        BOB: parts.account(world, BOB, (held[BOB],), (resting,)),
    }
    before = ledger(world, accounts, (PERP,), books={PERP: with_order(EMPTY_BOOK, BOB, resting)})
    order = Place(PERP, "buy" if buying else "sell", lots, None, "ioc", reducing, "cancel-maker")
    entry, block = Resting(resting.sequence, BOB, resting.nonce), context(world, {PERP: quote})
    with any_fill(world):
        after = meet(Match(before, lots), block, ALICE, order, entry)
    world.observe("match", after)
    stands = bool(after.ledger.accounts[BOB].orders)
    goes_on = bool(after.left >= 1) and not after.stopped
    world.reached("stopped" if after.stopped else "goes on" if goes_on else "filled")
    if goes_on:
        world.require(not stands, "what the taker passes is gone")
        world.require(after.ledger.books[PERP] == EMPTY_BOOK, "from the book too")
