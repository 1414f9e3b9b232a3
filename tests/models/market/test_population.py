from clearstone.models.market.listing import CALM, MAIN
from clearstone.models.market.population import FULL, populate
from clearstone.models.market.traders import LeveragedTrader


def test_about_two_hundred_live_in_two_pools(exchange):
    residents = populate(1, exchange.listing, exchange.timetable, FULL)
    accounts = [resident.participant.holder.account for resident in residents]
    assert 150 <= len(accounts) == len(set(accounts)) <= 250
    assert {resident.participant.holder.pool for resident in residents} == {MAIN, CALM}
    assert all(resident.cash > 0 and resident.pace > 0 and resident.arrives > 0 for resident in residents)


def test_a_seed_stands_for_one_population(exchange):
    def drawn(seed: int):
        return [
            (resident.participant.holder.account, resident.arrives, resident.cash)
            for resident in populate(seed, exchange.listing, exchange.timetable, FULL)
        ]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def test_nobody_in_the_calm_pool_bets_what_he_has(exchange):
    for resident in populate(5, exchange.listing, exchange.timetable, FULL):
        trader = resident.participant
        if isinstance(trader, LeveragedTrader) and trader.holder.pool == CALM:
            assert trader.leverage < 1_000_000


def test_a_smaller_scale_has_less_of_everything_but_something_of_all():
    assert FULL.shrunk(0.5).longs == FULL.longs // 2
    assert FULL.shrunk(0.0001).calm_savers == 2
