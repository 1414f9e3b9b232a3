"""Placing an order: what is taken and what is refused, and that nothing rests for which there is no margin.

Matching is a fold whose step is `meet`. What each step keeps is proved of the step (`trading_proofs`), so the whole
fold keeps it, and here it stands in for the fold: money only changes hands, and no more is filled than was asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from clearstone.proofs.contracts import any_health, found_healthy, replaced
from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.money import require_conservation, require_postings
from clearstone.proofs.ledger.outcomes import ACCEPTED, came_to
from clearstone.proofs.ledger.trading_contracts import either_kind
from clearstone.proofs.ledger.trading_proofs import MARKETS, PERP
from clearstone.proofs.ledger.worlds import ALICE, BOB, Setting, beside, context, ledger
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import Order
from clearstone.spec.book import EMPTY_BOOK, crosses, with_order
from clearstone.spec.funding import is_settled
from clearstone.spec.instruments import Quote
from clearstone.spec.ledger_state import Context, Ledger
from clearstone.spec.matching import Match, fill, match_order
from clearstone.spec.numbers import MAX_LOTS, MAX_TICKS
from clearstone.spec.orders import check_order, place
from clearstone.spec.receipts import Event, Posting
from clearstone.spec.transactions import Place, TimeInForce

TIMES: tuple[TimeInForce, ...] = ("gtc", "ioc", "fok", "post-only")
"""How long an order may stand."""
FILL = Event("fill", PERP, ())
"""Stands for any number of fills."""


@dataclass(frozen=True, slots=True)
class Placing:
    """An order that is about to be placed."""

    setting: Setting
    """Where."""
    order: Place
    """What Alice asks for: any numbers at all."""
    quote: Quote
    """Of the market."""
    resting: Order
    """An order of Bob's on the other side, at any price."""


def placing(world: World, *, phase: bool = False) -> Placing:
    """Alice places any order against a book with an order of Bob's; `phase`: a series may have expired."""
    buying = world.choice("side", (True, False))
    time: TimeInForce = world.choice("time in force", TIMES)
    priced = time not in ("ioc", "fok") or world.choice("kind of order", ("limit", "market")) == "limit"
    quote = parts.quote(world, either_kind(world, PERP))
    if phase:
        quote = replace(quote, phase=world.choice("phase", ("trade", "pending")), fresh=world.flag("fresh"))
    quotes = {PERP: quote} | {beside(name): parts.ghost_quote(world, beside(name), True) for name in (ALICE, BOB)}
    resting = parts.order(world, BOB, PERP, not buying)
    accounts = {
        ALICE: parts.account(world, ALICE, (parts.ghost_position(world, ALICE, beside(ALICE)),)),
        BOB: parts.account(world, BOB, (), (resting,)),
    }
    book = with_order(EMPTY_BOOK, BOB, resting)
    order = Place(
        PERP,
        "buy" if buying else "sell",
        world.integer("lots", usual=3),
        world.integer("price", usual=45_000) if priced else None,
        time,
        world.flag("reduce only"),
        "cancel-maker",
    )
    return Placing(
        Setting(ledger(world, accounts, MARKETS, books={PERP: book}), context(world, quotes)), order, quote, resting
    )


