from __future__ import annotations

from dataclasses import replace

import pytest

from clearstone.models.scenario_genesis import (
    OPTION,
    PERPETUAL,
    POOL,
    PROTOCOL,
    START,
    scenario_genesis,
    series,
)
from clearstone.spec.consensus.validators import Validator
from clearstone.spec.encoding.trie import root
from clearstone.spec.genesis import Genesis, GenesisFeed, GenesisPool, check_genesis, genesis_state
from clearstone.spec.instruments import Instrument
from clearstone.spec.numbers import MAX_ATOMS, MAX_MULTIPLIER, MAX_TEXT, MAX_TICKS, MAX_TIME, PPM
from clearstone.spec.receipts import Rejection
from clearstone.spec.settlement import Expiry, expiry_key
from clearstone.spec.state import RULES_VERSION, State
from clearstone.spec.state_root import rebuild_trie, state_root

CALL = series(call=True, strike=55_000)
GENESIS = scenario_genesis(options=(CALL,), second_pool=True)
PERP = GENESIS.instruments[0]


def state_of(genesis: Genesis) -> State:
    state = genesis_state(genesis)
    assert isinstance(state, State)
    return state


def rule_of(genesis: Genesis) -> str:
    rejection = check_genesis(genesis)
    if rejection is None:
        assert isinstance(genesis_state(genesis), State)
        return ""
    assert genesis_state(genesis) == rejection
    return rejection.rule


def test_the_first_state_is_what_genesis_says() -> None:
    state = state_of(GENESIS)
    assert (state.chain, state.version, state.height, state.time) == ("scenario", RULES_VERSION, 0, START)
    assert state.ledger.pools["main"].vault == state.ledger.pools["main"].insurance == GENESIS.pools[0].insurance
    assert state.feeds["BTC"].index == state.feeds["BTC"].median == 50_000
    assert state.instruments.keys() == tuple(sorted(each.market for each in GENESIS.instruments))
    assert state.funding.keys() == ("BTC-PERP", "ETH-PERP")
    assert dict(state.expiries.items()) == {expiry_key("BTC", CALL.expiry): Expiry("BTC", CALL.expiry)}
    assert state.quotes["BTC-PERP"].index == 50_000
    assert root(rebuild_trie(state)) == state_root(state)


def test_the_genesis_id_and_root_depend_on_all_that_genesis_says() -> None:
    other = replace(GENESIS, parameters=replace(PROTOCOL, grace_blocks=3))
    assert len(state_of(GENESIS).block_id) == 32
    assert state_of(GENESIS).block_id == state_of(GENESIS).block_id != state_of(other).block_id
    assert state_root(state_of(GENESIS)) != state_root(state_of(other))


def test_the_first_funding_interval_ends_on_a_multiple_of_its_length() -> None:
    interval = PERPETUAL.funding_interval
    ends_at = state_of(GENESIS).funding["BTC-PERP"].ends_at
    assert ends_at % interval == 0
    assert START < ends_at <= START + interval
    aligned = replace(GENESIS, time=ends_at, instruments=GENESIS.instruments[:1])
    assert state_of(aligned).funding["BTC-PERP"].ends_at == ends_at + interval


def with_feed(**fields: int) -> Genesis:
    return replace(GENESIS, feeds=(replace(GENESIS.feeds[0], **fields), *GENESIS.feeds[1:]))


def with_instrument(instrument: Instrument) -> Genesis:
    return replace(GENESIS, instruments=(instrument,))


