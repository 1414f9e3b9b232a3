"""Where the exploration of the exchange starts: three people, thin margins, and something of every kind under way."""

from __future__ import annotations

from dataclasses import replace

from clearstone.models.chain import Chain, named_key
from clearstone.models.scenario_genesis import (
    MINUTE,
    PROTOCOL,
    START,
    USD,
    scenario_genesis,
    sell,
    series,
    started,
    trade,
)
from clearstone.spec.transactions import Withdraw

PEOPLE = ("alice", "bob", "carol")
"""Owners of one account each in the pool `main`."""
MARKET = "BTC-PERP"
"""The perpetual."""
OPTION = "BTC-51000-C"
"""The option that is about to expire."""
EXPIRY = START + 10 * MINUTE
"""When it does, ms since the epoch."""
PENDING = named_key("a withdrawal under way")
"""Id of the withdrawal that waits for its release."""


def starting_chain() -> tuple[Chain, dict[str, str]]:
    """A chain some blocks after genesis, and the account of each person.

    Alice is long and Bob is short 1,000 lots of the perpetual; Alice has written Bob 10 lots of the call. A lot of
    either is a thousandth of a coin.
    """
    protocol = replace(PROTOCOL, grace_blocks=1)
    chain = started(
        scenario_genesis(
            protocol=protocol,
            max_move=200_000,
            insurance=100 * USD,
            options=(series(call=True, strike=51_000, expiry=EXPIRY),),
        )
    )
    accounts = {name: chain.open(name, "main", cash) for name, cash in zip(PEOPLE, CASH, strict=True)}
    alice, bob, carol = (accounts[name] for name in PEOPLE)
    trade(chain, alice, bob, MARKET, 1_000, 50_000)
    trade(chain, bob, alice, OPTION, 10, 1_000)
    chain.run(chain.sign(carol, Withdraw(PENDING, USD)))
    chain.run(chain.sign(carol, sell(MARKET, 10, 50_500, "gtc")))
    chain.history.clear()
    return chain, accounts


CASH = (4_000 * USD, 4_000 * USD, 100_000 * USD)
"""What each of them has paid in, in atoms: Alice and Bob little more than their positions need."""
