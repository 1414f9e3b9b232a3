"""Broken rules of the oracle: which prices count, and how fast they move."""

from __future__ import annotations

from clearstone.mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        name="two-sources-suffice",
        module="clearstone.spec.oracle",
        old="MINIMUM_SIGNERS = 3",
        new="MINIMUM_SIGNERS = 2",
        breaks="ORACLE-2: a feed goes on with two sources",
        layer="oracle",
        caught_by=("check", "prove", "stateful", "conform"),
    ),
    Mutant(
        name="stale-reports-count",
        module="clearstone.spec.oracle",
        old="if now - parameters.report_staleness <= report.time",
        new="if report.time <= now + parameters.report_staleness",
        breaks="ORACLE-1: a feed goes on with reports of long ago",
        layer="oracle",
        caught_by=("check", "prove", "stateful", "conform"),
    ),
    Mutant(
        name="index-jumps",
        module="clearstone.spec.oracle",
        old="limit = max(1, floor_div(feed.index * feed.max_move, PPM))",
        new="limit = MAX_TICKS",
        breaks="ORACLE-4: the index moves at once as far as the median",
        layer="oracle",
        caught_by=("check", "prove", "stateful", "conform"),
    ),
    Mutant(
        name="grace-skipped",
        module="clearstone.spec.oracle",
        old="return feed.fresh_blocks >= parameters.grace_blocks",
        new="return feed.fresh_blocks > 0",
        breaks="ORACLE-5: a feed is relied on in the first block after it thaws",
        layer="oracle",
        caught_by=("check", "prove", "stateful", "conform"),
    ),
    Mutant(
        name="leaving-at-the-better-price",
        module="clearstone.spec.cash",
        old="context.unclamped is not context.quotes\n",
        new="context.unclamped is None\n",
        breaks="ORACLE-4: cash leaves at a price that still has to catch up",
        layer="oracle",
        caught_by=("check", "prove", "stateful", "conform"),
    ),
)
"""The mutants of this layer."""
