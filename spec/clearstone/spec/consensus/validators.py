"""Validators and their voting power: what a quorum is.

Two sets of validators with more than 2/3 of the power each have more than 1/3 of it in common. While liars hold less
than 1/3, some honest validator is in both: that is all that agreement rests on. Counting is by power, exactly, in
integers: `3 · power > 2 · total` needs no division and no rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from clearstone.spec.receipts import Rejection

MAX_POWER = 1 << 53
"""Largest total power: the largest integer that every language's number can hold exactly."""
KEY_BYTES = 32
"""Length of an Ed25519 public key."""


@dataclass(frozen=True, slots=True)
class Validator:
    """CONS-1. One voter."""

    key: bytes
    """Ed25519 public key, 32 bytes."""
    power: int
    """Voting power, at least 1."""


Validators: TypeAlias = tuple[Validator, ...]
"""The validators of a chain, ascending by key, each key at most once."""


def total_power(validators: Validators) -> int:
    """CONS-1. The whole voting power, W."""
    return sum(validator.power for validator in validators)


def power_of(validators: Validators, key: bytes) -> int:
    """CONS-1. The power behind a key: 0 if it is not a validator's."""
    return sum(validator.power for validator in validators if validator.key == key)


def is_quorum(power: int, total: int) -> bool:
    """CONS-1. Strictly more than 2/3 of the total: the paper's 2f + 1.

    Exactly 2/3 would keep agreement while liars hold less than 1/3, but two such quorums may share no more than 1/3,
    and then a fork could not be blamed on more than 1/3 of the power (CONS-5).
    """
    return 3 * power > 2 * total


def exceeds_a_third(power: int, total: int) -> bool:
    """CONS-1. Strictly more than 1/3 of the total: the paper's f + 1, among whom one is honest."""
    return 3 * power > total


def check_validators(validators: Validators) -> Rejection | None:
    """CONS-1. A set that can vote: at least one validator, ascending distinct keys of 32 bytes, positive powers.

    All of that is CONS-1; a total power past its bound, asked last, is NUM-5.
    """
    if not validators:
        return Rejection("CONS-1", "there is no validator")
    if any(len(validator.key) != KEY_BYTES for validator in validators):
        return Rejection("CONS-1", f"a validator's key has {KEY_BYTES} bytes")
    if any(not first.key < second.key for first, second in pairwise(validators)):
        return Rejection("CONS-1", "validators ascend by key, each key once")
    if any(validator.power < 1 for validator in validators):
        return Rejection("CONS-1", "a validator's power is at least 1")
    if total_power(validators) > MAX_POWER:
        return Rejection("NUM-5", f"the total power is at most {MAX_POWER}")
    return None
