"""Marks and margins: requirements are in order, and are what the parameters say (MARK-1, MARGIN-1 to MARGIN-5)."""

from __future__ import annotations

from collections.abc import Iterator
from zlib import crc32

from clearstone.invariants.block_step import BlockStep
from clearstone.invariants.registry import invariant
from clearstone.invariants.restated_margin import restated_initial, restated_maintenance
from clearstone.invariants.snapshot import Snapshot
from clearstone.spec.accounts import Account
from clearstone.spec.instruments import OptionSeries, Perpetual
from clearstone.spec.margin import initial_health, initial_requirement, maintenance_requirement
from clearstone.spec.numbers import PPM, ceil_div
from clearstone.spec.transactions import Transfer, Withdraw

PARTS = 8
"""Accounts are gone through in so many parts, one a block, where every price moves every account."""


def of_this_height(snapshot: Snapshot) -> Iterator[tuple[str, Account]]:
    """The part of the accounts, of those whose margin is not a single product, that has its turn at this height.

    All of them, if the snapshot is to be gone through thoroughly.
    """
    turn = snapshot.state.height % PARTS
    return (
        (account_id, account)
        for account_id, account in snapshot.totals.compound
        if snapshot.thorough or crc32(account_id.encode()) % PARTS == turn
    )


@invariant(
    "margin-order",
    of=Snapshot,
    layer="margin",
    severity="high",
    rules=("MARGIN-1", "MARGIN-2", "MARGIN-3", "MARGIN-3a"),
    incidents=(4, 6),
)
def initial_margin_covers_maintenance(snapshot: Snapshot) -> Iterator[str]:
    """Initial margin is at least maintenance margin, of every lot and of every account.

    Of every quote in every block; accounts that hold one perpetual follow from their quote, others take turns.
    """
    quotes = snapshot.state.quotes
    for market, quote in quotes.items():
        if not quote.initial >= quote.maintenance >= 0:
            yield f"{market}: initial {quote.initial}, maintenance {quote.maintenance} a lot"
    for account_id, account in of_this_height(snapshot):
        initial, maintenance = initial_requirement(account, quotes), maintenance_requirement(account, quotes)
        if not initial >= maintenance >= 0:
            yield f"{account_id}: initial {initial}, maintenance {maintenance}"


@invariant(
    "maintenance-restated",
    of=Snapshot,
    layer="margin",
    severity="high",
    rules=("MARGIN-1", "MARGIN-2", "MARGIN-3", "MARGIN-3a"),
)
def maintenance_is_what_the_parameters_say(snapshot: Snapshot) -> Iterator[str]:
    """An account's maintenance margin is what its positions, the indices and the parameters give, added up another way.

    Accounts take turns.
    """
    quotes = snapshot.state.quotes
    for account_id, account in of_this_height(snapshot):
        required, expected = maintenance_requirement(account, quotes), restated_maintenance(account, quotes)
        if required != expected:
            yield f"{account_id}: maintenance {required}, restated {expected}"


@invariant(
    "initial-restated",
    of=BlockStep,
    layer="margin",
    severity="high",
    rules=("MARGIN-2", "MARGIN-3", "MARGIN-3a", "MARGIN-4", "BOOK-5"),
    incidents=(1, 16),
)
def initial_margin_is_what_the_parameters_say(step: BlockStep) -> Iterator[str]:
    """What the initial test compares, of every account that a transaction changed, is the same added up another way.

    Unrealised profit is clipped position by position and orders one by one, so that no good one hides a bad one.
    """
    for part in step.transactions:
        quotes = part.context.quotes
        for account in part.touched:
            expected = restated_initial(account.after, quotes, True)
            if account.health_after != expected:
                yield f"{part.label}: {account.account_id} is judged by {account.health_after}, restated {expected}"
        if isinstance(part.action, Withdraw | Transfer):
            sender = part.after.accounts[part.sender]
            judged, expected = initial_health(sender, quotes, False), restated_initial(sender, quotes, False)
            if judged != expected:
                yield f"{part.label}: {part.sender} leaves by {judged}, restated {expected}"


