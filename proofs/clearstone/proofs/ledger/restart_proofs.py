"""Restarting: what a snapshot keeps is all that the state was."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from clearstone.proofs.contracts import replaced
from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.block_proofs import any_state
from clearstone.proofs.ledger.number_proofs import DONE
from clearstone.proofs.ledger.oracle_proofs import any_feed
from clearstone.proofs.ledger.trading_proofs import PERP
from clearstone.proofs.ledger.worlds import ALICE
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.book import EMPTY_BOOK, with_order
from clearstone.spec.funding import Funding
from clearstone.spec.genesis import with_quotes
from clearstone.spec.instruments import Instrument
from clearstone.spec.ledger_state import Ledger, ScheduledChange, Withdrawal
from clearstone.spec.numbers import MAX_FUNDING_INDEX, MAX_TIME
from clearstone.spec.settlement import Expiry
from clearstone.spec.snapshot import check_snapshot, restore, snapshot_of
from clearstone.spec.state import State
from clearstone.spec.state_root import commit_state
from clearstone.spec.tables import table

DERIVED = {"quotes", "unclamped", "trie"}
"""Fields of a state that follow from the others."""


def whole_state(world: World) -> State:
    """A state with one entry, of any figures, in each of its tables."""
    order = parts.order(world, ALICE, PERP, world.choice("side", (True, False)))
    held = parts.account(world, ALICE, (parts.position(world, ALICE, PERP),), (order,))
    perpetual: Instrument = parts.perpetual(world, PERP, checked=False)
    index = world.integer("funding index", -MAX_FUNDING_INDEX, MAX_FUNDING_INDEX, 3_000_000)
    funding = Funding(index, world.integer("rate", usual=5), world.integer("remainder", 0, None, 1), 0, (7,))
    ledger = Ledger(
        accounts=table([(ALICE, held)]),
        pools=table([("main", parts.pool(world))]),
        markets=table([(PERP, parts.market(world, PERP))]),
        withdrawals=table([("w", Withdrawal("main", ALICE, world.integer("withdrawn", 1, None, 1), "escrowed"))]),
        deposits=table([("d", world.integer("deposited", 1, None, 2))]),
        changes=table([("5", ScheduledChange("pool/main", "penalty", 1, world.integer("binds at", 0, MAX_TIME, 9)))]),
        last_change=world.integer("last change", 0, None, 5),
        books=any_state(world).ledger.books.set(PERP, with_order(EMPTY_BOOK, ALICE, order)),
    )
    return replace(
        any_state(world),
        instruments=table([(PERP, perpetual)]),
        feeds=table([("feed", any_feed(world))]),
        funding=table([(PERP, funding)]),
        expiries=table([("feed/1", Expiry("feed", 1, world.integer("total", 0, None, 3), 1))]),
        ledger=ledger,
    )


@obligation(
    "ENC-1",
    "BOOK-2",
    about=(snapshot_of, restore),
    reaches={DONE},
    bound="to one entry of each table; all are taken alike",
)
def a_restart_loses_nothing_and_resets_nothing(world: World) -> None:
    """What is restored from a state's snapshot is that state: every entry of it, and the books that follow from it.

    Bounded, as tables are copied entry by entry; no entry is read for the sake of another.
    """
    state = whole_state(world)

    def same(one: Any) -> Any:
        return one

    with replaced(check_snapshot, lambda _: None), replaced(commit_state, same), replaced(with_quotes, same):
        restored = restore(snapshot_of(state))
    assert isinstance(restored, State)
    world.observe("restored", (restored.funding[PERP], restored.ledger.accounts[ALICE], restored.ledger.pools["main"]))
    world.reached(DONE)
    for item in fields(State):
        if item.name not in DERIVED | {"ledger"}:
            was, now = getattr(state, item.name), getattr(restored, item.name)
            world.require(was == now, f"the state's {item.name} is what it was")
    for item in fields(Ledger):
        was, now = getattr(state.ledger, item.name), getattr(restored.ledger, item.name)
        world.require(was == now, f"the ledger's {item.name} is what it was")
