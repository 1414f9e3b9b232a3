"""What may be a beginning, and what may be a state: each way in which either contradicts itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from clearstone.conformance.operations.encoding_operations import GenesisToStart, StateToRestore
from clearstone.conformance.suites.draft import Draft
from clearstone.models.chain import Chain
from clearstone.models.scenario_genesis import USD, buy, scenario_genesis, sell, series, started, trade
from clearstone.spec.consensus.validators import MAX_POWER, Validator
from clearstone.spec.genesis import Genesis
from clearstone.spec.instruments import OptionSeries, Perpetual
from clearstone.spec.numbers import MAX_ATOMS, MAX_MULTIPLIER, MAX_TEXT, MAX_TICKS, MAX_TIME, PPM
from clearstone.spec.snapshot import Snapshot, snapshot_of
from clearstone.spec.transactions import ChangeParameter, Withdraw

CALL = series(call=True, strike=55_000)


def genesis_of() -> Genesis:
    """A genesis with every kind of thing in it."""
    return scenario_genesis(options=(CALL, series(call=False, strike=45_000)), second_pool=True)


def geneses() -> Iterator[tuple[str, str, Genesis]]:
    """Name, rule at stake, genesis."""
    good = genesis_of()
    perpetual, call = good.instruments[0], good.instruments[2]
    assert isinstance(perpetual, Perpetual)
    assert isinstance(call, OptionSeries)
    feed, pool, protocol = good.feeds[0], good.pools[0], good.parameters
    market, option = perpetual.parameters, call.parameters
    one = good.validators[0]

    def listing(changed: Perpetual | OptionSeries) -> Genesis:
        place = 0 if isinstance(changed, Perpetual) else 2
        return replace(good, instruments=(*good.instruments[:place], changed, *good.instruments[place + 1 :]))

    def pooling(**changes: int) -> Genesis:
        changed = replace(pool, parameters=replace(pool.parameters, **changes))
        return replace(good, pools=(changed, *good.pools[1:]))

    yield "good", "LEDGER-8", good
    yield "without-validators", "CONS-1", replace(good, validators=())
    yield "validator-with-a-short-key", "CONS-1", replace(good, validators=(Validator(bytes(31), 1),))
    yield "validators-out-of-order", "CONS-1", replace(good, validators=good.validators[::-1])
    yield "validator-twice", "CONS-1", replace(good, validators=(one, one))
    yield "validator-without-power", "CONS-1", replace(good, validators=(replace(one, power=0),))
    yield "power-at-the-bound", "NUM-5", replace(good, validators=(replace(one, power=MAX_POWER),))
    yield "power-past-the-bound", "NUM-5", replace(good, validators=(replace(one, power=MAX_POWER + 1),))
    yield "more-samples-than-slots", "OPT-2", replace(good, parameters=replace(protocol, settlement_minimum=31))
    yield "grace-of-nothing", "LEDGER-8", replace(good, parameters=replace(protocol, grace_blocks=0))
    yield "grace-past-its-range", "LEDGER-8", replace(good, parameters=replace(protocol, grace_blocks=1_001))
    yield "pool-twice", "LEDGER-8", replace(good, pools=(pool, pool))
    yield "empty-id", "LEDGER-8", replace(good, chain="")
    yield "longest-id", "LEDGER-8", replace(good, chain="x" * MAX_TEXT)
    yield "id-too-long", "LEDGER-8", replace(good, chain="x" * (MAX_TEXT + 1))
    yield "id-with-a-slash", "LEDGER-8", replace(good, chain="a/b")
    yield "id-with-a-blank", "LEDGER-8", replace(good, chain="a b")
    yield "discount-above-its-limit", "LIQ-2", pooling(discount_start=50_001)
    yield "discount-at-its-limit", "LIQ-2", pooling(discount_start=50_000)
    yield "penalty-past-its-range", "LEDGER-8", pooling(penalty=PPM // 10 + 1)
    yield (
        "insurance-past-the-bound",
        "NUM-5",
        replace(good, pools=(replace(pool, insurance=MAX_ATOMS + 1), *good.pools[1:])),
    )
    yield "insurance-below-zero", "NUM-5", replace(good, pools=(replace(pool, insurance=-1), *good.pools[1:]))
    yield "time-past-the-bound", "NUM-5", replace(good, time=MAX_TIME + 1, instruments=(perpetual,))
    yield "feed-at-zero", "NUM-5", replace(good, feeds=(replace(feed, index=0), *good.feeds[1:]))
    yield "feed-past-the-bound", "NUM-5", replace(good, feeds=(replace(feed, index=MAX_TICKS + 1), *good.feeds[1:]))
    yield "feed-without-movement", "NUM-5", replace(good, feeds=(replace(feed, max_move=0), *good.feeds[1:]))
    yield "market-of-no-pool", "LEDGER-8", listing(replace(perpetual, pool="elsewhere"))
    yield "market-of-no-feed", "LEDGER-8", listing(replace(perpetual, feed="elsewhere"))
    yield "series-of-no-mark", "LEDGER-8", listing(replace(call, mark_feed="elsewhere"))
    yield "multiplier-of-nothing", "NUM-2", listing(replace(perpetual, multiplier=0))
    yield "multiplier-at-the-bound", "NUM-2", listing(replace(perpetual, multiplier=MAX_MULTIPLIER))
    yield "multiplier-past-the-bound", "NUM-2", listing(replace(perpetual, multiplier=MAX_MULTIPLIER + 1))
    yield "strike-of-nothing", "NUM-5", listing(replace(call, strike=0))
    yield "expired-at-birth", "NUM-5", listing(replace(call, expiry=good.time))
    yield "expiring-at-once", "NUM-5", listing(replace(call, expiry=good.time + 1))
    yield "expiring-past-the-bound", "NUM-5", listing(replace(call, expiry=MAX_TIME + 1))
    yield "rebate-above-the-fee", "BOOK-7", listing(replace(perpetual, parameters=replace(market, maker_fee=-501)))
    yield "rebate-of-the-fee", "BOOK-7", listing(replace(perpetual, parameters=replace(market, maker_fee=-500)))
    maintenance = replace(market, maintenance_fraction=50_000)
    yield "maintenance-like-initial", "MARGIN-1", listing(replace(perpetual, parameters=maintenance))
    limit = replace(market, initial_fraction_limit=49_999)
    yield "limit-below-initial", "MARGIN-1", listing(replace(perpetual, parameters=limit))
    interest = replace(market, open_interest_high=100_000)
    yield "open-interest-caps-equal", "MARGIN-5", listing(replace(perpetual, parameters=interest))
    floor = replace(option, initial_floor=150_001)
    yield "option-floor-above-initial", "MARGIN-2", listing(replace(call, parameters=floor))
    above = replace(option, maintenance_fraction=100_001)
    yield "option-maintenance-above-floor", "MARGIN-2", listing(replace(call, parameters=above))
    yield "option-fee-past-its-range", "LEDGER-8", listing(replace(call, parameters=replace(option, taker_fee=100_001)))


def full_chain() -> Chain:
    """A chain whose state has an entry in every table."""
    chain = started(genesis_of())
    alice, bob = chain.open("alice", "main", 5_000 * USD), chain.open("bob", "main", 5_000 * USD)
    trade(chain, alice, bob, "BTC-PERP", 100, 50_000)
    trade(chain, bob, alice, "BTC-55000-C", 10, 1_000)
    chain.run(
        chain.sign(alice, buy("BTC-PERP", 5, 49_000)),
        chain.sign(bob, sell("BTC-PERP", 5, 51_000)),
        chain.attest(ChangeParameter(1, "pool/main", "penalty", 5_100)),
    )
    chain.run(chain.sign(alice, Withdraw(bytes(32), USD)))
    return chain


def snapshots() -> Iterator[tuple[str, str, Snapshot]]:
    """Name, rule at stake, snapshot."""
    good = snapshot_of(full_chain().state)
    chain, header, accounts, pools = good.chain, good.header, good.accounts, good.pools
    (name, account), (pool_name, pool) = accounts[0], pools[0]
    held = replace(pool, flagged=(name,))
    (key, withdrawal) = good.withdrawals[0]
    (feed_name, feed) = good.feeds[0]
    (expiry_name, expiry) = good.expiries[0]
    option_at = next(n for n, (_, each) in enumerate(good.instruments) if isinstance(each, OptionSeries))
    (option_name, option) = good.instruments[option_at]
    assert isinstance(option, OptionSeries)

    def listing(changed: OptionSeries) -> Snapshot:
        entries = (*good.instruments[:option_at], (option_name, changed), *good.instruments[option_at + 1 :])
        return replace(good, instruments=entries)

    yield "good", "ENC-1", good
    yield "genesis", "ENC-1", snapshot_of(started(genesis_of()).state)
    yield "of-another-version", "LEDGER-8", replace(good, chain=replace(chain, version=2))
    yield "time-past-the-bound", "NUM-5", replace(good, header=replace(header, time=MAX_TIME + 1))
    yield "height-below-zero", "NUM-5", replace(good, header=replace(header, height=-1))
    yield "without-validators", "CONS-1", replace(good, chain=replace(chain, validators=()))
    wrong = replace(chain.parameters, grace_blocks=0)
    yield "parameters-out-of-range", "LEDGER-8", replace(good, chain=replace(chain, parameters=wrong))
    yield "keys-that-descend", "ENC-3", replace(good, accounts=accounts[::-1])
    yield "market-left-out", "ENC-3", replace(good, markets=good.markets[1:])
    yield "funding-left-out", "ENC-3", replace(good, funding=good.funding[1:])
    yield "series-of-no-mark", "ENC-3", listing(replace(option, mark_feed="elsewhere"))
    yield "series-of-no-expiry", "ENC-3", replace(good, expiries=())
    yield "series-of-no-pool", "ENC-3", listing(replace(option, pool="elsewhere"))
    yield "series-of-no-multiplier", "NUM-2", listing(replace(option, multiplier=0))
    broken = replace(pool, parameters=replace(pool.parameters, penalty=-1))
    yield "pool-out-of-range", "LEDGER-8", replace(good, pools=((pool_name, broken), *pools[1:]))
    yield "feed-at-zero", "NUM-5", replace(good, feeds=((feed_name, replace(feed, index=0)), *good.feeds[1:]))
    yield "median-at-zero", "NUM-5", replace(good, feeds=((feed_name, replace(feed, median=0)), *good.feeds[1:]))
    lost = (*good.expiries, (f"{expiry_name}9", replace(expiry, feed="elsewhere")))
    yield "expiry-of-no-feed", "ENC-3", replace(good, expiries=lost)
    yield (
        "account-of-no-pool",
        "ENC-3",
        replace(good, accounts=((name, replace(account, pool="elsewhere")), *accounts[1:])),
    )
    yield "flag-on-nobody", "ENC-3", replace(good, pools=((pool_name, replace(held, flagged=("nobody",))), *pools[1:]))
    yield "withdrawal-of-no-pool", "ENC-3", replace(good, withdrawals=((key, replace(withdrawal, pool="elsewhere")),))


def drafts() -> list[Draft]:
    """The cases about geneses and snapshots, of the suite `encoding`."""
    found = [
        Draft(f"encoding/genesis-{name}", "What a chain may start from.", (rule,), "genesis", GenesisToStart(genesis))
        for name, rule, genesis in geneses()
    ]
    found += [
        Draft(f"encoding/state-{name}", "What may be a state.", (rule,), "root_of_state", StateToRestore(snapshot))
        for name, rule, snapshot in snapshots()
    ]
    return found
