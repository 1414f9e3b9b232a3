"""What explorations come to, in the form in which everything that must hold is reported."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from clearstone.reference.explore_results import ExploreResult
from clearstone.reference.explore_suite import IN_CHECK, Small, explore_small
from clearstone.reference.results import HOLDS, UNDECIDED, VIOLATED, CheckResult, Verdict

EXPLORE = "explore"
"""The method of explorations, in results and in what mutants are said to be caught by."""
VERDICTS: dict[str, Verdict] = {"holds": HOLDS, "violated": VIOLATED, "partial": UNDECIDED}
"""What the verdict on an instance says."""


def explore_check_results(tell: Callable[[int, int, str], None]) -> Iterator[CheckResult]:
    """Explore the instances of a check up to the first that does not hold; `tell` is given number, total and name."""
    for number, small in enumerate(IN_CHECK):
        tell(number, len(IN_CHECK), small.name)
        result = explore_small(small, quiet=True)
        yield check_result(small, result)
        if not result.holds:
            return


def check_result(small: Small, result: ExploreResult) -> CheckResult:
    """The result of one instance."""
    detail = f"all of {result.states:,} states, {result.steps:,} steps"
    if not result.holds:
        broken = f"after {max(0, len(result.trace) - 1)} steps {'; '.join(result.findings)}"
        detail = broken if result.findings else f"{result.ended} after {result.states:,} states"
    return CheckResult(
        id=f"explore-{small.name}",
        statement=small.statement,
        layer=small.layer,
        method=EXPLORE,
        verdict=VERDICTS[result.verdict],
        strength=f"BOUNDED to {result.instance}",
        detail=detail,
        seconds=round(result.seconds, 3),
    )
