"""The rules by which the exchange machine makes trouble: prices, time, silent validators, ruin, and who profits by it.

Some are short stories, of which every part is a step of its own: an account is squeezed, taken over in part, and then
recovers or waits; a winner closes against somebody else, waits until his profit is free, and leaves before the loser is
found. Single steps would hardly ever meet in that order. Shrinking takes out what was not needed.
"""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from clearstone.models.stateful import exchange_steps as steps
from clearstone.models.stateful.exchange_base import ExchangeBase
from clearstone.models.stateful.exchange_moves import (
    DEPTHS,
    FACTORS,
    FAILURES,
    MAIN,
    TAKEN,
    WAITS,
    moved_price,
    richest_first,
    squeezing_price,
    unsettled,
    wait_of,
    weakest_first,
)
from clearstone.models.stateful.exchange_program import Step
from clearstone.models.stateful.exchange_world import EXPIRY, FEEDS, PERPETUALS, PLACES, POOL_FEEDS
from clearstone.spec.accounts import lots_in
from clearstone.spec.transactions import Settle, Side

few = st.integers(0, 3)
FAR = {"BTC-50000-C": "BTC-55000-C", "BTC-50000-P": "BTC-55000-P"}
"""What somebody who sells the one may buy a little of."""
BLOCKS = st.sampled_from((5, 1, 2))
BY = st.sampled_from((None, 0, 1, -1))
seldom = st.sampled_from((False, False, False, True))


