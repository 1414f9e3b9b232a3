"""Programs of the exchange told anew as if a price had not moved: what came after is scaled, orders and reports alike.

A price that has moved far does so over many blocks, since an index is held back, and the orders after it are near where
it came to. Neither the move nor an order can be left out by itself, and the blocks between are stuck with both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from clearstone.models.stateful.exchange_program import Act, Step
from clearstone.models.stateful.exchange_world import FIRST_PRICES, FOLLOWERS
from clearstone.spec.numbers import MAX_TICKS
from clearstone.spec.transactions import Place

Steps = tuple[Step, ...]


def as_if_unmoved(steps: Steps) -> Iterator[Steps]:
    """The programs in which one report of a price is missing, from the last to the first."""
    for place in reversed(range(len(steps))):
        for feed, ticks in steps[place].prices:
            yield (*steps[:place], *unmoved(steps[place:], feed, ticks, last_price(steps[:place], feed)))


def last_price(steps: Steps, feed: str) -> int:
    """What was last reported of a feed, in ticks."""
    reported = [ticks for step in steps for name, ticks in step.prices if name == feed]
    return reported[-1] if reported else FIRST_PRICES[feed]


def unmoved(steps: Steps, feed: str, moved_to: int, stays_at: int) -> Iterator[Step]:
    """Steps whose first moves a feed, as if it stayed where it was: all that follows it is as far away as before."""

    def scaled(ticks: int) -> int:
        return min(MAX_TICKS, max(1, ticks * stays_at // moved_to))

    def act_scaled(act: Act) -> Act:
        action = act.action
        if not isinstance(action, Place) or action.price is None or action.market not in FOLLOWERS[feed]:
            return act
        return replace(act, action=replace(action, price=scaled(action.price)))

    for number, step in enumerate(steps):
        later = tuple((name, scaled(ticks) if name == feed else ticks) for name, ticks in step.prices)
        prices = tuple(each for each in step.prices if each[0] != feed) if number == 0 else later
        lies = tuple((name, scaled(ticks) if name == feed else ticks) for name, ticks in step.lies)
        yield replace(step, acts=tuple(map(act_scaled, step.acts)), prices=prices, lies=lies)
