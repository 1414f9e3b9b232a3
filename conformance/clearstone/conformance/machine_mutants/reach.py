"""Which cases run which lines of the spec, and which lines run while it is loaded: what a mutant has to be asked.

A case that does not run a line cannot tell what was changed in it. What is recorded here costs some seconds, once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import process_time
from types import CodeType, FrameType
from typing import Any

from clearstone.conformance import operations
from clearstone.conformance.machine_mutants.children import in_child
from clearstone.conformance.machine_mutants.generation import ROOT, modules, path_of
from clearstone.conformance.machine_mutants.loading import import_anew
from clearstone.conformance.machine_mutants.mutant import MachineMutant
from clearstone.conformance.vector_file import Case

BUILDS_ONCE = frozenset({"encoding.plain", "encoding.records", "encoding.shapes"})
"""Modules that build readers and writers when they are first needed and then keep them: any case may be the first."""

Lines = frozenset[tuple[str, int]]
"""Module and line."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What was recorded."""

    on_loading: Lines
    """Lines that run while the spec is loaded."""
    by_line: dict[tuple[str, int], tuple[int, ...]]
    """Places of the cases that run a line, the cheapest first."""
    cost: tuple[float, ...]
    """CPU seconds of each case while being recorded."""

    def loads_anew(self, mutant: MachineMutant) -> bool:
        """Whether a mutant shows only in a spec that is loaded anew."""
        return not mutant.in_function or any((mutant.module, line) in self.on_loading for line in mutant.lines)

    def cases(self, mutant: MachineMutant) -> tuple[int, ...]:
        """The places of all cases that could tell a mutant from the spec: the likeliest first, then the cheapest."""
        if self.loads_anew(mutant) or mutant.module in BUILDS_ONCE:
            likely = self._runs(mutant.module, range(1, 1 + max(line for _, line in self.by_line)))
            return tuple(sorted(range(len(self.cost)), key=lambda place: (place not in likely, self.cost[place])))
        return tuple(sorted(self._runs(mutant.module, mutant.lines), key=self.cost.__getitem__))

    def _runs(self, module: str, lines: range) -> set[int]:
        """The places of the cases that run any of some lines."""
        return {place for line in lines for place in self.by_line.get((module, line), ())}


def recorded(cases: Sequence[Case]) -> Reach:
    """Answer all cases, and record, in a process of its own: this one goes on as if it had answered none."""
    return in_child(lambda: _record(cases))


def _record(cases: Sequence[Case]) -> Reach:
    with _Recorder() as loading:
        asked = import_anew(None, operations.__name__)
    ran: list[Lines] = []
    cost: list[float] = []
    for case in cases:
        begun = process_time()
        with _Recorder() as recorder:
            asked.operation.answer_json(asked.OPERATIONS[case.operation], case.input)
        cost.append(process_time() - begun)
        ran.append(recorder.lines())
    by_line: dict[tuple[str, int], list[int]] = {}
    for place in sorted(range(len(cases)), key=cost.__getitem__):
        for line in ran[place]:
            by_line.setdefault(line, []).append(place)
    return Reach(loading.lines(), {line: tuple(places) for line, places in by_line.items()}, tuple(cost))


class _Recorder:
    """Records the lines of the spec that run inside of a `with`."""

    def __init__(self) -> None:
        self._names = {str(path_of(module)): module for module in modules()}
        self._ran: set[tuple[CodeType, int]] = set()
        self._ours: dict[CodeType, bool] = {}

    def __enter__(self) -> _Recorder:
        sys.settrace(self._call)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    def _call(self, frame: FrameType, event: str, argument: Any) -> Callable[..., Any] | None:
        code = frame.f_code
        ours = self._ours.get(code)
        if ours is None:
            ours = self._ours[code] = code.co_filename.startswith(str(ROOT))
        return self._line if ours else None

    def _line(self, frame: FrameType, event: str, argument: Any) -> Callable[..., Any]:
        self._ran.add((frame.f_code, frame.f_lineno))
        return self._line

    def lines(self) -> Lines:
        """Module and line of all that ran."""
        return frozenset(
            (self._names[code.co_filename], line) for code, line in self._ran if code.co_filename in self._names
        )
