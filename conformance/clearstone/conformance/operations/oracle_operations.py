"""Feeds and clocks: what a commit makes of prices and of time."""

from __future__ import annotations

from dataclasses import dataclass

from clearstone.conformance.operations.arithmetic_operations import Number
from clearstone.conformance.operations.operation import operations
from clearstone.spec import oracle
from clearstone.spec.blocks import Commit
from clearstone.spec.consensus.validators import Validators
from clearstone.spec.oracle import Feed
from clearstone.spec.parameters import ProtocolParameters


@dataclass(frozen=True, slots=True)
class FeedToUpdate:
    """A feed before a block, and what the block brings."""

    feed: Feed
    """The feed."""
    feed_id: str
    """Its id, as reports name it."""
    commit: Commit
    """The commit in the block, whose signers report prices; signatures are not looked at."""
    validators: Validators
    """Who decides, ascending by key."""
    parameters: ProtocolParameters
    """Of the whole chain."""
    now: int
    """Block time, ms since the epoch."""


@dataclass(frozen=True, slots=True)
class UpdatedFeed:
    """A feed after a block."""

    feed: Feed
    """The feed."""
    fresh: bool
    """Whether rules may rely on it."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """The clocks in a commit."""

    commit: Commit
    """The commit that the block carries; signatures are not looked at."""
    validators: Validators
    """Who decides, ascending by key."""
    previous: int
    """Time of the block before, ms since the epoch."""


def update_feed(question: FeedToUpdate) -> UpdatedFeed:
    """Bring a feed up to date with a block's commit."""
    updated = oracle.update_feed(
        question.feed, question.feed_id, question.commit, question.validators, question.parameters, question.now
    )
    return UpdatedFeed(updated, oracle.is_fresh(updated, question.parameters))


def block_time(question: Clocks) -> Number:
    """Read the time of a block off its commit, in ms since the epoch."""
    return Number(oracle.block_time(question.commit, question.validators, question.previous))


OPERATIONS = operations(update_feed, block_time)
