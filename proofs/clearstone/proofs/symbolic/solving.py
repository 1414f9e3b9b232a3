"""Deciding: a ladder of encodings, from the quickest to the strongest, each within a limit of the solver's own steps.

A limit of steps and not of seconds: a verdict does not depend on how busy the machine is. What no rung decides is
unknown, and unknown is never a proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import z3

from clearstone.proofs.symbolic.definitions import Symbol
from clearstone.proofs.symbolic.encodings import Encoding, hypothesis_products, monomials_of, sign_lemmas
from clearstone.proofs.symbolic.formulas import Formula, negation
from clearstone.proofs.symbolic.vocabulary import Vocabulary

Rung: TypeAlias = Literal["linear", "signs", "products", "nonlinear"]
RUNGS: tuple[Rung, ...] = ("linear", "signs", "products", "nonlinear")
"""The ladder, from the bottom."""
STEPS: dict[Rung, int] = {"linear": 3_000_000, "signs": 3_000_000, "products": 6_000_000, "nonlinear": 12_000_000}
"""Limit of the solver's steps on each rung."""


@dataclass(slots=True)
class Statistics:
    """What the deciding took."""

    checks: int = 0
    """Calls of the solver."""
    by_rung: dict[str, int] = field(default_factory=dict)
    """Questions settled on each rung."""


class Solver:
    """Decides questions about the atoms of one vocabulary."""

    def __init__(self, vocabulary: Vocabulary, seed: int = 0) -> None:
        """Decide questions about this vocabulary; the seed changes the order in which the solver tries things.

        It works in a context of its own, lest it matter what was asked before about other things.
        """
        self.vocabulary, self.seed, self.context = vocabulary, seed, z3.Context()
        self.opaque, self.exact = Encoding(False, self.context), Encoding(True, self.context)
        self.answers: dict[tuple[frozenset[Formula], tuple[Rung, ...]], bool] = {}
        self.statistics = Statistics()

    def feasible(self, conditions: Sequence[Formula]) -> bool:
        """Whether the last condition may be true with the others, as far as the quickest rung can tell."""
        return not self._contradictory(self.relevant(conditions[:-1], conditions[-1]), ("linear",))

    def proves(self, conditions: Sequence[Formula], goal: Formula) -> bool:
        """Whether the goal follows from the conditions, for all integers."""
        return self._contradictory(self.relevant(conditions, negation(goal)), RUNGS)

    def contradictory(self, conditions: Sequence[Formula]) -> bool:
        """Whether no integers satisfy the conditions: then a path is none, which the quickest rung did not see."""
        return self._contradictory(conditions, RUNGS)

    def relevant(self, conditions: Sequence[Formula], focus: Formula) -> tuple[Formula, ...]:
        """The focus, and those conditions that it has anything to do with: the others can be true by themselves."""
        symbols = self.vocabulary.symbols_of(focus)
        waiting = [(condition, self.vocabulary.symbols_of(condition)) for condition in conditions]
        chosen: set[Formula] = set()
        while True:
            connected = [condition for condition, inside in waiting if inside & symbols]
            if not connected:
                return (*(condition for condition in conditions if condition in chosen), focus)
            chosen.update(connected)
            symbols = symbols.union(*(inside for condition, inside in waiting if inside & symbols))
            waiting = [(condition, inside) for condition, inside in waiting if condition not in chosen]

    def model(self, conditions: Sequence[Formula], fixed: dict[str, int], steps: int) -> dict[str, int] | None:
        """Values of the symbols that satisfy the conditions, some of them given; None if none are found."""
        solver = z3.SimpleSolver(ctx=self.context)
        solver.set("random_seed", self.seed)
        solver.set("rlimit", steps)
        formulas = (*conditions, *self.vocabulary.closure(conditions))
        for formula in formulas:
            solver.add(self.exact.of(formula))
        places = {
            definition.name: place
            for place, definition in enumerate(self.vocabulary.definitions)
            if isinstance(definition, Symbol)
        }
        for name, value in fixed.items():
            solver.add(self.exact.monomial((places[name],)) == value)
        self.statistics.checks += 1
        if solver.check() != z3.sat:
            return None
        found = solver.model()
        known = set(self.exact.monomials)
        return {
            name: found.eval(self.exact.monomial((place,)), model_completion=False).as_long()
            for name, place in places.items()
            if (place,) in known and z3.is_int_value(found.eval(self.exact.monomial((place,))))
        }

    def _contradictory(self, conditions: Sequence[Formula], rungs: Iterable[Rung]) -> bool:
        """Whether some rung finds that the conditions cannot be true together."""
        key = frozenset(conditions), tuple(rungs)
        if key not in self.answers:
            self.answers[key] = self._climb(conditions, key[1])
        return self.answers[key]

    def _climb(self, conditions: Sequence[Formula], rungs: Iterable[Rung]) -> bool:
        """Try the rungs from the bottom."""
        formulas = (*conditions, *self.vocabulary.closure(conditions))
        for rung in rungs:
            if self._check(formulas, rung) == z3.unsat:
                self.statistics.by_rung[rung] = self.statistics.by_rung.get(rung, 0) + 1
                return True
            if rung == "linear" and all(len(monomial) < 2 for monomial in monomials_of(formulas)):
                return False
        return False

    def _check(self, formulas: Sequence[Formula], rung: Rung) -> Any:
        """What the solver says on one rung."""
        self.statistics.checks += 1
        linear = rung in ("linear", "signs", "products")
        # The tactic by itself: the solver made for the logic keeps each formula twice, for questions that follow.
        solver = z3.Tactic("qflia", ctx=self.context).solver() if linear else z3.SimpleSolver(ctx=self.context)
        solver.set("random_seed", self.seed)
        solver.set("rlimit", STEPS[rung])
        encoding = self.exact if rung == "nonlinear" else self.opaque
        stated = list(formulas)
        if rung == "products":
            stated += hypothesis_products(formulas)
        for formula in stated:
            solver.add(encoding.of(formula))
        if rung in ("signs", "products"):
            for lemma in sign_lemmas(encoding, stated):
                solver.add(lemma)
        return solver.check()
