"""Matching against a reference that goes through a plain list, and the rules that stop or skip a fill."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearstone.models.chain import Chain, forked
from clearstone.models.scenario_genesis import PERPETUAL, USD, buy, scenario_genesis, sell, series, started, trade
from clearstone.spec.accounts import lots_in
from clearstone.spec.book import side_of
from clearstone.spec.instruments import OptionSeries
from clearstone.spec.numbers import MAX_ATOMS
from clearstone.spec.parameters import PerpetualParameters
from clearstone.spec.receipts import Receipt
from clearstone.spec.transactions import Place

PERP = "BTC-PERP"


def chain_with(
    perpetual: PerpetualParameters = PERPETUAL, *, options: tuple[OptionSeries, ...] = (), **cash: int
) -> Chain:
    chain = started(scenario_genesis(perpetual=perpetual, options=options))
    for owner, dollars in cash.items():
        account = chain.open(owner, "main", dollars * USD)
        NAMES[owner] = account
    return chain


NAMES: dict[str, str] = {}


def rule_of(receipt: Receipt) -> str:
    return "" if receipt.rejection is None else receipt.rejection.rule


def placed(chain: Chain, owner: str, order: Place) -> Receipt:
    [receipt] = chain.run(chain.sign(NAMES[owner], order))
    return receipt


def fills(receipt: Receipt) -> list[tuple[str, int, int]]:
    """(maker, signed lots of the taker, price) of each fill."""
    details = [dict(event.details) for event in receipt.events if event.kind == "fill"]
    names = {account: owner for owner, account in NAMES.items()}
    return [(names[str(each["maker"])], int(each["lots"]), int(each["price"])) for each in details]


def lots_of(chain: Chain, owner: str, market: str = PERP) -> int:
    return lots_in(chain.state.ledger.accounts[NAMES[owner]], market)


def resting_lots(chain: Chain, owner: str) -> list[int]:
    return [order.lots for order in chain.state.ledger.accounts[NAMES[owner]].orders]


@dataclass
class Standing:
    account: str
    order: Place
    left: int
    sequence: int


@dataclass
class Reference:
    """A matching engine as one would write it on a napkin."""

    standing: list[Standing] = field(default_factory=list)
    lots: dict[str, int] = field(default_factory=dict)
    sequence: int = 0

    def reducible(self, account: str, side: str) -> int:
        return max(0, -self.lots[account] if side == "buy" else self.lots[account])

    def facing(self, order: Place) -> list[Standing]:
        sign = 1 if order.side == "buy" else -1
        others = [each for each in self.standing if each.order.side != order.side]
        within = [each for each in others if order.price is None or sign * each.order.price <= sign * order.price]
        return sorted(within, key=lambda each: (sign * each.order.price, each.sequence))

    def place(self, account: str, order: Place) -> list[tuple[str, int, int]] | None:
        """The fills, or None and nothing changed if the order is refused."""
        saved = deepcopy((self.standing, self.lots))
        made: list[tuple[str, int, int]] = []
        left, stopped = order.lots, False
        facing = self.facing(order)
        if order.time_in_force == "post-only" and facing:
            return None
        for each in facing:
            if each.account[:5] == account[:5]:
                if order.self_trade == "cancel-taker" or (
                    order.self_trade == "decrement" and order.time_in_force == "fok"
                ):
                    stopped = True
                elif order.self_trade == "cancel-maker":
                    each.left = 0
                else:
                    shrunk = min(left, each.left)
                    left, each.left = left - shrunk, each.left - shrunk
            else:
                limits = [left, each.left]
                limits += [self.reducible(each.account, each.order.side)] if each.order.reduce_only else []
                limits += [self.reducible(account, order.side)] if order.reduce_only else []
                if order.reduce_only and limits[-1] == 0:
                    stopped = True
                elif min(limits) == 0:
                    each.left = 0
                else:
                    signed = min(limits) if order.side == "buy" else -min(limits)
                    left, each.left = left - min(limits), each.left - min(limits)
                    self.lots[account] += signed
                    self.lots[each.account] -= signed
                    made.append((each.account, signed, each.order.price or 0))
                    if each.order.reduce_only and self.reducible(each.account, each.order.side) == 0:
                        each.left = 0
                    stopped = left > 0 and order.reduce_only and self.reducible(account, order.side) == 0
            self.standing = [other for other in self.standing if other.left > 0]
            if stopped or left == 0:
                break
        if (order.time_in_force == "fok" and left > 0) or (stopped and not made):
            self.standing, self.lots = saved
            return None
        if left > 0 and not stopped and order.time_in_force in ("gtc", "post-only"):
            self.standing.append(Standing(account, order, left, self.sequence))
            self.sequence += 1
        return made


ACCOUNTS = ("alice", "alice again", "bob", "carol")
RICH = started(scenario_genesis(perpetual=replace(PERPETUAL, open_interest_low=10**9, open_interest_high=2 * 10**9)))
for number, name in enumerate(ACCOUNTS):
    NAMES[name] = RICH.open(name[:5], "main", 10**7 * USD, number=number)

orders = st.builds(
    lambda collared, side, lots, price, force, reduce_only, prevention: Place(
        PERP,
        side,
        lots,
        None if collared else price,
        ("ioc" if force in ("gtc", "post-only") else force) if collared else force,
        reduce_only,
        prevention,
    ),
    st.sampled_from((False, False, False, True)),
    st.sampled_from(("buy", "sell")),
    st.integers(1, 6),
    st.integers(49_998, 50_002),
    st.sampled_from(("gtc", "gtc", "gtc", "ioc", "fok", "post-only")),
    st.sampled_from((False, False, True)),
    st.sampled_from(("cancel-maker", "cancel-taker", "decrement")),
)


@settings(max_examples=150)
@given(st.lists(st.tuples(st.sampled_from(ACCOUNTS), orders), min_size=3, max_size=14))
def test_matching_does_what_a_reference_with_a_plain_list_does(sequence: list[tuple[str, Place]]) -> None:
    chain, reference = forked(RICH), Reference(lots=dict.fromkeys(ACCOUNTS, 0))
    start = {name: chain.state.ledger.accounts[NAMES[name]].nonce for name in ACCOUNTS}
    signed = [
        chain.sign(NAMES[name], order, nonce=start[name] + number + 1) for number, (name, order) in enumerate(sequence)
    ]
    receipts = chain.run(*signed)
    for (name, order), receipt in zip(sequence, receipts, strict=True):
        expected = reference.place(name, order)
        assert (receipt.rejection is not None) == (expected is None), (name, order, receipt)
        assert fills(receipt) == (expected or [])
    assert {name: lots_of(chain, name) for name in ACCOUNTS} == reference.lots
    book = chain.state.ledger.books[PERP]
    for buying in (True, False):
        ranked = [each for each in reference.standing if (each.order.side == "buy") == buying]
        ranked.sort(key=lambda each: (-(each.order.price or 0) if buying else each.order.price, each.sequence))
        standing = [NAMES[each.account] for each in ranked]
        assert [entry.account for level in side_of(book, buying) for entry in level.queue] == standing


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(ACCOUNTS), orders), min_size=2, max_size=10))
def test_a_reduce_only_order_never_lets_its_position_grow_or_flip(sequence: list[tuple[str, Place]]) -> None:
    chain = forked(RICH)
    for name, order in sequence:
        before = lots_of(chain, name)
        placed(chain, name, order)
        after = lots_of(chain, name)
        if order.reduce_only:
            assert abs(after) <= abs(before)
            assert after * before >= 0


def test_a_reduce_only_order_that_has_closed_its_position_leaves_the_book_with_what_is_left_of_it() -> None:
    chain = forked(RICH)
    trade(chain, NAMES["bob"], NAMES["alice"], PERP, 5, 50_000)
    placed(chain, "bob", sell(PERP, 10, 50_000, reduce_only=True))
    receipt = placed(chain, "carol", buy(PERP, 20, 50_000))
    assert fills(receipt) == [("bob", 5, 50_000)]
    assert [event.kind for event in receipt.events] == ["fill", "cancelled", "rested"]
    assert (resting_lots(chain, "bob"), resting_lots(chain, "carol")) == ([], [15])
    assert chain.state.ledger.books[PERP].asks == ()


def test_what_is_left_of_a_reduce_only_order_that_has_closed_its_position_does_not_rest() -> None:
    chain = forked(RICH)
    trade(chain, NAMES["alice"], NAMES["bob"], PERP, 5, 50_000)
    placed(chain, "carol", buy(PERP, 10, 50_000))
    receipt = placed(chain, "alice", sell(PERP, 8, 50_000, reduce_only=True))
    assert receipt.rejection is None
    assert [event.kind for event in receipt.events] == ["fill"]
    assert (resting_lots(chain, "alice"), resting_lots(chain, "carol")) == ([], [5])
    assert chain.state.ledger.books[PERP].asks == ()


def test_a_reduce_only_order_that_has_more_to_reduce_stays() -> None:
    chain = forked(RICH)
    trade(chain, NAMES["bob"], NAMES["alice"], PERP, 5, 50_000)
    placed(chain, "bob", sell(PERP, 5, 50_000, reduce_only=True))
    assert fills(placed(chain, "carol", buy(PERP, 2, 50_000))) == [("bob", 2, 50_000)]
    assert resting_lots(chain, "bob") == [3]


def test_a_fill_is_at_the_makers_price() -> None:
    chain = forked(RICH)
    placed(chain, "bob", sell(PERP, 2, 49_990))
    assert fills(placed(chain, "carol", buy(PERP, 2, 50_010))) == [("bob", 2, 49_990)]


def test_a_market_order_trades_up_to_the_collar() -> None:
    chain = forked(RICH)
    placed(chain, "bob", sell(PERP, 1, 55_000))
    assert fills(placed(chain, "carol", buy(PERP, 1))) == [("bob", 1, 55_000)]
    placed(chain, "bob", buy(PERP, 1, 45_000))
    assert fills(placed(chain, "carol", sell(PERP, 1))) == [("bob", -1, 45_000)]


def test_a_resting_order_that_the_market_left_behind_is_cancelled_instead_of_filled() -> None:
    chain = forked(RICH)
    placed(chain, "bob", sell(PERP, 1, 45_000 + 1))
    placed(chain, "alice", sell(PERP, 1, 50_000))
    for _ in range(2):
        chain.block(prices={"BTC": 53_000})
    assert chain.state.quotes[PERP].lowest > 45_001
    receipt = placed(chain, "carol", buy(PERP, 1))
    assert fills(receipt) == [("alice", 1, 50_000)]
    assert ("rule", "BOOK-3") in receipt.events[0].details
    assert resting_lots(chain, "bob") == []


def test_a_maker_that_fails_is_cancelled_and_the_taker_goes_on() -> None:
    chain = chain_with(poor=60, rich=10_000, taker=10_000)
    trade(chain, NAMES["poor"], NAMES["rich"], PERP, 15, 50_000)
    placed(chain, "poor", buy(PERP, 8, 50_000))
    placed(chain, "rich", buy(PERP, 8, 49_999))
    chain.block(prices={"BTC": 49_000})
    receipt = placed(chain, "taker", sell(PERP, 8, 49_000))
    assert fills(receipt) == [("rich", -8, 49_999)]
    [cancelled] = [event for event in receipt.events if event.kind == "cancelled"]
    assert cancelled.subject == NAMES["poor"]
    assert ("rule", "MARGIN-6") in cancelled.details
    assert (resting_lots(chain, "poor"), lots_of(chain, "poor")) == ([], 15)


def test_a_maker_below_its_margin_may_still_reduce() -> None:
    chain = chain_with(poor=60, rich=10_000, taker=10_000)
    trade(chain, NAMES["poor"], NAMES["rich"], PERP, 20, 50_000)
    placed(chain, "poor", sell(PERP, 8, 49_000))
    chain.block(prices={"BTC": 49_000})
    assert fills(placed(chain, "taker", buy(PERP, 8, 49_000))) == [("poor", 8, 49_000)]
    assert lots_of(chain, "poor") == 12


def test_a_taker_that_fails_stops_and_keeps_what_was_filled() -> None:
    chain = chain_with(maker=100_000, taker=26)
    for _ in range(3):
        placed(chain, "maker", sell(PERP, 4, 50_000))
    receipt = placed(chain, "taker", buy(PERP, 12, 50_000))
    assert fills(receipt) == [("maker", 4, 50_000)] * 2
    assert resting_lots(chain, "taker") == []
    assert rule_of(placed(chain, "taker", buy(PERP, 4, 50_000))) == "MARGIN-6"


def test_a_fill_or_kill_order_that_fails_halfway_changes_nothing() -> None:
    chain = chain_with(maker=100_000, taker=26)
    for _ in range(3):
        placed(chain, "maker", sell(PERP, 4, 50_000))
    before = chain.state.ledger.books
    assert rule_of(placed(chain, "taker", buy(PERP, 12, 50_000, "fok"))) == "MARGIN-6"
    assert chain.state.ledger.books == before
    assert lots_of(chain, "taker") == 0
    assert rule_of(placed(chain, "taker", buy(PERP, 13, 50_000, "fok"))) == "MARGIN-6"


def test_open_interest_stops_at_its_limit_but_closing_goes_on() -> None:
    chain = chain_with(replace(PERPETUAL, max_open_interest=5), maker=100_000, taker=100_000, third=100_000)
    trade(chain, NAMES["taker"], NAMES["maker"], PERP, 5, 50_000)
    placed(chain, "third", sell(PERP, 1, 50_000))
    assert rule_of(placed(chain, "taker", buy(PERP, 1, 50_000))) == "MARGIN-5"
    assert fills(placed(chain, "maker", buy(PERP, 1, 50_000))) == [("third", 1, 50_000)]
    assert chain.state.ledger.markets[PERP].open_interest == 5


def test_a_taker_stops_where_its_balance_would_pass_a_bound() -> None:
    chain = forked(RICH)
    placed(chain, "bob", sell(PERP, 1, 50_000))
    ledger = chain.state.ledger
    for cash, rule in ((-MAX_ATOMS + 50_000_000, "NUM-5"), (-MAX_ATOMS + 50_000_000 + 25_000, "MARGIN-6")):
        indebted = replace(ledger.accounts[NAMES["carol"]], cash=cash)
        accounts = ledger.accounts.set(NAMES["carol"], indebted)
        chain.state = replace(chain.state, ledger=replace(chain.state.ledger, accounts=accounts))
        chain.block()
        assert rule_of(placed(chain, "carol", buy(PERP, 1, 50_000))) == rule


def test_a_rebate_is_paid_to_the_maker_and_the_rest_of_the_fee_to_the_pool() -> None:
    chain = chain_with(maker=1_000, taker=1_000)
    before = chain.state.ledger
    trade(chain, NAMES["taker"], NAMES["maker"], PERP, 10, 50_000)
    after = chain.state.ledger
    notional = 10 * 50_000 * 1_000
    changes = {
        owner: after.accounts[NAMES[owner]].cash - before.accounts[NAMES[owner]].cash for owner in ("maker", "taker")
    }
    assert changes == {"maker": notional + 50_000, "taker": -notional - 250_000}
    assert after.pools["main"].insurance - before.pools["main"].insurance == 200_000


def test_a_decremented_maker_keeps_its_place_in_time() -> None:
    chain = forked(RICH)
    placed(chain, "alice", sell(PERP, 5, 50_000))
    placed(chain, "bob", sell(PERP, 5, 50_000))
    placed(chain, "alice again", buy(PERP, 2, 50_000, self_trade="decrement"))
    assert fills(placed(chain, "carol", buy(PERP, 4, 50_000))) == [("alice", 3, 50_000), ("bob", 1, 50_000)]


@pytest.mark.parametrize("prevention", ["cancel-maker", "cancel-taker", "decrement"])
def test_no_trade_has_one_owner_on_both_sides(prevention: str) -> None:
    chain = forked(RICH)
    placed(chain, "alice", sell(PERP, 5, 50_000))
    receipt = placed(chain, "alice again", Place(PERP, "buy", 3, 50_000, "gtc", False, prevention))
    assert fills(receipt) == []
    left = {"cancel-maker": [], "cancel-taker": [5], "decrement": [2]}[prevention]
    assert resting_lots(chain, "alice") == left
    assert resting_lots(chain, "alice again") == ([3] if prevention == "cancel-maker" else [])


def test_a_fill_or_kill_order_is_not_filled_by_being_decremented() -> None:
    chain = forked(RICH)
    placed(chain, "alice", sell(PERP, 5, 50_000))
    receipt = placed(chain, "alice again", buy(PERP, 5, 50_000, "fok", self_trade="decrement"))
    assert rule_of(receipt) == "BOOK-4"
    assert resting_lots(chain, "alice") == [5]


def test_option_premium_is_paid_at_the_trade() -> None:
    call = series(call=True, strike=55_000)
    chain = chain_with(options=(call,), maker=10_000, taker=10_000)
    before = chain.state.ledger.accounts[NAMES["taker"]].cash
    trade(chain, NAMES["taker"], NAMES["maker"], call.market, 2, 1_000)
    assert chain.state.ledger.accounts[NAMES["taker"]].cash == before - 2_000_000 - 1_000
