from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearstone.models.scenario_genesis import OPTION, PERPETUAL, POOL, PROTOCOL
from clearstone.spec.numbers import PPM
from clearstone.spec.parameters import (
    MAX_STEP,
    OptionParameters,
    PerpetualParameters,
    PoolParameters,
    ProtocolParameters,
    change_parameter,
    check_parameters,
)
from clearstone.spec.receipts import Rejection

Parameters = ProtocolParameters | PoolParameters | PerpetualParameters | OptionParameters
ALL: tuple[Parameters, ...] = (PROTOCOL, POOL, PERPETUAL, OPTION)
EVERY_FIELD = [
    pytest.param(parameters, item.name, id=f"{type(parameters).__name__}.{item.name}")
    for parameters in ALL
    for item in fields(parameters)
]


@pytest.mark.parametrize("parameters", ALL, ids=lambda each: type(each).__name__)
def test_the_usual_parameters_are_accepted(parameters: Parameters) -> None:
    assert check_parameters(parameters) is None


def range_of(parameters: Parameters, name: str) -> tuple[int, int]:
    metadata = type(parameters).__dataclass_fields__[name].metadata
    return metadata["low"], metadata["high"]


def is_out_of_range(parameters: Parameters) -> bool:
    rejection = check_parameters(parameters)
    return rejection is not None and rejection.rule == "LEDGER-8"


@pytest.mark.parametrize(("parameters", "name"), EVERY_FIELD)
def test_every_parameter_has_a_range_and_its_ends_belong_to_it(parameters: Parameters, name: str) -> None:
    low, high = range_of(parameters, name)
    assert low < high
    assert not is_out_of_range(replace(parameters, **{name: low}))
    assert not is_out_of_range(replace(parameters, **{name: high}))
    assert is_out_of_range(replace(parameters, **{name: low - 1}))
    assert is_out_of_range(replace(parameters, **{name: high + 1}))


@pytest.mark.parametrize(
    ("parameters", "allowed", "refused", "rule"),
    [
        (PROTOCOL, {"settlement_minimum": 30}, {"settlement_minimum": 31}, "OPT-2"),
        (POOL, {"discount_start": 50_000}, {"discount_start": 50_001}, "LIQ-2"),
        (PERPETUAL, {"maker_fee": -500}, {"maker_fee": -501}, "BOOK-7"),
        (PERPETUAL, {"maintenance_fraction": 49_999}, {"maintenance_fraction": 50_000}, "MARGIN-1"),
        (PERPETUAL, {"initial_fraction_limit": 50_000}, {"initial_fraction_limit": 49_999}, "MARGIN-1"),
        (PERPETUAL, {"open_interest_low": 999_999}, {"open_interest_low": 1_000_000}, "MARGIN-5"),
        (OPTION, {"maker_fee": -500}, {"maker_fee": -501}, "BOOK-7"),
        (OPTION, {"maintenance_fraction": 100_000}, {"maintenance_fraction": 100_001}, "MARGIN-2"),
        (OPTION, {"initial_floor": 150_000}, {"initial_floor": 150_001}, "MARGIN-2"),
    ],
)
def test_parameters_must_agree_with_each_other(
    parameters: Parameters, allowed: dict[str, int], refused: dict[str, int], rule: str
) -> None:
    assert check_parameters(replace(parameters, **allowed)) is None
    rejection = check_parameters(replace(parameters, **refused))
    assert rejection is not None
    assert rejection.rule == rule


@given(st.sampled_from((POOL, PERPETUAL, OPTION)), st.data())
def test_a_change_moves_one_parameter_by_a_bounded_step_towards_the_value(
    parameters: PoolParameters | PerpetualParameters | OptionParameters, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from([item.name for item in fields(parameters)]))
    value = data.draw(st.integers(-(2**100), 2**100))
    changed = change_parameter(parameters, name, value)
    if isinstance(changed, Rejection):
        return
    before, after = getattr(parameters, name), getattr(changed, name)
    assert check_parameters(changed) is None
    assert replace(changed, **{name: before}) == parameters
    assert abs(after - before) <= max(1, abs(before) * MAX_STEP // PPM)
    assert min(before, value) <= after <= max(before, value)


def test_a_step_of_exactly_a_tenth_is_taken_whole_and_one_more_is_cut() -> None:
    changed = [change_parameter(POOL, "penalty", value) for value in (5_500, 5_501, 4_500, 4_499)]
    assert changed == [replace(POOL, penalty=value) for value in (5_500, 5_500, 4_500, 4_500)]


def test_a_parameter_at_zero_can_still_move_by_one() -> None:
    assert change_parameter(replace(POOL, penalty=0), "penalty", 100) == replace(POOL, penalty=1)


@pytest.mark.parametrize("name", ["no_such", "", "liquidation_horizon", "insurance_window"])
def test_what_is_no_parameter_or_fixed_cannot_be_changed(name: str) -> None:
    rejection = change_parameter(POOL, name, 1)
    assert isinstance(rejection, Rejection)
    assert rejection.rule == "LEDGER-8"


def test_a_change_that_another_parameter_excludes_is_refused() -> None:
    rejection = change_parameter(replace(PERPETUAL, maintenance_fraction=49_999), "maintenance_fraction", 50_000)
    assert isinstance(rejection, Rejection)
    assert rejection.rule == "MARGIN-1"
