"""Every rule fires exactly when its guard holds: tests start from a case where it does and break one condition."""

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearstone.spec.blocks import NIL
from clearstone.spec.consensus import rules
from clearstone.spec.consensus.actions import Broadcast, Decide, Outcome, Persist, Schedule
from clearstone.spec.consensus.claims import Ahead, Commit, NilPolka, Polka, Proposed, Split, Start, Timeout
from clearstone.spec.consensus.messages import NO_ROUND, PRECOMMIT, PREVOTE, PROPOSE, Proposal, Vote
from clearstone.spec.consensus.node import NEW, Node
from clearstone.spec.consensus.step import step

A, B = b"a" * 32, b"b" * 32
THIRD, QUORUM = 4, 7  # of a total power of 10: the least that exceed 1/3 and 2/3


@dataclass
class Table:
    """A log whose answers are written down."""

    votes: dict = field(default_factory=dict)
    any_votes: dict = field(default_factory=dict)
    heard_in: dict = field(default_factory=dict)
    proposals: set = field(default_factory=set)
    valid_values: set = field(default_factory=lambda: {A, B})
    candidates: dict = field(default_factory=dict)

    def power(self, step, round, value):
        return self.votes.get((step, round, value), 0)

    def power_any(self, step, round):
        return self.any_votes.get((step, round), 0)

    def heard(self, round):
        return self.heard_in.get(round, 0)

    def proposed(self, proposal):
        return proposal in self.proposals

    def valid(self, value):
        return value in self.valid_values

    def candidate(self, round):
        return self.candidates.get(round, NIL)


def node(**changes):
    return replace(Node(chain="c", height=5, key=b"k" * 32, total_power=10, round=3, step=PROPOSE), **changes)


def proposal(round=3, value=A, valid_round=NO_ROUND, height=5, chain="c"):
    return Proposal(chain, height, round, value, valid_round)


def vote(step, round, value):
    return Vote("c", 5, round, step, value, 0, ())


def sends(outcome, message):
    return outcome.actions == (Persist(outcome.node, message), Broadcast(message))


# Lines 10–21: start, propose


def test_a_new_node_starts_round_0_and_awaits_a_proposal():
    new = Node("c", 5, b"k" * 32, 10)
    assert (new.step, new.round) == (NEW, 0)
    assert step(new, Table(), Start()) == Outcome(replace(new, step=PROPOSE), (Schedule(PROPOSE, 0),))


def test_a_proposer_proposes_its_own_block():
    outcome = step(Node("c", 5, b"k" * 32, 10), Table(candidates={0: A}), Start())
    assert sends(outcome, proposal(0, A))
    assert outcome.node.step == PROPOSE


def test_a_proposer_that_has_a_valid_value_proposes_that_with_its_round():
    outcome = step(node(valid_value=B, valid_round=1), Table(candidates={4: A}), Timeout(PRECOMMIT, 3))
    assert sends(outcome, proposal(4, B, 1))
    assert outcome.node.round == 4


@pytest.mark.parametrize("at", [PROPOSE, PREVOTE, PRECOMMIT])
def test_a_started_node_does_not_start_again(at):
    assert step(node(step=at), Table(candidates={0: A}), Start()) == Outcome(node(step=at))


# Lines 22–27: a fresh proposal


def test_a_valid_fresh_proposal_gets_a_prevote():
    outcome = step(node(), Table(proposals={proposal()}), Proposed(proposal()))
    assert sends(outcome, vote(PREVOTE, 3, A))
    assert outcome.node == node(step=PREVOTE)


def test_a_fresh_proposal_of_the_locked_value_gets_a_prevote():
    locked = node(locked_value=A, locked_round=1)
    assert sends(step(locked, Table(proposals={proposal()}), Proposed(proposal())), vote(PREVOTE, 3, A))


def test_a_fresh_proposal_against_the_lock_gets_nil():
    locked = node(locked_value=B, locked_round=1)
    assert sends(step(locked, Table(proposals={proposal()}), Proposed(proposal())), vote(PREVOTE, 3, NIL))


def test_an_invalid_fresh_proposal_gets_nil():
    log = Table(proposals={proposal()}, valid_values={B})
    assert sends(step(node(), log, Proposed(proposal())), vote(PREVOTE, 3, NIL))


@pytest.mark.parametrize(
    ("before", "made"),
    [
        (node(step=PREVOTE), proposal()),
        (node(step=PRECOMMIT), proposal()),
        (node(step=NEW), proposal()),
        (node(), proposal(round=2)),
        (node(), proposal(round=4)),
        (node(), proposal(height=4)),
        (node(), proposal(chain="d")),
        (node(), proposal(value=NIL)),
        (node(decision=B), proposal()),
    ],
)
def test_a_fresh_proposal_out_of_place_is_ignored(before, made):
    assert step(before, Table(proposals={made}), Proposed(made)) == Outcome(before)


