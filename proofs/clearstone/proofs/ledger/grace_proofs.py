"""The grace period: how long a feed that thawed is not relied on yet."""

from __future__ import annotations

from dataclasses import replace

from clearstone.proofs.contracts import replaced
from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.oracle_proofs import any_feed
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.blocks import Commit
from clearstone.spec.numbers import MAX_TICKS, MAX_TIME, lower_weighted_median
from clearstone.spec.oracle import enough_reports, is_fresh, merge_reports, update_feed
from clearstone.spec.parameters import ProtocolParameters


@obligation("ORACLE-5", "ORACLE-2", about=(update_feed, is_fresh), reaches={"frozen", "in grace", "relied on"})
def a_feed_is_relied_on_only_after_its_grace_period(world: World) -> None:
    """A feed is relied on exactly from the last of as many fresh blocks in a row as the grace period says.

    How many blocks in a row were fresh is remembered up to the grace period; each block keeps that.
    """
    protocol = parts.parameters(world, ProtocolParameters, "protocol")
    grace, in_a_row = protocol.grace_blocks, world.integer("fresh blocks in a row", 0, None, 1)
    before = replace(any_feed(world), fresh_blocks=min(in_a_row, grace))
    enough = world.choice("reports", ("enough", "too few")) == "enough"
    median, now = world.integer("new median", 1, MAX_TICKS, 50_000), world.integer("now", 0, MAX_TIME, 3_000)
    with (
        replaced(merge_reports, lambda *_: ()),
        replaced(enough_reports, lambda *_: enough),
        replaced(lower_weighted_median, lambda _: median),
    ):
        after = update_feed(before, "feed", Commit(1, 0, b"", ()), (), protocol, now)
    becomes = in_a_row + 1 if enough else 0
    relied_on = is_fresh(after, protocol)
    world.observe("feed", after)
    world.reached("relied on" if relied_on else "in grace" if enough else "frozen")
    world.require(after.fresh_blocks == min(becomes, grace), "what is remembered follows")
    if relied_on:
        world.require(becomes >= grace, "no earlier than after the grace period")
    else:
        world.require(becomes < grace, "and no later")
    if not enough:
        world.require(after.index == before.index, "a frozen index stands")
