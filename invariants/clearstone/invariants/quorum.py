"""The quorum stated a second time: votes are not counted by the function that is held to account (CONS-1)."""

from __future__ import annotations

from collections.abc import Iterable

from clearstone.spec.consensus.validators import Validators


def whole_power(validators: Validators) -> int:
    """The power of all validators."""
    return sum(validator.power for validator in validators)


def power_behind(validators: Validators, keys: Iterable[bytes]) -> int:
    """The power of the validators with these keys, each counted once."""
    asked = frozenset(keys)
    return sum(validator.power for validator in validators if validator.key in asked)


def more_than_two_thirds(power: int, validators: Validators) -> bool:
    """Whether so much power is a quorum: strictly more than 2/3 of all."""
    return 3 * power > 2 * whole_power(validators)


def more_than_a_third(power: int, validators: Validators) -> bool:
    """Whether so much power must include somebody honest: strictly more than 1/3 of all."""
    return 3 * power > whole_power(validators)
