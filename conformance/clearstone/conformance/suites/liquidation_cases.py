"""Liquidation: who may be, how much of him, at which charge, and who may take it over."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from clearstone.conformance.suites import default_bound_cases, pool_bound_cases, takeover_cases
from clearstone.conformance.suites.draft import Draft
from clearstone.conformance.suites.ledger_stage import RING, LedgerStage
from clearstone.models.scenario_genesis import (
    HOUR,
    MINUTE,
    POOL,
    USD,
    buy,
    scenario_genesis,
    sell,
    series,
    trade,
    walk_index,
)
from clearstone.spec.numbers import MAX_ATOMS
from clearstone.spec.transactions import Deposit, Liquidate

MARKET = "BTC-PERP"
CALL, HIGHER = series(call=True, strike=50_000), series(call=True, strike=52_000)


def drafts() -> list[Draft]:
    """The cases of the suite `liquidation`."""
    return [
        *_thresholds(),
        *_perpetuals(),
        *_expiries(),
        *_of_no_help(),
        *_frozen(),
        *default_bound_cases.drafts(),
        *pool_bound_cases.liquidation_drafts(),
        *takeover_cases.drafts(),
    ]


def _thresholds() -> list[Draft]:
    """Exactly at maintenance margin, and an atom below it."""
    stage = LedgerStage("liquidation", lambda: scenario_genesis(second_pool=True))
    chain = stage.chain
    maker, target = stage.open("maker", 100_000 * USD), stage.open("target", 1_000 * USD)
    elsewhere, own = stage.open("maker", 1_000 * USD, pool="other"), stage.open("target", 1_000 * USD, number=1)
    trade(chain, target, maker, MARKET, 200, 50_000)
    worth = 200 * 970  # what a tick of the index changes of equity less maintenance margin, in atoms
    index, missing = divmod(-chain.state.ledger.accounts[target].cash, worth)
    chain.run(chain.attest(Deposit(bytes(31) + b"\x03", target, missing)))
    walk_index(chain, 47_000)
    request = Liquidate(target, MARKET, 10)
    stage.tries("healthy", "Who has his margin is left alone.", ("LIQ-1",), maker, request)
    for above in (1, 0, -1):
        walk_index(chain, index + above)
        name = {1: "a-tick-above", 0: "exactly-at-margin", -1: "a-tick-below"}[above]
        stage.tries(name, "The threshold, to the atom.", ("LIQ-1",), maker, request)
    stage.tries("of-nobody", "An account that is there.", ("LEDGER-4",), maker, Liquidate("nobody", MARKET, 1))
    stage.tries("from-another-pool", "Of the same pool.", ("LEDGER-4",), elsewhere, request)
    stage.tries("of-oneself", "Not one's own.", ("BOOK-4",), target, request)
    stage.tries("of-an-own-account", "Nor another own one.", ("BOOK-4",), own, request)
    stage.tries("in-no-market", "A market that is there.", ("BOOK-1",), maker, Liquidate(target, "nowhere", 1))
    stage.tries("in-another-pools-market", "Of the pool.", ("BOOK-1",), maker, Liquidate(target, "ETH-PERP", 1))
    stage.tries("of-no-lots", "At least a lot.", ("BOOK-1",), maker, Liquidate(target, MARKET, 0))
    return stage.drafts


def _perpetuals() -> list[Draft]:
    found = []
    for name, pool in (
        ("plain", POOL),
        ("harsh", replace(POOL, discount_start=100_000, discount_limit=500_000, penalty=100_000)),
        ("free", replace(POOL, discount_start=0, discount_limit=0, penalty=0, liquidation_buffer=0)),
    ):
        stage = LedgerStage("liquidation", partial(scenario_genesis, pool=pool))
        chain = stage.chain
        maker, poor = stage.open("maker", 100_000 * USD), stage.open("poor", 15 * USD)
        long, short = stage.open("long", 1_000 * USD), stage.open("short", 400 * USD)
        stage.acts(maker, sell(MARKET, 200, 50_000))
        stage.acts(long, buy(MARKET, 200, 50_000), buy(MARKET, 3, 47_000))
        walk_index(chain, 46_150)
        rules = ("LIQ-3", "LIQ-4", "LIQ-2", "LIQ-1")
        stage.judges(f"{name}-figures", "Below maintenance margin.", ("LIQ-1",), long)
        for lots in (1, 7, 100, 100_000):
            told = "No more than restores the buffer, at charges that never lower the ratio."
            stage.tries(f"{name}-{lots}-lots", told, rules, maker, Liquidate(long, MARKET, lots))
        stage.tries(
            f"{name}-by-the-poor",
            "Who cannot carry it may not.",
            ("MARGIN-6", "LIQ-5"),
            poor,
            Liquidate(long, MARKET, 90),
        )
        stage.tries(
            f"{name}-by-the-poor-a-little", "What he can carry he may.", ("LIQ-5",), poor, Liquidate(long, MARKET, 1)
        )
        poorest = stage.with_cash({maker: -MAX_ATOMS})
        signed = RING.signed(chain.sign(maker, Liquidate(long, MARKET, 1)))
        stage.tries_signed(f"{name}-past-the-bound", "A balance has a bound.", ("NUM-5",), signed, poorest)
        for time in (0, 1):
            told = "A flag of the first moment is a flag."
            early = stage.flagged_at(long, time)
            stage.tries_signed(f"{name}-flagged-at-{time}", told, ("LIQ-1",), signed, early)
        start = len(chain.history)
        stage.acts(maker, Liquidate(long, MARKET, 1))
        chain.block(elapsed=5 * MINUTE)
        stage.tries(f"{name}-later", "The discount rises with time.", ("LIQ-2",), maker, Liquidate(long, MARKET, 1))
        chain.block(elapsed=3 * HOUR)
        stage.tries(f"{name}-much-later", "Up to its limit.", ("LIQ-2",), maker, Liquidate(long, MARKET, 1))
        dust = Deposit(bytes(31) + b"\x01", long, 1)
        chain.run(chain.attest(dust))
        stage.tries(
            f"{name}-after-dust", "Dust does not set the clock back.", ("LIQ-1",), maker, Liquidate(long, MARKET, 1)
        )
        chain.run(chain.attest(Deposit(bytes(31) + b"\x02", long, 1_000 * USD)))
        stage.tries(f"{name}-saved", "With the buffer the flag goes.", ("LIQ-1",), maker, Liquidate(long, MARKET, 1))
        stage.plays(f"{name}-as-blocks", "Flag, clock, dust, rescue.", ("LIQ-1", "LIQ-2"), start)
        stage.acts(maker, buy(MARKET, 30, 46_150, "post-only"))
        stage.acts(short, sell(MARKET, 30, 46_150))
        walk_index(chain, 58_300)
        told = "A short is taken over like a long."
        stage.tries(f"{name}-short", told, rules, maker, Liquidate(short, MARKET, 100_000))
        walk_index(chain, 59_600)
        told = "Without equity it is a default: nothing is taken at a discount."
        stage.tries(f"{name}-default", told, ("LIQ-2", "WATER-1"), maker, Liquidate(short, MARKET, 1))
        found += stage.drafts
    return found


def _expiries() -> list[Draft]:
    stage = LedgerStage("liquidation", lambda: scenario_genesis(options=(CALL, HIGHER)))
    chain = stage.chain
    maker, writer = stage.open("maker", 100_000 * USD), stage.open("writer", 1_700 * USD)
    spread = stage.open("spread", 400 * USD)
    trade(chain, maker, writer, CALL.market, 150, 1_500)
    trade(chain, spread, maker, HIGHER.market, 3, 1_000)
    trade(chain, maker, spread, CALL.market, 35, 1_500)
    walk_index(chain, 54_000)
    for mark in (6_500, 9_000):
        chain.block(prices={CALL.mark_feed: mark, HIGHER.mark_feed: mark - 500})
        for _ in range(40):
            chain.block()
        for target, who in ((writer, "writer"), (spread, "spread")):
            stage.judges(f"{who}-at-{mark}", "Options below maintenance margin.", ("LIQ-1", "MARGIN-3"), target)
            for parts in (1, 16, 99):
                told = "Of an expiry so many sixteenths of every leg."
                name = f"{who}-at-{mark}-{parts}-sixteenths"
                rules = ("LIQ-3", "LIQ-2", "LIQ-4", "LIQ-1")
                stage.tries(name, told, rules, maker, Liquidate(target, CALL.market, parts))
            told = "There is no position to take."
            stage.tries(f"{who}-at-{mark}-perpetual", told, ("LIQ-2", "LIQ-1"), maker, Liquidate(target, MARKET, 1))
    return stage.drafts


def _of_no_help() -> list[Draft]:
    """An expiry that is not what an account lacks margin for."""
    deep = (series(call=True, strike=40_000), series(call=True, strike=42_000))
    later = series(call=True, strike=55_000, expiry=deep[0].expiry + HOUR)
    stage = LedgerStage("liquidation", partial(scenario_genesis, options=(*deep, later), option_mark=1))
    chain = stage.chain
    maker, hedged = stage.open("maker", 100_000 * USD), stage.open("hedged", 1_050 * USD)
    trade(chain, maker, hedged, deep[0].market, 5, 10_000)
    trade(chain, hedged, maker, deep[1].market, 5, 8_000)
    trade(chain, maker, hedged, later.market, 1, 1)
    trade(chain, hedged, maker, MARKET, 200, 50_000)
    walk_index(chain, 46_000)
    stage.judges(
        "figures-of-the-hedged", "A spread that is worth its largest loss needs nothing.", ("MARGIN-3",), hedged
    )
    told = "Taking what needs no margin helps nobody."
    stage.tries("of-no-help", told, ("LIQ-4",), maker, Liquidate(hedged, deep[0].market, 16))
    told = "All sixteen, and still it is not enough."
    stage.tries("of-little-help", told, ("LIQ-3",), maker, Liquidate(hedged, later.market, 99))
    return stage.drafts


def _frozen() -> list[Draft]:
    stage = LedgerStage("liquidation", lambda: scenario_genesis(options=(CALL,)))
    chain = stage.chain
    maker, long = stage.open("maker", 100_000 * USD), stage.open("long", 1_000 * USD)
    writer = stage.open("writer", 1_700 * USD)
    trade(chain, long, maker, MARKET, 200, 50_000)
    trade(chain, maker, writer, CALL.market, 150, 1_500)
    walk_index(chain, 46_150)
    stage.tries("no-such-leg", "No position in that expiry.", ("LIQ-2",), maker, Liquidate(long, CALL.market, 1))
    silent: dict[bytes, dict[str, int]] = {validator.key: {} for validator in chain.state.validators}
    held = {name: feed.index for name, feed in chain.state.feeds.items()}
    chain.block(elapsed=700_000, reports=silent)
    told = "Nothing is taken over at a price that stood still."
    stage.tries("frozen", told, ("ORACLE-5",), maker, Liquidate(long, MARKET, 1))
    for block in range(3):
        chain.block(prices=held)
        told = "Nor in the grace period after."
        stage.tries(f"grace-{block}", told, ("ORACLE-5", "LIQ-1"), maker, Liquidate(long, MARKET, 1))
    chain.block(time=CALL.expiry)
    told = "An expired series is not taken over."
    stage.tries("expired", told, ("OPT-3",), maker, Liquidate(long, CALL.market, 1))
    return stage.drafts
