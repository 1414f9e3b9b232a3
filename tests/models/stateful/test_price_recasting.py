from clearstone.models.stateful.exchange_program import Act, Step
from clearstone.models.stateful.exchange_world import FEEDS, FIRST_PRICES, FOLLOWERS, world_chain
from clearstone.models.stateful.price_recasting import as_if_unmoved
from clearstone.spec.transactions import Cancel, Place


def placed(price: int | None, market: str = "BTC-PERP") -> Act:
    return Act("bob", Place(market, "buy", 1, price, "gtc", False, "cancel-maker"))


def test_the_first_prices_are_those_that_a_program_starts_with():
    chain = world_chain("lean")
    assert chain.prices == FIRST_PRICES
    assert {market for feed in FEEDS for market in FOLLOWERS[feed]} == set(chain.state.instruments.keys())


def test_what_comes_after_a_move_is_as_far_away_as_before():
    steps = (
        Step((placed(50_000),), prices=(("BTC", 25_000), ("MARK", 500))),
        Step((placed(25_100), placed(None), placed(600, "BTC-50000-C"), Act("bob", Cancel(1)))),
        Step(prices=(("BTC", 30_000),), lies=(("BTC", 1), ("ETH", 7))),
    )
    later, mark, first = list(as_if_unmoved(steps))
    assert later == (*steps[:2], Step(lies=(("BTC", 1), ("ETH", 7))))
    assert mark[0] == Step((placed(50_000),), prices=(("BTC", 25_000),)) or mark[0].prices == (("MARK", 500),)
    assert {mark[0].prices, first[0].prices} == {(("BTC", 25_000),), (("MARK", 500),)}
    moved = mark if mark[0].prices == (("MARK", 500),) else first
    assert moved[1].acts == (placed(50_200), placed(None), placed(600, "BTC-50000-C"), Act("bob", Cancel(1)))
    assert moved[2] == Step(prices=(("BTC", 60_000),), lies=(("BTC", 2), ("ETH", 7)))
