"""Transactions that the health rule is not asked about: whatever they accept, it would have allowed.

A fill, an order that rests and a takeover are judged by MARGIN-6 itself. Cash that leaves answers to a stricter test
(`cash_proofs`), and what else touches an account can only be good for it: so the universal rule holds of every kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from clearstone.proofs.contracts import replaced
from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.healthy import require_healthy
from clearstone.proofs.ledger.number_proofs import DONE
from clearstone.proofs.ledger.outcomes import ACCEPTED, came_to
from clearstone.proofs.ledger.worlds import ALICE, Setting, beside, context, holders, ledger
from clearstone.proofs.obligations import obligation
from clearstone.proofs.symbolic.formulas import conjunction, negation
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import Account, Order, account_id, lots_in
from clearstone.spec.book import EMPTY_BOOK, with_order
from clearstone.spec.cash import check_leaving, open_account
from clearstone.spec.instruments import Instrument
from clearstone.spec.margin import Quotes, equity, healthy_after, meets_initial, orders_requirement
from clearstone.spec.orders import cancel
from clearstone.spec.settlement import settle
from clearstone.spec.transactions import Cancel, OpenAccount, Settle

OWNER = b"owner".ljust(32, b"\0")
"""Key of an owner."""
SERIES = "option"
"""The series that is settled."""
MARKET = "perp"
"""The market in which Alice's orders stand."""


@contextmanager
def any_reserve(world: World) -> Iterator[None]:
    """BOOK-5. What open orders need is anything, and no less with one more: `one_more_order_never_needs_less`."""

    def reserve(account: Account, _: Quotes) -> int:
        return sum(world.integer(f"reserve of {order.nonce}", 0, None, 3) for order in account.orders)

    with replaced(orders_requirement, reserve):
        yield


@obligation("MARGIN-6", "MARGIN-4", about=(check_leaving, meets_initial), reaches={"leaves", "MARGIN-4", "ORACLE-5"})
def who_may_leave_passes_the_health_rule(world: World) -> None:
    """Whoever may let cash leave has initial margin by MARGIN-6's own measure, whatever was held before."""
    setting = holders(world, ALICE, carried=True)
    block, held = setting.context, setting.ledger.accounts[ALICE]
    rejection = check_leaving(block, setting.ledger.pools["main"], held)
    world.observe("rejection", rejection)
    world.reached("leaves" if rejection is None else rejection.rule)
    if rejection is None:
        world.require(meets_initial(held, block.quotes), "what is left has initial margin, which is all the rule asks")
        world.require(equity(held, block.quotes) >= 0, "there is no deficit")


@obligation("MARGIN-6", about=(healthy_after,), reaches={DONE})
def who_gains_cash_passes_the_health_rule(world: World) -> None:
    """An account that gains cash and nothing else passes the health rule, however little it had."""
    setting = holders(world, ALICE)
    before, gained = setting.ledger.accounts[ALICE], world.integer("gained", 0, None, 5)
    after, quotes = replace(before, cash=before.cash + gained), setting.context.quotes
    world.reached(DONE)
    world.require(healthy_after(before, after, quotes), "the health rule allows it")
    world.require(equity(after, quotes) >= equity(before, quotes), "no deficit grew")


@obligation(
    "MARGIN-6",
    "BOOK-5",
    about=(cancel, open_account, healthy_after),
    reaches={"Cancel", "OpenAccount"},
    kinds=(Cancel, OpenAccount),
    keeps={"health"},
)
def cancelling_and_opening_pass_the_health_rule(world: World) -> None:
    """Who takes an order off the book needs no more than before, and a new account needs nothing."""
    quotes = {beside(ALICE): parts.ghost_quote(world, beside(ALICE), True)}
    if world.choice("kind", (Cancel, OpenAccount)) is OpenAccount:
        named = account_id(OWNER, "main", 7)
        setting = Setting(ledger(world, {}, (), unopened=(named,)), context(world, quotes))
        after, receipt = open_account(setting.ledger, named, OpenAccount(OWNER, "main", 7))
        came_to(world, setting.ledger, after, receipt)
        world.reached("OpenAccount")
        opened = after.accounts[named]
        world.require(meets_initial(opened, quotes), "a new account has all that it needs")
        return
    orders = tuple(Order(nonce, MARKET, True, 1, 50_000, nonce, False) for nonce in (1, 2))
    settled = replace(
        parts.ghost_position(world, ALICE, beside(ALICE)), funding_index=quotes[beside(ALICE)].funding_index
    )
    held = parts.account(world, ALICE, (settled,), orders)
    book = with_order(with_order(EMPTY_BOOK, ALICE, orders[0]), ALICE, orders[1])
    before = ledger(world, {ALICE: held}, (MARKET, beside(ALICE)), books={MARKET: book})
    with any_reserve(world):
        after, receipt = cancel(before, ALICE, Cancel(2))
        came_to(world, before, after, receipt)
        world.reached("Cancel")
        require_healthy(world, Setting(before, context(world, quotes)), after, ALICE)