@pytest.mark.parametrize(
    ("genesis", "rule"),
    [
        (GENESIS, ""),
        (replace(GENESIS, validators=()), "CONS-1"),
        (replace(GENESIS, validators=(Validator(bytes(31), 1),)), "CONS-1"),
        (replace(GENESIS, parameters=replace(PROTOCOL, grace_blocks=0)), "LEDGER-8"),
        (replace(GENESIS, parameters=replace(PROTOCOL, settlement_minimum=31)), "OPT-2"),
        (replace(GENESIS, chain=""), "LEDGER-8"),
        (replace(GENESIS, chain="a" * MAX_TEXT), ""),
        (replace(GENESIS, chain="a" * (MAX_TEXT + 1)), "LEDGER-8"),
        (replace(GENESIS, chain="a/b"), "LEDGER-8"),
        (replace(GENESIS, chain="a b"), "LEDGER-8"),
        (replace(GENESIS, chain="é"), "LEDGER-8"),
        (replace(GENESIS, chain="~!"), ""),
        (replace(GENESIS, chain="\x7f"), "LEDGER-8"),
        (replace(GENESIS, pools=GENESIS.pools * 2), "LEDGER-8"),
        (replace(GENESIS, pools=()), "LEDGER-8"),
        (replace(GENESIS, pools=(GenesisPool("a/b", 0, POOL), *GENESIS.pools)), "LEDGER-8"),
        (replace(GENESIS, feeds=GENESIS.feeds[1:]), "LEDGER-8"),
        (replace(GENESIS, feeds=(*GENESIS.feeds, GENESIS.feeds[0])), "LEDGER-8"),
        (replace(GENESIS, feeds=(*GENESIS.feeds, GenesisFeed("", 1, 1))), "LEDGER-8"),
        (replace(GENESIS, instruments=(PERP, PERP)), "LEDGER-8"),
        (replace(GENESIS, instruments=()), ""),
        (replace(GENESIS, time=0), ""),
        (replace(GENESIS, time=-1), "NUM-5"),
        (replace(GENESIS, time=MAX_TIME, instruments=(PERP,)), ""),
        (replace(GENESIS, time=MAX_TIME + 1, instruments=(PERP,)), "NUM-5"),
        (replace(GENESIS, pools=tuple(replace(pool, insurance=0) for pool in GENESIS.pools)), ""),
        (replace(GENESIS, pools=tuple(replace(pool, insurance=-1) for pool in GENESIS.pools)), "NUM-5"),
        (replace(GENESIS, pools=tuple(replace(pool, insurance=MAX_ATOMS) for pool in GENESIS.pools)), ""),
        (replace(GENESIS, pools=tuple(replace(pool, insurance=MAX_ATOMS + 1) for pool in GENESIS.pools)), "NUM-5"),
        (
            replace(
                GENESIS, pools=tuple(replace(pool, parameters=replace(POOL, penalty=-1)) for pool in GENESIS.pools)
            ),
            "LEDGER-8",
        ),
        (with_feed(index=0), "NUM-5"),
        (with_feed(index=1), ""),
        (with_feed(index=MAX_TICKS), ""),
        (with_feed(index=MAX_TICKS + 1), "NUM-5"),
        (with_feed(max_move=0), "NUM-5"),
        (with_feed(max_move=1_000 * PPM), ""),
        (with_feed(max_move=1_000 * PPM + 1), "NUM-5"),
        (with_instrument(replace(PERP, pool="none")), "LEDGER-8"),
        (with_instrument(replace(PERP, feed="none")), "LEDGER-8"),
        (with_instrument(replace(PERP, multiplier=0)), "NUM-2"),
        (with_instrument(replace(PERP, multiplier=MAX_MULTIPLIER)), ""),
        (with_instrument(replace(PERP, multiplier=MAX_MULTIPLIER + 1)), "NUM-2"),
        (with_instrument(replace(PERP, parameters=replace(PERPETUAL, maintenance_fraction=50_000))), "MARGIN-1"),
        (with_instrument(replace(CALL, mark_feed="none")), "LEDGER-8"),
        (with_instrument(replace(CALL, strike=0)), "NUM-5"),
        (with_instrument(replace(CALL, strike=MAX_TICKS)), ""),
        (with_instrument(replace(CALL, strike=MAX_TICKS + 1)), "NUM-5"),
        (with_instrument(replace(CALL, expiry=START)), "NUM-5"),
        (with_instrument(replace(CALL, expiry=START + 1)), ""),
        (with_instrument(replace(CALL, expiry=MAX_TIME + 1)), "NUM-5"),
        (with_instrument(replace(CALL, parameters=replace(OPTION, initial_floor=150_001))), "MARGIN-2"),
    ],
)
def test_a_genesis_that_contradicts_itself_is_refused_with_the_rule_it_breaks(genesis: Genesis, rule: str) -> None:
    assert rule_of(genesis) == rule


def test_of_several_faults_the_first_in_order_is_reported() -> None:
    faulty = replace(with_feed(index=0), validators=(), chain="")
    assert rule_of(faulty) == "CONS-1"
    assert rule_of(replace(faulty, validators=GENESIS.validators)) == "LEDGER-8"
    assert isinstance(genesis_state(faulty), Rejection)
