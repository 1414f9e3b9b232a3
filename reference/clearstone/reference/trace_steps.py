"""Comparing a trace with another run of the same program, state by state."""

from __future__ import annotations

from typing import Any

from clearstone.models.itf import ItfState, ItfTrace, encoded

IN_WORDS = frozenset(("action", "happened"))
"""Variables that say in words what was done, which may change."""


def parts_at(trace: ItfTrace, again: ItfTrace) -> int | None:
    """The first step at which a trace and the run at hand are in different states; None if they agree."""
    for number, (was, now) in enumerate(zip(trace.states, again.states, strict=False)):
        if as_data(was) != as_data(now):
            return number
    shorter = min(len(trace.states), len(again.states))
    return None if len(trace.states) == len(again.states) else shorter


def as_data(state: ItfState) -> dict[str, Any]:
    """A state's values as the format has them, but for words."""
    return {name: encoded(value) for name, value in state.values.items() if name not in IN_WORDS}
