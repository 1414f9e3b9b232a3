"""Defaults as wholes: who defaults, in what order that happens, and that all funding is settled before.

The parts of a default are proved by themselves; here they note with what they are called, and change what they are
proved to change.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from clearstone.proofs.contracts import replaced
from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.money import require_conservation, require_postings
from clearstone.proofs.ledger.number_proofs import DONE
from clearstone.proofs.ledger.populations import STRANGER, any_account, with_accounts
from clearstone.proofs.ledger.worlds import ALICE, BOB, Setting, beside, context, ledger
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import position_in
from clearstone.spec.book import EMPTY_BOOK, with_order
from clearstone.spec.defaults import default, resolve, resolve_flagged, settle_pool_funding
from clearstone.spec.deleveraging import Closing, close_positions
from clearstone.spec.ledger_state import Context, Ledger
from clearstone.spec.margin import equity, liquidatable
from clearstone.spec.numbers import MAX_TIME
from clearstone.spec.receipts import Event, Posting, Receipt
from clearstone.spec.tables import table
from clearstone.spec.waterfall import Absorption, absorb, sweep_clearing

SERIES = "option"
"""A series that has its settlement price."""
MARKETS = (beside(ALICE), beside(BOB))
"""All that Alice and Bob hold anything in."""


def defaulting(world: World) -> Setting:
    """Any ledger in which Bob is flagged and has an order, Alice is of his pool, and a stranger is not."""
    quotes = {beside(name): parts.ghost_quote(world, beside(name), True) for name in (ALICE, BOB, STRANGER)}
    accounts = {name: any_account(world, name) for name in (ALICE, BOB)}
    resting = parts.order(world, BOB, beside(BOB), True)
    flagged_at = world.integer("flagged at", 0, MAX_TIME, 2_000)
    accounts[BOB] = replace(accounts[BOB], orders=(resting,), flagged_at=flagged_at)
    accounts[STRANGER] = any_account(world, STRANGER, "other")
    books = {beside(BOB): with_order(EMPTY_BOOK, BOB, resting)}
    made = ledger(world, accounts, MARKETS, parts.pool(world, flagged=(BOB,)), books=books)
    return Setting(with_accounts(made, accounts), context(world, quotes))


@contextmanager
def noted(world: World, waits: bool) -> Iterator[list[tuple[str, Ledger]]]:
    """The parts of a default note the ledgers that they are called with; if it `waits`, a position cannot be closed."""
    calls: list[tuple[str, Ledger]] = []

    def sweep(before: Ledger, _: Context, pool_id: str) -> tuple[Ledger, tuple[Posting, ...]]:
        world.require(pool_id == "main", "the pool of the defaulted account is swept")
        calls.append(("sweep", before))
        return replace(before, last_change=before.last_change + 1), ()

    def close(before: Ledger, block: Context, account_id: str) -> Closing:
        calls.append(("close", before))
        account = before.accounts[account_id]
        closed = replace(account, cash=equity(account, block.quotes), positions=())
        left = account if waits else closed
        after = replace(before, accounts=before.accounts.set(account_id, left), last_change=before.last_change + 1)
        return Closing(after, ((ALICE, 5),), MARKETS)

    def take(
        before: Ledger, _: Context, account_id: str, closed: tuple[str, ...], profits: tuple[tuple[str, int], ...]
    ) -> Absorption:
        calls.append(("absorb", before))
        world.require(account_id == BOB, "the deficit is that of the defaulted account")
        world.require(before.accounts[BOB].cash <= 0, "it is pure cash, and not negative")
        world.require((closed, profits) == (MARKETS, ((ALICE, 5),)), "its closings and their profits are passed on")
        return Absorption(replace(before, last_change=before.last_change + 1), 0)

    with replaced(sweep_clearing, sweep), replaced(close_positions, close), replaced(absorb, take):
        yield calls


@obligation("PERP-2", "WATER-1", "WATER-2", about=(default,), reaches={"resolved", "waits"})
def all_funding_of_the_pool_is_settled_before_a_default(world: World) -> None:
    """Orders go, every account of the pool settles its funding, clearing is swept; only then anything is closed.

    While a position cannot be closed the flag stands and nothing is assigned. Any number of accounts: Alice is any one
    of the pool, as none leaves its frame. That Bob's funding is settled and that he has no equity is what `resolve` saw
    to (`only_who_has_nothing_left_defaults`).
    """
    setting = defaulting(world)
    quotes = setting.context.quotes
    bob = setting.ledger.accounts[BOB]
    settled = replace(bob.positions[0], funding_index=quotes[beside(BOB)].funding_index)
    bob = replace(bob, positions=(settled,))
    world.assume(equity(bob, quotes) <= 0)
    before = replace(setting.ledger, accounts=setting.ledger.accounts.set(BOB, bob))
    waits = world.choice("positions", ("closed", "waiting")) == "waiting"
    with noted(world, waits) as calls:
        after, receipt = default(before, setting.context, BOB)
    world.observe("after", (after, receipt))
    world.reached("waits" if waits else "resolved")
    expected = ["sweep", "close"] if waits else ["sweep", "close", "absorb"]
    world.require([name for name, _ in calls] == expected, "sweep, close, and then assign")
    for place, (_, seen) in enumerate(calls):
        world.require(seen.last_change == before.last_change + place, "each goes on where the one before ended")
        for name in (ALICE, BOB):
            for held in seen.accounts[name].positions:
                caught_up = held.funding_index == quotes[held.instrument].funding_index
                world.require(caught_up, "every position of the pool is at its market's funding index")
        world.require(seen.accounts[BOB].orders == (), "the defaulted account has no order left")
        world.require(seen.accounts[STRANGER] is before.accounts[STRANGER], "no other pool is touched")
    world.require(after.books[beside(BOB)] == EMPTY_BOOK, "nor in the book")
    flagged = after.accounts[BOB].flagged_at is not None
    world.require(flagged == waits, "the flag stands while it waits")
    world.require(after.pools["main"].flagged == ((BOB,) if waits else ()), "in the pool as well")
    defaulted = [event.subject for event in receipt.events if event.kind == "defaulted"]
    world.require(defaulted == ([] if waits else [BOB]), "a default is told once, when it is over")
    world.require(after.accounts[STRANGER] is before.accounts[STRANGER], "no other pool is touched at all")


@obligation("PERP-2", "LEDGER-1", about=(settle_pool_funding,), reaches={DONE})
def settling_a_pool_conserves_money_and_touches_no_other(world: World) -> None:
    """Each account of the pool settles once, through the clearing balances; an account of another pool is not touched.

    Any number of accounts: none leaves the frame of its own positions' markets.
    """
    setting = defaulting(world)
    before = setting.ledger
    after, postings = settle_pool_funding(before, setting.context, "main")
    world.observe("after", after)
    world.reached(DONE)
    require_conservation(world, before, after, (ALICE, BOB), MARKETS)
    require_postings(world, before, after, postings, (ALICE, BOB), MARKETS)
    for name in (ALICE, BOB):
        for held in after.accounts[name].positions:
            settled = held.funding_index == setting.context.quotes[held.instrument].funding_index
            world.require(settled, "every position is at its market's funding index")
    world.require(after.accounts[STRANGER] is before.accounts[STRANGER], "no other pool is touched")
    world.require(after.pools is before.pools, "and no pot")


@obligation(
    "WATER-1", "LIQ-1", "OPT-3", "LEDGER-1", about=(resolve,), reaches={"default", "waits for liquidators", "healthy"}
)
def only_who_has_nothing_left_defaults(world: World) -> None:
    """A flagged account defaults if it has no equity and is below maintenance margin, its funding and payoffs settled.

    Any other keeps all that it has, and its flag goes if it is healthy with the buffer.
    """
    setting = defaulting(world)
    series = replace(parts.quote(world, parts.series(world, SERIES, True), funding_index=0), phase="settle")
    block = context(world, {SERIES: series, beside(BOB): setting.context.quotes[beside(BOB)]})
    held = replace(setting.ledger.accounts[BOB].positions[0], funding_index=block.quotes[beside(BOB)].funding_index)
    due = parts.position(world, BOB, SERIES, funding=0)
    bob = replace(setting.ledger.accounts[BOB], positions=(due, held), orders=())
    markets = table([(SERIES, parts.market(world, SERIES)), (beside(BOB), setting.ledger.markets[beside(BOB)])])
    before = replace(setting.ledger, accounts=setting.ledger.accounts.set(BOB, bob), markets=markets)
    asked: list[Ledger] = []

    def note(to_default: Ledger, _: Context, account_id: str) -> tuple[Ledger, Receipt]:
        world.require(account_id == BOB, "it is the flagged account that defaults")
        asked.append(to_default)
        return to_default, Receipt(None, (), (Event("defaulted", account_id, ()),))

    with replaced(default, note):
        after, receipt = resolve(before, block, BOB)
    world.observe("after", (after, receipt))
    resolved = after.accounts[BOB]
    world.require(position_in(resolved, SERIES) is None, "what has expired is paid out")
    worth = equity(bob, block.quotes)
    world.require(equity(resolved, block.quotes) == worth, "at no loss or gain")
    require_conservation(world, before, after, (BOB,), (SERIES, beside(BOB)))
    require_postings(world, before, after, receipt.postings, (BOB,), (SERIES, beside(BOB)))
    if asked:
        world.reached("default")
        world.require(worth <= 0, "who defaults has no equity")
        world.require(liquidatable(resolved, block.quotes), "and is below maintenance margin")
        world.require(len(asked) == 1, "he defaults once")
    elif resolved.flagged_at is None:
        world.reached("healthy")
        world.require(after.pools["main"].flagged == (), "in the pool as well")
        world.require(not liquidatable(resolved, block.quotes), "only who has maintenance margin loses the flag")
    else:
        world.reached("waits for liquidators")
        world.require(after.pools["main"].flagged == (BOB,), "in the pool as well")


@obligation(
    "LEDGER-7", "WATER-3", about=(resolve_flagged,), reaches={"nobody", "somebody"}, bound="to 3 flagged accounts"
)
def flagged_accounts_are_resolved_once_each_in_ascending_id(world: World) -> None:
    """Every account that was flagged when the block's transactions ended is resolved, once, in ascending id by pool.

    Bounded, as the list of flagged accounts is given; each step goes on from the ledger that the one before left.
    """
    flagged = world.choice("flagged", ((), (BOB,), (ALICE, BOB)))
    pools = {"main": parts.pool(world, flagged=flagged), "other": parts.pool(world, "other", (STRANGER,))}
    made = ledger(world, {}, ())
    before = replace(made, pools=table((pools if flagged else {"main": pools["main"]}).items()))
    seen: list[tuple[str, int]] = []

    def note(so_far: Ledger, _: Context, account_id: str) -> tuple[Ledger, Receipt]:
        seen.append((account_id, so_far.last_change))
        return replace(so_far, last_change=so_far.last_change + 1), Receipt(None, (), (Event("x", account_id, ()),))

    with replaced(resolve, note):
        after, receipts = resolve_flagged(before, context(world, {}))
    world.observe("after", (after.last_change, receipts))
    world.reached("somebody" if flagged else "nobody")
    expected = [*flagged, STRANGER] if flagged else []
    world.require([name for name, _ in seen] == expected, "each once, in order")
    world.require([receipt.events[0].subject for receipt in receipts] == expected, "each with its receipt")
    for place, (_, number) in enumerate(seen):
        world.require(number == before.last_change + place, "each goes on from the one before")
