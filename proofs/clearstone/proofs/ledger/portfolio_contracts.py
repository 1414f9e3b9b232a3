"""What an expiry needs, in the place of the rule: any two amounts that are in order.

That the amounts of every expiry are in this order, whatever its legs, is proved in `portfolio_proofs`: no part of an
expiry is less initially than later, and an expiry needs no less where no part of it is less.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from clearstone.proofs.contracts import replaced
from clearstone.proofs.ledger.frames import OutOfFrameError
from clearstone.proofs.worlds import World
from clearstone.spec.instruments import Quote
from clearstone.spec.portfolio_margin import Leg, expiry_amount


@dataclass(frozen=True, slots=True)
class Amounts:
    """What one expiry needs at the quotes of one block."""

    maintenance: int
    """Maintenance amount, in atoms, at least 0."""
    initial: int
    """Initial amount, no less."""


def any_amounts_of(world: World, name: str) -> Amounts:
    """Any amounts in order."""
    maintenance = world.integer(f"{name} amount later", 0, None, 30_000)
    return Amounts(maintenance, maintenance + world.integer(f"{name} amount more initially", 0, None, 10_000))


@contextmanager
def any_amounts(
    world: World, legs: Sequence[str], *blocks: tuple[str, Mapping[str, Quote]]
) -> Iterator[tuple[Amounts, ...]]:
    """The named legs, an expiry of an account, need any amounts in order, at the quotes of each block any others."""
    amounts = tuple(any_amounts_of(world, name) for name, _ in blocks)

    def amount(held: list[Leg], initial: bool) -> int:
        if [position.instrument for position, _, _ in held] != list(legs):
            raise OutOfFrameError("other legs than those that are named make an expiry")
        for of, (_, quotes) in zip(amounts, blocks, strict=True):
            if all(quotes[position.instrument] is quote for position, quote, _ in held):
                return of.initial if initial else of.maintenance
        raise OutOfFrameError("an expiry is judged at the quotes of no block that is named")

    with replaced(expiry_amount, amount):
        yield amounts
