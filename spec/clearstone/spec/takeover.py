"""What a liquidator may take over, and what that may cost the target (LIQ-2 to LIQ-4).

Of a perpetual, single lots; of an expiry, sixteenths of all its legs at once, because a single leg may be what hedges
the others. Never more than restores maintenance margin with a buffer, and never at a charge that lowers equity over
requirement.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from clearstone.spec.accounts import Account, Position, position_in, realise
from clearstone.spec.instruments import Perpetual, Quote
from clearstone.spec.ledger_state import Context
from clearstone.spec.margin import buffered, health_equity, maintenance_requirement
from clearstone.spec.numbers import PPM, ceil_div, floor_div
from clearstone.spec.parameters import PoolParameters
from clearstone.spec.receipts import Rejection
from clearstone.spec.trades import traded
from clearstone.spec.transactions import Liquidate

SIXTEENTHS = 16
"""Steps in which an expiry is taken over (LIQ-3)."""


@dataclass(frozen=True, slots=True)
class Takeover:
    """LIQ-2. What a liquidator takes over, and what it costs the target."""

    legs: tuple[tuple[Position, int], ...]
    """Positions of the target, each with how many lots are taken, signed as the position is."""
    target: Account
    """The target afterwards."""
    discount: int
    """Atoms from the target to the liquidator, at least 0."""
    penalty: int
    """Atoms from the target to the insurance fund, at least 0."""


def discount_rate(parameters: PoolParameters, elapsed: int) -> int:
    """LIQ-2. The discount in ppm so many ms after the flag: rising from start to limit along the ramp.

    It starts small and rises, so that liquidators compete on time: an auction without a floor was once won with bids of
    nothing (incident 14).
    """
    rise = (parameters.discount_limit - parameters.discount_start) * min(elapsed, parameters.discount_ramp)
    return parameters.discount_start + floor_div(rise, parameters.discount_ramp)


def choose_takeover(
    target: Account, context: Context, parameters: PoolParameters, action: Liquidate
) -> Takeover | Rejection:
    """LIQ-3. The part that may be taken: no more than was asked for, no more than restores the buffer."""
    quote = context.quotes[action.market]
    if isinstance(quote.instrument, Perpetual):
        position = position_in(target, action.market)
        if position is None:
            return Rejection("LIQ-2", "the account has no position there")
        least = least_lots(target, context, parameters, position)
        lots = min(action.lots, least)
        takeover = take(target, context, parameters, ((position, lots if position.lots > 0 else -lots),))
    else:
        legs = expiry_legs(target, context, quote)
        if not legs:
            return Rejection("LIQ-2", "the account has no position there")
        least = least_sixteenths(target, context, parameters, legs)
        takeover = take(target, context, parameters, part_of(legs, min(action.lots, least)))
    if maintenance_requirement(takeover.target, context.quotes) >= maintenance_requirement(target, context.quotes):
        return Rejection("LIQ-4", "taking that part would not lower the requirement")
    return takeover


def least_lots(target: Account, context: Context, parameters: PoolParameters, position: Position) -> int:
    """LIQ-3. The least number of lots whose taking restores the buffer, or all of them.

    Found by bisection. Each further lot lowers R by the integer m = maintenance per lot. Discount and penalty are
    integers per lot as well, and capped by floor(E · q · m / R) with E < R, so a further lot costs at most m; the
    buffered requirement falls by at least m. So E − charges − ceil(R · (1 + buffer)) never falls in q, charges
    included.
    """
    size = abs(position.lots)
    sign = 1 if position.lots > 0 else -1

    def restores(lots: int) -> bool:
        after = take(target, context, parameters, ((position, sign * lots),)).target
        return buffered(after, context.quotes, parameters.liquidation_buffer)

    return least_that_holds(1, size, restores)


def least_that_holds(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """LIQ-3. The least number in [low, high] for which something holds, or `high` if it holds for none below.

    Found by bisection: what holds for a number has to hold for all larger ones.
    """
    while low < high:
        low, high = halved(low, high, holds)
    return low


def halved(low: int, high: int, holds: Callable[[int], bool]) -> tuple[int, int]:
    """LIQ-3. The half of [low, high], with low < high, in which the least number lies: one step of the bisection."""
    middle = floor_div(low + high, 2)
    return (low, middle) if holds(middle) else (middle + 1, high)


def expiry_legs(target: Account, context: Context, quote: Quote) -> tuple[Position, ...]:
    """LIQ-2. The target's positions in the series of one expiry that still trade at prices to rely on.

    They are taken together, as a vector: a single leg may be what hedges the others.
    """
    legs: list[Position] = []
    for position in target.positions:
        other = context.quotes[position.instrument]
        if other.instrument.feed == quote.instrument.feed and same_expiry(other, quote) and other.fresh:
            legs.append(position)
    return tuple(legs)


def same_expiry(one: Quote, other: Quote) -> bool:
    """LIQ-2. Whether two instruments are option series of one expiry time."""
    if isinstance(one.instrument, Perpetual) or isinstance(other.instrument, Perpetual):
        return False
    return one.instrument.expiry == other.instrument.expiry


def part_of(legs: tuple[Position, ...], sixteenths: int) -> tuple[tuple[Position, int], ...]:
    """LIQ-3. So many sixteenths of every leg, ceiled in size."""
    taken: list[tuple[Position, int]] = []
    for position in legs:
        lots = ceil_div(abs(position.lots) * sixteenths, SIXTEENTHS)
        taken.append((position, lots if position.lots > 0 else -lots))
    return tuple(taken)


def least_sixteenths(target: Account, context: Context, parameters: PoolParameters, legs: tuple[Position, ...]) -> int:
    """LIQ-3. The least number of sixteenths of an expiry whose taking restores the buffer, or all sixteen.

    Tried one after the other: taking more of a vector may need more margin, as ceilings are per leg.
    """
    for sixteenths in range(1, SIXTEENTHS):
        after = take(target, context, parameters, part_of(legs, sixteenths)).target
        if buffered(after, context.quotes, parameters.liquidation_buffer):
            return sixteenths
    return SIXTEENTHS


def take(
    target: Account, context: Context, parameters: PoolParameters, legs: tuple[tuple[Position, int], ...]
) -> Takeover:
    """LIQ-2, LIQ-4. Taking over the legs at their marks, with the charges that this allows: discount first.

    Charges per lot are integers: the discount floored, as the liquidator receives it, the penalty ceiled, as it is
    owed. Their cap is made of equity as health tests count it. The target realises the legs first, one after the other,
    then both charges as one loss.
    """
    period = floor_div(context.now, parameters.liquidation_horizon)
    flagged_at = context.now if target.flagged_at is None else target.flagged_at
    rate = discount_rate(parameters, context.now - flagged_at)
    after, discount, penalty = target, 0, 0
    for position, lots in legs:
        quote = context.quotes[position.instrument]
        after = traded(after, quote, -lots, quote.mark, 0, period, after.orders)
        discount += abs(lots) * floor_div(quote.mark * rate, PPM)
        penalty += abs(lots) * ceil_div(quote.mark * parameters.penalty, PPM)
    cap = charge_cap(
        health_equity(target, context.quotes),
        maintenance_requirement(target, context.quotes),
        maintenance_requirement(after, context.quotes),
    )
    discount, penalty = within_cap(discount, penalty, cap)
    return Takeover(legs, charged(after, discount + penalty, period), discount, penalty)


def charge_cap(held: int, required: int, required_after: int) -> int:
    """LIQ-4. The most that a liquidation may cost the target: then E/R does not fall, in atoms."""
    if held <= 0 or required_after >= required:
        return 0
    return floor_div(held * (required - required_after), required)


def within_cap(discount: int, penalty: int, cap: int) -> tuple[int, int]:
    """LIQ-4. What is charged of a discount and a penalty, in atoms: no more than the cap, and the discount first."""
    discount = min(discount, cap)
    return discount, min(penalty, cap - discount)


def charged(account: Account, amount: int, period: int) -> Account:
    """LIQ-4. The account after paying a charge: a realised loss."""
    recent, earlier = realise(account, -amount, period)
    return replace(
        account, cash=account.cash - amount, locked_recent=recent, locked_earlier=earlier, locked_period=period
    )
