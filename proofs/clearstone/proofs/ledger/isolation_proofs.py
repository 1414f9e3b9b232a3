"""Pools do not interfere: what happens in one ends alike whatever others hold, and moves nothing in any of them.

Each kind of transaction is run on two ledgers that have one pool in common and differ in another (`two_runs`).
"""

from __future__ import annotations

from dataclasses import replace

from clearstone.proofs.contracts import replaced
from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.outcomes import ACCEPTED
from clearstone.proofs.ledger.trading_contracts import any_fees
from clearstone.proofs.ledger.two_runs import Event, SameAnswers, require_isolated, two_runs
from clearstone.proofs.ledger.worlds import ALICE, BOB, beside
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import Account, account_id, realise
from clearstone.spec.book import EMPTY_BOOK, with_order
from clearstone.spec.cash import deposit, open_account, release, transfer, withdraw
from clearstone.spec.changes import change_key, schedule_change
from clearstone.spec.instruments import Quote
from clearstone.spec.ledger_state import Withdrawal
from clearstone.spec.liquidation import liquidate
from clearstone.spec.margin import buffered, healthy_after, liquidatable
from clearstone.spec.numbers import MAX_ATOMS, MAX_LOTS
from clearstone.spec.orders import cancel, place
from clearstone.spec.receipts import Receipt, Rejection
from clearstone.spec.settlement import settle
from clearstone.spec.takeover import Takeover, choose_takeover
from clearstone.spec.trades import within_bounds
from clearstone.spec.transactions import (
    Cancel,
    ChangeParameter,
    Deposit,
    Liquidate,
    OpenAccount,
    Place,
    Release,
    Settle,
    Transfer,
    Withdraw,
)

PERP, SERIES = "perp", "option"
"""A market that trades, and a series that has its settlement price."""
OWNER, OLD_ID, NEW_ID = b"o" * 32, bytes(32), b"n" * 32
"""Owner of an account that is not open yet; ids of a withdrawal that waits, and of one that is asked for."""


def settled_accounts(world: World) -> tuple[dict[str, Account], dict[str, Quote]]:
    """Alice and Bob, who hold anything and have settled their funding, and the quotes of what they hold."""
    accounts, quotes = {}, {beside(name): parts.ghost_quote(world, beside(name), True) for name in (ALICE, BOB)}
    for name in (ALICE, BOB):
        held = parts.ghost_position(world, name, beside(name))
        settled = replace(held, funding_index=quotes[beside(name)].funding_index)
        accounts[name] = parts.account(world, name, (settled,))
    return accounts, quotes


def told(world: World, kind: type, receipt: object) -> None:
    """Note what came of a transaction of this kind."""
    assert isinstance(receipt, Receipt)
    world.reached(f"{kind.__name__}: {ACCEPTED if receipt.rejection is None else receipt.rejection.rule}")


CASH = (OpenAccount, Deposit, Withdraw, Release, Transfer)
"""Kinds of transactions that move cash."""


@obligation(
    "LEDGER-4",
    about=(open_account, deposit, withdraw, release, transfer),
    reaches={f"{kind.__name__}: {ACCEPTED}" for kind in CASH} | {"Withdraw: LEDGER-5", "Transfer: MARGIN-4"},
    kinds=CASH,
)
def cash_moves_alike_whatever_other_pools_hold(world: World) -> None:
    """Opening, deposit, withdrawal, release and transfer end alike in both runs, and move nothing elsewhere."""
    accounts, quotes = settled_accounts(world)
    waiting = Withdrawal("main", ALICE, world.integer("escrowed", 1, None, 3), "escrowed")
    runs = two_runs(world, accounts, quotes, withdrawals={f"{ALICE}/{OLD_ID.hex()}": waiting})
    kind, amount = world.choice("kind", CASH), world.integer("amount", 0, MAX_ATOMS, 5)
    opened = account_id(OWNER, "main", 0)
    events: dict[type, Event] = {
        OpenAccount: lambda ledger, _: open_account(ledger, opened, OpenAccount(OWNER, "main", 0)),
        Deposit: lambda ledger, block: deposit(ledger, block, Deposit(NEW_ID, ALICE, amount)),
        Withdraw: lambda ledger, block: withdraw(ledger, block, ALICE, Withdraw(NEW_ID, amount)),
        Release: lambda ledger, _: release(ledger, Release(ALICE, OLD_ID)),
        Transfer: lambda ledger, block: transfer(ledger, block, ALICE, Transfer(BOB, amount)),
    }
    told(world, kind, require_isolated(world, runs, events[kind]))


