"""The vectors of some suites, read once."""

from __future__ import annotations

from functools import cache

import pytest

from clearstone.conformance.live.alterations.stock import Stock, vectors_of
from clearstone.conformance.vector_file import Case

SUITES = ("arithmetic", "oracle", "ledger", "waterfall", "consensus")


@cache
def cases() -> dict[str, Case]:
    """The vectors by id."""
    return {case.id: case for case in vectors_of(SUITES)}


@pytest.fixture
def vectors() -> dict[str, Case]:
    """The vectors by id."""
    return cases()


@pytest.fixture
def stock() -> Stock:
    """A stock of them."""
    return Stock(tuple(cases().values()), 1)
