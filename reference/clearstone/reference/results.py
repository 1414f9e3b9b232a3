"""One line for each thing that must hold, whatever the method by which it was established."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Verdict: TypeAlias = Literal["holds", "violated", "undecided", "not asked"]
"""It does; something shows that it does not; the method gave up or showed nothing; it was never asked."""
HOLDS: Verdict = "holds"
VIOLATED: Verdict = "violated"
UNDECIDED: Verdict = "undecided"
NOT_ASKED: Verdict = "not asked"
PROVE = "prove"
"""The method of proofs, in results and in what mutants are said to be caught by."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What came of one thing that must hold."""

    id: str
    """Id of the invariant or property; the name of a scenario or proof."""
    statement: str
    """What must hold, in a sentence."""
    layer: str
    """Part of the protocol that it is about."""
    method: str
    """How it was established: `replay` (blocks of the cluster and the scenarios), `scenario`, `stateful` or `prove`."""
    verdict: Verdict
    """Whether it does."""
    strength: str
    """What the verdict rests on: INDUCTIVE, BOUNDED to what, SAMPLED and how often, SCENARIO and how much expected."""
    detail: str
    """How much was looked at, or where and how it broke."""
    seconds: float
    """What it took."""
