from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearstone.models.chain import equal_validators, named_key
from clearstone.models.scenario_genesis import PROTOCOL
from clearstone.spec.blocks import Commit, CommitSignature
from clearstone.spec.consensus.validators import Validator, Validators
from clearstone.spec.numbers import MAX_TICKS
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

NOW = 1_000_000_000
STALENESS = PROTOCOL.report_staleness
FOUR = equal_validators(4)
FEED = Feed(max_move=50_000, index=50_000, median=50_000, fresh_blocks=2)


def a_commit(prices: dict[bytes, int], *, time: int = NOW, feed: str = "BTC") -> Commit:
    signatures = (CommitSignature(key, time, ((feed, prices[key]),), bytes(64)) for key in sorted(prices))
    return Commit(7, 0, bytes(32), tuple(signatures))


def updated(feed: Feed, commit: Commit, *, validators: Validators = FOUR, now: int = NOW) -> Feed:
    return update_feed(feed, "BTC", commit, validators, PROTOCOL, now)


def reporting(*prices: int) -> dict[bytes, int]:
    return {validator.key: price for validator, price in zip(FOUR, prices, strict=False)}


@pytest.mark.parametrize(("price", "counts"), [(0, False), (1, True), (MAX_TICKS, True), (MAX_TICKS + 1, False)])
def test_a_report_counts_if_its_price_is_in_bounds(price: int, counts: bool) -> None:
    assert (check_report(None, price, NOW, NOW, STALENESS) is None) == counts


@pytest.mark.parametrize(
    ("time", "counts"),
    [
        (NOW - STALENESS - 1, False),
        (NOW - STALENESS, True),
        (NOW + STALENESS, True),
        (NOW + STALENESS + 1, False),
    ],
)
def test_a_report_counts_if_its_clock_is_near_block_time(time: int, counts: bool) -> None:
    assert (check_report(None, 1, time, NOW, STALENESS) is None) == counts


def test_a_report_counts_once_and_in_order() -> None:
    last = Report(bytes(32), 5, NOW - 10)
    times = [NOW - 11, NOW - 10, NOW - 9]
    assert [check_report(last, 1, time, NOW, STALENESS) is None for time in times] == [False, False, True]


def test_reports_need_more_than_two_thirds_of_the_power() -> None:
    assert not enough_reports(((1, 2), (1, 1), (1, 1)), 6)
    assert enough_reports(((1, 3), (1, 1), (1, 1)), 6)


def test_reports_need_three_signers_however_powerful_two_are() -> None:
    assert not enough_reports(((1, 50), (1, 49)), 100)
    assert enough_reports(((1, 50), (1, 49), (1, 1)), 100)


def test_two_sources_one_of_them_a_thousandfold_wrong_freeze_the_feed() -> None:
    frozen = updated(FEED, a_commit(reporting(50_000, 50_000_000)))
    assert (frozen.index, frozen.median, frozen.fresh_blocks) == (50_000, 50_000, 0)
    assert len(frozen.reports) == 2


def test_the_index_follows_the_median_of_the_reports() -> None:
    after = updated(FEED, a_commit(reporting(50_100, 50_300, 50_200, 10**9)))
    assert (after.index, after.median) == (50_200, 50_200)


def test_the_index_moves_by_a_bounded_step_and_carries_the_rest() -> None:
    after = updated(FEED, a_commit(reporting(60_000, 60_000, 60_000)))
    assert (after.index, after.median) == (52_500, 60_000)
    again = updated(after, a_commit(reporting(60_000, 60_000, 60_000), time=NOW + 1), now=NOW + 1)
    assert (again.index, again.median) == (55_125, 60_000)


