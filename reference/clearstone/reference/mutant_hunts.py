"""Hunting one mutant by one method: what each method comes to when a rule is broken, in one form.

The methods share nothing but the spec, so that two of them seldom miss the same mistake: replays and scenarios,
proofs, exhausted instances, random programs, and the vectors put to the broken spec as if it were somebody's client.
Each hunt is a process of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from time import perf_counter
from types import MappingProxyType
from typing import Any

from clearstone.conformance.reports.run_report import suspects
from clearstone.conformance.reports.terminal import NAMED
from clearstone.conformance.runner.conversation import Conversation
from clearstone.conformance.runner.limits import Limits
from clearstone.conformance.vector_file import Case
from clearstone.conformance.vectors import all_cases
from clearstone.models.stateful.out_of_reach import IN_BLOCKS
from clearstone.mutants import Mutant, run_in_fresh_process
from clearstone.proofs.kill_matrix import candidates, hunt
from clearstone.reference.explore_suite import OF_CONSENSUS, caught
from clearstone.reference.results import VIOLATED

HANGS = 900.0
"""After how many seconds a process counts as hung, and its mutant as not caught."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one mutant under one method."""

    mutant: str
    """Its name."""
    method: str
    """The method's."""
    caught: bool
    """Whether the method failed because of it."""
    by: str
    """What broke first: an invariant, a scenario, a proof, a case's rule; else empty."""
    detail: str
    """How it broke, or why it was not seen, in a line."""
    steps: int | None
    """Steps of the shortest counterexample, where the method has steps."""
    seconds: float
    """What it took, with starting a process."""


Told = tuple[bool, str, str, int | None]
"""Caught, by what, how, and in how many steps."""


def find_by(method: str, mutant: Mutant) -> Finding:
    """Hunt a mutant by a method."""
    began = perf_counter()
    try:
        is_caught, by, detail, steps = METHODS[method](mutant)
    except subprocess.TimeoutExpired:
        is_caught, by, detail, steps = False, "", f"no end after {HANGS:.0f} s", None
    return Finding(mutant.name, method, is_caught, by, detail, steps, round(perf_counter() - began, 1))


def by_check(mutant: Mutant) -> Told:
    """Replays of crashes and all scenarios, under all invariants: what only `clearstone check` does."""
    data = _said(["check", "--part", "replays", "--part", "scenarios"], mutant)
    if isinstance(data, str):
        return False, "", data, None
    broken = [result for result in data["results"] if result["verdict"] == VIOLATED]
    if not broken:
        return False, "", "every invariant, property and scenario holds", None
    first = next((result for result in broken if result["method"] == "scenario"), broken[0])
    return True, first["id"], first["detail"], None


def by_proofs(mutant: Mutant) -> Told:
    """The proofs that rest on what the mutant breaks: caught by a counterexample that the plain functions confirm."""
    kill = hunt(mutant, candidates(mutant), False)
    return kill.killer is not None, kill.killer.id if kill.killer else "", kill.reason, None


def by_exploration(mutant: Mutant) -> Told:
    """The small instances that every mutant is tried on, exhausted up to the first violation."""
    done = caught(mutant, HANGS)
    if not done.is_caught:
        return False, "", done.finding or "every small instance holds in every state", None
    first, _, how = done.finding.partition(": ")
    return True, first, f"{done.instance}: {how}", done.steps


def by_machines(mutant: Mutant) -> Told:
    """Random programs of the exchange or of the network, whichever the rule belongs to."""
    machine = "network" if mutant.layer in OF_CONSENSUS and mutant.name not in IN_BLOCKS else "exchange"
    data = _said(["stateful", "--machine", machine], mutant)
    if isinstance(data, str):
        return False, "", data, None
    last = data["hunts"][-1]
    if not last["violations"]:
        return False, "", f"{last['programs']} programs of {last['steps']} steps break nothing", None
    first = last["violations"][0]
    return True, first["invariant"], first["detail"], last["shrunk_steps"]


def by_vectors(mutant: Mutant) -> Told:
    """The conformance vectors, put to the broken spec as a client: caught if the report names the broken rule."""
    command = [sys.executable, "-m", "clearstone.reference.command", "client", "--mutant", mutant.name]
    results = tuple(Conversation(command, _vectors(), Limits(reply_seconds=60)))
    named = [suspect.rule for suspect in suspects(results)[:NAMED]]
    failed = [result for result in results if result.verdict == "failed"]
    rule = mutant.breaks.partition(":")[0]
    detail = f"{len(failed)} of {len(results)} cases fail; pointing at {', '.join(named) or 'nothing'}"
    return rule in named, failed[0].case.id if failed else "", detail, None


@cache
def _vectors() -> tuple[Case, ...]:
    """All cases, from the true spec."""
    return tuple(all_cases())


def _said(arguments: list[str], mutant: Mutant) -> Any:
    """What a command answers as data under a mutant; a string that says what it answered instead if it was no data."""
    ended = run_in_fresh_process([*arguments, "--json", "-"], mutant, timeout=HANGS)
    try:
        return json.loads(ended.stdout)
    except ValueError:
        last = (ended.stderr.strip().splitlines() or ["nothing was said"])[-1]
        return f"the process ended with {ended.returncode}: {last}"


METHODS: Mapping[str, Callable[[Mutant], Told]] = MappingProxyType(
    {"check": by_check, "prove": by_proofs, "explore": by_exploration, "stateful": by_machines, "conform": by_vectors}
)
"""The methods by name, in the order of the report's columns."""
