"""The population of a replay: who is there, how many, how rich, how bold. Drawn from a seed.

The pool `main` holds what a crash needs: longs with up to 20 times their money, fewer shorts, sellers of puts that lean
on a quiet market, makers who are on the other side of everybody, and liquidators whose capital has an end. The pool
`calm` trades the same coin with money that can take it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from random import Random

from clearstone.models.market.liquidators import Keeper, Liquidator
from clearstone.models.market.listing import CALM, CALM_PERPETUAL, MAIN, PERPETUAL, USD, Listing
from clearstone.models.market.makers import MarketMaker
from clearstone.models.market.participants import Holder, Participant
from clearstone.models.market.timetable import Timetable
from clearstone.models.market.traders import LeveragedTrader, OptionTrader, Saver
from clearstone.spec.numbers import PPM
from clearstone.spec.transactions import ChangeParameter


@dataclass(frozen=True, slots=True)
class Resident:
    """One of the population: who, since when, how attentive, with how much."""

    participant: Participant
    """Who acts."""
    arrives: int
    """Height at which its account is opened."""
    pace: int
    """It looks at the market every so many blocks."""
    cash: int
    """Its first deposit, in atoms."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How many there are of each."""

    longs: int = 70
    """Leveraged longs in `main`."""
    shorts: int = 28
    """Leveraged shorts in `main`."""
    option_buyers: int = 16
    """Buyers of options."""
    option_sellers: int = 16
    """Sellers of options, who own nothing of what they sell."""
    liquidators: int = 4
    """Liquidators in `main`."""
    savers: int = 16
    """Holders of cash in `main`."""
    calm_traders: int = 30
    """Traders in `calm`."""
    calm_savers: int = 6
    """Holders of cash in `calm`."""

    def shrunk(self, part: float) -> Scale:
        """So much of everything, at least 2."""
        return Scale(*(max(2, round(getattr(self, name) * part)) for name in self.__dataclass_fields__))


FULL = Scale()
"""About 200 accounts."""


def populate(seed: int, listing: Listing, timetable: Timetable, scale: Scale) -> tuple[Resident, ...]:
    """Everybody, in the order in which they act within a block."""
    random = Random(f"population {seed}")
    crash = timetable.height_at(timetable.worst_hours[0][0])
    last = timetable.height_at(timetable.worst_hours[-1][1])
    arrivals = _arrivals(random, max(crash, 20), last)
    return (
        *_makers(seed, listing),
        *_longs_and_shorts(seed, random, scale, arrivals),
        *_option_traders(seed, random, scale, listing, max(crash, 20)),
        *_calm(seed, random, scale, arrivals),
        *_savers(seed, random, "saver", MAIN, scale.savers),
        *_savers(seed, random, "calm-saver", CALM, scale.calm_savers),
        *_liquidators(seed, random, scale),
        _keeper(seed, crash),
    )


def _arrivals(random: Random, crash: int, last: int) -> Callable[[float], int]:
    """Draws heights of arrival: most before the crash, the nearer to it the more, a part `late` in the midst of it."""

    def draw(late: float) -> int:
        if random.random() < late:
            return random.randrange(crash, max(crash + 1, last))
        return 8 + int((crash - 8) * random.random() ** 0.6)

    return draw


def _dollars(random: Random, typical: int) -> int:
    """A sum of money around a typical one in USD, most smaller and few much larger, in atoms."""
    return int(min(8.0, max(0.2, random.lognormvariate(0.0, 0.7))) * typical) * USD


def _makers(seed: int, listing: Listing) -> Iterator[Resident]:
    """Market makers: three in the perpetual, two in the options, two in `calm`."""
    series = tuple(option.market for option in listing.options)
    for number in range(3):
        holder = Holder.make(seed, f"maker-{number}", MAIN)
        maker = MarketMaker(holder, (PERPETUAL,), 800 + 400 * number, 400_000 * USD, 2)
        yield Resident(maker, 3, 2 + number, 2_500_000 * USD)
    for number in range(2):
        holder = Holder.make(seed, f"option-maker-{number}", MAIN)
        maker = MarketMaker(holder, series, 30_000 + 15_000 * number, 150_000 * USD)
        yield Resident(maker, 3, 1 + number, 3_000_000 * USD)
    for number in range(2):
        holder = Holder.make(seed, f"calm-maker-{number}", CALM)
        maker = MarketMaker(holder, (CALM_PERPETUAL,), 1_500 + 500 * number, 100_000 * USD)
        yield Resident(maker, 3, 5 + number, 3_000_000 * USD)


