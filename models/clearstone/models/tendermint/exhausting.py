"""Exhausting an instance: with the table if the rules that run allow it, else with `step` in every state.

Agreement is looked for first of all: if an invariant of single steps breaks, as it does as soon as a lock is not set,
the search goes on for two decisions, whose trace tells more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from time import perf_counter

from clearstone.models.exploration.search import Ended, Exploration, explore
from clearstone.models.tendermint.answers import RefusedError
from clearstone.models.tendermint.closed_rounds import ClosedRounds
from clearstone.models.tendermint.columns import Columns
from clearstone.models.tendermint.effects import Happening
from clearstone.models.tendermint.instance import Instance
from clearstone.models.tendermint.packed import PackedExploration, explore_packed
from clearstone.models.tendermint.paths import way_to
from clearstone.models.tendermint.ranked import explore_ranked
from clearstone.models.tendermint.runs import Moment, run
from clearstone.models.tendermint.system import GlobalState, TendermintSystem
from clearstone.models.tendermint.table import Table


@dataclass(slots=True)
class Exhausted:
    """What the exploration of an instance has come to."""

    instance: Instance
    """The instance."""
    engine: str = "table"
    """`table` if a table of what `step` says was gone by, `step` if it was called in every state; `closed rounds` if
    the table was gone by and nobody acted in a round that somebody had left."""
    note: str = ""
    """Why it was not what was asked for."""
    states: int = 0
    """Distinct states, up to symmetry if the instance has it."""
    steps: int = 0
    """Steps found in those that were looked at."""
    layers: list[int] = field(default_factory=list)
    """How many states there are at each distance from the start."""
    frontier: int = 0
    """States that were found and not looked at."""
    ended: Ended = "interrupted"
    """Why it ended."""
    findings: list[str] = field(default_factory=list)
    """What is wrong."""
    moments: list[Moment] = field(default_factory=list)
    """A shortest run to it, with the decisions that it leads to."""
    seconds: float = 0.0
    """How long it took."""

    @property
    def holds(self) -> bool:
        """Whether every state was looked at, and nothing is wrong."""
        return self.ended == "exhausted" and not self.findings

    def take(self, done: PackedExploration | Exploration[GlobalState, Happening]) -> None:
        """Take over how far a search has come."""
        self.states, self.steps, self.layers = done.states, done.steps, list(done.layers)
        self.frontier, self.ended = done.frontier, done.ended


Tell = Callable[[Exhausted], None]
"""Called now and then; if it raises `KeyboardInterrupt`, the exploration ends there."""


def exhaust(
    instance: Instance,
    *,
    by_step: bool = False,
    closes_rounds: bool = False,
    max_states: int | None = None,
    tell: Tell = lambda done: None,
) -> Exhausted:
    """Explore an instance to its end, or to the first thing that is wrong.

    With `closes_rounds` far fewer states do, if the rules that run allow it (`closed_rounds`).
    """
    began = perf_counter()
    result = Exhausted(instance)
    try:
        if not by_step:
            try:
                table = Table(instance)
                if closes_rounds and with_closed_rounds(result, table, max_states, tell):
                    return result
                by_table(result, table, max_states, tell)
                return result
            except RefusedError as refused:
                result.note = f"no table: {refused}"
        result.engine = "step"
        if result.note and instance.symmetric:
            result.instance = replace(instance, symmetric=False)
        in_every_state(result, max_states, tell)
    except KeyboardInterrupt:
        result.ended = "interrupted"
    finally:
        result.seconds = perf_counter() - began
    return result


def with_closed_rounds(result: Exhausted, table: Table, max_states: int | None, tell: Tell) -> bool:
    """Explore with closed rounds; whether that was all. A violation is left to open rounds, whose trace is a run."""
    try:
        columns = ClosedRounds(table)
    except RefusedError as refused:
        result.note = f"rounds are not closed: {refused}"
        return False
    result.engine = "closed rounds"
    done = explore_ranked(columns, max_states=max_states, tell=partial(follow, result, tell))
    result.take(done)
    if done.wrong is None:
        return True
    result.engine, result.note = "table", f"with closed rounds {done.states:,} states led to something wrong"
    return False


def follow(result: Exhausted, tell: Tell, done: PackedExploration | Exploration[GlobalState, Happening]) -> None:
    """Say how far an exploration has come."""
    result.take(done)
    tell(result)


def by_table(result: Exhausted, table: Table, max_states: int | None, tell: Tell) -> None:
    """Explore with the table."""
    columns = Columns(table)
    progress = partial(follow, result, tell)
    done = explore_packed(columns, max_states=max_states, tell=progress)
    if done.finding == "steps":
        further = explore_packed(columns, judges_steps=False, max_states=max_states, tell=progress)
        if further.finding == "agreement":
            assert done.wrong is not None, "a violation is of some state"
            result.findings += way_to(columns, done.found, done.wrong, judges_steps=True).findings
            done = further
    result.take(done)
    if done.wrong is not None:
        way = way_to(columns, done.found, done.wrong, judges_steps=done.finding == "steps")
        result.findings = [*way.findings, *result.findings]
        result.moments = run(result.instance, [step.label for step in way.steps])


def in_every_state(result: Exhausted, max_states: int | None, tell: Tell) -> None:
    """Explore by calling `step` in every state."""
    progress = partial(follow, result, tell)
    done = explore(TendermintSystem(result.instance), max_states=max_states, tell=progress)
    if done.violation is not None and not done.violation.findings[0].startswith("agreement"):
        system = TendermintSystem(result.instance, judges_steps=False)
        further = explore(system, max_states=max_states, tell=progress)
        if further.violation is not None and further.violation.findings[0].startswith("agreement"):
            result.findings += done.violation.findings
            done = further
    result.take(done)
    if done.violation is not None:
        result.findings = [*done.violation.findings, *result.findings]
        result.moments = run(result.instance, [step.label for step in done.violation.steps])
