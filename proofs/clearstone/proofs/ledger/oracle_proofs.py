"""Oracle and clock: which reports count, how far an index moves, that time goes on."""

from __future__ import annotations

from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.number_proofs import DONE
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.blocks import Commit, CommitSignature
from clearstone.spec.consensus.validators import Validator
from clearstone.spec.numbers import MAX_TICKS, MAX_TIME
from clearstone.spec.oracle import (
    Feed,
    Report,
    block_time,
    check_report,
    clamped_index,
    enough_reports,
    is_fresh,
    update_feed,
)
from clearstone.spec.parameters import ProtocolParameters


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


@obligation("ORACLE-2", about=(enough_reports,), reaches={"enough", "too few"}, bound="to 4 reports")
def a_feed_needs_two_thirds_of_the_power_and_three_signers(world: World) -> None:
    """Reports suffice only if they have more than 2/3 of the power and come from at least three signers."""
    count = world.choice("reports", (0, 1, 2, 3, 4))
    weighted = tuple((world.integer(f"price {n}", 1), world.integer(f"power {n}", 1, None, 1)) for n in range(count))
    total = world.integer("total", 1, None, 4)
    enough = enough_reports(weighted, total)
    world.observe("enough", enough)
    world.reached("enough" if enough else "too few")
    if enough:
        world.require(count >= 3, "three signers")
        world.require(3 * sum(power for _, power in weighted) > 2 * total, "more than 2/3 of the power")


@obligation("ORACLE-2", "ORACLE-5", about=(update_feed, is_fresh), reaches={"moves", "frozen"}, bound="to 4 validators")
def a_feed_without_enough_fresh_reports_stands_still(world: World) -> None:
    """Without fresh reports of more than 2/3 of the power a feed is frozen and its index stands."""
    protocol = parts.parameters(world, ProtocolParameters, "protocol")
    now = world.integer("now", 0, MAX_TIME, 3_000)
    keys = (b"a" * 32, b"b" * 32, b"c" * 32, b"d" * 32)
    price = world.integer("price", 1, MAX_TICKS, 52_000)
    reports = tuple(Report(key, price, world.integer(f"time {n}", 0, MAX_TIME, 3_000)) for n, key in enumerate(keys))
    validators = tuple(Validator(key, world.integer(f"power {n}", 1, None, 1)) for n, key in enumerate(keys))
    feed = any_feed(world, reports)
    after = update_feed(feed, "feed", Commit(1, 0, b"", ()), validators, protocol, now)
    world.observe("feed", after)
    fresh = [n for n, report in enumerate(reports) if now - protocol.report_staleness <= report.time]
    power = sum(validators[n].power for n in fresh)
    enough = len(fresh) >= 3 and 3 * power > 2 * sum(validator.power for validator in validators)
    world.reached("moves" if enough else "frozen")
    if not enough:
        world.require(after.index == feed.index, "the index stands")
        world.require(after.fresh_blocks == 0, "it is frozen")
        world.require(not is_fresh(after, protocol), "it is not to be relied on")
    else:
        world.require(after.median == price, "the median is what all report")
        world.require(after.fresh_blocks <= feed.fresh_blocks + 1, "trust returns a block at a time")


@obligation("ORACLE-6", about=(block_time,), reaches={DONE}, bound="to 2 clocks")
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