@invariant("grace", of=Snapshot, layer="oracle", severity="critical", rules=("ORACLE-5",), incidents=(10, 28))
def a_price_is_relied_on_after_its_grace(snapshot: Snapshot) -> Iterator[str]:
    """A price is relied on only once every feed behind it has been fresh for the whole grace period."""
    state = snapshot.state
    for market, quote in state.quotes.items():
        instrument = quote.instrument
        behind = [instrument.feed]
        if isinstance(instrument, OptionSeries):
            behind += [instrument.mark_feed] if quote.phase == "trade" else []
        fresh = all(state.feeds[feed].fresh_blocks >= state.parameters.grace_blocks for feed in behind)
        if quote.fresh and not fresh and quote.phase != "settle":
            yield f"{market}: relied on while {behind} are frozen or have just thawed"


@invariant(
    "marks-in-bounds", of=Snapshot, layer="oracle", severity="high", rules=("MARK-1", "OPT-1"), incidents=(8, 13)
)
def marks_stay_within_their_bounds(snapshot: Snapshot) -> Iterator[str]:
    """A perpetual's mark is its index, an option's within its no-arbitrage bounds, and no test counts a better one."""
    for market, quote in snapshot.state.quotes.items():
        instrument = quote.instrument
        value = quote.index * instrument.multiplier
        if isinstance(instrument, Perpetual):
            if not quote.mark == quote.long_mark == quote.short_mark == value:
                yield f"{market}: mark {quote.mark}, index {value}"
            continue
        strike = instrument.strike * instrument.multiplier
        exercise = max(0, value - strike if instrument.call else strike - value)
        most = (value if instrument.call else strike) if quote.phase == "trade" else exercise
        if not exercise <= quote.mark <= max(exercise, most):
            yield f"{market}: mark {quote.mark} outside {exercise} to {most}"
        if quote.long_mark > quote.mark or quote.short_mark < max(exercise, quote.mark):
            yield f"{market}: tests count a long at {quote.long_mark}, a short at {quote.short_mark}"
        if not quote.fresh and quote.long_mark != 0:
            yield f"{market}: a long on a frozen price counts {quote.long_mark}"


@invariant(
    "open-interest-margin",
    of=BlockStep,
    layer="margin",
    severity="high",
    rules=("MARGIN-1", "MARGIN-5"),
    incidents=(2, 4),
)
def crowded_markets_need_more_margin(step: BlockStep) -> Iterator[str]:
    """A perpetual's initial margin follows the open interest of the previous block; its maintenance margin does not."""
    for market, quote in step.after.quotes.items():
        instrument = quote.instrument
        if isinstance(instrument, Perpetual):
            parameters, value = instrument.parameters, quote.index * instrument.multiplier
            low, high = parameters.open_interest_low, parameters.open_interest_high
            crowd = min(max(step.before.ledger.markets[market].open_interest, low), high) - low
            steepness = parameters.initial_fraction_limit - parameters.initial_fraction
            fraction = parameters.initial_fraction + ceil_div(steepness * crowd, high - low)
            if not step.refused and quote.initial != ceil_div(value * fraction, PPM):
                yield f"{market}: initial {quote.initial} a lot at a fraction of {fraction} ppm"
            if quote.maintenance != ceil_div(value * parameters.maintenance_fraction, PPM):
                yield f"{market}: maintenance {quote.maintenance} a lot"


@invariant("open-interest-limit", of=BlockStep, layer="margin", severity="high", rules=("MARGIN-5",), incidents=(2, 11))
def trading_fills_a_market_up_to_its_limit(step: BlockStep) -> Iterator[str]:
    """No transaction raises a market's open interest above its limit."""
    for part in step.transactions:
        for market in part.after.markets.keys_written(part.before.markets):
            before, after = part.before.markets[market].open_interest, part.after.markets[market].open_interest
            limit = step.begun.instruments[market].parameters.max_open_interest
            if after > max(before, limit):
                yield f"{part.label}: open interest of {market} rose from {before} to {after}, its limit is {limit}"
