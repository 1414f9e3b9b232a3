"""Funding: additive over time, paid in one direction only, and never more out than in."""

from __future__ import annotations

from clearstone.proofs.contracts import replaced
from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.money import require_conservation, require_postings
from clearstone.proofs.ledger.number_proofs import DONE
from clearstone.proofs.ledger.worlds import ALICE, BOB, beside, context, ledger
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import Account, locked_profit, realise
from clearstone.spec.funding import (
    FUNDING_SCALE,
    SAMPLE_SLOTS,
    Funding,
    accrue,
    advance_funding,
    clear,
    funding_credit,
    is_settled,
    next_rate,
    sample_premium,
    settle_funding,
    takes_sample,
)
from clearstone.spec.instruments import Perpetual
from clearstone.spec.numbers import MAX_FUNDING_INDEX, MAX_TICKS, MAX_TIME, ceil_div, floor_div
from clearstone.spec.trades import traded

PERP = "perp"
"""The perpetual that proofs name."""


def any_funding(world: World, interval: int, samples: tuple[int, ...] = ()) -> Funding:
    """Any funding of a perpetual whose interval is this."""
    remainder = world.integer("remainder", 0, None, 3)
    world.assume(remainder < interval)
    index = world.integer("index", -MAX_FUNDING_INDEX, MAX_FUNDING_INDEX, 1_000)
    rate = world.integer("rate", -100_000, 100_000, 100)
    return Funding(index, rate, remainder, world.integer("ends at", 0, MAX_TIME, 5_000), samples)


@obligation("PERP-1", about=(accrue,), reaches={DONE})
def funding_does_not_depend_on_how_time_is_divided(world: World) -> None:
    """Accruing over [a, b] and then over [b, c] gives the index and the remainder of accruing over [a, c]."""
    perpetual = parts.perpetual(world, PERP)
    funding = any_funding(world, perpetual.parameters.funding_interval)
    index = world.integer("price", 1, MAX_TICKS, 50_000)
    first, second = world.integer("first", 0, MAX_TIME, 300), world.integer("second", 0, MAX_TIME, 400)
    once = accrue(funding, perpetual, index, first + second)
    halfway = accrue(funding, perpetual, index, first)
    twice = accrue(halfway, perpetual, index, second)
    world.assume(-MAX_FUNDING_INDEX < halfway.index < MAX_FUNDING_INDEX)
    world.assume(-MAX_FUNDING_INDEX < twice.index < MAX_FUNDING_INDEX)
    world.assume(-MAX_FUNDING_INDEX < once.index < MAX_FUNDING_INDEX)
    world.observe("funding", (once, twice))
    world.reached(DONE)
    world.require(once.index == twice.index, "the index is the same")
    world.require(once.remainder == twice.remainder, "the remainder is the same")
    world.require(once.remainder >= 0, "the remainder is not negative")
    world.require(once.remainder < perpetual.parameters.funding_interval, "the remainder is less than the interval")


@obligation("PERP-2", "NUM-3", about=(funding_credit,), reaches={DONE})
def payers_pay_the_ceiling_and_receivers_get_the_floor(world: World) -> None:
    """A settlement credits the floor of what is signed due: longs pay when the index grew, no rounding pays."""
    position = parts.position(world, ALICE, PERP)
    index = world.integer("index", -MAX_FUNDING_INDEX, MAX_FUNDING_INDEX, 1_000)
    credit = funding_credit(position, index)
    world.observe("credit", credit)
    world.reached(DONE)
    due = position.lots * (position.funding_index - index)
    world.require(credit * FUNDING_SCALE <= due, "no more is credited than is due")
    world.require(due < credit * FUNDING_SCALE + FUNDING_SCALE, "less than an atom is kept")


@obligation("PERP-2", "NUM-4", about=(clear, funding_credit), reaches={DONE})
def each_settlement_leaves_less_than_an_atom(world: World) -> None:
    """Each settlement keeps `0 ≤ 10⁶·clearing − Σ lots·index ≤ (10⁶ − 1)·settlements`: its step adds 0 to 10⁶ − 1."""
    position = parts.position(world, ALICE, PERP)
    index = world.integer("index", -MAX_FUNDING_INDEX, MAX_FUNDING_INDEX, 1_000)
    before = parts.market(world, PERP)
    after = clear(before, funding_credit(position, index))
    world.observe("market", after)
    world.reached(DONE)
    paid_in = FUNDING_SCALE * (after.clearing - before.clearing)
    grown = paid_in - position.lots * (index - position.funding_index)
    world.require(grown >= 0, "no settlement pays out more than is due")
    world.require(grown <= FUNDING_SCALE - 1, "it keeps less than an atom")
    world.require(after.settlements == before.settlements + 1, "it is counted")


