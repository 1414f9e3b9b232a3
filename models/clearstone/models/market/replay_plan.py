"""A replay, planned: which series, how many blocks, how many people, from which seed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from clearstone.models.market.exchange import Exchange
from clearstone.models.market.listing import expiries_for, make_listing
from clearstone.models.market.mischief import make_mischief
from clearstone.models.market.participants import Desk
from clearstone.models.market.population import FULL, Scale, populate
from clearstone.models.market.price_path import DAY, MINUTE, walk
from clearstone.models.market.price_series import PriceSeries
from clearstone.models.market.reports import make_reports
from clearstone.models.market.timetable import make_timetable
from clearstone.models.signing import SigningKey
from clearstone.spec.consensus.validators import Validators


@dataclass(frozen=True, slots=True)
class ReplayPlan:
    """All that a replay depends on: two replays of one plan are the same."""

    series: PriceSeries
    """What is replayed."""
    seed: int
    """From which everything random is drawn."""
    blocks: int
    """How many blocks to spend, roughly."""
    scale: Scale = FULL
    """How many trade."""
    resolution: int = MINUTE
    """Time between two blocks in the worst hours, in ms."""
    stays_calm: bool = False
    """Whether the series is one in which nobody in the pool `calm` must be liquidated: no price falls by two thirds."""


def open_exchange(plan: ReplayPlan, keys: tuple[SigningKey, ...], validators: Validators) -> Exchange:
    """The exchange of a plan, for a chain of these validators; all of `keys` attest what happens outside."""
    path = walk(plan.series, plan.seed)
    timetable = make_timetable(path, plan.blocks, plan.resolution, expiries_for(path))
    listing = make_listing(plan.series, path, validators)
    widest = max(after - before for before, after in pairwise(timetable.moments))
    desk = Desk(listing.genesis.chain, keys, max(DAY, 3 * widest))
    return Exchange(
        listing=listing,
        timetable=timetable,
        reports=make_reports(plan.seed, path, timetable, listing, len(validators)),
        residents=populate(plan.seed, listing, timetable, plan.scale),
        mischief=make_mischief(plan.seed, desk),
        desk=desk,
    )
