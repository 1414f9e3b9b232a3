from importlib import resources

import pytest

from clearstone.models.cluster.cluster import validators_of
from clearstone.models.market.exchange import Exchange
from clearstone.models.market.population import FULL
from clearstone.models.market.price_series import PriceSeries, parse_series
from clearstone.models.market.replay_plan import ReplayPlan, open_exchange


@pytest.fixture(scope="session")
def march() -> PriceSeries:
    name = "btc-usd-2h-2020-03.csv"
    return parse_series((resources.files("clearstone.models") / "data" / "prices" / name).read_bytes(), name)


@pytest.fixture
def exchange(march: PriceSeries) -> Exchange:
    keys, validators = validators_of(1, (1, 1, 1, 1))
    return open_exchange(ReplayPlan(march, 1, 150, FULL.shrunk(0.4)), keys[:3], validators)
