"""Every invariant of consensus holds on a cluster's heights, and is seen failing on one that is tampered with."""

from dataclasses import replace

import pytest

from clearstone.invariants.catalogue import INVARIANTS
from clearstone.invariants.checking import check_trace, findings
from clearstone.models.cluster.cluster import validators_of
from clearstone.spec.consensus.actions import Broadcast, Decide, Persist
from clearstone.spec.consensus.claims import Start
from clearstone.spec.consensus.messages import PRECOMMIT, PREVOTE, Proposal, SignedMessage, Vote

KEYS, _ = validators_of(0, (1, 1, 1, 1))
BREAK = {}


def breaks(identifier):
    def enter(tampered):
        BREAK[identifier] = tampered
        return tampered

    return enter


def first(trace):
    return min(trace.correct)


def decided_otherwise(trace):
    """The first validator decides another block."""
    decision = replace_decision(trace, block_id=bytes(32))
    return replace(trace, decisions={**trace.decisions, first(trace): decision})


def replace_decision(trace, **changes):
    return trace.decisions[first(trace)]._replace(**changes)


BREAK["agreement"] = BREAK["commits-have-a-quorum"] = BREAK["forks-are-blamed"] = decided_otherwise


@breaks("same-roots")
def another_root(trace):
    return replace(trace, roots={**trace.roots, first(trace): bytes(32)})


@breaks("validity")
def a_block_that_nobody_proposed(trace):
    logs = {key: [s for s in log if not isinstance(s.message, Proposal)] for key, log in trace.logs.items()}
    return replace(trace, logs=logs)


@breaks("integrity")
def a_second_decision(trace):
    last = next(step for step in reversed(trace.steps) if any(isinstance(a, Decide) for a in step.actions))
    return replace(trace, steps=[*trace.steps, last])


@breaks("termination")
def a_height_that_took_too_long(trace):
    return replace(trace, stabilised_at=0, patience=1, ended_at=trace.ended_at + 1)


def signed(vote):
    key = KEYS[0]
    return SignedMessage(key.public, vote, key.sign(vote))


def with_messages(trace, *messages):
    logs = {key: [*log, *messages] for key, log in trace.logs.items()}
    return replace(trace, logs=logs)


@breaks("no-equivocation")
def a_second_prevote(trace):
    return with_messages(trace, signed(Vote("test", trace.height, 0, PREVOTE, bytes(32), 0, ())))


@breaks("never-accused")
def a_correct_validator_that_is_guilty(trace):
    return a_second_prevote(trace)


def changed_step(trace, matches, change):
    place = next(place for place, step in enumerate(trace.steps) if matches(step))
    steps = list(trace.steps)
    steps[place] = change(steps[place])
    return replace(trace, steps=steps)


def sends(step, kind):
    return any(isinstance(a, Broadcast) and getattr(a.message, "step", None) == kind for a in step.actions)


@breaks("lock-obeyed")
def a_prevote_against_the_lock(trace):
    def locked(step):
        return step._replace(before=replace(step.before, locked_round=0, locked_value=bytes(32)))

    return changed_step(trace, lambda step: sends(step, PREVOTE), locked)


@breaks("lock-kept")
def a_precommit_without_a_lock(trace):
    def freed(step):
        return step._replace(after=replace(step.after, locked_round=-1, locked_value=b""))

    return changed_step(trace, lambda step: sends(step, PRECOMMIT), freed)


@breaks("persist-first")
def a_word_before_it_is_stored(trace):
    return changed_step(
        trace, lambda step: sends(step, PREVOTE), lambda step: step._replace(actions=step.actions[::-1])
    )


@breaks("restarts-remember")
def a_validator_that_starts_afresh(trace):
    step = next(step for step in trace.steps if isinstance(step.claim, Start))
    return replace(trace, steps=[*trace.steps, step])


@breaks("votes-advance")
def a_vote_of_another_round(trace):
    def late(step):
        actions = tuple(
            Broadcast(replace(action.message, round=5)) if isinstance(action, Broadcast) else action
            for action in step.actions
        )
        return step._replace(actions=actions)

    return changed_step(trace, lambda step: sends(step, PREVOTE), late)


def test_every_invariant_of_consensus_is_seen_failing():
    assert {each.id for each in INVARIANTS.values() if each.kind == "trace"} == BREAK.keys()


@pytest.mark.parametrize("identifier", sorted(BREAK))
def test_a_tampered_height_is_found_out(traces, identifier):
    assert INVARIANTS[identifier].holds(traces[-1])
    found = findings(INVARIANTS[identifier], BREAK[identifier](traces[-1]), 0)
    assert found
    assert not any(violation.detail.startswith("cannot be evaluated") for violation in found), found


def test_a_clusters_heights_hold(traces):
    assert [check_trace(trace) for trace in traces] == [[]] * len(traces)


def test_a_fork_is_forgiven_to_nobody_when_enough_are_guilty(traces):
    """Two quorums of precommits for two blocks share more than a third of the power, and those are named."""
    trace = decided_otherwise(traces[-1])
    votes = []
    for key in KEYS[:3]:
        vote = Vote("test", trace.height, 0, PRECOMMIT, bytes(32), 0, ())
        votes.append(SignedMessage(key.public, vote, key.sign(vote)))
    assert INVARIANTS["forks-are-blamed"].holds(with_messages(trace, *votes))


def test_storing_a_decision_counts_as_storing(traces):
    step = next(step for step in traces[-1].steps if any(isinstance(a, Decide) for a in step.actions))
    forgetful = step._replace(actions=tuple(a for a in step.actions if not isinstance(a, Persist)))
    assert not INVARIANTS["persist-first"].holds(replace(traces[-1], steps=[forgetful]))
