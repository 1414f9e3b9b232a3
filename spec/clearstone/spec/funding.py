"""Funding: what holds a perpetual to its index, paid through one cumulative index per market.

The index grows by accrual only, by the time that passed, and the accrual's remainder is carried: accruing over [a, b]
and then [b, c] is accruing over [a, c] (a live protocol applied the rate of the moment to the whole time since the last
update, incident 25; another reset the index to zero on a restart, incident 29). An account catches up when something
touches it. It is credited the floor of the signed amount, so who pays, pays the ceiling; the credits pass through the
market's clearing balance, which may be negative while receivers have settled first, and keeps what rounding leaves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from clearstone.spec.accounts import Account, Position, realise
from clearstone.spec.instruments import Perpetual
from clearstone.spec.ledger_state import Ledger, Market, horizon_period
from clearstone.spec.margin import Quotes
from clearstone.spec.numbers import MAX_FUNDING_INDEX, PPM, ceil_div, clamp, floor_div
from clearstone.spec.receipts import Posting

FUNDING_SCALE = 1_000_000
"""Units of the funding index per atom and lot."""


SAMPLE_SLOTS = 480
"""Slots of a funding interval, of each of which at most one premium sample is taken (PERP-3, NUM-5)."""


@dataclass(frozen=True, slots=True)
class Funding:
    """PERP-1. The funding of one perpetual."""

    index: int = 0
    """Cumulative funding, signed, in atoms·10⁶ per lot: longs pay when it grows."""
    rate: int = 0
    """Rate of the running interval, in ppm of the index value per interval."""
    remainder: int = 0
    """What the last accrual's division left, 0 to the interval less 1, in atoms·10⁶·ms per lot."""
    ends_at: int = 0
    """When the running interval ends, ms since the epoch."""
    samples: tuple[int, ...] = ()
    """Premium samples of the running interval, in ppm of the index, in the order taken, at most SAMPLE_SLOTS + 1."""


def accrue(funding: Funding, perpetual: Perpetual, index: int, elapsed: int) -> Funding:
    """PERP-1. The funding after `elapsed` ms at the running rate and an index in ticks; the remainder is carried."""
    interval = perpetual.parameters.funding_interval
    owed = funding.rate * index * perpetual.multiplier * elapsed + funding.remainder
    grown = clamp(funding.index + floor_div(owed, interval), -MAX_FUNDING_INDEX, MAX_FUNDING_INDEX)
    return replace(funding, index=grown, remainder=owed - interval * floor_div(owed, interval))


def sample_premium(index: int, bid: int | None, ask: int | None) -> int:
    """PERP-3. One sample: the book's mid at the impact size over the index, less one, in ppm, floored.

    A side too thin to fill the impact size gives 0: a thin book says nothing about the price.
    """
    if bid is None or ask is None:
        return 0
    return floor_div((bid + ask - 2 * index) * PPM, 2 * index)


def takes_sample(perpetual: Perpetual, before: int, now: int) -> bool:
    """PERP-3. Whether a block at `now`, after one at `before`, is the first in its slot of the funding interval.

    However quick blocks are, an interval has a bounded number of samples: they are state, and read when it turns. A
    slot's length is ceiled: floored, an interval of 959 ms had slots of 1 ms, and so 959 of them.
    """
    slot = ceil_div(perpetual.parameters.funding_interval, SAMPLE_SLOTS)
    return floor_div(before, slot) < floor_div(now, slot)


def next_rate(perpetual: Perpetual, samples: tuple[int, ...]) -> int:
    """PERP-3. The rate of the next interval: the median premium plus interest, within the limit, in ppm.

    Of an even number of samples the median is the lower of the middle two: an integer, and one that was observed.
    """
    parameters = perpetual.parameters
    premium = sorted(samples)[floor_div(len(samples) - 1, 2)] if samples else 0
    return clamp(premium + parameters.interest, -parameters.funding_limit, parameters.funding_limit)


