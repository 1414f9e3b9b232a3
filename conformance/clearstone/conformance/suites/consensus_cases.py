"""Consensus: every rule of a validator with its guard just met and just missed; messages, commits, proposers, guilt."""

from __future__ import annotations

from clearstone.conformance.suites import consensus_bound_cases, guilt_cases, message_cases, step_cases
from clearstone.conformance.suites.draft import Draft


def drafts() -> list[Draft]:
    """The cases of the suite `consensus`."""
    return [*step_cases.drafts(), *message_cases.drafts(), *guilt_cases.drafts(), *consensus_bound_cases.drafts()]
