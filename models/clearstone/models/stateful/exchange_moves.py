"""What a rule's few small arguments mean in the state of the moment: which price, how many lots, how much, who.

Arguments are words and small numbers, independent of each other, so that a program shrinks by leaving out steps and
putting the first word for a later one. What comes out is concrete: the program holds it and runs without any of this.
"""

from __future__ import annotations

from clearstone.models.scenario_genesis import MINUTE, MULTIPLIER, USD
from clearstone.models.stateful.exchange_world import EXPIRY, NAMES, PLACES, POOL_FEEDS, STALENESS
from clearstone.spec.accounts import Account, locked_profit, lots_in
from clearstone.spec.instruments import OptionSeries
from clearstone.spec.ledger_state import horizon_period
from clearstone.spec.margin import equity, health_equity, initial_health, maintenance_requirement, withdrawable
from clearstone.spec.numbers import MAX_TICKS, PPM
from clearstone.spec.state import State
from clearstone.spec.transactions import Side

MOST_LOTS = 900
"""Lots of the other pool's perpetual that even its poorest account can trade."""
SIZES = ("100", "most", "1", "300", "one more", "7")
"""Lots: a number, as many as one's margin allows, or one more."""
AMOUNTS = ("some", "most", "one more", "unlocked", "equity", "cash", "dust")
"""Cash: $10, what may leave, an atom more, what could but for locked profit, all one is worth, all cash, an atom."""
OFFSETS = (0, 1_000, -1_000, 20_000, -20_000, 95_000, -95_000, 105_000)
"""How far from the mark a price lies, in ppm of the index; the last is outside the band."""
WAITS = ("second", "minute", "funding", "stale", "second", "expiry", "horizon", "minute")
"""How long nothing happens: until the next turn of funding, until the options expire, until profit is free, …"""
DEPTHS = ("flagged", "ruined", "edge", "deep", "nearly", "between", "barely")
"""How far a squeeze goes: to half of maintenance margin, below zero, to exactly maintenance margin, far below zero, to
nine tenths of maintenance margin, to half its buffer above it, to just below it."""
TAKEN = ("more than there is", "16", "1", "all", "half", "4", "one more")
"""How much a liquidator asks for: lots, of an expiry sixteenths, or a part of the position."""
FACTORS = (1_003, 997, 1_050, 950, 1_100, 900, 1_300, 750, 1_900, 480)
"""What a price is multiplied with, in thousandths; an index follows a tenth a block."""

SIGNERS = ((0, 1, 2, 3), (0, 1), (2, 3), (3,), (0, 0), (2, 2, 2, 2, 2, 2, 2))
"""Who attests: a quorum, a bare one, less, one, and some repeatedly."""
FAILURES = (
    ("long", (0, 1)),
    ("long", (2, 3)),
    ("lie", ()),
    ("long", (0, 1, 2, 3)),
    ("lie", (2,)),
    ("short", (0,)),
)
"""How validators fail: which are silent, for how long, or whether the liar speaks."""

RARE = ("all release", "restart", "attest", "open", "all settle funding", "all withdraw", "options expire")
"""What happens seldom."""

MARKETS = ("BTC-PERP", "BTC-50000-C", "BTC-55000-P", "BTC-55000-C", "BTC-50000-P")
"""The markets of the main pool."""
OWNERS = ("alice", "bob", "carol", "dave")
"""One account of each owner in it."""
OTHERS = ("erin", "alice-3", "gina")
"""Who may trade in the other pool."""
SPREADS = (
    (("BTC-50000-C", -3), ("BTC-55000-C", 2)),
    (("BTC-50000-C", -1), ("BTC-55000-C", 1)),
    (("BTC-50000-C", 1), ("BTC-55000-C", -3)),
    (("BTC-50000-P", -2), ("BTC-55000-P", 1), ("BTC-50000-C", -1)),
)
"""Lots in several series at once: more calls sold than bought, as many, far more, puts and a call."""
MAIN = ("alice", "bob", "carol", "dave", "alice-2")
"""Who may trade in it."""


def account_of(state: State, who: str) -> Account | None:
    """The account of a name, if it is open."""
    return state.ledger.accounts.get(PLACES[who].id)


def people(state: State, pool: str) -> tuple[str, ...]:
    """The names of a pool's open accounts."""
    return tuple(name for name, seat in PLACES.items() if seat.pool == pool and seat.id in state.ledger.accounts)


