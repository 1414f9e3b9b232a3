"""A trace of the finite exchange as a program: names from its menu, to be run again on the rules as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clearstone.models.exchange_instances.shown import itf_trace, owned, step_text
from clearstone.models.exchange_instances.system import ExchangeState, ExchangeSystem, Happened
from clearstone.models.exploration.replayed import Replayed, violations_of
from clearstone.models.exploration.search import Violation
from clearstone.models.exploration.system import Step
from clearstone.models.stateful.telling import Moment, rules_of


@dataclass(frozen=True, slots=True)
class Program:
    """A trace, to be run again."""

    steps: tuple[str, ...]
    """What happens in each block, as the menu calls it."""


def program_of(happened: Sequence[Happened]) -> Program:
    """The program of a trace."""
    return Program(tuple(each.name for each in happened))


def faults(program: Program) -> Iterator[str]:
    """What a program refers to that is not there."""
    names = {choice.name for choice in ExchangeSystem().menu}
    for number, name in enumerate(program.steps, 1):
        if name not in names:
            yield f"step {number}, {name!r}, is not on the menu"


def run_program(program: Program) -> Replayed:
    """Run a trace again, and judge each of its blocks."""
    system = ExchangeSystem()
    choices = {choice.name: choice for choice in system.menu}
    (start,) = system.initial()
    told = [Moment("the start", (), (), owned(start, system.accounts))]
    steps: list[Step[ExchangeState, Happened]] = []
    for name in program.steps:
        before = steps[-1].after if steps else start
        steps.append(system.step(before, choices[name]))
        told.append(_told(system, before, steps[-1]))
    findings = tuple(finding for step in steps for finding in step.findings)
    trace = itf_trace(Violation(findings, start, tuple(steps)), system.accounts, findings, "clearstone explore")
    return Replayed(tuple(told), trace)


def _told(system: ExchangeSystem, before: ExchangeState, step: Step[ExchangeState, Happened]) -> Moment:
    """A block: what was on it, by which rules, what came of it."""
    refused = step.label.refused
    choice = next(choice for choice in system.menu if choice.name == step.label.name)
    rules = [rules_of(type(system.transaction(before, choice).body.action))] if choice.make is not None else []
    outcome = () if choice.make is None else (f"refused by {refused}" if refused else "accepted",)
    height = step.after.state.height
    return Moment(
        step_text(step.label),
        tuple(rule for rule in (*rules, refused) if rule),
        outcome,
        owned(step.after, system.accounts),
        violations_of(step.findings, height),
    )
