"""Block ids of which nothing is known but whether two are the same.

The rules only ever compare a block id with another one or with NIL. So an id can be any number, 0 for NIL: symbolic,
where a proof follows the rules for all ids; plain, where a counterexample is replayed with 32 bytes.
"""

from __future__ import annotations

from typing import Any, cast

from clearstone.proofs.symbolic.integers import Integer
from clearstone.proofs.worlds import World
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.messages import ID_BYTES


class SymbolicBlock:
    """Stands for every block id, NIL included."""

    __slots__ = ("number",)
    __hash__ = None  # type: ignore[assignment]  # a set would have to know which ids are equal

    def __init__(self, number: Integer) -> None:
        """Stand for the id of this number."""
        self.number = number

    def __eq__(self, other: object) -> Any:
        return self.number == number_of(other)

    def __ne__(self, other: object) -> Any:
        return self.number != number_of(other)

    def __repr__(self) -> str:
        return f"SymbolicBlock({self.number})"


def number_of(value: object) -> Any:
    """The number of a block id, symbolic or not."""
    if isinstance(value, SymbolicBlock):
        return value.number
    assert isinstance(value, bytes), f"a block id was compared with {value!r}"
    return int.from_bytes(value, "big")


def block_of(number: object) -> bytes:
    """The block id of a number."""
    if isinstance(number, Integer):
        return cast(bytes, SymbolicBlock(number))
    assert isinstance(number, int)
    return number.to_bytes(ID_BYTES, "big") if number else NIL


def any_block(world: World, name: str, usual: int = 0) -> bytes:
    """Any block id, or NIL."""
    return block_of(world.integer(name, 0, (1 << 8 * ID_BYTES) - 1, usual))
