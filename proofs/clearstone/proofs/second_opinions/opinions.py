"""What a second opinion says of an obligation: the same form whichever tool it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from clearstone.proofs.obligations import Counterexample

Judgement: TypeAlias = Literal["confirmed", "held", "refuted", "no verdict"]
"""For all integers, says the tool; in all examples tried; a counterexample; the tool gave up."""


class MissingToolError(Exception):
    """A tool that gives second opinions is not installed."""

    def __init__(self, package: str) -> None:
        """Keep which package is missing, in a form that another process can hand over."""
        super().__init__(package)

    def __str__(self) -> str:
        """Say which package is missing, and how to get it."""
        return f"{self.args[0]} is not installed: pip install 'clearstone[second-opinions]'"


@dataclass(frozen=True, slots=True)
class Opinion:
    """One tool's verdict on one obligation or theorem."""

    id: str
    """Id of the obligation or theorem."""
    by: str
    """The tool."""
    judgement: Judgement
    """What it says."""
    strength: str
    """What that is worth: SAMPLED and how often, or for all integers and within which limit."""
    count: int = 0
    """Examples that satisfied the assumptions, or questions that were decided."""
    detail: str = ""
    """What does not hold, or what was left undecided and why, in a line."""
    outcomes: dict[str, int] = field(default_factory=dict)
    """Outcomes reached, and in how many examples."""
    counterexample: Counterexample | None = None
    """Inputs for which something required is false."""
    seconds: float = 0.0
    """What it took."""

    @property
    def told(self) -> str:
        """The verdict in a few words, for a cell."""
        return f"{self.judgement} {self.count}" if self.judgement == "held" else self.judgement

    @property
    def objects(self) -> bool:
        """Whether the tool found something wrong."""
        return self.judgement == "refuted"