@obligation("PERP-2", "LEDGER-1", about=(settle_funding,), reaches={"settled", "nothing due"})
def settling_funding_conserves_money_and_is_done_once(world: World) -> None:
    """Funding moves between accounts and clearing balances and nowhere else; settling again moves nothing."""
    perpetual = parts.perpetual(world, PERP)
    quotes = {PERP: parts.quote(world, perpetual), beside(ALICE): parts.ghost_quote(world, beside(ALICE), True)}
    positions = (parts.position(world, ALICE, PERP), parts.ghost_position(world, ALICE, beside(ALICE)))
    before = ledger(world, {ALICE: parts.account(world, ALICE, positions)}, tuple(quotes))
    block = context(world, quotes)
    after, postings = settle_funding(before, block.quotes, block.now, ALICE)
    world.observe("after", after)
    world.reached("settled" if postings else "nothing due")
    require_conservation(world, before, after, (ALICE,), tuple(quotes))
    require_postings(world, before, after, postings, (ALICE,), tuple(quotes))
    settled = after.accounts[ALICE]
    world.require(is_settled(settled, block.quotes), "every position is at its market's index")
    kept = [(held.instrument, held.lots, held.cost) for held in settled.positions]
    world.require(kept == [(held.instrument, held.lots, held.cost) for held in positions], "lots and costs are kept")
    again, nothing = settle_funding(after, block.quotes, block.now, ALICE)
    world.require(again is after and nothing == (), "settling again moves nothing")


@obligation("PERP-2", about=(traded,), reaches={DONE})
def trading_moves_nothing_that_clearing_is_owed(world: World) -> None:
    """A trade between two settled accounts leaves Σ lots · index as it is: what one side owes for, the other is due."""
    perpetual = parts.perpetual(world, PERP)
    quote, lots = parts.quote(world, perpetual), world.integer("lots", usual=3)
    world.assume(lots != 0)
    price, period = world.integer("price", 0, None, 5), world.integer("period", 0, None, 1)
    weights = []
    with replaced(realise, lambda *_: (0, 0)):
        for name, signed in ((ALICE, lots), (BOB, -lots)):
            held = world.choice(f"{name} holds", ("a position", "none")) == "a position"
            settled = parts.position(world, name, PERP, funding=quote.funding_index)
            before = parts.account(world, name, (settled,) if held else ())
            after = traded(before, quote, signed, price, 0, period, ())
            world.observe(name, after)
            for account, sign in ((before, -1), (after, 1)):
                weights += [sign * one.lots * one.funding_index for one in account.positions]
    world.reached(DONE)
    world.require(sum(weights) == 0, "the sum over both is what it was")


@obligation("PERP-3", "NUM-5", about=(takes_sample,), reaches={"sample", "none"})
def an_interval_has_a_bounded_number_of_samples(world: World) -> None:
    """A sample is of a slot later than the last block's, and of those an interval that runs has no more than 480.

    So samples are never more than slots passed since the interval began, and one is added as it turns.
    """
    perpetual = parts.perpetual(world, PERP)
    interval = perpetual.parameters.funding_interval
    start, before = world.integer("start", 0, MAX_TIME, 3_000), world.integer("before", 0, MAX_TIME, 3_100)
    now = world.integer("now", 0, MAX_TIME, 3_200)
    world.assume(start <= before)
    world.assume(before < now)
    taken = takes_sample(perpetual, before, now)
    world.observe("taken", taken)
    world.reached("sample" if taken else "none")
    slot = ceil_div(interval, SAMPLE_SLOTS)
    passed, passing = floor_div(before, slot) - floor_div(start, slot), floor_div(now, slot) - floor_div(start, slot)
    world.require(passing >= passed + (1 if taken else 0), "a sample takes a slot of its own")
    if now < start + interval:
        world.require(passing <= SAMPLE_SLOTS, "an interval that runs has no more slots than that")


