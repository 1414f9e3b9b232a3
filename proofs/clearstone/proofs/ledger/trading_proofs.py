"""Trading: what a fill moves, who may be filled, and what an open order may do."""

from __future__ import annotations

from dataclasses import dataclass, replace

from clearstone.proofs.contracts import Judgement, any_health, found_healthy, replaced
from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.money import require_conservation, require_postings
from clearstone.proofs.ledger.trading_contracts import UNASKED, any_bounds, any_fees, either_kind
from clearstone.proofs.ledger.worlds import ALICE, BOB, Setting, beside, context, ledger
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import Account, Order, Position, lots_in
from clearstone.spec.book import EMPTY_BOOK, Resting, with_order
from clearstone.spec.funding import settle_funding
from clearstone.spec.instruments import Quote
from clearstone.spec.ledger_state import Ledger
from clearstone.spec.margin import Quotes
from clearstone.spec.matching import Match, fill, meet
from clearstone.spec.numbers import MAX_LOTS
from clearstone.spec.receipts import Posting
from clearstone.spec.transactions import Place, SelfTradePrevention, TimeInForce

PERP = "perp"
"""The market that proofs trade in."""
EARLIER = Posting("main", "outside", "outside", 0, "earlier")
"""What a match moved before the step that is looked at."""
FUNDING = Posting("main", "outside", "outside", 0, "funding")
"""Stands for what settling the maker's funding moves, which is proved by itself."""
MARKETS = (PERP, beside(ALICE), beside(BOB))
"""All markets that the named accounts hold anything in."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A taker that meets a resting order."""

    setting: Setting
    """Where it happens."""
    match: Match
    """How far the taker has come."""
    order: Place
    """The taker's."""
    entry: Resting
    """Whom it meets."""
    resting: Order
    """The maker's."""
    quote: Quote
    """Of the market."""


def any_holding(world: World, name: str, funded: int | None = None) -> tuple[Position, ...]:
    """Nothing or anything in the market, and anything beside."""
    ghost = parts.ghost_position(world, name, beside(name))
    if world.choice(f"{name} holds", ("a position", "none")) == "none":
        return (ghost,)
    return parts.position(world, name, PERP, funding=funded), ghost


def meeting(world: World, *, owner: bytes = b"", reduce_only: bool = False) -> Meeting:
    """Alice takes, Bob's order rests; both may hold anything, their funding settled (which is proved by itself)."""
    quotes = {
        PERP: parts.quote(world, either_kind(world, PERP)),
        beside(ALICE): parts.ghost_quote(world, beside(ALICE), True),
        beside(BOB): parts.ghost_quote(world, beside(BOB), True),
    }
    buying = world.choice("taker buys", (True, False))
    taking = any_holding(world, ALICE, quotes[PERP].funding_index)
    taking = tuple(replace(held, funding_index=quotes[held.instrument].funding_index) for held in taking)
    resting = parts.order(world, BOB, PERP, not buying, reduce_only)
    making = any_holding(world, BOB, quotes[PERP].funding_index)
    making = tuple(replace(held, funding_index=quotes[held.instrument].funding_index) for held in making)
    accounts = {
        ALICE: parts.account(world, ALICE, taking),
        BOB: parts.account(world, BOB, making, (resting,), owner),
    }
    book = with_order(EMPTY_BOOK, BOB, resting)
    before = ledger(world, accounts, MARKETS, books={PERP: book})
    order = Place(
        PERP, "buy" if buying else "sell", world.integer("lots", 1, MAX_LOTS, 3), None, "ioc", False, "cancel-maker"
    )
    match = Match(before, order.lots, "", (EARLIER,))
    entry = Resting(resting.sequence, BOB, resting.nonce)
    return Meeting(Setting(before, context(world, quotes)), match, order, entry, resting, quotes[PERP])


@dataclass(frozen=True, slots=True)
class Filled:
    """What came of a fill."""

    after: Match
    """The match after it."""
    lots: int
    """Its size."""
    judged: list[Judgement]
    """What the health rule was asked."""
    bounded: list[tuple[Account, bool]]
    """What NUM-5 was asked."""
    funded: list[tuple[Ledger, str]]
    """Whose funding was settled, and when."""

    @property
    def happened(self) -> bool:
        """Whether anything was traded."""
        return not self.after.stopped and self.after.events[-1].kind == "fill"


