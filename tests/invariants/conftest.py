"""One story in which everything happens that an invariant looks at, and ways to tamper with what was observed."""

from dataclasses import dataclass, replace

import pytest

from clearstone.invariants.block_step import BlockStep, SubStep
from clearstone.invariants.snapshot import Snapshot
from clearstone.models.chain import Chain, accept_all, named_key
from clearstone.models.cluster.cluster import Cluster, validators_of
from clearstone.models.cluster.counting_application import CountingApplication, CountingSurroundings
from clearstone.models.scenario_genesis import (
    HOUR,
    MINUTE,
    PERPETUAL,
    PROTOCOL,
    START,
    USD,
    buy,
    scenario_genesis,
    sell,
    series,
    started,
    trade,
    walk_index,
)
from clearstone.models.signing import remembering_authentic
from clearstone.spec.receipts import Event
from clearstone.spec.transactions import (
    Cancel,
    ChangeParameter,
    Liquidate,
    Release,
    Settle,
    Transfer,
    Withdraw,
)

CALL = series(call=True, strike=52_000, expiry=START + HOUR)
PUT = series(call=False, strike=48_000, expiry=START + HOUR)


@dataclass(frozen=True)
class Story:
    """A chain's blocks, to be picked by what happened in them."""

    chain: Chain

    @property
    def steps(self) -> list[BlockStep]:
        honest = frozenset(validator.key for validator in self.chain.state.validators)
        return [
            BlockStep(applied.before, applied.block, applied.after, applied.receipt, accept_all, honest)
            for applied in self.chain.history
        ]

    def steps_with(self, kind):
        """The blocks in which an event of this kind, or a transaction of this class, happened, and the sub-step."""
        return [
            (step, part)
            for step in self.steps
            for part in step.trail
            if (isinstance(kind, str) and any(part.events(kind)))
            or (not isinstance(kind, str) and isinstance(part.action, kind))
        ]

    def step_with(self, kind):
        return self.steps_with(kind)[0]

    @property
    def last(self) -> BlockStep:
        return self.steps[-1]

    @property
    def busy(self) -> Snapshot:
        """A state with positions, orders, options and a flagged account."""
        return next(
            Snapshot(step.after)
            for step in reversed(self.steps)
            if step.end.totals.flagged["main"] and any(step.end.totals.entries.values())
        )


def play() -> Chain:
    perpetual = replace(PERPETUAL, funding_interval=30 * MINUTE, insurance_cap=20 * USD)
    genesis = scenario_genesis(
        options=(CALL, PUT), option_mark=800, second_pool=True, perpetual=perpetual, protocol=PROTOCOL
    )
    chain = started(genesis)
    maker, rival = chain.open("maker", "main", 200_000 * USD), chain.open("rival", "main", 200_000 * USD)
    alice, bob = chain.open("alice", "main", 1_000 * USD), chain.open("bob", "main", 1_000 * USD)
    eve = chain.open("eve", "main", 1_000 * USD)
    carol, dave = chain.open("carol", "other", 1_000 * USD), chain.open("dave", "other", 1_000 * USD)
    trade(chain, carol, dave, "ETH-PERP", 100, 2_000)
    trade(chain, bob, maker, CALL.market, 20, 800)
    trade(chain, maker, rival, PUT.market, 5, 800)
    trade(chain, eve, maker, "BTC-PERP", 200, 50_000)
    # Alice sweeps two makers; the rest of the book stays.
    chain.run(
        chain.sign(rival, sell("BTC-PERP", 100, 50_005)),
        chain.sign(maker, sell("BTC-PERP", 400, 50_010)),
        chain.sign(bob, buy("BTC-PERP", 50, 49_000, "post-only")),
    )
    chain.run(chain.sign(alice, buy("BTC-PERP", 300)), chain.sign(carol, sell("ETH-PERP", 10, 2_001)))
    # Money out and across, requests that are refused, an own order met, an order cancelled.
    withdrawal = named_key("withdrawal")
    chain.run(
        chain.sign(rival, Withdraw(withdrawal, 100 * USD)),
        chain.sign(maker, Transfer(bob, 50 * USD)),
        chain.sign(alice, Withdraw(named_key("too much"), 10_000 * USD)),
        chain.sign(carol, Transfer(dave, USD)),
    )
    chain.run(chain.attest(Release(rival, withdrawal)), chain.sign(maker, buy("BTC-PERP", 10, 50_010)))
    change = ChangeParameter(1, "market/BTC-PERP", "taker_fee", 510)
    chain.run(chain.attest(change), chain.sign(bob, buy("BTC-PERP", 30, 48_500)))
    chain.run(chain.sign(bob, Cancel(chain.state.ledger.accounts[bob].orders[-1].nonce)))
    chain.run(chain.sign(bob, sell("BTC-PERP", 10, reduce_only=True)))
    # A feed falls silent and comes back.
    silent = {validator.key: {} for validator in chain.state.validators[:2]}
    chain.block(reports=silent)
    for _ in range(3):
        chain.block()
    # The index falls: Alice is liquidated in part, then defaults beyond what the fund may pay; Eve is found out late.
    walk_index(chain, 47_600)
    chain.run(chain.sign(rival, Liquidate(alice, "BTC-PERP", 10)))
    walk_index(chain, 40_000)
    chain.run(chain.sign(rival, Liquidate(eve, "BTC-PERP", 100_000)))
    # Funding turns, options expire and are settled.
    for elapsed in (10 * MINUTE, 25 * MINUTE):
        chain.block(elapsed=elapsed)
        chain.block()
    chain.block(time=CALL.expiry - 3 * MINUTE)
    for _ in range(60):
        chain.block(elapsed=4_000)
    chain.run(chain.sign(alice, Settle(bob, CALL.market)), chain.sign(alice, Settle(maker, PUT.market)))
    chain.run(chain.sign(maker, Liquidate(bob, "BTC-PERP", 1)), chain.sign(alice, Settle(bob, CALL.market)))
    return chain


