"""Trading: what a fill moves, who may be filled, and what an open order may do."""

from __future__ import annotations

from dataclasses import dataclass, replace

from clearstone.proofs.contracts import any_health, replaced
from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.money import require_conservation, require_postings
from clearstone.proofs.ledger.number_proofs import DONE
from clearstone.proofs.ledger.outcomes import came_to
from clearstone.proofs.ledger.worlds import ALICE, BOB, Setting, beside, context, ledger
from clearstone.proofs.obligations import obligation
from clearstone.proofs.symbolic.formulas import conjunction, negation
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import Account, Order, Position, lots_in, trade_position
from clearstone.spec.book import EMPTY_BOOK, Resting, with_order
from clearstone.spec.instruments import Quote
from clearstone.spec.ledger_state import Ledger
from clearstone.spec.margin import equity, healthy_after
from clearstone.spec.matching import Match, fill, meet
from clearstone.spec.numbers import MAX_LOTS, MAX_TICKS
from clearstone.spec.orders import cancel, rest
from clearstone.spec.trades import fees, traded
from clearstone.spec.transactions import Cancel, Place, SelfTradePrevention

PERP = "perp"
"""The market that proofs trade in."""
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
    parameters = parts.perpetual(world, PERP)
    quotes = {
        PERP: parts.quote(world, parameters),
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
    match = Match(before, order.lots)
    entry = Resting(resting.sequence, BOB, resting.nonce)
    return Meeting(Setting(before, context(world, quotes)), match, order, entry, resting, quotes[PERP])


def filled(world: World, met: Meeting, promised: bool = False) -> tuple[Match, int]:
    """The match after a fill of any size that both orders allow, and that size."""
    lots = world.integer("filled", 1, MAX_LOTS, 2)
    world.assume(lots <= met.order.lots)
    world.assume(lots <= met.resting.lots)
    with any_health(world, promised):
        after = fill(met.match, met.setting.context, ALICE, met.order, met.entry, met.resting, lots)
    world.observe("match", after)
    kinds = [event.kind for event in after.events]
    world.reached(f"stopped by {after.stopped}" if after.stopped else kinds[-1])
    return after, lots


REACHES = {"fill", "cancelled", "stopped by MARGIN-6", "stopped by MARGIN-5", "stopped by NUM-5"}
"""All that a fill may come to."""


@obligation("LEDGER-1", "LEDGER-2", "BOOK-2", "BOOK-7", about=(fill,), reaches=REACHES)
def fill_conserves_money_and_lots(world: World) -> None:
    """A fill makes no money and no lots: who buys pays the maker's price to the atom, and no pot sinks below zero."""
    met = meeting(world)
    after, lots = filled(world, met)
    require_conservation(world, met.setting.ledger, after.ledger, (ALICE, BOB), MARKETS)
    require_postings(world, met.setting.ledger, after.ledger, after.postings, (ALICE, BOB), MARKETS)
    require_exchange(world, met, after, lots)


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
        world.require(after.ledger.books[PERP] == EMPTY_BOOK, "from the book too")
    else:
        world.require(left == [met.resting.lots - lots], "the rest of the order stands")


@obligation("BOOK-7", about=(fees,), reaches={DONE})
def a_rebate_is_never_more_than_the_taker_pays(world: World) -> None:
    """Fees are ceiled and not negative; a rebate is floored and never exceeds the taker's fee in the same fill."""
    quote = parts.quote(world, parts.perpetual(world, PERP))
    lots, price = world.integer("lots", 1, MAX_LOTS, 2), world.integer("price", 1, MAX_TICKS << 20, 500_000)
    taker, maker = fees(quote, lots, price)
    world.observe("fees", (taker, maker))
    world.reached(DONE)
    parameters = quote.instrument.parameters
    notional = lots * price
    world.lemma(notional * parameters.taker_fee >= 0)
    world.require(taker >= 0, "the taker's fee is not negative")
    world.require(taker * 1_000_000 >= notional * parameters.taker_fee, "it is ceiled")
    world.require(taker * 1_000_000 < notional * parameters.taker_fee + 1_000_000, "by less than an atom")
    world.require(taker + maker >= 0, "the pool never pays")
    if parameters.maker_fee >= 0:
        world.require(maker * 1_000_000 >= notional * parameters.maker_fee, "the maker's fee is ceiled")
        world.require(maker * 1_000_000 < notional * parameters.maker_fee + 1_000_000, "by less than an atom")
    else:
        world.require(maker * 1_000_000 >= notional * parameters.maker_fee, "a rebate is floored")


def require_no_deeper(world: World, before: Account, after: Account, setting: Setting) -> None:
    """MARGIN-6. No deficit grows: equity is not negative, or not smaller than it was."""
    was, becomes = equity(before, setting.context.quotes), equity(after, setting.context.quotes)
    deeper = conjunction(becomes < 0, becomes < was)
    world.require(negation(deeper), "a negative equity is no smaller than before")


@obligation("MARGIN-6", "BOOK-6", about=(healthy_after,), reaches={"healthy", "refused"})
def the_health_rule_lets_no_deficit_grow(world: World) -> None:
    """Whatever changed in an account: if it passes the health rule, no deficit of its equity grew."""
    quotes = {
        PERP: parts.quote(world, parts.perpetual(world, PERP)),
        beside(ALICE): parts.ghost_quote(world, beside(ALICE), True),
    }
    ghost = parts.ghost_position(world, ALICE, beside(ALICE))
    held = parts.position(world, ALICE, PERP)
    before = parts.account(world, ALICE, (held, ghost))
    changed = parts.position(world, "changed", PERP)
    after = replace(before, cash=world.integer("cash after", usual=10**9), positions=(changed, ghost))
    block = context(world, quotes)
    healthy = healthy_after(before, after, block.quotes)
    world.observe("healthy", healthy)
    world.reached("healthy" if healthy else "refused")
    if healthy:
        require_no_deeper(world, before, after, Setting(ledger(world, {}, ()), block))


@obligation("MARGIN-6", "BOOK-6", about=(fill, healthy_after), reaches={"fill"})
def fill_lets_neither_side_s_deficit_grow(world: World) -> None:
    """After a fill neither side has a negative equity that it did not have, or a deeper one."""
    met = meeting(world)
    before = met.setting.ledger
    after, _ = filled(world, met, promised=True)
    if after.stopped or after.events[-1].kind != "fill":
        return
    require_no_deeper(world, before.accounts[ALICE], after.ledger.accounts[ALICE], met.setting)
    require_no_deeper(world, before.accounts[BOB], after.ledger.accounts[BOB], met.setting)


@obligation("BOOK-2", "BOOK-3", "BOOK-4", about=(meet,), reaches={"fill", "cancelled", "BOOK-4", "BOOK-2", "shrunk"})
def nobody_trades_with_himself_or_outside_the_band(world: World) -> None:
    """Only orders of different owners are filled, within the band, and no more than either order allows."""
    same = world.choice("owners", ("different", "the same")) == "the same"
    owner = ALICE.encode().ljust(32, bytes(1)) if same else b""
    met = meeting(world, owner=owner, reduce_only=world.choice("resting order", (False, True)))
    ways: tuple[SelfTradePrevention, ...] = ("cancel-maker", "cancel-taker", "decrement")
    prevention = world.choice("self-trade", ways)
    order = replace(met.order, self_trade=prevention, reduce_only=world.choice("reduce only", (False, True)))
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
    world.require(after.left >= 0, "never more than was asked for")
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


@obligation("LEDGER-3", about=(trade_position,), reaches={"added", "reduced", "closed", "flipped"})
def entry_cost_follows_what_was_paid(world: World) -> None:
    """Cost and realised profit account for every atom paid; a partial close errs by less than an atom of cost."""
    held = Position(PERP, world.integer("held", -MAX_LOTS, MAX_LOTS, 10), world.integer("cost", usual=500), 0)
    lots, price = world.integer("lots", -MAX_LOTS, MAX_LOTS, 3), world.integer("price", 1, None, 60)
    world.assume(lots != 0)
    after, profit = trade_position(held, lots, price)
    world.observe("traded", (after, profit))
    world.require(after.lots == held.lots + lots, "lots add up")
    world.require(after.cost - held.cost == lots * price + profit, "cost moves by what was paid and realised")
    if held.lots == 0 or (held.lots > 0) == (lots > 0):
        world.reached("added")
        world.require(profit == 0, "adding realises nothing")
    elif after.lots == 0:
        world.reached("closed")
        world.require(after.cost == 0, "a closed position has no cost")
    elif (after.lots > 0) == (held.lots > 0):
        world.reached("reduced")
        size, left = abs(held.lots), abs(after.lots)
        world.require(after.cost * size <= held.cost * left, "the remaining cost is floored")
        world.require(held.cost * left < after.cost * size + size, "by less than an atom")
    else:
        world.reached("flipped")
        world.require(after.cost == after.lots * price, "after a flip the cost is what was paid")


@obligation("LEDGER-2", about=(traded,), reaches={DONE})
def trading_at_the_mark_moves_no_equity(world: World) -> None:
    """Trading any lots at the mark, without a fee, leaves equity exactly where it was."""
    quotes = {
        PERP: parts.quote(world, parts.perpetual(world, PERP)),
        beside(ALICE): parts.ghost_quote(world, beside(ALICE), True),
    }
    before = parts.account(world, ALICE, any_holding(world, ALICE))
    lots = world.integer("lots", -MAX_LOTS, MAX_LOTS, 3)
    world.assume(lots != 0)
    after = traded(before, quotes[PERP], lots, quotes[PERP].mark, 0, world.integer("period", 0, None, 3), ())
    world.observe("account", after)
    world.reached(DONE)
    block = context(world, quotes)
    world.require(equity(after, block.quotes) == equity(before, block.quotes), "equity is what it was")


def order_ledger(world: World) -> tuple[Ledger, Order]:
    """Any ledger in which Alice has an order in the book."""
    resting = parts.order(world, ALICE, PERP, world.choice("side", (True, False)))
    held = parts.account(world, ALICE, (parts.ghost_position(world, ALICE, beside(ALICE)),), (resting,))
    return ledger(world, {ALICE: held}, (PERP,), books={PERP: with_order(EMPTY_BOOK, ALICE, resting)}), resting


@obligation("BOOK-2", "LEDGER-1", about=(cancel,), reaches={"accepted", "BOOK-2"})
def cancelling_moves_nothing_but_the_order(world: World) -> None:
    """Cancelling takes the named order off the book and out of the account, once, and moves no money."""
    before, resting = order_ledger(world)
    nonce = world.integer("named", 0, None, 1)
    after, receipt = cancel(before, ALICE, Cancel(nonce))
    if came_to(world, before, after, receipt):
        world.require(nonce == resting.nonce, "it is the order that was named")
        was = before.accounts[ALICE]
        world.require(after.accounts[ALICE] == replace(was, orders=()), "nothing else of the account changes")
        world.require(after.books[PERP] == EMPTY_BOOK, "the book no longer has it")
        world.require(after.pools is before.pools and after.markets is before.markets, "no money moves")
    require_conservation(world, before, after, (ALICE,), (PERP,))


@obligation("BOOK-2", "LEDGER-1", about=(rest,), reaches={DONE})
def resting_moves_nothing_but_the_order(world: World) -> None:
    """An order that rests is in the account and in the book, behind all others in time, and moves no money."""
    before, _ = order_ledger(world)
    side = world.choice("new side", ("buy", "sell"))
    price, lots = world.integer("price", 1, MAX_TICKS, 49_000), world.integer("lots", 1, MAX_LOTS, 2)
    order = Place(PERP, "buy" if side == "buy" else "sell", lots, price, "gtc", False, "cancel-maker")
    after = rest(before, ALICE, world.integer("nonce", 2, None, 9), order, price, lots)
    world.observe("ledger", after)
    world.reached(DONE)
    was, now = before.accounts[ALICE], after.accounts[ALICE]
    world.require(replace(now, orders=was.orders) == was, "nothing else of the account changes")
    world.require(now.orders[-1].sequence == before.markets[PERP].sequence, "its place is the next one")
    world.require(after.markets[PERP].sequence == before.markets[PERP].sequence + 1, "which is used up")
    world.require(after.pools is before.pools, "no money moves")
    require_conservation(world, before, after, (ALICE,), (PERP,))
