"""The parts of an arbitrary ledger: parameters, quotes, accounts, pools, markets, each with integers of its own.

What an account holds beside what a proof names is one more position, of one lot, in an instrument that stands for all
its other ones. Equity, margin and funding are sums over positions, and as that instrument may be worth anything, need
anything and owe any funding, the one position stands for any number (`ghosts` proves it, two at a time).
"""

from __future__ import annotations

from dataclasses import fields
from typing import TypeVar

from clearstone.proofs.worlds import World
from clearstone.spec.accounts import Account, Order, Position
from clearstone.spec.instruments import Instrument, OptionSeries, Perpetual, Quote
from clearstone.spec.ledger_state import Market, Pool
from clearstone.spec.numbers import MAX_ATOMS, MAX_FUNDING_INDEX, MAX_LOTS, MAX_MULTIPLIER, MAX_TICKS, MAX_TIME
from clearstone.spec.parameters import (
    OptionParameters,
    PerpetualParameters,
    PoolParameters,
    ProtocolParameters,
    check_parameters,
)

P = TypeVar("P", ProtocolParameters, PoolParameters, PerpetualParameters, OptionParameters)

USUAL = {
    "taker_fee": 500,
    "maker_fee": 100,
    "collar": 100_000,
    "max_open_interest": MAX_LOTS,
    "insurance_cap": 10**10,
    "initial_fraction": 150_000,
    "initial_fraction_limit": 200_000,
    "initial_floor": 100_000,
    "open_interest_low": 100,
    "open_interest_high": 1_000,
    "maintenance_fraction": 75_000,
    "profit_cap": 10**10,
    "funding_interval": 1_000,
    "funding_limit": 7_500,
    "interest": 100,
    "impact_lots": 10,
    "put_ratio": 1_050_000,
    "insurance_target": 10**11,
    "insurance_window": 100_000,
    "unassigned_cap": 10**9,
    "liquidation_horizon": 1_000,
    "liquidation_buffer": 50_000,
    "discount_start": 5_000,
    "discount_limit": 50_000,
    "discount_ramp": 1_000,
    "penalty": 5_000,
    "max_orders": 64,
    "report_staleness": 1_000,
    "grace_blocks": 2,
    "parameter_delay": 1_000,
    "settlement_slot": 4,
    "settlement_slots": 30,
    "settlement_minimum": 24,
    "settlement_extension": 1_000,
    "max_transactions": 100,
}
"""Of each parameter, a value to try first when an example is looked for."""


def parameters(world: World, kind: type[P], name: str, checked: bool = True) -> P:
    """Any parameters of a kind: each in its range, and, if `checked`, in agreement as LEDGER-8 demands."""
    made = kind(
        **{
            item.name: world.integer(
                f"{name}.{item.name}", item.metadata["low"], item.metadata["high"], USUAL[item.name]
            )
            for item in fields(kind)
        }
    )
    if checked:
        world.assume(check_parameters(made) is None)
    return made


def perpetual(world: World, market: str, pool: str = "main", checked: bool = True) -> Perpetual:
    """Any perpetual."""
    multiplier = world.integer(f"{market}.multiplier", 1, MAX_MULTIPLIER, 10)
    return Perpetual(market, pool, "feed", multiplier, parameters(world, PerpetualParameters, market, checked))


def series(world: World, market: str, call: bool, pool: str = "main", expiry: int | None = None) -> OptionSeries:
    """Any option series."""
    return OptionSeries(
        market,
        pool,
        "feed",
        "marks",
        world.integer(f"{market}.multiplier", 1, MAX_MULTIPLIER, 10),
        call,
        world.integer(f"{market}.strike", 1, MAX_TICKS, 50_000),
        world.integer(f"{market}.expiry", 1, MAX_TIME, 5_000) if expiry is None else expiry,
        parameters(world, OptionParameters, market),
    )


def quote(world: World, instrument: Instrument, fresh: bool = True, funding_index: int | None = None) -> Quote:
    """Any quote of an instrument that trades: margins in order, marks as the specification makes them.

    That every quote is such a one is an obligation of its own (`every_quote_of_a_perpetual_is_in_order` and so on).
    """
    market = instrument.market
    mark = world.integer(f"{market}.mark", 0, MAX_TICKS * MAX_MULTIPLIER, 500_000)
    maintenance = world.integer(f"{market}.maintenance", 0, None, 20_000)
    more = world.integer(f"{market}.initial above maintenance", 0, None, 10_000)
    lowest = world.integer(f"{market}.lowest", 1, None, 40_000)
    wider = world.integer(f"{market}.band width", 0, None, 20_000)
    lowered = 0 if fresh else world.integer(f"{market}.long mark below mark", 0, None, 1_000)
    world.assume(lowered <= mark)
    raised = 0 if fresh else world.integer(f"{market}.short mark above mark", 0, None, 1_000)
    if funding_index is None:
        funding_index = world.integer(f"{market}.funding index", -MAX_FUNDING_INDEX, MAX_FUNDING_INDEX, 3_000_000)
    return Quote(
        instrument=instrument,
        phase="trade",
        fresh=fresh,
        index=world.integer(f"{market}.index", 1, MAX_TICKS, 50_000),
        mark=mark,
        long_mark=mark - lowered,
        short_mark=mark + raised,
        initial=maintenance + more,
        maintenance=maintenance,
        funding_index=funding_index,
        lowest=lowest,
        highest=lowest + wider,
    )


