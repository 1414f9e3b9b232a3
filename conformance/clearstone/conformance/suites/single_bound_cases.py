"""Ends that stand alone, suite by suite: a rounding, an order of things, a key in the wrong place."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from clearstone.conformance.operations.market_operations import FundingToAdvance, ImpactPrices, OptionToQuote
from clearstone.conformance.suites.account_edits import account_of, holding, with_account
from clearstone.conformance.suites.draft import Draft
from clearstone.conformance.suites.ledger_stage import RING, LedgerStage
from clearstone.models.chain import Chain
from clearstone.models.scenario_genesis import (
    MULTIPLIER,
    OPTION,
    PERPETUAL,
    START,
    USD,
    buy,
    scenario_genesis,
    sell,
    series,
    trade,
)
from clearstone.spec.accounts import account_id
from clearstone.spec.cash import MAX_NUMBER
from clearstone.spec.funding import Funding
from clearstone.spec.instruments import Perpetual
from clearstone.spec.numbers import MAX_ATOMS, MAX_TIME
from clearstone.spec.snapshot import snapshot_of
from clearstone.spec.transactions import Body, Cancel, Deposit, OpenAccount, Signature, Transaction, Transfer, Withdraw

MARKET = "BTC-PERP"
LOT = 50_000_000
"""What a lot is worth at first, in atoms."""
ID = bytes(range(32))
CALL = series(call=True, strike=50_000)


def funding_drafts() -> list[Draft]:
    """Of the suite `funding`."""
    found = []
    for name, index, bid, ask in (
        ("floored", 49_999, 50_000, 50_003),
        ("floored-below", 49_999, 49_995, 49_998),
        ("of-a-tick", 3, 3, 4),
        ("at-the-least-index", 1, 1, 1),
    ):
        question = ImpactPrices(index, bid, ask)
        told = "Mid over index, less one, floored."
        found.append(Draft(f"funding/premium-{name}", told, ("PERP-3",), "sample_premium", question))
    perpetual = Perpetual(MARKET, "main", "BTC", MULTIPLIER, PERPETUAL)
    for name, samples in (("no-sample", ()), ("two-samples", (700, -300))):
        late = FundingToAdvance(Funding(0, 0, 0, START + 1, samples), perpetual, 50_000, START + 1, START + 2, 99)
        told = "An interval that ends within a slot takes no further sample."
        found.append(Draft(f"funding/turn-within-a-slot-{name}", told, ("PERP-3",), "advance_funding", late))
    return [*found, *_beside_an_option(), *_impact()]


def _beside_an_option() -> list[Draft]:
    """Of two positions one has funding to settle; the other stays as it is."""
    stage = LedgerStage("funding", lambda: scenario_genesis(options=(CALL,)))
    alice, bob = stage.open("alice", 10_000 * USD), stage.open("bob", 10_000 * USD)
    state = holding(stage, alice, 9_000 * USD, (CALL.market, 3, 5), (MARKET, 7, 7 * LOT))
    account = account_of(state, alice)
    option, perpetual = account.positions
    late = replace(perpetual, funding_index=perpetual.funding_index - 3_333_333)
    state = with_account(state, alice, replace(account, positions=(option, late)))
    signed = RING.signed(stage.chain.sign(alice, Transfer(bob, 1)))
    stage.tries_signed("settles-beside-an-option", "What owes nothing stays.", ("PERP-2",), signed, state)
    return stage.drafts


def _impact() -> list[Draft]:
    """The book's average prices at the impact size are no whole numbers: bids are floored, asks ceiled."""
    found = []
    bids, asks = ((3, 49_990), (7, 49_987), (5, 49_000)), ((4, 50_010), (6, 50_017), (5, 51_000))
    for name, buys, sells in (
        ("both-sides", bids, asks),
        ("bids", bids, ((10, 50_013),)),
        ("asks", ((10, 49_991),), asks),
    ):
        found.append(_sampled(name, buys, sells))
    return found


def _sampled(name: str, buys: tuple[tuple[int, int], ...], sells: tuple[tuple[int, int], ...]) -> Draft:
    stage = LedgerStage("funding", scenario_genesis)
    alice = stage.open("alice", 100_000 * USD)
    for lots, price in buys:
        stage.acts(alice, buy(MARKET, lots, price))
    for lots, price in sells:
        stage.acts(alice, sell(MARKET, lots, price))

    def waits(chain: Chain) -> None:
        chain.block(elapsed=60_000)
        chain.block(elapsed=60_000)

    told = "A premium sample is of the average price at the impact size."
    stage.next_block_tries(f"samples-of-{name}-at-the-impact-size", told, ("PERP-3",), waits)
    return stage.drafts[-1]


def options_drafts() -> list[Draft]:
    """Of the suite `options`."""
    found = []
    put = series(call=False, strike=100)
    for multiplier, index, reported in ((7, 3, 97), (7, 10, 90), (3, 40, 60), (1, 49, 51), (1, 51, 49)):
        odd = replace(put, multiplier=multiplier, parameters=replace(OPTION, put_ratio=1_000_001))
        question = OptionToQuote(odd, START, index, reported, True, None)
        name = f"options/deep-put-of-{multiplier}-at-{index}-reported-{reported}"
        told = "Deep in the money a put needs a share of its mark, ceiled."
        found.append(Draft(name, told, ("MARGIN-2", "NUM-3"), "quote_option", question))
    return found


