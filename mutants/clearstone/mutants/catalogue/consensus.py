"""Broken rules of consensus."""

from __future__ import annotations

from clearstone.mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        name="quorum-of-half",
        module="clearstone.spec.consensus.validators",
        old="return 3 * power > 2 * total",
        new="return 2 * power >= total",
        breaks="CONS-1: two quorums need not share an honest validator",
        layer="consensus",
        caught_by=("check",),
    ),
    Mutant(
        name="lock-ignored-on-fresh-proposal",
        module="clearstone.spec.consensus.rules",
        old="free = node.locked_round == NO_ROUND or node.locked_value == p.block_id",
        new="free = True",
        breaks="CONS-2: a fresh proposal is prevoted against the lock",
        layer="consensus",
        caught_by=("check",),
    ),
    Mutant(
        name="lock-ignored-on-reproposal",
        module="clearstone.spec.consensus.rules",
        old="free = node.locked_round <= p.valid_round or node.locked_value == p.block_id",
        new="free = True",
        breaks="CONS-2: a re-proposal from before the lock is prevoted against it",
        layer="consensus",
        caught_by=("check",),
    ),
    Mutant(
        name="broadcast-before-persist",
        module="clearstone.spec.consensus.rules",
        old="return Outcome(node, (Persist(node, message), Broadcast(message)))",
        new="return Outcome(node, (Broadcast(message), Persist(node, message)))",
        breaks="CONS-3: a crash in between forgets what was said",
        layer="consensus",
        caught_by=("check",),
    ),
)
"""The mutants of this layer."""
