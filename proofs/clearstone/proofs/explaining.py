"""Everything that a proof of an obligation rests on, as verification conditions: demands, and answers taken for sure.

An obligation is followed once more, and each question that is put to the solver is kept. Besides what is demanded
these are the branches that were not followed because no input takes them: a proof is worth as much as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from clearstone.proofs.catalogue import Proof
from clearstone.proofs.merged import MERGED
from clearstone.proofs.obligations import Obligation
from clearstone.proofs.scripts import Question, ScriptWriter, lemmas_on_products
from clearstone.proofs.symbolic.exploration import Abandoned, Exploration
from clearstone.proofs.symbolic.formulas import Formula, formula_of, negation
from clearstone.proofs.symbolic_world import SymbolicWorld


@dataclass(frozen=True, slots=True)
class VerificationCondition:
    """One question, for any solver to answer."""

    title: str
    """What it says, and of which path."""
    text: str
    """A script in SMT-LIB 2 of its own: `unsat` means that it is proved."""
    is_asked: bool = True
    """Whether there is anything to decide; else the text is a comment."""


def verification_conditions(proof: Proof, seed: int = 0) -> Iterator[VerificationCondition]:
    """Every condition of a proof; those of an obligation end with what is used about products in general."""
    if isinstance(proof.source, Obligation):
        yield from _of_obligation(proof.source, seed)
    else:
        for condition in proof.source.conditions():
            yield VerificationCondition(condition.name, condition.smt2())


def _of_obligation(obligation: Obligation, seed: int) -> Iterator[VerificationCondition]:
    """The conditions of an obligation, each once."""
    recording = Recording(obligation, seed)
    writer = ScriptWriter(recording.exploration.solver)
    written: set[Any] = set()
    used: set[str] = set()
    for question in recording.questions():
        formulas = writer.formulas(question)
        if frozenset(formulas) not in written:
            written.add(frozenset(formulas))
            script = writer.script(question, formulas)
            used.add(script.rung)
            yield VerificationCondition(question.title, f"; {obligation.id}\n{script.text}")
    if recording.exploration.identities:
        yield VerificationCondition("identities", identities(obligation, recording.exploration.identities), False)
    if used & {"signs", "products"}:
        for title, text in lemmas_on_products():
            yield VerificationCondition(title, f"; {obligation.id}\n{text}")


def identities(obligation: Obligation, found: Mapping[str, int]) -> str:
    """A comment: what holds because it is true of numbers, or both sides are the same polynomial."""
    lines = [f";   on {counted} paths: {title}" for title, counted in sorted(found.items())]
    head = f"; {obligation.id}\n; Nothing is left to decide where both sides are the same polynomial:\n"
    return head + "\n".join([*lines, ""])


class Recording:
    """An obligation on its way, and what is asked."""

    def __init__(self, obligation: Obligation, seed: int) -> None:
        """Follow this obligation."""
        self.obligation, self.exploration = obligation, RecordingExploration(seed)

    def questions(self) -> Iterator[Question]:
        """All questions, path by path."""
        exploration = self.exploration
        number = 0
        for number, world in enumerate(exploration.paths(self.run), 1):
            where = f"path {number}{''.join(f', {name}: {chosen}' for name, chosen in world.chosen.items())}"
            for asked in exploration.taken():
                yield Question(f"{where}: {asked.title}", asked.conditions, asked.goal)
        for asked in exploration.taken():
            yield Question(f"after path {number}: {asked.title}", asked.conditions, asked.goal)

    def run(self) -> RecordingWorld:
        """The obligation on one path; what it raises is a demand that fails."""
        world = RecordingWorld(self.exploration, {})
        try:
            self.obligation.run(world)
        except Exception as error:
            self.exploration.ask(f"nothing is raised, where {type(error).__name__} would be", False)
        return world


class RecordingExploration(Exploration):
    """An exploration that keeps what it takes for sure."""

    def __init__(self, seed: int) -> None:
        """Begin with nothing asked."""
        super().__init__(seed, MERGED)
        self.asked: list[Question] = []
        self.identities: dict[str, int] = {}

    def ask(self, title: str, goal: Any) -> None:
        """Keep a question about the path so far."""
        goal = formula_of(goal)
        if goal is True:
            self.identities[title] = self.identities.get(title, 0) + 1
        else:
            self.asked.append(Question(title, tuple(self.conditions), goal))

    def taken(self) -> list[Question]:
        """What was asked since this was last called."""
        asked, self.asked = self.asked, []
        return asked

    def _already(self, formula: Formula) -> bool | None:
        known = super()._already(formula)
        if known is not None and formula not in self.conditions and negation(formula) not in self.conditions:
            self.ask("a comparison has but one answer", formula if known else negation(formula))
        return known

    def _ways(self, true: Formula, false: Formula) -> list[int]:
        ways = super()._ways(true, false)
        if len(ways) == 1:
            self.ask("a comparison has but one answer", (true, false)[ways[0]])
        return ways

    def _learn(self, formula: Formula) -> None:
        try:
            super()._learn(formula)
        except Abandoned:
            self.ask("no input takes this path", False)
            raise


class RecordingWorld(SymbolicWorld):
    """A world that keeps what is demanded, and goes on as if it were proved."""

    exploration: RecordingExploration

    def require(self, condition: object, statement: str) -> None:
        """Keep the demand."""
        self.exploration.ask(f"demand: {statement}", condition)
