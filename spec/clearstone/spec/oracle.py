"""Oracle: one index per feed from the validators' reports, frozen rather than wrong, and the block's time.

Reports come with the commit of the block before: every precommit carries its signer's prices and clock. A feed needs
fresh reports of more than 2/3 of the power and of at least three signers, else it is frozen; it is never averaged over
fewer (two sources, one of them a thousandfold wrong, were once averaged, incident 9). The index is the lower weighted
median, so less than a third of the power cannot move it past an honest report; and it follows the median by a bounded
step a block, what is left being carried, so that a jump cannot be used before others can act on it (incidents 1 and 8).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from clearstone.spec.blocks import Commit
from clearstone.spec.consensus.validators import Validators, is_quorum, power_of, total_power
from clearstone.spec.numbers import MAX_TICKS, PPM, clamp, floor_div, lower_weighted_median
from clearstone.spec.parameters import ProtocolParameters
from clearstone.spec.receipts import Rejection

MINIMUM_SIGNERS = 3
"""Signers that a feed needs besides the power: two sources can only contradict each other (ORACLE-2)."""


@dataclass(frozen=True, slots=True)
class Report:
    """ORACLE-1. A validator's last valid report to a feed."""

    signer: bytes
    """Validator's key, 32 bytes."""
    price: int
    """Ticks, 1 to MAX_TICKS."""
    time: int
    """The signer's clock, ms since the epoch."""


@dataclass(frozen=True, slots=True)
class Feed:
    """ORACLE-3, ORACLE-4. A price feed."""

    max_move: int
    """Largest move of the index in a block, in ppm of it (and at least a tick); 1 to PPM·1000."""
    index: int
    """What every rule reads: the clamped price, in ticks, at least 1."""
    median: int
    """The price before clamping, in ticks: what the index still has to reach (ORACLE-4)."""
    fresh_blocks: int
    """Blocks since it thawed, counted up to the grace period; 0 while it is frozen (ORACLE-5)."""
    reports: tuple[Report, ...] = ()
    """Each signer's last valid report, ascending by signer."""


def check_report(last: Report | None, price: int, time: int, now: int, staleness: int) -> Rejection | None:
    """ORACLE-1. Whether a report counts: a price in bounds, near block time, strictly newer than its signer's last."""
    if not 1 <= price <= MAX_TICKS:
        return Rejection("ORACLE-1", "the price is out of bounds")
    if not now - staleness <= time <= now + staleness:
        return Rejection("ORACLE-1", "the report is not fresh")
    if last is not None and time <= last.time:
        return Rejection("ORACLE-1", "the report is not newer than the signer's last")
    return None


def update_feed(
    feed: Feed, feed_id: str, commit: Commit, validators: Validators, parameters: ProtocolParameters, now: int
) -> Feed:
    """ORACLE-2 to ORACLE-4. The feed after a block that carries `commit`, at block time `now`."""
    reports = merge_reports(feed, feed_id, commit, parameters.report_staleness, now)
    weighted = tuple(
        (report.price, power_of(validators, report.signer))
        for report in reports
        if now - parameters.report_staleness <= report.time
    )
    if not enough_reports(weighted, total_power(validators)):
        return replace(feed, fresh_blocks=0, reports=reports)
    median = lower_weighted_median(weighted)
    fresh_blocks = min(feed.fresh_blocks + 1, parameters.grace_blocks)
    return Feed(feed.max_move, clamped_index(feed, median), median, fresh_blocks, reports)


def merge_reports(feed: Feed, feed_id: str, commit: Commit, staleness: int, now: int) -> tuple[Report, ...]:
    """ORACLE-1. Each signer's last valid report, with those of the commit; one that does not count is ignored."""
    latest = {report.signer: report for report in feed.reports}
    for signature in commit.signatures:
        for reported, price in signature.prices:
            if reported == feed_id:
                last = latest.get(signature.validator)
                if check_report(last, price, signature.time, now, staleness) is None:
                    latest[signature.validator] = Report(signature.validator, price, signature.time)
    return tuple(latest[signer] for signer in sorted(latest))


def enough_reports(weighted: tuple[tuple[int, int], ...], total: int) -> bool:
    """ORACLE-2. Whether (price, power) reports suffice: more than 2/3 of the total power, at least three signers."""
    return len(weighted) >= MINIMUM_SIGNERS and is_quorum(sum(power for _, power in weighted), total)


def clamped_index(feed: Feed, median: int) -> int:
    """ORACLE-4. The index a block later: towards the median by at most max(1, floor(index · max_move)) ticks."""
    limit = max(1, floor_div(feed.index * feed.max_move, PPM))
    return clamp(median, max(1, feed.index - limit), feed.index + limit)


def is_fresh(feed: Feed, parameters: ProtocolParameters) -> bool:
    """ORACLE-5. Whether the feed may be relied on: not frozen, and thawed for the whole grace period."""
    return feed.fresh_blocks >= parameters.grace_blocks


def block_time(commit: Commit, validators: Validators, previous: int) -> int:
    """ORACLE-6. The time of the block that carries `commit`: its clocks' median, strictly after the last block."""
    if not commit.signatures:
        return previous + 1
    clocks = lower_weighted_median(
        (signature.time, power_of(validators, signature.validator)) for signature in commit.signatures
    )
    return max(previous + 1, clocks)
