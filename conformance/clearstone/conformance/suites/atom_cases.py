"""Trades of single atoms: a price of one, a rebate of one."""

from __future__ import annotations

from dataclasses import replace

from clearstone.conformance.suites.draft import Draft
from clearstone.conformance.suites.ledger_stage import LedgerStage
from clearstone.models.scenario_genesis import USD, buy, scenario_genesis, sell, series
from clearstone.spec.genesis import Genesis

MARKET = "BTC-PERP"
INDEX = 10_000
"""Index at which the maker's rebate, 100 ppm, of a lot is an atom."""
CALL = series(call=True, strike=INDEX)


def _of_atoms() -> Genesis:
    """A genesis of which a tick of every instrument is an atom, and an option worth one."""
    genesis = scenario_genesis(first_index=INDEX, options=(CALL,), option_mark=1)
    return replace(genesis, instruments=tuple(replace(each, multiplier=1) for each in genesis.instruments))


def drafts() -> list[Draft]:
    """The cases about single atoms, of the suite `book`."""
    stage = LedgerStage("book", _of_atoms)
    alice, bob = stage.open("alice", USD), stage.open("bob", USD)
    stage.acts(bob, buy(MARKET, 1, INDEX), buy(CALL.market, 1, 1))
    rules = ("BOOK-7", "LEDGER-1", "LEDGER-2")
    for name, order in (
        ("rebate-of-an-atom", sell(MARKET, 1, INDEX, "ioc")),
        ("price-of-an-atom", sell(CALL.market, 1, 1, "ioc")),
    ):
        told = "A posting goes the way of its sign, were it of a single atom."
        stage.tries(name, told, rules, alice, order)
    return stage.drafts
