"""Who may act, and how parameters change: once, in time, by who may, and by bounded steps."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from clearstone.proofs.contracts import replaced
from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.outcomes import ACCEPTED, came_to
from clearstone.proofs.ledger.worlds import ALICE, NOBODY, context, ledger
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.authentication import authenticate
from clearstone.spec.changes import change_key, schedule_change
from clearstone.spec.consensus.validators import Validator
from clearstone.spec.ledger_state import Context
from clearstone.spec.parameters import (
    OptionParameters,
    PerpetualParameters,
    PoolParameters,
    change_parameter,
    check_parameters,
)
from clearstone.spec.receipts import Rejection
from clearstone.spec.transactions import Body, Cancel, ChangeParameter, Deposit, Signature, Transaction
from clearstone.spec.transition import execute

SCOPES = {
    "pool/main": "penalty",
    "market/perp": "collar",
    "pool/nowhere": "penalty",
    "market/unlisted": "collar",
    "elsewhere/main": "penalty",
}
"""Where parameters may be, and where not, with the name of one; every name is changed alike (`change_parameter`)."""
KEYS = (b"a" * 32, b"b" * 32, b"c" * 32)
"""Keys of validators."""


def attesting(world: World) -> Context:
    """The context of any block, with validators of any power."""
    made = context(world, {})
    validators = tuple(Validator(key, world.integer(f"power {n}", 1, None, 1)) for n, key in enumerate(KEYS))
    return Context(
        made.chain,
        made.now,
        made.parameters,
        validators,
        made.instruments,
        made.quotes,
        made.unclamped,
        made.members,
        made.pending,
    )


@obligation(
    "LEDGER-6", "ENC-2", about=(authenticate, execute), reaches={ACCEPTED, "LEDGER-6", "LEDGER-4", "ENC-2", "NUM-5"}
)
def a_transaction_executes_at_most_once(world: World) -> None:
    """What is authentic has a nonce above the account's last, in time, of this chain, signed by its owner, once."""
    held = parts.account(world, ALICE, ())
    before, block = ledger(world, {ALICE: held}, ()), attesting(world)
    chain, named = world.choice("chain", ("chain", "another")), world.choice("account", (ALICE, NOBODY))
    nonce, expires = world.integer("nonce", usual=5), world.integer("expires", usual=4_000)
    key = world.choice("signer", (held.owner, bytes(32)))
    verifies = world.choice("signature", (True, False))
    body = Body(chain, named, nonce, expires, Cancel(0))
    transaction = Transaction(body, (Signature(key, bytes(64)),))
    rejection = authenticate(before, block, transaction, lambda *_: verifies)
    world.observe("rejection", rejection)
    world.reached(ACCEPTED if rejection is None else rejection.rule)
    if rejection is not None:
        after, _ = execute(before, block, transaction, lambda *_: verifies)
        world.require(after is before, "what is not authentic changes nothing, not even the nonce")
        return
    world.require(chain == "chain" and named == ALICE, "it is for this chain and an account that is there")
    world.require(verifies and key == held.owner, "its owner signed it")
    world.require(nonce > held.nonce, "the nonce was not used before")
    world.require(expires >= block.now, "it has not expired")
    after, _ = execute(before, block, transaction, lambda *_: verifies)
    world.require(after.accounts[ALICE].nonce == nonce, "the nonce is used up")
    again = authenticate(after, block, transaction, lambda *_: verifies)
    world.require(again is not None, "the same transaction again is refused")


@obligation(
    "LEDGER-5", "LEDGER-6", about=(authenticate,), reaches={ACCEPTED, "LEDGER-5", "LEDGER-6"}, bound="to 3 validators"
)
def an_attestation_has_two_thirds_of_the_power(world: World) -> None:
    """Validators attest only with more than 2/3 of the power, each counted once."""
    block = attesting(world)
    a, b, c = KEYS
    signers = world.choice("signers", ((), (a,), (a, b), (a, b, c), (a, a, a), (b, a), (bytes(32), a)))
    body = Body("chain", "", 0, world.integer("expires", usual=4_000), Deposit(bytes(32), ALICE, 1))
    transaction = Transaction(body, tuple(Signature(key, bytes(64)) for key in signers))
    rejection = authenticate(ledger(world, {}, ()), block, transaction, lambda *_: True)
    world.observe("rejection", rejection)
    world.reached(ACCEPTED if rejection is None else rejection.rule)
    if rejection is None:
        counted = sum(validator.power for validator in block.validators if validator.key in signers)
        total = sum(validator.power for validator in block.validators)
        world.require(3 * counted > 2 * total, "more than 2/3 of the power, each validator once")


