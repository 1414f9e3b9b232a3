"""What `clearstone check` runs, in which order: nothing here imports the spec.

The replay of March 2020 is the longest and starts first; the scenarios start beside it, as they are quick and a broken
rule mostly shows there, and after them the explorations of finite instances and the machines, which are quick as well.
The proofs come last: they are many and short, so that no process waits long for another.
"""

from __future__ import annotations

from collections.abc import Iterable
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
MACHINES = "machines"
"""Name of the job that lets the machines make up programs."""
EXPLORATIONS = "explorations"
"""Name of the job that explores the small finite instances."""
PROOFS = "proofs"
"""What the proofs are called where they are counted."""
REPLAYS = "replays"
"""What the replays of crashes are called together."""
PARTS = (REPLAYS, SCENARIOS, EXPLORATIONS, MACHINES, PROOFS)
"""Parts of a check, each of which can be asked for alone."""


@dataclass(frozen=True, slots=True)
class Job:
    """One thing that a worker does."""

    name: str
    """Name of a series, SCENARIOS, EXPLORATIONS, MACHINES, or the id of a proof."""
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
    is_proof: bool = False
    """Whether it is a proof; the seed is then the solver's."""

    @property
    def part(self) -> str:
        """The part of a check that it belongs to."""
        if self.is_proof:
            return PROOFS
        return self.name if self.name in PARTS else REPLAYS


def check_plan(seed: int, quick: bool) -> tuple[Job, ...]:
    """What a check does besides proofs; what is explored and what the machines make up is the same each time."""
    march, others = (300, 60) if quick else (1_500, 260)
    replays = (Job(name, seed + number, others, 0.6) for number, name in enumerate(OTHER_SERIES, 1))
    return Job(MARCH_2020, seed, march), Job(SCENARIOS, seed), Job(EXPLORATIONS, 1), Job(MACHINES, 1), *replays


def proof_jobs(ids: Iterable[str]) -> tuple[Job, ...]:
    """The proofs of a check; their seed is always the same, as no verdict depends on it."""
    return tuple(Job(id, 0, is_proof=True) for id in ids)
