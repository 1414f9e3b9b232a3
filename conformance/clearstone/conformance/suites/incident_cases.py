"""Real failures of other protocols, tried on this one: the blocks of every incident's scenario, as sequences.

The scenarios are those of `clearstone.models.incidents`, with keys that can sign; one that needs several chains gives
several cases.
"""

from __future__ import annotations

import re

from clearstone.conformance.suites.draft import Draft
from clearstone.conformance.suites.ledger_stage import signed_blocks, with_keys
from clearstone.models.incidents import SCENARIOS
from clearstone.models.incidents.scenario import Scenario

MOST_BLOCKS = 60
"""Of a longer history the first and the last so many blocks are cases."""


def drafts() -> list[Draft]:
    """The cases of the suite `incidents`."""
    return [draft for scenario in SCENARIOS.values() for draft in of_scenario(scenario)]


def of_scenario(scenario: Scenario) -> list[Draft]:
    """The cases of one incident."""
    result = with_keys(scenario.run)
    if not result.holds:
        raise ValueError(f"incident {scenario.number}: {result.failures}")
    title = re.sub("[^a-z0-9]+", "-", scenario.title.lower()).strip("-")
    found: list[Draft] = []
    for number, history in enumerate(result.histories, 1):
        for start in dict.fromkeys((0, max(0, len(history) - MOST_BLOCKS))):
            blocks = history[start : start + MOST_BLOCKS]
            part = f"{number}-{'end' if start else 'beginning'}"
            question = signed_blocks(blocks[0].before, blocks)
            name = f"incidents/{scenario.number}-{title}-{part}"
            found.append(Draft(name, scenario.answer, scenario.rules, "apply_blocks", question))
    return found
