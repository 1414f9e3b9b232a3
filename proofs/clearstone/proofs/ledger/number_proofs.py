"""Numbers: which way each division errs, shares that add up, and the median that liars cannot move."""

from __future__ import annotations

from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.numbers import MAX_ATOMS, apportion, ceil_div, clamp, floor_div, lower_weighted_median, share

DONE = "done"
"""The outcome of a function that always has a result."""


@obligation("NUM-3", about=(floor_div, ceil_div), reaches={DONE})
def divisions_err_as_they_say(world: World) -> None:
    """floor_div is the largest integer not above the quotient, ceil_div the smallest not below, for both signs."""
    numerator, divisor = world.integer("numerator", usual=-7), world.integer("divisor", 1, None, 2)
    down, up = floor_div(numerator, divisor), ceil_div(numerator, divisor)
    world.observe("results", (down, up))
    world.reached(DONE)
    world.require(down * divisor <= numerator, "the floor is not above")
    world.require(numerator < down * divisor + divisor, "and no larger integer is not above")
    world.require(up * divisor >= numerator, "the ceiling is not below")
    world.require(up * divisor - divisor < numerator, "and no smaller integer is not below")


@obligation("NUM-1", about=(clamp,), reaches={DONE})
def clamping_gives_the_nearest(world: World) -> None:
    """clamp stays within its ends, and changes nothing that lies within them."""
    value, low, high = world.integer("value", usual=5), world.integer("low"), world.integer("high", usual=9)
    world.assume(low <= high)
    clamped = clamp(value, low, high)
    world.observe("clamped", clamped)
    world.reached(DONE)
    world.require(low <= clamped, "not below the low end")
    world.require(clamped <= high, "not above the high end")
    nearest = low if value < low else high if value > high else value
    world.require(clamped == nearest, "unchanged within, else the nearer end")


def sharing(world: World) -> tuple[int, int, int, int]:
    """Any amount, caps before, cap and total of an apportionment."""
    amount, before = world.integer("amount", 0, MAX_ATOMS, 7), world.integer("before", 0, MAX_ATOMS, 2)
    cap, total = world.integer("cap", 0, MAX_ATOMS, 3), world.integer("total", 1, None, 9)
    world.assume(amount <= total)
    world.assume(before + cap <= total)
    return amount, before, cap, total


@obligation("NUM-6", about=(share,), reaches={DONE})
def a_share_lies_between_nothing_and_its_cap(world: World) -> None:
    """No share of an apportionment is negative, and none exceeds its cap."""
    amount, before, cap, total = sharing(world)
    part = share(amount, before, cap, total)
    world.observe("share", part)
    world.reached(DONE)
    world.require(part >= 0, "not negative")
    world.require(part <= cap, "not above its cap")


@obligation("NUM-6", about=(share,), reaches={DONE})
def shares_add_up_to_the_amount(world: World) -> None:
    """The step of apportioning keeps `Σ shares = floor(amount · caps so far / total)`: in the end, the amount."""
    amount, before, cap, total = sharing(world)
    part = share(amount, before, cap, total)
    world.observe("share", part)
    world.reached(DONE)
    after = floor_div(amount * (before + cap), total)
    world.require(floor_div(amount * before, total) + part == after, "the step keeps the sum")
    world.require(floor_div(amount * 0, total) == 0, "it begins at nothing")
    world.require(floor_div(amount * total, total) == amount, "it ends at the amount")


@obligation("NUM-6", about=(apportion,), reaches={"something", "nothing"}, bound="to 3 caps; the step is unbounded")
def apportioning_is_exact(world: World) -> None:
    """Shares add up to the amount, and each lies between nothing and its cap."""
    caps = [world.integer(f"cap {place}", 0, MAX_ATOMS, place) for place in range(3)]
    amount = world.integer("amount", 0, None, 4)
    world.assume(amount <= sum(caps))
    shares = apportion(amount, caps)
    world.observe("shares", shares)
    world.reached("nothing" if shares == (0, 0, 0) else "something")
    world.require(sum(shares) == amount, "they add up to the amount")


@obligation("ORACLE-3", about=(lower_weighted_median,), reaches={DONE}, bound="to 3 reports")
def the_median_has_half_the_weight_on_either_side(world: World) -> None:
    """At least half of the weight lies at or below the median, and less than half below it."""
    reports = [(world.integer(f"price {n}", 1, None, n), world.integer(f"power {n}", 1, None, 1)) for n in range(3)]
    median = lower_weighted_median(reports)
    world.observe("median", median)
    world.reached(DONE)
    total = sum(power for _, power in reports)
    upto = sum(power for price, power in reports if price <= median)
    below = sum(power for price, power in reports if price < median)
    world.require(2 * upto >= total, "half of the weight at or below")
    world.require(2 * below < total, "less than half below")


@obligation("ORACLE-3", about=(lower_weighted_median,), reaches={DONE})
def the_median_lies_between_honest_reports(world: World) -> None:
    """A price with half of the weight on either side lies between two honest ones, whatever a minority reports."""
    honest, false = world.integer("honest power", 0, None, 3), world.integer("false power", 0, None, 1)
    upto = world.integer("honest power at or below", 0, None, 2), world.integer("false power at or below", 0, None, 1)
    below = world.integer("honest power below", 0, None, 1), world.integer("false power below", 0, None, 0)
    for part, whole in ((upto[0], honest), (upto[1], false), (below[0], honest), (below[1], false)):
        world.assume(part <= whole)
    world.assume(2 * false < honest + false)
    world.assume(2 * (upto[0] + upto[1]) >= honest + false)
    world.assume(2 * (below[0] + below[1]) < honest + false)
    world.reached(DONE)
    world.require(upto[0] >= 1, "some honest report is at or below it")
    world.require(honest - below[0] >= 1, "some honest report is at or above it")


@obligation("ORACLE-3", about=(lower_weighted_median,), reaches={DONE})
def a_third_of_the_power_is_a_minority_of_the_reports(world: World) -> None:
    """Of reports with more than 2/3 of the power, less than 1/3 being false, less than half of the weight is false."""
    total, reporting = world.integer("total", 1, None, 4), world.integer("reporting", 0, None, 3)
    false = world.integer("false", 0, None, 1)
    world.assume(3 * reporting > 2 * total)
    world.assume(3 * false < total)
    world.reached(DONE)
    world.require(2 * false < reporting, "false reports are a minority")
