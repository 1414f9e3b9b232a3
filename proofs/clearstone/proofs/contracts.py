"""Contracts: a helper that is proved by itself is replaced by what was proved of it.

`fill` is proved with the health rule saying yes or no as it likes: what it moves conserves money either way, and both
sides were judged healthy. What that means is proved of the rule itself: `the_health_rule_lets_no_deficit_grow`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from clearstone.proofs.worlds import World
from clearstone.spec.accounts import Account
from clearstone.spec.margin import Quotes, healthy_after


@contextmanager
def replaced(function: Callable[..., Any], by: Callable[..., Any]) -> Iterator[None]:
    """Let every module of the specification call `by` in the place of a function."""
    places = [
        (module, attribute)
        for name, module in sorted(sys.modules.items())
        if name.startswith("clearstone.spec.")
        for attribute, value in list(vars(module).items())
        if value is function
    ]
    for module, attribute in places:
        setattr(module, attribute, by)
    try:
        yield
    finally:
        for module, attribute in places:
            setattr(module, attribute, function)


@dataclass(frozen=True, slots=True)
class Judgement:
    """One question to the health rule, and what it said."""

    before: Account
    """The account as it was."""
    after: Account
    """The account as it would be."""
    healthy: bool
    """Whether that may be."""


@contextmanager
def any_health(world: World) -> Iterator[list[Judgement]]:
    """The health rule says what it likes; gives what it was asked, in order."""
    asked: list[Judgement] = []

    def judge(before: Account, after: Account, _: Quotes) -> bool:
        healthy = world.flag(f"healthy {len(asked)}")
        asked.append(Judgement(before, after, healthy))
        return healthy

    with replaced(healthy_after, judge):
        yield asked


def found_healthy(asked: list[Judgement], before: Account, after: Account) -> bool:
    """Whether the health rule was asked of this very change of an account, and allowed it."""
    return any(one.before is before and one.after is after and bool(one.healthy) for one in asked)
