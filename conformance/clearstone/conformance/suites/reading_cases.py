"""What an independent client read otherwise, or could have: places where the plausible reading is another one.

Each of these readings passed every other case. They are told apart by states that no chain comes to soon: options whose
marks contradict each other, funding that credits nothing, equity of exactly nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from clearstone.conformance.operations.account_operations import AccountToJudge
from clearstone.conformance.suites.draft import Draft
from clearstone.conformance.suites.ledger_stage import RING, LedgerStage, without_reports
from clearstone.models.scenario_genesis import PERPETUAL, USD, buy, scenario_genesis, sell, series, trade, walk_index
from clearstone.spec.accounts import Order, Position
from clearstone.spec.genesis import Genesis
from clearstone.spec.instruments import Perpetual
from clearstone.spec.margin import equity
from clearstone.spec.snapshot import Snapshot, snapshot_of
from clearstone.spec.transactions import Action, Liquidate, Transfer, Withdraw

MARKET, SECOND = "BTC-PERP", "BTC-PERP-2"
LOW, HIGH = series(call=True, strike=50_000), series(call=True, strike=55_000)
PUT = series(call=False, strike=60_000)


def margin_drafts() -> list[Draft]:
    """Of the suite `margin`: what is bounded by 0 only together, and which equity is compared with what."""
    return [*_gains(), *_contradicting_marks(), *_frozen_option()]


def with_account(state: Snapshot, account_id: str, **changes: Any) -> Snapshot:
    """A state with some fields of an account changed."""
    accounts = tuple((key, replace(held, **changes) if key == account_id else held) for key, held in state.accounts)
    return replace(state, accounts=accounts)


def _tried(
    stage: LedgerStage, name: str, told: str, rules: tuple[str, ...], by: str, act: Action, at: Snapshot
) -> None:
    stage.tries_signed(name, told, rules, RING.signed(stage.chain.sign(by, act)), at)


def _holding(*held: tuple[str, int]) -> tuple[Position, ...]:
    return tuple(Position(market, lots, lots * 900_000, 0) for market, lots in held)


def _gains() -> list[Draft]:
    """A portfolio that gains at every price that is tried, and has a call that none covers."""
    stage = LedgerStage("margin", lambda: scenario_genesis(options=(LOW, HIGH, PUT)))
    alice = stage.open("alice", 1_000 * USD)
    found = []
    for name, sold in (("gains-cover-a-naked-call", 5), ("gains-cover-three-in-part", 7)):
        held = _holding((LOW.market, 4), (HIGH.market, -sold), (PUT.market, 2))
        state = with_account(without_reports(snapshot_of(stage.chain.state)), alice, positions=held)
        told = "What all legs gain at the worst price is set against what a naked call needs."
        rules = ("MARGIN-3", "MARGIN-3a")
        found.append(Draft(f"margin/{name}", told, rules, "judge_account", AccountToJudge(state, alice)))
    return found


def _contradicting_marks() -> list[Draft]:
    """A spread of which the worse option has the higher mark, with an order beside it."""
    stage = LedgerStage("margin", lambda: scenario_genesis(options=(LOW, HIGH)))
    alice = stage.open("alice", 1_000 * USD)
    walk_index(stage.chain, 3_000, HIGH.mark_feed)
    bid = Order(1, MARKET, True, 3, 50_000, 0, False)
    held = _holding((LOW.market, 5), (HIGH.market, -5))
    state = with_account(without_reports(snapshot_of(stage.chain.state)), alice, positions=held, orders=(bid,))
    told = "Positions that need less than nothing make room for an order: only the sum is at least 0."
    rules = ("MARGIN-3a", "BOOK-5")
    return [Draft("margin/less-than-nothing-and-a-bid", told, rules, "judge_account", AccountToJudge(state, alice))]


def _frozen_option() -> list[Draft]:
    """A trade that worsens nothing by health: equity is negative there, as a frozen option counts nothing."""
    stage = LedgerStage("margin", lambda: scenario_genesis(options=(LOW,)))
    alice, bob = stage.open("alice", 1_000 * USD), stage.open("bob", 10_000 * USD)
    stage.acts(bob, buy(MARKET, 5, 50_000))
    state = snapshot_of(stage.chain.state)
    feeds = tuple((key, replace(feed, fresh_blocks=0) if key == LOW.mark_feed else feed) for key, feed in state.feeds)
    held = (Position(LOW.market, 500, 500_000_000, 0), Position(MARKET, 10, 500_000_000, 0))
    told = "Equity by itself is compared at the marks: a fee may lower it while it is not below 0."
    for name, cash in (("positive-at-the-marks", -900 * USD), ("negative-at-the-marks", -1_000 * USD - 1)):
        weak = with_account(replace(state, feeds=feeds), alice, cash=cash, positions=held)
        _tried(stage, name, told, ("MARGIN-6", "MARK-1"), alice, sell(MARKET, 1, 50_000, "ioc"), weak)
    return stage.drafts


def liquidation_drafts() -> list[Draft]:
    """Of the suite `liquidation`: equity of exactly nothing is a default, an atom more is not."""
    stage = LedgerStage("liquidation", scenario_genesis)
    alice, bob = stage.open("alice", 1_000 * USD), stage.open("bob", 10_000 * USD)
    trade(stage.chain, alice, bob, MARKET, 10, 50_000)
    account = stage.chain.state.ledger.accounts[alice]
    nothing = account.cash - equity(account, stage.chain.state.quotes)
    told = "Without equity there is nothing to take at a discount."
    for name, cash in (("with-no-equity", nothing), ("with-an-atom-of-equity", nothing + 1)):
        state = with_account(snapshot_of(stage.chain.state), alice, cash=cash)
        _tried(stage, name, told, ("LIQ-2", "WATER-1"), bob, Liquidate(alice, MARKET, 1), state)
    return stage.drafts


def funding_drafts() -> list[Draft]:
    """Of the suite `funding`: credits of nothing, and of several markets at once."""
    stage = LedgerStage("funding", _two_perpetuals)
    alice, bob = stage.open("alice", 1_000 * USD), stage.open("bob", 1_000 * USD)
    quotes = stage.chain.state.quotes
    told = "A credit that rounds to nothing is a settlement, too; credits of all markets are one profit or loss."
    tried = (
        ("nothing", 400_000, 0),
        ("a-loss-and-a-gain", -3_000_000, 5_000_000),
        ("a-gain-and-a-loss", 5_000_000, -8),
    )
    for name, *behind in tried:
        held = tuple(
            Position(market, 1, 50_000_000, quotes[market].funding_index + late)
            for market, late in zip((MARKET, SECOND), behind, strict=True)
        )
        state = with_account(snapshot_of(stage.chain.state), alice, positions=held)
        _tried(stage, f"credits-{name}", told, ("PERP-2", "MARGIN-4a"), alice, Transfer(bob, 1), state)
    return stage.drafts


def _two_perpetuals() -> Genesis:
    genesis = scenario_genesis()
    second = Perpetual(SECOND, "main", "BTC", 1_000, PERPETUAL)
    return replace(genesis, instruments=(*genesis.instruments, second))


def ledger_drafts() -> list[Draft]:
    """Of the suite `ledger`: what receivers of funding took out of a clearing balance before payers paid in."""
    stage = LedgerStage("ledger", scenario_genesis)
    alice = stage.open("alice", 1_000 * USD)
    state = snapshot_of(stage.chain.state)
    owed = 600 * USD
    markets = tuple((key, replace(held, clearing=-owed) if key == MARKET else held) for key, held in state.markets)
    pools = tuple((key, replace(held, vault=held.vault - owed) if key == "main" else held) for key, held in state.pools)
    ahead = replace(state, markets=markets, pools=pools)
    told = "What a clearing balance is short of stays in the pool until payers have paid in."
    for name, amount in (("all-but-what-is-owed", 400 * USD), ("an-atom-of-what-is-owed", 400 * USD + 1)):
        act = Withdraw(bytes(32), amount)
        _tried(stage, f"withdraw-{name}", told, ("LEDGER-5", "PERP-2"), alice, act, ahead)
    return stage.drafts
