from dataclasses import replace

import pytest

from clearstone.models.cluster.cluster import validators_of
from clearstone.models.market.listing import CALM, CALM_PERPETUAL, MAIN
from clearstone.models.market.market_tally import MarketTally
from clearstone.models.market.population import FULL
from clearstone.models.market.replay_plan import ReplayPlan, open_exchange
from clearstone.models.market.shadow_pool import ShadowPool
from clearstone.models.market.single_replica import replay_on_one, without_votes
from clearstone.models.signing import remembering_authentic
from clearstone.spec.state_root import state_root


def run(march, seed: int = 1, blocks: int = 150):
    keys, validators = validators_of(seed, (1, 1, 1, 1))
    exchange = open_exchange(ReplayPlan(march, seed, blocks, FULL.shrunk(0.5)), keys[:3], validators)
    return exchange, list(replay_on_one(exchange))


@pytest.fixture(scope="module")
def replayed(march):
    return run(march)


@pytest.fixture(scope="module")
def tally(replayed) -> MarketTally:
    counted = MarketTally()
    for _, _, after, receipt in replayed[1]:
        counted.add(after, receipt)
    return counted


def test_every_block_is_valid_and_none_is_missing(replayed):
    exchange, seen = replayed
    assert [receipt.rejection for _, _, _, receipt in seen] == [None] * exchange.heights


def test_a_seed_stands_for_one_replay(replayed, march):
    _, again = run(march)
    assert state_root(again[-1][2]) == state_root(replayed[1][-1][2])
    _, other = run(march, seed=2)
    assert state_root(other[-1][2]) != state_root(replayed[1][-1][2])


def test_the_crash_drives_one_pool_into_its_waterfall_and_leaves_the_other_alone(tally):
    pool = tally.pools[MAIN]
    assert pool.liquidations > 0
    assert pool.defaults > 0
    assert pool.counterparties > 0
    assert pool.absorbed["insurance"] > 0
    assert pool.socialised > 0
    assert tally.pools[CALM].liquidations == tally.pools[CALM].defaults == 0


def test_what_was_owed_was_paid_by_somebody(tally):
    pool = tally.pools[MAIN]
    assert sum(pool.absorbed.values()) == pool.deficit > 0


def test_every_transaction_was_accepted_or_refused_by_a_rule(tally):
    assert tally.transactions == tally.accepted + sum(tally.rejected.values())
    assert tally.accepted > 0.8 * tally.transactions
    assert {"LEDGER-6", "ENC-2", "LIQ-1"} <= tally.rejected.keys()


def test_options_of_the_first_expiry_are_settled(replayed, tally):
    exchange, seen = replayed
    assert tally.settled > 0
    near = {series.market for series in exchange.listing.options if series.expiry == exchange.listing.expiries[0]}
    held = {position.instrument for _, account in seen[-1][2].ledger.accounts.items() for position in account.positions}
    assert not near & held


def shadow_of(seen) -> ShadowPool:
    return ShadowPool(CALM, seen[0][0], without_votes(remembering_authentic()))


def test_a_pool_is_what_it_would_be_by_itself(replayed):
    shadow = shadow_of(replayed[1])
    assert [shadow.follow(block, after) for _, block, after, _ in replayed[1][:80]] == [None] * 80
    assert len(shadow.accounts) > 5


def test_a_loss_that_gets_across_is_seen(replayed):
    seen = replayed[1]
    shadow = shadow_of(seen)
    for _, block, after, _ in seen[:60]:
        assert shadow.follow(block, after) is None
    _, block, after, _ = seen[60]
    ledger = after.ledger
    pool = ledger.pools[CALM]
    poorer = replace(ledger, pools=ledger.pools.set(CALM, replace(pool, insurance=pool.insurance - 1)))
    told = shadow.follow(block, replace(after, ledger=poorer))
    assert told is not None
    assert "insurance" in told


def with_market_moved(state):
    market = state.ledger.markets[CALM_PERPETUAL]
    moved = state.ledger.markets.set(CALM_PERPETUAL, replace(market, clearing=market.clearing + 1))
    return replace(state, ledger=replace(state.ledger, markets=moved))


def without_an_account(state, account: str):
    return replace(state, ledger=replace(state.ledger, accounts=state.ledger.accounts.remove(account)))


def test_an_account_or_a_market_that_differs_is_named(replayed):
    seen = replayed[1]
    for tamper, name in (
        (lambda state, account: without_an_account(state, account), "account"),
        (lambda state, account: with_market_moved(state), "market"),
    ):
        shadow = shadow_of(seen)
        for _, block, after, _ in seen[:60]:
            shadow.follow(block, after)
        _, block, after, _ = seen[60]
        told = shadow.follow(block, tamper(after, min(shadow.accounts & set(after.ledger.accounts.keys()))))
        assert told is not None
        assert told.startswith(name)
