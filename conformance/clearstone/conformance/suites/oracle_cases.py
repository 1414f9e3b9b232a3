"""Feeds and clocks: reports that count and that do not, medians, clamps, freezes and thaws."""

from __future__ import annotations

from dataclasses import replace

from clearstone.conformance.operations.oracle_operations import Clocks, FeedToUpdate
from clearstone.conformance.suites.draft import Draft
from clearstone.models.chain import equal_validators, named_key
from clearstone.models.scenario_genesis import PROTOCOL, START
from clearstone.spec.blocks import Commit, CommitSignature
from clearstone.spec.consensus.validators import Validator, Validators
from clearstone.spec.numbers import MAX_TICKS
from clearstone.spec.oracle import Feed, Report

STALE = PROTOCOL.report_staleness
NOW = START + 3_600_000
FOUR = equal_validators(4)
UNEQUAL: Validators = tuple(
    Validator(key, power) for key, power in zip(sorted(map(named_key, "abcd")), (10, 10, 1, 1), strict=True)
)
"""Two of the four hold nearly all the power."""


def commit_of(validators: Validators, prices: tuple[int | None, ...], times: tuple[int, ...] | None = None) -> Commit:
    """A commit in which each validator reports so many ticks of BTC, or nothing."""
    clocks = times or (NOW,) * len(prices)
    signatures = tuple(
        CommitSignature(validator.key, clock, () if price is None else (("BTC", price), ("ETH", 7)), bytes(64))
        for validator, price, clock in zip(validators, prices, clocks, strict=False)
    )
    return Commit(3, 0, bytes(32), signatures)


def reported(validators: Validators, price: int, time: int) -> tuple[Report, ...]:
    """Each validator's last report."""
    return tuple(Report(validator.key, price, time) for validator in validators)


FEED = Feed(50_000, 50_000, 50_000, PROTOCOL.grace_blocks, reported(FOUR, 50_000, NOW - 1_000))
FROZEN = replace(FEED, fresh_blocks=0, reports=())

