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

from clearstone.models.chain import named_key
from clearstone.models.scenario_genesis import USD
from clearstone.models.stateful.exchange_moves import (
    AMOUNTS,
    FACTORS,
    OFFSETS,
    SIZES,
    WAITS,
    account_of,
    amount_of,
    delta_of,
    lots_of,
    markets_held,
    moved_price,
    people,
    price_near,
    richest_first,
    unsettled,
    wait_of,
    weakest_first,
)
from clearstone.models.stateful.exchange_program import Act, Step, id_number
from clearstone.models.stateful.exchange_run import ExchangeRun, Taken
from clearstone.models.stateful.exchange_world import FEEDS, LATECOMERS, PLACES, WORLDS
from clearstone.models.stateful.found import Broken
from clearstone.spec.margin import equity, health_equity, maintenance_requirement
from clearstone.spec.transactions import (
    Action,
    Cancel,
    ChangeParameter,
    Deposit,
    Liquidate,
    OpenAccount,
    Place,
    Release,
    SelfTradePrevention,
    Settle,
    Side,
    TimeInForce,
    Transfer,
    Withdraw,
)

MARKETS = ("BTC-PERP", "BTC-50000-C", "BTC-55000-C", "BTC-50000-P")
"""The markets of the main pool."""
MAIN = ("alice", "bob", "carol", "dave", "alice-2")
"""Who may trade in it."""
CHANGES = (
    ("market/BTC-PERP", "maintenance_fraction"),
    ("pool/main", "penalty"),
    ("market/BTC-PERP", "taker_fee"),
    ("market/BTC-PERP", "initial_fraction"),
    ("pool/main", "discount_start"),
    ("market/BTC-50000-C", "initial_floor"),
    ("pool/main", "liquidation_horizon"),
    ("market/BTC-PERP", "maker_fee"),
)
"""Parameters that programs try to change; the last but one is fixed."""
SIGNERS = ((0, 1, 2, 3), (0, 1), (2, 3), (3,), (0, 0), (2, 2, 2, 2, 2, 2, 2))
"""Who attests: a quorum, a bare one, less, one, and some repeatedly."""
FAILURES = (
    ("long", (0, 1)),
    ("long", (2, 3)),
    ("lie", ()),
    ("long", (0, 1, 2, 3)),
    ("lie", (2,)),
    ("short", (0,)),
)
"""How validators fail: which are silent, for how long, or whether the liar speaks."""
SIDES: tuple[Side, ...] = ("buy", "sell")