@obligation(
    "LEDGER-4", about=(place, cancel), reaches={f"Place: {ACCEPTED}", f"Cancel: {ACCEPTED}"}, kinds=(Place, Cancel)
)
def orders_end_alike_whatever_other_pools_hold(world: World) -> None:
    """An order that meets another one, or is cancelled, ends alike in both runs and moves nothing elsewhere."""
    accounts, quotes = settled_accounts(world)
    quotes[PERP] = parts.quote(world, parts.perpetual(world, PERP))
    resting = parts.order(world, BOB, PERP, False)
    accounts[BOB] = replace(accounts[BOB], orders=(resting,))
    runs = two_runs(world, accounts, quotes, books={PERP: with_order(EMPTY_BOOK, BOB, resting)})
    kind = world.choice("kind", (Place, Cancel))
    lots = world.integer("lots", 1, MAX_LOTS, 5)
    order = Place(PERP, "buy", lots, None, "ioc", False, "cancel-maker")
    nonce = world.integer("cancelled", 0, None, 1)
    events: dict[type, Event] = {
        Place: lambda ledger, block: place(ledger, block, ALICE, 1, order),
        Cancel: lambda ledger, _: cancel(ledger, BOB, Cancel(nonce)),
    }
    answers = SameAnswers(
        world,
        {
            healthy_after: lambda name, *_: world.flag(name),
            within_bounds: lambda name, *_: world.flag(name),
            realise: lambda name, *_: any_locks(world, name),
        },
    )
    with any_fees(world):
        told(world, kind, require_isolated(world, runs, answers.in_both(events[kind])))


@obligation(
    "LEDGER-4",
    about=(liquidate,),
    reaches={f"Liquidate: {rule}" for rule in (ACCEPTED, "LIQ-1", "LIQ-2", "MARGIN-6")},
    kinds=(Liquidate,),
)
def a_liquidation_ends_alike_whatever_other_pools_hold(world: World) -> None:
    """Taking over a part of an account, or flagging it, ends alike in both runs and moves nothing elsewhere."""
    accounts, quotes = settled_accounts(world)
    quotes[PERP] = parts.quote(world, parts.perpetual(world, PERP))
    due = parts.position(world, BOB, PERP, funding=quotes[PERP].funding_index)
    accounts[BOB] = replace(accounts[BOB], positions=(due, *accounts[BOB].positions))

    def any_takeover(name: str, target: Account, *_: object) -> Takeover | Rejection:
        if world.flag(f"{name} is refused"):
            return Rejection("LIQ-2", "")
        lots, cash = world.integer(f"{name}: lots", usual=1), world.integer(f"{name}: cash left", usual=7)
        discount, penalty = (world.integer(f"{name}: {charge}", 0, None, 1) for charge in ("discount", "penalty"))
        return Takeover(((due, lots),), replace(target, cash=cash), discount, penalty)

    answers = SameAnswers(
        world,
        {
            liquidatable: lambda name, *_: world.flag(name),
            buffered: lambda name, *_: world.flag(name),
            healthy_after: lambda name, *_: world.flag(name),
            within_bounds: lambda name, *_: world.flag(name),
            realise: lambda name, *_: any_locks(world, name),
            choose_takeover: any_takeover,
        },
    )
    action = Liquidate(BOB, PERP, world.integer("lots", 0, MAX_LOTS, 1))
    runs = two_runs(world, accounts, quotes)
    event = answers.in_both(lambda ledger, block: liquidate(ledger, block, ALICE, action))
    told(world, Liquidate, require_isolated(world, runs, event))


def any_locks(world: World, name: str) -> tuple[int, int]:
    """Any two buckets of locked profit."""
    return world.integer(f"{name}: recent", 0), world.integer(f"{name}: earlier", 0)


@obligation(
    "LEDGER-4",
    about=(settle, schedule_change),
    reaches={f"Settle: {ACCEPTED}", f"ChangeParameter: {ACCEPTED}"},
    kinds=(Settle, ChangeParameter),
)
def settlements_and_changes_end_alike_whatever_other_pools_hold(world: World) -> None:
    """A settlement or a change of a parameter ends alike in both runs and moves nothing elsewhere."""
    accounts, quotes = settled_accounts(world)
    quotes[SERIES] = replace(parts.quote(world, parts.series(world, SERIES, True), funding_index=0), phase="settle")
    due = parts.position(world, ALICE, SERIES, funding=0)
    accounts[ALICE] = replace(accounts[ALICE], positions=(due, *accounts[ALICE].positions))
    runs = two_runs(world, accounts, quotes)
    kind = world.choice("kind", (Settle, ChangeParameter))
    number, value = world.integer("number", 1, None, 5), world.integer("value", usual=5_001)
    change = ChangeParameter(number, "pool/main", "penalty", value)
    events: dict[type, Event] = {
        Settle: lambda ledger, block: settle(ledger, block, Settle(ALICE, SERIES)),
        ChangeParameter: lambda ledger, block: schedule_change(ledger, block, change),
    }
    with replaced(change_key, lambda _: "key of the change"):
        told(world, kind, require_isolated(world, runs, events[kind]))
