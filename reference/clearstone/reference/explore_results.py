"""What an exploration has come to: printed, and as data."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape

if TYPE_CHECKING:
    from clearstone.models.itf import ItfTrace


@dataclass(frozen=True, slots=True)
class ExploreResult:
    """What exploring one instance has come to."""

    model: str
    """Which model."""
    instance: str
    """What is finite about it, in a line."""
    engine: str
    """How it was explored, in a few words."""
    states: int
    """Distinct states found."""
    steps: int
    """Steps found in those that were looked at."""
    depth: int
    """Steps from the start to the states that are farthest from it."""
    frontier: int
    """States that were found and not looked at."""
    ended: str
    """`exhausted`, or why it ended before."""
    findings: tuple[str, ...]
    """What is wrong, a line each."""
    trace: tuple[str, ...]
    """How it comes about, a line for each step."""
    itf: ItfTrace | None
    """The same for trace viewers."""
    seconds: float
    """How long it took."""
    remarks: tuple[str, ...] = ()
    """What else is to be said of it."""

    @property
    def holds(self) -> bool:
        """Whether everything was looked at, and nothing is wrong."""
        return self.ended == "exhausted" and not self.findings

    @property
    def verdict(self) -> str:
        """`holds`, `violated`, or `partial` if not everything was looked at and nothing was found wrong so far."""
        return "holds" if self.holds else "violated" if self.findings else "partial"


def explored(model: str, instance: str, explore: Callable[[], ExploreResult]) -> ExploreResult:
    """Explore an instance; rules so broken that the exploration itself cannot go on are a finding too."""
    began = perf_counter()
    try:
        return explore()
    except Exception as error:  # whatever a broken rule makes of it
        last = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        where = f"{last.name}, line {last.lineno} of {Path(last.filename).name}"
        told = f"totality: the rules cannot be explored, {what} in {where}"
        return ExploreResult(model, instance, "", 0, 0, 0, 0, "violation", (told,), (), None, perf_counter() - began)


def as_data(results: Sequence[ExploreResult]) -> dict[str, Any]:
    """The results for `--json`."""
    return {
        "holds": bool(results) and all(result.holds for result in results),
        "results": [
            {
                "model": result.model,
                "instance": result.instance,
                "engine": result.engine,
                "verdict": result.verdict,
                "ended": result.ended,
                "states": result.states,
                "steps": result.steps,
                "depth": result.depth,
                "frontier": result.frontier,
                "seconds": round(result.seconds, 3),
                "findings": list(result.findings),
                "trace": list(result.trace),
                "remarks": list(result.remarks),
            }
            for result in results
        ],
    }


def print_result(console: Console, result: ExploreResult) -> None:
    """Print one result, and the trace if there is one."""

    def line(text: str) -> None:
        console.print(text, soft_wrap=True, highlight=False)

    line(f"[bold]{escape(result.model)}[/bold]: {escape(result.instance)}")
    line(
        f"  {result.states:,} states, {result.steps:,} steps, up to {result.depth} from the start; "
        f"{result.seconds:.2f} s{escape(f', {result.engine}') if result.engine else ''}"
    )
    for remark in result.remarks:
        line(f"  {escape(remark)}")
    if result.holds:
        line("  [green]holds[/green]: every state was looked at")
    elif result.findings:
        line("  [bold red]violated[/bold red]:")
        for finding in result.findings:
            line(f"    {escape(finding)}")
        if result.trace:
            line(f"  a shortest trace, {len(result.trace) - 1} steps:")
        for number, text in enumerate(result.trace):
            line(f"    {number:>2} {escape(text)}")
    else:
        ended = result.ended
        line(
            f"  [bold yellow]partial[/bold yellow]: {ended}; {result.frontier:,} known states were not looked at, "
            "nor what follows from them"
        )
