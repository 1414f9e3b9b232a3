import pytest

from clearstone.models.scenario_genesis import (
    FIRST_INDEX,
    MULTIPLIER,
    USD,
    buy,
    scenario_genesis,
    sell,
    series,
    started,
    trade,
    walk_index,
)
from clearstone.spec.genesis import check_genesis
from clearstone.spec.oracle import is_fresh


def test_a_genesis_with_everything_is_valid_and_all_its_feeds_are_fresh():
    options = (series(call=True, strike=55_000), series(call=False, strike=45_000))
    genesis = scenario_genesis(options=options, second_pool=True)
    assert check_genesis(genesis) is None
    chain = started(genesis)
    assert chain.state.instruments.keys() == ("BTC-45000-P", "BTC-55000-C", "BTC-PERP", "ETH-PERP")
    assert chain.state.ledger.pools.keys() == ("main", "other")
    assert all(is_fresh(feed, genesis.parameters) for _, feed in chain.state.feeds.items())


def test_a_lot_is_worth_what_the_module_says():
    quote = started(scenario_genesis()).state.quotes["BTC-PERP"]
    assert (quote.mark, quote.initial, quote.maintenance) == (50 * USD, 2_500_000, 1_500_000)
    assert quote.mark == FIRST_INDEX * MULTIPLIER


def test_an_order_stands_if_it_names_a_price_and_takes_what_is_there_if_not():
    assert buy("BTC-PERP", 1, 100).time_in_force == "gtc"
    assert sell("BTC-PERP", 1).time_in_force == "ioc"
    assert sell("BTC-PERP", 1, 100, "fok").time_in_force == "fok"
    assert (buy("BTC-PERP", 1).side, sell("BTC-PERP", 1).side) == ("buy", "sell")


def test_a_trade_that_does_not_come_about_is_an_error():
    chain = started(scenario_genesis())
    rich, poor = chain.open("rich", "main", 1_000 * USD), chain.open("poor", "main", USD)
    with pytest.raises(ValueError, match="no trade: MARGIN-6"):
        trade(chain, rich, poor, "BTC-PERP", 100, FIRST_INDEX)


def test_the_index_walks_by_its_largest_step():
    chain = started(scenario_genesis())
    assert walk_index(chain, FIRST_INDEX) == 0
    assert walk_index(chain, 55_000) == 2
    assert chain.state.feeds["BTC"].index == 55_000
    with pytest.raises(ValueError, match="the index of BTC does not reach 1"):
        walk_index(chain, 1, most=3)