@obligation(
    "BOOK-1",
    "BOOK-2",
    "BOOK-3",
    "OPT-3",
    "ORACLE-5",
    about=(check_order,),
    reaches={"taken", "BOOK-1", "BOOK-2", "BOOK-3", "OPT-3", "ORACLE-5"},
)
def an_order_is_taken_exactly_or_refused(world: World) -> None:
    """Only an order in bounds, within the band, in time, on a fresh feed or reducing, meets the book."""
    asked = placing(world, phase=True)
    order, quote = asked.order, asked.quote
    before = asked.setting.ledger
    held = replace(before.accounts[ALICE], orders=(parts.order(world, ALICE, PERP, True),))
    rejection = check_order(before, asked.setting.context, held, order)
    world.observe("rejection", rejection)
    world.reached("taken" if rejection is None else rejection.rule)
    if rejection is not None:
        return
    world.require(order.lots >= 1, "at least a lot")
    world.require(order.lots <= MAX_LOTS, "lots within their bound")
    world.require(quote.phase == "trade", "the market trades")
    world.require(bool(quote.fresh) or bool(order.reduce_only), "on a frozen feed only what reduces is taken")
    if order.price is None:
        world.require(order.time_in_force in ("ioc", "fok"), "a market order never rests")
    else:
        world.require(order.price >= 1, "at least a tick")
        world.require(order.price <= MAX_TICKS, "the price within its bound")
        world.require(quote.lowest <= order.price, "not below the band")
        world.require(order.price <= quote.highest, "not above the band")
    if order.time_in_force == "post-only":
        assert order.price is not None
        meets = crosses(before.books[PERP], order.side == "buy", order.price)
        world.require(not meets, "a post-only order meets nobody")
    if order.time_in_force in ("gtc", "post-only"):
        room = before.pools["main"].parameters.max_orders
        world.require(len(held.orders) < room, "there is room for one more open order")


@contextmanager
def any_match(world: World) -> Iterator[list[Match]]:
    """Any outcome of matching that its step keeps to; gives what it was."""
    came: list[Match] = []

    def matched(match: Match, _: Context, __: str, order: Place, limit: int) -> Match:
        if crosses(match.ledger.books[order.market], order.side == "buy", limit):
            left = world.integer("left", 0, None, 1)
            world.assume(left <= match.left)
            stopped = world.choice("stopped by", ("", "MARGIN-6"))
            if world.choice("match", ("fills", "fills nothing")) == "fills":
                match = any_fills(world, match, order)
            match = replace(match, left=left, stopped=stopped)
            if left >= 1 and not stopped:
                match = replace(match, ledger=passed(match.ledger))
        came.append(match)
        return match

    with replaced(match_order, matched):
        yield came


def passed(before: Ledger) -> Ledger:
    """Whom a taker passes is gone from the book: `whom_a_taker_passes_is_gone_from_the_book`."""
    bob = replace(before.accounts[BOB], orders=())
    return replace(before, accounts=before.accounts.set(BOB, bob), books=before.books.set(PERP, EMPTY_BOOK))


def any_fills(world: World, match: Match, order: Place) -> Match:
    """What any number of fills moves: cash between Alice and those she met, for whom Bob stands, and fees."""
    before, paid, fee = match.ledger, world.integer("paid", 0, None, 100), world.integer("fees", 0, None, 1)
    buying = order.side == "buy"
    payer, payee = (ALICE, BOB) if buying else (BOB, ALICE)
    alice, bob, pool = before.accounts[ALICE], before.accounts[BOB], before.pools["main"]
    alice = replace(alice, cash=alice.cash - (paid if buying else -paid) - fee)
    bob = replace(bob, cash=bob.cash + (paid if buying else -paid), orders=())
    market = replace(before.markets[PERP], open_interest=world.integer("open interest after", 0, None, 1_001))
    after = replace(
        before,
        accounts=before.accounts.set(ALICE, alice).set(BOB, bob),
        pools=before.pools.set("main", replace(pool, fees=pool.fees + fee)),
        markets=before.markets.set(PERP, market),
    )
    trade = Posting("main", f"account/{payer}", f"account/{payee}", paid, "trade")
    collected = Posting("main", f"account/{ALICE}", "fees", fee, "fee")
    return replace(match, ledger=after, postings=(*match.postings, trade, collected), events=(*match.events, FILL))


