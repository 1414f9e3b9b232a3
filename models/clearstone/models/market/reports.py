"""What truthful validators report: the true prices, each seen a little differently."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearstone.models.market.listing import INDEX, Listing
from clearstone.models.market.option_marks import marks, volatility
from clearstone.models.market.price_path import PricePath
from clearstone.models.market.price_series import HEADROOM
from clearstone.models.market.timetable import Timetable
from clearstone.spec.consensus.messages import Prices
from clearstone.spec.numbers import MAX_TICKS

INDEX_NOISE = 0.0002
"""Standard deviation of what validators see of the index, as a part of it; three of these at most."""
MARK_NOISE = 0.002
"""The same of an option's mark."""


@dataclass(frozen=True, slots=True)
class Reports:
    """The reports of a whole replay."""

    feeds: tuple[str, ...]
    """Feed ids, ascending."""
    ticks: NDArray[np.int64]
    """Prices by moment, validator and feed, each at least 1."""

    def at(self, moment: int, validator: int) -> Prices:
        """What a truthful validator reports at a moment, both counted from 0; after the last moment the last prices."""
        seen = self.ticks[min(moment, len(self.ticks) - 1), validator]
        return tuple(zip(self.feeds, seen.tolist(), strict=True))


def make_reports(seed: int, path: PricePath, timetable: Timetable, listing: Listing, validators: int) -> Reports:
    """The reports that a seed stands for."""
    prices = [path.at(moment) for moment in timetable.moments]
    level = volatility(timetable.moments, prices, seed)
    truth: dict[str, tuple[tuple[int, ...], float]] = {INDEX: (tuple(prices), INDEX_NOISE)}
    for series in listing.options:
        truth[series.mark_feed] = (marks(series, timetable.moments, prices, level), MARK_NOISE)
    feeds = tuple(sorted(truth))
    true = np.array([truth[feed][0] for feed in feeds], dtype=np.float64).T[:, None, :]
    scale = np.array([truth[feed][1] for feed in feeds])
    shape = (len(prices), validators, len(feeds))
    noise = np.clip(np.random.default_rng([seed, 3]).normal(0.0, 1.0, shape), -3.0, 3.0) * scale
    return Reports(feeds, np.clip(np.rint(true * (1.0 + noise)), 1, MAX_TICKS // HEADROOM).astype(np.int64))