def test_a_proposal_that_the_log_lacks_is_ignored():
    assert step(node(), Table(), Proposed(proposal())) == Outcome(node())


def test_the_fresh_rule_leaves_re_proposals_alone():
    again = proposal(valid_round=1)
    assert rules.prevote_on_fresh_proposal(node(), Table(proposals={again}), again) == Outcome(node())


# Lines 28–33: a re-proposal


def reproposed(valid_round=1, power=QUORUM, **changes):
    again = proposal(valid_round=valid_round)
    return again, Table(proposals={again}, votes={(PREVOTE, valid_round, A): power}, **changes)


@pytest.mark.parametrize(
    ("locked_value", "locked_round", "answer"),
    [(NIL, NO_ROUND, A), (B, 0, A), (B, 1, A), (B, 2, NIL), (A, 2, A)],
)
def test_a_re_proposal_frees_from_a_lock_that_is_not_younger(locked_value, locked_round, answer):
    again, log = reproposed()
    before = node(locked_value=locked_value, locked_round=locked_round)
    outcome = step(before, log, Proposed(again))
    assert sends(outcome, vote(PREVOTE, 3, answer))
    assert outcome.node == replace(before, step=PREVOTE)


def test_an_invalid_re_proposal_gets_nil():
    again, log = reproposed(valid_values=set())
    assert sends(step(node(), log, Proposed(again)), vote(PREVOTE, 3, NIL))


def test_a_re_proposal_needs_its_quorum():
    again, log = reproposed(power=QUORUM - 1)
    assert step(node(), log, Proposed(again)) == Outcome(node())


@pytest.mark.parametrize("valid_round", [-2, 3, 4])
def test_a_re_proposal_needs_an_earlier_round(valid_round):
    again, log = reproposed(valid_round=valid_round)
    assert step(node(), log, Proposed(again)) == Outcome(node())


@pytest.mark.parametrize(
    "before", [node(step=PREVOTE), node(step=PRECOMMIT), node(round=2), node(height=6), node(step=NEW)]
)
def test_a_re_proposal_out_of_place_is_ignored(before):
    again, log = reproposed()
    assert step(before, log, Proposed(again)) == Outcome(before)


def test_a_re_proposal_that_the_log_lacks_is_ignored():
    again, log = reproposed()
    assert step(node(), replace(log, proposals=set()), Proposed(again)) == Outcome(node())


# Lines 36–43: a polka


def polka(power=QUORUM, round=3, **changes):
    return Table(proposals={proposal(round)}, votes={(PREVOTE, round, A): power}, **changes)


def test_a_polka_locks_and_precommits():
    outcome = step(node(step=PREVOTE, locked_value=B, locked_round=0), polka(), Polka(proposal()))
    assert outcome.node == node(step=PRECOMMIT, locked_value=A, locked_round=3, valid_value=A, valid_round=3)
    assert sends(outcome, vote(PRECOMMIT, 3, A))


def test_a_late_polka_is_remembered_without_a_lock():
    outcome = step(node(step=PRECOMMIT), polka(), Polka(proposal()))
    assert outcome == Outcome(node(step=PRECOMMIT, valid_value=A, valid_round=3))


def test_a_polka_claimed_twice_changes_nothing_the_second_time():
    once = step(node(step=PREVOTE), polka(), Polka(proposal())).node
    assert step(once, polka(), Polka(proposal())) == Outcome(once)


@pytest.mark.parametrize(
    ("before", "log"),
    [
        (node(step=PREVOTE), polka(power=QUORUM - 1)),
        (node(step=PREVOTE), polka(valid_values=set())),
        (node(step=PREVOTE), replace(polka(), proposals=set())),
        (node(step=PROPOSE), polka()),
        (node(step=NEW), polka()),
        (node(step=PREVOTE, round=4), polka()),
        (node(step=PREVOTE, height=4), polka()),
        (node(step=PREVOTE, decision=A), polka()),
    ],
)
def test_without_its_whole_guard_a_polka_is_ignored(before, log):
    assert step(before, log, Polka(proposal())) == Outcome(before)


# Lines 34–35 and 44–48: nil polka, split votes


def test_a_nil_polka_precommits_nil_and_keeps_the_lock():
    before = node(step=PREVOTE, locked_value=B, locked_round=0)
    outcome = step(before, Table(votes={(PREVOTE, 3, NIL): QUORUM}), NilPolka())
    assert sends(outcome, vote(PRECOMMIT, 3, NIL))
    assert outcome.node == replace(before, step=PRECOMMIT)


