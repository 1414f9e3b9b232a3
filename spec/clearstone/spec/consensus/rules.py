"""The guarded rules of the paper's algorithm 1, one function for each, with its lines (CONS-2).

Every rule checks its whole guard against the node and the log and fires, or it stays. "For the first time" in the paper
is not remembered here: to set what is set already changes nothing, and timers are known by their round and step. No
rule loops, none depends on which rule was tried before, and values and rounds are only ever compared.
"""

from __future__ import annotations

from dataclasses import replace

from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.actions import Broadcast, Decide, Outcome, Persist, Schedule
from clearstone.spec.consensus.log import Log
from clearstone.spec.consensus.messages import NO_ROUND, PRECOMMIT, PREVOTE, PROPOSE, Message, Proposal, Vote
from clearstone.spec.consensus.node import NEW, Node
from clearstone.spec.consensus.validators import exceeds_a_third, is_quorum


def stay(node: Node) -> Outcome:
    """CONS-2. No rule fires."""
    return Outcome(node)


def start(node: Node, log: Log) -> Outcome:
    """CONS-2, line 10. Begin the height with round 0."""
    if node.step != NEW:
        return stay(node)
    return enter_round(node, log, 0)


def enter_round(node: Node, log: Log, round: int) -> Outcome:
    """CONS-2, lines 11–21. Start a round: propose if it is one's turn, else await a proposal for a while.

    A block that a quorum prevoted before is proposed again, with the round of those prevotes, so that whoever is locked
    on it or on an older one can vote for it.
    """
    entered = replace(node, round=round, step=PROPOSE)
    candidate = log.candidate(round)
    if candidate == NIL:
        return Outcome(entered, (Schedule(PROPOSE, round),))
    value = candidate if node.valid_value == NIL else node.valid_value
    return send(entered, Proposal(node.chain, node.height, round, value, node.valid_round))


def prevote_on_fresh_proposal(node: Node, log: Log, p: Proposal) -> Outcome:
    """CONS-2, lines 22–27. Prevote for a proposal made for the first time, unless it is invalid or one is locked."""
    if not (node.step == PROPOSE and p.round == node.round and p.valid_round == NO_ROUND and is_proposed(node, log, p)):
        return stay(node)
    free = node.locked_round == NO_ROUND or node.locked_value == p.block_id
    return cast(node, PREVOTE, p.block_id if log.valid(p.block_id) and free else NIL)


def prevote_on_reproposal(node: Node, log: Log, p: Proposal) -> Outcome:
    """CONS-2, lines 28–33. Prevote for a proposal that a quorum prevoted in an earlier round.

    That round frees one from a lock of the same or an older round: a quorum has moved on, so nothing else can have been
    decided before it. A younger lock holds.
    """
    if not (node.step == PROPOSE and p.round == node.round and is_proposed(node, log, p)):
        return stay(node)
    if not 0 <= p.valid_round < node.round:
        return stay(node)
    if not is_quorum(log.power(PREVOTE, p.valid_round, p.block_id), node.total_power):
        return stay(node)
    free = node.locked_round <= p.valid_round or node.locked_value == p.block_id
    return cast(node, PREVOTE, p.block_id if log.valid(p.block_id) and free else NIL)


def precommit_on_polka(node: Node, log: Log, p: Proposal) -> Outcome:
    """CONS-2, lines 36–43. On a quorum of prevotes remember the block; if still prevoting, lock it and precommit."""
    if not (node.step >= PREVOTE and p.round == node.round and is_proposed(node, log, p)):
        return stay(node)
    if not (is_quorum(log.power(PREVOTE, p.round, p.block_id), node.total_power) and log.valid(p.block_id)):
        return stay(node)
    known = replace(node, valid_value=p.block_id, valid_round=p.round)
    if node.step == PREVOTE:
        return cast(replace(known, locked_value=p.block_id, locked_round=p.round), PRECOMMIT, p.block_id)
    return Outcome(known)