def ledger_drafts() -> list[Draft]:
    """Of the suite `ledger`."""
    stage = LedgerStage("ledger", scenario_genesis, validators=4)
    chain, carol = stage.chain, RING.named("carol")
    alice, bob = stage.open("alice", 1_000 * USD), stage.open("bob", 1_000 * USD)
    elsewhere = account_id(carol, "nowhere", 0)
    opening = Body(chain.state.chain, elsewhere, 0, MAX_TIME, OpenAccount(carol, "nowhere", 0))
    signed = RING.signed(Transaction(opening, (Signature(carol, bytes(64)),)))
    stage.tries_signed("open-in-no-pool-by-its-own-id", "Not in a pool that is not there.", ("LEDGER-4",), signed)
    for number in (MAX_NUMBER, MAX_NUMBER + 1, MAX_NUMBER + 2):
        owned = account_id(carol, "main", number)
        last = Body(chain.state.chain, owned, 0, MAX_TIME, OpenAccount(carol, "main", number))
        signed = RING.signed(Transaction(last, (Signature(carol, bytes(64)),)))
        stage.tries_signed(f"open-{number}-by-its-own-id", "Numbers have a bound.", ("LEDGER-4",), signed)
    body = chain.sign(alice, Transfer(bob, 1)).body
    mine = RING.signature(RING.named("alice"), body)
    swapped = Transaction(body, (Signature(RING.named("bob"), mine),))
    stage.tries_signed("authority-under-another-key", "The key is named, too.", ("ENC-2", "LEDGER-6"), swapped)
    attested = chain.attest(Deposit(ID, bob, 1))
    first, second, third, fourth = attested.signatures
    for name, order in (
        ("last-two-swapped", (first, second, fourth, third)),
        ("first-two-swapped", (second, first, third, fourth)),
        ("last-twice", (first, second, third, third)),
    ):
        told = "Attestations ascend, all of them."
        wrong = RING.signed(replace(attested, signatures=order))
        stage.tries_signed(f"authority-attested-with-{name}", told, ("LEDGER-6",), wrong)
    state = snapshot_of(chain.state)
    rich = with_account(state, bob, replace(account_of(state, bob), cash=MAX_ATOMS - 5))
    rich = replace(rich, pools=tuple((name, replace(pool, vault=10**9)) for name, pool in rich.pools))
    for amount in (5, 6):
        told = "A balance has a bound, whatever the vault has."
        signed = RING.signed(chain.attest(Deposit(ID, bob, amount)))
        stage.tries_signed(f"deposit-{amount}-to-a-balance-with-room-for-5", told, ("NUM-5",), signed, rich)
    return [*stage.drafts, *_largest(), *_unclamped()]


def _largest() -> list[Draft]:
    """As much as there may be comes in, goes across and goes out."""
    stage = LedgerStage("ledger", partial(scenario_genesis, insurance=0))
    alice, bob = stage.open("alice"), stage.open("bob")
    deposit = RING.signed(stage.chain.attest(Deposit(ID, alice, MAX_ATOMS)))
    told = "As much as there may be."
    stage.tries_signed("deposit-of-the-bound", told, ("NUM-5",), deposit)
    state = snapshot_of(stage.chain.state)
    rich = with_account(state, alice, replace(account_of(state, alice), cash=MAX_ATOMS))
    for name, action in (("withdraw", Withdraw(ID, MAX_ATOMS)), ("transfer", Transfer(bob, MAX_ATOMS))):
        signed = RING.signed(stage.chain.sign(alice, action))
        stage.tries_signed(f"{name}-of-the-bound", told, ("NUM-5", "MARGIN-4"), signed, rich)
    return stage.drafts


def _unclamped() -> list[Draft]:
    """Exactly what may leave at the prices before clamping, and an atom more; profit there counts no more than here."""
    stage = LedgerStage("ledger", scenario_genesis)
    chain = stage.chain
    alice, bob = stage.open("alice", 1_000 * USD), stage.open("bob", 1_000 * USD)
    trade(chain, alice, bob, MARKET, 100, 50_000)
    for price in (47_000, 53_000):
        feeds = tuple((name, replace(feed, median=price)) for name, feed in chain.state.feeds.items())
        carried = replace(snapshot_of(chain.state), feeds=feeds)
        loss = max(0, (50_000 - price) * 100 * MULTIPLIER)
        free = 1_000 * USD - 2_500_000 - loss - price * 100 * MULTIPLIER // 20
        for extra in (0, 1):
            name = f"leave-{extra}-more-before-clamping-at-{price}"
            told = "What is left covers initial margin at the prices before clamping, too."
            signed = RING.signed(chain.sign(alice, Withdraw(ID, free + extra)))
            stage.tries_signed(name, told, ("ORACLE-4", "MARGIN-4"), signed, carried)
    return stage.drafts


def book_drafts() -> list[Draft]:
    """Of the suite `book`."""
    stage = LedgerStage("book", scenario_genesis)
    chain = stage.chain
    alice, bob, carol = (stage.open(name, 10_000 * USD) for name in ("alice", "bob", "carol"))
    stage.acts(alice, sell(MARKET, 1, 50_010), sell(MARKET, 2, 50_010), sell(MARKET, 3, 50_010))
    stage.acts(bob, sell(MARKET, 4, 50_010))
    nonce = chain.state.ledger.accounts[alice].nonce

    def cancels(copy: Chain, which: int) -> None:
        copy.block(copy.sign(alice, Cancel(nonce - which)), copy.sign(carol, buy(MARKET, 6, 50_010)))
        copy.block(copy.sign(carol, buy(MARKET, 2, 50_010)))

    for which in (0, 1, 2):
        told = "Of several orders of an account at one price, one is cancelled and the others stay, in the same block."
        stage.next_block_tries(f"cancel-{which}-of-three-at-a-price", told, ("BOOK-2",), partial(cancels, which=which))
    return stage.drafts
