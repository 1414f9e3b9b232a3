"""Oracle and clock: which reports count, how far an index moves, that time goes on."""

from __future__ import annotations

from clearstone.proofs.contracts import replaced
from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.number_proofs import DONE
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.blocks import Commit, CommitSignature
from clearstone.spec.consensus.validators import Validator
from clearstone.spec.numbers import MAX_TICKS, MAX_TIME, lower_weighted_median
from clearstone.spec.oracle import (
    Feed,
    Report,
    block_time,
    check_report,
    clamped_index,
    enough_reports,
    is_fresh,
    merge_reports,
    update_feed,
)
from clearstone.spec.parameters import ProtocolParameters
from clearstone.spec.receipts import Rejection


def any_feed(world: World, reports: tuple[Report, ...] = ()) -> Feed:
    """Any feed."""
    return Feed(
        world.integer("max move", 1, 10**9, 50_000),
        world.integer("index", 1, MAX_TICKS, 50_000),
        world.integer("median", 1, MAX_TICKS, 50_000),
        world.integer("fresh blocks", 0, None, 2),
        reports,
    )


@obligation("ORACLE-4", about=(clamped_index,), reaches={DONE})
def an_index_moves_towards_the_median_by_a_bounded_step(world: World) -> None:
    """The index never moves further than its largest move, nor past the median, nor away from it, nor below a tick."""
    feed, median = any_feed(world), world.integer("new median", 1, MAX_TICKS, 60_000)
    index = clamped_index(feed, median)
    world.observe("index", index)
    world.reached(DONE)
    limit = max(1_000_000, feed.index * feed.max_move)
    world.require((index - feed.index) * 1_000_000 <= limit, "up by no more than the largest move")
    world.require((feed.index - index) * 1_000_000 <= limit, "down by no more than the largest move")
    world.require(min(feed.index, median) <= index, "not below both")
    world.require(index <= max(feed.index, median), "not above both")
    world.require(index >= 1, "at least a tick")


@obligation("ORACLE-1", about=(check_report,), reaches={"counts", "ORACLE-1"})
def a_report_counts_only_if_it_is_in_bounds_fresh_and_newer(world: World) -> None:
    """A report that counts has a price in bounds, lies near block time, and is newer than its signer's last."""
    price, time = world.integer("price", usual=50_000), world.integer("time", usual=3_000)
    now, staleness = world.integer("now", 0, MAX_TIME, 3_000), world.integer("staleness", 1, None, 100)
    has_last = world.choice("last", (True, False))
    last = Report(b"", 1, world.integer("last time", usual=2_000)) if has_last else None
    rejection = check_report(last, price, time, now, staleness)
    world.observe("rejection", rejection)
    world.reached("counts" if rejection is None else rejection.rule)
    if rejection is None:
        world.require(price >= 1, "a price of at least a tick")
        world.require(price <= MAX_TICKS, "a price within its bound")
        world.require(time >= now - staleness, "not stale")
        world.require(time <= now + staleness, "not of the future")
        world.require(last is None or time > last.time, "newer than the last")


@obligation("ORACLE-2", about=(enough_reports,), reaches={"enough", "too few"})
def a_feed_needs_two_thirds_of_the_power_and_three_signers(world: World) -> None:
    """Reports suffice exactly if they have more than 2/3 of the power and come from at least three signers.

    Any number of reports: only how many there are and their sum is asked, so from the third on one of them stands for
    any number.
    """
    count = world.choice("reports", (0, 1, 2, 3))
    weighted = tuple((world.integer(f"price {n}", 1), world.integer(f"power {n}", 1, None, 1)) for n in range(count))
    total = world.integer("total", 1, None, 2)
    enough = enough_reports(weighted, total)
    world.observe("enough", enough)
    world.reached("enough" if enough else "too few")
    power = 3 * sum(power for _, power in weighted)
    if enough:
        world.require(count == 3, "three signers")
        world.require(power > 2 * total, "more than 2/3 of the power")
    elif count == 3:
        world.require(power <= 2 * total, "three signers with more power are enough")


@obligation("ORACLE-3", about=(lower_weighted_median,), reaches={"the median", "another"})
def reports_that_follow_each_other_stand_as_one(world: World) -> None:
    """Whether a price is the median of reports depends only on the weight below it, its own, and the weight above it.

    It has half of the weight at or below it and less than half below. By induction any number of reports below stands
    as one, and any number above: so the median of any number of reports has half of the weight on either side, and
    `the_median_lies_between_honest_reports` says the rest.
    """
    prices = [world.integer("price 0", 1, None, 1)]
    for place in range(1, 5):
        prices.append(prices[-1] + world.integer(f"price {place} above the one before", 1, None, 1))
    powers = [world.integer(f"power {place}", 1, None, 1) for place in range(5)]
    here = prices[2]
    each = lower_weighted_median(list(zip(prices, powers, strict=True)))
    sums = (powers[0] + powers[1], powers[2], powers[3] + powers[4])
    joined = lower_weighted_median(list(zip((prices[1], here, prices[3]), sums, strict=True)))
    world.observe("medians", (each, joined))
    is_median = each == here
    world.require(is_median == (joined == here), "joining those below, and those above, changes nothing")
    world.reached("the median" if is_median else "another")
    half_below, half_above = 2 * sums[0] < sum(sums), 2 * (sums[0] + sums[1]) >= sum(sums)
    world.require(is_median == (half_below and half_above), "it is the median if half of the weight is on either side")


