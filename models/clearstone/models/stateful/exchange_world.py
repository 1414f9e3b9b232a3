"""Where the programs of the exchange start: two small pools in which everything is near, and a few people with cash.

Lots, prices and times are such that trouble is a few steps away: who has $1,000 can hold 400 lots worth $50 each; an
index moves by a tenth in a block; funding turns every ten minutes and is dear; options expire after an hour; the
insurance fund is small. Power is spread so that two validators alone have more than two thirds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from clearstone.models.chain import Chain, forked, named_key
from clearstone.models.scenario_genesis import (
    FIRST_INDEX,
    MINUTE,
    OPTION,
    PERPETUAL,
    POOL,
    PROTOCOL,
    START,
    USD,
    scenario_genesis,
    series,
    started,
)
from clearstone.spec.accounts import account_id
from clearstone.spec.consensus.validators import Validator, Validators
from clearstone.spec.genesis import Genesis
from clearstone.spec.instruments import Instrument, Perpetual

EXPIRY = START + 60 * MINUTE
"""When the options expire, ms since the epoch."""
ODD_INTERVAL = 10 * MINUTE - 1_000
"""The interval of funding in the other pool, ms: no whole number of slots, nor of minutes."""
STALENESS = MINUTE
"""After how long a report no longer counts, ms."""
POWERS = (4, 4, 1, 1)
"""Power of the validators: the first two have a quorum, the last two together not even a third."""
LIAR = 3
"""The validator that may report false prices."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Whose account a name stands for."""

    owner: str
    """Name of its owner."""
    pool: str
    """Its pool."""
    number: int
    """The owner's number for it."""
    cash: int
    """What it begins with, in atoms."""

    @property
    def id(self) -> str:
        """The account's id."""
        return account_id(named_key(self.owner), self.pool, self.number)


SEATS = {
    "alice": Seat("alice", "main", 0, 1_000 * USD),
    "bob": Seat("bob", "main", 0, 1_000 * USD),
    "carol": Seat("carol", "main", 0, 5_000 * USD),
    "dave": Seat("dave", "main", 0, 100 * USD),
    "alice-2": Seat("alice", "main", 1, 500 * USD),
    "erin": Seat("erin", "other", 0, 1_000 * USD),
    "alice-3": Seat("alice", "other", 0, 1_000 * USD),
    "gina": Seat("gina", "other", 0, 120 * USD),
}
"""The accounts that are open when a program starts, by name."""
LATECOMERS = {"frank": Seat("frank", "main", 0, 0)}
"""Accounts that a program may open."""
PLACES = SEATS | LATECOMERS
"""All accounts that a program can name."""


class Names(Mapping[str, str]):
    """The name of every account that programs can have, by id. Ids follow from keys, so `keys_made_by` changes them."""

    def __init__(self) -> None:
        """Nothing is known before it is asked for: whose keys there are is settled when a program runs."""
        self._known: dict[bytes, dict[str, str]] = {}

    def _by_id(self) -> dict[str, str]:
        maker = named_key("alice")
        if maker not in self._known:
            self._known[maker] = {seat.id: name for name, seat in PLACES.items()}
        return self._known[maker]

    def __getitem__(self, account_id: str) -> str:
        """The name of an account."""
        return self._by_id()[account_id]

    def __iter__(self) -> Iterator[str]:
        """All ids."""
        return iter(self._by_id())

    def __len__(self) -> int:
        """How many accounts there can be."""
        return len(PLACES)


NAMES = Names()
"""The names at hand."""
FEEDS = ("BTC", "MARK", "ETH")
"""The feeds: an index, the mark of all options on it, and the other pool's index."""
FIRST_PRICES = {"BTC": FIRST_INDEX, "MARK": 1_000, "ETH": 2_000}
"""What is reported of them when a program starts, in ticks."""
FOLLOWERS = {
    "BTC": ("BTC-PERP",),
    "MARK": ("BTC-50000-C", "BTC-55000-C", "BTC-50000-P", "BTC-55000-P"),
    "ETH": ("ETH-PERP",),
}
"""The markets whose prices are near to what is reported of a feed."""
POOL_FEEDS = {"main": "BTC", "other": "ETH"}
"""The index that each pool's markets follow."""
PERPETUALS = {"main": "BTC-PERP", "other": "ETH-PERP"}
"""Each pool's perpetual."""
WORLDS = ("lean", "ample")
"""Names of the worlds: with hardly any insurance and narrow limits, and with more of both."""


def validators() -> Validators:
    """The validators, ascending by key."""
    keys = sorted(named_key(f"validator {number}") for number in range(len(POWERS)))
    return tuple(Validator(key, power) for key, power in zip(keys, POWERS, strict=True))


def world_genesis(world: str) -> Genesis:
    """The genesis of a world."""
    lean = world == "lean"
    option = replace(OPTION, insurance_cap=100 * USD)
    options = tuple(
        replace(series(call=call, strike=strike, expiry=EXPIRY, parameters=option), mark_feed="MARK")
        for call, strike in ((True, 50_000), (True, 55_000), (False, 50_000), (False, 55_000))
    )
    genesis = scenario_genesis(
        validators=validators(),
        protocol=replace(
            PROTOCOL,
            report_staleness=STALENESS,
            parameter_delay=MINUTE,
            settlement_slot=MINUTE,
            settlement_slots=4,
            settlement_minimum=2,
            settlement_extension=10 * MINUTE,
        ),
        pool=replace(
            POOL,
            insurance_target=(150 if lean else 2_000) * USD,
            insurance_window=60 * MINUTE,
            unassigned_cap=10 * USD,
            liquidation_horizon=20 * MINUTE,
            max_orders=4,
            discount_start=5_000 if lean else 9_500,
            discount_limit=50_000 if lean else 10_000,
            discount_ramp=(10 if lean else 2) * MINUTE,
        ),
        perpetual=replace(
            PERPETUAL,
            maker_fee=-300 if lean else 100,
            insurance_cap=(50 if lean else 500) * USD,
            max_open_interest=1_000,
            open_interest_low=100,
            open_interest_high=900,
            profit_cap=(0 if lean else 100) * USD,
            funding_interval=10 * MINUTE,
            funding_limit=50_000,
            interest=10_000,
        ),
        insurance=(100 if lean else 1_000) * USD,
        max_move=100_000,
        options=options,
        second_pool=True,
    )
    feeds = {feed.feed: feed for feed in genesis.feeds}
    return replace(genesis, feeds=tuple(feeds.values()), instruments=tuple(map(_of_odd_interval, genesis.instruments)))


def _of_odd_interval(instrument: Instrument) -> Instrument:
    """The other pool's perpetual with an interval of funding that is no whole number of slots; others as they are."""
    if not isinstance(instrument, Perpetual) or instrument.pool != "other":
        return instrument
    return replace(instrument, parameters=replace(instrument.parameters, funding_interval=ODD_INTERVAL))


@cache
def _opened(world: str, _maker: bytes) -> Chain:
    chain = started(world_genesis(world))
    for seat in SEATS.values():
        chain.open(seat.owner, seat.pool, seat.cash, seat.number)
    chain.history.clear()
    return chain


def world_chain(world: str) -> Chain:
    """A chain of a world: its feeds are fresh, its accounts are open and have their cash."""
    return forked(_opened(world, named_key("alice")))
