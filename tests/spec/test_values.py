import inspect
from dataclasses import FrozenInstanceError, dataclass, fields, is_dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearstone.spec.accounts import Account
from clearstone.spec.values import value


@value
class Quick:
    first: int
    second: str = "two"
    third: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Plain:
    first: int
    second: str = "two"
    third: tuple[int, ...] = ()


@given(st.integers(), st.text(), st.lists(st.integers()).map(tuple))
def test_a_value_has_the_fields_of_a_frozen_dataclass(first, second, third):
    quick, plain = Quick(first, second, third), Plain(first, second, third)
    assert [getattr(quick, field.name) for field in fields(quick)] == [getattr(plain, f.name) for f in fields(plain)]
    assert repr(quick) == repr(plain).replace("Plain", "Quick")
    assert quick == Quick(first, second, third)
    assert hash(quick) == hash(Quick(first, second, third))
    assert replace(quick, first=first + 1) != quick


def test_a_value_has_the_defaults_and_the_signature_of_a_frozen_dataclass():
    assert (Quick(1).second, Quick(1).third, Quick(first=1, second="x").second) == ("two", (), "x")
    assert inspect.signature(Quick) == inspect.signature(Plain)
    with pytest.raises(TypeError):
        Quick()
    with pytest.raises(TypeError):
        Quick(1, fourth=4)


def test_a_value_refuses_to_change():
    quick = Quick(1)
    with pytest.raises(FrozenInstanceError):
        quick.first = 2
    with pytest.raises(FrozenInstanceError):
        del quick.first
    with pytest.raises((AttributeError, TypeError)):
        quick.fourth = 4
    assert not hasattr(quick, "__dict__")


def test_the_ledgers_records_are_values():
    assert is_dataclass(Account)
    with pytest.raises(FrozenInstanceError):
        Account(bytes(32), "main", 0, 0).cash = 1
