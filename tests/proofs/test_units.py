import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearstone.proofs.units import unit_of, with_unit


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("alice.cash", "atoms"),
        ("alice.perp.lots", "lots"),
        ("alice.order.price", "ticks"),
        ("main.taker_fee", "ppm"),
        ("main.insurance_target", "atoms"),
        ("main.liquidation_horizon", "ms"),
        ("perp.multiplier", "atoms per lot·tick"),
        ("perp.open interest", "lots"),
        ("now", "ms"),
        ("amount", "atoms"),
        ("alice.locked_period", ""),
        ("alice.nonce", ""),
        ("index", ""),
        ("numerator", ""),
    ],
)
def test_the_unit_of_an_integer_is_what_the_specification_says_of_it(name: str, unit: str):
    assert unit_of(name) == unit


def test_amounts_are_told_in_dollars_and_ratios_in_percent_as_well():
    assert with_unit("alice.cash", -1_234_567) == "-1,234,567 atoms (-1.234567 USD)"
    assert with_unit("main.taker_fee", 500) == "500 ppm (0.05 %)"
    assert with_unit("alice.lots", 3) == "3 lots"
    assert with_unit("alice.nonce", 1_000) == "1,000"
    assert with_unit("perp.funding index", 0) == "0 · 10⁻⁶ atoms per lot"


@given(st.integers())
def test_no_amount_is_too_large_or_too_small_to_be_told_exactly(atoms: int):
    told = with_unit("alice.cash", atoms).partition("(")[2].removesuffix(" USD)").replace(",", "")
    whole, _, part = told.partition(".")
    assert int(whole + part.ljust(6, "0")) == atoms
