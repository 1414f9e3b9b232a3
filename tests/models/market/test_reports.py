from importlib import resources

import pytest

from clearstone.models.cluster.cluster import validators_of
from clearstone.models.market.listing import INDEX
from clearstone.models.market.price_series import HEADROOM, parse_series
from clearstone.models.market.replay_plan import ReplayPlan, open_exchange
from clearstone.spec.numbers import MAX_TICKS

NAME = "btc-usdt-1h-2022-11.csv"
SERIES = parse_series((resources.files("clearstone.models") / "data" / "prices" / NAME).read_bytes(), NAME)


@pytest.fixture(scope="module")
def exchange():
    keys, validators = validators_of(1, (1, 1, 1, 1))
    return open_exchange(ReplayPlan(SERIES, 1, 100), keys[:3], validators)


def test_truthful_validators_see_nearly_the_same(exchange):
    seen = [dict(exchange.prices(40, validator)) for validator in range(4)]
    indices = [prices[INDEX] for prices in seen]
    assert len(set(indices)) > 1
    assert max(indices) <= min(indices) * 1.0013
    assert all(1 <= ticks <= MAX_TICKS // HEADROOM for prices in seen for ticks in prices.values())


def test_every_feed_of_the_listing_is_reported_in_ascending_order(exchange):
    feeds = [feed for feed, _ in exchange.prices(1, 0)]
    assert feeds == sorted(feed.feed for feed in exchange.listing.genesis.feeds)


def test_after_the_last_moment_the_last_prices_stand(exchange):
    last = len(exchange.timetable.moments)
    assert exchange.prices(last, 2) == exchange.prices(last + 9, 2)
    assert exchange.starts(last + 1) == exchange.starts(last) + 60_000
