"""Expiry: one phase at every time, one settlement price, one settlement for each holder (OPT-1 to OPT-4)."""

from __future__ import annotations

from collections.abc import Iterator

from clearstone.invariants.block_step import BlockStep, SubStep, Touched
from clearstone.invariants.registry import invariant
from clearstone.spec.instruments import OptionSeries
from clearstone.spec.oracle import is_fresh
from clearstone.spec.settlement import Expiry, expiry_key


@invariant(
    "settlement-price", of=BlockStep, layer="instruments", severity="critical", rules=("OPT-2",), incidents=(3, 9, 13)
)
def a_settlement_price_is_the_mean_of_its_samples(step: BlockStep) -> Iterator[str]:
    """A settlement price is set once, as the floored mean of index samples, one a slot, and never changes again.

    Each sample is the index of its block, so by induction the price lies within the range of what was sampled. If the
    window closes with too few, the last index stands.
    """
    for key, before in step.before.expiries.entries.items() if not step.refused else ():
        after = step.after.expiries[key]
        if before.price is not None:
            if after != before:
                yield f"expiry {key}: changed after its price was set at {before.price}"
        else:
            yield from (f"expiry {key}: {finding}" for finding in _sampled(step, before, after))


def _sampled(step: BlockStep, before: Expiry, after: Expiry) -> Iterator[str]:
    parameters, now, feed = step.before.parameters, step.after.time, step.after.feeds[before.feed]
    taken = after.count - before.count
    slot = now // parameters.settlement_slot
    opens = before.time - parameters.settlement_slot * parameters.settlement_slots
    if after.total - before.total != taken * feed.index or taken not in (0, 1):
        yield f"{taken} samples of {after.total - before.total} at an index of {feed.index}"
    if taken and not (opens <= now and before.last_slot < slot == after.last_slot and is_fresh(feed, parameters)):
        yield f"a sample at {now}, in slot {slot} after {before.last_slot}"
    enough = after.count >= parameters.settlement_minimum
    late = now >= before.time + parameters.settlement_extension
    expected = None
    if now >= before.time and (enough or late):
        expected = after.total // after.count if enough else feed.index
    if after.price != expected:
        yield f"a price of {after.price}, {after.count} samples give {expected}"


@invariant("phases", of=BlockStep, layer="instruments", severity="critical", rules=("OPT-3", "OPT-4"), incidents=(35,))
def every_series_is_in_one_phase(step: BlockStep) -> Iterator[str]:
    """A series trades before its expiry, stands still while pending, and is only settled afterwards, whole."""
    for market, phase in step.end.phases.items():
        if not step.refused and step.context.quotes[market].phase != phase:
            yield f"{market}: {step.context.quotes[market].phase} at {step.after.time}, by its times {phase}"
    for part in step.trail:
        for account in part.touched:
            if account.before.positions is not account.after.positions:
                yield from _moved(step, part, account)


def _moved(step: BlockStep, part: SubStep, account: Touched) -> Iterator[str]:
    lots = {position.instrument: position.lots for position in account.after.positions}
    held = {position.instrument: position.lots for position in account.before.positions}
    for market in held.keys() | lots.keys():
        before, after, phase = held.get(market, 0), lots.get(market, 0), step.end.phases[market]
        if before != after and (phase == "pending" or (phase == "settle" and after != 0)):
            yield f"{part.label}: {account.account_id} went from {before} to {after} lots of {market}, {phase}"


@invariant(
    "settles-once",
    of=BlockStep,
    layer="instruments",
    severity="critical",
    rules=("OPT-1", "OPT-3"),
    incidents=(5, 33, 35),
)
def each_holder_settles_exactly_once(step: BlockStep) -> Iterator[str]:
    """A settlement consumes the whole position and pays its lots times the payoff; nothing else pays a payoff."""
    settling = {market for market, phase in step.end.phases.items() if phase == "settle"}
    for part in step.trail:
        paid: dict[tuple[str, str], int] = {}
        for posting in part.receipt.postings:
            if posting.reason == "payoff":
                credited = posting.source.startswith("clearing/")
                clearing, holder = (posting.source, posting.destination)[:: 1 if credited else -1]
                key = holder.removeprefix("account/"), clearing.removeprefix("clearing/")
                if key in paid:
                    yield f"{part.label}: {key[0]} is paid twice for {key[1]}"
                paid[key] = posting.amount if credited else -posting.amount
        for account in part.touched if settling else ():
            left = {position.instrument for position in account.after.positions}
            for position in account.before.positions:
                if position.instrument in settling and position.instrument not in left:
                    owed = position.lots * _payoff(step, position.instrument)
                    got = paid.pop((account.account_id, position.instrument), None)
                    if got != owed:
                        yield f"{part.label}: {account.account_id} got {got} for {position.lots} lots, not {owed}"
        for (account_id, market), amount in paid.items():
            yield f"{part.label}: {account_id} got {amount} for {market} and keeps its position"


def _payoff(step: BlockStep, market: str) -> int:
    series = step.after.instruments[market]
    if not isinstance(series, OptionSeries):
        return 0
    price = step.after.expiries[expiry_key(series.feed, series.expiry)].price or 0
    return max(0, price - series.strike if series.call else series.strike - price) * series.multiplier
