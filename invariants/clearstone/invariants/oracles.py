"""Oracle: reports counted once, an honest median, a slow index, time that only advances (ORACLE-1 to ORACLE-6)."""

from __future__ import annotations

from collections.abc import Iterator

from clearstone.invariants.block_step import BlockStep
from clearstone.invariants.quorum import more_than_two_thirds, power_behind, whole_power
from clearstone.invariants.registry import invariant
from clearstone.spec.numbers import MAX_TICKS, PPM
from clearstone.spec.oracle import Feed, Report


def feeds(step: BlockStep) -> Iterator[tuple[str, Feed, Feed]]:
    """Every feed before and after a block that was executed."""
    for feed_id, before in step.before.feeds.entries.items() if not step.refused else ():
        yield feed_id, before, step.after.feeds[feed_id]


def fresh_reports(step: BlockStep, feed: Feed) -> list[Report]:
    """The reports that are recent enough to count."""
    oldest = step.after.time - step.before.parameters.report_staleness
    return [report for report in feed.reports if report.time >= oldest]


@invariant(
    "reports-used-once", of=BlockStep, layer="oracle", severity="critical", rules=("ORACLE-1",), incidents=(3, 33)
)
def a_report_counts_once(step: BlockStep) -> Iterator[str]:
    """A feed takes a report only from the block's commit, if it is fresh, positive and newer than its signer's last."""
    said = {
        (signature.validator, signature.time, feed_id, price)
        for signature in step.block.commit.signatures
        for feed_id, price in signature.prices
    }
    window = step.before.parameters.report_staleness
    for feed_id, before, after in feeds(step):
        latest = {report.signer: report for report in before.reports}
        for report in after.reports:
            last = latest.pop(report.signer, None)
            if report == last:
                continue
            if (report.signer, report.time, feed_id, report.price) not in said:
                yield f"feed {feed_id}: nobody reported {report.price} at {report.time}"
            if not (1 <= report.price <= MAX_TICKS and abs(report.time - step.after.time) <= window):
                yield f"feed {feed_id}: {report.price} at {report.time} counts at {step.after.time}"
            if last is not None and report.time <= last.time:
                yield f"feed {feed_id}: a report of {report.time} replaces one of {last.time}"
        if latest:
            yield f"feed {feed_id}: {len(latest)} signers were forgotten"


@invariant(
    "index-is-the-median",
    of=BlockStep,
    layer="oracle",
    severity="critical",
    rules=("ORACLE-2", "ORACLE-3"),
    incidents=(9, 10),
)
def a_feed_follows_the_median_or_stands_still(step: BlockStep) -> Iterator[str]:
    """With fresh reports of more than 2/3 of the power and three signers a feed takes their median; else it stands."""
    powers = {validator.key: validator.power for validator in step.before.validators}
    total = whole_power(step.before.validators)
    grace = step.before.parameters.grace_blocks
    for feed_id, before, after in feeds(step):
        weighted = [(report.price, powers.get(report.signer, 0)) for report in fresh_reports(step, after)]
        power = sum(weight for _, weight in weighted)
        if len(weighted) < 3 or not more_than_two_thirds(power, step.before.validators):
            if (after.index, after.median, after.fresh_blocks) != (before.index, before.median, 0):
                yield f"feed {feed_id}: moved to {after.index} on {power} of {total} by {len(weighted)} signers"
            continue
        at_or_below = sum(weight for price, weight in weighted if price <= after.median)
        below = sum(weight for price, weight in weighted if price < after.median)
        if 2 * at_or_below < power or 2 * below >= power:
            yield f"feed {feed_id}: {below} below and {at_or_below} at or below {after.median}, of {power}"
        if after.fresh_blocks != min(before.fresh_blocks + 1, grace):
            yield f"feed {feed_id}: {after.fresh_blocks} fresh blocks after {before.fresh_blocks}"


@invariant(
    "index-moves-slowly", of=BlockStep, layer="oracle", severity="critical", rules=("ORACLE-4",), incidents=(1, 7, 8)
)
def an_index_moves_by_a_bounded_step(step: BlockStep) -> Iterator[str]:
    """An index moves towards its median, never past it, and by no more than its largest move in a block."""
    for feed_id, before, after in feeds(step):
        limit = max(1, before.index * before.max_move // PPM)
        moved, due = after.index - before.index, after.median - before.index
        if (
            abs(moved) > limit
            or moved * due < 0
            or abs(moved) > abs(due)
            or (abs(moved) < min(limit, abs(due)) and after.fresh_blocks)
        ):
            yield f"feed {feed_id}: from {before.index} to {after.index}, median {after.median}, limit {limit}"


@invariant("index-honest", of=BlockStep, layer="oracle", severity="critical", rules=("ORACLE-3",), incidents=(1, 9, 13))
def the_median_lies_between_honest_reports(step: BlockStep) -> Iterator[str]:
    """While liars hold less than a third of the power, a feed's median lies between two honest reports."""
    honest = step.honest
    if honest is None:
        return
    validators = step.before.validators
    lying = whole_power(validators) - power_behind(validators, honest)
    if 3 * lying >= whole_power(validators):
        return
    for feed_id, _, after in feeds(step):
        prices = [report.price for report in fresh_reports(step, after) if report.signer in honest]
        if after.fresh_blocks and not (prices and min(prices) <= after.median <= max(prices)):
            yield f"feed {feed_id}: median {after.median}, honest reports {sorted(prices)}"


@invariant("time-advances", of=BlockStep, layer="oracle", severity="high", rules=("ORACLE-6",), incidents=(25, 33))
def block_time_strictly_increases(step: BlockStep) -> Iterator[str]:
    """Block time strictly increases, and is the median of the commit's clocks unless that would not advance."""
    if step.refused:
        return
    now, earlier = step.after.time, step.before.time
    if not earlier < now == step.block.time:
        yield f"from {earlier} to {now}, the block says {step.block.time}"
    powers = {validator.key: validator.power for validator in step.before.validators}
    clocks = [(signature.time, powers.get(signature.validator, 0)) for signature in step.block.commit.signatures]
    power = sum(weight for _, weight in clocks)
    at_or_below = sum(weight for clock, weight in clocks if clock <= now)
    below = sum(weight for clock, weight in clocks if clock < now)
    if 2 * at_or_below < power or (2 * below >= power and now != earlier + 1):
        yield f"{below} before and {at_or_below} at or before {now}, of {power}"
    if clocks and not more_than_two_thirds(power, step.before.validators):
        yield f"the clocks of {power} set the time"
