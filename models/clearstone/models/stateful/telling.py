"""Telling a run step by step: what was done, by which rules, what came of it, and what the state then was.

This is what a trace holds of each of its states, and what people are shown when one is run again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clearstone.invariants.registry import Violation

RULES = re.compile(r"[A-Z]+-\d+[a-z]?(?:(?:, | and | to |, lines? )(?:[A-Z]+-\d+[a-z]?|\d+(?:–\d+)?))*")
"""The rules at the head of a docstring of the specification."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One step of a run, and the state that it led to."""

    action: str
    """What was done, in a line."""
    rules: tuple[str, ...]
    """The rules behind it: those of what was accepted, and those that refused."""
    outcomes: tuple[str, ...]
    """What came of it, a line each."""
    shown: Mapping[str, Any]
    """The state then, by name of the variable: records of the specification, mappings, numbers."""
    violations: tuple[Violation, ...] = ()
    """What was wrong."""


def rules_of(kind: type) -> str:
    """The rules that a record of the specification names at the head of its documentation; empty if none."""
    found = RULES.match(kind.__doc__ or "")
    return found.group() if found else ""


def unique(rules: list[str]) -> tuple[str, ...]:
    """Each rule once, in the order in which they came."""
    return tuple(dict.fromkeys(rule for rule in rules if rule))
