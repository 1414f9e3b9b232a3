"""Where small scenarios start: one pool with a perpetual, and, if asked for, options and a second pool.

The figures are round, so that a scenario can be followed in one's head: a tick is a dollar of the index, a lot a
thousandth of a coin, and at the first index of 50,000 a lot is worth $50, needs $2.50 of initial and $1.50 of
maintenance margin, and costs a taker 2.5 cents. Fields are changed with `dataclasses.replace`:

    frugal = replace(PERPETUAL, profit_cap=0)
    chain = started(scenario_genesis(perpetual=frugal, options=(series(call=True, strike=55_000),)))
    alice = chain.open("alice", "main", 1_000 * USD)
    bob = chain.open("bob", "main", 1_000 * USD)
    trade(chain, alice, bob, "BTC-PERP", 100, 50_000)
    walk_index(chain, 51_000)
"""

from __future__ import annotations

from clearstone.models.chain import Chain, equal_validators
from clearstone.spec.consensus.validators import Validators
from clearstone.spec.genesis import Genesis, GenesisFeed, GenesisPool
from clearstone.spec.instruments import OptionSeries, Perpetual
from clearstone.spec.numbers import MAX_LOTS
from clearstone.spec.parameters import DAY, OptionParameters, PerpetualParameters, PoolParameters, ProtocolParameters
from clearstone.spec.receipts import Receipt
from clearstone.spec.transactions import Place, SelfTradePrevention, Side, TimeInForce

USD = 1_000_000
"""A dollar, in atoms."""

MINUTE = 60_000
"""A minute in ms."""

HOUR = 60 * MINUTE
"""An hour in ms."""

START = 1_600_000_200_000
"""Genesis time, ms since the epoch: a whole minute."""

FIRST_INDEX = 50_000
"""First index of `BTC`, in ticks."""

MULTIPLIER = 1_000
"""Atoms per lot·tick of every market here."""

PROTOCOL = ProtocolParameters(
    report_staleness=10 * MINUTE,
    grace_blocks=2,
    parameter_delay=10 * MINUTE,
    settlement_slot=4_000,
    settlement_slots=30,
    settlement_minimum=24,
    settlement_extension=10 * MINUTE,
    max_transactions=10_000,
)
"""Of the whole chain: as in production, but for delays and windows of minutes."""

POOL = PoolParameters(
    insurance_target=50_000 * USD,
    insurance_window=DAY,
    unassigned_cap=1_000 * USD,
    liquidation_horizon=HOUR,
    liquidation_buffer=50_000,
    discount_start=5_000,
    discount_limit=50_000,
    discount_ramp=10 * MINUTE,
    penalty=5_000,
    max_orders=64,
)
"""Of every pool, unless a scenario says otherwise."""

PERPETUAL = PerpetualParameters(
    taker_fee=500,
    maker_fee=-100,
    collar=100_000,
    max_open_interest=MAX_LOTS,
    insurance_cap=20_000 * USD,
    initial_fraction=50_000,
    initial_fraction_limit=200_000,
    open_interest_low=100_000,
    open_interest_high=1_000_000,
    maintenance_fraction=30_000,
    profit_cap=10_000 * USD,
    funding_interval=8 * HOUR,
    funding_limit=7_500,
    interest=100,
    impact_lots=10,
)
"""Of every perpetual, unless a scenario says otherwise."""

OPTION = OptionParameters(
    taker_fee=500,
    maker_fee=-100,
    collar=100_000,
    max_open_interest=MAX_LOTS,
    insurance_cap=20_000 * USD,
    initial_fraction=150_000,
    initial_floor=100_000,
    maintenance_fraction=75_000,
    put_ratio=1_050_000,
)
"""Of every option series, unless a scenario says otherwise."""


def series(
    *,
    call: bool,
    strike: int,
    expiry: int = START + HOUR,
    pool: str = "main",
    parameters: OptionParameters = OPTION,
) -> OptionSeries:
    """An option series on `BTC`, named like `BTC-55000-C`, its mark reported on a feed of the name `BTC-55000-C-MARK`.

    Series of different expiries but one strike share the name: give them different strikes.
    """
    name = f"BTC-{strike}-{'C' if call else 'P'}"
    return OptionSeries(name, pool, "BTC", f"{name}-MARK", MULTIPLIER, call, strike, expiry, parameters)


