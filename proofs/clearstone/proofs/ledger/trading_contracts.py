"""What a fill rests on, as contracts: fees and bounds are proved by themselves, and no fill asks what kind it fills."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any, cast

from clearstone.proofs.contracts import replaced
from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.frames import OutOfFrameError
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import Account
from clearstone.spec.instruments import Instrument, Quote
from clearstone.spec.numbers import MAX_MULTIPLIER
from clearstone.spec.parameters import MarketParameters
from clearstone.spec.trades import fees, within_bounds


@dataclass(frozen=True, slots=True)
class EitherKind:
    """A perpetual or an option series: what the two have in common, and who asks which it is leaves its frame."""

    market: str
    """Instrument id."""
    pool: str
    """Risk pool that it belongs to."""
    multiplier: int
    """Atoms per lot·tick."""
    parameters: MarketParameters
    """What both kinds have."""

    @property  # type: ignore[misc]  # a class that nobody may ask for is not one that can be set
    def __class__(self) -> type:
        """Nobody's business: this is what `isinstance` asks for."""
        raise OutOfFrameError("a function asks which kind of instrument it is")


def either_kind(world: World, market: str) -> Instrument:
    """Any instrument, of either kind."""
    named = {
        item.name: world.integer(
            f"{market}.{item.name}", item.metadata["low"], item.metadata["high"], parts.USUAL[item.name]
        )
        for item in fields(MarketParameters)
    }
    multiplier = world.integer(f"{market}.multiplier", 1, MAX_MULTIPLIER, 10)
    return cast(Instrument, EitherKind(market, "main", multiplier, MarketParameters(**named)))


class Unasked:
    """What a function hands on at most: who asks what it is leaves its frame."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, _: object) -> bool:
        raise OutOfFrameError("a function asks for what has nothing to do with it")

    def __bool__(self) -> bool:
        raise OutOfFrameError("a function asks for what has nothing to do with it")


UNASKED: Any = Unasked()
"""In the place of a field that must not matter."""


@contextmanager
def any_fees(world: World) -> Iterator[None]:
    """Fees of any size, a rebate covered by what the taker pays: `a_rebate_is_never_more_than_the_taker_pays`."""

    def charge(_: Quote, __: int, ___: int) -> tuple[int, int]:
        taker, maker = world.integer("taker's fee", 0, None, 50), world.integer("maker's fee", None, None, 10)
        world.assume(taker + maker >= 0)
        return taker, maker

    with replaced(fees, charge):
        yield


@contextmanager
def any_bounds(world: World) -> Iterator[list[tuple[Account, bool]]]:
    """NUM-5 says what it likes; gives whom it was asked about, and what it said."""
    asked: list[tuple[Account, bool]] = []

    def judge(account: Account, _: str) -> bool:
        within: Any = world.flag(f"within bounds {len(asked)}")
        asked.append((account, within))
        return bool(within)

    with replaced(within_bounds, judge):
        yield asked