@pytest.mark.parametrize(
    ("at", "power"), [(PREVOTE, QUORUM - 1), (PROPOSE, QUORUM), (PRECOMMIT, QUORUM), (NEW, QUORUM)]
)
def test_a_nil_polka_needs_its_quorum_and_its_step(at, power):
    assert step(node(step=at), Table(votes={(PREVOTE, 3, NIL): power}), NilPolka()) == Outcome(node(step=at))


@pytest.mark.parametrize(("at", "fires"), [(NEW, False), (PROPOSE, False), (PREVOTE, True), (PRECOMMIT, False)])
def test_split_prevotes_start_a_timer_while_prevoting(at, fires):
    log = Table(any_votes={(PREVOTE, 3): QUORUM})
    assert step(node(step=at), log, Split(PREVOTE)) == Outcome(node(step=at), (Schedule(PREVOTE, 3),) if fires else ())


@pytest.mark.parametrize(("at", "fires"), [(NEW, False), (PROPOSE, True), (PREVOTE, True), (PRECOMMIT, True)])
def test_split_precommits_start_a_timer_at_any_step(at, fires):
    log = Table(any_votes={(PRECOMMIT, 3): QUORUM})
    expected = (Schedule(PRECOMMIT, 3),) if fires else ()
    assert step(node(step=at), log, Split(PRECOMMIT)) == Outcome(node(step=at), expected)


@pytest.mark.parametrize("kind", [PREVOTE, PRECOMMIT])
def test_split_votes_need_a_quorum(kind):
    log = Table(any_votes={(kind, 3): QUORUM - 1})
    assert step(node(step=kind), log, Split(kind)) == Outcome(node(step=kind))


# Lines 49–54: decide


@pytest.mark.parametrize("at", [PROPOSE, PREVOTE, PRECOMMIT])
@pytest.mark.parametrize("round", [0, 3, 9])
def test_a_commit_of_any_round_decides_at_any_step(at, round):
    log = Table(proposals={proposal(round)}, votes={(PRECOMMIT, round, A): QUORUM})
    outcome = step(node(step=at), log, Commit(proposal(round)))
    assert outcome.node == node(step=at, decision=A)
    assert outcome.actions == (Persist(outcome.node, None), Decide(round, A))


@pytest.mark.parametrize(
    ("before", "made", "log"),
    [
        (node(), proposal(), Table(proposals={proposal()}, votes={(PRECOMMIT, 3, A): QUORUM - 1})),
        (node(), proposal(), Table(proposals={proposal()}, votes={(PREVOTE, 3, A): QUORUM})),
        (node(), proposal(), Table(proposals={proposal()}, votes={(PRECOMMIT, 3, A): QUORUM}, valid_values={B})),
        (node(), proposal(), Table(votes={(PRECOMMIT, 3, A): QUORUM})),
        (node(), proposal(-1), Table(proposals={proposal(-1)}, votes={(PRECOMMIT, -1, A): QUORUM})),
        (
            node(),
            proposal(value=NIL),
            Table(proposals={proposal(value=NIL)}, votes={(PRECOMMIT, 3, NIL): QUORUM}, valid_values={NIL}),
        ),
        (node(height=4), proposal(), Table(proposals={proposal()}, votes={(PRECOMMIT, 3, A): QUORUM})),
        (node(step=NEW), proposal(), Table(proposals={proposal()}, votes={(PRECOMMIT, 3, A): QUORUM})),
        (node(decision=B), proposal(), Table(proposals={proposal()}, votes={(PRECOMMIT, 3, A): QUORUM})),
    ],
)
def test_without_its_whole_guard_a_commit_is_ignored(before, made, log):
    assert step(before, log, Commit(made)) == Outcome(before)


# Lines 55–56: skip ahead


def test_more_than_a_third_ahead_pulls_a_node_along():
    outcome = step(node(step=PRECOMMIT), Table(heard_in={7: THIRD}), Ahead(7))
    assert outcome == Outcome(node(round=7), (Schedule(PROPOSE, 7),))


def test_who_skips_to_its_own_turn_proposes():
    outcome = step(node(), Table(heard_in={7: THIRD}, candidates={7: A}), Ahead(7))
    assert sends(outcome, proposal(7))


@pytest.mark.parametrize(
    ("before", "round", "power"),
    [
        (node(), 7, THIRD - 1),
        (node(), 3, THIRD),
        (node(), 2, THIRD),
        (node(step=NEW), 7, THIRD),
        (node(decision=A), 7, THIRD),
    ],
)
def test_a_third_or_less_or_a_round_not_ahead_pulls_nobody(before, round, power):
    assert step(before, Table(heard_in={round: power}), Ahead(round)) == Outcome(before)


