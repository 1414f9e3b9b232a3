import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearstone.spec.consensus.validators import (
    MAX_POWER,
    Validator,
    check_validators,
    exceeds_a_third,
    is_quorum,
    power_of,
    total_power,
)

FOUR = tuple(Validator(bytes([i]) * 32, i) for i in (1, 2, 3, 4))


def test_power_is_that_of_the_key_and_0_for_strangers():
    assert [power_of(FOUR, v.key) for v in FOUR] == [1, 2, 3, 4]
    assert power_of(FOUR, b"\x09" * 32) == 0
    assert total_power(FOUR) == 10


@pytest.mark.parametrize(("total", "quorum", "third"), [(1, 1, 1), (3, 3, 2), (4, 3, 2), (9, 7, 4), (10, 7, 4)])
def test_a_quorum_is_strictly_more_than_two_thirds(total, quorum, third):
    assert is_quorum(quorum, total)
    assert not is_quorum(quorum - 1, total)
    assert exceeds_a_third(third, total)
    assert not exceeds_a_third(third - 1, total)


@given(st.lists(st.tuples(st.integers(1, 1000), st.booleans(), st.booleans()), min_size=1))
def test_two_quorums_share_more_than_a_third_of_the_power(members):
    total = sum(power for power, _, _ in members)
    first = sum(power for power, one, _ in members if one)
    second = sum(power for power, _, other in members if other)
    shared = sum(power for power, one, other in members if one and other)
    if is_quorum(first, total) and is_quorum(second, total):
        assert exceeds_a_third(shared, total)


def test_a_proper_set_is_accepted():
    assert check_validators(FOUR) is None


@pytest.mark.parametrize(
    ("validators", "rule"),
    [
        ((), "CONS-1"),
        ((Validator(b"short", 1),), "CONS-1"),
        (FOUR[::-1], "CONS-1"),
        ((FOUR[0], FOUR[0]), "CONS-1"),
        ((Validator(b"\x00" * 32, 0),), "CONS-1"),
        ((Validator(b"\x00" * 32, MAX_POWER + 1),), "NUM-5"),
    ],
)
def test_an_improper_set_is_refused(validators, rule):
    assert check_validators(validators).rule == rule


def test_the_largest_power_is_accepted():
    assert check_validators((Validator(b"\x00" * 32, MAX_POWER),)) is None
