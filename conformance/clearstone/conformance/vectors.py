"""The vectors: all cases of all suites, made from the spec, the same each time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from clearstone.conformance.suites import (
    arithmetic_cases,
    block_cases,
    book_cases,
    consensus_cases,
    encoding_cases,
    funding_cases,
    incident_cases,
    ledger_cases,
    liquidation_cases,
    margin_cases,
    options_cases,
    oracle_cases,
    reading_cases,
    signature_cases,
    waterfall_cases,
)
from clearstone.conformance.suites.draft import Draft, answered
from clearstone.conformance.vector_file import Case
from clearstone.conformance.wire import SUITES

DRAFTS: Mapping[str, Callable[[], list[Draft]]] = MappingProxyType(
    {
        "arithmetic": arithmetic_cases.drafts,
        "encoding": encoding_cases.drafts,
        "signatures": signature_cases.drafts,
        "oracle": oracle_cases.drafts,
        "ledger": lambda: [*ledger_cases.drafts(), *reading_cases.ledger_drafts()],
        "book": book_cases.drafts,
        "funding": lambda: [*funding_cases.drafts(), *reading_cases.funding_drafts()],
        "options": options_cases.drafts,
        "margin": lambda: [*margin_cases.drafts(), *reading_cases.margin_drafts()],
        "liquidation": lambda: [*liquidation_cases.drafts(), *reading_cases.liquidation_drafts()],
        "waterfall": waterfall_cases.drafts,
        "consensus": consensus_cases.drafts,
        "blocks": block_cases.drafts,
        "incidents": incident_cases.drafts,
    }
)
"""What makes the questions of each suite."""


def cases_of(suite: str) -> tuple[Case, ...]:
    """The cases of a suite, in a fixed order."""
    return tuple(map(answered, DRAFTS[suite]()))


def all_cases() -> Iterator[Case]:
    """The cases of all suites, in the order of suites, made as they are asked for."""
    for suite in SUITES:
        if suite in DRAFTS:
            yield from cases_of(suite)
