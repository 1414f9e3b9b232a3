"""The machine that makes up programs of the exchange: a rule for each thing that people, prices and time can do.

Every rule's arguments are words and small numbers (`exchange_moves` says what they mean); orders and withdrawals come
from bundles. Whatever a rule does is a step of one block, put to every invariant. Programs in which accounts come close
to ruin, or fall deep below zero, are preferred. Here people trade and move cash; `exchange_trouble` has the rest.
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, multiple, precondition, rule

from clearstone.models.stateful import exchange_steps as steps
from clearstone.models.stateful.exchange_moves import (
    AMOUNTS,
    FACTORS,
    MAIN,
    MARKETS,
    OFFSETS,
    OTHERS,
    OWNERS,
    RARE,
    SIGNERS,
    SIZES,
    SPREADS,
    account_of,
    amount_of,
    lots_of,
    price_near,
    wait_of,
    weakest_first,
)
from clearstone.models.stateful.exchange_program import Act, Step, id_number
from clearstone.models.stateful.exchange_trouble import ExchangeTrouble, few, seldom
from clearstone.models.stateful.exchange_world import LATECOMERS, PERPETUALS
from clearstone.spec.transactions import (
    Cancel,
    Place,
    Release,
    SelfTradePrevention,
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
NEAR = st.sampled_from((0, 1_000, -1_000))
LARGE = st.sampled_from(("most", "100", "300", "20"))
times: st.SearchStrategy[TimeInForce] = st.sampled_from(("gtc", "ioc", "fok", "post-only"))
preventions: st.SearchStrategy[SelfTradePrevention] = st.sampled_from(("cancel-maker", "cancel-taker", "decrement"))


class ExchangeMachine(ExchangeTrouble):
    """Makes up a program while it runs."""

    orders = Bundle("orders")
    withdrawals = Bundle("withdrawals")
    sent = Bundle("sent")

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

    @rule(first=few, second=few, side=side, size=size)
    def others_trade(self, first: int, second: int, side: Side, size: str) -> None:
        """In the other pool two people trade."""
        one, other = OTHERS[first % 3], OTHERS[(first + 1 + second % 2) % 3]
        self.take(steps.trade(self.now.state, one, other, PERPETUALS["other"], side, size, 0))

    @rule(first=few, second=few, spread=st.sampled_from(SPREADS), size=st.sampled_from((1, 10)))
    def two_spread(self, first: int, second: int, spread: tuple[tuple[str, int], ...], size: int) -> None:
        """Two people take opposite sides of several series at once, in some proportion."""
        one, other = OWNERS[first], OWNERS[(first + 1 + second % 3) % len(OWNERS)]
        self.take(steps.spread(self.now.state, one, other, spread, size))

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

    @rule(which=st.integers(0, len(steps.CHANGES) - 1), how=few, waits=st.booleans())
    def a_parameter_changes(self, which: int, how: int, waits: bool) -> None:
        """The validators attest a change of a parameter, and perhaps its time comes at once."""
        self.take(steps.change(self.now.state, which, how))
        if waits:
            self.take(Step(elapsed=wait_of(self.now.state, "minute")))

    @rule(kind=st.sampled_from(RARE), which=st.integers(0, 7))
    def something_rare(self, kind: str, which: int) -> None:
        """A client restarts, an account is opened, some attest, options expire, or all do the same at once."""
        if kind == "restart":
            self.take(Step(restarts=True))
        elif kind == "attest":
            self.take(steps.attested(100 + self.now.length, "bob", 10, SIGNERS[which % len(SIGNERS)]))
        elif kind == "all withdraw":
            self.take(steps.all_withdraw(self.now.state, "main", AMOUNTS[which % 6], 1_000 + self.now.length))
        elif kind == "options expire":
            self.options_expire(FACTORS[which])
        elif kind == "all release":
            self.take(steps.all_released(self.now.state))
        elif kind == "all settle funding":
            self.take(steps.an_atom_around(self.now.state, ("main", "other")[which % 2]))
        else:
            self.take(steps.opening((*LATECOMERS, "alice")[which % 2]))
