"""Margin at its ends: single lots on frozen feeds, mixed freshness, requirements below nothing, capped profits."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from clearstone.conformance.operations.account_operations import AccountToJudge
from clearstone.conformance.suites.account_edits import account_of, holding, maintenance_of, with_account, with_equity
from clearstone.conformance.suites.draft import Draft
from clearstone.conformance.suites.ledger_stage import RING, LedgerStage, without_reports
from clearstone.models.scenario_genesis import PERPETUAL, USD, buy, scenario_genesis, sell, series
from clearstone.spec.accounts import Order
from clearstone.spec.numbers import MAX_ATOMS
from clearstone.spec.snapshot import Snapshot
from clearstone.spec.transactions import Settle

MARKET = "BTC-PERP"
LOW, HIGH = series(call=True, strike=50_000), series(call=True, strike=55_000)
PUT = series(call=False, strike=50_000)
LOT = 50_000_000
"""What a lot of the perpetual is worth at first, in atoms."""


def drafts() -> list[Draft]:
    """The cases about ends, of the suite `margin`."""
    return [*_figures(), *_limits(), *_freshness(), *_profits(), *_settled(), *_uneven()]


def _judged(name: str, told: str, state: Snapshot, account: str) -> Draft:
    rules = ("MARGIN-3a", "MARGIN-4", "MARGIN-3", "BOOK-5", "LIQ-1", "MARK-1")
    return Draft(f"margin/{name}", told, rules, "judge_account", AccountToJudge(without_reports(state), account))


def marked(state: Snapshot, feed_id: str, price: int, fresh: bool = True) -> Snapshot:
    """The state with a feed at a price in ticks."""
    feeds = tuple(
        (name, replace(feed, index=price, median=price, fresh_blocks=feed.fresh_blocks if fresh else 0))
        if name == feed_id
        else (name, feed)
        for name, feed in state.feeds
    )
    return replace(state, feeds=feeds)


def _figures() -> list[Draft]:
    """Small positions in options, at marks that make single terms decide."""
    stage = LedgerStage("margin", lambda: scenario_genesis(options=(LOW, HIGH, PUT)))
    alice = stage.open("alice", 1_000 * USD)
    found = []
    for name, positions in (
        ("one-long", ((LOW.market, 1, 0),)),
        ("one-short", ((LOW.market, -1, 0),)),
        ("one-short-in-profit", ((LOW.market, -1, -9_000_000),)),
        ("one-short-in-loss", ((LOW.market, -1, -1),)),
        ("two-shorts-in-profit", ((LOW.market, -2, -9_000_000), (PUT.market, -1, -3_000_000))),
        ("spread", ((LOW.market, 5, 0), (HIGH.market, -5, 0))),
        ("spread-and-a-perpetual", ((LOW.market, 5, 0), (HIGH.market, -5, 0), (MARKET, 1, 0))),
        ("short-spread", ((LOW.market, -5, 0), (HIGH.market, 5, 0))),
        ("short-and-a-perpetual", ((LOW.market, -1, 0), (MARKET, 1, LOT))),
        ("straddle", ((LOW.market, -1, 0), (PUT.market, -1, 0))),
    ):
        state = holding(stage, alice, 100 * USD, *positions)
        told = "What single lots need, are worth and earn."
        for low, high, fresh in ((1_000, 1_000, True), (50, 4_000, True), (4_000, 50, True), (3_000, 1_000, False)):
            moved = marked(marked(state, LOW.mark_feed, low, fresh), HIGH.mark_feed, high)
            when = f"{low}-{high}" if fresh else "frozen"
            found.append(_judged(f"{name}-marked-{when}", told, moved, alice))
    return found


def at_settlement(state: Snapshot, price: int | None) -> Snapshot:
    """The state at the expiry of its series, the settlement price in ticks set."""
    expiries = tuple((name, replace(expiry, price=price)) for name, expiry in state.expiries)
    return replace(state, header=replace(state.header, time=LOW.expiry), expiries=expiries)


def _settled() -> list[Draft]:
    """Series that have settled need what they owe, and hedge nothing."""
    stage = LedgerStage("margin", lambda: scenario_genesis(options=(LOW, HIGH, PUT)))
    alice = stage.open("alice", 1_000 * USD)
    found = []
    for name, positions in (
        ("spread", ((LOW.market, 5, 0), (HIGH.market, -5, 0))),
        ("short-spread", ((LOW.market, -5, 0), (HIGH.market, 5, 0))),
        ("straddle", ((LOW.market, -2, 0), (PUT.market, -1, 0))),
    ):
        for price in (45_000, 56_789):
            held = holding(stage, alice, 100 * USD, *positions)
            state = at_settlement(held, price)
            found.append(_judged(f"settled-{name}-at-{price}", "What is settled hedges nothing.", state, alice))
        waiting = marked(at_settlement(held, None), LOW.mark_feed, 1_000, fresh=False)
        told = "Once a series has expired its mark is not asked for."
        found.append(_judged(f"pending-{name}-with-a-frozen-mark", told, waiting, alice))
        frozen = marked(held, "BTC", 50_000, fresh=False)
        found.append(_judged(f"{name}-with-a-frozen-index", "Both prices must be fresh.", frozen, alice))
        carried = marked(held, LOW.mark_feed, 1_000)
        feeds = tuple((n, replace(f, median=3_000) if n == LOW.mark_feed else f) for n, f in carried.feeds)
        found.append(
            _judged(f"{name}-with-a-carried-mark", "Marks are clamped, too.", replace(held, feeds=feeds), alice)
        )
    rich = MAX_ATOMS - 6_789_000
    for lots, cash in ((1, rich), (1, rich + 1), (-1, -rich), (-1, -rich - 1)):
        state = at_settlement(holding(stage, alice, cash, (LOW.market, lots, 0)), 56_789)
        told = "A balance has a bound, in both directions."
        name = f"settles-{'long' if lots > 0 else 'short'}-with-room-{'enough' if abs(cash) == rich else 'lacking'}"
        signed = RING.signed(stage.chain.sign(alice, Settle(alice, LOW.market)))
        stage.tries_signed(name, told, ("NUM-5", "OPT-3", "OPT-1"), signed, state)
    return found + stage.drafts


def _uneven() -> list[Draft]:
    """Series of one expiry that do not agree, more bought than sold, and prices so low that a tick is much."""
    steeper = replace(LOW.parameters, initial_fraction=400_000, maintenance_fraction=90_000)
    steep, near = replace(LOW, parameters=steeper), series(call=True, strike=52_000, parameters=steeper)
    found = []
    for name, options, positions in (
        ("first-steeper", (steep, HIGH), ((LOW.market, 3, 0), (HIGH.market, -4, 0))),
        ("first-steeper-short", (steep, HIGH), ((LOW.market, -4, 0), (HIGH.market, 3, 0))),
        ("second-steeper", (LOW, near), ((LOW.market, -3, 0), (near.market, 2, 0))),
        ("more-bought", (LOW, HIGH), ((LOW.market, 5, 0), (HIGH.market, -3, 0))),
        ("more-bought-above", (LOW, HIGH), ((LOW.market, -3, 0), (HIGH.market, 5, 0))),
    ):
        stage = LedgerStage("margin", partial(scenario_genesis, options=options))
        alice = stage.open("alice", 1_000 * USD)
        state = holding(stage, alice, 100 * USD, *positions)
        found.append(_judged(f"uneven-{name}", "An expiry as a whole needs its worst loss.", state, alice))
    for strike, index in ((1, 1), (1, 2), (2, 3), (3, 2)):
        put = series(call=False, strike=strike)
        stage = LedgerStage("margin", partial(scenario_genesis, options=(put,), first_index=index, option_mark=1))
        alice = stage.open("alice", 1_000 * USD)
        state = holding(stage, alice, USD, (put.market, -3, 0))
        found.append(_judged(f"put-of-{strike}-at-{index}", "A put loses most at a price of 0.", state, alice))
    return found


def _limits() -> list[Draft]:
    """Equity at maintenance margin, and orders beside positions of their own and of other markets."""
    stage = LedgerStage("margin", lambda: scenario_genesis(options=(LOW,)))
    alice = stage.open("alice", 1_000 * USD)
    found = []
    for lots in (-2, 1):
        held = holding(stage, alice, 0, (MARKET, lots, lots * LOT))
        need = maintenance_of(stage, held, alice)
        for name, equity in (("below", need - 1), ("at", need), ("above", need + 1)):
            state = with_equity(stage, held, alice, equity)
            side = "long" if lots > 0 else "short"
            found.append(_judged(f"{side}-{name}-maintenance", "Exactly at maintenance it is safe.", state, alice))
    for name, positions, orders in (
        ("short-with-a-bid", ((MARKET, -3, -3 * LOT),), ((True, 2, 50_100),)),
        ("short-with-a-large-bid", ((MARKET, -3, -3 * LOT),), ((True, 9, 50_100),)),
        ("short-with-an-ask", ((MARKET, -3, -3 * LOT),), ((False, 2, 49_900),)),
        ("short-with-both", ((MARKET, -3, -3 * LOT),), ((True, 7, 49_900), (False, 1, 50_100))),
        ("long-with-an-ask", ((MARKET, 3, 3 * LOT),), ((False, 2, 49_900),)),
        ("long-with-a-large-ask", ((MARKET, 3, 3 * LOT),), ((False, 9, 49_900),)),
        ("long-with-a-bid", ((MARKET, 3, 3 * LOT),), ((True, 2, 50_100),)),
        ("long-with-both", ((MARKET, 3, 3 * LOT),), ((True, 1, 50_100), (False, 7, 49_900))),
        ("another-market-with-a-bid", ((LOW.market, -3, 0),), ((True, 2, 50_100),)),
        ("another-market-with-an-ask", ((LOW.market, 4, 0),), ((False, 2, 49_900),)),
    ):
        state = holding(stage, alice, 1_000 * USD, *positions)
        resting = tuple(
            Order(100 + place, MARKET, bids, lots, price, 10 + place, False)
            for place, (bids, lots, price) in enumerate(orders)
        )
        account = replace(account_of(state, alice), orders=resting)
        told = "Orders need the worse of their two sides, beside what the position needs."
        found.append(_judged(f"{name}", told, with_account(state, alice, account), alice))
    return found


def _freshness() -> list[Draft]:
    """One price that may not be relied on, first or last of an account's, and what it may then do."""
    stage = LedgerStage("margin", lambda: scenario_genesis(options=(LOW, PUT)))
    alice, bob = stage.open("alice", 1_000 * USD), stage.open("bob", 10_000 * USD)
    stage.acts(bob, sell(MARKET, 3, 50_000), buy(MARKET, 3, 49_999))
    state = holding(stage, alice, 10_000 * USD, (LOW.market, 2, 0), (MARKET, 2, 2 * LOT), (PUT.market, 2, 0))
    told = "Who depends on a price that may not be relied on takes no more risk."
    for feed, where in ((LOW.mark_feed, "first"), (PUT.mark_feed, "second")):
        frozen = marked(state, feed, 1_000, fresh=False)
        stage.drafts.append(_judged(f"frozen-{where}", told, frozen, alice))
        for name, order in (("grows", buy(MARKET, 1, 50_000, "ioc")), ("shrinks", sell(MARKET, 1, 49_999, "ioc"))):
            signed = RING.signed(stage.chain.sign(alice, order))
            stage.tries_signed(f"frozen-{where}-{name}", told, ("MARGIN-6", "ORACLE-5"), signed, frozen)
    return stage.drafts


def _profits() -> list[Draft]:
    """Unrealised profit at its cap: what counts for an order, and what does not."""
    found = []
    for cap in (0, 100 * USD):
        market = replace(PERPETUAL, profit_cap=cap)
        stage = LedgerStage("margin", partial(scenario_genesis, perpetual=market))
        alice, bob = stage.open("alice", 1_000 * USD), stage.open("bob", 10_000 * USD)
        stage.acts(bob, sell(MARKET, 50, 50_000))
        for name, cash in (("much", 300 * USD), ("enough", 110 * USD), ("little", 1_000_000)):
            state = holding(stage, alice, cash - 10 * LOT, (MARKET, 10, 10 * LOT - 150 * USD))
            told = "Profit beyond its cap is no collateral for a new order."
            signed = RING.signed(stage.chain.sign(alice, buy(MARKET, 11, 50_000, "ioc")))
            stage.tries_signed(f"profit-with-{name}-capped-at-{cap}", told, ("MARGIN-4", "MARGIN-6"), signed, state)
        found += stage.drafts
    return found
