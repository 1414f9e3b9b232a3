from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearstone.proofs.symbolic.definitions import Symbol
from clearstone.proofs.symbolic.exploration import Exploration
from clearstone.proofs.symbolic.integers import Integer, integer, polynomial_of

VALUES = st.integers(-50, 50)
OPERATIONS = st.lists(st.tuples(st.sampled_from("+-*/%mMa"), VALUES), min_size=1, max_size=6)


def computed(start, operations):
    """A calculation in the integers that it is given: plain or symbolic."""
    for operation, operand in operations:
        match operation:
            case "+":
                start = start + operand
            case "-":
                start = operand - start
            case "*":
                start = start * start if operand == 0 else start * operand
            case "/":
                start = start // (operand or 7)
            case "%":
                start = start % (operand or 7)
            case "m":
                start = min(start, operand)
            case "M":
                start = max(operand, start, -3)
            case "a":
                start = abs(start)
    return start


@given(VALUES, OPERATIONS)
def test_symbolic_arithmetic_means_what_arithmetic_means(value: int, operations):
    exploration = Exploration()

    def run():
        symbol = integer(exploration.vocabulary.define(Symbol("x", -50, 50)))
        return computed(symbol, operations)

    values: Mapping[str, int] = {"x": value}
    taken = [
        exploration.vocabulary.evaluate(polynomial_of(result), values)
        for result in exploration.paths(run)
        if all(exploration.vocabulary.holds(condition, values) for condition in exploration.conditions)
    ]
    assert taken == [computed(value, operations)]


@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=4))
def test_every_input_takes_exactly_one_path(bounds):
    exploration = Exploration()

    def run():
        symbol = integer(exploration.vocabulary.define(Symbol("x", -60, 60)))
        return tuple(bool(low <= symbol < high) for low, high in bounds)

    paths = [(result, tuple(exploration.conditions)) for result in exploration.paths(run)]
    for value in range(-60, 61):
        taken = [
            result
            for result, conditions in paths
            if all(exploration.vocabulary.holds(condition, {"x": value}) for condition in conditions)
        ]
        assert taken == [tuple(low <= value < high for low, high in bounds)]


def test_a_division_by_what_may_be_zero_is_a_path_of_its_own():
    exploration = Exploration()

    def run():
        symbol = integer(exploration.vocabulary.define(Symbol("x", -2, 2)))
        try:
            return 7 // symbol
        except ZeroDivisionError:
            return "zero"

    assert sum(result == "zero" for result in exploration.paths(run)) == 1


def test_two_truths_are_equal_where_both_are_true_or_both_are_false():
    exploration = Exploration()

    def run():
        one = integer(exploration.vocabulary.define(Symbol("one", None, None)))
        other = integer(exploration.vocabulary.define(Symbol("other", None, None)))
        return (one > 0) == (other > 0), one, other

    for same, one, other in exploration.paths(run):
        assert exploration.proves(one * other >= 0) is same or not same


def test_a_symbolic_integer_is_no_key():
    with pytest.raises(TypeError):
        hash(Integer(Exploration().vocabulary.define(Symbol("x", None, None))))


def test_a_truth_is_asked_only_while_exploring():
    exploration = Exploration()
    x = integer(exploration.vocabulary.define(Symbol("x", None, None)))
    with pytest.raises(RuntimeError, match="outside"):
        bool(x > 0)
