"""Counterexamples: a run as an ITF trace, and the program that a trace holds.

The trace's states are for viewers and for comparison; the program in its `#meta` is what is run again. So a trace that
was made under a mutant, or of an older specification, can be run on the one at hand, and shows where they part.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from clearstone import mutants
from clearstone.models.itf import ItfError, ItfState, ItfTrace, Record, encoded
from clearstone.models.stateful import exchange_program, exchange_telling, network_program, network_telling
from clearstone.models.stateful.exchange_run import ExchangeRun
from clearstone.models.stateful.exchange_world import PLACES, POWERS, WORLDS
from clearstone.models.stateful.hunting import MACHINES, Machine, Run
from clearstone.models.stateful.network_forgeries import FORGERIES
from clearstone.models.stateful.records_shown import as_itf
from clearstone.models.stateful.telling import Moment
from clearstone.spec.encoding.state_json import from_json, to_json
from clearstone.spec.receipts import Rejection

PROGRAMS: dict[str, Any] = {"exchange": exchange_program.Program, "network": network_program.Program}
"""What programs of each machine are."""


@dataclass(frozen=True, slots=True)
class Counterexample:
    """What a trace holds."""

    machine: Machine
    """Whose program it is."""
    program: Any
    """The program."""
    mutant: str
    """The mutant under which it was found; empty if none."""
    broken: tuple[str, ...]
    """The invariants that it broke."""
    states: tuple[Any, ...]
    """The states that it went through, as the trace has them."""


def moments(run: Run) -> Iterator[Moment]:
    """The beginning of a run, and each of its steps."""
    return exchange_telling.moments(run) if isinstance(run, ExchangeRun) else network_telling.moments(run)


def trace_of(machine: Machine, run: Run) -> ItfTrace:
    """A run as a trace: each state with the action that led to it and the rules behind that."""
    told = list(moments(run))
    states = [
        ItfState(
            {"action": moment.action, **{name: as_itf(value) for name, value in moment.shown.items()}},
            {"action": moment.action, "rules": list(moment.rules), "outcomes": list(moment.outcomes)},
        )
        for moment in told
    ]
    broken = mutants.current()
    meta = {
        "description": f"a program of the {machine.name} machine",
        "machine": machine.name,
        "mutant": broken.name if broken else "",
        "violations": [asdict(violation) for violation in run.violations],
        "program": to_json(run.program),
    }
    return ItfTrace(("action", *told[0].shown), states, meta=meta)


def read_counterexample(trace: ItfTrace) -> Counterexample | None:
    """The counterexample that a trace holds; None if it was made by something else, `ItfError` if it is damaged."""
    name = trace.meta.get("machine")
    if not isinstance(name, str) or name not in MACHINES:
        return None
    program = from_json(PROGRAMS[name], trace.meta.get("program"))
    if isinstance(program, Rejection):
        raise ItfError(f"its program cannot be read: {program.reason}")
    fault = next(_faults(program), "")
    if fault:
        raise ItfError(f"its program cannot be run: {fault}")
    violations = trace.meta.get("violations")
    broken = tuple(str(each.get("invariant")) for each in violations or () if isinstance(each, dict))
    return Counterexample(
        MACHINES[name],
        program,
        str(trace.meta.get("mutant") or ""),
        tuple(dict.fromkeys(broken)),
        tuple(encoded(Record(state.values)) for state in trace.states),
    )


def _network_faults(program: network_program.Program) -> Iterator[str]:
    if program.powers not in (network_program.EQUAL, network_program.UNEQUAL):
        yield f"powers are {network_program.EQUAL} or {network_program.UNEQUAL}"
    for number, step in enumerate(program.steps, 1):
        if getattr(step, "value", "nil") not in network_program.VALUES:
            yield f"step {number} names a value that is not there"
        if isinstance(step, network_program.Forge) and step.how not in FORGERIES:
            yield f"step {number} makes a message that nobody can"
    named = {*program.liars, *(getattr(step, "liar", 0) for step in program.steps)}
    if any(not 0 <= liar < len(program.powers) for liar in named):
        yield "it has a liar that is no validator"


def _faults(program: Any) -> Iterator[str]:
    """What a program refers to that is not there."""
    if isinstance(program, network_program.Program):
        yield from _network_faults(program)
        return
    if program.world not in WORLDS:
        yield f"there is no world {program.world}"
    for number, step in enumerate(program.steps, 1):
        named = {act.who for act in step.acts} | {
            getattr(act.action, name) for act in step.acts for name in ("to", "account") if hasattr(act.action, name)
        }
        unknown = sorted(named - PLACES.keys() - {""})
        if unknown:
            yield f"step {number} names {unknown[0]}"
        validators = {*step.silent, *(signer for act in step.acts for signer in act.signers)}
        if any(not 0 <= index < len(POWERS) for index in validators):
            yield f"step {number} has a validator that is not there"
