"""Orders: what is taken, what trades with whom and at what price, what rests."""

from __future__ import annotations

from dataclasses import replace

from clearstone.conformance.suites import atom_cases, pool_bound_cases, single_bound_cases, trade_bound_cases
from clearstone.conformance.suites.draft import Draft
from clearstone.conformance.suites.ledger_stage import RING, LedgerStage
from clearstone.conformance.suites.order_cases import (
    fee_drafts,
    frozen_drafts,
    limit_drafts,
    netting_drafts,
    option_drafts,
)
from clearstone.models.scenario_genesis import (
    FIRST_INDEX,
    POOL,
    USD,
    buy,
    scenario_genesis,
    sell,
    trade,
    walk_index,
)
from clearstone.spec.numbers import MAX_ATOMS, MAX_LOTS, MAX_TICKS
from clearstone.spec.transactions import Cancel, Place, SelfTradePrevention

MARKET = "BTC-PERP"


def drafts() -> list[Draft]:
    """The cases of the suite `book`."""
    return [
        *_numbers(),
        *_resting(),
        *_matching(),
        *_self_trades(),
        *_health(),
        *limit_drafts(),
        *fee_drafts(),
        *netting_drafts(),
        *_within_a_block(),
        *frozen_drafts(),
        *option_drafts(),
        *trade_bound_cases.drafts(),
        *pool_bound_cases.book_drafts(),
        *single_bound_cases.book_drafts(),
        *atom_cases.drafts(),
    ]


def _numbers() -> list[Draft]:
    stage = LedgerStage("book", lambda: scenario_genesis(second_pool=True))
    alice = stage.open("alice", 1_000_000 * USD)
    for name, told, rule, order in (
        ("one-lot", "The smallest order.", "BOOK-1", buy(MARKET, 1, FIRST_INDEX)),
        ("no-lots", "No order of nothing.", "BOOK-1", buy(MARKET, 0, FIRST_INDEX)),
        ("negative-lots", "Nor of less.", "BOOK-1", buy(MARKET, -1, FIRST_INDEX)),
        ("lots-past-the-bound", "Sizes have a bound.", "BOOK-1", buy(MARKET, MAX_LOTS + 1, FIRST_INDEX)),
        ("lots-at-the-bound", "The largest, without the margin.", "MARGIN-6", buy(MARKET, MAX_LOTS, FIRST_INDEX)),
        ("price-of-nothing", "A price is at least a tick.", "BOOK-1", buy(MARKET, 1, 0)),
        ("price-past-the-bound", "Prices have a bound.", "BOOK-1", buy(MARKET, 1, MAX_TICKS + 1)),
        ("no-market", "A market that is there.", "BOOK-1", buy("nowhere", 1, FIRST_INDEX)),
        ("another-pools-market", "In the account's own pool.", "BOOK-1", buy("ETH-PERP", 1, 2_000)),
        ("highest-price", "The edge of the band.", "BOOK-3", buy(MARKET, 1, 55_000)),
        ("above-the-band", "A tick above it.", "BOOK-3", buy(MARKET, 1, 55_001)),
        ("lowest-price", "The other edge.", "BOOK-3", sell(MARKET, 1, 45_000)),
        ("below-the-band", "A tick below it.", "BOOK-3", sell(MARKET, 1, 44_999)),
        ("market-order-that-rests", "A market order does not rest.", "BOOK-2", buy(MARKET, 1, None, "gtc")),
        ("market-order-post-only", "Nor waits.", "BOOK-2", buy(MARKET, 1, None, "post-only")),
        ("market-order-alone", "It finds nobody.", "BOOK-2", buy(MARKET, 1)),
        ("fok-alone", "Whole or not at all.", "BOOK-2", buy(MARKET, 1, FIRST_INDEX, "fok")),
        ("ioc-alone", "At once or not.", "BOOK-2", buy(MARKET, 1, FIRST_INDEX, "ioc")),
    ):
        stage.tries(name, told, (rule,), alice, order)
    return stage.drafts