@obligation(
    "BOOK-1",
    "BOOK-2",
    "BOOK-3",
    "BOOK-5",
    "MARGIN-6",
    "LEDGER-1",
    about=(place,),
    reaches={ACCEPTED, "rested", "filled", "BOOK-1", "BOOK-2", "BOOK-3", "MARGIN-6"},
    kinds=(Place,),
    keeps=("conservation", "pots", "health"),
)
def placing_moves_what_matching_moves_and_rests_only_what_has_margin(world: World) -> None:
    """An order moves what its fills move, or nothing at all; what is left rests once it was judged, or not at all."""
    asked = placing(world)
    before, order, nonce = asked.setting.ledger, asked.order, world.integer("nonce", 0, None, 9)
    with any_match(world) as came, any_health(world) as judged:
        after, receipt = place(before, asked.setting.context, ALICE, nonce, order)
    require_conservation(world, before, after, (ALICE, BOB), MARKETS)
    require_postings(world, before, after, receipt.postings, (ALICE, BOB), MARKETS)
    if not came_to(world, before, after, receipt):
        return
    match = came[0]
    filled = FILL in match.events
    world.require(receipt.postings == match.postings, "the money is what matching moved")
    world.require(is_settled(after.accounts[ALICE], asked.setting.context.quotes), "the taker's funding is settled")
    if filled:
        world.reached("filled")
    world.require(filled or not match.stopped, "who is stopped before a first fill is refused")
    if order.time_in_force == "fok":
        world.require(match.left == 0, "an order to be filled whole is filled whole")
    if order.price is not None:
        world.require(asked.quote.lowest <= order.price, "not below the band")
        world.require(order.price <= asked.quote.highest, "not above the band")
    if after is match.ledger:
        return
    world.reached("rested")
    world.require(order.time_in_force in ("gtc", "post-only") and not match.stopped, "only what may rest rests")
    was, now = match.ledger.accounts[ALICE], after.accounts[ALICE]
    world.require(found_healthy(judged, was, now), "what rests was judged with all that the account holds")
    require_rested(world, asked, match, after, nonce)


def require_rested(world: World, asked: Placing, match: Match, after: Ledger, nonce: int) -> None:
    """BOOK-1, BOOK-2. What rests is what is left, at its price, and nothing else changed."""
    was, now = match.ledger.accounts[ALICE], after.accounts[ALICE]
    world.require(replace(now, orders=was.orders) == was, "nothing else of the account changes")
    rested = now.orders[-1]
    meets = crosses(after.books[PERP], bool(rested.buy), rested.price)
    world.require(not meets, "the book is not crossed")
    world.require(rested.lots == match.left, "what rests is what is left")
    world.require(rested.lots >= 1, "at least a lot")
    world.require(rested.price == asked.order.price, "at its price")
    world.require(rested.nonce == nonce, "under its transaction's nonce")
    world.require(rested.buy == (asked.order.side == "buy"), "on its side")
    world.require(rested.reduce_only == asked.order.reduce_only, "and reduces only if it said so")


@obligation(
    "BOOK-2",
    "BOOK-3",
    about=(place, match_order),
    reaches={ACCEPTED, "filled", "BOOK-2"},
    bound="to one resting order; each is met alike",
)
def a_taker_is_never_filled_worse_than_its_limit(world: World) -> None:
    """An order is filled at prices no worse than its limit and within the band, and never if it is post-only.

    Bounded, as the book is a sequence; who is in reach, of several, is proved of the book by itself.
    """
    asked = placing(world)
    before, order = asked.setting.ledger, asked.order
    prices: list[int] = []

    def note(match: Match, _: Context, __: str, ___: Place, ____: object, resting: Order, lots: int) -> Match:
        prices.append(resting.price)
        return replace(match, left=match.left - lots, events=(*match.events, FILL))

    with replaced(fill, note), any_health(world):
        after, receipt = place(before, asked.setting.context, ALICE, world.integer("nonce", 0, None, 9), order)
    came_to(world, before, after, receipt)
    for price in prices:
        world.reached("filled")
        if order.price is not None:
            inside = price <= order.price if order.side == "buy" else price >= order.price
            world.require(inside, "no worse than the limit")
        world.require(asked.quote.lowest <= price, "not below the band")
        world.require(price <= asked.quote.highest, "not above the band")
        world.require(order.time_in_force != "post-only", "a post-only order takes nothing")
