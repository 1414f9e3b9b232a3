"""Random programs on a small chain: whatever is sent, in whatever order, what must hold holds after every step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from clearstone.models.chain import Chain, named_key
from clearstone.models.scenario_genesis import (
    HOUR,
    MINUTE,
    OPTION,
    PERPETUAL,
    POOL,
    PROTOCOL,
    START,
    USD,
    scenario_genesis,
    series,
    started,
)
from clearstone.spec.accounts import account_id
from clearstone.spec.blocks import Block
from clearstone.spec.margin import liquidatable
from clearstone.spec.parameters import DAY
from clearstone.spec.receipts import Receipt
from clearstone.spec.state import State
from clearstone.spec.transactions import (
    Action,
    Cancel,
    ChangeParameter,
    Deposit,
    Liquidate,
    OpenAccount,
    Place,
    Release,
    Settle,
    Transaction,
    Transfer,
    Withdraw,
)

OWNERS = ("alice", "bob", "carol", "dave", "erin")
EXPIRIES = (START + 50 * MINUTE, START + 2 * HOUR)
AuditedBlock = Callable[[State, Block], tuple[State, tuple[Receipt, ...]]]


def a_chain(random: Random) -> Chain:
    options = tuple(
        replace(series(call=call, strike=strike, expiry=expiry), market=f"{expiry}-{strike}-{call}")
        for expiry in EXPIRIES
        for strike, call in ((48_000, False), (50_000, True), (52_000, True))
    )
    genesis = scenario_genesis(
        protocol=replace(PROTOCOL, parameter_delay=random.choice((1, HOUR))),
        pool=replace(POOL, insurance_window=random.choice((HOUR, DAY)), unassigned_cap=50 * USD, max_orders=6),
        perpetual=replace(
            PERPETUAL,
            insurance_cap=random.choice((0, 20, 2_000)) * USD,
            maker_fee=random.choice((-500, -100, 0, 300)),
            max_open_interest=5_000,
            funding_interval=HOUR,
            funding_limit=100_000,
            open_interest_low=100,
            open_interest_high=3_000,
            profit_cap=random.choice((0, 100)) * USD,
        ),
        insurance=random.choice((0, 30, 1_000)) * USD,
        options=tuple(
            replace(option, parameters=replace(OPTION, insurance_cap=100 * USD), mark_feed="MARK") for option in options
        ),
        second_pool=True,
    )
    feeds = tuple({feed.feed: feed for feed in genesis.feeds}.values())
    return started(replace(genesis, feeds=feeds))


class Program:
    """A source of random transactions that are often acceptable."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.chain = a_chain(self.random)
        self.accounts = [
            self.chain.open(owner, pool, self.random.choice((0, 50, 300, 2_000)) * USD, number)
            for owner in OWNERS
            for pool, number in (("main", 0), ("main", 1), ("other", 0))
            if pool == "main" or owner in "alice bob"
        ]
        self.prices = {"BTC": 50_000, "ETH": 2_000, "MARK": 1_000}
        self.serial = 0

    def fresh_id(self) -> bytes:
        self.serial += 1
        return named_key(f"id {self.serial}")

    def nonces(self, account: str) -> int:
        orders = self.chain.state.ledger.accounts[account].orders
        return self.random.choice(orders).nonce if orders else 0

    def targets(self) -> list[tuple[str, str]]:
        """Accounts and markets worth naming: below maintenance or settled, if there are any, else anything."""
        state = self.chain.state
        held = [
            (account_id, position.instrument)
            for account_id, account in state.ledger.accounts.items()
            for position in account.positions
            if liquidatable(account, state.quotes) or state.quotes[position.instrument].phase == "settle"
        ]
        if held and self.random.random() < 0.8:
            return held
        return [(self.random.choice(self.accounts), self.random.choice(state.instruments.keys()))]

    def order(self, account: str) -> Place:
        random, pool = self.random, self.chain.state.ledger.accounts[account].pool
        quotes = self.chain.state.quotes
        markets = [name for name, quote in quotes.items() if quote.instrument.pool == pool and quote.phase != "settle"]
        market = random.choice([*sorted(markets), *["BTC-PERP" if pool == "main" else "ETH-PERP"] * 6])
        quote = quotes[market]
        price = max(1, quote.mark // quote.instrument.multiplier + random.randint(-20, 20))
        book = self.chain.state.ledger.books[market]
        side = random.choice(("buy", "sell"))
        resting = book.asks if side == "buy" else book.bids
        if resting and random.random() < 0.7:
            price = abs(resting[0].rank)
        if random.random() < 0.05:
            price = random.randint(quote.lowest, quote.highest + 1)
        collared = random.random() < 0.2
        return Place(
            market,
            side,
            random.choice((1, 5, 20, 60, 150, 800)),
            None if collared else price,
            random.choice(("ioc", "fok") if collared else ("gtc", "gtc", "gtc", "gtc", "ioc", "fok", "post-only")),
            random.random() < 0.15,
            random.choice(("cancel-maker", "cancel-taker", "decrement")),
        )

    def action(self, account: str) -> Action:
        random = self.random
        other, market = random.choice(self.targets())
        amount = random.choice((1, USD, 20 * USD, 150 * USD, 1_000 * USD))
        kind = random.randrange(20)
        if kind < 12:
            return self.order(account)
        if kind < 13:
            return Cancel(self.nonces(account))
        if kind < 15:
            return Liquidate(other, market, random.choice((1, 4, 16, 10_000)))
        if kind < 17:
            return Settle(other, market)
        return Withdraw(self.fresh_id(), amount) if kind == 17 else Transfer(other, amount)

    def transaction(self) -> Transaction:
        random, chain = self.random, self.chain
        self.serial += 1
        roll = random.random()
        if roll < 0.03:
            return chain.attest(Deposit(self.fresh_id(), random.choice(self.accounts), random.choice((1, 500 * USD))))
        if roll < 0.05:
            return chain.attest(
                Release(random.choice(self.accounts), named_key(f"id {random.randint(0, self.serial)}"))
            )
        if roll < 0.07:
            number = chain.state.ledger.last_change + 1
            name, value = random.choice((("penalty", 5_400), ("liquidation_buffer", 46_000), ("discount_start", 7_000)))
            return chain.attest(ChangeParameter(number, "pool/main", name, value))
        if roll < 0.08:
            name = named_key(random.choice(OWNERS))
            return chain.sign(account_id(name, "main", 2), OpenAccount(name, "main", 2))
        account = random.choice(self.accounts)
        nonce = random.randint(0, self.serial) if random.random() < 0.03 else self.serial
        return chain.sign(account, self.action(account), nonce=nonce)

    def next_block(self) -> Block:
        random, chain = self.random, self.chain
        for feed, spread in (("BTC", 25), ("ETH", 60), ("MARK", 100)):
            moved = self.prices[feed] * (1000 + random.randint(-spread, spread)) // 1000
            self.prices[feed] = max(1, moved if random.random() < 0.9 else moved * random.choice((75, 130)) // 100)
        silent = random.random() < 0.05
        reports = {key.key: {} for key in chain.state.validators[:2]} if silent else {}
        elapsed = 11 * MINUTE if silent else random.choice((1_000, 4_000, 30_000, 2 * MINUTE, 7 * MINUTE))
        transactions = tuple(self.transaction() for _ in range(random.randint(0, 15)))
        return chain.block(*transactions, elapsed=elapsed, prices=self.prices, reports=reports).block


@pytest.mark.parametrize("seed", range(12))
def test_a_random_program_breaks_no_law_of_the_ledger(seed: int, audited_block: AuditedBlock) -> None:
    program = Program(seed)
    for _ in range(80):
        before = program.chain.state
        block = program.next_block()
        audited_block(before, block)


def test_random_programs_reach_every_kind_of_outcome() -> None:
    kinds: set[str] = set()
    rules: set[str] = set()
    for seed in range(12):
        program = Program(seed)
        for _ in range(80):
            program.next_block()
        for applied in program.chain.history:
            for receipt in (*applied.receipt.transactions, *applied.receipt.steps):
                kinds |= {event.kind for event in receipt.events}
                rules |= {receipt.rejection.rule} if receipt.rejection else set()
    assert {"fill", "rested", "cancelled", "flagged", "liquidated", "defaulted", "deleveraged", "absorbed"} <= kinds
    assert {"settled", "scheduled", "bound", "opened"} <= kinds
    assert {"MARGIN-4", "MARGIN-6", "LEDGER-5", "LIQ-1", "OPT-3", "OPT-4", "ORACLE-5", "BOOK-2", "BOOK-4"} <= rules