@obligation("LEDGER-8", about=(change_parameter,), reaches={"changed", "LEDGER-8"})
def a_parameter_changes_by_a_bounded_step_within_its_range(world: World) -> None:
    """A change moves one parameter by at most a tenth (at least 1), no other at all, within range and order."""
    kinds: dict[str, Any] = {kind.__name__: kind for kind in (PoolParameters, PerpetualParameters, OptionParameters)}
    kind = kinds[world.choice("parameters of", tuple(kinds))]
    before: Any = parts.parameters(world, kind, "parameter")
    listed = [item.name for item in fields(kind)]
    name = world.choice("name", tuple(listed))
    after: Any = change_parameter(before, name, world.integer("value", usual=7))
    world.observe("parameters", after)
    if isinstance(after, Rejection):
        world.reached("LEDGER-8")
        return
    world.reached("changed")
    world.require(check_parameters(after) is None, "every parameter is in its range, and they agree")
    for other in listed:
        was, now = getattr(before, other), getattr(after, other)
        if other == name:
            step = max(1_000_000, abs(was) * 100_000)
            world.require((now - was) * 1_000_000 <= step, "up by no more than the step")
            world.require((was - now) * 1_000_000 <= step, "down by no more than the step")
        else:
            world.require(now == was, "no other parameter changes")


@obligation(
    "LEDGER-8",
    about=(schedule_change,),
    reaches={ACCEPTED, "LEDGER-8"},
    kinds=(ChangeParameter,),
    keeps={"conservation", "pots", "health", "once", "direction"},
)
def a_change_is_scheduled_once_and_waits_its_delay(world: World) -> None:
    """A change is accepted only with the next number, where it is possible in one step, and waits out the delay."""
    number, scope = world.choice("number", (5, 4, 6)), world.choice("scope", tuple(SCOPES))
    quotes = {"perp": parts.quote(world, parts.perpetual(world, "perp", checked=False))}
    waiting, block = ledger(world, {}, (), changes=(change_key(5),)), context(world, quotes)
    world.assume(waiting.last_change == 4)
    action = ChangeParameter(number, scope, SCOPES[scope], world.integer("value", usual=5_000))
    possible, asked = world.choice("possible", (True, False)), list[Any]()

    def step(parameters: Any, name: str, value: int) -> Any:
        asked.append((parameters, name, value))
        stepped = {name: world.integer("stepped", usual=5_000)}
        return replace(parameters, **stepped) if possible else Rejection("LEDGER-8", "out of range")

    with replaced(change_parameter, step):
        after, receipt = schedule_change(waiting, block, action)
    if came_to(world, waiting, after, receipt):
        world.require(number == waiting.last_change + 1, "it has the next number")
        world.require(after.last_change == number, "which is used up")
        held = quotes["perp"].instrument if scope == "market/perp" else waiting.pools["main"]
        world.require(asked == [(held.parameters, action.name, action.value)], "its scope is there, and the step tried")
        world.require(action.value == world.integer("stepped", usual=5_000), "the whole of it is possible in one step")
        scheduled = after.changes[change_key(5)]
        world.require(scheduled.binds_at >= block.now + block.parameters.parameter_delay, "it waits")
        named = (scheduled.scope, scheduled.name, scheduled.value) == (scope, action.name, action.value)
        world.require(named, "it is taken exactly")
        untouched = replace(after, changes=waiting.changes, last_change=waiting.last_change)
        world.require(untouched == waiting, "no money moves, no account is touched, nothing binds yet")
        again, refused = schedule_change(after, block, action)
        world.require(refused.rejection is not None and again is after, "the same change again is refused")
