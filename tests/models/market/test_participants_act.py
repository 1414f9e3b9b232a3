import pytest

from clearstone.models.market.liquidators import Keeper, Liquidator, weight
from clearstone.models.market.listing import CALM, MAIN, PERPETUAL
from clearstone.models.market.makers import MarketMaker
from clearstone.models.market.participants import View
from clearstone.models.market.single_replica import replay_on_one
from clearstone.models.market.traders import LeveragedTrader, OptionTrader, market_order
from clearstone.spec.margin import liquidatable
from clearstone.spec.numbers import MAX_LOTS
from clearstone.spec.transactions import Cancel, Liquidate, Place, Settle


@pytest.fixture
def replayed(exchange):
    return exchange, list(replay_on_one(exchange))


def participants(exchange, kind: type):
    return [resident.participant for resident in exchange.residents if isinstance(resident.participant, kind)]


def test_makers_quote_both_sides_within_the_band_and_cross_nobody(replayed):
    exchange, seen = replayed
    quoted = 0
    for _, _, state, _ in seen[20:60]:
        view = View(state.height + 1, state)
        for maker in participants(exchange, MarketMaker):
            actions = list(maker.act(view))
            own = {order.nonce for order in state.ledger.accounts[maker.holder.account].orders}
            assert {action.nonce for action in actions if isinstance(action, Cancel)} <= own
            for order in (action for action in actions if isinstance(action, Place)):
                quote, book = view.quote(order.market), state.ledger.books[order.market]
                assert quote.lowest <= order.price <= quote.highest
                others = book.asks if order.side == "buy" else book.bids
                best = [abs(level.rank) for level in others if level.queue[0].account != maker.holder.account][:1]
                assert all(order.price < price if order.side == "buy" else order.price > price for price in best)
                quoted += 1
    assert quoted > 40


def test_liquidators_go_for_accounts_of_their_pool_below_maintenance(replayed):
    exchange, seen = replayed
    targets = 0
    for _, _, state, _ in seen:
        view = View(state.height + 1, state)
        for liquidator in participants(exchange, Liquidator):
            for action in liquidator.act(view):
                if isinstance(action, Liquidate):
                    account = state.ledger.accounts[action.account]
                    assert account.pool == liquidator.holder.pool != CALM
                    assert liquidatable(account, state.quotes)
                    assert any(position.instrument == action.market for position in account.positions)
                    targets += 1
    assert targets > 10


def test_the_keeper_settles_what_has_a_price_and_no_more_than_it_may(replayed):
    exchange, seen = replayed
    (keeper,) = participants(exchange, Keeper)
    most = 0
    for _, _, state, _ in seen:
        settles = [action for action in keeper.act(View(state.height + 1, state)) if isinstance(action, Settle)]
        assert all(state.quotes[action.market].phase == "settle" for action in settles)
        most = max(most, len(settles))
    assert 0 < most <= keeper.at_once


def test_leveraged_traders_hold_what_they_bet_on_and_option_sellers_owe(replayed):
    exchange, seen = replayed
    held = {1: 0, -1: 0}
    sold = 0
    for _, _, state, _ in seen[::10]:
        view = View(state.height + 1, state)
        for trader in participants(exchange, LeveragedTrader):
            lots = view.lots(trader.holder, trader.market)
            assert lots * trader.direction >= 0
            held[trader.direction] += abs(lots)
        sold += sum(
            -min(0, view.lots(trader.holder, trader.market))
            for trader in participants(exchange, OptionTrader)
            if trader.direction < 0
        )
    assert held[1] > held[-1] > 0
    assert sold > 0


def test_an_order_for_too_many_lots_asks_for_as_many_as_there_may_be():
    assert market_order(PERPETUAL, -(MAX_LOTS + 5)).lots == MAX_LOTS
    assert market_order(PERPETUAL, -3).side == "sell"


def test_a_long_option_weighs_nothing(replayed):
    _, seen = replayed
    for _, _, state, _ in seen[::25]:
        for _, account in state.ledger.accounts.items():
            for position in account.positions:
                assert account.pool in (MAIN, CALM)
                is_long_option = position.lots > 0 and position.instrument not in (PERPETUAL, "calm-perpetual")
                assert (weight(position, state) == 0) == is_long_option
