from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from immutables import Map

from clearstone.models.chain import equal_validators
from clearstone.models.scenario_genesis import HOUR, PERPETUAL, POOL, PROTOCOL, START, series
from clearstone.spec.accounts import Account, Position
from clearstone.spec.instruments import Perpetual, Quote, quote_option, quote_perpetual
from clearstone.spec.ledger_state import Context
from clearstone.spec.margin import buffered, equity, liquidatable, maintenance_requirement
from clearstone.spec.numbers import PPM
from clearstone.spec.parameters import PoolParameters
from clearstone.spec.receipts import Rejection
from clearstone.spec.tables import table
from clearstone.spec.takeover import (
    SIXTEENTHS,
    Takeover,
    charge_cap,
    choose_takeover,
    discount_rate,
    expiry_legs,
    least_lots,
    least_sixteenths,
    least_that_holds,
    part_of,
    take,
    within_cap,
)
from clearstone.spec.transactions import Liquidate

PERP = Perpetual("PERP", "main", "BTC", 10, PERPETUAL)
SERIES = tuple(
    replace(
        series(call=call, strike=strike, expiry=START + expiry * HOUR),
        market=f"{expiry}-{strike}-{call}",
        multiplier=10,
    )
    for expiry in (1, 2)
    for strike in (45_000, 50_000, 55_000)
    for call in (True, False)
)
NEAR = [some.market for some in SERIES[:6]]


def context_at(
    index: int = 50_000, reported: int = 3_000, *, frozen: tuple[str, ...] = (), now: int = START
) -> Context:
    quotes: dict[str, Quote] = {
        some.market: quote_option(some, now, index, reported, some.market not in frozen, None) for some in SERIES
    }
    quotes["PERP"] = quote_perpetual(PERP, index, "PERP" not in frozen, 0, 0)
    instruments = table((name, quote.instrument) for name, quote in quotes.items())
    shared = Map(quotes)
    return Context(
        "c",
        now,
        PROTOCOL,
        equal_validators(4),
        instruments,
        shared,
        shared,
        Map({"main": tuple(quotes)}),
        frozenset(),
    )


def holding(cash: int, lots: dict[str, int], *, flagged_at: int | None = None) -> Account:
    positions = tuple(Position(name, lots[name], 0, 0) for name in sorted(lots) if lots[name])
    return Account(bytes(32), "main", 0, cash, positions, flagged_at=flagged_at)


def below_maintenance(lots: dict[str, int], share: int, context: Context) -> Account:
    """An account whose equity is a share (in ppm) of its maintenance requirement."""
    flat = holding(0, lots)
    required = maintenance_requirement(flat, context.quotes)
    cash = required * share // PPM - equity(flat, context.quotes)
    return holding(cash, lots, flagged_at=START - 5 * 60_000)


pools = st.builds(
    lambda buffer, start, more, penalty: replace(
        POOL, liquidation_buffer=buffer, discount_start=start, discount_limit=start + more, penalty=penalty
    ),
    st.integers(0, 300_000),
    st.integers(0, 100_000),
    st.integers(0, 300_000),
    st.integers(0, 100_000),
)
shares = st.integers(1, PPM - 1)
lots_of_an_expiry = st.dictionaries(st.sampled_from(NEAR), st.integers(-40, 40), min_size=1)
indices = st.integers(30_000, 70_000)


