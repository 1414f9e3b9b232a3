"""Commits of four validators with clocks and prices near every bound, on feeds that have heard of some already."""

from __future__ import annotations

from hypothesis import strategies as st

from clearstone.conformance.live.questions.asked import Asked
from clearstone.conformance.operations.oracle_operations import Clocks, FeedToUpdate
from clearstone.models.chain import named_key
from clearstone.models.scenario_genesis import MINUTE, PROTOCOL, START
from clearstone.spec.blocks import Commit, CommitSignature
from clearstone.spec.consensus.validators import Validator, Validators
from clearstone.spec.oracle import Feed, Report

STALENESS = PROTOCOL.report_staleness
NOW = START + 60 * MINUTE
ages = st.sampled_from((0, 1, STALENESS - 1, STALENESS, STALENESS + 1, -STALENESS, -STALENESS - 1, 5_000))
prices = st.integers(90, 115) | st.sampled_from((0, 1, 1_000, 100_000))
powers = st.lists(st.sampled_from((1, 1, 2, 4)), min_size=4, max_size=4)


@st.composite
def sets_of_validators(draw: st.DrawFn) -> Validators:
    """Four validators of some powers."""
    keys = sorted(named_key(f"validator {number}") for number in range(4))
    return tuple(Validator(key, power) for key, power in zip(keys, draw(powers), strict=True))


@st.composite
def commits(draw: st.DrawFn, validators: Validators) -> Commit:
    """A commit by most of them, each with a clock and a price."""
    signers = [each for each in validators if draw(st.integers(0, 4)) < 4]
    signatures = tuple(
        CommitSignature(each.key, NOW - draw(ages), (("BTC", draw(prices)),), bytes(64)) for each in signers
    )
    return Commit(9, 0, bytes(32), signatures)


@st.composite
def feeds(draw: st.DrawFn) -> FeedToUpdate:
    """A feed with some reports, and what a block brings."""
    validators = draw(sets_of_validators())
    reports = tuple(
        Report(each.key, draw(prices.filter(bool)), NOW - 1_000 - draw(ages))
        for each in validators
        if draw(st.booleans())
    )
    index, fresh = draw(st.integers(1, 200)), draw(st.integers(0, 2))
    feed = Feed(draw(st.sampled_from((50_000, 1, 1_000_000))), index, draw(st.integers(1, 200)), fresh, reports)
    return FeedToUpdate(feed, "BTC", draw(commits(validators)), validators, PROTOCOL, NOW)


@st.composite
def clocks(draw: st.DrawFn) -> Clocks:
    """A commit, and the time of the block before."""
    validators = draw(sets_of_validators())
    return Clocks(draw(commits(validators)), validators, NOW - draw(ages))


ASKED = (
    Asked(
        "update-feed",
        "oracle",
        "update_feed",
        "reports near every bound",
        ("ORACLE-2", "ORACLE-1", "ORACLE-3", "ORACLE-4", "ORACLE-5"),
        lambda _: feeds(),
    ),
    Asked("block-time", "oracle", "block_time", "clocks", ("ORACLE-6",), lambda _: clocks()),
)
