"""What `clearstone check` runs, and on which of its processes: nothing here imports the spec.

The replay of March 2020 is the longest and has a process to itself. The scenarios come first in the other one: they are
quick, and a broken rule mostly shows there.
"""

from __future__ import annotations

from dataclasses import dataclass

MARCH_2020 = "btc-usd-2h-2020-03"
"""The crash that the main job replays."""
OTHER_SERIES = (
    "btc-usdt-1h-2021-05",
    "eth-usdt-1h-2021-05",
    "btc-usdt-1h-2022-06",
    "eth-usdt-1h-2022-06",
    "btc-usdt-1h-2022-11",
    "eth-usdt-1h-2022-11",
)
"""The crashes that it replays besides, coarser."""
SCENARIOS = "scenarios"
"""Name of the job that runs every scenario: of the incidents, and the directed ones."""


@dataclass(frozen=True, slots=True)
class Job:
    """One thing that a worker does."""

    name: str
    """Name of a series, or SCENARIOS."""
    seed: int
    """From which everything random in it is drawn."""
    blocks: int = 0
    """Blocks to spend on a series, roughly."""
    people: float = 1.0
    """Part of the full population that trades in it."""
    resolution: int = 60_000
    """Time between blocks in the worst hours, ms."""
    path: str = ""
    """File of the series, if it is not one of the project's own."""


def check_plan(seed: int, quick: bool) -> tuple[tuple[Job, ...], ...]:
    """The jobs of a check, by worker, in the order in which each does them."""
    march, others = (300, 60) if quick else (1_500, 260)
    replays = (Job(name, seed + number, others, 0.6) for number, name in enumerate(OTHER_SERIES, 1))
    return (Job(MARCH_2020, seed, march),), (Job(SCENARIOS, seed), *replays)
