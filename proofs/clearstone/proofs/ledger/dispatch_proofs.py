"""From a transaction to its kind's own rule: the nonce used up, one rule asked, and never twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.block_step_proofs import Steps, noting
from clearstone.proofs.ledger.outcomes import ACCEPTED
from clearstone.proofs.ledger.worlds import ALICE, BOB, context, ledger
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import account_id
from clearstone.spec.authentication import authenticate
from clearstone.spec.cash import deposit, open_account, release, transfer, withdraw
from clearstone.spec.changes import schedule_change
from clearstone.spec.liquidation import liquidate
from clearstone.spec.numbers import MAX_TIME
from clearstone.spec.orders import cancel, place
from clearstone.spec.receipts import Receipt
from clearstone.spec.settlement import settle
from clearstone.spec.transactions import (
    Action,
    Body,
    Cancel,
    ChangeParameter,
    Deposit,
    Liquidate,
    OpenAccount,
    Place,
    Release,
    Settle,
    Signature,
    Transaction,
    Transfer,
    Withdraw,
)
from clearstone.spec.transition import execute

OWNER = b"owner".ljust(32, b"\0")
"""Key of an owner."""
NEW = account_id(OWNER, "main", 7)
"""Id of the account that the owner may open."""
OWNED: tuple[Action, ...] = (
    Transfer(BOB, 1),
    Place("perp", "buy", 1, 1, "gtc", False, "cancel-maker"),
    Cancel(1),
    Liquidate(BOB, "perp", 1),
    Settle(BOB, "option"),
    Withdraw(bytes(32), 1),
    OpenAccount(OWNER, "main", 7),
)
"""One of each kind that an owner signs."""
ATTESTED: tuple[Action, ...] = (Deposit(bytes(32), BOB, 1), Release(BOB, bytes(32)), ChangeParameter(1, "", "", 1))
"""One of each kind that validators attest."""


@obligation("LEDGER-7", about=(execute,), reaches={type(action).__name__ for action in (*OWNED, *ATTESTED)})
def every_kind_is_judged_by_its_own_rule_and_nothing_else_happens(world: World) -> None:
    """What is authentic uses up its nonce, goes to the one rule of its kind, and comes to what that rule says."""
    action = world.choice("action", (*OWNED, *ATTESTED))
    world.reached(type(action).__name__)
    held = parts.account(world, ALICE, ())
    before, block, nonce = ledger(world, {ALICE: held}, (), unopened=("",)), context(world, {}), world.integer("nonce")
    came = ledger(world, {}, ()), Receipt(None)
    rules: dict[type, tuple[Any, ...]] = {
        Transfer: (transfer, block, ALICE, action),
        Place: (place, block, ALICE, nonce, action),
        Cancel: (cancel, ALICE, action),
        Liquidate: (liquidate, block, ALICE, action),
        Settle: (settle, block, action),
        Withdraw: (withdraw, block, ALICE, action),
        OpenAccount: (open_account, ALICE, action),
        Deposit: (deposit, block, action),
        Release: (release, action),
        ChangeParameter: (schedule_change, block, action),
    }
    steps: Steps = {rule: lambda *_: came for rule, *_ in rules.values()}
    steps |= {authenticate: lambda *_: None}
    body = Body("chain", "" if action in ATTESTED else ALICE, nonce, 0, action)
    result, calls = noting(steps, lambda: execute(before, block, Transaction(body, ()), lambda *_: True))
    world.require(result == came, "what the rule says is what comes of it")
    rule, *arguments = rules[type(action)]
    world.require(
        [name for name, *_ in calls] == ["authenticate", rule.__name__], "one rule is asked, that of its kind"
    )
    used = (
        before
        if action in ATTESTED
        else replace(before, accounts=before.accounts.set(ALICE, replace(held, nonce=nonce)))
    )
    for _, after, *given in calls[1:]:
        world.require(given == arguments, "about this very action")
        world.require(after == used, "with the nonce used up, and nothing else changed")


@obligation(
    "LEDGER-6",
    about=(authenticate, execute),
    reaches={ACCEPTED, "LEDGER-6", "NUM-5"},
    kinds=tuple(type(action) for action in OWNED),
    keeps={"once"},
)
def nothing_that_an_owner_signs_executes_twice(world: World) -> None:
    """Whatever an owner signs, of whatever kind, is refused once it was executed, whatever its rule said of it."""
    action = world.choice("action", OWNED)
    held = parts.account(world, ALICE, ())
    opening = isinstance(action, OpenAccount) and world.choice("account", ("new", "open")) == "new"
    named, key = (NEW, OWNER) if opening else (ALICE, held.owner)
    before = ledger(world, {} if opening else {ALICE: held}, (), unopened=(NEW,) if opening else ())
    block = context(world, {})
    body = Body(
        "chain", named, world.integer("nonce", usual=0 if opening else 5), world.integer("expires", usual=4_000), action
    )
    transaction = Transaction(body, (Signature(key, bytes(64)),))
    rejection = authenticate(before, block, transaction, lambda *_: True)
    world.observe("rejection", rejection)
    world.reached(ACCEPTED if rejection is None else rejection.rule)
    if rejection is not None:
        return
    world.require(body.expires <= MAX_TIME, "it was meant until some time")
    kept: Steps = {
        rule: lambda ledger, *_: (ledger, Receipt(None))
        for rule in (transfer, place, cancel, liquidate, settle, withdraw)
    }
    (after, _), _ = noting(kept, lambda: execute(before, block, transaction, lambda *_: True))
    again = authenticate(after, block, transaction, lambda *_: True)
    world.require(again is not None, "the same transaction again is refused")
