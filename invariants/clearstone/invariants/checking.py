"""Checking: ask the invariants, count how often each was asked and how long it took, and keep what was wrong.

    tally = Tally()
    tally.check_block(BlockStep(before, block, after, receipt, authentic))   # the step and the state after it
    tally.check_trace(ConsensusTrace(...))
    tally.rows()                                                             # the table, one row for each invariant

An invariant that cannot be evaluated, because what it looks at is not even in form, has been violated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from time import perf_counter
from typing import Literal

from clearstone.invariants.block_step import BlockStep
from clearstone.invariants.catalogue import INVARIANTS
from clearstone.invariants.observations import ConsensusTrace
from clearstone.invariants.registry import Invariant, Kind, Violation
from clearstone.invariants.snapshot import Snapshot
from clearstone.spec.state import State

FINDINGS_KEPT = 3
"""How many things wrong with one observation are told; the first says enough."""

METHODS: Mapping[Kind, str] = {"state": "every state", "step": "every block", "trace": "every height"}


@dataclass(frozen=True, slots=True)
class Row:
    """One invariant in the table of results."""

    id: str
    """The invariant."""
    statement: str
    """What it says."""
    layer: str
    """Part of the protocol that it is about."""
    method: str
    """How it was established."""
    verdict: Literal["holds", "violated", "not asked"]
    """Whether it held wherever it was asked."""
    strength: str
    """How much that says: how many observations."""
    detail: str
    """The first violation, or empty."""
    seconds: float
    """Time spent."""


class Tally:
    """How often each invariant was asked, how long that took, and what was wrong."""

    def __init__(self, invariants: Mapping[str, Invariant] = INVARIANTS, thorough: bool = False) -> None:
        """An empty tally. `thorough` asks every invariant at every height and of every account: nothing takes turns."""
        self.thorough = thorough
        self.evaluations = dict.fromkeys(invariants, 0)
        self.seconds = dict.fromkeys(invariants, 0.0)
        self.sharing = 0.0
        """Seconds spent on what invariants share: sums over a state, executing a block again."""
        self.violations: list[Violation] = []
        self._invariants = invariants
        self._of_kind: dict[Kind, list[Invariant]] = {"state": [], "step": [], "trace": []}
        for each in invariants.values():
            self._of_kind[each.kind].append(each)

    def check_state(self, state: State | Snapshot) -> list[Violation]:
        """What is wrong with a state."""
        snapshot = state if isinstance(state, Snapshot) else Snapshot(state)
        if self.thorough and not snapshot.thorough:
            snapshot = Snapshot(snapshot.state, thorough=True)
        self._share(snapshot, ("totals", "phases"))
        return self._ask("state", snapshot, snapshot.state.height)

    def check_step(self, step: BlockStep) -> list[Violation]:
        """What is wrong with a block's step; the state after it is judged by `check_state`."""
        self._share(step, ("trail", "flows"))
        return self._ask("step", step, step.after.height)

    def check_block(self, step: BlockStep) -> list[Violation]:
        """What is wrong with a block's step or with the state after it."""
        return self.check_step(step) + self.check_state(step.end)

    def check_trace(self, trace: ConsensusTrace) -> list[Violation]:
        """What is wrong with one height of consensus."""
        return self._ask("trace", trace, trace.height)

    def rows(self) -> list[Row]:
        """The table: one row for each invariant, in the order of the catalogue."""
        broken: dict[str, list[Violation]] = {}
        for violation in self.violations:
            broken.setdefault(violation.invariant, []).append(violation)
        return [self._row(each, broken.get(each.id, [])) for each in self._invariants.values()]

    def _row(self, asked: Invariant, violations: list[Violation]) -> Row:
        times = self.evaluations[asked.id]
        first = violations[0] if violations else None
        return Row(
            id=asked.id,
            statement=asked.statement,
            layer=asked.layer,
            method=METHODS[asked.kind] if asked.every == 1 else f"{METHODS[asked.kind]}, each {asked.every}th height",
            verdict="violated" if violations else "holds" if times else "not asked",
            strength=f"SAMPLED {times}",
            detail="" if first is None else f"height {first.height}: {first.detail}",
            seconds=self.seconds[asked.id],
        )

    def _ask(self, kind: Kind, observation: Snapshot | BlockStep | ConsensusTrace, height: int) -> list[Violation]:
        found: list[Violation] = []
        for each in self._of_kind[kind]:
            if self.thorough or height % each.every == 0:
                started = perf_counter()
                found += findings(each, observation, height)
                self.seconds[each.id] += perf_counter() - started
                self.evaluations[each.id] += 1
        self.violations += found
        return found

    def _share(self, observation: Snapshot | BlockStep, names: Iterable[str]) -> None:
        started = perf_counter()
        for name in names:
            try:
                getattr(observation, name)
            except Exception:
                break  # whoever needs it will say so
        self.sharing += perf_counter() - started


def findings(asked: Invariant, observation: Snapshot | BlockStep | ConsensusTrace, height: int) -> list[Violation]:
    """What one invariant finds wrong with one observation."""
    try:
        details = list(islice(asked.findings(observation), FINDINGS_KEPT))
    except Exception as error:
        details = [f"cannot be evaluated: {type(error).__name__}: {error}"]
    return [Violation(asked.id, height, detail) for detail in details]


def check_state(state: State | Snapshot) -> list[Violation]:
    """What every invariant of states finds wrong with one, those that take turns included."""
    return Tally(thorough=True).check_state(state)


def check_step(step: BlockStep) -> list[Violation]:
    """What every invariant of steps finds wrong with one, those that take turns included."""
    return Tally(thorough=True).check_step(step)


def check_trace(trace: ConsensusTrace) -> list[Violation]:
    """What every invariant of consensus finds wrong with one height."""
    return Tally().check_trace(trace)
