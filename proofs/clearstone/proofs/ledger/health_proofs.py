"""Transactions that the health rule is not asked about: whatever they accept, it would have allowed.

A fill, an order that rests and a takeover are judged by MARGIN-6 itself. Cash that leaves answers to a stricter test,
and what else touches an account can only be good for it; so the universal rule holds of every kind, and here is why.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from clearstone.proofs.contracts import replaced
from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.cash_proofs import ID, KEY, WITHDRAWAL
from clearstone.proofs.ledger.frames import framed
from clearstone.proofs.ledger.outcomes import ACCEPTED, came_to
from clearstone.proofs.ledger.worlds import ALICE, BOB, Setting, beside, context, holders, ledger
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import Account, Order, account_id
from clearstone.spec.book import EMPTY_BOOK, with_order
from clearstone.spec.cash import deposit, open_account, transfer, withdraw
from clearstone.spec.funding import settle_funding
from clearstone.spec.ledger_state import Ledger
from clearstone.spec.margin import Quotes, equity, healthy_after, meets_initial, orders_requirement
from clearstone.spec.orders import cancel
from clearstone.spec.settlement import settle
from clearstone.spec.transactions import Cancel, Deposit, OpenAccount, Settle, Transfer, Withdraw

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


def require_healthy(world: World, setting: Setting, after: Ledger, name: str) -> None:
    """MARGIN-6, judged once funding is settled: what became of an account is what the health rule allows."""
    block = setting.context
    settled, _ = settle_funding(setting.ledger, block.quotes, block.now, name)
    was, now = settled.accounts[name], after.accounts[name]
    world.require(healthy_after(was, now, block.quotes), f"the health rule allows what became of {name}")
    becomes = equity(now, block.quotes)
    world.require(becomes >= 0 or becomes >= equity(was, block.quotes), f"no deficit of {name} grew")


@obligation(
    "MARGIN-6",
    about=(deposit, transfer, withdraw, healthy_after),
    reaches={"Deposit", "Transfer", "Withdraw"},
    kinds=(Deposit, Transfer, Withdraw),
    keeps={"health"},
)
def whoever_moves_cash_passes_the_health_rule(world: World) -> None:
    """Who pays cash away, and who receives it, passes the health rule, although nobody asks it."""
    kind, amount = world.choice("kind", (Deposit, Transfer, Withdraw)), world.integer("amount", usual=5)
    names = (ALICE, BOB) if kind is Transfer else (ALICE,)
    setting = holders(world, *names)
    before = replace(setting.ledger, deposits=framed({}, (KEY,)), withdrawals=framed({}, (WITHDRAWAL,)))
    setting = replace(setting, ledger=before)
    if kind is Deposit:
        after, receipt = deposit(before, setting.context, Deposit(ID, ALICE, amount))
    elif kind is Transfer:
        after, receipt = transfer(before, setting.context, ALICE, Transfer(BOB, amount))
    else:
        after, receipt = withdraw(before, setting.context, ALICE, Withdraw(ID, amount))
    if came_to(world, before, after, receipt):
        world.reached(kind.__name__)
        for name in names:
            require_healthy(world, setting, after, name)


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
