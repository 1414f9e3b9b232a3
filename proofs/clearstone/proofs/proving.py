"""Proving an obligation: every path followed, every demand decided, every path replayed on the plain functions.

A proof counts only if each outcome that the obligation names is reached by a concrete input, and if the plain
functions, run on the inputs found for the paths, come to the same results. Where a demand does not follow, inputs
are looked for that break it, and replayed as well.
"""

from __future__ import annotations

import traceback
from time import perf_counter

from clearstone.proofs.merged import MERGED
from clearstone.proofs.obligations import Counterexample, Obligation, ProofResult, place_of
from clearstone.proofs.symbolic.exploration import Abandoned, Exploration
from clearstone.proofs.symbolic.formulas import Formula, formula_of, negation
from clearstone.proofs.symbolic.integers import Integer
from clearstone.proofs.symbolic.vocabulary import Vocabulary
from clearstone.proofs.symbolic.witnesses import Witnesses
from clearstone.proofs.symbolic_world import SymbolicWorld, Unproved
from clearstone.proofs.worlds import Leaf, PlainWorld


def prove(obligation: Obligation, seed: int = 0) -> ProofResult:
    """What comes of an obligation."""
    began = perf_counter()
    about = tuple(place_of(function) for function in obligation.about)
    result = ProofResult(obligation.id, obligation.statement, obligation.rules, about, obligation.strength)
    _Proof(obligation, result, Exploration(seed, MERGED)).follow()
    missing = sorted(obligation.reaches - result.outcomes.keys())
    if result.holds and missing:
        result.verdict, result.detail = "vacuous", f"no input was found that reaches {', '.join(missing)}"
    if result.holds and not result.requirements:
        result.verdict, result.detail = "vacuous", "nothing is required on any path that an input takes"
    result.seconds = perf_counter() - began
    return result


class _Proof:
    """One obligation on its way."""

    def __init__(self, obligation: Obligation, result: ProofResult, exploration: Exploration) -> None:
        """Explore into a result."""
        self.obligation, self.result, self.exploration = obligation, result, exploration
        self.usual: dict[str, int] = {}
        self.witnesses = Witnesses(exploration.solver, self.usual)

    def follow(self) -> None:
        """Follow all paths, up to the first that breaks something."""
        for world in self.exploration.paths(self.run):
            self.result.paths += 1
            for unproved in world.unproved:
                self.refute(world, unproved)
                return
            self.replay(world)
            if not self.result.holds:
                return

    def run(self) -> SymbolicWorld:
        """The obligation on one path; that it raises nothing is required of it too."""
        world = SymbolicWorld(self.exploration, self.usual)
        try:
            self.obligation.run(world)
        except Exception as error:
            if self.exploration.proves(False):
                raise Abandoned from None
            last = traceback.extract_tb(error.__traceback__)[-1]
            reason = f"nothing is raised, but {error!r} is, in {last.name}, line {last.lineno}"
            world.unproved.append(Unproved(reason, tuple(self.exploration.conditions), False))
        return world

    def refute(self, world: SymbolicWorld, unproved: Unproved) -> None:
        """Look for inputs that break a demand."""
        broken = negation(unproved.goal)
        conditions = (*unproved.conditions, broken) if isinstance(broken, Formula) else unproved.conditions
        values = self.witnesses.witness(conditions)
        self.result.detail = unproved.statement
        if values is None:
            self.result.verdict = "undecided"
            return
        plain = PlainWorld(values, world.choices)
        shown = _breaks(self.obligation, plain, unproved.statement)
        self.result.verdict = "refuted" if shown else "disagrees"
        self.result.counterexample = Counterexample(unproved.statement, plain.used, world.chosen, shown)

    def replay(self, world: SymbolicWorld) -> None:
        """Run the plain functions on inputs that take the path."""
        values = self.witnesses.witness(self.exploration.conditions)
        if values is None:
            return
        plain = PlainWorld(values, world.choices)
        try:
            self.obligation.run(plain)
        except (Abandoned, Exception) as error:
            self.disagree(world, plain, f"a replay ended in {error!r}")
            return
        expected = [_value(self.exploration.vocabulary, leaf, values) for leaf in world.results]
        if plain.outcomes != world.outcomes or plain.results != expected:
            self.disagree(world, plain, f"a replay ended otherwise: {plain.outcomes} instead of {world.outcomes}")
            return
        self.result.replayed += 1
        self.result.requirements += len(world.required)
        for outcome in dict.fromkeys(world.outcomes):
            self.result.outcomes[outcome] = self.result.outcomes.get(outcome, 0) + 1

    def disagree(self, world: SymbolicWorld, plain: PlainWorld, detail: str) -> None:
        """Note that the plain functions did not do what they do symbolically."""
        self.result.verdict, self.result.detail = "disagrees", detail
        self.result.counterexample = Counterexample("a replay ends alike", plain.used, world.chosen, True)


def _breaks(obligation: Obligation, plain: PlainWorld, statement: str) -> bool:
    """Whether the plain functions show, on concrete inputs, that a demand does not hold."""
    try:
        obligation.run(plain)
    except Abandoned:
        pass  # what was demanded before the assumption that excludes the input was demanded
    except Exception:
        if statement.startswith("nothing is raised"):
            return True
    return any(said == statement and not true for said, true in plain.required)


def _value(vocabulary: Vocabulary, leaf: Leaf, values: dict[str, int]) -> Leaf:
    """What a symbolic result is for concrete inputs."""
    name, value = leaf[0], formula_of(leaf[1])
    if isinstance(value, Integer):
        return name, vocabulary.evaluate(value.polynomial, values)
    return name, vocabulary.holds(value, values) if isinstance(value, Formula) else value
