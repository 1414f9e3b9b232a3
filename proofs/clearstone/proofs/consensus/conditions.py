"""Verification conditions: what the solver is asked, one implication at a time, and what its answer is worth.

A condition is a set of hypotheses and a goal. It is proved if hypotheses and the goal's negation contradict each other.
Two ways to fool oneself are closed here:

- *"Unknown" is no pass.* The limit is on the solver's work, and the seeds are fixed, so a verdict depends neither on
  the machine's speed nor on what else it is doing.
- *Nothing is proved from a contradiction by accident.* A `Proof` hands out, as hypotheses of later conditions, only its
  declared assumptions and the goals that it has already taken on to prove; and whoever declares assumptions also shows
  them to be satisfiable (`witnesses`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum

import z3

WORK_LIMIT = 6_000_000
"""Most units of work the solver spends on one condition; the hardest takes a fourteenth of it."""


class Verdict(Enum):
    """What the solver said of a condition."""

    PROVED = "proved"
    """Its negation has no model."""
    REFUTED = "refuted"
    """Its negation has a model."""
    UNKNOWN = "unknown"
    """The solver gave up: counts as a failure."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One implication to decide."""

    name: str
    """What it says, as a sentence."""
    hypotheses: tuple[z3.BoolRef, ...]
    """What may be used."""
    goal: z3.BoolRef
    """What must follow."""

    def solver(self, seed: int = 0) -> z3.Solver:
        """Return a solver that holds the hypotheses and the goal's negation."""
        return solver_of((*self.hypotheses, z3.Not(self.goal)), seed)

    def smt2(self) -> str:
        """Return the question in SMT-LIB, for any other solver: `unsat` means proved."""
        return f"; {self.name}\n(set-logic ALL)\n{self.solver().to_smt2()}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a condition."""

    condition: Condition
    """The condition."""
    verdict: Verdict
    """Whether it holds."""
    model: z3.ModelRef | None
    """A counterexample, if it was refuted."""
    work: int
    """What the solver spent, in its own units: the same on every machine."""


def solver_of(formulas: Iterable[z3.BoolRef], seed: int = 0) -> z3.Solver:
    """Return a solver that holds formulas, within the limit of work.

    It is in a context of its own: how long the solver takes would else depend on what this process asked it before.
    """
    context = z3.Context()
    solver = z3.Solver(ctx=context)
    solver.set("rlimit", WORK_LIMIT)
    solver.set("random_seed", seed)
    solver.set("smt.random_seed", seed)
    for formula in formulas:
        solver.add(formula.translate(context))
    return solver


def decide(condition: Condition, seed: int = 0) -> Answer:
    """Ask the solver."""
    solver = condition.solver(seed)
    before = spent(solver)
    result = solver.check()
    work = spent(solver) - before
    if result == z3.unsat:
        return Answer(condition, Verdict.PROVED, None, work)
    if result == z3.sat:
        return Answer(condition, Verdict.REFUTED, solver.model().translate(z3.main_ctx()), work)
    return Answer(condition, Verdict.UNKNOWN, None, work)


def spent(solver: z3.Solver) -> int:
    """Units of work that the solver has spent in this process so far."""
    return int(dict(iter(solver.statistics())).get("rlimit count", 0))


@dataclass(slots=True)
class Proof:
    """A theorem as a list of conditions, each of which uses only assumptions and what the earlier ones establish."""

    name: str
    """What this part is about."""
    assumptions: tuple[z3.BoolRef, ...]
    """What the theorem rests on; nothing else is ever taken for granted."""
    lemmas: tuple[z3.BoolRef, ...] = ()
    """Goals of another proof that rests on no more than these assumptions."""
    conditions: list[Condition] = field(default_factory=list)
    """What has to be decided."""

    def show(self, name: str, goal: z3.BoolRef, using: Sequence[z3.BoolRef]) -> z3.BoolRef:
        """Take on a condition and return its goal, to be used by later ones.

        `using` names the few hypotheses that are needed, each an assumption or something shown before.
        """
        known = {each.get_id() for each in (*self.assumptions, *self.lemmas, *self.goals)}
        assert all(each.get_id() in known for each in using), f"{name} uses what was not established"
        self.conditions.append(Condition(name, tuple(using), goal))
        return goal

    def by_induction(
        self,
        name: str,
        claim: Callable[[z3.ArithRef], z3.BoolRef],
        first: z3.ArithRef,
        reached: z3.ArithRef,
        using: Sequence[z3.BoolRef],
    ) -> z3.BoolRef:
        """Show a claim about the integer `reached`: it holds of `first`, and with each integer of the next.

        That it then holds of `reached`, which is shown not to be less than `first`, is the principle of induction: the
        one inference here that no solver makes.
        """
        n = z3.Int("n")
        self.show(f"{name}: for the first", claim(first), using)
        self.show(f"{name}: from one to the next", z3.Implies((first <= n) & claim(n), claim(n + 1)), using)
        self.show(f"{name}: it gets that far", first <= reached, using)
        established = claim(reached)
        self.lemmas = (*self.lemmas, established)
        return established

    def supposing(self, name: str, *more: z3.BoolRef) -> Proof:
        """Go on, in a proof of its own, under further assumptions."""
        return Proof(name, (*self.assumptions, *more), (*self.lemmas, *self.goals))

    @property
    def goals(self) -> tuple[z3.BoolRef, ...]:
        """What has been taken on."""
        return tuple(condition.goal for condition in self.conditions)
