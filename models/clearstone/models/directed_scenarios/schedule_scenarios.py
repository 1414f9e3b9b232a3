"""A sample of random schedules under all invariants of consensus: the wide net beside the directed scenarios."""

from __future__ import annotations

from clearstone.models.cluster.cluster import Height
from clearstone.models.cluster.counting_application import Count
from clearstone.models.cluster.schedules import random_schedule, run_schedule
from clearstone.models.directed_scenarios.scenario import DirectedScenario, Trial

SEEDS = 30
"""How many schedules are run."""


def random_schedules(trial: Trial) -> None:
    """Run the first schedules; each decides all its heights, alike, and every invariant holds of every height."""
    tally = trial.tally()

    def observe(height: Height[Count, tuple[int, ...]]) -> None:
        tally.check_trace(height.trace)

    for seed in range(SEEDS):
        result = run_schedule(random_schedule(seed), observe)
        told = f"{result.decided} of {result.schedule.heights} heights, forks {result.forks}"
        trial.expect(f"schedule {seed} decides every height in one way", result.holds, told)
        if not result.holds:
            break  # a chain that stands still takes long to run into its deadline
    trial.take(tally, lambda tally: tally.violations)


SCENARIOS = (
    DirectedScenario(
        "random-schedules",
        "Under random networks, liars and crashes every height is decided, by all in the same way.",
        "consensus",
        ("CONS-1", "CONS-2", "CONS-3", "CONS-6"),
        random_schedules,
    ),
)
"""The scenarios of this theme."""
