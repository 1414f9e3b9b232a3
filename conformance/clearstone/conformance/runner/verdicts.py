"""What comes of a case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from clearstone.conformance.runner.differences import Difference
from clearstone.conformance.vector_file import Case

Verdict: TypeAlias = Literal["passed", "failed", "skipped", "unsupported", "not run"]
"""The answer is right; it is wrong or there is none; the client says why it did not try; the client does not have the
suite; the run could not get to it. Only the first is good."""

VERDICTS: tuple[Verdict, ...] = ("passed", "failed", "skipped", "unsupported", "not run")
"""All of them, in the order of tables."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one case."""

    case: Case
    """The case."""
    verdict: Verdict
    """In a word."""
    reason: str = ""
    """Why, in a sentence; empty if it passed."""
    differences: tuple[Difference, ...] = ()
    """The fields in which the answer differs, the first ones."""
    actual: str = ""
    """What the client answered, cut short; empty if it passed or said nothing."""
    stderr: str = ""
    """The end of what it wrote to standard error until then; empty if it passed."""