def scenario_genesis(
    *,
    validators: Validators | None = None,
    protocol: ProtocolParameters = PROTOCOL,
    pool: PoolParameters = POOL,
    perpetual: PerpetualParameters = PERPETUAL,
    insurance: int = 10_000 * USD,
    first_index: int = FIRST_INDEX,
    max_move: int = 50_000,
    options: tuple[OptionSeries, ...] = (),
    option_mark: int = 1_000,
    second_pool: bool = False,
) -> Genesis:
    """A genesis of four equal validators, the pool `main` with `BTC-PERP`, and what else is asked for.

    Prices are in ticks, `max_move` in ppm a block, the insurance fund in atoms. The pool `other`, with `ETH-PERP` on a
    feed of its own at 2,000, has the same parameters and the same insurance fund.
    """
    feeds = [GenesisFeed("BTC", first_index, max_move)]
    feeds += [GenesisFeed(option.mark_feed, option_mark, max_move) for option in options]
    pools = [GenesisPool("main", insurance, pool)]
    perpetuals = [Perpetual("BTC-PERP", "main", "BTC", MULTIPLIER, perpetual)]
    if second_pool:
        feeds.append(GenesisFeed("ETH", 2_000, max_move))
        pools.append(GenesisPool("other", insurance, pool))
        perpetuals.append(Perpetual("ETH-PERP", "other", "ETH", MULTIPLIER, perpetual))
    return Genesis(
        chain="scenario",
        time=START,
        validators=equal_validators(4) if validators is None else validators,
        parameters=protocol,
        pools=tuple(pools),
        feeds=tuple(feeds),
        instruments=(*perpetuals, *options),
    )


def started(genesis: Genesis) -> Chain:
    """A chain with all its feeds fresh: the first block carries no reports, and so freezes them for a while."""
    chain = Chain(genesis)
    for _ in range(1 + genesis.parameters.grace_blocks):
        chain.block()
    return chain


def buy(
    market: str,
    lots: int,
    price: int | None = None,
    time_in_force: TimeInForce | None = None,
    *,
    reduce_only: bool = False,
    self_trade: SelfTradePrevention = "cancel-maker",
) -> Place:
    """A buy order of so many lots: with a price (ticks) good till cancelled, without one a market order."""
    return _order(market, "buy", lots, price, time_in_force, reduce_only, self_trade)


def sell(
    market: str,
    lots: int,
    price: int | None = None,
    time_in_force: TimeInForce | None = None,
    *,
    reduce_only: bool = False,
    self_trade: SelfTradePrevention = "cancel-maker",
) -> Place:
    """A sell order of so many lots: with a price (ticks) good till cancelled, without one a market order."""
    return _order(market, "sell", lots, price, time_in_force, reduce_only, self_trade)


def _order(
    market: str,
    side: Side,
    lots: int,
    price: int | None,
    time_in_force: TimeInForce | None,
    reduce_only: bool,
    self_trade: SelfTradePrevention,
) -> Place:
    """An order, its time in force by default what its price allows."""
    fitting: TimeInForce = "ioc" if price is None else "gtc"
    return Place(market, side, lots, price, time_in_force or fitting, reduce_only, self_trade)


def trade(chain: Chain, buyer: str, seller: str, market: str, lots: int, price: int) -> Receipt:
    """One block in which the seller's order rests at a price (ticks) and the buyer takes it all; the buyer's receipt.

    That this does not come about is an error of the scenario's author, or of the specification.
    """
    resting = chain.sign(seller, sell(market, lots, price, "post-only"))
    made, taken = chain.run(resting, chain.sign(buyer, buy(market, lots, price, "fok")))
    for receipt in (made, taken):
        if receipt.rejection is not None:
            raise ValueError(f"no trade: {receipt.rejection.rule}, {receipt.rejection.reason}")
    return taken


def walk_index(chain: Chain, index: int, feed: str = "BTC", most: int = 100) -> int:
    """Report a price (ticks) until the index has followed it there, in at most so many blocks; how many it took."""
    for blocks in range(most):
        if chain.state.feeds[feed].index == index:
            return blocks
        chain.block(prices={feed: index})
    raise ValueError(f"the index of {feed} does not reach {index}")
