"""Parameter changes that bind: when, once, by a bounded step, and touching nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from clearstone.proofs.contracts import replaced
from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.frames import framed
from clearstone.proofs.ledger.worlds import ledger
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.changes import bind_change, bind_changes, change_key
from clearstone.spec.instruments import Instrument
from clearstone.spec.ledger_state import Ledger, ScheduledChange
from clearstone.spec.numbers import MAX_TIME
from clearstone.spec.parameters import change_parameter
from clearstone.spec.receipts import Receipt, Rejection
from clearstone.spec.tables import Table, table

KEY = change_key(5)
"""The key of the change that is looked at."""
EXCLUDED = Rejection("LEDGER-8", "what the other parameters have come to exclude")
"""Why a change may do nothing."""
NAMES = {"pool/main": "penalty", "market/perp": "initial_fraction", "market/option": "put_ratio"}
"""Scopes, and a parameter there: its name is only handed on, and every one is changed alike (`change_parameter`)."""


@obligation("LEDGER-8", "LEDGER-1", about=(bind_change,), reaches={"bound", "LEDGER-8"})
def a_change_binds_once_and_touches_nothing_but_its_parameters(world: World) -> None:
    """A change that falls due is gone; its scope has what a bounded step gives at that moment, and nothing else moves.

    How far a parameter moves, and within which range, is proved of the step itself.
    """
    scope = world.choice("scope", tuple(NAMES))
    instruments: dict[str, Instrument] = {}
    if scope == "market/perp":
        instruments["perp"] = parts.perpetual(world, "perp", checked=False)
    elif scope == "market/option":
        instruments["option"] = parts.series(world, "option", True)
    listed: Table[Instrument] = framed(instruments)
    change = ScheduledChange(scope, NAMES[scope], world.integer("value", usual=6_000), 1)
    before: Ledger = replace(ledger(world, {}, ()), changes=framed({KEY: change}))
    asked: list[tuple[Any, ...]] = []
    excluded = world.choice("by now", ("possible", "excluded")) == "excluded"

    def step(parameters: Any, name: str, value: int) -> Any:
        asked.append((parameters, name, value))
        return EXCLUDED if excluded else replace(parameters, **{name: world.integer("stepped", usual=5_500)})

    with replaced(change_parameter, step):
        after, bound, receipt = bind_change(before, listed, KEY, change)
    world.observe("receipt", receipt)
    world.require(KEY not in after.changes, "it waits no more: it binds once")
    untouched = replace(after, changes=before.changes, pools=before.pools)
    world.require(untouched == before, "no account, no market and no money is touched")
    holder, holds = holder_of(before, listed, scope), holder_of(after, bound, scope)
    world.require(asked == [(holder.parameters, change.name, change.value)], "the step is from the value of the moment")
    world.require(
        replace(holds, parameters=holder.parameters) == holder, "nothing else there changes: no pot, no strike"
    )
    world.require(bound is listed if scope == "pool/main" else after.pools is before.pools, "nothing elsewhere does")
    if excluded:
        world.reached("LEDGER-8")
        world.require(holds.parameters is holder.parameters, "a change that is excluded by now does nothing")
        world.require(receipt == Receipt(EXCLUDED), "and says why")
        return
    world.reached("bound")
    stepped = step(*asked[0])
    world.require(holds.parameters == stepped, "its parameters are what the step gives")
    said = dict(receipt.events[0].details)[change.name]
    world.require(said == getattr(stepped, change.name), "the receipt says what binds, not what was asked for")


def holder_of(ledger: Ledger, instruments: Table[Instrument], scope: str) -> Any:
    """The pool or the instrument of a scope."""
    kind, _, name = scope.partition("/")
    return ledger.pools[name] if kind == "pool" else instruments[name]


@obligation(
    "LEDGER-8",
    about=(bind_changes,),
    reaches={"none", "some", "all"},
    bound="to 2 waiting changes; each is taken alike",
)
def changes_bind_when_they_are_due_and_in_order(world: World) -> None:
    """At a block's end exactly those changes bind whose time has come, in ascending number.

    Bounded, as the changes that wait are gone through one by one; what the loop carries is proved of its step.
    """
    now = world.integer("now", 0, MAX_TIME, 3_000)
    waiting = {
        change_key(number): ScheduledChange(
            "pool/main", "penalty", number, world.integer(f"binds at {number}", 0, None, 5)
        )
        for number in (9, 10)
    }
    before: Ledger = replace(ledger(world, {}, ()), changes=table(waiting.items()))
    nothing: Table[Instrument] = table()
    asked: list[tuple[str, ScheduledChange]] = []
    receipts = [Receipt(None), Receipt(None)]

    def bind(
        ledger: Ledger, instruments: Table[Instrument], key: str, change: ScheduledChange
    ) -> tuple[Ledger, Table[Instrument], Receipt]:
        asked.append((key, change))
        return ledger, instruments, receipts[len(asked) - 1]

    with replaced(bind_change, bind):
        after, instruments, given = bind_changes(before, nothing, now)
    world.observe("asked", asked)
    world.reached(("none", "some", "all")[len(asked)])
    world.require(after is before and instruments is nothing, "nothing but a change that is due does anything")
    world.require(given == tuple(receipts[: len(asked)]), "each has its receipt")
    world.require([key for key, _ in asked] == sorted(key for key, _ in asked), "in ascending number")
    for key, change in waiting.items():
        world.require(((key, change) in asked) == bool(change.binds_at <= now), "exactly those whose time has come")