def filled(world: World, met: Meeting) -> Filled:
    """The match after a fill of any size that both orders allow."""
    lots = world.integer("filled", 1, MAX_LOTS, 2)
    world.assume(lots <= met.order.lots)
    world.assume(lots <= met.resting.lots)
    funded: list[tuple[Ledger, str]] = []

    def settle(before: Ledger, _: Quotes, __: int, account_id: str) -> tuple[Ledger, tuple[Posting, ...]]:
        funded.append((before, account_id))
        return before, (FUNDING,)

    with (
        any_health(world) as judged,
        any_fees(world),
        any_bounds(world) as bounded,
        replaced(settle_funding, settle),
    ):
        after = fill(met.match, met.setting.context, ALICE, met.order, met.entry, met.resting, lots)
    world.observe("match", after)
    kinds = [event.kind for event in after.events]
    world.reached(f"stopped by {after.stopped}" if after.stopped else kinds[-1])
    return Filled(after, lots, judged, bounded, funded)


REACHES = {"fill", "cancelled", "stopped by MARGIN-6", "stopped by MARGIN-5", "stopped by NUM-5"}
"""All that a fill may come to."""


@obligation(
    "LEDGER-1",
    "LEDGER-2",
    "BOOK-2",
    "BOOK-6",
    "BOOK-7",
    "MARGIN-5",
    "MARGIN-6",
    about=(fill,),
    reaches=REACHES,
    kinds=(Place,),
    keeps=("conservation", "pots", "health", "direction"),
)
def fill_conserves_money_and_lots_and_both_sides_are_judged(world: World) -> None:
    """A fill of a perpetual or an option makes no money and no lots: who buys pays the maker's price, and is judged."""
    met = meeting(world)
    came = filled(world, met)
    before, after = met.setting.ledger, came.after.ledger
    require_conservation(world, before, after, (ALICE, BOB), MARKETS)
    require_postings(world, before, after, came.after.postings, (ALICE, BOB), MARKETS)
    world.require(came.after.postings[:1] == (EARLIER,), "what was posted before stays")
    first = [(seen is before, name) for seen, name in came.funded]
    world.require(first == [(True, BOB)], "the maker's funding is settled before anything else")
    require_exchange(world, met, came.after, came.lots)
    require_agreement(world, met, came.after)
    if came.happened:
        world.require(came.after.postings[1] == FUNDING, "and posted")
        for name in (ALICE, BOB):
            was, now = before.accounts[name], after.accounts[name]
            world.require(found_healthy(came.judged, was, now), "what became of either side was judged healthy")
            within = any(account is now and bool(answer) for account, answer in came.bounded)
            world.require(within, "and within its bounds")
        limit = met.quote.instrument.parameters.max_open_interest
        grown = after.markets[PERP].open_interest
        world.require(grown <= max(limit, before.markets[PERP].open_interest), "no market grows past its limit")


def require_exchange(world: World, met: Meeting, after: Match, lots: int) -> None:
    """LEDGER-2, BOOK-2. What one side gave the other got, at the maker's price, and open interest followed."""
    before = met.setting.ledger
    taker, maker = after.ledger.accounts[ALICE], after.ledger.accounts[BOB]
    took = lots_in(taker, PERP) - lots_in(before.accounts[ALICE], PERP)
    gave = lots_in(before.accounts[BOB], PERP) - lots_in(maker, PERP)
    world.require(took == gave, "lots sum to zero")
    if after.stopped or after.events[-1].kind != "fill":
        world.require(took == 0, "without a fill nobody's lots change")
        return
    signed = lots if met.order.side == "buy" else -lots
    world.require(took == signed, "the taker gets what was filled")
    price = met.resting.price * met.quote.instrument.multiplier
    details = dict(after.events[-1].details)
    taker_fee, maker_fee = details["taker-fee"], details["maker-fee"]
    assert not isinstance(taker_fee, str)
    assert not isinstance(maker_fee, str)
    paid = before.accounts[ALICE].cash - taker.cash
    world.require(paid == signed * price + taker_fee, "the taker pays the maker's price and its fee")
    pool, was = after.ledger.pools["main"], before.pools["main"]
    world.require(pool.fees - was.fees == taker_fee + maker_fee, "the pool collects both fees")
    world.require(after.left == met.match.left - lots, "so much less is left to fill")
    longs = [max(0, lots_in(account, PERP)) for account in (taker, maker)]
    were = [max(0, lots_in(before.accounts[name], PERP)) for name in (ALICE, BOB)]
    grown = after.ledger.markets[PERP].open_interest - before.markets[PERP].open_interest
    world.require(grown == sum(longs) - sum(were), "open interest is the sum of the longs")
    left = [order.lots for order in maker.orders]
    if lots == met.resting.lots:
        world.require(left == [], "an order that is filled whole is gone")
    else:
        world.require(left == [met.resting.lots - lots], "the rest of the order stands")