@obligation("ORACLE-1", about=(merge_reports,), reaches={"taken", "kept", "another feed"})
def a_report_replaces_only_an_older_one_of_its_signer(world: World) -> None:
    """A signer's report takes the place of its last one if it counts; nobody else's changes, and none is made up.

    Any number of signatures and prices: this is the loop's body, for any one of them after any others.
    """
    signer, other = b"a" * 32, b"b" * 32
    now, staleness = world.integer("now", 0, MAX_TIME, 3_000), world.integer("staleness", 1, None, 1_000)
    has_last = world.choice("last report", (True, False))
    last = Report(signer, world.integer("last price", 1, MAX_TICKS, 5), world.integer("last time", 0, MAX_TIME, 2_000))
    standing = Report(other, world.integer("other price", 1, MAX_TICKS, 7), world.integer("other time", 0, MAX_TIME))
    price, time = world.integer("price", usual=6), world.integer("time", usual=2_500)
    feed_id = world.choice("feed", ("feed", "another feed"))
    signature = CommitSignature(signer, time, ((feed_id, price),), b"")
    feed = any_feed(world, (last, standing) if has_last else (standing,))
    counts = world.flag("the report counts")
    asked: list[tuple[object, ...]] = []

    def check(*question: object) -> Rejection | None:
        asked.append(question)
        return None if counts else Rejection("ORACLE-1", "")

    with replaced(check_report, check):
        merged = merge_reports(feed, "feed", Commit(1, 0, b"", (signature,)), staleness, now)
    world.observe("reports", merged)
    ours = feed_id == "feed"
    world.require(len(asked) == (1 if ours else 0), "each report to the feed is checked, and no other")
    for question in asked:
        against = last if has_last else None
        world.require(question == (against, price, time, now, staleness), "against the signer's last one")
    taken = ours and counts
    world.reached("another feed" if not ours else "taken" if taken else "kept")
    mine = (Report(signer, price, time),) if taken else (last,) if has_last else ()
    world.require(merged == (*mine, standing), "it takes the place of the last one if it counts, else that stands")


@obligation("ORACLE-2", "ORACLE-5", about=(update_feed, is_fresh), reaches={"moves", "frozen"})
def a_feed_without_enough_fresh_reports_stands_still(world: World) -> None:
    """Only fresh reports are counted, with their signer's power; without enough a feed is frozen and its index stands.

    Any number of reports: each is looked at alike, and this is any one of them.
    """
    protocol = parts.parameters(world, ProtocolParameters, "protocol")
    now, power = world.integer("now", 0, MAX_TIME, 3_000), world.integer("power", 1, None, 1)
    report = Report(b"a" * 32, world.integer("price", 1, MAX_TICKS, 52_000), world.integer("time", 0, MAX_TIME, 3_000))
    validators = (Validator(report.signer, power), Validator(b"b" * 32, world.integer("other power", 1, None, 2)))
    feed = any_feed(world)
    commit = Commit(1, 0, b"", ())
    counted: list[tuple[tuple[int, int], ...]] = []
    median = world.integer("median of the fresh reports", 1, MAX_TICKS, 51_000)
    enough = world.flag("enough")

    def judge(weighted: tuple[tuple[int, int], ...], total: int) -> bool:
        counted.append(weighted)
        world.require(total == validators[0].power + validators[1].power, "of the power of all validators")
        return bool(enough)

    def middle(weighted: tuple[tuple[int, int], ...]) -> int:
        counted.append(weighted)
        return median

    merged = replaced(merge_reports, lambda *_: (report,))
    with merged, replaced(enough_reports, judge), replaced(lower_weighted_median, middle):
        after = update_feed(feed, "feed", commit, validators, protocol, now)
    world.observe("feed", after)
    fresh = now - protocol.report_staleness <= report.time
    world.require(len(counted) == (2 if enough else 1), "it is counted before it is used")
    for weighted in counted:
        world.require(weighted == (((report.price, power),) if fresh else ()), "fresh reports alone, with their power")
    world.require(after.reports == (report,), "the reports are kept")
    world.reached("moves" if enough else "frozen")
    if enough:
        world.require(after.median == median, "the median is that of the fresh reports")
        world.require(after.index == clamped_index(feed, median), "the index goes towards it")
        world.require(after.fresh_blocks <= feed.fresh_blocks + 1, "trust returns a block at a time")
    else:
        world.require(after.index == feed.index, "the index stands")
        world.require(after.median == feed.median, "and the median too")
        world.require(after.fresh_blocks == 0, "it is frozen")
        world.require(not is_fresh(after, protocol), "it is not to be relied on")


@obligation("ORACLE-6", about=(block_time,), reaches={DONE}, bound="to 2 clocks; the median is proved for any number")
def time_strictly_increases(world: World) -> None:
    """A block's time is later than that of the block before, whatever the clocks say."""
    count = world.choice("clocks", (0, 1, 2))
    keys = (b"a" * 32, b"b" * 32)[:count]
    validators = tuple(Validator(key, world.integer(f"power {n}", 1, None, 1)) for n, key in enumerate(keys))
    clocks = tuple(CommitSignature(key, world.integer(f"clock {n}"), (), b"") for n, key in enumerate(keys))
    previous = world.integer("previous", 0, MAX_TIME, 2_000)
    time = block_time(Commit(1, 0, b"", clocks), validators, previous)
    world.observe("time", time)
    world.reached(DONE)
    world.require(time > previous, "later than the block before")
