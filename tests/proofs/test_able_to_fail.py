"""A proof that cannot fail proves nothing: each obligation is turned round here, and must not hold."""

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import z3

from clearstone import proofs
from clearstone.proofs import catalogue, proving
from clearstone.proofs.consensus import theorems
from clearstone.proofs.consensus.theorems import THEOREMS
from clearstone.proofs.obligations import OBLIGATIONS, Obligation
from clearstone.proofs.proving import prove
from clearstone.proofs.symbolic.formulas import negation
from clearstone.proofs.worlds import PlainWorld, World

assert catalogue.MODULES
SAMPLE = [made for place, made in enumerate(OBLIGATIONS.values()) if place % 12 == 0]
"""One of twelve: the slow tests take all."""


class Turned(World):
    """A world in which the opposite of everything is demanded, or of one statement."""

    def __init__(self, world: World, only: str | None = None) -> None:
        super().__init__()
        self.world, self.only = world, only
        self.outcomes, self.results = world.outcomes, world.results

    def integer(self, name: str, low: int | None = None, high: int | None = None, usual: int = 0) -> int:
        return self.world.integer(name, low, high, usual)

    def choice(self, name: str, options: Sequence[Any]) -> Any:
        return self.world.choice(name, options)

    def assume(self, condition: object) -> None:
        self.world.assume(condition)

    def require(self, condition: object, statement: str) -> None:
        turned = self.only is None or statement == self.only
        self.world.require(negation(condition) if turned else condition, statement)

    def lemma(self, condition: object) -> None:
        self.world.lemma(condition)


def turned(made: Obligation, only: str | None = None) -> Obligation:
    return replace(made, run=lambda world: made.run(Turned(world, only)))


def statements_of(made: Obligation, monkeypatch: pytest.MonkeyPatch) -> tuple[set[str], set[str]]:
    """What is demanded on any path, and what of it on a path that a concrete input takes."""
    demanded, shown = set[str](), set[str]()

    class Noting(PlainWorld):
        def require(self, condition: object, statement: str) -> None:
            shown.add(statement)
            super().require(condition, statement)

    def noted(world: World) -> None:
        real = world.require

        def note(condition: object, statement: str) -> None:
            demanded.add(statement)
            real(condition, statement)

        world.require = note  # type: ignore[method-assign]  # to see what is demanded
        made.run(world)

    monkeypatch.setattr(proving, "PlainWorld", Noting)
    assert prove(replace(made, run=noted)).holds
    return demanded, shown


def require_that_it_fails(made: Obligation) -> None:
    result = prove(turned(made))
    assert not result.holds
    assert result.verdict != "disagrees", result.detail


@pytest.mark.parametrize("made", SAMPLE, ids=lambda made: made.id)
def test_the_opposite_of_an_obligation_does_not_hold(made: Obligation):
    require_that_it_fails(made)


@pytest.mark.slow
@pytest.mark.parametrize("made", OBLIGATIONS.values(), ids=lambda made: made.id)
def test_the_opposite_of_no_obligation_holds(made: Obligation):
    require_that_it_fails(made)


@pytest.mark.parametrize("made", SAMPLE[::3], ids=lambda made: made.id)
def test_each_demand_is_made_of_some_concrete_input(made: Obligation, monkeypatch: pytest.MonkeyPatch):
    demanded, shown = statements_of(made, monkeypatch)
    assert demanded
    assert demanded == shown


@pytest.mark.slow
@pytest.mark.parametrize("made", OBLIGATIONS.values(), ids=lambda made: made.id)
def test_no_demand_is_made_only_where_no_input_gets(made: Obligation, monkeypatch: pytest.MonkeyPatch):
    demanded, shown = statements_of(made, monkeypatch)
    assert demanded
    assert demanded == shown


def test_a_demand_that_no_input_gets_to_is_noticed(monkeypatch: pytest.MonkeyPatch):
    def unreachable(world: World) -> None:
        one, other = world.integer("one"), world.integer("other")
        world.reached("done")
        world.require(one - one == 0, "it is itself")
        if one * one + other * other < 0:
            world.require(True, "squares are negative")

    made = Obligation("unreachable", "", (), (), frozenset({"done"}), "", unreachable)
    demanded, shown = statements_of(made, monkeypatch)
    assert demanded - shown == {"squares are negative"}


@pytest.mark.long
@pytest.mark.parametrize("made", OBLIGATIONS.values(), ids=lambda made: made.id)
def test_ten_seeds_give_one_verdict(made: Obligation):
    verdicts = [prove(made, seed).verdict for seed in range(10)]
    assert verdicts == ["proved"] * 10


def limits_used(monkeypatch: pytest.MonkeyPatch, run: Callable[[], Any]) -> set[str]:
    """The parameters that solvers are given, all clocks meanwhile going wild."""
    used = set[str]()
    given: Any = z3.Solver.set
    hours = count(step=3_600)

    def noted(self: z3.Solver, *parameters: Any, **named: Any) -> None:
        used.update(named, (str(parameter) for parameter in parameters[::2]))
        given(self, *parameters, **named)

    monkeypatch.setattr(z3.Solver, "set", noted)
    for module in (proving, theorems):
        monkeypatch.setattr(module, "perf_counter", lambda: float(next(hours)))
    assert run().holds
    return used


def test_no_verdict_on_an_obligation_depends_on_a_clock(monkeypatch: pytest.MonkeyPatch):
    made = OBLIGATIONS["entry_cost_follows_what_was_paid"]
    used = limits_used(monkeypatch, lambda: prove(made))
    assert used == {"random_seed", "rlimit"}


def test_no_verdict_on_a_theorem_depends_on_a_clock(monkeypatch: pytest.MonkeyPatch):
    (theorem,) = (one for one in THEOREMS if one.id == "any_two_quorums_share_a_correct_validator")
    used = limits_used(monkeypatch, theorem.prove)
    assert used == {"random_seed", "smt.random_seed", "rlimit"}


def test_nothing_that_proves_looks_at_a_clock_but_to_say_what_it_took():
    for path in sorted(Path(next(iter(proofs.__path__))).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imported = {
            f"{node.module}.{name.name}" if isinstance(node, ast.ImportFrom) else name.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in node.names
        }
        clocks = {name for name in imported if name.split(".")[0] in ("time", "datetime", "signal", "threading")}
        assert clocks <= {"time.perf_counter"}, path
        for node in ast.walk(tree):
            # What the clock says is only ever kept as `began`, or is the second term of a difference with it.
            if isinstance(node, ast.Compare):
                assert "perf_counter" not in ast.unparse(node), path
                assert "began" not in ast.unparse(node), path
