"""Real failures, each as a small scenario in which a broken rule would be seen: one for every row of the list.

A scenario attempts on this protocol what brought another one down, and says what it expects: which rule refuses, or
what the attacker is left with. Where the protocol has no such mechanism, the scenario says so and rests on the closed
list of transaction kinds. `SCENARIOS` holds them by the incident's number; each is quick, and always gives the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from clearstone.models.incidents import (
    default_incidents,
    funding_incidents,
    governance_incidents,
    health_incidents,
    liquidation_incidents,
    oracle_incidents,
    payment_incidents,
    profit_incidents,
    restart_incidents,
    settlement_incidents,
    trading_incidents,
)
from clearstone.models.incidents.scenario import Scenario, ScenarioResult, Trial

_THEMES = (
    oracle_incidents,
    profit_incidents,
    health_incidents,
    trading_incidents,
    liquidation_incidents,
    default_incidents,
    funding_incidents,
    settlement_incidents,
    payment_incidents,
    governance_incidents,
    restart_incidents,
)

SCENARIOS: Mapping[int, Scenario] = MappingProxyType(
    {
        scenario.number: scenario
        for scenario in sorted(
            (scenario for theme in _THEMES for scenario in theme.SCENARIOS), key=lambda scenario: scenario.number
        )
    }
)
"""Every scenario by the number of its incident, ascending."""

__all__ = ["SCENARIOS", "Scenario", "ScenarioResult", "Trial"]