@obligation("PERP-1", "PERP-3", about=(advance_funding,), reaches={"running", "turned"})
def funding_changes_by_accrual_only_and_within_its_limit(world: World) -> None:
    """A block moves the funding index by accrual alone, at the rate fixed before; only a turn brings the next rate.

    Any number of samples: one stands for those that were taken, which are only kept and handed on.
    """
    perpetual = parts.perpetual(world, PERP)
    samples = (world.integer("samples so far"),)
    funding = any_funding(world, perpetual.parameters.funding_interval, samples)
    price, sample = world.integer("price", 1, MAX_TICKS, 50_000), world.integer("sample")
    before, now = world.integer("before", 0, MAX_TIME, 3_000), world.integer("now", 0, MAX_TIME, 4_000)
    world.assume(before < now)
    limit = perpetual.parameters.funding_limit
    rate, asked = world.integer("next rate", usual=9), list[tuple[int, ...]]()
    world.assume(-limit <= rate)
    world.assume(rate <= limit)

    def any_rate(of: Perpetual, taken: tuple[int, ...]) -> int:
        world.require(of is perpetual, "of this perpetual")
        asked.append(taken)
        return rate

    with replaced(next_rate, any_rate):
        after = advance_funding(funding, perpetual, price, before, now, sample)
    accrued = accrue(funding, perpetual, price, now - before)
    world.observe("funding", after)
    turned = after.samples == ()
    world.reached("turned" if turned else "running")
    world.require(after.index == accrued.index, "the index moves by accrual")
    world.require(after.remainder == accrued.remainder, "the remainder is carried")
    taken = (*samples, sample) if takes_sample(perpetual, before, now) else samples
    if turned:
        world.require(now >= funding.ends_at, "a rate stands until its interval ends")
        world.require(after.rate == rate, "then the next one begins")
        world.require(asked == [taken], "made of all samples that were taken")
        world.require(after.ends_at > now, "and the next interval ends later")
    else:
        world.require(now < funding.ends_at, "the interval runs")
        world.require(after.rate == funding.rate, "its rate stands")
        world.require(after.ends_at == funding.ends_at, "and its end")
        world.require(after.samples == taken, "the sample is taken, if it is its slot's first")


@obligation("PERP-3", about=(next_rate,), reaches={"no samples", "samples"}, bound="to 3 samples, as they are sorted")
def the_next_rate_is_the_median_premium_within_its_limit(world: World) -> None:
    """The rate is within its limit; where the limit allows, it is the lower median of the samples plus the interest."""
    perpetual = parts.perpetual(world, PERP)
    samples = tuple(world.integer(f"sample {n}", usual=n) for n in range(world.choice("samples", (0, 1, 2, 3))))
    rate = next_rate(perpetual, samples)
    world.observe("rate", rate)
    world.reached("samples" if samples else "no samples")
    limit, interest = perpetual.parameters.funding_limit, perpetual.parameters.interest
    world.require(rate <= limit, "the rate is not above its limit")
    world.require(rate >= -limit, "the rate is not below its limit")
    middle = sum(samples) - max(samples) - min(samples) if len(samples) == 3 else min(samples) if samples else 0
    world.require(
        rate == min(max(middle + interest, -limit), limit), "the middle one, or the lower of two, and interest"
    )


@obligation("PERP-3", "NUM-3", about=(sample_premium,), reaches={"thin", "sampled"})
def a_thin_book_says_nothing(world: World) -> None:
    """A sample is the floored premium of the mid over the index, and 0 where a side is too thin."""
    index = world.integer("index", 1, MAX_TICKS, 50_000)
    bid = world.integer("bid", 1, MAX_TICKS, 49_000) if world.choice("bids", (True, False)) else None
    ask = world.integer("ask", 1, MAX_TICKS, 52_000) if world.choice("asks", (True, False)) else None
    sample = sample_premium(index, bid, ask)
    world.observe("sample", sample)
    if bid is None or ask is None:
        world.reached("thin")
        world.require(sample == 0, "too thin: nothing")
    else:
        world.reached("sampled")
        premium = (bid + ask - 2 * index) * 1_000_000
        world.require(sample * 2 * index <= premium, "not above the premium")
        world.require(premium < (sample + 1) * 2 * index, "and less than a millionth below")


@obligation("MARGIN-4a", about=(realise, locked_profit), reaches={"gain", "loss"})
def realised_profit_is_locked_and_losses_lower_it_first(world: World) -> None:
    """Realising a profit locks all of it; a loss lowers what is locked, not below nothing; nothing unlocks early."""
    held = parts.account(world, ALICE, ())
    profit, period = world.integer("profit", usual=5), world.integer("period", 0, MAX_TIME, 3)
    recent, earlier = realise(held, profit, period)
    before = locked_profit(held, period)
    world.observe("locked", (recent, earlier, before))
    world.reached("gain" if profit >= 0 else "loss")
    world.require(recent >= 0, "the recent bucket is not negative")
    world.require(earlier >= 0, "the earlier bucket is not negative")
    world.require(recent + earlier == max(0, before + profit), "what is locked moves by the profit, not below nothing")
    later = Account(held.owner, held.pool, held.nonce, held.cash, (), (), recent, earlier, period)
    world.require(locked_profit(later, period + 1) == recent, "a horizon later the recent bucket is still locked")
    if profit >= 0:
        world.require(recent >= profit, "a profit stays locked for the next horizon")