def ghost_quote(world: World, market: str, fresh: bool, suffix: str = "") -> Quote:
    """The quote of all that an account holds beside: it may be worth anything, need anything and have owed anything."""
    name = f"{market}{suffix}"
    value = world.integer(f"{name}.value")
    lowered = 0 if fresh else world.integer(f"{name}.value not counted", 0, None, 1)
    maintenance = world.integer(f"{name}.maintenance")
    funding_index = world.integer(f"{market}.funding", None, None, 2_000_000)
    cap = world.integer(f"{market}.profit cap", 0, None, 10)
    stands_for = Perpetual(market, "main", "feed", 1, _ghost_parameters(cap))
    initial = maintenance + world.integer(f"{name}.initial above maintenance", 0)
    return Quote(
        stands_for,
        "trade",
        fresh,
        1,
        value,
        value - lowered,
        value - lowered,
        initial,
        maintenance,
        funding_index,
        1,
        1,
    )


def _ghost_parameters(profit_cap: int) -> PerpetualParameters:
    """Parameters of which only the profit cap is ever read."""
    named = {item.name: item.metadata["high"] for item in fields(PerpetualParameters)}
    return PerpetualParameters(**{**named, "profit_cap": profit_cap})


def position(world: World, account: str, market: str, lots: int | None = None, funding: int | None = None) -> Position:
    """Any position: long or short, never empty."""
    held = f"{account}.{market}"
    size = world.integer(f"{held}.lots", -MAX_LOTS, MAX_LOTS, 10) if lots is None else lots
    world.assume(size != 0)
    cost = world.integer(f"{held}.cost", None, None, 5_000_000)
    if funding is None:
        funding = world.integer(f"{held}.funding index", -MAX_FUNDING_INDEX, MAX_FUNDING_INDEX)
    return Position(market, size, cost, funding)


def ghost_position(world: World, account: str, market: str) -> Position:
    """All that an account holds beside, as one lot."""
    cost = world.integer(f"{account}.{market}.cost")
    return Position(market, 1, cost, world.integer(f"{account}.{market}.funding when settled"))


def order(world: World, account: str, market: str, buy: bool, reduce_only: bool = False) -> Order:
    """Any open order."""
    name = f"{account}.order"
    return Order(
        nonce=world.integer(f"{name}.nonce", 0, MAX_TIME, 1),
        market=market,
        buy=buy,
        lots=world.integer(f"{name}.lots", 1, MAX_LOTS, 5),
        price=world.integer(f"{name}.price", 1, MAX_TICKS, 50_000),
        sequence=world.integer(f"{name}.sequence", 0, None, 3),
        reduce_only=reduce_only,
    )


def account(
    world: World,
    name: str,
    positions: tuple[Position, ...],
    orders: tuple[Order, ...] = (),
    owner: bytes = b"",
    flagged_at: int | None = None,
) -> Account:
    """Any account with these positions and orders."""
    return Account(
        owner=owner or name.encode().ljust(32, b"\0"),
        pool="main",
        nonce=world.integer(f"{name}.nonce", 0, MAX_TIME, 1),
        cash=world.integer(f"{name}.cash", -MAX_ATOMS, MAX_ATOMS, 10**10),
        positions=positions,
        orders=orders,
        locked_recent=world.integer(f"{name}.locked recent", 0, None, 5),
        locked_earlier=world.integer(f"{name}.locked earlier", 0, None, 3),
        locked_period=world.integer(f"{name}.locked period", 0, MAX_TIME, 3),
        flagged_at=flagged_at,
    )


def pool(world: World, name: str = "main", flagged: tuple[str, ...] = ()) -> Pool:
    """Any pool: no pot below zero."""

    def pot(what: str) -> int:
        return world.integer(f"{name}.{what}", 0, MAX_ATOMS, 10**9)

    return Pool(
        parameters(world, PoolParameters, name),
        world.integer(f"{name}.vault", 0, MAX_ATOMS, 10**12),
        pot("insurance"),
        pot("fees"),
        pot("escrow"),
        pot("residue"),
        flagged,
        pot("unassigned used"),
        world.integer(f"{name}.unassigned window", 0, MAX_TIME, 1),
    )


def market(world: World, name: str) -> Market:
    """Any market."""
    return Market(
        world.integer(f"{name}.open interest", 0, None, 1_000),
        world.integer(f"{name}.clearing", None, None, 100),
        world.integer(f"{name}.settlements", 0, None, 10),
        world.integer(f"{name}.sequence", 0, None, 7),
        world.integer(f"{name}.insurance used", 0, None, 10),
        world.integer(f"{name}.insurance window", 0, None, 1),
    )
