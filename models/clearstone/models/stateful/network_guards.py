"""The guards of the rules of consensus stated a second time, and claims of all kinds put to every state reached.

Programs bring validators into states; which messages they have heard by then is an accident. Here the rules are asked
about supposed logs: with just enough power behind everything, and with just too little, with every proposal made that
could be. A rule must fire exactly when the paper's guard holds, and prevote what it says. What the rules answer goes
nowhere, since `step` is a pure function.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from clearstone.models.directed_scenarios.stage import INVALID, OTHER
from clearstone.models.stateful.supposed_log import SupposedLog
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.actions import Broadcast
from clearstone.spec.consensus.claims import Ahead, Claim, Commit, NilPolka, Polka, Proposed, Split, Timeout
from clearstone.spec.consensus.messages import NO_ROUND, PRECOMMIT, PREVOTE, PROPOSE, Proposal
from clearstone.spec.consensus.node import NEW, Node
from clearstone.spec.consensus.step import step

EXACT_RULES = "exact-rules"
"""What is violated if a rule fires although its guard does not hold, or stays although it does."""


def guard_holds(claim: Claim, node: Node, power: int) -> bool:
    """CONS-2. Whether the guard of a claim's rule holds, for a node that has begun, if so much power is behind all."""
    now, quorum = node.round, 3 * power > 2 * node.total_power
    match claim:
        case Proposed(p):
            known = p.valid_round == NO_ROUND or (0 <= p.valid_round < now and quorum)
            return node.step == PROPOSE and p.round == now and at_home(p, node) and known
        case Polka(p):
            due = node.step in (PREVOTE, PRECOMMIT) and p.round == now and at_home(p, node)
            return due and quorum and p.block_id != INVALID
        case Commit(p):
            return at_home(p, node) and quorum and p.block_id != INVALID
        case NilPolka():
            return node.step == PREVOTE and quorum
        case Split(kind):
            return quorum and (kind == PRECOMMIT or node.step == PREVOTE)
        case Ahead(round):
            return round > now and 3 * power > node.total_power
        case Timeout(kind, round):
            return round == now and (kind == PRECOMMIT or node.step == kind)
        case _:
            return node.step == NEW


def at_home(proposal: Proposal, node: Node) -> bool:
    """Whether a proposal is for the node's own chain and height."""
    return (proposal.chain, proposal.height) == (node.chain, node.height)


def prevote_due(node: Node, proposal: Proposal) -> bytes:
    """CONS-2, lines 22–33. What is to be prevoted on a proposal that can be prevoted on."""
    free = node.locked_round <= proposal.valid_round or node.locked_value == proposal.block_id
    return proposal.block_id if free and proposal.block_id != INVALID else NIL


def proposals_about(node: Node) -> Iterator[Proposal]:
    """Proposals that a node could have heard in its round, and some that are for another height or chain."""
    since = {NO_ROUND, 0, node.locked_round - 1, node.locked_round, node.round - 1}
    for value in sorted({node.locked_value, OTHER, INVALID} - {NIL}):
        for valid_round in sorted(each for each in since if NO_ROUND <= each < node.round):
            yield Proposal(node.chain, node.height, node.round, value, valid_round)
    fresh = Proposal(node.chain, node.height, node.round, OTHER, NO_ROUND)
    yield from (replace(fresh, height=node.height + 1), replace(fresh, chain="elsewhere"))


def claims_about(node: Node) -> Iterator[Claim]:
    """Claims of all kinds."""
    for proposal in proposals_about(node):
        yield from (Proposed(proposal), Polka(proposal), Commit(proposal))
    yield from (NilPolka(), Split(PREVOTE), Split(PRECOMMIT))
    for round in range(node.round - 1, node.round + 2):
        yield Ahead(round)
        yield from (Timeout(kind, round) for kind in (PROPOSE, PREVOTE, PRECOMMIT))


@lru_cache(1 << 16)
def inexact(node: Node) -> tuple[str, ...]:
    """CONS-2. The claims about which a node's rules and the guards do not agree, whatever power is behind them."""
    if node.step == NEW:
        return ()
    third, thirds = node.total_power // 3, 2 * node.total_power // 3
    powers = sorted({third, third + 1, thirds, thirds + 1})
    return tuple(
        finding for power in powers for claim in claims_about(node) for finding in _findings(node, claim, power)
    )


def _findings(node: Node, claim: Claim, power: int) -> Iterator[str]:
    outcome = step(node, SupposedLog(power), claim)
    fires = bool(outcome.actions) or outcome.node != node
    due = node.decision == NIL and guard_holds(claim, node, power)
    known = isinstance(claim, Polka) and (node.valid_value, node.valid_round) == (claim.proposal.block_id, node.round)
    where = f"in round {node.round} at step {node.step}, with {power} of {node.total_power} behind it,"
    if fires != due and not (due and known and node.step == PRECOMMIT):
        yield f"{where} it {'fires' if fires else 'stays'} on {claim}"
    elif fires and isinstance(claim, Proposed):
        sent = [each.message.block_id for each in outcome.actions if isinstance(each, Broadcast)]
        if sent != [prevote_due(node, claim.proposal)]:
            yield f"{where} locked in {node.locked_round}, it prevotes otherwise than it must on {claim}"