def advance_funding(funding: Funding, perpetual: Perpetual, index: int, before: int, now: int, sample: int) -> Funding:
    """PERP-1, PERP-3. One block of one perpetual: accrue since the block before, take a sample, turn the interval.

    The rate was fixed before the time for which it is paid; a new one begins with the next interval, so nobody trades
    on a rate that is still his to move.
    """
    accrued = accrue(funding, perpetual, index, now - before)
    sampled = accrued
    if takes_sample(perpetual, before, now):
        sampled = replace(accrued, samples=(*accrued.samples, sample))
    if now < sampled.ends_at:
        return sampled
    interval = perpetual.parameters.funding_interval
    ends_at = now - now % interval + interval
    return replace(sampled, rate=next_rate(perpetual, sampled.samples), ends_at=ends_at, samples=())


def funding_credit(position: Position, funding_index: int) -> int:
    """PERP-2. What settling credits, in atoms: the floor of the signed amount, whoever pays."""
    return floor_div(-position.lots * (funding_index - position.funding_index), FUNDING_SCALE)


def settle_position(position: Position, funding_index: int) -> Position:
    """PERP-2. The position at the market's funding index."""
    return Position(position.instrument, position.lots, position.cost, funding_index)


def is_settled(account: Account, quotes: Quotes) -> bool:
    """PERP-2. Whether all positions of an account are at their markets' funding indices."""
    return all(position.funding_index == quotes[position.instrument].funding_index for position in account.positions)


def settled_account(account: Account, quotes: Quotes, period: int) -> tuple[Account, tuple[tuple[str, int], ...]]:
    """PERP-2. The account with all funding settled, and the credits by market.

    It comes before anything else that touches an account, also a bankrupt one: what it owes is part of its deficit. The
    credits of all markets together are one profit or loss to the lock (MARGIN-4a), so their order does not matter. A
    position at its market's index already is not settled again; one whose credit rounds to 0 is.
    """
    credits: list[tuple[str, int]] = []
    positions: list[Position] = []
    for position in account.positions:
        funding_index = quotes[position.instrument].funding_index
        if position.funding_index == funding_index:
            positions.append(position)
        else:
            credits.append((position.instrument, funding_credit(position, funding_index)))
            positions.append(settle_position(position, funding_index))
    if not credits:
        return account, ()
    total = sum(credit for _, credit in credits)
    recent, earlier = realise(account, total, period)
    settled = Account(
        account.owner,
        account.pool,
        account.nonce,
        account.cash + total,
        tuple(positions),
        account.orders,
        recent,
        earlier,
        period,
        account.flagged_at,
    )
    return settled, tuple(credits)


def settle_funding(ledger: Ledger, quotes: Quotes, now: int, account_id: str) -> tuple[Ledger, tuple[Posting, ...]]:
    """PERP-2. The ledger after one account settled its funding through the markets' clearing balances."""
    account = ledger.accounts[account_id]
    if is_settled(account, quotes):
        return ledger, ()
    settled, credits = settled_account(account, quotes, horizon_period(ledger.pools[account.pool], now))
    markets = ledger.markets
    postings: list[Posting] = []
    for market_id, credit in credits:
        market = markets[market_id]
        markets = markets.set(market_id, clear(market, credit))
        postings.append(clearing_posting(account.pool, market_id, account_id, credit, "funding"))
    return (
        Ledger(
            ledger.accounts.set(account_id, settled),
            ledger.pools,
            markets,
            ledger.withdrawals,
            ledger.deposits,
            ledger.changes,
            ledger.last_change,
            ledger.books,
        ),
        tuple(postings),
    )


def clear(market: Market, credit: int) -> Market:
    """PERP-2. The market after one settlement credited an account with so many atoms, possibly negative."""
    return Market(
        market.open_interest,
        market.clearing - credit,
        market.settlements + 1,
        market.sequence,
        market.insurance_used,
        market.insurance_window,
    )


def clearing_posting(pool_id: str, market_id: str, account_id: str, credit: int, reason: str) -> Posting:
    """LEDGER-1. The posting of a signed credit from a market's clearing balance to an account."""
    clearing, account = f"clearing/{market_id}", f"account/{account_id}"
    if credit >= 0:
        return Posting(pool_id, clearing, account, credit, reason)
    return Posting(pool_id, account, clearing, -credit, reason)