def test_exactly_a_third_or_two_thirds_is_not_enough():
    log = Table(heard_in={7: 3}, votes={(PREVOTE, 3, NIL): 6})
    nine = node(total_power=9, step=PREVOTE)
    assert step(nine, log, Ahead(7)) == Outcome(nine)
    assert step(nine, log, NilPolka()) == Outcome(nine)


# Lines 57–67: timeouts


@pytest.mark.parametrize(("kind", "at"), [(PROPOSE, PROPOSE), (PREVOTE, PREVOTE)])
def test_a_timeout_votes_nil(kind, at):
    outcome = step(node(step=at), Table(), Timeout(kind, 3))
    assert sends(outcome, vote(kind + 1, 3, NIL))
    assert outcome.node == node(step=kind + 1)


@pytest.mark.parametrize("at", [PROPOSE, PREVOTE, PRECOMMIT])
def test_a_precommit_timeout_starts_the_next_round_at_any_step(at):
    assert step(node(step=at), Table(), Timeout(PRECOMMIT, 3)) == Outcome(node(round=4), (Schedule(PROPOSE, 4),))


@pytest.mark.parametrize(
    ("before", "claim"),
    [
        (node(step=PREVOTE), Timeout(PROPOSE, 3)),
        (node(step=PRECOMMIT), Timeout(PROPOSE, 3)),
        (node(step=PROPOSE), Timeout(PREVOTE, 3)),
        (node(step=PRECOMMIT), Timeout(PREVOTE, 3)),
        (node(step=PROPOSE), Timeout(PROPOSE, 2)),
        (node(step=PREVOTE), Timeout(PREVOTE, 4)),
        (node(step=PRECOMMIT), Timeout(PRECOMMIT, 2)),
        (node(step=NEW), Timeout(PRECOMMIT, 3)),
        (node(decision=A), Timeout(PRECOMMIT, 3)),
        (node(), Timeout(NEW, 3)),
        (node(), Split(PROPOSE)),
    ],
)
def test_a_timer_of_another_step_or_round_is_ignored(before, claim):
    assert step(before, Table(), claim) == Outcome(before)


# CONS-3: restart


def test_a_restarted_node_only_waits_for_a_proposal_again():
    assert rules.resume(node()) == Outcome(node(), (Schedule(PROPOSE, 3),))


@pytest.mark.parametrize("persisted", [node(step=PREVOTE), node(step=PRECOMMIT), node(step=NEW), node(decision=A)])
def test_a_node_restarted_later_in_the_round_waits_for_votes_alone(persisted):
    assert rules.resume(persisted) == Outcome(persisted)


# All rules at once

values = st.sampled_from([NIL, A, B])
rounds = st.integers(-1, 3)
powers = st.integers(0, 10)
proposals = st.builds(proposal, rounds, values, st.integers(-2, 3), st.integers(5, 6))
logs = st.builds(
    Table,
    votes=st.dictionaries(st.tuples(st.sampled_from([PREVOTE, PRECOMMIT]), rounds, values), powers),
    any_votes=st.dictionaries(st.tuples(st.sampled_from([PREVOTE, PRECOMMIT]), rounds), powers),
    heard_in=st.dictionaries(rounds, powers),
    proposals=st.sets(proposals, max_size=4),
    valid_values=st.sets(st.sampled_from([A, B])),
    candidates=st.dictionaries(rounds, st.sampled_from([A, B])),
)
steps = st.integers(NEW, PRECOMMIT)
claims = st.one_of(
    st.just(Start()),
    st.just(NilPolka()),
    st.builds(Proposed, proposals),
    st.builds(Polka, proposals),
    st.builds(Commit, proposals),
    st.builds(Split, steps),
    st.builds(Ahead, rounds),
    st.builds(Timeout, steps, rounds),
)


@given(logs, st.lists(claims, max_size=40))
def test_whatever_is_claimed_a_node_says_each_thing_once_and_only_after_storing_it(log, made):
    before = Node("c", 5, b"k" * 32, 10)
    said = []
    for claim in made:
        outcome = step(before, log, claim)
        after = outcome.node
        assert (after.round, after.step) >= (before.round, before.step)
        assert after.valid_round >= after.locked_round >= before.locked_round
        for action, following in zip(outcome.actions, (*outcome.actions[1:], None), strict=False):
            if isinstance(action, Persist):
                assert action.node == after
                assert isinstance(following, Decide) or following == Broadcast(action.message)
            if isinstance(action, Broadcast):
                assert (after.round, after.step) > (before.round, before.step)
                said.append((after.round, after.step))
        if before.decision != NIL:
            assert outcome == Outcome(before)
        before = after
    assert said == sorted(set(said))
