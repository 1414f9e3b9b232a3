"""A workload to measure: an exchange with many accounts, and blocks of transfers and fills.

Every account holds two perpetual positions, one long and one short, and enough cash that nothing is refused: what is
measured is the accepted case, with full margin checks of both sides. Two makers stand on either side of the book.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from clearstone.models.chain import Chain, equal_validators, named_key
from clearstone.models.scenario_genesis import MULTIPLIER, PERPETUAL, POOL, PROTOCOL, USD
from clearstone.spec.accounts import Account, Position, account_id
from clearstone.spec.genesis import Genesis, GenesisFeed, GenesisPool
from clearstone.spec.instruments import Perpetual
from clearstone.spec.transactions import Place, Transaction, Transfer

MAIN = "main"
"""The one pool."""
BITCOIN, ETHER = "BTC-PERP", "ETH-PERP"
BITCOIN_TICKS, ETHER_TICKS = 50_000, 3_000
BITCOIN_LOTS, ETHER_LOTS = 10, 100
"""Lots that every account holds of each, in opposite directions."""


def workload_genesis() -> Genesis:
    """One pool with two perpetuals, and four validators; open interest so high that margins stay the same."""
    terms = replace(PERPETUAL, open_interest_low=1 << 36, open_interest_high=1 << 37)
    return Genesis(
        chain="workload",
        time=1_600_000_000_000,
        validators=equal_validators(4),
        parameters=PROTOCOL,
        pools=(GenesisPool(MAIN, 10_000 * USD, POOL),),
        feeds=(GenesisFeed("BTC", BITCOIN_TICKS, 50_000), GenesisFeed("ETH", ETHER_TICKS, 50_000)),
        instruments=(
            Perpetual(BITCOIN, MAIN, "BTC", MULTIPLIER, terms),
            Perpetual(ETHER, MAIN, "ETH", MULTIPLIER, terms),
        ),
    )


class Workload:
    """A populated chain, and blocks of transactions for it."""

    def __init__(self, accounts: int, funding_rate: int = 0) -> None:
        """An exchange with so many accounts (even), two makers besides, and a funding rate in ppm an interval."""
        self.chain = Chain(workload_genesis())
        self.random = Random(accounts)
        self.accounts = [account_id(named_key(f"trader {number}"), MAIN, 0) for number in range(accounts)]
        self._populate(funding_rate)
        self.makers = (
            self.chain.open("seller", MAIN, 100_000_000 * USD),
            self.chain.open("buyer", MAIN, 100_000_000 * USD),
        )
        self.nonce = 0

    def _populate(self, funding_rate: int) -> None:
        """Write the accounts into the state as if they had traded with each other at the index."""
        state = self.chain.state
        held, vault = state.ledger.accounts, 0
        for number, account in enumerate(self.accounts):
            sign = 1 if number % 2 == 0 else -1
            bitcoin, ether = sign * BITCOIN_LOTS, -sign * ETHER_LOTS
            positions = (
                Position(BITCOIN, bitcoin, bitcoin * BITCOIN_TICKS * MULTIPLIER, 0),
                Position(ETHER, ether, ether * ETHER_TICKS * MULTIPLIER, 0),
            )
            cash = 1_000 * USD - sum(position.cost for position in positions)
            vault += cash
            held = held.set(account, Account(named_key(f"trader {number}"), MAIN, 0, cash, positions))
        pool = state.ledger.pools[MAIN]
        markets, funding = state.ledger.markets, state.funding
        for market, lots in ((BITCOIN, BITCOIN_LOTS), (ETHER, ETHER_LOTS)):
            markets = markets.set(market, replace(markets[market], open_interest=len(self.accounts) // 2 * lots))
            funding = funding.set(market, replace(funding[market], rate=funding_rate))
        pools = state.ledger.pools.set(MAIN, replace(pool, vault=pool.vault + vault))
        ledger = replace(state.ledger, accounts=held, pools=pools, markets=markets)
        self.chain.state = replace(state, ledger=ledger, funding=funding)
        self.chain.block()

    def stock_book(self, lots: int, spread: int = 1) -> None:
        """Let the makers stand on either side of the index with so many lots of bitcoin, `spread` ticks away."""
        seller, buyer = self.makers
        self.chain.run(
            self.chain.sign(seller, self.order("sell", lots, BITCOIN_TICKS + spread)),
            self.chain.sign(buyer, self.order("buy", lots, BITCOIN_TICKS - spread)),
        )

    def order(self, side: str, lots: int, price: int | None) -> Place:
        """An order for bitcoin: GTC at a price in ticks, or a market order."""
        return Place(
            market=BITCOIN,
            side="buy" if side == "buy" else "sell",
            lots=lots,
            price=price,
            time_in_force="ioc" if price is None else "gtc",
            reduce_only=False,
            self_trade="cancel-maker",
        )

    def mixed(self, count: int) -> tuple[Transaction, ...]:
        """So many transactions, half transfers and half market orders of one lot, by random accounts."""
        return tuple(transaction for _ in range(count // 2) for transaction in (self.transfer(), self.market_order()))

    def transfer(self) -> Transaction:
        """A transfer of a random amount between two random accounts."""
        self.nonce += 1
        sender, receiver = self.random.sample(self.accounts, 2)
        return self.chain.sign(sender, Transfer(receiver, self.random.randint(1, USD)), nonce=self.nonce)

    def market_order(self) -> Transaction:
        """A market order for one lot, by a random account in a random direction."""
        self.nonce += 1
        side = self.random.choice(("buy", "sell"))
        return self.chain.sign(self.random.choice(self.accounts), self.order(side, 1, None), nonce=self.nonce)

    def blocks(self, count: int, size: int) -> Iterator[tuple[Transaction, ...]]:
        """So many blocks of mixed transactions."""
        return (self.mixed(size) for _ in range(count))