class ExchangeTrouble(ExchangeBase):
    """Makes trouble."""

    @rule(feed=st.sampled_from(FEEDS), factor=st.sampled_from(FACTORS))
    def price_moves(self, feed: str, factor: int) -> None:
        """All report another price."""
        self.take(Step(prices=((feed, moved_price(self.now.state, self.now.chain.prices[feed], factor)),)))

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

    def squeezed(self, name: str, depth: str, blocks: int = 8) -> None:
        """The index behind an account's pool moves so far against it, in so many blocks at most."""
        feed = POOL_FEEDS[PLACES[name].pool]
        price = squeezing_price(self.now.state, name, depth)
        for _ in range(blocks):
            if self.now.state.feeds[feed].index != price:
                self.take(Step(prices=((feed, price),)))

    @precondition(lambda self: bool(weakest_first(self.now.state)))
    @rule(rank=few, depth=st.sampled_from(DEPTHS), blocks=BLOCKS, by=BY, lots=st.sampled_from(TAKEN), stale=seldom)
    def squeeze(self, rank: int, depth: str, blocks: int, by: int | None, lots: str, stale: bool) -> None:
        """An index moves against one of the weakest accounts, and somebody may liquidate it."""
        weakest = weakest_first(self.now.state)
        self.squeezed(weakest[rank % len(weakest)], depth, blocks)
        if by is not None and weakest_first(self.now.state):
            self.take(steps.liquidation(self.now.state, by, 0, 0, lots, "stale" if stale else "second"))

    @precondition(lambda self: bool(weakest_first(self.now.state)))
    @rule(
        by=st.sampled_from((0, 1, -1, 2)),
        rank=st.sampled_from((0, 0, 1, 2)),
        which=few,
        lots=st.sampled_from(TAKEN),
        wait=st.sampled_from(("second", "minute", "funding", "stale")),
    )
    def liquidate(self, by: int, rank: int, which: int, lots: str, wait: str) -> None:
        """Somebody liquidates one of the weakest accounts, perhaps on prices that stand still."""
        self.take(steps.liquidation(self.now.state, by, rank, which, lots, wait))

    @rule(
        name=st.sampled_from(MAIN),
        depth=st.sampled_from(("nearly", "flagged")),
        lots=st.sampled_from(TAKEN),
        wait=st.sampled_from(("second", "second", "stale")),
        then=st.sampled_from(("nothing", "recovers", "waits")),
    )
    def one_is_taken_apart(self, name: str, depth: str, lots: str, wait: str, then: str) -> None:
        """Somebody takes on all he can, is squeezed and taken over in part; then he recovers, or waits for the rest."""
        other = next(each for each in richest_first(self.now.state, "main") if PLACES[each].owner != PLACES[name].owner)
        self.take(steps.trade(self.now.state, other, name, PERPETUALS["main"], "sell", "300", 0))
        for _ in range(2):
            self.squeezed(name, depth)
        self._taken_over(name, lots, wait)
        if then == "recovers":
            self.squeezed(name, "between")
        elif then == "waits":
            self.take(Step(elapsed=3 * wait_of(self.now.state, "minute")))
            self._taken_over(name, lots, "second")

    @rule(
        name=st.sampled_from(MAIN),
        series=st.sampled_from(tuple(FAR)),
        depth=st.sampled_from(("barely", "nearly", "flagged")),
        lots=st.sampled_from(TAKEN),
        beside=st.sampled_from(("7", "1", "")),
    )
    def an_expiry_is_taken_apart(self, name: str, series: str, depth: str, lots: str, beside: str) -> None:
        """Somebody sells as many options as he can, perhaps beside a few bought; when they are dear he is taken over.

        Lots of the few are fewer than sixteen, so that a sixteenth of them is no whole one.
        """
        other = next(each for each in richest_first(self.now.state, "main") if PLACES[each].owner != PLACES[name].owner)
        if beside:
            self.take(steps.trade(self.now.state, name, other, FAR[series], "buy", beside, 0))
        self.take(steps.trade(self.now.state, name, other, series, "sell", "most", 0))
        for _ in range(3):  # its mark and what is required move with the index, and not at once
            self.squeezed(name, depth)
        self._taken_over(name, lots, "second")

    def _taken_over(self, name: str, lots: str, wait: str) -> None:
        weakest = weakest_first(self.now.state)
        if name in weakest:
            self.take(steps.liquidation(self.now.state, 0, weakest.index(name), 0, lots, wait))

    @rule(name=st.sampled_from(MAIN), offset=st.sampled_from((2_000, 500, 10_000)))
    def an_order_outlives_its_position(self, name: str, offset: int) -> None:
        """Somebody offers to close above the mark, closes at it meanwhile, and then a third comes to the order."""
        market, state = PERPETUALS["main"], self.now.state
        others = [each for each in richest_first(state, "main") if PLACES[each].owner != PLACES[name].owner]
        self.take(steps.trade(state, others[0], name, market, "sell", "300", 0))
        account = self.now.state.ledger.accounts[PLACES[name].id]
        side: Side = "sell" if lots_in(account, market) > 0 else "buy"
        self.take(steps.offered_beyond(self.now.state, name, market, side, offset, True))
        self.take(steps.handed_over(self.now.state, name, others[0], market))
        self.take(steps.offered_beyond(self.now.state, others[1], market, steps.opposite(side), -2 * offset, False))

    @precondition(lambda self: bool(weakest_first(self.now.state)))
    @rule(rank=few, depth=st.sampled_from(("ruined", "deep")), amount=st.sampled_from(("some", "most")))
    def one_leaves_before_it_shows(self, rank: int, depth: str, amount: str) -> None:
        """An index sets out for where an account will be ruined, held back; in that very block cash leaves it."""
        weakest = weakest_first(self.now.state)
        name = weakest[rank % len(weakest)]
        price = squeezing_price(self.now.state, name, depth)
        self.take(steps.leaving(self.now.state, name, amount, ((POOL_FEEDS[PLACES[name].pool], price),)))

    @rule(
        pool=st.sampled_from(tuple(PERPETUALS)),
        waits=st.booleans(),
        leaves=st.sampled_from((False, True)),
        ends=st.sampled_from(("liquidation", "release", "nothing")),
    )
    def a_winner_leaves(self, pool: str, waits: bool, leaves: bool, ends: str) -> None:
        """A loser falls deep unnoticed; the winner closes, waits until his profit is free, and leaves."""
        rich, *others = richest_first(self.now.state, pool)
        loser = others[-1] if others[-1] != "frank" else others[-2]
        third = next(each for each in others if each != loser and PLACES[each].owner != PLACES[rich].owner)
        self.take(steps.trade(self.now.state, rich, loser, PERPETUALS[pool], "sell", "most for both", 0))
        self.squeezed(loser, "deep")
        self.take(steps.handed_over(self.now.state, rich, third, PERPETUALS[pool]))
        for _ in range(2 if waits else 0):
            self.take(Step(elapsed=wait_of(self.now.state, "horizon")))
        if leaves:
            self.take(steps.all_withdraw(self.now.state, pool, "most", 1_000 + self.now.length))
        if ends == "release":
            self.take(steps.all_released(self.now.state))
        elif ends == "liquidation":
            self._taken_over(loser, "all", "second")

    def options_expire(self, factor: int) -> None:
        """The index moves while the settlement price is sampled, and then everybody settles."""
        opens = EXPIRY - 2 * wait_of(self.now.state, "minute") - self.now.state.time
        if opens > 0:
            self.take(Step(elapsed=opens))
            for _ in range(2):
                moved = moved_price(self.now.state, self.now.chain.prices["BTC"], factor)
                self.take(Step(elapsed=wait_of(self.now.state, "minute"), prices=(("BTC", moved),)))
        self.take(steps.all_settle(self.now.state))

    @precondition(lambda self: bool(unsettled(self.now.state)))
    @rule(name=st.sampled_from(MAIN), which=few)
    def settle(self, name: str, which: int) -> None:
        """Somebody settles an expired position."""
        waiting = unsettled(self.now.state)
        account, series = waiting[which % len(waiting)]
        self.act(name, Settle(account, series))
