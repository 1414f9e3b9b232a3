"""Margin: requirements to the atom, of perpetuals, of options alone and together, and what profit counts."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from clearstone.conformance.operations.account_operations import AccountToJudge
from clearstone.conformance.operations.market_operations import PerpetualToQuote
from clearstone.conformance.suites import margin_bound_cases, worsening_cases
from clearstone.conformance.suites.draft import Draft
from clearstone.conformance.suites.ledger_stage import LedgerStage, without_reports
from clearstone.models.scenario_genesis import (
    HOUR,
    PERPETUAL,
    USD,
    buy,
    scenario_genesis,
    sell,
    series,
    trade,
    walk_index,
)
from clearstone.spec.accounts import Account, Position
from clearstone.spec.instruments import Perpetual
from clearstone.spec.snapshot import Snapshot, snapshot_of
from clearstone.spec.transactions import Transfer, Withdraw

BTC = Perpetual("BTC-PERP", "main", "BTC", 1_000, PERPETUAL)
CALLS = tuple(series(call=True, strike=strike) for strike in (50_000, 55_000))
PUTS = tuple(series(call=False, strike=strike) for strike in (45_000, 50_001))
LATER = series(call=True, strike=56_000, expiry=CALLS[0].expiry + HOUR)


def drafts() -> list[Draft]:
    """The cases of the suite `margin`."""
    ends = [*margin_bound_cases.drafts(), *worsening_cases.drafts()]
    return [*_perpetuals(), *_portfolios(), *_profits(), *_leaving_with_profit(), *ends]


def _perpetuals() -> list[Draft]:
    found = []
    odd = replace(BTC, multiplier=7)
    for market, index in product((BTC, odd), (1, 3, 49_999, 50_000, 2**32)):
        for interest in (0, 99_999, 100_000, 100_001, 550_000, 1_000_000, 2**40):
            name = f"margin/perpetual-{market.multiplier}-at-{index}-interest-{interest}"
            question = PerpetualToQuote(market, index, True, interest, 0)
            told = "Margins of a lot are ceiled integers; the initial one rises with open interest."
            found.append(Draft(name, told, ("MARGIN-1", "MARGIN-5", "BOOK-3"), "quote_perpetual", question))
    return found


PORTFOLIOS: tuple[tuple[str, str, tuple[int, int, int, int, int, int]], ...] = (
    ("long-call", "What is bought needs nothing, and is no collateral.", (0, 5, 0, 0, 0, 0)),
    ("naked-call", "A call that is sold alone.", (0, -5, 0, 0, 0, 0)),
    ("naked-put", "A put that is sold alone.", (0, 0, 0, -5, 0, 0)),
    ("two-naked-calls", "Two of them.", (0, -5, -3, 0, 0, 0)),
    ("call-spread", "A call covered by a lower one.", (0, 5, -5, 0, 0, 0)),
    ("reverse-call-spread", "A call covered by a higher one.", (0, -5, 5, 0, 0, 0)),
    ("part-covered", "A part of them covered.", (0, 3, -5, 0, 0, 0)),
    ("mostly-covered", "All but one of them covered: the rise beyond the index decides.", (0, -5, 4, 0, 0, 0)),
    ("put-spread", "A put covered by another.", (0, 0, 0, 5, -5, 0)),
    ("reverse-put-spread", "The other way round.", (0, 0, 0, -5, 5, 0)),
    ("short-straddle", "Both sides sold.", (0, -5, 0, 0, -5, 0)),
    ("long-straddle", "Both bought.", (0, 5, 0, 0, 5, 0)),
    ("collar", "A perpetual between a put and a call.", (10, 0, -5, 5, 0, 0)),
    ("sure-gain", "A portfolio that cannot lose pays for no other.", (0, 5, -5, 0, 0, -4)),
    ("two-expiries", "Expiries do not hedge each other.", (0, 0, 5, 0, 0, -5)),
    ("everything", "Legs of every kind.", (-7, 3, -4, 6, -5, -2)),
)
"""Name, what it is about, lots of: perpetual, calls at 50,000 and 55,000, puts at 45,000 and 50,001, a later call."""


def _portfolios() -> list[Draft]:
    """Portfolios put into a state directly; the other side of each is another account."""
    stage = LedgerStage("margin", lambda: scenario_genesis(options=(*CALLS, *PUTS, LATER)))
    found = []
    for index in (50_000, 47_321, 53_777):
        walk_index(stage.chain, index)
        state = without_reports(snapshot_of(stage.chain.state))
        for name, told, lots in PORTFOLIOS:
            question = AccountToJudge(holding(state, lots), "a")
            rules = ("MARGIN-3", "MARGIN-3a", "MARGIN-2", "OPT-1", "NUM-3")
            found.append(Draft(f"margin/{name}-at-{index}", told, rules, "judge_account", question))
    frozen = replace(state, feeds=tuple((name, replace(feed, fresh_blocks=0)) for name, feed in state.feeds))
    for name, _, lots in PORTFOLIOS:
        question = AccountToJudge(holding(frozen, lots), "a")
        told = "On a frozen feed a short counts at the worse of mark and intrinsic, and a long at nothing."
        found.append(Draft(f"margin/{name}-frozen", told, ("MARK-1", "ORACLE-5"), "judge_account", question))
    return found


def holding(state: Snapshot, lots: tuple[int, ...]) -> Snapshot:
    """The state with an account `a` that holds so many lots of each instrument, and `b` on the other side."""
    markets = (BTC.market, *(option.market for option in (*CALLS, *PUTS, LATER)))
    held = sorted((market, size) for market, size in zip(markets, lots, strict=True) if size)
    accounts = []
    for name, sign in (("a", 1), ("b", -1)):
        positions = tuple(Position(market, sign * size, sign * size * 900_000, 0) for market, size in held)
        accounts.append((name, Account(bytes(32), "main", 0, 10**9, positions)))
    grown = {market: abs(size) for market, size in held}
    interest = tuple((name, replace(market, open_interest=grown.get(name, 0))) for name, market in state.markets)
    pools = tuple((name, replace(pool, vault=pool.insurance + 2 * 10**9)) for name, pool in state.pools)
    return replace(state, accounts=tuple(accounts), markets=interest, pools=pools)


def _profits() -> list[Draft]:
    """Unrealised profit: counted up to a cap, not at all for leaving, and never netted with losses."""
    stage = LedgerStage("margin", lambda: scenario_genesis(perpetual=replace(PERPETUAL, profit_cap=100 * USD)))
    chain = stage.chain
    alice, bob = stage.open("alice", 1_000 * USD), stage.open("bob", 1_000 * USD)
    trade(chain, alice, bob, "BTC-PERP", 50, 50_000)
    for index in (51_999, 52_000, 52_001, 53_000):
        walk_index(chain, index)
        for account, who in ((alice, "winner"), (bob, "loser")):
            told = "Profit counts up to its cap, losses in full."
            stage.judges(f"{who}-at-{index}", told, ("MARGIN-4", "MARGIN-1", "LEDGER-3"), account)
    size = sell("BTC-PERP", 20, 53_000)
    stage.acts(bob, buy("BTC-PERP", 30, 53_000, "post-only"))
    stage.tries("realise", "Closing realises profit, which is locked.", ("MARGIN-4a", "LEDGER-3"), alice, size)
    stage.tries("close-all", "And all of it.", ("MARGIN-4a", "LEDGER-3"), alice, sell("BTC-PERP", 50, 53_000))
    stage.acts(alice, size)
    for elapsed, when in ((1_000, "now"), (HOUR, "an-hour-later"), (HOUR, "two-hours-later")):
        chain.block(elapsed=elapsed)
        told = "Realised profit is locked for at least a horizon, at most two."
        stage.judges(f"locked-{when}", told, ("MARGIN-4a",), alice)
        stage.tries(f"withdraw-{when}", told, ("MARGIN-4", "MARGIN-4a"), alice, Withdraw(bytes(32), 950 * USD))
        stage.tries(f"transfer-{when}", told, ("MARGIN-4", "MARGIN-4a"), alice, Transfer(bob, 950 * USD))
    return stage.drafts


def _leaving_with_profit() -> list[Draft]:
    """A winner is not paid while the pool's losers have not paid in."""
    stage = LedgerStage("margin", lambda: scenario_genesis(options=(CALLS[0], PUTS[0])))
    chain = stage.chain
    writer, buyer = stage.open("writer", 5_000 * USD), stage.open("buyer", 1_000 * USD)
    trade(chain, buyer, writer, CALLS[0].market, 100, 1_000)
    for who, account in (("writer", writer), ("buyer", buyer)):
        told = "Premium is no collateral: what was paid for options does not leave again."
        figures = ("MARGIN-3a", "MARGIN-4")
        stage.judges(f"premium-{who}", told, figures, account)
        for amount in (100, 890, 900, 999):
            stage.tries(f"premium-{who}-{amount}", told, figures, account, Withdraw(bytes(32), amount * USD))
    return stage.drafts
