"""The kill matrix: for each mutant, the proofs that rest on what it breaks, and which of them refutes it.

A proof that cannot fail proves nothing. Each mutant runs in a fresh process; the proofs nearest to the broken
definition come first, those about the broken rule before others. A mutant is killed by a counterexample that the plain
functions, broken as they are, confirm.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from os import cpu_count
from time import perf_counter
from typing import Any

from clearstone.mutants import Mutant, run_in_fresh_process
from clearstone.proofs.call_graph import CallGraph, Place, call_graph
from clearstone.proofs.catalogue import Proof, proofs
from clearstone.proofs.obligations import Counterexample

HANGS = 900.0
"""After how many seconds a process counts as hung, and its mutant as not killed."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of one proof under one mutant."""

    id: str
    """Id of the proof."""
    verdict: str
    """Its verdict: anything but `proved` is a failure, `refuted` shows what is wrong."""
    detail: str
    """Why, in a line."""
    seconds: float
    """What it took."""
    counterexample: Counterexample | None
    """Inputs that show it, if there are any."""

    @property
    def kills(self) -> bool:
        """Whether the plain functions confirm what it found."""
        return self.verdict == "refuted" and self.counterexample is not None and self.counterexample.replayed


@dataclass(frozen=True, slots=True)
class Kill:
    """One row of the matrix."""

    mutant: Mutant
    """The broken rule."""
    candidates: tuple[str, ...]
    """Ids of the proofs that rest on what it breaks, nearest first."""
    attempts: tuple[Attempt, ...]
    """Those that were tried."""
    seconds: float
    """What the process took, with starting it."""
    complaint: str = ""
    """Why the process did not end as it should."""

    @property
    def killer(self) -> Attempt | None:
        """The first proof that refutes it."""
        return next((attempt for attempt in self.attempts if attempt.kills), None)

    @property
    def reason(self) -> str:
        """How it was killed, or why not, in a line."""
        if self.complaint:
            return self.complaint
        if self.killer is not None:
            return self.killer.detail
        failed = [attempt for attempt in self.attempts if attempt.verdict != "proved"]
        if failed:
            return f"not confirmed by a replay: {failed[0].id} is {failed[0].verdict}: {failed[0].detail}"
        if not self.candidates:
            return "no proof rests on what it breaks"
        few = "1 proof rests on what it breaks, and still holds"
        return few if len(self.attempts) == 1 else f"{len(self.attempts)} proofs rest on what it breaks; all still hold"


def candidates(
    mutant: Mutant, graph: CallGraph | None = None, listed: Sequence[Proof] | None = None
) -> tuple[str, ...]:
    """Ids of the proofs that rest on what a mutant breaks: the nearest first, and those about its rule.

    The graph of the specification and the proofs to choose from are found if they are not given.
    """
    graph, listed = graph or call_graph(), listed or proofs()
    rule = (re.match(r"[A-Z]+-\d+[a-z]?", mutant.breaks) or [""])[0]
    broken = graph.broken_by(mutant)
    ranked: list[tuple[int, bool, int, str]] = []
    for number, proof in enumerate(listed):
        distances = graph.distances(place_of(function) for function in proof.about)
        reached = [distances[place] for place in broken if place in distances]
        if reached:
            ranked.append((min(reached), rule not in proof.rules, number, proof.id))
    return tuple(id for *_, id in sorted(ranked))


def place_of(function: Callable[..., Any]) -> Place:
    """The definition at the top of its module that a function belongs to."""
    return function.__module__, function.__qualname__.partition(".")[0]


def kill_matrix(
    mutants: Sequence[Mutant], everything: bool, processes: int | None = None
) -> Generator[Kill, None, None]:
    """A row for each mutant, in the order in which they end; `everything` tries all candidates, not up to the first."""
    graph, listed = call_graph(), proofs()
    with ThreadPoolExecutor(processes or cpu_count()) as pool:
        rows = [pool.submit(hunt, mutant, candidates(mutant, graph, listed), everything) for mutant in mutants]
        try:
            for row in as_completed(rows):
                yield row.result()
        finally:
            pool.shutdown(cancel_futures=True)


def hunt(mutant: Mutant, ids: tuple[str, ...], everything: bool) -> Kill:
    """Try the proofs on one mutant."""
    if not ids:
        return Kill(mutant, ids, (), 0.0)
    began = perf_counter()
    options = [] if everything else ["--until-refuted"]
    try:
        ended = run_in_fresh_process(["prove", "--json", "-", *options, *ids], mutant, timeout=HANGS)
    except subprocess.TimeoutExpired:
        return Kill(mutant, ids, (), perf_counter() - began, f"no end after {HANGS:.0f} s")
    try:
        results = json.loads(ended.stdout)["results"]
    except ValueError:
        last = (ended.stderr.strip().splitlines() or ["nothing was said"])[-1]
        return Kill(mutant, ids, (), perf_counter() - began, f"the process ended with {ended.returncode}: {last}")
    return Kill(mutant, ids, tuple(map(attempt_of, results)), perf_counter() - began)


def attempt_of(result: dict[str, Any]) -> Attempt:
    """An attempt, from the data that the process wrote."""
    proof = result["proof"]
    shown = proof["counterexample"] and Counterexample(**proof["counterexample"])
    return Attempt(result["id"], proof["verdict"], result["detail"], result["seconds"], shown)
