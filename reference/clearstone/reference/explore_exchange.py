"""Exploring the finite instance of the exchange, for the command."""

from __future__ import annotations

from time import perf_counter

from clearstone.models.exchange_instances.programs import program_of
from clearstone.models.exchange_instances.shown import itf_trace, step_text
from clearstone.models.exchange_instances.system import ExchangeSystem
from clearstone.models.exploration.search import explore
from clearstone.reference.explore_programs import with_program
from clearstone.reference.explore_progress import explore_progress
from clearstone.reference.explore_results import ExploreResult


def explore_exchange(depth: int, max_states: int | None = None, *, quiet: bool = False) -> ExploreResult:
    """Try everything on the menu in every order, in so many blocks."""
    began, system = perf_counter(), ExchangeSystem()
    with explore_progress("exchange", quiet=quiet) as progress:
        done = explore(system, max_depth=depth - 1, max_states=max_states, tell=progress.tell)
    violation = done.violation
    findings = () if violation is None else violation.findings
    steps = () if violation is None else violation.steps
    itf = None
    if violation is not None:
        trace = itf_trace(violation, system.accounts, findings, "clearstone explore")
        itf = with_program(trace, "exchange", program_of([step.label for step in steps]), findings)
    return ExploreResult(
        model="exchange",
        instance=f"{len(system.accounts)} accounts, {len(system.menu)} things that can happen, {depth} blocks",
        engine="by `apply_block` in every state",
        states=done.states,
        steps=done.steps,
        depth=max(0, len(done.layers)),
        frontier=done.frontier,
        ended="exhausted" if done.ended == "depth limit" else done.ended,
        findings=findings,
        trace=("the start", *(step_text(step.label) for step in steps)) if violation is not None else (),
        itf=itf,
        seconds=perf_counter() - began,
        remarks=(f"{len(system.accepted)} of the menu's transactions were accepted somewhere",),
    )
