"""What is listed: two risk pools, perpetuals and options on one coin, and the parameters that they start with.

`main` has a perpetual and two expiries of options, an insurance fund that is small for what is traded, and high
leverage. `calm` has a perpetual on the same index, an insurance fund of its own and asks for more margin. Whatever
happens to the first must not reach the second (LEDGER-4).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from clearstone.models.market.price_path import DAY, HOUR, MINUTE, PricePath
from clearstone.models.market.price_series import PriceSeries
from clearstone.models.market.timetable import worst_day, worst_hours
from clearstone.spec.consensus.validators import Validators
from clearstone.spec.genesis import Genesis, GenesisFeed, GenesisPool
from clearstone.spec.instruments import Instrument, OptionSeries, Perpetual
from clearstone.spec.numbers import MAX_LOTS, PPM
from clearstone.spec.parameters import OptionParameters, PerpetualParameters, PoolParameters, ProtocolParameters

USD = 1_000_000
"""A dollar, in atoms."""
MAIN = "main"
"""The pool that is pushed into its waterfall."""
CALM = "calm"
"""The pool that must not feel it."""
INDEX = "index"
"""Feed of the coin's price."""
PERPETUAL = "perpetual"
"""The perpetual of the pool `main`."""
CALM_PERPETUAL = "calm-perpetual"
"""The perpetual of the pool `calm`."""
LOT_VALUE = 10 * USD
"""A lot is worth roughly this at the first price, in atoms."""
PUT_STRIKES = (0.7, 0.95)
"""Strikes of the puts, as parts of the first price."""
CALL_STRIKES = (0.95, 1.1)
"""Strikes of the calls."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What is traded in a replay."""

    genesis: Genesis
    """The chain's beginning."""
    options: tuple[OptionSeries, ...]
    """Option series, ascending by expiry."""
    multiplier: int
    """Atoms per lot·tick of every instrument."""

    @property
    def expiries(self) -> tuple[int, ...]:
        """When options expire, ascending, ms since the epoch."""
        return tuple(sorted({series.expiry for series in self.options}))


def expiries_for(path: PricePath, hours: int = 12) -> tuple[int, int]:
    """Two expiries at 8 o'clock UTC: the first after the worst hours, and one two weeks later."""
    last = worst_hours(path, worst_day(path), hours)[-1][1]
    eight = last // DAY * DAY + 8 * HOUR
    first = eight if eight > last else eight + DAY
    return first, first + 14 * DAY


def multiplier_for(first_price: int) -> int:
    """Atoms per lot·tick, a power of ten: a lot is worth LOT_VALUE or up to ten times less."""
    multiplier = 1
    while multiplier * 10 * first_price <= LOT_VALUE and multiplier < 1_000_000:
        multiplier *= 10
    return multiplier


def round_strike(price: float) -> int:
    """A price to two significant digits, in ticks, at least 1."""
    magnitude: int = 10 ** max(0, len(str(int(price))) - 2)
    return max(1, round(price / magnitude)) * magnitude


