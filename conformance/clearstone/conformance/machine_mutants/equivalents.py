"""The mutants that behave as the spec does for every question: listed by hand, in groups, each with the reason.

A mutant stands in the list by its title: name, change, before and after. Its name follows from the text of its
statement, so an edit elsewhere leaves it alone, and an edit of that statement asks for a second look.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path

from clearstone.conformance.machine_mutants.mutant import MachineMutant

LIST = Path(__file__).with_name("equivalents.toml")
"""The list."""


def equivalents(path: Path = LIST) -> dict[str, str]:
    """Title to reason."""
    groups = tomllib.loads(path.read_text(encoding="utf-8"))["equivalent"]
    return {title: group["because"] for group in groups for title in group["mutants"]}


def stale(listed: Iterable[str], mutants: Iterable[MachineMutant]) -> tuple[str, ...]:
    """The entries that are no mutant's title any more."""
    titles = {mutant.title for mutant in mutants}
    return tuple(title for title in listed if title not in titles)