def _resting() -> list[Draft]:
    stage = LedgerStage("book", lambda: scenario_genesis(pool=replace(POOL, max_orders=2)))
    chain = stage.chain
    alice, bob, poor = (
        stage.open("alice", 10_000 * USD),
        stage.open("bob", 10_000 * USD),
        stage.open("poor", 25 * USD // 10),
    )
    chain.run(chain.sign(alice, sell(MARKET, 5, 50_100)))
    nonce = chain.state.ledger.accounts[alice].nonce
    stage.tries("cancel", "An own order leaves the book.", ("BOOK-2",), alice, Cancel(nonce))
    stage.tries("cancel-of-another", "Not another's.", ("BOOK-2",), bob, Cancel(nonce))
    stage.tries(
        "post-only-beside", "Post-only, a tick below the ask.", ("BOOK-2",), bob, buy(MARKET, 1, 50_099, "post-only")
    )
    stage.tries("post-only-that-crosses", "Not at the ask.", ("BOOK-2",), bob, buy(MARKET, 1, 50_100, "post-only"))
    stage.tries("rest-exactly", "Margin for one lot, exactly.", ("MARGIN-6", "BOOK-5"), poor, buy(MARKET, 1, 50_000))
    stage.tries("rest-a-lot-too-many", "Not for two.", ("MARGIN-6", "BOOK-5"), poor, buy(MARKET, 2, 50_000))
    worse = buy(MARKET, 1, 50_001)
    stage.tries("rest-above-the-mark", "Nor for what it would lose at once.", ("MARGIN-6", "BOOK-5"), poor, worse)
    chain.run(chain.sign(alice, buy(MARKET, 5, 49_900)))
    stage.judges("figures-of-two-sides", "Orders on both sides need the worse.", ("BOOK-5",), alice)
    stage.tries("one-order-too-many", "An account has a limit of orders.", ("BOOK-2",), alice, buy(MARKET, 1, 49_000))
    stage.tries("market-order-at-the-limit", "It needs no place.", ("BOOK-2",), alice, buy(MARKET, 1))
    return stage.drafts


def _matching() -> list[Draft]:
    stage = LedgerStage("book", scenario_genesis)
    chain = stage.chain
    alice, bob, carol = (stage.open(name, 10_000 * USD) for name in ("alice", "bob", "carol"))
    for account, lots, price in ((alice, 5, 50_200), (bob, 7, 50_100), (carol, 4, 50_100)):
        chain.run(chain.sign(account, sell(MARKET, lots, price)))
    dora = stage.open("dora", 10_000 * USD)
    for name, told, order in (
        ("best-price-first", "The best price, and of one price the oldest.", buy(MARKET, 3, 50_300)),
        ("whole-level", "A level is emptied.", buy(MARKET, 11, 50_300)),
        ("through-levels", "And then the next.", buy(MARKET, 13, 50_300)),
        ("rest-stays", "What is left rests.", buy(MARKET, 20, 50_300)),
        ("up-to-the-limit", "No further than the limit.", buy(MARKET, 20, 50_100)),
        ("ioc-in-part", "What is left is dropped.", buy(MARKET, 20, 50_100, "ioc")),
        ("fok-whole", "Whole.", buy(MARKET, 16, 50_200, "fok")),
        ("fok-too-large", "Not in part.", buy(MARKET, 17, 50_200, "fok")),
        ("market-order", "At any price within the band.", buy(MARKET, 16)),
        (
            "reduce-only-without-position",
            "There is nothing to reduce.",
            buy(MARKET, 1, 50_300, "ioc", reduce_only=True),
        ),
    ):
        stage.tries(name, told, ("BOOK-2", "BOOK-7", "LEDGER-1"), dora, order)
    stage.tries(
        "fees", "Fees of one lot: ceiled, the rebate floored.", ("BOOK-7", "LEDGER-1"), dora, buy(MARKET, 1, 50_300)
    )
    trade_first = len(chain.history)
    chain.run(chain.sign(dora, buy(MARKET, 9, 50_300)))
    stage.tries("opens-against-a-rest", "A seller meets nobody.", ("BOOK-2",), dora, sell(MARKET, 1, 50_000))
    stage.acts(bob, buy(MARKET, 40, 50_050, reduce_only=True), buy(MARKET, 6, 50_040))
    stage.tries("meets-reduce-only", "A reduce-only maker shrinks.", ("BOOK-2",), dora, sell(MARKET, 9, 50_000))
    rich = stage.with_cash({dora: MAX_ATOMS})
    signed = RING.signed(chain.sign(dora, sell(MARKET, 1, 50_000)))
    stage.tries_signed("taker-past-the-bound", "A balance has a bound.", ("NUM-5",), signed, rich)
    for lots in (8, 9, 10):
        told = "A reduce-only order never flips a position."
        order = sell(MARKET, lots, 49_000, "ioc", reduce_only=True)
        stage.tries(f"reduce-only-{lots}", told, ("BOOK-2", "MARGIN-4a"), dora, order)
    stage.acts(carol, buy(MARKET, 20, 50_030))
    stage.tries(
        "flips",
        "A position changes sides: a close and an opening.",
        ("LEDGER-3", "MARGIN-4a"),
        dora,
        sell(MARKET, 25, 50_000),
    )
    stage.acts(bob, buy(MARKET, 8, 50_300))
    stage.tries(
        "meets-needless-reduce-only",
        "What has nothing left to reduce goes.",
        ("BOOK-2",),
        dora,
        sell(MARKET, 5, 50_000),
    )
    stage.plays("as-blocks", "The same as a sequence of blocks.", ("BOOK-2", "BOOK-7"), trade_first)
    return stage.drafts


def _self_trades() -> list[Draft]:
    stage = LedgerStage("book", scenario_genesis)
    chain = stage.chain
    first, second = stage.open("alice", 10_000 * USD), stage.open("alice", 10_000 * USD, number=1)
    bob = stage.open("bob", 10_000 * USD)
    chain.run(chain.sign(first, sell(MARKET, 5, 50_100)), chain.sign(bob, sell(MARKET, 5, 50_200)))
    modes: tuple[SelfTradePrevention, ...] = ("cancel-maker", "cancel-taker", "decrement")
    for mode in modes:
        for account, who in ((first, "itself"), (second, "own-account")):
            for lots in (4, 5, 6, 10):
                told = "An owner does not trade with himself."
                order = buy(MARKET, lots, 50_300, self_trade=mode)
                stage.tries(f"self-trade-{mode}-{who}-{lots}", told, ("BOOK-4",), account, order)
        order = buy(MARKET, 5, 50_300, "fok", self_trade=mode)
        stage.tries(f"self-trade-{mode}-fok", "Whole or not at all.", ("BOOK-4",), second, order)
    chain.run(chain.sign(bob, sell(MARKET, 2, 50_090)))
    late = buy(MARKET, 4, 50_300, self_trade="cancel-taker")
    stage.tries("self-trade-after-a-fill", "What was filled stands.", ("BOOK-4",), second, late)
    return stage.drafts


def _health() -> list[Draft]:
    stage = LedgerStage("book", scenario_genesis)
    chain = stage.chain
    maker, weak = stage.open("maker", 100_000 * USD), stage.open("weak", 300 * USD)
    rich, poor = stage.open("rich", 10_000 * USD), stage.open("poor", 26 * USD)
    trade(chain, weak, maker, MARKET, 100, 50_000)
    chain.run(chain.sign(weak, buy(MARKET, 5, 49_000)), chain.sign(maker, buy(MARKET, 5, 48_500)))
    stage.tries("taker-exactly", "As many lots as margin allows.", ("MARGIN-6",), poor, sell(MARKET, 10, 48_000, "ioc"))
    walk_index(chain, 48_800)
    stage.tries("maker-fails", "A maker that cannot pay is cancelled.", ("BOOK-6",), rich, sell(MARKET, 7, 48_000))
    stage.tries(
        "maker-fails-fok", "And then there is too little.", ("BOOK-6", "BOOK-2"), rich, sell(MARKET, 7, 48_000, "fok")
    )
    stage.judges("figures-of-the-weak", "Below initial margin.", ("MARGIN-4", "BOOK-5"), weak)
    stage.acts(maker, buy(MARKET, 20, 48_700), sell(MARKET, 20, 48_900))
    told = "Below initial margin only what worsens nothing."
    orders: tuple[tuple[str, Place], ...] = (
        ("grows", buy(MARKET, 1, 48_900, "ioc")),
        ("shrinks", sell(MARKET, 1, 48_700, "ioc")),
        ("rests-to-shrink", sell(MARKET, 1, 50_000)),
        ("rests-to-grow", buy(MARKET, 1, 48_500)),
    )
    for name, order in orders:
        stage.tries(f"weak-{name}", told, ("MARGIN-6",), weak, order)
    stage.tries("taker-fails", "A taker without margin.", ("MARGIN-6",), poor, buy(MARKET, 15, 48_900))
    stage.tries("taker-fails-fok", "Nor at once.", ("MARGIN-6",), poor, buy(MARKET, 15, 48_900, "fok"))
    chain.run(chain.sign(rich, sell(MARKET, 3, 48_850)))
    stage.tries("taker-fails-later", "What was filled stands.", ("MARGIN-6",), poor, buy(MARKET, 16, 48_900))
    told = "What was filled stands, though the rest needs too much."
    stage.tries("rest-fails-later", told, ("MARGIN-6",), poor, buy(MARKET, 12, 48_850))
    walk_index(chain, 44_000)
    stage.tries("maker-out-of-band", "A maker left behind is cancelled.", ("BOOK-3",), rich, sell(MARKET, 3, 44_000))
    return stage.drafts


def _within_a_block() -> list[Draft]:
    """Several takers in one block: what the first has filled the second does not find."""
    stage = LedgerStage("book", scenario_genesis)
    chain = stage.chain
    alice, bob, carol, dora = (stage.open(name, 10_000 * USD) for name in ("alice", "bob", "carol", "dora"))
    stage.acts(alice, sell(MARKET, 5, 50_100))
    stage.acts(bob, sell(MARKET, 5, 50_100))
    start = len(chain.history)
    chain.block(*(chain.sign(taker, buy(MARKET, 5, 50_200)) for taker in (carol, dora)))
    chain.block(chain.sign(alice, sell(MARKET, 1, 50_200)), chain.sign(carol, buy(MARKET, 2, 50_200)))
    told = "A filled order is gone for whoever comes after."
    stage.plays("takers-of-one-block", told, ("BOOK-2",), start)
    return stage.drafts