def test_the_discount_rises_along_its_ramp_to_its_limit() -> None:
    ramp = POOL.discount_ramp
    rates = [discount_rate(POOL, elapsed) for elapsed in (0, ramp // 2, ramp - 1, ramp, ramp + 1, 10 * ramp)]
    assert rates == [5_000, 27_500, 49_999, 50_000, 50_000, 50_000]


@given(pools, st.integers(0, 10**7), st.integers(0, 10**7))
def test_the_discount_never_falls_with_time(pool: PoolParameters, one: int, other: int) -> None:
    rates = [discount_rate(pool, elapsed) for elapsed in sorted((one, other))]
    assert pool.discount_start <= rates[0] <= rates[1] <= pool.discount_limit


@given(st.integers(-5, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_the_most_that_may_be_charged_keeps_equity_over_requirement(held: int, required: int, after: int) -> None:
    cap = charge_cap(held, required, after)
    assert cap >= 0
    if held <= 0 or after >= required:
        assert cap == 0
    else:
        assert (held - cap) * required >= held * after
        assert (held - cap - 1) * required < held * after


def check_charges(target: Account, takeover: Takeover, context: Context) -> None:
    before, after = equity(target, context.quotes), equity(takeover.target, context.quotes)
    required = maintenance_requirement(target, context.quotes)
    required_after = maintenance_requirement(takeover.target, context.quotes)
    assert after == before - takeover.discount - takeover.penalty
    assert min(takeover.discount, takeover.penalty) >= 0
    if before > 0 and required_after < required:
        assert after * required >= before * required_after, "LIQ-4"
        assert after >= 0
    else:
        assert after == before


@given(pools, indices, st.dictionaries(st.sampled_from([*NEAR, "PERP"]), st.integers(-40, 40)), shares, st.data())
def test_no_takeover_lowers_equity_over_requirement(
    pool: PoolParameters, index: int, lots: dict[str, int], share: int, data: st.DataObject
) -> None:
    context = context_at(index)
    target = below_maintenance(lots, share, context)
    legs = tuple(
        (position, data.draw(st.integers(min(0, position.lots), max(0, position.lots))))
        for position in target.positions
    )
    check_charges(target, take(target, context, pool, legs), context)


@given(pools, st.integers(1, 60), st.booleans(), shares, st.dictionaries(st.sampled_from(NEAR), st.integers(-3, 3)))
def test_the_least_lots_are_really_the_least_that_restore_the_buffer(
    pool: PoolParameters, size: int, long: bool, share: int, others: dict[str, int]
) -> None:
    context = context_at()
    target = below_maintenance({**others, "PERP": size if long else -size}, share, context)
    assume(liquidatable(target, context.quotes))
    position = next(each for each in target.positions if each.instrument == "PERP")
    sign = 1 if long else -1

    def restored(lots: int) -> bool:
        after = take(target, context, pool, ((position, sign * lots),)).target
        return buffered(after, context.quotes, pool.liquidation_buffer)

    outcomes = [restored(lots) for lots in range(1, size + 1)]
    least = least_lots(target, context, pool, position)
    assert least == (outcomes.index(True) + 1 if True in outcomes else size)
    assert outcomes == sorted(outcomes), "once restored, taking more keeps it so"


@given(st.integers(-50, 50), st.integers(0, 60), st.integers(-60, 120))
def test_bisection_finds_the_least_number_that_holds_without_asking_about_the_highest(
    low: int, length: int, least: int
) -> None:
    asked: list[int] = []

    def holds(number: int) -> bool:
        asked.append(number)
        return number >= least

    assert least_that_holds(low, low + length, holds) == min(max(low, least), low + length)
    assert all(low <= number < low + length for number in asked)
    assert len(asked) <= length.bit_length()


def test_of_what_a_liquidation_may_cost_the_discount_comes_first() -> None:
    assert [within_cap(5, 3, cap) for cap in (9, 8, 7, 5, 4, 0)] == [(5, 3), (5, 3), (5, 2), (5, 0), (4, 0), (0, 0)]


@given(pools, indices, lots_of_an_expiry, shares)
def test_the_least_sixteenths_are_the_first_that_restore_the_buffer(
    pool: PoolParameters, index: int, lots: dict[str, int], share: int
) -> None:
    context = context_at(index)
    target = below_maintenance(lots, share, context)
    assume(target.positions)
    legs = target.positions
    outcomes = [
        buffered(take(target, context, pool, part_of(legs, part)).target, context.quotes, pool.liquidation_buffer)
        for part in range(1, SIXTEENTHS + 1)
    ]
    expected = outcomes.index(True) + 1 if True in outcomes else SIXTEENTHS
    assert least_sixteenths(target, context, pool, legs) == expected


@given(lots_of_an_expiry, st.integers(1, SIXTEENTHS))
def test_a_part_of_an_expiry_is_ceiled_in_every_leg_and_never_past_it(lots: dict[str, int], part: int) -> None:
    positions = holding(0, lots).positions
    for position, taken in part_of(positions, part):
        assert abs(taken) == -(-abs(position.lots) * part // SIXTEENTHS)
        assert 0 < taken * position.lots <= position.lots**2
    assert part_of(positions, SIXTEENTHS) == tuple((position, position.lots) for position in positions)


@given(
    pools,
    indices,
    st.dictionaries(st.sampled_from([*NEAR, "PERP"]), st.integers(-40, 40)),
    shares,
    st.sampled_from([*NEAR, "PERP"]),
    st.integers(1, 50),
)
def test_what_is_chosen_never_exceeds_what_was_asked_nor_flips_a_position_and_lowers_the_requirement(
    pool: PoolParameters, index: int, lots: dict[str, int], share: int, market: str, asked: int
) -> None:
    context = context_at(index)
    target = below_maintenance(lots, share, context)
    assume(liquidatable(target, context.quotes))
    takeover = choose_takeover(target, context, pool, Liquidate("a", market, asked))
    if isinstance(takeover, Rejection):
        assert takeover.rule in ("LIQ-2", "LIQ-4")
        return
    check_charges(target, takeover, context)
    assert maintenance_requirement(takeover.target, context.quotes) < maintenance_requirement(target, context.quotes)
    for position, taken in takeover.legs:
        assert 0 < taken * position.lots <= position.lots**2
        assert market != "PERP" or abs(taken) <= asked


def test_discount_comes_before_penalty_within_what_may_be_charged() -> None:
    context = context_at()
    pool = replace(POOL, discount_start=20_000, discount_limit=20_000, penalty=20_000)
    position = Position("PERP", 10, 0, 0)
    required = 10 * context.quotes["PERP"].maintenance
    charges = []
    for share in (0.1, 0.5, 0.9):
        target = below_maintenance({"PERP": 10}, int(share * PPM), context)
        takeover = take(target, context, pool, ((position, 4),))
        charges.append((takeover.discount, takeover.penalty))
        assert sum(charges[-1]) <= Fraction(4, 10) * share * required
    each = 4 * (500_000 * 20_000 // PPM)
    assert charges[0] == (6_000, 0)
    assert charges[1] == (30_000, 0)
    assert charges[2] == (each, 54_000 - each)


@given(st.integers(1, 40), st.booleans(), shares, st.integers(1, 60))
def test_of_a_perpetual_the_lesser_of_what_was_asked_and_what_restores_is_taken(
    size: int, long: bool, share: int, asked: int
) -> None:
    context = context_at()
    target = below_maintenance({"PERP": size if long else -size}, share, context)
    [position] = target.positions
    takeover = choose_takeover(target, context, POOL, Liquidate("a", "PERP", asked))
    assert isinstance(takeover, Takeover)
    taken = min(asked, least_lots(target, context, POOL, position))
    assert takeover.legs == ((position, taken if long else -taken),)


def test_of_an_expiry_the_lesser_of_what_was_asked_and_what_restores_is_taken() -> None:
    context = context_at()
    target = below_maintenance({NEAR[3]: -32, NEAR[5]: -16}, 900_000, context)
    least = least_sixteenths(target, context, POOL, target.positions)
    assert 1 < least < SIXTEENTHS
    for asked in (1, least - 1, least, least + 1, 10**30):
        takeover = choose_takeover(target, context, POOL, Liquidate("a", NEAR[3], asked))
        assert isinstance(takeover, Takeover)
        assert takeover.legs == part_of(target.positions, min(asked, least))


def test_the_discount_of_a_lot_is_floored_and_its_penalty_ceiled() -> None:
    context = context_at(50_001)
    pool = replace(POOL, discount_start=9, discount_limit=9, penalty=9)
    target = below_maintenance({"PERP": 10}, 999_999, context)
    takeover = take(target, context, pool, ((target.positions[0], 3),))
    assert 500_010 * 9 % PPM
    assert (takeover.discount, takeover.penalty) == (3 * 4, 3 * 5)


def test_what_a_takeover_realises_belongs_to_the_running_horizon() -> None:
    context = context_at(now=START + HOUR - 1)
    target = below_maintenance({"PERP": 10}, 500_000, context)
    takeover = take(target, context, POOL, ((target.positions[0], 3),))
    assert takeover.target.locked_period == (START + HOUR - 1) // HOUR != -(-(START + HOUR - 1) // HOUR)


def test_a_part_that_leaves_the_requirement_as_it_is_is_refused() -> None:
    context = context_at()
    worthless = replace(context.quotes[NEAR[0]], mark=0, long_mark=0, short_mark=0)
    context = replace(context, quotes=context.quotes.set(NEAR[0], worthless))
    target = below_maintenance({NEAR[0]: 3, "PERP": 20}, 500_000, context)
    rejection = choose_takeover(target, context, POOL, Liquidate("a", NEAR[0], 16))
    assert isinstance(rejection, Rejection)
    assert rejection.rule == "LIQ-4"


def test_without_a_flag_the_clock_stands_at_its_start() -> None:
    context = context_at()
    flagged = below_maintenance({"PERP": 10}, 999_999, context)
    legs = ((flagged.positions[0], 1),)
    fresh = take(replace(flagged, flagged_at=None), context, POOL, legs)
    assert fresh.discount == 500_000 * 5_000 // PPM
    assert take(flagged, context, POOL, legs).discount > fresh.discount


@pytest.mark.parametrize("market", ["PERP", NEAR[0]])
def test_a_market_without_a_position_offers_nothing_to_take(market: str) -> None:
    context = context_at()
    target = holding(-1, {SERIES[6].market: 1})
    rejection = choose_takeover(target, context, POOL, Liquidate("a", market, 1))
    assert isinstance(rejection, Rejection)
    assert rejection.rule == "LIQ-2"


def test_a_part_whose_taking_would_not_lower_the_requirement_is_refused() -> None:
    context = context_at()
    dear = replace(context.quotes[NEAR[0]], mark=200_000, long_mark=200_000, short_mark=200_000, maintenance=230_000)
    context = replace(context, quotes=context.quotes.set(NEAR[0], dear))
    target = below_maintenance({NEAR[0]: -1, NEAR[4]: 1, "PERP": 20}, 500_000, context)
    rejection = choose_takeover(target, context, POOL, Liquidate("a", NEAR[4], 16))
    assert isinstance(rejection, Rejection)
    assert rejection.rule == "LIQ-4"
    assert isinstance(choose_takeover(target, context, POOL, Liquidate("a", "PERP", 1)), Takeover)


def test_the_legs_of_an_expiry_are_its_fresh_series_and_nothing_else() -> None:
    lots = dict.fromkeys([*NEAR, SERIES[6].market, "PERP"], 1)
    target = holding(0, lots)
    context = context_at(frozen=(NEAR[0],))
    legs = expiry_legs(target, context, context.quotes[NEAR[1]])
    assert [position.instrument for position in legs] == sorted(NEAR[1:])
