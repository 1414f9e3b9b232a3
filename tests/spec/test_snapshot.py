from dataclasses import replace

import pytest

from clearstone.models.chain import Chain
from clearstone.models.scenario_genesis import USD, buy, scenario_genesis, sell, series, started
from clearstone.spec.encoding.records import decode_record, encode_record
from clearstone.spec.receipts import Rejection
from clearstone.spec.snapshot import Snapshot, restore, snapshot_of
from clearstone.spec.state import State
from clearstone.spec.state_root import state_root
from clearstone.spec.transactions import Withdraw


@pytest.fixture(scope="module")
def chain() -> Chain:
    chain = started(scenario_genesis(options=(series(call=True, strike=55_000),)))
    maker, taker = chain.open("maker", "main", 100_000 * USD), chain.open("taker", "main", 1_000 * USD)
    chain.run(chain.sign(maker, sell("BTC-PERP", 100, 50_000)), chain.sign(maker, buy("BTC-PERP", 9, 49_990), nonce=9))
    chain.run(chain.sign(taker, buy("BTC-PERP", 50, 50_000)))
    chain.run(chain.sign(taker, Withdraw(bytes(32), USD)))
    return chain


def test_a_restart_from_a_snapshot_continues_as_if_nothing_had_happened(chain: Chain):
    state = restore(snapshot_of(chain.state))
    assert isinstance(state, State)
    assert state_root(state) == state_root(chain.state)
    assert state.ledger.books == chain.state.ledger.books
    assert state.quotes == chain.state.quotes
    restarted = started(scenario_genesis())
    restarted.state, restarted.prices = state, dict(chain.prices)
    order = chain.sign(chain.state.ledger.accounts.keys()[0], buy("BTC-PERP", 1, 50_000))
    assert state_root(restarted.block(order).after) == state_root(chain.block(order).after)


def test_a_snapshot_survives_its_own_bytes(chain: Chain):
    snapshot = snapshot_of(chain.state)
    assert decode_record(Snapshot, encode_record(snapshot)) == snapshot


def broken(snapshot: Snapshot, table: str, **changes: object) -> Snapshot:
    entries = getattr(snapshot, table)
    return replace(snapshot, **{table: ((entries[0][0], replace(entries[0][1], **changes)), *entries[1:])})


@pytest.mark.parametrize(
    ("rule", "reason", "breaking"),
    [
        ("LEDGER-8", "another version", lambda s: replace(s, chain=replace(s.chain, version=2))),
        ("NUM-5", "height or time", lambda s: replace(s, header=replace(s.header, time=-1))),
        ("NUM-5", "height or time", lambda s: replace(s, header=replace(s.header, time=1 << 60))),
        ("NUM-5", "height or time", lambda s: replace(s, header=replace(s.header, height=-1))),
        ("CONS-1", "no validator", lambda s: replace(s, chain=replace(s.chain, validators=()))),
        (
            "LEDGER-8",
            "grace_blocks",
            lambda s: replace(s, chain=replace(s.chain, parameters=replace(s.chain.parameters, grace_blocks=0))),
        ),
        ("ENC-3", "accounts: keys do not ascend", lambda s: replace(s, accounts=s.accounts[::-1])),
        ("ENC-3", "accounts: keys do not ascend", lambda s: replace(s, accounts=s.accounts[:1] * 2)),
        ("ENC-3", "markets and funding", lambda s: replace(s, markets=s.markets[1:])),
        ("ENC-3", "markets and funding", lambda s: replace(s, funding=())),
        ("ENC-3", "instrument ", lambda s: broken(s, "instruments", pool="none")),
        ("ENC-3", "instrument ", lambda s: broken(s, "instruments", feed="none")),
        ("ENC-3", "instrument ", lambda s: broken(s, "instruments", market="none")),
        ("ENC-3", "instrument ", lambda s: replace(s, expiries=())),
        ("NUM-2", "multiplier", lambda s: broken(s, "instruments", multiplier=0)),
        ("NUM-5", "strike", lambda s: broken(s, "instruments", strike=0)),
        ("NUM-5", "index", lambda s: broken(s, "feeds", index=0)),
        ("NUM-5", "index", lambda s: broken(s, "feeds", median=0)),
        (
            "LEDGER-8",
            "liquidation_horizon",
            lambda s: broken(s, "pools", parameters=replace(s.pools[0][1].parameters, liquidation_horizon=0)),
        ),
        ("ENC-3", "expiry", lambda s: replace(s, expiries=(*s.expiries, ("z/1", replace(s.expiries[0][1], feed="z"))))),
        ("ENC-3", "account ", lambda s: broken(s, "accounts", pool="none")),
        ("ENC-3", "flagged", lambda s: broken(s, "pools", flagged=("none",))),
        ("ENC-3", "withdrawal", lambda s: broken(s, "withdrawals", pool="none")),
    ],
)
def test_a_snapshot_that_is_not_complete_is_refused(chain: Chain, rule: str, reason: str, breaking):
    refused = restore(breaking(snapshot_of(chain.state)))
    assert isinstance(refused, Rejection)
    assert refused.rule == rule
    assert reason in refused.reason


def test_a_series_needs_its_mark_feed(chain: Chain):
    snapshot = snapshot_of(chain.state)
    instruments = tuple(
        (market, replace(instrument, mark_feed="none") if hasattr(instrument, "mark_feed") else instrument)
        for market, instrument in snapshot.instruments
    )
    refused = restore(replace(snapshot, instruments=instruments))
    assert isinstance(refused, Rejection)
    assert refused.reason.startswith("instrument ")


def test_a_position_or_an_order_in_a_market_that_is_not_there_is_refused(chain: Chain):
    snapshot = snapshot_of(chain.state)
    for field, name in (("positions", "instrument"), ("orders", "market")):
        accounts = tuple(
            (key, replace(held, **{field: tuple(replace(part, **{name: "none"}) for part in getattr(held, field))}))
            for key, held in snapshot.accounts
        )
        refused = restore(replace(snapshot, accounts=accounts))
        assert isinstance(refused, Rejection)
        assert refused.reason.startswith("account ")
