"""Divisions, shares and medians of small integers and of large ones."""

from __future__ import annotations

from hypothesis import strategies as st

from clearstone.conformance.live.questions.asked import Asked
from clearstone.conformance.operations.arithmetic_operations import Apportionment, Division, Weighted

LARGE = 1 << 100
integers = st.integers(-40, 40) | st.integers(-LARGE, LARGE)
positives = st.integers(1, 12) | st.integers(1, LARGE)
divisions = st.builds(Division, integers, positives)


@st.composite
def apportionments(draw: st.DrawFn) -> Apportionment:
    """An amount within the sum of its caps."""
    caps = draw(st.lists(st.integers(0, 9) | st.integers(0, 10**15), max_size=6))
    return Apportionment(draw(st.integers(0, sum(caps))), tuple(caps))


weights = st.lists(st.tuples(st.integers(-5, 60), st.integers(1, 4)), min_size=1, max_size=7)
medians = weights.map(lambda weighted: Weighted(tuple(weighted)))

ASKED = (
    Asked("floor-div", "arithmetic", "floor_div", "divisions", ("NUM-3",), lambda _: divisions),
    Asked("ceil-div", "arithmetic", "ceil_div", "divisions", ("NUM-3",), lambda _: divisions),
    Asked("apportion", "arithmetic", "apportion", "amounts and caps", ("NUM-6",), lambda _: apportionments()),
    Asked("weighted-median", "arithmetic", "weighted_median", "weighted values", ("ORACLE-3",), lambda _: medians),
)