@pytest.fixture(scope="session")
def story() -> Story:
    return Story(play())


class Tamper:
    """Ways to change what was observed, by one thing at a time."""

    @staticmethod
    def account(ledger, account_id, **changes):
        return replace(
            ledger, accounts=ledger.accounts.set(account_id, replace(ledger.accounts[account_id], **changes))
        )

    @staticmethod
    def pool(ledger, pool_id="main", **changes):
        return replace(ledger, pools=ledger.pools.set(pool_id, replace(ledger.pools[pool_id], **changes)))

    @staticmethod
    def market(ledger, market_id, **changes):
        return replace(ledger, markets=ledger.markets.set(market_id, replace(ledger.markets[market_id], **changes)))

    @staticmethod
    def ledger(step: BlockStep, **changes) -> BlockStep:
        """A step whose state after has another ledger; what lies in between stays."""
        return Tamper.after(step, ledger=replace(step.after.ledger, **changes))

    @staticmethod
    def after(step: BlockStep, **changes) -> BlockStep:
        other = replace(step, after=replace(step.after, **changes))
        other.__dict__.update(begun=step.begun, transactions=step.transactions, ending=step.ending)
        return other

    @staticmethod
    def entry(step: BlockStep, table: str, key: str, **changes) -> BlockStep:
        """A step after which one entry of one of the state's own tables is another."""
        held = getattr(step.after, table)
        return Tamper.after(step, **{table: held.set(key, replace(held[key], **changes))})

    @staticmethod
    def quote(state, market, **changes):
        return replace(state, quotes=state.quotes.set(market, replace(state.quotes[market], **changes)))

    @staticmethod
    def part(step: BlockStep, part: SubStep, **changes) -> BlockStep:
        """A step with one sub-step other than it was."""
        other = replace(part, **changes)

        def swapped(parts):
            return [other if each is part else each for each in parts]

        return step.with_trail(swapped(step.transactions), swapped(step.ending))

    @staticmethod
    def figures(step: BlockStep, part: SubStep, kind: str, **changes) -> BlockStep:
        """A step with other figures in the events of one kind of one sub-step; names with - are written with _."""

        def told(event):
            details = {name: changes.get(name.replace("-", "_"), value) for name, value in event.details}
            return Event(event.kind, event.subject, tuple(details.items())) if event.kind == kind else event

        events = tuple(told(event) for event in part.receipt.events)
        return Tamper.part(step, part, receipt=replace(part.receipt, events=events))


@pytest.fixture(scope="session")
def tamper() -> type[Tamper]:
    return Tamper


@pytest.fixture(scope="session")
def traces():
    """Heights of a cluster in calm."""
    keys, validators = validators_of(0, (1, 1, 1, 1))
    authentic, seen = remembering_authentic(), []
    cluster = Cluster(
        chain="test",
        keys=keys,
        validators=validators,
        application=CountingApplication("test", validators, authentic, 1_000_000),
        surroundings=CountingSurroundings("test", 2),
        authentic=authentic,
        epoch=1_000_000,
        observer=seen.append,
    )
    assert cluster.run(3, 1_002_000)
    return [height.trace for height in seen]
