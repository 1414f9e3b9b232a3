"""What is proved of a takeover's size, in the place of looking for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from clearstone.proofs.contracts import replaced
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import Account, Position
from clearstone.spec.ledger_state import Context
from clearstone.spec.numbers import MAX_LOTS
from clearstone.spec.parameters import PoolParameters
from clearstone.spec.takeover import least_lots


@contextmanager
def any_least_lots(world: World) -> Iterator[list[tuple[Account, Position, int]]]:
    """The least lots that restore the buffer are any number from a single lot to all; gives what was asked, and it.

    That it is within these is proved by `the_least_lots_restore_the_buffer_and_one_fewer_does_not`, and with
    `what_fewer_lots_restore_more_lots_restore_too` that no smaller number restores the buffer.
    """
    asked: list[tuple[Account, Position, int]] = []

    def found(target: Account, _: Context, __: PoolParameters, position: Position) -> int:
        lots = world.integer("least lots", 1, MAX_LOTS, 2)
        world.assume(lots <= abs(position.lots))
        asked.append((target, position, lots))
        return lots

    with replaced(least_lots, found):
        yield asked