@given(st.integers(1, MAX_TICKS), st.integers(1, MAX_TICKS), st.integers(1, 10**9))
def test_the_index_moves_towards_the_median_and_no_further_than_allowed(index: int, median: int, max_move: int) -> None:
    after = clamped_index(Feed(max_move, index, index, 0), median)
    assert min(index, median) <= after <= max(index, median)
    assert abs(after - index) <= max(1, index * max_move // 10**6)
    assert after == median or abs(after - index) == max(1, index * max_move // 10**6)


def test_a_low_index_can_still_move_by_a_tick() -> None:
    feed = replace(FEED, index=3)
    assert [clamped_index(feed, median) for median in (1, 3, 9)] == [2, 3, 4]
    assert clamped_index(replace(FEED, index=1), 1) == 1


def test_a_report_stands_until_it_is_stale() -> None:
    heard = updated(FEED, a_commit(reporting(50_000, 50_000, 50_000)))
    silence = Commit(8, 0, bytes(32), ())
    assert updated(heard, silence, now=NOW + STALENESS).fresh_blocks == 2
    assert updated(heard, silence, now=NOW + STALENESS + 1).fresh_blocks == 0


def test_reports_to_other_feeds_and_reports_that_do_not_count_are_ignored() -> None:
    assert updated(FEED, a_commit(reporting(1, 1, 1), feed="ETH")).reports == ()
    assert updated(FEED, a_commit(reporting(0, -5, 7))).reports == (Report(FOUR[2].key, 7, NOW),)


def test_a_new_report_replaces_the_signers_last_and_the_others_stand() -> None:
    heard = updated(FEED, a_commit(reporting(50_000, 50_001, 50_002)))
    again = updated(heard, a_commit(reporting(49_000), time=NOW + 1), now=NOW + 1)
    assert [report.price for report in again.reports] == [49_000, 50_001, 50_002]
    assert [report.signer for report in again.reports] == [validator.key for validator in FOUR[:3]]


def test_a_feed_is_relied_on_only_after_the_grace_period() -> None:
    feed = replace(FEED, fresh_blocks=0)
    fresh: list[bool] = []
    for block in range(4):
        feed = updated(feed, a_commit(reporting(1, 1, 1), time=NOW + block), now=NOW + block)
        fresh.append(is_fresh(feed, PROTOCOL))
    assert fresh == [False, True, True, True]
    assert feed.fresh_blocks == PROTOCOL.grace_blocks


honest_and_false = st.lists(
    st.tuples(st.booleans(), st.integers(1, 30), st.integers(1, MAX_TICKS)), min_size=3, max_size=9
)


@given(honest_and_false, st.integers(40_000, 60_000), st.integers(0, 500))
def test_less_than_a_third_of_the_power_cannot_move_the_median_past_honest_reports(
    validators: list[tuple[bool, int, int]], price: int, spread: int
) -> None:
    total = sum(power for _, power, _ in validators)
    false_power = sum(power for honest, power, _ in validators if not honest)
    keys = sorted(named_key(str(number)) for number in range(len(validators)))
    powers = tuple(Validator(key, power) for key, (_, power, _) in zip(keys, validators, strict=True))
    reports = {
        key: price + lie % (spread + 1) if honest else lie
        for key, (honest, _, lie) in zip(keys, validators, strict=True)
    }
    after = updated(FEED, a_commit(reports), validators=powers)
    if 3 * false_power < total:
        assert price <= after.median <= price + spread


def test_block_time_is_the_weighted_median_of_the_commits_clocks() -> None:
    clocks = zip(FOUR, (NOW + 9, NOW + 1, NOW + 5), strict=False)
    signatures = tuple(CommitSignature(validator.key, time, (), bytes(64)) for validator, time in clocks)
    commit = Commit(7, 0, bytes(32), signatures)
    assert block_time(commit, FOUR, NOW) == NOW + 5
    heavy = (replace(FOUR[0], power=9), *FOUR[1:])
    assert block_time(commit, heavy, NOW) == NOW + 9


@pytest.mark.parametrize(("previous", "expected"), [(NOW - 1, NOW), (NOW, NOW + 1), (NOW + 1, NOW + 2)])
def test_block_time_strictly_increases(previous: int, expected: int) -> None:
    assert block_time(a_commit(reporting(1, 1, 1)), FOUR, previous) == expected


def test_the_first_block_comes_a_millisecond_after_genesis() -> None:
    assert block_time(Commit(0, 0, bytes(32), ()), FOUR, NOW) == NOW + 1
