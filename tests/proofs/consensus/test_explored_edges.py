import subprocess
import sys

import numpy as np
import pytest
import z3

from clearstone import mutants
from clearstone.models.tendermint.instance import Instance
from clearstone.proofs.consensus.array_reading import Program, table
from clearstone.proofs.consensus.explored_edges import refine
from clearstone.proofs.consensus.finite_theorem import correct_members

COMPARE = """
from clearstone import mutants
mutants.activate({name!r})
from clearstone.models.tendermint.instance import Instance
from clearstone.proofs.consensus.explored_edges import refine
print(*sorted(refine(Instance(rounds={rounds})).failures), sep="\\n")
"""


def test_every_explored_state_keeps_the_invariant_and_every_step_is_a_move():
    result = refine(Instance())
    assert result.failures == {}
    assert (result.states, result.edges) == (39_825, 108_550)
    assert sum(result.moves.values()) == result.edges
    assert all(result.moves.values())
    assert result.decisions > 0


def test_unequal_powers_are_compared_too():
    assert refine(Instance(powers=(3, 2, 1, 1), byzantine=frozenset({1}), rounds=1)).failures == {}


@pytest.mark.parametrize(
    ("name", "rounds", "failing"),
    [
        ("no-lock", 1, {"a step is a move", "the_lock_is_the_youngest_precommit"}),
        ("lock-ignored-on-fresh-proposal", 2, {"a step is a move", "core"}),
        ("quorum-of-half", 2, {"core"}),
        ("polka-without-quorum", 1, {"a step is a move", "a_precommit_has_a_polka"}),
        ("decide-on-prevotes", 1, {"a decision is a move", "a_decision_has_a_certificate"}),
    ],
)
def test_a_broken_rule_takes_steps_that_are_no_moves_or_breaks_the_invariant(name: str, rounds: int, failing: set[str]):
    mutants.find(name)
    program = COMPARE.format(name=name, rounds=rounds)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=100)
    assert set(done.stdout.split("\n")[:-1]) == failing


def test_a_quorum_is_known_by_its_correct_members():
    assert [sorted(each) for each in correct_members(Instance())] == [[0, 1], [0, 1, 2], [0, 2], [1, 2]]


def test_terms_are_read_as_the_solver_means_them():
    x, y = z3.Ints("x y")
    sort, (red, blue) = z3.EnumSort("Colour", ["red", "blue"])
    colour = z3.Const("colour", sort)
    terms = [
        z3.And(x < y, z3.Not(x == y)),
        z3.Or(x >= y, x + 1 > y),
        z3.Implies(x <= 0, y == 2),
        z3.If(x > 1, y, x + y + 1),
        z3.And(colour != red, z3.BoolVal(True)),
        colour == blue,
    ]
    values = {"x": np.array([0, 1, 2]), "y": np.array([2, 1, 0]), "colour": np.array([0, 1, 1])}
    symbols = {name: (lambda value=value: value) for name, value in values.items()}
    found = Program(terms, {"red": 0, "blue": 1}).run(symbols)
    for state in range(3):
        means = [(x, z3.IntVal(int(values["x"][state]))), (y, z3.IntVal(int(values["y"][state])))]
        means.append((colour, (red, blue)[values["colour"][state]]))
        for term, value in zip(terms, found, strict=True):
            expected = z3.simplify(z3.substitute(term, *means))
            assert str(expected) == str(np.broadcast_to(value, (3,))[state])


def test_a_table_is_false_outside_of_its_bounds():
    votes = table(np.array([[True, True], [True, False]]))
    assert votes(np.array([0, 1])).tolist() == [True, False]
    assert votes(np.array([-1, 2])).tolist() == [False, False]
    assert votes(np.array(1)).tolist() == [True, False]


def test_an_operator_that_is_not_known_is_not_guessed():
    with pytest.raises(ValueError, match="no reading"):
        Program([z3.Int("x") * z3.Int("y")], {})
