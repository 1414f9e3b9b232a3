"""What `#meta` of an explorer's trace holds so that it can be run again, and running it.

A trace names its model and holds a program: what is finite, and what happened, step by step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from clearstone import mutants
from clearstone.models.exchange_instances import programs as exchange_programs
from clearstone.models.exploration.replayed import Replayed, violations_of
from clearstone.models.itf import ItfError, ItfTrace
from clearstone.models.stateful.counterexample_tests import classes_of, code_of
from clearstone.models.tendermint import programs, synchronous_programs
from clearstone.spec.encoding.state_json import from_json, to_json
from clearstone.spec.receipts import Rejection


@dataclass(frozen=True, slots=True)
class Model:
    """How traces of a model are run again."""

    program: Any
    """What its programs are."""
    faults: Callable[[Any], Iterator[str]]
    """What is wrong with a program."""
    run: Callable[[Any], Replayed]
    """Runs one."""
    module: str
    """Where all of that is, for a test that is written."""


def model_in(module: ModuleType) -> Model:
    """The model whose programs a module is about."""
    return Model(module.Program, module.faults, module.run_program, module.__name__)


MODELS: Mapping[str, Model] = {
    "tendermint": model_in(programs),
    "accountability": model_in(programs),
    "termination": model_in(synchronous_programs),
    "exchange": model_in(exchange_programs),
}
"""The models whose traces can be run again."""


@dataclass(frozen=True, slots=True)
class Explored:
    """What an explorer's trace holds."""

    name: str
    """The model."""
    program: Any
    """The program."""
    mutant: str
    """The mutant under which it was found; empty if none."""
    broken: tuple[str, ...]
    """The ids of what it violated."""

    @property
    def model(self) -> Model:
        """How it is run."""
        return MODELS[self.name]


def with_program(trace: ItfTrace, model: str, program: Any, findings: Sequence[str]) -> ItfTrace:
    """A trace whose `#meta` holds all that it takes to run it again."""
    broken = mutants.current()
    found = [{"invariant": each.invariant, "detail": each.detail} for each in violations_of(findings)]
    meta = {
        **trace.meta,
        "model": model,
        "mutant": broken.name if broken else "",
        "violations": found,
        "program": to_json(program),
    }
    return ItfTrace(trace.variables, trace.states, trace.parameters, meta, trace.loop)


def read_explored(trace: ItfTrace) -> Explored | None:
    """What an explorer's trace holds; None if it was made by something else, `ItfError` if it is damaged."""
    name = trace.meta.get("model")
    if not isinstance(name, str) or name not in MODELS:
        return None
    program = from_json(MODELS[name].program, trace.meta.get("program"))
    if isinstance(program, Rejection):
        raise ItfError(f"its program cannot be read: {program.reason}")
    fault = next(MODELS[name].faults(program), "")
    if fault:
        raise ItfError(f"its program cannot be run: {fault}")
    violations = trace.meta.get("violations")
    listed = violations if isinstance(violations, list) else []
    broken = tuple(str(each.get("invariant")) for each in listed if isinstance(each, dict))
    return Explored(name, program, str(trace.meta.get("mutant") or ""), tuple(dict.fromkeys(broken)))


def as_test(explored: Explored, origin: str) -> str:
    """The text of a test module that runs the trace and expects that nothing is wrong."""
    imports: dict[str, set[str]] = {explored.model.module: {"run_program"}}
    for cls in classes_of(explored.program):
        imports.setdefault(cls.__module__, set()).add(cls.__name__)
    broken = ", ".join(explored.broken) or "nothing"
    mutant = f" under the mutant {explored.mutant}" if explored.mutant else ""
    title = "_".join(explored.broken[:1]).replace("-", "_") or "everything"
    lines = [f'"""From {origin}: a trace of the model {explored.name} that broke {broken}{mutant}."""', ""]
    lines += [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(imports.items())]
    lines += ["", f"PROGRAM = {code_of(explored.program)}", "", ""]
    lines += [f"def test_{title}_holds() -> None:", "    assert run_program(PROGRAM).violations == ()", ""]
    return "\n".join(lines)