def _longs_and_shorts(seed: int, random: Random, scale: Scale, arrivals: Callable[[float], int]) -> Iterator[Resident]:
    """Leveraged traders: the bolder, the poorer."""
    for number in range(scale.longs + scale.shorts):
        direction = 1 if number < scale.longs else -1
        name = f"{'long' if direction > 0 else 'short'}-{number}"
        leverage = random.choice((3, 5, 8, 10, 15, 20)) * PPM
        stake = _dollars(random, 240_000 * PPM // leverage)
        trader = LeveragedTrader(
            Holder.make(seed, name, MAIN), PERPETUAL, direction, leverage, stake, random.randrange(3), 0.03
        )
        yield Resident(trader, arrivals(0.15 if direction > 0 else 0.5), random.randrange(4, 12), stake)


def _option_traders(seed: int, random: Random, scale: Scale, listing: Listing, crash: int) -> Iterator[Resident]:
    """Buyers of any option; sellers mostly of puts that seem far away."""
    puts = [option.market for option in listing.options if not option.call]
    every = [option.market for option in listing.options]
    for number in range(scale.option_buyers + scale.option_sellers):
        buys = number < scale.option_buyers
        market = random.choice(every if buys or random.random() < 0.25 else puts)
        appetite = random.randrange(100_000, 600_000) if buys else random.randrange(600_000, 950_000)
        holder = Holder.make(seed, f"option-{'buyer' if buys else 'seller'}-{number}", MAIN)
        trader = OptionTrader(holder, market, 1 if buys else -1, appetite)
        yield Resident(trader, random.randrange(10, crash), random.randrange(3, 8), _dollars(random, 25_000))


def _calm(seed: int, random: Random, scale: Scale, arrivals: Callable[[float], int]) -> Iterator[Resident]:
    """Traders who bet less than they have: the price can halve or rise by half, and nobody is liquidated."""
    for number in range(scale.calm_traders):
        direction = 1 if number % 5 < 3 else -1
        leverage = random.randrange(200_000, 700_000) if direction > 0 else random.randrange(200_000, 500_000)
        stake = _dollars(random, 30_000)
        holder = Holder.make(seed, f"calm-{number}", CALM)
        trader = LeveragedTrader(holder, CALM_PERPETUAL, direction, leverage, stake, 0, 0.02)
        yield Resident(trader, arrivals(0.15), random.randrange(10, 25), stake)


def _savers(seed: int, random: Random, name: str, pool: str, number: int) -> Iterator[Resident]:
    """Holders of cash, each the friend of the next."""
    holders = [Holder.make(seed, f"{name}-{index}", pool) for index in range(number)]
    for index, holder in enumerate(holders):
        friend = holders[(index + 1) % number].account
        saver = Saver(holder, friend, random.randrange(50, 2_000) * USD)
        yield Resident(saver, 5 + index, random.randrange(10, 30), _dollars(random, 10_000))


def _liquidators(seed: int, random: Random, scale: Scale) -> Iterator[Resident]:
    """Liquidators, none of whom can carry everything; one in `calm`, who will have nothing to do."""
    for number in range(scale.liquidators):
        liquidator = Liquidator(Holder.make(seed, f"liquidator-{number}", MAIN), 4)
        yield Resident(liquidator, 6, 1 + number % 2, (100_000 + 60_000 * number) * USD)
    yield Resident(Liquidator(Holder.make(seed, "calm-liquidator", CALM), 2), 6, 3, 100_000 * USD)


def _keeper(seed: int, crash: int) -> Resident:
    """The keeper, with three parameter changes for quieter and for wilder times; the last one steps too far."""
    heights = count(max(10, crash // 2), max(1, crash // 6))
    changes = (
        ChangeParameter(1, f"market/{PERPETUAL}", "taker_fee", 550),
        ChangeParameter(2, f"pool/{MAIN}", "penalty", 2_700),
        ChangeParameter(3, f"market/{PERPETUAL}", "maintenance_fraction", 35_000),
    )
    keeper = Keeper(Holder.make(seed, "keeper", MAIN), 6, dict(zip(heights, changes, strict=False)))
    return Resident(keeper, 4, 1, USD)