def make_listing(series: PriceSeries, path: PricePath, validators: Validators) -> Listing:
    """Everything that a replay of a series starts from."""
    first = path.prices[0]
    multiplier = multiplier_for(first)
    options = tuple(
        option
        for number, expiry in enumerate(expiries_for(path))
        for call, parts in ((False, PUT_STRIKES), (True, CALL_STRIKES))
        for option in _options(number, expiry, call, [round_strike(first * part) for part in parts], multiplier, series)
    )
    perpetuals: tuple[Instrument, ...] = (
        Perpetual(PERPETUAL, MAIN, INDEX, multiplier, MAIN_PARAMETERS),
        Perpetual(CALM_PERPETUAL, CALM, INDEX, multiplier, CALM_PARAMETERS),
    )
    feeds = [GenesisFeed(INDEX, first, MAX_INDEX_MOVE)]
    feeds += [GenesisFeed(option.mark_feed, max(1, first // 20), MAX_MARK_MOVE) for option in options]
    pools = (
        GenesisPool(CALM, CALM_INSURANCE, POOL_PARAMETERS),
        GenesisPool(MAIN, MAIN_INSURANCE, POOL_PARAMETERS),
    )
    start = path.times[0] - MINUTE
    genesis = Genesis(
        chain=f"replay-{series.name}"[:64],
        time=start,
        validators=validators,
        parameters=PROTOCOL,
        pools=pools,
        feeds=tuple(sorted(feeds, key=lambda feed: feed.feed)),
        instruments=perpetuals + options,
    )
    return Listing(genesis, options, multiplier)


def _options(
    number: int, expiry: int, call: bool, strikes: list[int], multiplier: int, prices: PriceSeries
) -> tuple[OptionSeries, ...]:
    """The series of one kind and expiry, named like `near-put-6000`."""
    made = []
    for strike in strikes:
        name = f"{('near', 'far')[number]}-{'call' if call else 'put'}-{in_currency(strike, prices.places)}"
        made.append(
            OptionSeries(name, MAIN, INDEX, f"mark-{name}", multiplier, call, strike, expiry, OPTION_PARAMETERS)
        )
    return tuple(made)


def in_currency(ticks: int, places: int) -> str:
    """A price in ticks as people write it, without zeros at its end."""
    text = f"{Decimal(ticks).scaleb(-places):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


MAX_INDEX_MOVE = 60_000
"""Largest move of the index in a block, in ppm."""
MAX_MARK_MOVE = PPM
"""Largest move of an option's mark in a block, in ppm: in a crash options double within a minute."""
MAIN_INSURANCE = 150_000 * USD
"""First insurance fund of `main`, in atoms."""
CALM_INSURANCE = 100_000 * USD
"""First insurance fund of `calm`, in atoms."""

PROTOCOL = ProtocolParameters(
    report_staleness=5 * MINUTE,
    grace_blocks=2,
    parameter_delay=DAY,
    settlement_slot=MINUTE,
    settlement_slots=30,
    settlement_minimum=24,
    settlement_extension=HOUR,
    max_transactions=10_000,
)
"""Of the whole chain. A settlement slot is a minute here, as blocks are."""

POOL_PARAMETERS = PoolParameters(
    insurance_target=100_000 * USD,
    insurance_window=DAY,
    unassigned_cap=10_000 * USD,
    liquidation_horizon=HOUR,
    liquidation_buffer=100_000,
    discount_start=2_000,
    discount_limit=30_000,
    discount_ramp=30 * MINUTE,
    penalty=2_500,
    max_orders=64,
)
"""Of both pools."""

MAIN_PARAMETERS = PerpetualParameters(
    taker_fee=500,
    maker_fee=-100,
    collar=50_000,
    max_open_interest=MAX_LOTS,
    insurance_cap=40_000 * USD,
    initial_fraction=40_000,
    initial_fraction_limit=100_000,
    open_interest_low=500_000,
    open_interest_high=5_000_000,
    maintenance_fraction=20_000,
    profit_cap=1_000_000 * USD,
    funding_interval=HOUR,
    funding_limit=1_000,
    interest=10,
    impact_lots=100,
)
"""Of the perpetual of `main`: leverage up to 25."""

CALM_PARAMETERS = PerpetualParameters(
    taker_fee=500,
    maker_fee=-100,
    collar=50_000,
    max_open_interest=MAX_LOTS,
    insurance_cap=20_000 * USD,
    initial_fraction=200_000,
    initial_fraction_limit=500_000,
    open_interest_low=5_000_000,
    open_interest_high=50_000_000,
    maintenance_fraction=100_000,
    profit_cap=1_000_000 * USD,
    funding_interval=HOUR,
    funding_limit=1_000,
    interest=10,
    impact_lots=100,
)
"""Of the perpetual of `calm`: leverage up to 5, of which its traders use a fraction."""

OPTION_PARAMETERS = OptionParameters(
    taker_fee=300,
    maker_fee=0,
    collar=50_000,
    max_open_interest=MAX_LOTS,
    insurance_cap=10_000 * USD,
    initial_fraction=150_000,
    initial_floor=100_000,
    maintenance_fraction=75_000,
    put_ratio=1_050_000,
)
"""Of every option series."""