def precommit_nil_on_nil_polka(node: Node, log: Log) -> Outcome:
    """CONS-2, lines 44–46. On a quorum of prevotes for nothing, precommit nothing. The lock stays."""
    if not (node.step == PREVOTE and is_quorum(log.power(PREVOTE, node.round, NIL), node.total_power)):
        return stay(node)
    return cast(node, PRECOMMIT, NIL)


def await_more_prevotes(node: Node, log: Log) -> Outcome:
    """CONS-2, lines 34–35. A quorum prevoted, not all for the same: give the others a while."""
    if not (node.step == PREVOTE and is_quorum(log.power_any(PREVOTE, node.round), node.total_power)):
        return stay(node)
    return Outcome(node, (Schedule(PREVOTE, node.round),))


def await_more_precommits(node: Node, log: Log) -> Outcome:
    """CONS-2, lines 47–48. A quorum precommitted, not all for the same: give the others a while."""
    if not (node.step != NEW and is_quorum(log.power_any(PRECOMMIT, node.round), node.total_power)):
        return stay(node)
    return Outcome(node, (Schedule(PRECOMMIT, node.round),))


def decide(node: Node, log: Log, p: Proposal) -> Outcome:
    """CONS-2, lines 49–54. On a quorum of precommits for a valid proposal of any round, decide it.

    What lines 52–54 do, going on to the next height, is to make a fresh `Node`: this one is silent from now on.
    """
    if not (node.step != NEW and p.round >= 0 and is_proposed(node, log, p)):
        return stay(node)
    if not (is_quorum(log.power(PRECOMMIT, p.round, p.block_id), node.total_power) and log.valid(p.block_id)):
        return stay(node)
    decided = replace(node, decision=p.block_id)
    return Outcome(decided, (Persist(decided, None), Decide(p.round, p.block_id)))


def skip_ahead(node: Node, log: Log, round: int) -> Outcome:
    """CONS-2, lines 55–56. More than a third of the power is in a later round, so somebody honest is: join it."""
    if not (node.step != NEW and node.round < round and exceeds_a_third(log.heard(round), node.total_power)):
        return stay(node)
    return enter_round(node, log, round)


def prevote_nil_on_timeout(node: Node, round: int) -> Outcome:
    """CONS-2, lines 57–60. No acceptable proposal came in time: prevote for nothing."""
    if not (node.step == PROPOSE and node.round == round):
        return stay(node)
    return cast(node, PREVOTE, NIL)


def precommit_nil_on_timeout(node: Node, round: int) -> Outcome:
    """CONS-2, lines 61–64. The prevotes did not agree in time: precommit nothing. The lock stays."""
    if not (node.step == PREVOTE and node.round == round):
        return stay(node)
    return cast(node, PRECOMMIT, NIL)


def next_round_on_timeout(node: Node, log: Log, round: int) -> Outcome:
    """CONS-2, lines 65–67. The precommits decided nothing in time: start the next round."""
    if not (node.step != NEW and node.round == round):
        return stay(node)
    return enter_round(node, log, round + 1)


def resume(node: Node) -> Outcome:
    """CONS-3. What a validator does first after a restart, with the node that it persisted last.

    It is where it was, with its lock, and has nothing new to say. The timer of line 21 is gone, and whoever proposed
    never had one: without it a proposer that lost its own proposal would wait for it forever. The other timers are
    scheduled again by the rules themselves, once the votes are back in the log.
    """
    if not (node.step == PROPOSE and node.decision == NIL):
        return stay(node)
    return Outcome(node, (Schedule(PROPOSE, node.round),))


def is_proposed(node: Node, log: Log, p: Proposal) -> bool:
    """CONS-2. A proposal of this chain and height, for a block, that the log has."""
    return p.chain == node.chain and p.height == node.height and p.block_id != NIL and log.proposed(p)


def cast(node: Node, step: int, value: bytes) -> Outcome:
    """CONS-2. Vote in the present round, and be at that step from now on."""
    return send(replace(node, step=step), Vote(node.chain, node.height, node.round, step, value, 0, ()))


def send(node: Node, message: Message) -> Outcome:
    """CONS-3. Persist first, then broadcast: a validator that crashes in between knows what it may have said."""
    return Outcome(node, (Persist(node, message), Broadcast(message)))