def price_near(state: State, market: str, offset: int) -> int:
    """A price so many ppm of the index away from the mark, in ticks."""
    quote = state.quotes[market]
    middle = quote.mark // quote.instrument.multiplier
    return max(1, middle + quote.index * offset // PPM)


def lots_of(state: State, who: str, market: str, side: Side, size: str) -> int:
    """How many lots a size stands for."""
    account, quote = account_of(state, who), state.quotes[market]
    if size.isdigit() or account is None:
        return int(size) if size.isdigit() else 1
    if size == "most for both":
        return MOST_LOTS if PLACES[who].pool == "other" else 36
    health = initial_health(account, state.quotes, True)
    free = max(0, health.equity - health.excluded - health.required)
    most = free // max(1, quote.initial if side == "sell" else quote.initial or quote.mark)
    return max(1, most + (size == "one more"))


def amount_of(state: State, who: str, amount: str) -> int:
    """How many atoms an amount stands for, at least 1."""
    account = account_of(state, who)
    if account is None or amount in ("some", "dust"):
        return 1 if amount == "dust" else 10 * USD
    pool = state.ledger.pools[account.pool]
    locked = locked_profit(account, horizon_period(pool, state.time))
    health = initial_health(account, state.quotes, False)
    free = withdrawable(health, locked)
    worth = {
        "most": free,
        "one more": free + 1,
        "unlocked": health.equity - health.excluded - health.required,
        "equity": equity(account, state.quotes),
        "cash": account.cash,
    }
    return max(1, worth[amount])


def moved_price(state: State, reported: int, factor: int) -> int:
    """A reported price times so many thousandths, in ticks."""
    return min(MAX_TICKS, max(1, reported * factor // 1_000))


def wait_of(state: State, wait: str) -> int:
    """How long a wait is, in ms."""
    interval = 10 * MINUTE
    lengths = {
        "second": 1_000,
        "minute": MINUTE,
        "funding": interval - state.time % interval,
        "expiry": EXPIRY - state.time if state.time < EXPIRY else MINUTE,
        "horizon": 20 * MINUTE,
        "stale": STALENESS + 1_000,
    }
    return lengths[wait]


def weakest_first(state: State) -> list[str]:
    """The accounts with positions, the one that is nearest to ruin first."""
    held = [
        (health_equity(account, state.quotes) - maintenance_requirement(account, state.quotes), NAMES[account_id])
        for account_id, account in state.ledger.accounts.items()
        if account.positions
    ]
    return [name for _, name in sorted(held)]


def richest_first(state: State, pool: str) -> list[str]:
    """A pool's open accounts, the one with the most cash first."""
    return sorted(people(state, pool), key=lambda name: (-state.ledger.accounts[PLACES[name].id].cash, name))


def asked_of(state: State, who: str, market: str, lots: str) -> int:
    """How many lots a liquidator's word stands for."""
    account = account_of(state, who)
    held = 0 if account is None else abs(lots_in(account, market))
    words = {"more than there is": 10_000, "all": held, "half": held // 2, "one more": held + 1}
    return max(1, words[lots] if lots in words else int(lots))


def delta_of(state: State, who: str) -> int:
    """Which way an account is exposed to the index: lots it is long, calls like lots and puts against them."""
    account = account_of(state, who)
    total = 0
    for position in () if account is None else account.positions:
        instrument = state.quotes[position.instrument].instrument
        put = isinstance(instrument, OptionSeries) and not instrument.call
        total += -position.lots if put else position.lots
    return total


def squeezing_price(state: State, who: str, depth: str) -> int:
    """The index, in ticks, that takes an account about so far; at most to half or to twice what it is."""
    account, index = account_of(state, who), state.feeds[POOL_FEEDS[PLACES[who].pool]].index
    delta = delta_of(state, who)
    if account is None or delta == 0:
        return index
    held, required = health_equity(account, state.quotes), maintenance_requirement(account, state.quotes)
    goal = {
        "flagged": required // 2,
        "nearly": required * 9 // 10,
        "edge": required,
        "barely": required * 995 // 1000,
        "between": required * 41 // 40,
        "ruined": -required,
        "deep": -25 * required - USD,
    }[depth]
    ticks = -(-(held - goal) // (abs(delta) * MULTIPLIER))
    return max(index // 2, min(index - ticks if delta > 0 else index + ticks, 2 * index))


def markets_held(state: State, who: str) -> tuple[str, ...]:
    """The markets in which an account has a position, ascending."""
    account = account_of(state, who)
    return () if account is None else tuple(position.instrument for position in account.positions)


def unsettled(state: State) -> list[tuple[str, str]]:
    """The positions in series that have their settlement price, as (account, market)."""
    return [
        (NAMES[account_id], position.instrument)
        for account_id, account in state.ledger.accounts.items()
        for position in account.positions
        if state.quotes[position.instrument].phase == "settle"
    ]
