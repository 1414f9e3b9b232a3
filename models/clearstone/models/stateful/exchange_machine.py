"""The machine that makes up programs of the exchange: a rule for each thing that people, prices and time can do.

Every rule's arguments are words and small numbers (`exchange_moves` says what they mean); orders and withdrawals come
from bundles. Whatever a rule does is a step of one block, put to every invariant. Programs in which accounts come close
to ruin, or fall deep below zero, are preferred.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis import target
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, initialize, multiple, precondition, rule

from clearstone.models.scenario_genesis import USD
from clearstone.models.stateful import exchange_steps as steps
from clearstone.models.stateful.exchange_moves import (
    AMOUNTS,
    DEPTHS,
    FACTORS,
    FAILURES,
    MAIN,
    MARKETS,
    OFFSETS,
    OWNERS,
    RARE,
    SIGNERS,
    SIZES,
    WAITS,
    account_of,
    amount_of,
    lots_of,
    moved_price,
    price_near,
    squeezing_price,
    unsettled,
    wait_of,
    weakest_first,
)
from clearstone.models.stateful.exchange_program import Act, Step, id_number
from clearstone.models.stateful.exchange_run import ExchangeRun, Taken
from clearstone.models.stateful.exchange_world import FEEDS, LATECOMERS, WORLDS
from clearstone.models.stateful.found import Broken
from clearstone.spec.margin import equity, health_equity, maintenance_requirement
from clearstone.spec.transactions import (
    Action,
    Cancel,
    Place,
    Release,
    SelfTradePrevention,
    Settle,
    Side,
    TimeInForce,
    Transfer,
    Withdraw,
)

SIDES: tuple[Side, ...] = ("buy", "sell")

who = st.sampled_from(MAIN)
market = st.sampled_from((*MARKETS, MARKETS[0], MARKETS[0]))
side = st.sampled_from(SIDES)
size = st.sampled_from(SIZES)
offset = st.sampled_from(OFFSETS)
amount = st.sampled_from(AMOUNTS)
few = st.integers(0, 3)
BLOCKS = st.sampled_from((5, 1, 2))
BY = st.sampled_from((None, 0, 1, -1))
TAKEN = st.sampled_from((10_000, 60, 1, 4, 16, 200))
NEAR = st.sampled_from((0, 1_000, -1_000))
LARGE = st.sampled_from(("most", "100", "300", "20"))
seldom = st.sampled_from((False, False, False, True))
times: st.SearchStrategy[TimeInForce] = st.sampled_from(("gtc", "ioc", "fok", "post-only"))
preventions: st.SearchStrategy[SelfTradePrevention] = st.sampled_from(("cancel-maker", "cancel-taker", "decrement"))


class ExchangeMachine(RuleBasedStateMachine):
    """Makes up a program while it runs."""

    observe: ClassVar[Callable[[ExchangeRun], None]] = staticmethod(lambda run: None)
    """Called with each program that has come to its end."""

    orders = Bundle("orders")
    withdrawals = Bundle("withdrawals")
    sent = Bundle("sent")

    def __init__(self) -> None:
        super().__init__()
        self.run: ExchangeRun | None = None
        self.least_health = self.deepest = 0

    @property
    def now(self) -> ExchangeRun:
        """The run so far."""
        assert self.run is not None, "a program starts in a world"
        return self.run

    def take(self, step: Step) -> Taken:
        """Take a step, and end the program if anything is wrong."""
        taken = self.now.take(step)
        if taken.violations:
            raise Broken(taken.violations)
        state = self.now.state
        for _, account in state.ledger.accounts.items():
            if account.positions:
                spare = health_equity(account, state.quotes) - maintenance_requirement(account, state.quotes)
                self.least_health = min(self.least_health, max(spare, -100 * USD))
            self.deepest = min(self.deepest, equity(account, state.quotes))
        return taken

    def act(self, name: str, action: Action, elapsed: int = 1_000) -> Taken:
        """Let somebody do one thing."""
        return self.take(Step((Act(name, action),), elapsed))

    def teardown(self) -> None:
        """Say how near to trouble the program came."""
        if self.run is not None:
            type(self).observe(self.run)
            target(float(-self.least_health), label="how far below maintenance an account came")
            target(float(-self.deepest), label="how far below zero an account came")

    @initialize(world=st.sampled_from(WORLDS))
    def start(self, world: str) -> None:
        """Begin."""
        self.run = ExchangeRun(world)

    # Prices and time

    @rule(feed=st.sampled_from(FEEDS[:2]), factor=st.sampled_from(FACTORS))
    def price_moves(self, feed: str, factor: int) -> None:
        """All report another price."""
        self.take(Step(prices=((feed, moved_price(self.now.state, self.now.chain.prices[feed], factor)),)))

    @precondition(lambda self: bool(weakest_first(self.now.state)))
    @rule(rank=few, depth=st.sampled_from(DEPTHS), blocks=BLOCKS, by=BY, lots=TAKEN, stale=seldom)
    def squeeze(self, rank: int, depth: str, blocks: int, by: int | None, lots: int, stale: bool) -> None:
        """The price of bitcoin moves against one of the weakest accounts, and somebody may liquidate it."""
        weakest = weakest_first(self.now.state)
        price = squeezing_price(self.now.state, weakest[rank % len(weakest)], depth)
        for _ in range(blocks):
            if self.now.state.feeds["BTC"].index != price:
                self.take(Step(prices=(("BTC", price),)))
        if by is not None:
            self.take(steps.liquidation(self.now.state, by, 0, 0, lots, "stale" if stale else "second"))

    @rule(wait=st.sampled_from(WAITS))
    def time_passes(self, wait: str) -> None:
        """Nothing happens for a while."""
        self.take(Step(elapsed=wait_of(self.now.state, wait)))

    @rule(how=st.sampled_from(FAILURES), feed=st.sampled_from(FEEDS), factor=st.sampled_from((1_003, 10_000, 1)))
    def validators_fail(self, how: tuple[str, tuple[int, ...]], feed: str, factor: int) -> None:
        """Some validators report no prices, for a moment or for long enough to matter; or one reports its own."""
        kind, silent = how
        lie = moved_price(self.now.state, self.now.chain.prices[feed], factor)
        elapsed = wait_of(self.now.state, "stale" if kind == "long" else "second")
        self.take(Step(elapsed=elapsed, silent=silent, lies=((feed, lie),) if kind == "lie" else ()))

    # Trading

    @rule(first=who, second=who, market=market, side=side, size=size, offset=offset)
    def two_trade(self, first: str, second: str, market: str, side: Side, size: str, offset: int) -> None:
        """Two people trade with each other, or with who is in between, or one with himself."""
        self.take(steps.trade(self.now.state, first, second, market, side, size, offset))

    @rule(first=few, second=few, market=st.sampled_from((*MARKETS[:1] * 3, *MARKETS[1:3])), side=side, size=LARGE)
    def two_take_sides(self, first: int, second: int, market: str, side: Side, size: str) -> None:
        """Two people of different owners take opposite sides at the mark, as large as they can or nearly so."""
        one, other = OWNERS[first], OWNERS[(first + 1 + second % 3) % len(OWNERS)]
        self.take(steps.trade(self.now.state, one, other, market, side, size, 0))

    @rule(name=who, market=st.sampled_from((MARKETS[0], MARKETS[0], MARKETS[1])), side=side, size=size, odd=few)
    def one_trades_with_all(self, name: str, market: str, side: Side, size: str, odd: int) -> None:
        """One person trades with everybody else."""
        self.take(steps.trade_with_all(self.now.state, name, market, side, size, odd))

    @rule(
        target=orders,
        name=who,
        market=market,
        side=side,
        size=size,
        offset=offset,
        time=times,
        at_market=seldom,
        reduce_only=seldom,
        prevention=preventions,
    )
    def order(
        self,
        name: str,
        market: str,
        side: Side,
        size: str,
        offset: int,
        time: TimeInForce,
        at_market: bool,
        reduce_only: bool,
        prevention: SelfTradePrevention,
    ) -> MultipleResults[tuple[str, int]]:
        """Somebody places an order."""
        state = self.now.state
        lots = lots_of(state, name, market, side, size)
        price = None if at_market else price_near(state, market, offset)
        self.act(name, Place(market, side, lots, price, time, reduce_only, prevention))
        account = account_of(self.now.state, name)
        return multiple(*((name, order.nonce) for order in account.orders[-1:])) if account else multiple()

    @precondition(lambda self: bool(weakest_first(self.now.state)))
    @rule(rank=few, which=few, part=st.sampled_from(("all", "twice", "half")), offset=NEAR, reduce_only=st.booleans())
    def close(self, rank: int, which: int, part: str, offset: int, reduce_only: bool) -> None:
        """Somebody offers to close a position, or more than there is of it."""
        self.take(steps.closing(self.now.state, rank, which, part, offset, reduce_only))

    @rule(order=orders)
    def cancel(self, order: tuple[str, int]) -> None:
        """Somebody cancels an order that he placed."""
        self.act(order[0], Cancel(order[1]))

    @rule(side=side, size=size)
    def others_trade(self, side: Side, size: str) -> None:
        """In the other pool two people trade."""
        self.take(steps.trade(self.now.state, "erin", "alice-3", "ETH-PERP", side, size, 0))

    # Ruin

    @precondition(lambda self: bool(weakest_first(self.now.state)))
    @rule(
        by=st.sampled_from((0, 1, -1, 2)),
        rank=st.sampled_from((0, 0, 1, 2)),
        which=few,
        lots=TAKEN,
        wait=st.sampled_from(("second", "minute", "funding", "stale")),
    )
    def liquidate(self, by: int, rank: int, which: int, lots: int, wait: str) -> None:
        """Somebody liquidates one of the weakest accounts, perhaps on prices that stand still."""
        self.take(steps.liquidation(self.now.state, by, rank, which, lots, wait))

    @precondition(lambda self: bool(unsettled(self.now.state)))
    @rule(name=who, which=few)
    def settle(self, name: str, which: int) -> None:
        """Somebody settles an expired position."""
        waiting = unsettled(self.now.state)
        account, series = waiting[which % len(waiting)]
        self.act(name, Settle(account, series))

    # Cash

    @rule(name=st.sampled_from(("alice", "frank", "dave", "erin")), dollars=st.sampled_from((10, 1_000)), number=few)
    def deposit(self, name: str, dollars: int, number: int) -> None:
        """The validators attest a deposit."""
        self.take(steps.attested(number, name, dollars))

    @rule(target=withdrawals, name=who, amount=amount, number=few)
    def withdraw(self, name: str, amount: str, number: int) -> tuple[str, int]:
        """Somebody withdraws."""
        self.act(name, Withdraw(id_number(number), amount_of(self.now.state, name, amount)))
        return name, number

    @rule(withdrawal=withdrawals)
    def release(self, withdrawal: tuple[str, int]) -> None:
        """The validators attest that a withdrawal was paid."""
        self.take(Step((Act("", Release(withdrawal[0], id_number(withdrawal[1]))),)))

    @rule(target=sent, name=who, to=who, amount=amount)
    def transfer(self, name: str, to: str, amount: str) -> Act:
        """Somebody sends cash to somebody, perhaps to himself."""
        account = account_of(self.now.state, name)
        act = Act(
            name, Transfer(to, amount_of(self.now.state, name, amount)), 0 if account is None else account.nonce + 1
        )
        self.take(Step((act,)))
        return act

    @rule(act=sent, lifetime=st.sampled_from((3_600_000, -1)))
    def send_again(self, act: Act, lifetime: int) -> None:
        """What was sent is sent again: as it was, or anew and too late."""
        late = replace(act, lifetime=lifetime, nonce=None)
        self.take(Step((act if lifetime > 0 else late,)))

    # What happens seldom

    @rule(kind=st.sampled_from(RARE), which=st.integers(0, 7), how=few)
    def something_rare(self, kind: str, which: int, how: int) -> None:
        """A parameter is changed, a client restarts, an account is opened, some attest, or all do the same at once."""
        if kind == "parameter":
            self.take(steps.change(self.now.state, which, how))
        elif kind == "restart":
            self.take(Step(restarts=True))
        elif kind == "attest":
            self.take(steps.attested(100 + self.now.length, "bob", 10, SIGNERS[which % len(SIGNERS)]))
        elif kind == "all withdraw":
            self.take(steps.all_withdraw(self.now.state, AMOUNTS[which % 6], 1_000 + self.now.length))
        elif kind == "all settle funding":
            self.take(steps.an_atom_around(self.now.state, ("main", "other")[which % 2]))
        else:
            self.take(steps.opening((*LATECOMERS, "alice")[which % 2]))
