"""Cash and authority: who may act, and what comes in, goes out and across."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from clearstone.conformance.suites import pool_bound_cases, single_bound_cases
from clearstone.conformance.suites.change_cases import change_drafts, try_changes
from clearstone.conformance.suites.draft import Draft
from clearstone.conformance.suites.ledger_stage import RING, LedgerStage
from clearstone.models.scenario_genesis import (
    POOL,
    USD,
    scenario_genesis,
    series,
    trade,
)
from clearstone.spec.accounts import account_id
from clearstone.spec.cash import MAX_NUMBER
from clearstone.spec.numbers import MAX_ATOMS, MAX_TIME
from clearstone.spec.transactions import (
    Action,
    Body,
    Cancel,
    Deposit,
    Liquidate,
    OpenAccount,
    Release,
    Settle,
    Signature,
    Transaction,
    Transfer,
    Withdraw,
)

ID = bytes(range(32))
"""An id of a deposit or withdrawal."""


def drafts() -> list[Draft]:
    """The cases of the suite `ledger`."""
    stage = LedgerStage("ledger", lambda: scenario_genesis(second_pool=True))
    alice, bob = stage.open("alice", 100 * USD), stage.open("bob")
    elsewhere = stage.open("alice", 50 * USD, pool="other")
    _openings(stage, alice)
    _deposits(stage, bob)
    _withdrawals(stage, alice)
    _transfers(stage, alice, bob, elsewhere)
    try_changes(stage)
    _releases(stage, alice)
    _bounds(stage, alice, bob)
    found = stage.drafts + _authority() + _leaving() + _pending() + _fees() + change_drafts()
    return found + pool_bound_cases.ledger_drafts() + single_bound_cases.ledger_drafts()


def _openings(stage: LedgerStage, alice: str) -> None:
    chain, key = stage.chain, RING.named("carol")
    carol = account_id(key, "main", 3)

    def tries(name: str, told: str, named: str, action: OpenAccount) -> None:
        body = Body(chain.state.chain, named, 0, MAX_TIME, action)
        signed = RING.signed(Transaction(body, (Signature(action.owner, bytes(64)),)))
        stage.tries_signed(f"open-{name}", told, ("LEDGER-4",), signed)

    tries("new", "An account with the id that follows from owner, pool and number.", carol, OpenAccount(key, "main", 3))
    tries("with-another-id", "Not with another id.", alice[::-1], OpenAccount(key, "main", 3))
    tries("in-no-pool", "Not in a pool that is not there.", carol, OpenAccount(key, "nowhere", 3))
    last = account_id(key, "main", MAX_NUMBER)
    tries("with-the-last-number", "The largest number.", last, OpenAccount(key, "main", MAX_NUMBER))
    for name, number in (("past-the-last-number", MAX_NUMBER + 1), ("with-a-negative-number", -1)):
        tries(name, "No number outside the range.", carol, OpenAccount(key, "main", number))
    again = OpenAccount(RING.named("alice"), "main", 0)
    stage.tries("open-again", "What is open is not opened again.", ("LEDGER-4",), alice, again)
    body = Body(chain.state.chain, carol, 1, MAX_TIME, OpenAccount(key, "main", 3))
    signed = RING.signed(Transaction(body, (Signature(key, bytes(64)),)))
    stage.tries_signed("open-with-nonce-1", "An opening has nonce 0.", ("LEDGER-6",), signed)


def _deposits(stage: LedgerStage, bob: str) -> None:
    room = MAX_ATOMS - stage.chain.state.ledger.pools["main"].vault
    used = bytes.fromhex(next(iter(stage.chain.state.ledger.deposits.keys())))
    for name, told, rule, action in (
        ("of-an-atom", "The least deposit.", "LEDGER-5", Deposit(ID, bob, 1)),
        ("of-nothing", "Nothing is no deposit.", "NUM-5", Deposit(ID, bob, 0)),
        ("as-much-as-fits", "As much as the vault's bound allows.", "NUM-5", Deposit(ID, bob, room)),
        ("more-than-fits", "An atom more does not fit.", "NUM-5", Deposit(ID, bob, room + 1)),
        ("past-the-bound", "An amount has a bound.", "NUM-5", Deposit(ID, bob, MAX_ATOMS + 1)),
        ("to-nobody", "Only to an account that is there.", "LEDGER-4", Deposit(ID, "nobody", 1)),
        ("again", "A deposit is credited once.", "LEDGER-5", Deposit(used, bob, 1)),
        ("with-a-short-id", "An id has 32 bytes.", "LEDGER-5", Deposit(ID[:31], bob, 1)),
    ):
        stage.tries_attested(f"deposit-{name}", told, (rule, "LEDGER-5"), action)


def _withdrawals(stage: LedgerStage, alice: str) -> None:
    for name, told, rule, action in (
        ("of-an-atom", "The least withdrawal.", "LEDGER-5", Withdraw(ID, 1)),
        ("of-all", "All that is there.", "MARGIN-4", Withdraw(ID, 100 * USD)),
        ("of-an-atom-too-much", "Not more.", "MARGIN-4", Withdraw(ID, 100 * USD + 1)),
        ("of-nothing", "Nothing is no withdrawal.", "NUM-5", Withdraw(ID, 0)),
        ("past-the-bound", "An amount has a bound.", "NUM-5", Withdraw(ID, MAX_ATOMS + 1)),
        ("with-a-short-id", "An id has 32 bytes.", "LEDGER-5", Withdraw(ID[:31], 1)),
    ):
        stage.tries(f"withdraw-{name}", told, (rule, "LEDGER-5"), alice, action)


def _releases(stage: LedgerStage, alice: str) -> None:
    chain = stage.chain
    chain.run(chain.sign(alice, Withdraw(ID, 7)))
    stage.tries("withdraw-again", "A withdrawal id is used once.", ("LEDGER-5",), alice, Withdraw(ID, 1))
    for name, told, action in (
        ("of-a-withdrawal", "What was paid outside leaves the vault.", Release(alice, ID)),
        ("of-nothing", "Not what was never withdrawn.", Release(alice, ID[::-1])),
        ("for-another", "Nor for another account.", Release(alice[::-1], ID)),
    ):
        stage.tries_attested(f"release-{name}", told, ("LEDGER-5",), action)
    chain.run(chain.attest(Release(alice, ID)))
    stage.tries_attested("release-again", "Nor twice.", ("LEDGER-5",), Release(alice, ID))


def _transfers(stage: LedgerStage, alice: str, bob: str, elsewhere: str) -> None:
    for name, told, rule, action in (
        ("of-all", "All the cash of an account may go.", "LEDGER-7", Transfer(bob, 100 * USD)),
        ("of-an-atom-too-much", "An account keeps at least nothing.", "MARGIN-4", Transfer(bob, 100 * USD + 1)),
        ("of-an-atom", "The least transfer.", "LEDGER-7", Transfer(bob, 1)),
        ("of-nothing", "Nothing is no transfer.", "NUM-5", Transfer(bob, 0)),
        ("of-less-than-nothing", "Nobody takes.", "NUM-5", Transfer(bob, -1)),
        ("past-the-bound", "An amount has a bound.", "NUM-5", Transfer(bob, MAX_ATOMS + 1)),
        ("to-nobody", "Only to an account that is there.", "LEDGER-4", Transfer("nobody", 1)),
        ("to-oneself", "Not to oneself.", "LEDGER-4", Transfer(alice, 1)),
        ("to-another-pool", "Not to another pool.", "LEDGER-4", Transfer(elsewhere, 1)),
    ):
        rules = (rule, "MARGIN-6", "LEDGER-7") if rule == "MARGIN-4" else (rule, "LEDGER-7")
        stage.tries(f"transfer-{name}", told, rules, alice, action)


def _bounds(stage: LedgerStage, alice: str, bob: str) -> None:
    """A balance at its bound."""
    told = "A balance has a bound."
    for room in (0, 1):
        rich = stage.with_cash({bob: MAX_ATOMS - room, alice: 100 * USD})
        signed = RING.signed(stage.chain.sign(alice, Transfer(bob, 1)))
        stage.tries_signed(f"transfer-to-a-balance-with-room-for-{room}", told, ("NUM-5",), signed, rich)


def _authority() -> list[Draft]:
    stage = LedgerStage("ledger", scenario_genesis, validators=4)
    chain = stage.chain
    alice, bob = stage.open("alice", 100 * USD), stage.open("bob")
    now, validators = chain.state.time, chain.state.validators
    good = chain.sign(alice, Transfer(bob, 1)).body
    attested = chain.attest(Deposit(ID, bob, 1))

    def tries(name: str, told: str, rules: tuple[str, ...], transaction: Transaction) -> None:
        stage.tries_signed(f"authority-{name}", told, rules, RING.signed(transaction))

    def by(owner: str, body: Body) -> Transaction:
        return Transaction(body, (Signature(RING.named(owner), bytes(64)),))

    six, key = ("LEDGER-6",), ("ENC-2", "LEDGER-6")
    tries("for-another-chain", "Only for this chain.", six, by("alice", replace(good, chain="another")))
    tries("expires-now", "Until its last moment.", six, by("alice", replace(good, expires=now)))
    tries("expired", "Not after it.", six, by("alice", replace(good, expires=now - 1)))
    tries("expires-too-late", "Time has a bound.", six, by("alice", replace(good, expires=MAX_TIME + 1)))
    tries("nonce-skipped", "A nonce may leave a gap.", six, by("alice", replace(good, nonce=good.nonce + 5)))
    tries("nonce-used", "But not come again.", six, by("alice", replace(good, nonce=good.nonce - 1)))
    tries("nonce-at-the-bound", "The largest nonce.", six, by("alice", replace(good, nonce=MAX_TIME)))
    tries("nonce-past-the-bound", "Not a larger one.", ("NUM-5",), by("alice", replace(good, nonce=MAX_TIME + 1)))
    tries("nonce-below-zero", "Nor a negative one.", ("NUM-5",), by("alice", replace(good, nonce=-1)))
    tries("of-no-account", "Nobody is no account.", ("LEDGER-4",), by("alice", replace(good, account="nobody")))
    tries("by-another-owner", "Only the owner.", key, by("bob", good))
    tries("by-nobody", "Somebody must sign.", key, Transaction(good, ()))
    twice = (*by("alice", good).signatures, *by("alice", good).signatures)
    tries("by-two", "And only one.", key, Transaction(good, twice))
    wrong = RING.signed(by("alice", replace(good, action=Transfer(bob, 2)))).signatures
    tries("signature-of-another", "Over this very transaction.", key, Transaction(good, wrong))
    for count in range(2, 5):
        told = "Attested by more than two thirds of the power."
        few = replace(attested, signatures=attested.signatures[:count])
        tries(f"attested-by-{count}-of-4", told, ("LEDGER-5", "CONS-1"), few)
    first = attested.signatures[0]
    thrice = replace(attested, signatures=(first, first, first))
    tries("attested-thrice-by-one", "By each once.", ("LEDGER-6",), thrice)
    backwards = replace(attested, signatures=attested.signatures[::-1])
    tries("attested-out-of-order", "In ascending order.", ("LEDGER-6",), backwards)
    strangers = tuple(sorted((Signature(RING.named(name), bytes(64)) for name in "xyz"), key=lambda each: each.key))
    tries("attested-by-strangers", "By validators.", ("LEDGER-5",), replace(attested, signatures=strangers))
    forged = replace(attested, signatures=(*attested.signatures[:3], Signature(validators[3].key, bytes(range(64)))))
    tries("attested-and-forged", "Every signature counts.", ("ENC-2",), forged)
    with_account = Transaction(replace(attested.body, account=alice), attested.signatures)
    tries("attested-for-an-account", "It has no account.", six, with_account)
    with_nonce = Transaction(replace(attested.body, nonce=1), attested.signatures)
    tries("attested-with-a-nonce", "And no nonce.", six, with_nonce)
    return stage.drafts


def _leaving() -> list[Draft]:
    """What may leave an account with a position: at prices that move, and while others have not paid in."""
    stage = LedgerStage("ledger", scenario_genesis)
    chain = stage.chain
    alice, bob = stage.open("alice", 1_000 * USD), stage.open("bob", 1_000 * USD)
    trade(chain, alice, bob, "BTC-PERP", 100, 50_000)
    free = 1_000 * USD - 5_000 * USD // 20 - 2_500_000
    for extra in (0, 1):
        told = "What is left covers initial margin exactly." if extra == 0 else "An atom less does not."
        stage.tries(f"leave-margin-{extra}", told, ("MARGIN-4", "MARGIN-1"), alice, Withdraw(ID, free + extra))
    stage.judges("figures-of-a-long", "Equity and requirements of a long.", ("MARGIN-1", "LEDGER-2"), alice)
    chain.block(prices={"BTC": 60_000})
    for account, who in ((alice, "winner"), (bob, "loser")):
        told = "While the index still has to move, both prices must allow it."
        stage.tries(f"leave-{who}-while-carried", told, ("ORACLE-4", "MARGIN-4"), account, Withdraw(ID, 500 * USD))
        stage.tries(f"leave-{who}-a-little", told, ("ORACLE-4",), account, Withdraw(ID, 100 * USD))
    chain.block(reports={validator.key: {} for validator in chain.state.validators})
    for _ in range(600):
        chain.block(reports={validator.key: {} for validator in chain.state.validators})
        if chain.state.feeds["BTC"].fresh_blocks == 0:
            break
    told = "Nothing leaves at a price that stood still."
    stage.tries("leave-while-frozen", told, ("ORACLE-5",), alice, Withdraw(ID, 1))
    return stage.drafts


def _pending() -> list[Draft]:
    """While a series waits for its price nobody of its pool leaves."""
    stage = LedgerStage("ledger", lambda: scenario_genesis(options=(series(call=True, strike=55_000),)))
    chain = stage.chain
    alice, bob = stage.open("alice", 1_000 * USD), stage.open("bob", 1_000 * USD)
    chain.block(elapsed=3_600_000)
    told = "A series of the pool waits for its settlement price."
    for name, action in (("withdraw", Withdraw(ID, 1)), ("transfer", Transfer(bob, 1))):
        stage.tries(f"{name}-while-pending", told, ("OPT-4",), alice, action)
    stage.tries("settle-while-pending", "Nothing settles yet.", ("OPT-3",), alice, Settle(bob, "BTC-55000-C"))
    nothing: tuple[tuple[str, str, Action], ...] = (
        ("settle-nobody", "LEDGER-4", Settle("nobody", "BTC-55000-C")),
        ("settle-nothing", "OPT-3", Settle(bob, "nothing")),
        ("cancel-nothing", "BOOK-2", Cancel(77)),
        ("liquidate-nothing", "LIQ-1", Liquidate(bob, "BTC-PERP", 1)),
    )
    for name, rule, needless in nothing:
        stage.tries(name, "There is nothing of that kind.", (rule,), alice, needless)
    return stage.drafts


def _fees() -> list[Draft]:
    """At the end of a block fees fill the fund, up to its target."""
    found = []
    for name, missing in (("to-its-target", 10), ("below-its-target", 10**9), ("at-its-target", 0)):
        pool = replace(POOL, insurance_target=10_000 * USD + missing)
        stage = LedgerStage("ledger", partial(scenario_genesis, pool=pool))
        alice, bob = stage.open("alice", 1_000 * USD), stage.open("bob", 1_000 * USD)
        start = len(stage.chain.history)
        trade(stage.chain, alice, bob, "BTC-PERP", 3, 50_000)
        told = "What both sides pay comes to the fees, and fills the fund while it lacks them."
        stage.plays(f"fund-{name}", told, ("LEDGER-9", "LEDGER-1"), start)
        found += stage.drafts
    return found