who = st.sampled_from(MAIN)
market = st.sampled_from((MARKETS[0], *MARKETS, MARKETS[0]))
side = st.sampled_from(SIDES)
size = st.sampled_from(SIZES)
offset = st.sampled_from(OFFSETS)
amount = st.sampled_from(AMOUNTS)
few = st.integers(0, 3)
seldom = st.sampled_from((False, False, False, True))
LOTS_TAKEN = st.sampled_from((10_000, 1, 4, 16))
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
                held, required = (
                    health_equity(account, state.quotes),
                    maintenance_requirement(account, state.quotes),
                )
                self.least_health = min(self.least_health, max(held - required, -100 * USD))
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
    @rule(rank=few, hurt=st.sampled_from((100, 50, 250, 900)), blocks=st.integers(1, 2))
    def squeeze(self, rank: int, hurt: int, blocks: int) -> None:
        """The price of bitcoin moves against one of the weakest accounts, and the index follows for a block or two."""
        state, reported = self.now.state, self.now.chain.prices["BTC"]
        weakest = weakest_first(state)
        down = delta_of(state, weakest[rank % len(weakest)]) > 0
        price = moved_price(state, reported, 1_000 - hurt if down else 1_000 + hurt)
        for _ in range(blocks):
            self.take(Step(prices=(("BTC", price),)))

    @rule(wait=st.sampled_from(WAITS))
    def time_passes(self, wait: str) -> None:
        """Nothing happens for a while."""
        self.take(Step(elapsed=wait_of(self.now.state, wait)))

    @rule(how=st.sampled_from(FAILURES), feed=st.sampled_from(FEEDS), factor=st.sampled_from((1_010, 10_000, 1)))
    def validators_fail(self, how: tuple[str, tuple[int, ...]], feed: str, factor: int) -> None:
        """Some validators report no prices, for a moment or for long enough to matter; or one reports its own."""
        kind, silent = how
        lie = moved_price(self.now.state, self.now.chain.prices[feed], factor)
        elapsed = wait_of(self.now.state, "stale" if kind == "long" else "second")
        self.take(Step(elapsed=elapsed, silent=silent, lies=((feed, lie),) if kind == "lie" else ()))

    # Trading

    @rule(buyer=who, seller=who, market=market, side=side, size=size, offset=offset)
    def two_trade(self, buyer: str, seller: str, market: str, side: Side, size: str, offset: int) -> None:
        """Two people trade with each other, or with who is in between: one's order rests, the other takes it."""
        state = self.now.state
        price, lots = price_near(state, market, offset), lots_of(state, seller, market, "sell", size)
        asks = Act(seller, Place(market, "sell", lots, price, "gtc", False, "cancel-maker"))
        bids = Act(buyer, Place(market, "buy", lots, price, "gtc", False, "cancel-maker"))
        self.take(Step((asks, bids) if side == "buy" else (bids, asks)))

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

    @rule(order=orders)
    def cancel(self, order: tuple[str, int]) -> None:
        """Somebody cancels an order that he placed."""
        self.act(order[0], Cancel(order[1]))

    @rule(seller=st.sampled_from(("erin", "alice-3")), size=size)
    def others_trade(self, seller: str, size: str) -> None:
        """In the other pool two people trade."""
        buyer = "alice-3" if seller == "erin" else "erin"
        state = self.now.state
        price, lots = price_near(state, "ETH-PERP", 0), lots_of(state, seller, "ETH-PERP", "sell", size)
        asks = Act(seller, Place("ETH-PERP", "sell", lots, price, "gtc", False, "cancel-maker"))
        self.take(Step((asks, Act(buyer, Place("ETH-PERP", "buy", lots, price, "ioc", False, "cancel-maker")))))

    # Ruin

    @precondition(lambda self: bool(weakest_first(self.now.state)))
    @rule(by=few, rank=st.sampled_from((0, 0, 1, 2)), which=few, lots=LOTS_TAKEN, wait=st.sampled_from(WAITS[:3]))
    def liquidate(self, by: int, rank: int, which: int, lots: int, wait: str) -> None:
        """One of the richest liquidates one of the weakest accounts."""
        state = self.now.state
        weakest = weakest_first(state)
        ruined = weakest[rank % len(weakest)]
        held = markets_held(state, ruined)
        liquidators = [name for name in richest_first(state, PLACES[ruined].pool) if name != ruined]
        action = Liquidate(ruined, held[which % len(held)], lots)
        self.act(liquidators[by % len(liquidators)], action, elapsed=wait_of(state, wait))

    @precondition(lambda self: bool(unsettled(self.now.state)))
    @rule(name=who, which=few)
    def settle(self, name: str, which: int) -> None:
        """Somebody settles an expired position."""
        waiting = unsettled(self.now.state)
        account, series = waiting[which % len(waiting)]
        self.act(name, Settle(account, series))

    # Cash

    @rule(name=st.sampled_from(("alice", "frank", "dave", "erin")), amount=st.sampled_from((10, 1_000)), number=few)
    def deposit(self, name: str, amount: int, number: int) -> None:
        """The validators attest a deposit."""
        self.take(Step((Act("", Deposit(id_number(number), name, amount * USD)),)))

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

    @rule(kind=st.sampled_from(("parameter", "restart", "attest", "open")), which=st.integers(0, 7), how=few)
    def something_rare(self, kind: str, which: int, how: int) -> None:
        """A parameter is changed, a client restarts, some validators attest, somebody opens an account."""
        if kind == "parameter":
            self.take(Step((Act("", self.change(*CHANGES[which], how)),), elapsed=60_000 if how == 1 else 1_000))
        elif kind == "restart":
            self.take(Step(restarts=True))
        elif kind == "attest":
            deposit = Deposit(id_number(100 + self.now.length), "bob", 10 * USD)
            self.take(Step((Act("", deposit, signers=SIGNERS[which % len(SIGNERS)]),)))
        else:
            name = (*LATECOMERS, "alice")[which % 2]
            seat = PLACES[name]
            self.act(name, OpenAccount(named_key(seat.owner), seat.pool, seat.number))

    def change(self, scope: str, name: str, how: int) -> ChangeParameter:
        """A change of a parameter, by as much as may be or by more, with its number or with that of the last one."""
        kind, _, identifier = scope.partition("/")
        state = self.now.state
        holder = state.ledger.pools[identifier] if kind == "pool" else state.instruments[identifier]
        held = getattr(holder.parameters, name)
        percent = (10, -10, 900, -10)[how]
        number = state.ledger.last_change + (0 if how == 3 else 1)
        return ChangeParameter(number, scope, name, held + held * percent // 100)

    @rule(pool=st.sampled_from(("main", "other")))
    def everybody_moves_an_atom(self, pool: str) -> None:
        """Everybody in a pool sends an atom to the next: all settle their funding in one block."""
        names = people(self.now.state, pool)
        pairs = zip(names, (*names[1:], names[0]), strict=True)
        self.take(Step(tuple(Act(sender, Transfer(receiver, 1)) for sender, receiver in pairs)))