@obligation(
    "MARGIN-6",
    "OPT-3",
    about=(settle, healthy_after),
    reaches={ACCEPTED},
    kinds=(Settle,),
    keeps={"health", "direction"},
)
def whoever_is_settled_passes_the_health_rule(world: World) -> None:
    """Being settled costs nobody anything, whoever asks: equity is what it was, and the health rule allows it."""
    option = parts.series(world, SERIES, world.choice("call", (True, False)), expiry=5_000)
    mark = world.integer("payoff", 0, None, 500_000)
    quote = replace(parts.quote(world, option, funding_index=0), phase="settle", mark=mark, long_mark=mark)
    quote = replace(quote, short_mark=mark, initial=mark, maintenance=mark)
    quotes = {SERIES: quote, beside(ALICE): parts.ghost_quote(world, beside(ALICE), True)}
    ghost = replace(
        parts.ghost_position(world, ALICE, beside(ALICE)), funding_index=quotes[beside(ALICE)].funding_index
    )
    held = parts.account(world, ALICE, (parts.position(world, ALICE, SERIES, funding=0), ghost))
    setting = Setting(ledger(world, {ALICE: held}, tuple(quotes)), context(world, quotes))
    after, receipt = settle(setting.ledger, setting.context, Settle(ALICE, SERIES))
    if came_to(world, setting.ledger, after, receipt):
        require_healthy(world, setting, after, ALICE)
        was, becomes = equity(held, quotes), equity(after.accounts[ALICE], quotes)
        world.require(was == becomes, "equity is what it was")


def require_no_deeper(world: World, before: Account, after: Account, setting: Setting) -> None:
    """MARGIN-6. No deficit grows: equity is not negative, or not smaller than it was."""
    was, becomes = equity(before, setting.context.quotes), equity(after, setting.context.quotes)
    deeper = conjunction(becomes < 0, becomes < was)
    world.require(negation(deeper), "a negative equity is no smaller than before")


@obligation("MARGIN-6", "BOOK-6", about=(healthy_after,), reaches={"healthy", "refused"})
def the_health_rule_lets_no_deficit_grow(world: World) -> None:
    """Whatever changed in an account: if it passes the health rule, no deficit of its equity grew."""
    quotes = {
        MARKET: parts.quote(world, parts.perpetual(world, MARKET)),
        beside(ALICE): parts.ghost_quote(world, beside(ALICE), True),
    }
    ghost = parts.ghost_position(world, ALICE, beside(ALICE))
    held = parts.position(world, ALICE, MARKET)
    before = parts.account(world, ALICE, (held, ghost))
    changed = parts.position(world, "changed", MARKET)
    after = replace(before, cash=world.integer("cash after", usual=10**9), positions=(changed, ghost))
    block = context(world, quotes)
    healthy = healthy_after(before, after, block.quotes)
    world.observe("healthy", healthy)
    world.reached("healthy" if healthy else "refused")
    if healthy:
        require_no_deeper(world, before, after, Setting(ledger(world, {}, ()), block))


@obligation("ORACLE-5", "MARGIN-6", about=(healthy_after,), reaches={"allowed", "refused"})
def on_a_frozen_feed_no_position_grows(world: World) -> None:
    """While a feed is frozen, the health rule lets nobody open, grow or flip a position in it, however rich he is."""
    instrument: Instrument
    if world.choice("instrument", ("perpetual", "option")) == "option":
        instrument = parts.series(world, MARKET, True, expiry=5_000)
    else:
        instrument = parts.perpetual(world, MARKET, checked=False)
    quotes = {MARKET: parts.quote(world, instrument, fresh=False)}
    held = (parts.position(world, ALICE, MARKET),) if world.choice("holds", ("lots", "none")) == "lots" else ()
    before = parts.account(world, ALICE, held)
    after = replace(before, cash=world.integer("cash after"), positions=(parts.position(world, "after", MARKET),))
    allowed = healthy_after(before, after, quotes)
    world.observe("allowed", allowed)
    world.reached("allowed" if allowed else "refused")
    if allowed:
        was, now = lots_in(before, MARKET), lots_in(after, MARKET)
        world.require(now > 0 if was > 0 else now < 0, "the position is on the side that it was on")
        world.require(now <= was if was > 0 else now >= was, "and no larger")
        world.require(was != 0, "nobody opens one")
