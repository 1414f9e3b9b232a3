"""Which rules the vectors exercise: each with a case that it lets pass, and, if it can reject, one that it rejects.

Which rules can reject is read from the sources of the spec: wherever a rejection is made, or a match stopped, by an id.
"""

from __future__ import annotations

import ast
import importlib.util
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from clearstone.conformance.vector_file import Case
from clearstone.conformance.wire import Json
from clearstone.spec.rules import RULES

NOT_IN_VECTORS: dict[str, str] = {
    "MARGIN-7": "a bound on what a coalition can take over whole histories: a theorem, sampled elsewhere, not a step",
    "NUM-1": "that there are no floats, clocks or randomness: every case is an instance, and none can decide it",
    "NUM-2": "that amounts are exact products: every trade is an instance; only genesis can break it",
}
"""Rules that no single answer of a client can decide, and why; NUM-2 is still asked where it rejects."""


REJECTS_UNSEEN: dict[str, str] = {
    "ORACLE-1": "a report that does not count is left out of a feed, and nobody is told",
}
"""Rules whose rejections never show by their id, and why; what they do is in the answers all the same."""


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """How often the vectors exercise a rule."""

    rule: str
    """Its id."""
    rejects: bool
    """Whether the spec rejects by it anywhere."""
    passing: int
    """Cases that name it and in which something is let pass."""
    rejected: int
    """Cases in which something is rejected by it."""

    @property
    def holes(self) -> tuple[str, ...]:
        """What is missing, in a few words."""
        missing = []
        if self.passing == 0 and self.rule not in NOT_IN_VECTORS:
            missing.append(f"{self.rule} has no case that it lets pass")
        if self.rejects and self.rejected == 0:
            missing.append(f"{self.rule} has no case that it rejects")
        return tuple(missing)


def rule_coverage(cases: Iterable[Case]) -> tuple[RuleCoverage, ...]:
    """Every rule, in the order of the spec, with what the cases come to."""
    passing: Counter[str] = Counter()
    rejected: Counter[str] = Counter()
    for case in cases:
        by = set(rejections(case.output)) if case.rejected is None else {case.rejected}
        rejected.update(by - {""})
        if "" in by or (case.rejected is None and not by):
            passing.update(case.rules)
    can = rejecting_rules()
    return tuple(
        RuleCoverage(rule, rule in can - REJECTS_UNSEEN.keys(), passing[rule], rejected[rule]) for rule in RULES
    )


def rejections(output: Json) -> Iterator[str]:
    """The rules by which anything in an output was rejected; an empty text for what was not."""
    if isinstance(output, dict):
        for key, value in output.items():
            if key == "rejection":
                yield value or ""
            elif key not in ("state", "postings", "events"):
                yield from rejections(value)
    elif isinstance(output, list):
        for item in output:
            yield from rejections(item)


@cache
def rejecting_rules() -> frozenset[str]:
    """The rules by which the spec rejects: those named where a rejection is made or a match stopped."""
    found = importlib.util.find_spec("clearstone.spec")
    assert found is not None
    folders = found.submodule_search_locations or ()
    trees = [ast.parse(path.read_text(encoding="utf-8")) for folder in folders for path in Path(folder).rglob("*.py")]
    return frozenset(rule for tree in trees for node in ast.walk(tree) for rule in _named(node) if rule in RULES)


def _named(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Name(id="Rejection"), args=[ast.Constant(value=str(rule)), *_]):
            yield rule
        case ast.keyword(arg="stopped", value=ast.Constant(value=str(rule))):
            yield rule