@obligation("BOOK-2", "BOOK-3", "BOOK-4", about=(meet,), reaches={"fill", "cancelled", "BOOK-4", "BOOK-2", "shrunk"})
def nobody_trades_with_himself_or_outside_the_band(world: World) -> None:
    """Only orders of different owners are filled, within the band, and no more than either order allows."""
    same = world.choice("owners", ("different", "the same")) == "the same"
    if same:
        met = meeting(world, owner=ALICE.encode().ljust(32, bytes(1)))
        ways: tuple[SelfTradePrevention, ...] = ("cancel-maker", "cancel-taker", "decrement")
        times: tuple[TimeInForce, ...] = ("ioc", "fok")
        order = replace(
            met.order, self_trade=world.choice("self-trade", ways), time_in_force=world.choice("time", times)
        )
    else:
        met = meeting(world, reduce_only=world.choice("resting order", (False, True)))
        reducing = world.choice("reduce only", (False, True))
        order = replace(met.order, self_trade=UNASKED, reduce_only=reducing)
    asked: list[int] = []

    def note(match: Match, *arguments: object) -> Match:
        lots = arguments[-1]
        asked.append(lots)  # type: ignore[arg-type]  # the last argument of fill
        return match

    with replaced(fill, note):
        after = meet(met.match, met.setting.context, ALICE, order, met.entry)
    world.observe("match", (after, tuple(asked)))
    kinds = [event.kind for event in after.events]
    world.reached("fill" if asked else after.stopped or (kinds[-1] if kinds else "shrunk"))
    for name in (ALICE, BOB):
        was, now = met.setting.ledger.accounts[name], after.ledger.accounts[name]
        world.require(now.positions == was.positions, "nothing but a fill changes positions")
        world.require(now.cash == was.cash, "nothing but a fill moves cash")
    same_money = after.ledger.pools is met.setting.ledger.pools and after.ledger.markets is met.setting.ledger.markets
    world.require(same_money and after.postings == met.match.postings, "nothing but a fill moves money")
    world.require(after.left >= 0, "never more than was asked for")
    world.require(after.left <= met.match.left, "what is left does not grow")
    require_agreement(world, met, after)
    if same:
        require_prevented(world, met, after, order)
    direction = 1 if order.side == "buy" else -1
    for lots in asked:
        world.require(not same, "the owners are different")
        world.require(met.quote.lowest <= met.resting.price, "not below the band")
        world.require(met.resting.price <= met.quote.highest, "not above the band")
        world.require(lots >= 1, "something is filled")
        world.require(lots <= met.order.lots, "no more than the taker asked for")
        world.require(lots <= met.resting.lots, "no more than the maker offered")
        for reducing, name, sign in ((met.resting.reduce_only, BOB, direction), (order.reduce_only, ALICE, -direction)):
            if reducing:
                held = sign * lots_in(met.setting.ledger.accounts[name], PERP)
                world.require(lots <= held, "a reduce-only order neither opens nor flips a position")


def require_agreement(world: World, met: Meeting, after: Match) -> None:
    """BOOK-2. The book still has exactly the order that its account has, or neither has it."""
    stands, book = bool(after.ledger.accounts[BOB].orders), after.ledger.books[PERP]
    expected = met.setting.ledger.books[PERP] if stands else EMPTY_BOOK
    world.require(book == expected, "the book has what the account has")


def require_prevented(world: World, met: Meeting, after: Match, order: Place) -> None:
    """BOOK-4. One's own orders: the maker's is gone, or the taker stops, or both shrink by the smaller of the two."""
    stands = sum(resting.lots for resting in after.ledger.accounts[BOB].orders)
    taken, gone = met.match.left - after.left, met.resting.lots - stands
    if after.stopped:
        world.require(order.self_trade != "cancel-maker" and gone == 0, "who stops takes nothing off")
    elif order.self_trade == "cancel-maker":
        world.require(stands == 0, "the maker's order is gone")
        world.require(taken == 0, "the taker's is as it was")
    else:
        world.require(order.self_trade == "decrement", "the taker does not go on")
        world.require(taken == gone, "both shrink alike")
        world.require(taken == min(met.match.left, met.resting.lots), "by the smaller of the two")
