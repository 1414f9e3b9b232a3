"""The trial of a mutant: cases that reach it are asked until an answer is not the expected one.

Those that caught its neighbours come first, then the cheapest: which case is named depends on what was tried before,
whether one is does not.
"""

from __future__ import annotations

import gc
import signal
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Literal, TypeAlias

from clearstone.conformance import operations
from clearstone.conformance.machine_mutants.children import ChildDied, in_child, limit_memory, limit_time
from clearstone.conformance.machine_mutants.loading import import_anew, replace_code
from clearstone.conformance.machine_mutants.mutant import MachineMutant
from clearstone.conformance.machine_mutants.reach import Reach, recorded
from clearstone.conformance.runner.differences import differences
from clearstone.conformance.vector_file import Case
from clearstone.conformance.wire import Json

MEMORY = 1 << 30
"""Bytes that a mutant may use beyond what the spec does."""
SECONDS = 2.0
"""CPU seconds in which a mutant must answer a case, beyond those that recording it took."""
NEIGHBOURS = 8
"""As many cases as are asked first because they caught most of the mutants of a scope, or of a module."""

Manner: TypeAlias = Literal["answers", "raises", "hangs", "survives"]
"""How a trial ends."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a mutant."""

    mutant: MachineMutant
    """The mutant."""
    manner: Manner
    """What caught it: an answer, an exception, or that none came within the limits; `survives` if nothing did."""
    case: str
    """Id of the case that caught it; empty if none did, or if it was caught while it was loaded or hung."""
    told: str
    """What was wrong with the answer, in a line; empty if nothing was."""
    asked: int
    """Cases that were asked; 0 if it hung."""

    @property
    def caught(self) -> bool:
        """Whether some case was answered otherwise than expected."""
        return self.manner != "survives"


class Trials:
    """Trials by the same cases."""

    def __init__(self, cases: Sequence[Case], reach: Reach | None = None) -> None:
        """Record which lines the cases run, unless that is known."""
        self._cases = cases
        self._reach = recorded(cases) if reach is None else reach
        self._places = {case.id: place for place, case in enumerate(cases)}
        self._caught: dict[tuple[str, str], Counter[int]] = {}

    def tried(self, mutant: MachineMutant) -> Verdict:
        """Try a mutant in a child process. It may loop, or fill the memory: then it is caught, as a client would be."""
        order = self._order(mutant)
        try:
            manner, case, told, asked = in_child(lambda: self._ask(mutant, order))
        except ChildDied as died:
            if died.signal != signal.SIGPROF:
                raise
            return Verdict(mutant, "hangs", "", "no answer within its time", 0)
        if case:
            for key in _neighbourhoods(mutant):
                self._caught.setdefault(key, Counter())[self._places[case]] += 1
        return Verdict(mutant, manner, case, told, asked)

    def _order(self, mutant: MachineMutant) -> tuple[int, ...]:
        """The places of all cases that reach a mutant, in the order in which they are asked."""
        cheapest = self._reach.cases(mutant)
        reaching = set(cheapest)
        likely = [
            place
            for key in _neighbourhoods(mutant)
            for place, _ in self._caught.get(key, Counter()).most_common(NEIGHBOURS)
            if place in reaching
        ]
        return tuple(dict.fromkeys((*likely, *cheapest)))

    def _ask(self, mutant: MachineMutant, order: tuple[int, ...]) -> tuple[Manner, str, str, int]:
        """What catches a mutant, asked in this process, which is the mutant's from then on."""
        gc.disable()  # the process does not live long
        limit_memory(MEMORY)
        limit_time(SECONDS)
        asked: ModuleType = operations
        if self._reach.loads_anew(mutant):
            try:
                asked = import_anew(mutant, operations.__name__)
            except Exception as error:
                return "raises", "", _name(error), 0
        else:
            replace_code(mutant)
        for number, place in enumerate(order, 1):
            limit_time(SECONDS + self._reach.cost[place])
            case = self._cases[place]
            try:
                answered = asked.operation.answer_json(asked.OPERATIONS[case.operation], case.input)
            except Exception as error:
                return "raises", case.id, _name(error), number
            if (answered.output, answered.rule) != (case.output, case.rejected):
                expected, actual = _shape(case.output, case.rejected), _shape(answered.output, answered.rule)
                return "answers", case.id, _first_difference(expected, actual), number
        return "survives", "", "", len(order)


def _neighbourhoods(mutant: MachineMutant) -> tuple[tuple[str, str], tuple[str, str]]:
    """The scope and the module of a mutant."""
    return (mutant.module, mutant.scope), (mutant.module, "")


def _name(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]


def _shape(output: Json, rule: str | None) -> Json:
    return {"output": output} if rule is None else {"rejected": rule}


def _first_difference(expected: Json, actual: Json) -> str:
    first = differences(expected, actual)[0]
    return f"{first.path}: expected {first.expected[:80]}, got {first.actual[:80]}"
