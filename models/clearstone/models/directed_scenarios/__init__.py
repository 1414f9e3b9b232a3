"""Directed scenarios: situations that random schedules hardly ever reach, brought about on purpose, and what must hold.

Validators run `spec.consensus.step` on a stage (`stage`) on which nothing arrives and no timer runs out unless the
script says so; others show commits, blocks, bytes and signatures that must be refused. `SCENARIOS` holds them by name;
each takes a few hundredths of a second and always gives the same, except that `random-schedules`, last, takes seconds:
it is the sample of random ones beside them.

    result = SCENARIOS["half-is-no-quorum"].run()
    result.holds, result.failures      # what was expected
    result.judgement                   # what the invariants came to on what was seen
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from clearstone.models.directed_scenarios import (
    block_scenarios,
    claim_scenarios,
    commit_scenarios,
    encoding_scenarios,
    evidence_scenarios,
    lock_scenarios,
    message_scenarios,
    quorum_scenarios,
    restart_scenarios,
    round_scenarios,
    schedule_scenarios,
)
from clearstone.models.directed_scenarios.scenario import DirectedResult, DirectedScenario, Trial

_THEMES = (
    encoding_scenarios,
    quorum_scenarios,
    lock_scenarios,
    restart_scenarios,
    round_scenarios,
    claim_scenarios,
    message_scenarios,
    commit_scenarios,
    evidence_scenarios,
    block_scenarios,
    schedule_scenarios,
)

SCENARIOS: Mapping[str, DirectedScenario] = MappingProxyType(
    {scenario.name: scenario for theme in _THEMES for scenario in theme.SCENARIOS}
)
"""Every scenario by its name, in the order of reports."""

__all__ = ["SCENARIOS", "DirectedResult", "DirectedScenario", "Trial"]
