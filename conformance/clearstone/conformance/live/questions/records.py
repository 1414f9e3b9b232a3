"""Any record at all, drawn from its type hints: what is written as bytes need not make sense."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from clearstone.spec.encoding.shapes import Choice, Leaf, Optional, Record, Row, Sequence, Shape, fields_of

integers = (
    st.integers(0, 1)
    | st.integers(-30, 300)
    | st.integers(1 << 64, 1 << 70)
    | st.sampled_from([1 << bits for bits in (8, 16, 32, 53, 64)]).flatmap(lambda n: st.integers(n - 1, n))
    | st.integers(-(1 << 70), 0)
)
texts = st.text(st.sampled_from("abz-éß∞"), max_size=4)
octets = st.binary(max_size=3) | st.binary(min_size=32, max_size=32)

_LEAVES: dict[type, st.SearchStrategy[Any]] = {int: integers, str: texts, bytes: octets, bool: st.booleans()}


def of_shape(shape: Shape) -> st.SearchStrategy[Any]:
    """Values of a shape."""
    match shape:
        case Leaf():
            return _LEAVES[shape.kind]
        case Choice():
            return st.sampled_from(shape.texts)
        case Optional():
            return st.none() | of_shape(shape.present)
        case Sequence():
            return st.lists(of_shape(shape.item), max_size=2).map(tuple)
        case Row():
            return st.tuples(*map(of_shape, shape.items))
        case Record():
            return st.builds(shape.cls, *(of_shape(part) for _, part in fields_of(shape.cls)))
        case _:
            return st.one_of(*(of_shape(member) for _, _, member in shape.members))


def records(cls: type) -> st.SearchStrategy[Any]:
    """Records of a class."""
    return of_shape(Record(cls))
