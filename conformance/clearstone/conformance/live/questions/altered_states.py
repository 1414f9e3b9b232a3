"""States that programs came to, moved on past what margin would allow: as after a jump of the price that nobody saw.

People trade unchecked, cash moves, prices jump, profit is locked, and time has gone by since somebody was flagged. All
that must balance still does: what one pays another one receives, and every lot that is bought is sold.
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from clearstone.conformance.live.questions.asked import Material
from clearstone.models.scenario_genesis import MULTIPLIER, USD
from clearstone.models.stateful.exchange_world import PLACES
from clearstone.spec.accounts import Account, Position, position_in, with_position
from clearstone.spec.ledger_state import Market
from clearstone.spec.margin import health_equity, maintenance_requirement
from clearstone.spec.oracle import Feed
from clearstone.spec.receipts import Rejection
from clearstone.spec.snapshot import Snapshot, restore, snapshot_of

PEOPLE = ("alice", "bob", "carol", "dave", "alice-2")
MARKETS = ("BTC-PERP", "BTC-50000-C", "BTC-55000-C", "BTC-50000-P", "BTC-55000-P")
someone = st.sampled_from(PEOPLE)
lots = st.sampled_from((1, 3, 7, 100, 300, 997, 2_000))
jumps = st.sampled_from((1_000, 1_001, 1_200, 800, 1_900, 500)) | st.integers(930, 1_070)
SPREADS = (
    (("BTC-50000-C", -10), ("BTC-55000-C", 9)),
    (("BTC-50000-C", -10), ("BTC-55000-C", 10)),
    (("BTC-50000-P", -9), ("BTC-55000-P", 10), ("BTC-50000-C", -1)),
    (("BTC-50000-C", 10), ("BTC-55000-C", -11), ("BTC-PERP", 1)),
)
"""Lots of markets that margin sees together: with fewer calls bought than sold, as many, puts, the underlying."""
LEVELS = (None, None, 900, 500, 999, 1_000, 1_040, 100, 0, -500)
"""Equity in thousandths of maintenance margin that somebody is brought to, if at all."""
AGES = (0, 1_000, 60_000, 599_000, 900_000, 10**13)
"""How long ago somebody was flagged, in ms; the last at time 0."""
dollars = st.sampled_from((USD, 100 * USD, 900 * USD, 5_000 * USD, 1))


class Alteration:
    """A snapshot on its way."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Begin with a state as a program left it."""
        self.snapshot = snapshot
        self.accounts: dict[str, Account] = dict(snapshot.accounts)
        self.markets: dict[str, Market] = dict(snapshot.markets)

    def trade(self, buyer: str, seller: str, market: str, size: int, price: int) -> None:
        """Two people trade, whoever can afford it; who holds something of the market already does not."""
        both = [PLACES[name].id for name in (buyer, seller)]
        if buyer == seller or any(position_in(self.accounts[each], market) for each in both):
            return
        index = dict(self.snapshot.funding)[market].index if market == "BTC-PERP" else 0
        paid = size * price * MULTIPLIER
        for each, sign in zip(both, (1, -1), strict=True):
            held = self.accounts[each]
            position = Position(market, sign * size, sign * paid, index)
            self.accounts[each] = replace(
                held, cash=held.cash - sign * paid, positions=with_position(held.positions, position)
            )
        before = self.markets[market]
        self.markets[market] = replace(before, open_interest=before.open_interest + size)

    def pay(self, payer: str, payee: str, amount: int) -> None:
        """Cash moves."""
        for name, sign in ((payer, -1), (payee, 1)):
            held = self.accounts[PLACES[name].id]
            self.accounts[PLACES[name].id] = replace(held, cash=held.cash + sign * amount)

    def lock(self, name: str, recent: int, earlier: int) -> None:
        """Profit is locked, of the present horizon and of the one before it."""
        held = self.accounts[PLACES[name].id]
        horizon = dict(self.snapshot.pools)[held.pool].parameters.liquidation_horizon
        period = self.snapshot.header.time // horizon
        self.accounts[PLACES[name].id] = replace(
            held, locked_recent=recent, locked_earlier=earlier, locked_period=period
        )

    def flag(self, name: str, ago: int) -> None:
        """Somebody was flagged so many ms ago."""
        held = self.accounts[PLACES[name].id]
        self.accounts[PLACES[name].id] = replace(held, flagged_at=max(0, self.snapshot.header.time - ago))

    def jump(self, feed: str, factor: int) -> None:
        """The price of a feed is another one, in thousandths of what it was."""

        def moved(name: str, held: Feed) -> Feed:
            price = max(1, held.index * factor // 1_000)
            return replace(held, index=price, median=price) if name == feed else held

        feeds = tuple((name, moved(name, held)) for name, held in self.snapshot.feeds)
        self.snapshot = replace(self.snapshot, feeds=feeds)

    def weaken(self, name: str, payee: str, level: int) -> None:
        """Somebody pays away so much that his equity is that many thousandths of his maintenance margin."""
        state = restore(self.done())
        assert not isinstance(state, Rejection), f"an altered state is one: {state}"
        account = state.ledger.accounts[PLACES[name].id]
        if account.positions and name != payee:
            goal = maintenance_requirement(account, state.quotes) * level // 1_000
            self.pay(name, payee, health_equity(account, state.quotes) - goal)

    def done(self) -> Snapshot:
        """The snapshot, with the pools' lists of who is flagged."""
        pools = tuple(
            (
                name,
                replace(
                    pool,
                    flagged=tuple(
                        each
                        for each, held in sorted(self.accounts.items())
                        if held.pool == name and held.flagged_at is not None
                    ),
                ),
            )
            for name, pool in self.snapshot.pools
        )
        return replace(
            self.snapshot,
            accounts=tuple(sorted(self.accounts.items())),
            markets=tuple(sorted(self.markets.items())),
            pools=pools,
        )


def altered_states(material: Material) -> st.SearchStrategy[Snapshot]:
    """Altered states of what programs left behind: one of the people trades in some markets, with the others."""

    @st.composite
    def altered(draw: st.DrawFn) -> Snapshot:
        made = Alteration(snapshot_of(draw(st.sampled_from(material.blocks)).after))
        feeds = dict(made.snapshot.feeds)
        hero = draw(someone)
        signed = lots | lots.map(int.__neg__)
        story = draw(st.sampled_from(("one perpetual", "a spread", "anything")))
        if story == "one perpetual":
            legs = [(MARKETS[0], draw(signed))]
        elif story == "a spread":
            size = draw(st.sampled_from((1, 7, 30)))
            legs = [(market, size * part) for market, part in draw(st.sampled_from(SPREADS))]
        else:
            legs = draw(st.lists(st.tuples(st.sampled_from(MARKETS), signed), max_size=4))
        for market, size in legs:
            middle = feeds["BTC" if market == "BTC-PERP" else "MARK"].index
            price = max(1, middle * draw(st.sampled_from((1_000, 1_000, 900, 1_100))) // 1_000)
            other = draw(someone)
            made.trade(*((hero, other) if size > 0 else (other, hero)), market, abs(size), price)
        for _ in range(draw(st.integers(0, 2))):
            made.pay(draw(someone), draw(someone), draw(dollars))
        if draw(st.integers(0, 3)) == 3:
            made.lock(draw(someone), draw(dollars), draw(dollars))
        if draw(st.booleans()):
            made.flag(draw(st.just(hero) | someone), draw(st.sampled_from(AGES)))
        made.jump("BTC", draw(jumps))
        made.jump("MARK", draw(jumps))
        level = draw(st.sampled_from(LEVELS))
        if level is not None:
            made.weaken(hero, draw(someone), level)
        return made.done()

    return altered()
