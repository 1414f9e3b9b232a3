"""Contracts: a helper that is proved by itself is replaced by what was proved of it.

`fill` is proved with the health rule saying yes or no as it likes, but never yes to a deeper deficit: that it never
does is proved as `the_health_rule_lets_no_deficit_grow`. Whatever is proved then holds
for any health rule that keeps its contract.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from clearstone.proofs.symbolic.formulas import conjunction, implies, negation
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import Account
from clearstone.spec.margin import Quotes, equity, healthy_after


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


@contextmanager
def any_health(world: World, promised: bool = False) -> Iterator[None]:
    """The health rule says what it likes; if `promised`, then never that an account is healthy whose deficit grew."""
    asked: list[bool] = []

    def judge(before: Account, after: Account, quotes: Quotes) -> bool:
        healthy = world.flag(f"healthy {len(asked)}")
        asked.append(healthy)
        if promised:
            was, becomes = equity(before, quotes), equity(after, quotes)
            world.assume(implies(healthy, negation(conjunction(becomes < 0, becomes < was))))
        return healthy

    with replaced(healthy_after, judge):
        yield