FEEDS: tuple[
    tuple[str, str, tuple[str, ...], Feed, Validators, tuple[int | None, ...], tuple[int, ...] | None], ...
] = (
    ("all-agree", "All report the same.", ("ORACLE-3",), FEED, FOUR, (50_100,) * 4, None),
    ("one-far-off", "One of four is far off.", ("ORACLE-3",), FEED, FOUR, (50_100, 50_100, 50_100, 10**7), None),
    (
        "two-and-two",
        "Of two and two the lower counts.",
        ("ORACLE-3",),
        FEED,
        FOUR,
        (50_100, 50_300, 50_100, 50_300),
        None,
    ),
    ("clamped-up", "A jump up is clamped and carried.", ("ORACLE-4",), FEED, FOUR, (60_000,) * 4, None),
    ("clamped-down", "A jump down is clamped and carried.", ("ORACLE-4",), FEED, FOUR, (40_000,) * 4, None),
    ("as-far-as-allowed", "The largest step that is allowed.", ("ORACLE-4",), FEED, FOUR, (52_500,) * 4, None),
    (
        "odd-step",
        "A step that is no whole number of ticks is floored.",
        ("ORACLE-4",),
        replace(FEED, index=50_019, median=50_019),
        FOUR,
        (60_000,) * 4,
        None,
    ),
    (
        "odd-step-down",
        "Downwards too.",
        ("ORACLE-4",),
        replace(FEED, index=50_019, median=50_019),
        FOUR,
        (40_000,) * 4,
        None,
    ),
    (
        "first-signer-last",
        "Reports ascend by signer, in whichever order they came.",
        ("ORACLE-1",),
        replace(FEED, reports=FEED.reports[1:]),
        FOUR,
        (50_100, None, None, None),
        None,
    ),
    ("a-tick-too-far", "A tick more than is allowed.", ("ORACLE-4",), FEED, FOUR, (52_501,) * 4, None),
    (
        "at-least-a-tick",
        "A small index moves by a tick at least.",
        ("ORACLE-4",),
        replace(FEED, index=10, median=10),
        FOUR,
        (20,) * 4,
        None,
    ),
    (
        "never-to-zero",
        "An index of one tick stays.",
        ("ORACLE-4",),
        replace(FEED, index=1, median=1, max_move=2_000_000),
        FOUR,
        (1,) * 4,
        None,
    ),
    ("price-of-zero", "A price of 0 does not count.", ("ORACLE-1",), FROZEN, FOUR, (0, 5, 5, 5), None),
    ("price-at-the-bound", "The largest price counts.", ("ORACLE-1",), FROZEN, FOUR, (MAX_TICKS,) * 4, None),
    ("price-past-the-bound", "A larger one does not.", ("ORACLE-1",), FROZEN, FOUR, (MAX_TICKS + 1,) * 4, None),
    ("price-below-zero", "Nor does a negative one.", ("ORACLE-1",), FROZEN, FOUR, (-5,) * 4, None),
    ("as-old-as-allowed", "A report may be this old.", ("ORACLE-1",), FROZEN, FOUR, (5,) * 4, (NOW - STALE,) * 4),
    ("too-old", "But not older.", ("ORACLE-1",), FROZEN, FOUR, (5,) * 4, (NOW - STALE - 1,) * 4),
    ("as-early-as-allowed", "A clock may be this fast.", ("ORACLE-1",), FROZEN, FOUR, (5,) * 4, (NOW + STALE,) * 4),
    ("too-early", "But not faster.", ("ORACLE-1",), FROZEN, FOUR, (5,) * 4, (NOW + STALE + 1,) * 4),
    ("not-newer", "Reports of the same time do not count.", ("ORACLE-1",), FEED, FOUR, (9,) * 4, (NOW - 1_000,) * 4),
    ("newer-by-a-millisecond", "Newer ones do.", ("ORACLE-1",), FEED, FOUR, (50_001,) * 4, (NOW - 999,) * 4),
    (
        "kept-reports-grow-stale",
        "Reports that are kept stop counting.",
        ("ORACLE-1", "ORACLE-2"),
        replace(FEED, reports=reported(FOUR, 50_000, NOW - STALE - 1)),
        FOUR,
        (50_000, None, None, None),
        None,
    ),
    (
        "kept-reports-at-the-edge",
        "At the edge they still do.",
        ("ORACLE-1", "ORACLE-2"),
        replace(FEED, reports=reported(FOUR, 50_000, NOW - STALE)),
        FOUR,
        (50_000, None, None, None),
        None,
    ),
    ("three-of-four", "Three of four are enough.", ("ORACLE-2",), FROZEN, FOUR, (5, 5, 5, None), None),
    ("two-of-four", "Two are not.", ("ORACLE-2",), FROZEN, FOUR, (5, 5, None, None), None),
    ("two-with-nearly-all-power", "Nor with all power.", ("ORACLE-2",), FROZEN, UNEQUAL, (5, 5, None, None), None),
    ("three-with-nearly-all-power", "With a third one.", ("ORACLE-2",), FROZEN, UNEQUAL, (5, 5, 6, None), None),
    ("three-without-power", "Three with half of it.", ("ORACLE-2",), FROZEN, UNEQUAL, (5, None, 6, 7), None),
    ("silence", "Nobody reports.", ("ORACLE-2",), FROZEN, FOUR, (None,) * 4, None),
    ("thaws", "The first fresh block.", ("ORACLE-5",), FROZEN, FOUR, (50_000,) * 4, None),
    ("grace-ends", "The last block of grace.", ("ORACLE-5",), replace(FROZEN, fresh_blocks=1), FOUR, (5,) * 4, None),
    ("freezes", "No reports any more.", ("ORACLE-5",), replace(FEED, reports=()), FOUR, (None,) * 4, None),
)
"""Name, what it is about, rules, feed, validators, prices, clocks."""

CLOCKS: tuple[tuple[str, str, Validators, tuple[int, ...], int], ...] = (
    ("one-clock-fast", "One clock is a day fast.", FOUR, (NOW, NOW, NOW, NOW + 86_400_000), NOW - 5),
    ("one-clock-slow", "One clock is a day slow.", FOUR, (NOW - 86_400_000, NOW, NOW, NOW), NOW - 5),
    ("lower-median", "Of four clocks the lower middle one.", FOUR, (NOW + 3, NOW, NOW + 2, NOW + 1), NOW - 5),
    ("by-power", "Clocks count by power.", UNEQUAL, (NOW, NOW + 4, NOW + 9, NOW + 9), NOW - 5),
    ("stands-still", "Time does not stand still.", FOUR, (NOW,) * 4, NOW),
    ("goes-back", "Nor goes back.", FOUR, (NOW - 9,) * 4, NOW),
    ("goes-on-by-one", "The least step.", FOUR, (NOW + 1,) * 4, NOW),
    ("genesis", "Without signatures, a millisecond.", FOUR, (), NOW),
)
"""Name, what it is about, validators, clocks, time of the block before."""


def drafts() -> list[Draft]:
    """The cases of the suite `oracle`."""
    found = [
        Draft(
            f"oracle/{name}",
            told,
            rules,
            "update_feed",
            FeedToUpdate(feed, "BTC", commit_of(validators, prices, times), validators, PROTOCOL, NOW),
        )
        for name, told, rules, feed, validators, prices, times in FEEDS
    ]
    for name, told, validators, times, previous in CLOCKS:
        clocks = Clocks(commit_of(validators, (None,) * len(times), times), validators, previous)
        found.append(Draft(f"oracle/time-{name}", told, ("ORACLE-6",), "block_time", clocks))
    return found
