"""The paper's algorithm 1, as guards and effects: what the code is compared with (arXiv 1807.04938, lines 10–67).

Each `Line` is one "upon" of the paper, written from its text and not from the code: thresholds as CONS-1 has them, and
values instead of actions. Three things are said differently here, as they are in the spec (CONS-2): "for the first
time" is left out, since to do the same again changes nothing; what happens after a decision belongs to the next height;
and a step of a height that was not begun allows nothing but to begin.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from clearstone.proofs.consensus.answered_log import AnsweredLog
from clearstone.proofs.symbolic.formulas import conjunction
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.actions import Action, Broadcast, Decide, Outcome, Persist, Schedule
from clearstone.spec.consensus.messages import NO_ROUND, PRECOMMIT, PREVOTE, PROPOSE, Message, Proposal, Vote
from clearstone.spec.consensus.node import NEW, Node


@dataclass(frozen=True, slots=True)
class Line:
    """One "upon" of the paper, for one validator, log and claim."""

    guard: Any
    """When it applies."""
    effect: Outcome
    """What it does then."""


def two_thirds(power: int, node: Node) -> Any:
    """The paper's 2f + 1: more than two thirds of the power."""
    return 2 * node.total_power < 3 * power


def is_there(node: Node, log: AnsweredLog, p: Proposal) -> Any:
    """The proposal is one for a block, of this height, and was received from its round's proposer."""
    ours = conjunction(p.chain == node.chain, p.height == node.height, p.block_id != NIL)
    return conjunction(ours, log.proposed(p))


def has_begun(node: Node) -> Any:
    """The height was begun."""
    return node.step != NEW


def says(node: Node, message: Message) -> Outcome:
    """Store, then broadcast."""
    return Outcome(node, (Persist(node, message), Broadcast(message)))


def votes(node: Node, kind: int, block: bytes) -> Outcome:
    """Vote and be at that step."""
    return says(replace(node, step=kind), Vote(node.chain, node.height, node.round, kind, block, 0, ()))


def starts_round(node: Node, log: AnsweredLog, round: int) -> Outcome:
    """Lines 11–21."""
    entered = replace(node, round=round, step=PROPOSE)
    own = log.candidate(round)
    if own == NIL:
        return Outcome(entered, (Schedule(PROPOSE, round),))
    if node.valid_value != NIL:
        return says(entered, Proposal(node.chain, node.height, round, node.valid_value, node.valid_round))
    return says(entered, Proposal(node.chain, node.height, round, own, NO_ROUND))


def line_10(node: Node, log: AnsweredLog) -> Line:
    """Upon start."""
    return Line(node.step == NEW, starts_round(node, log, 0))


def line_22(node: Node, log: AnsweredLog, p: Proposal) -> Line:
    """Upon a proposal with valid round −1, while at step propose."""
    guard = conjunction(is_there(node, log, p), p.round == node.round, p.valid_round == -1, node.step == PROPOSE)
    if log.valid(p.block_id) and (node.locked_round == -1 or node.locked_value == p.block_id):
        return Line(guard, votes(node, PREVOTE, p.block_id))
    return Line(guard, votes(node, PREVOTE, NIL))


def line_28(node: Node, log: AnsweredLog, p: Proposal) -> Line:
    """Upon a proposal and 2f + 1 prevotes for it in its valid round, while at step propose."""
    earlier = conjunction(p.valid_round >= 0, p.valid_round < node.round)
    polka = two_thirds(log.power(PREVOTE, p.valid_round, p.block_id), node)
    guard = conjunction(is_there(node, log, p), p.round == node.round, polka, node.step == PROPOSE, earlier)
    if log.valid(p.block_id) and (node.locked_round <= p.valid_round or node.locked_value == p.block_id):
        return Line(guard, votes(node, PREVOTE, p.block_id))
    return Line(guard, votes(node, PREVOTE, NIL))


def line_34(node: Node, log: AnsweredLog) -> Line:
    """Upon 2f + 1 prevotes of any kind, while at step prevote."""
    guard = conjunction(node.step == PREVOTE, two_thirds(log.power_any(PREVOTE, node.round), node))
    return Line(guard, Outcome(node, (Schedule(PREVOTE, node.round),)))


def line_36(node: Node, log: AnsweredLog, p: Proposal) -> Line:
    """Upon a valid proposal and 2f + 1 prevotes for it, while at step prevote or later."""
    polka = two_thirds(log.power(PREVOTE, node.round, p.block_id), node)
    guard = conjunction(
        is_there(node, log, p), p.round == node.round, polka, log.valid(p.block_id), node.step >= PREVOTE
    )
    known = replace(node, valid_value=p.block_id, valid_round=node.round)
    if node.step == PREVOTE:
        locked = replace(known, locked_value=p.block_id, locked_round=node.round)
        return Line(guard, votes(locked, PRECOMMIT, p.block_id))
    return Line(guard, Outcome(known))


def line_44(node: Node, log: AnsweredLog) -> Line:
    """Upon 2f + 1 prevotes for nil, while at step prevote."""
    guard = conjunction(node.step == PREVOTE, two_thirds(log.power(PREVOTE, node.round, NIL), node))
    return Line(guard, votes(node, PRECOMMIT, NIL))


def line_47(node: Node, log: AnsweredLog) -> Line:
    """Upon 2f + 1 precommits of any kind."""
    guard = conjunction(has_begun(node), two_thirds(log.power_any(PRECOMMIT, node.round), node))
    return Line(guard, Outcome(node, (Schedule(PRECOMMIT, node.round),)))


def line_49(node: Node, log: AnsweredLog, p: Proposal) -> Line:
    """Upon a valid proposal and 2f + 1 precommits for it, of any round."""
    certificate = two_thirds(log.power(PRECOMMIT, p.round, p.block_id), node)
    guard = conjunction(is_there(node, log, p), p.round >= 0, certificate, log.valid(p.block_id), has_begun(node))
    decided = replace(node, decision=p.block_id)
    actions: tuple[Action, ...] = (Persist(decided, None), Decide(p.round, p.block_id))
    return Line(guard, Outcome(decided, actions))


def line_55(node: Node, log: AnsweredLog, round: int) -> Line:
    """Upon f + 1 messages of any kind of a later round."""
    guard = conjunction(has_begun(node), node.round < round, node.total_power < 3 * log.heard(round))
    return Line(guard, starts_round(node, log, round))


def line_57(node: Node, round: int) -> Line:
    """Upon the timeout of this round's proposal."""
    return Line(conjunction(round == node.round, node.step == PROPOSE), votes(node, PREVOTE, NIL))


def line_61(node: Node, round: int) -> Line:
    """Upon the timeout of this round's prevotes."""
    return Line(conjunction(round == node.round, node.step == PREVOTE), votes(node, PRECOMMIT, NIL))


def line_65(node: Node, log: AnsweredLog, round: int) -> Line:
    """Upon the timeout of this round's precommits."""
    return Line(conjunction(has_begun(node), round == node.round), starts_round(node, log, round + 1))
