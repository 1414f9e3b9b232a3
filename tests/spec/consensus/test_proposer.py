from collections import Counter
from itertools import pairwise
from math import gcd

from hypothesis import given
from hypothesis import strategies as st

from clearstone.spec.consensus.proposer import proposer, stride
from clearstone.spec.consensus.validators import Validator

powers = st.lists(st.integers(1, 40), min_size=1, max_size=8)


def validators_of(powers):
    return tuple(Validator(bytes([i]) * 32, power) for i, power in enumerate(powers))


@given(powers, st.integers(0, 10**6), st.integers(0, 10**6))
def test_in_every_cycle_each_validator_gets_as_many_turns_as_it_has_power(powers, height, round):
    validators = validators_of(powers)
    unit = gcd(*powers)
    turns = Counter(proposer(validators, height, round + turn) for turn in range(sum(powers) // unit))
    assert turns == {validator.key: validator.power // unit for validator in validators}


@given(powers, st.integers(1, 99), st.integers(0, 99), st.integers(0, 99))
def test_turns_depend_on_the_proportions_of_power_alone(powers, factor, height, round):
    scaled = [power * factor for power in powers]
    assert proposer(validators_of(scaled), height, round) == proposer(validators_of(powers), height, round)


@given(powers, st.integers(0, 99), st.integers(1, 99))
def test_the_turn_of_a_failed_round_passes_to_the_next_proposer(powers, height, round):
    validators = validators_of(powers)
    assert proposer(validators, height, round) == proposer(validators, height + 1, round - 1)


def test_four_equal_validators_take_turns():
    validators = validators_of([10, 10, 10, 10])
    assert [proposer(validators, 1, round)[0] for round in range(5)] == [1, 2, 3, 0, 1]


def test_a_third_of_a_large_power_is_not_asked_twice_running():
    validators = validators_of([3_000_000, 2_000_001, 2_500_000, 1_700_000])
    turns = [proposer(validators, 0, round) for round in range(200)]
    assert all(first != second for first, second in pairwise(turns))


@given(st.integers(1, 10**6))
def test_a_stride_visits_every_point(circle):
    assert gcd(stride(circle), circle) == 1
