"""What a directed scenario is, and how one is run.

It brings about, step by step, a situation that random schedules hardly ever reach, and states what must then hold. What
it saw is also put to the invariants, except those that its liars, more than the protocol can bear, are meant to break.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal, TypeAlias

from clearstone.invariants.block_step import BlockStep
from clearstone.invariants.catalogue import INVARIANTS
from clearstone.invariants.checking import Tally
from clearstone.invariants.observations import ConsensusTrace
from clearstone.invariants.registry import Violation
from clearstone.models.chain import Applied, accept_all
from clearstone.models.expectations import Expectation, Expectations, Judged, follow
from clearstone.models.judgement import Judgement

Layer: TypeAlias = Literal["consensus", "encoding", "oracle"]


class Trial(Expectations):
    """A directed scenario while it runs: what it expected so far, and what the invariants said."""

    def __init__(self) -> None:
        """Nothing expected, nothing judged."""
        super().__init__()
        self.judgement = Judgement()

    def judge(self, trace: ConsensusTrace, *, but: Collection[str] = ()) -> None:
        """Put a height of consensus to all invariants but some, which the scenario's liars are able to break."""
        self.take(self.tally(but), lambda tally: tally.check_trace(trace))

    def judge_blocks(self, history: Collection[Applied]) -> None:
        """Put every block of a chain to all invariants."""
        tally = self.tally()
        for applied in history:
            step = BlockStep(applied.before, applied.block, applied.after, applied.receipt, accept_all)
            tally.check_block(step)
        self.take(tally, lambda tally: tally.violations)

    def tally(self, but: Collection[str] = ()) -> Tally:
        """A tally of all invariants but some."""
        return Tally({name: each for name, each in INVARIANTS.items() if name not in but})

    def take(self, tally: Tally, check: Callable[[Tally], Collection[Violation]]) -> None:
        """Ask a tally, expect that it found nothing, and keep its figures."""
        told = "; ".join(f"{violation.invariant}: {violation.detail}" for violation in check(tally))
        self.expect("every invariant holds", not told, told)
        self.judgement.take(tally)


@dataclass(frozen=True, slots=True)
class DirectedResult(Judged):
    """What running a directed scenario gave."""

    name: str
    """Name of the scenario."""
    expectations: tuple[Expectation, ...]
    """All that the scenario expected, in order; at least one."""
    judgement: Judgement
    """What the invariants came to on what it saw."""


@dataclass(frozen=True, slots=True)
class DirectedScenario:
    """A situation that is brought about on purpose."""

    name: str
    """Short and stable, in lower case with hyphens: how reports name it."""
    statement: str
    """What must hold in it, in a sentence."""
    layer: Layer
    """Part of the protocol that it is about."""
    rules: tuple[str, ...]
    """Ids of the rules that it exercises."""
    script: Callable[[Trial], None]
    """Brings it about and states expectations."""

    def run(self) -> DirectedResult:
        """Run it; whatever goes wrong is a failed expectation, never an exception."""
        trial = Trial()
        follow(self.script, trial)
        return DirectedResult(self.name, tuple(trial.expectations), trial.judgement)
