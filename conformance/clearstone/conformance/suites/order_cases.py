"""Orders beside what surrounds them: fees, margin of several orders, limits, frozen feeds, options."""

from __future__ import annotations

from dataclasses import replace

from clearstone.conformance.suites.draft import Draft
from clearstone.conformance.suites.ledger_stage import LedgerStage
from clearstone.models.scenario_genesis import PERPETUAL, USD, buy, scenario_genesis, sell, series, trade
from clearstone.spec.transactions import Cancel

MARKET = "BTC-PERP"


def fee_drafts() -> list[Draft]:
    """A maker who pays, and orders in two markets at once."""
    call = series(call=True, strike=55_000)
    market = replace(PERPETUAL, maker_fee=333, taker_fee=777)
    stage = LedgerStage("book", lambda: scenario_genesis(perpetual=market, options=(call,)))
    alice, bob = stage.open("alice", 10_000 * USD), stage.open("bob", 10_000 * USD)
    stage.acts(alice, sell(MARKET, 7, 50_001), buy(call.market, 3, 901))
    stage.judges("figures-of-two-markets", "Orders of each market by themselves.", ("BOOK-5",), alice)
    stage.tries(
        "fees-of-both", "Both sides pay, each ceiled.", ("BOOK-7", "NUM-3", "LEDGER-1"), bob, buy(MARKET, 3, 50_001)
    )
    return stage.drafts


def netting_drafts() -> list[Draft]:
    """Orders at good prices do not make up for orders at bad ones."""
    stage = LedgerStage("book", scenario_genesis)
    alice, bob = stage.open("alice", 10_000 * USD), stage.open("bob", 10_000 * USD)
    stage.acts(alice, buy(MARKET, 5, 49_000), buy(MARKET, 5, 50_500))
    stage.judges("figures-of-a-good-and-a-bad-bid", "Each order is judged by itself.", ("BOOK-5",), alice)
    stage.acts(bob, sell(MARKET, 5, 51_000), sell(MARKET, 3, 50_600))
    stage.judges("figures-of-two-good-asks", "Good prices earn nothing.", ("BOOK-5",), bob)
    stage.acts(stage.open("carol", 10_000 * USD), sell(MARKET, 5, 50_500))
    carol = stage.open("dora", 10_000 * USD)
    stage.acts(carol, sell(MARKET, 2, 49_600), sell(MARKET, 5, 51_000))
    stage.judges("figures-of-a-good-and-a-bad-ask", "Each order is judged by itself.", ("BOOK-5",), carol)
    return stage.drafts


def limit_drafts() -> list[Draft]:
    """Open interest has a limit."""
    market = replace(PERPETUAL, max_open_interest=10, open_interest_low=4, open_interest_high=8)
    stage = LedgerStage("book", lambda: scenario_genesis(perpetual=market))
    chain = stage.chain
    alice, bob, carol = (stage.open(name, 10_000 * USD) for name in ("alice", "bob", "carol"))
    trade(chain, alice, bob, MARKET, 6, 50_000)
    stage.judges("figures-at-high-interest", "Initial margin grows with open interest.", ("MARGIN-5",), alice)
    chain.run(chain.sign(bob, sell(MARKET, 9, 50_000)))
    for lots in (4, 5):
        told = "Open interest has a limit."
        stage.tries(f"open-interest-{lots}", told, ("MARGIN-5",), carol, buy(MARKET, lots, 50_000))
        stage.tries(f"open-interest-{lots}-fok", told, ("MARGIN-5",), carol, buy(MARKET, lots, 50_000, "fok"))
    return stage.drafts


def frozen_drafts() -> list[Draft]:
    """While a feed is frozen."""
    stage = LedgerStage("book", scenario_genesis)
    chain = stage.chain
    alice, bob = stage.open("alice", 10_000 * USD), stage.open("bob", 10_000 * USD)
    trade(chain, alice, bob, MARKET, 6, 50_000)
    chain.run(chain.sign(bob, buy(MARKET, 3, 50_000)))
    nonce = chain.state.ledger.accounts[bob].nonce
    silent: dict[bytes, dict[str, int]] = {validator.key: {} for validator in chain.state.validators}
    chain.block(elapsed=700_000, reports=silent)
    told = "While a feed is frozen risk may only shrink."
    stage.tries("frozen-new", told, ("ORACLE-5",), alice, buy(MARKET, 1, 50_000))
    stage.tries("frozen-reduces", told, ("ORACLE-5",), alice, sell(MARKET, 2, 50_000, reduce_only=True))
    stage.tries("frozen-cancels", told, ("ORACLE-5", "BOOK-2"), bob, Cancel(nonce))
    return stage.drafts


def option_drafts() -> list[Draft]:
    """Orders in an option series."""
    call = series(call=True, strike=55_000)
    stage = LedgerStage("book", lambda: scenario_genesis(options=(call,)))
    chain = stage.chain
    writer, buyer = stage.open("writer", 10_000 * USD), stage.open("buyer", 100 * USD)
    market = call.market
    chain.run(chain.sign(writer, sell(market, 10, 1_000)), chain.sign(buyer, buy(market, 5, 900)))
    stage.judges("figures-of-an-ask", "An ask needs its margin standing alone.", ("BOOK-5", "MARGIN-2"), writer)
    stage.judges("figures-of-a-bid", "A bid needs its premium.", ("BOOK-5",), buyer)
    stage.tries("option-bought", "The premium is paid at the trade.", ("OPT-1", "BOOK-7"), buyer, buy(market, 3, 1_000))
    stage.tries("option-lots-for-less", "More than the cash pays for.", ("MARGIN-6",), buyer, buy(market, 112, 900))
    chain.block(elapsed=3_600_000)
    stage.tries("option-after-expiry", "At expiry trading ends.", ("OPT-3",), buyer, buy(market, 1, 1_000))
    return stage.drafts
