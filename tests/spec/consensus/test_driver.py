"""The driver brings a validator as far as its log allows, and no claim of its own can be wrong."""

import pytest

from clearstone.models.cluster.message_log import MessageLog
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.actions import Broadcast, Decide, Outcome, Persist, Schedule
from clearstone.spec.consensus.claims import Start, Timeout
from clearstone.spec.consensus.driver import Timeouts, claims
from clearstone.spec.consensus.driver import drive as moves
from clearstone.spec.consensus.messages import PRECOMMIT, PREVOTE, PROPOSE, Proposal, SignedMessage, Vote
from clearstone.spec.consensus.node import Node

KEYS = [bytes([i]) * 32 for i in (1, 2, 3, 4)]
A = b"a" * 32
NEW_NODE = Node("c", 1, KEYS[0], 4)


def log_of(*messages, candidates=()):
    log = MessageLog(dict.fromkeys(KEYS, 1), lambda value: value == A, lambda round: dict(candidates).get(round, NIL))
    for sender, message in messages:
        log.add(SignedMessage(KEYS[sender], message, b""))
    return log


def votes(step, round, value, senders):
    return [(sender, Vote("c", 1, round, step, value, 0, ())) for sender in senders]


def drive(node, log, first=None):
    """All moves as one."""
    actions = ()
    for move in moves(node, log, first):
        assert move.before == node
        node = move.outcome.node
        actions += move.outcome.actions
    return Outcome(node, actions)


def kinds(outcome):
    return [type(action) for action in outcome.actions]


def test_with_everything_in_its_log_a_node_goes_from_the_start_to_a_decision():
    log = log_of((1, Proposal("c", 1, 0, A, -1)), *votes(PREVOTE, 0, A, (1, 2, 3)), *votes(PRECOMMIT, 0, A, (1, 2, 3)))
    outcome = drive(NEW_NODE, log)
    assert outcome.node.decision == A
    assert kinds(outcome) == [Schedule, Persist, Decide]


def test_a_new_node_is_only_asked_to_start():
    assert list(claims(NEW_NODE, log_of((1, Proposal("c", 1, 0, A, -1))))) == [Start()]


def test_a_proposal_alone_gets_a_prevote_and_with_the_others_prevotes_a_precommit():
    log = log_of((1, Proposal("c", 1, 0, A, -1)))
    first = drive(NEW_NODE, log)
    assert kinds(first) == [Schedule, Persist, Broadcast]
    for sender, message in votes(PREVOTE, 0, A, (0, 1, 2)):
        log.add(SignedMessage(KEYS[sender], message, b""))
    second = drive(first.node, log)
    assert (second.node.step, second.node.locked_value) == (PRECOMMIT, A)
    assert kinds(second) == [Persist, Broadcast]


def test_a_node_left_behind_skips_ahead_and_goes_on_from_there():
    log = log_of(*votes(PREVOTE, 2, NIL, (1, 2)), *votes(PREVOTE, 0, NIL, (1,)))
    outcome = drive(NEW_NODE, log)
    assert (outcome.node.round, outcome.node.step) == (2, PROPOSE)
    assert outcome.actions[-1] == Schedule(PROPOSE, 2)


def test_a_timeout_is_claimed_before_all_else():
    log = log_of(*votes(PREVOTE, 0, NIL, (1, 2, 3)))
    waiting = drive(NEW_NODE, log).node
    outcome = drive(waiting, log, Timeout(PROPOSE, 0))
    assert outcome.node.step == PRECOMMIT  # it prevotes nil, and then the quorum for nil is there
    assert kinds(outcome) == [Persist, Broadcast, Persist, Broadcast]


def test_split_votes_start_both_timers():
    log = log_of(*votes(PREVOTE, 0, NIL, (1, 2)), *votes(PREVOTE, 0, A, (3,)), *votes(PRECOMMIT, 0, NIL, (1, 2, 3)))
    waiting = drive(NEW_NODE, log).node
    outcome = drive(waiting, log, Timeout(PROPOSE, 0))
    assert {Schedule(PREVOTE, 0), Schedule(PRECOMMIT, 0)} <= set(outcome.actions)


def test_a_proposer_proposes_when_it_is_driven():
    outcome = drive(NEW_NODE, log_of(candidates={0: A}.items()))
    assert outcome.actions[-1] == Broadcast(Proposal("c", 1, 0, A, -1))


def test_a_node_that_hears_itself_while_it_is_driven_goes_on():
    log = log_of(*votes(PREVOTE, 0, A, (1, 2)), *votes(PRECOMMIT, 0, A, (1, 2)), candidates={0: A}.items())
    node = NEW_NODE
    for move in moves(NEW_NODE, log):
        node = move.outcome.node
        for action in move.outcome.actions:
            if isinstance(action, Broadcast):
                log.add(SignedMessage(KEYS[0], action.message, b""))
    assert node.decision == A


def test_a_proposal_of_another_round_is_left_for_its_round():
    log = log_of((1, Proposal("c", 1, 1, A, -1)))
    assert drive(NEW_NODE, log).node.step == PROPOSE


@pytest.mark.parametrize(("step", "first"), [(PROPOSE, 30), (PREVOTE, 20), (PRECOMMIT, 10)])
def test_timers_grow_by_the_round(step, first):
    assert [Timeouts(30, 20, 10, 5).duration(step, round) for round in (0, 1, 4)] == [first, first + 5, first + 20]
