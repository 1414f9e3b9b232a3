"""With closed rounds just the states of the full exploration are reached; rules that forbid it are refused."""

from dataclasses import replace

import numpy as np
import pytest

from clearstone.models.tendermint import answers
from clearstone.models.tendermint.answers import RefusedError
from clearstone.models.tendermint.closed_rounds import ClosedRounds
from clearstone.models.tendermint.columns import Columns, Words
from clearstone.models.tendermint.exhausting import exhaust
from clearstone.models.tendermint.instance import Instance
from clearstone.models.tendermint.packed import distinct, explore_packed
from clearstone.models.tendermint.ranked import RankedSearch, explore_ranked
from clearstone.models.tendermint.table import Table
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.actions import Broadcast, Outcome
from clearstone.spec.consensus.claims import Commit, Timeout
from clearstone.spec.consensus.messages import PRECOMMIT, PREVOTE, PROPOSE, Vote
from clearstone.spec.consensus.step import step

SEVEN = Instance(powers=(1,) * 7, byzantine=frozenset({5, 6}))


class Gathering(RankedSearch):
    """Keeps what it looks at."""

    def __init__(self, columns: ClosedRounds) -> None:
        super().__init__(columns)
        self.looked_at: list[Words] = []

    def look_at(self, states: Words) -> Words:
        self.looked_at.append(states)
        return super().look_at(states)


@pytest.mark.parametrize(
    ("instance", "states"),
    [
        (Instance(rounds=1), 110),
        (Instance(rounds=2), 4_680),
        (Instance(rounds=2, powers=(2, 2, 1, 1), byzantine=frozenset({2})), 6_462),
        (Instance(rounds=2, values=3), 6_423),
        (Instance(rounds=2, powers=(1, 1, 1), byzantine=frozenset({2}), symmetric=False), 825),
        (Instance(rounds=3, powers=(1, 1, 1), byzantine=frozenset({2})), 2_423),
    ],
    ids=lambda given: f"{given.powers} rounds {given.rounds}" if isinstance(given, Instance) else None,
)
def test_just_the_states_of_the_full_exploration_are_reached_with_everybody_in_the_latest_round(
    instance: Instance, states: int
):
    table = Table(instance)
    columns = ClosedRounds(table)
    closed, full = Gathering(columns), explore_packed(Columns(table))
    closed.run(None)
    assert closed.done.ended == full.ended == "exhausted"
    taken = distinct(columns.canonical(columns.together(columns.split(np.concatenate(full.found)))))
    assert np.array_equal(taken, np.sort(np.concatenate(closed.looked_at)))
    assert closed.done.states == sum(closed.done.layers) == states


def test_far_fewer_states_show_the_same():
    done = exhaust(Instance(rounds=2), closes_rounds=True)
    assert (done.engine, done.states, done.holds, done.note) == ("closed rounds", 4_680, True, "")


def test_a_violation_is_shown_by_a_run_with_rounds_open():
    liars = Instance(rounds=2, byzantine=frozenset({1, 2}))
    done, full = exhaust(liars, closes_rounds=True), exhaust(liars)
    assert (done.engine, done.ended, done.note) == (
        "table",
        "violation",
        "with closed rounds 41 states led to something wrong",
    )
    assert [moment.validators for moment in done.moments] == [moment.validators for moment in full.moments]


@pytest.mark.parametrize(
    "given",
    [{"crashes": 1}, {"timers_are_scheduled": True}, {"proposers": (0,), "symmetric": False}],
    ids=lambda given: next(iter(given)),
)
def test_instances_in_which_a_validator_cannot_always_go_on_are_explored_with_rounds_open(given):
    done = exhaust(replace(Instance(rounds=1), **given), closes_rounds=True)
    assert (done.engine, done.holds) == ("table", True)
    assert done.note.startswith("rounds are not closed: ")


def refused_with(monkeypatch: pytest.MonkeyPatch, changed, rounds: int = 2) -> str:
    """The reason why rounds are not closed under rules that are changed like this."""
    monkeypatch.setattr(answers, "step", lambda node, log, claim: changed(node, log, claim, step(node, log, claim)))
    with pytest.raises(RefusedError) as refused:
        ClosedRounds(Table(Instance(rounds=rounds), judges_steps=False))
    return str(refused.value)


def test_rules_that_ask_for_votes_of_rounds_to_come_are_refused(monkeypatch: pytest.MonkeyPatch):
    def curious(node, log, claim, outcome):
        """A rule that waits with a nil precommit until it hears of the next round."""
        return Outcome(node) if claim == Timeout(PREVOTE, 0) and log.heard(1) < 2 else outcome

    assert refused_with(monkeypatch, curious) == "a rule asks for votes of rounds to come"


def test_rules_that_cast_a_vote_in_another_round_are_refused(monkeypatch: pytest.MonkeyPatch):
    def late(node, log, claim, outcome):
        """A rule that dates its nil prevotes of round 1 to round 0."""
        return Outcome(outcome.node, tuple(dated(action) for action in outcome.actions))

    def dated(action):
        vote = action.message if isinstance(action, Broadcast) else None
        is_late = isinstance(vote, Vote) and (vote.step, vote.round, vote.block_id) == (PREVOTE, 1, NIL)
        return replace(action, message=replace(vote, round=0)) if is_late else action

    assert refused_with(monkeypatch, late) == "a vote is cast in another round than its voter is in then"


def test_rules_by_which_a_validator_cannot_always_go_on_are_refused(monkeypatch: pytest.MonkeyPatch):
    def silent(node, log, claim, outcome):
        """A rule that never says nil in round 0."""
        return Outcome(outcome.node, tuple(action for action in outcome.actions if not says_nil(action)))

    def says_nil(action):
        return isinstance(action, Broadcast) and (action.message.round, action.message.block_id) == (0, NIL)

    assert "cannot go on to round" in refused_with(monkeypatch, silent)


def test_rules_by_which_a_step_takes_nobody_on_are_refused(monkeypatch: pytest.MonkeyPatch):
    def hesitant(node, log, claim, outcome):
        """A rule by which who begins has to say so twice."""
        is_new = claim == Timeout(PRECOMMIT, 0) and node.round == 0 and node.valid_round == -1 and node.step == PROPOSE
        return Outcome(replace(node, valid_round=0, locked_round=0)) if is_new else outcome

    assert "neither to a later round nor to a later step" in refused_with(monkeypatch, hesitant)


def test_an_exploration_with_closed_rounds_ends_at_its_limit_or_when_it_is_interrupted():
    columns = ClosedRounds(Table(Instance(rounds=2)))
    limited = explore_ranked(columns, max_states=100)
    assert (limited.ended, limited.expanded < limited.states) == ("state limit", True)

    def interrupt(_exploration):
        raise KeyboardInterrupt

    interrupted = explore_ranked(columns, tell=interrupt)
    assert (interrupted.ended, interrupted.expanded) == ("interrupted", 1)


def test_rules_by_which_only_who_is_behind_can_do_something_are_refused(monkeypatch: pytest.MonkeyPatch):
    def hurried(node, log, claim, outcome):
        """A rule by which whoever goes on by its timer does not vote on proposals."""
        return (
            Outcome(replace(outcome.node, step=PREVOTE))
            if outcome.node.round > node.round and claim == Timeout(PRECOMMIT, 0)
            else outcome
        )

    assert "can no longer do what it could" in refused_with(monkeypatch, hurried)


def test_rules_by_which_only_who_is_behind_can_decide_are_refused(monkeypatch: pytest.MonkeyPatch):
    def forgetful(node, log, claim, outcome):
        """A rule that decides nothing of earlier rounds."""
        return Outcome(node) if isinstance(claim, Commit) and claim.proposal.round < node.round else outcome

    assert "can no longer decide" in refused_with(monkeypatch, forgetful)


def test_rules_by_which_a_step_is_wrong_are_left_to_the_full_exploration(monkeypatch: pytest.MonkeyPatch):
    def unlocked(node, log, claim, outcome):
        """Nobody ever locks."""
        return Outcome(replace(outcome.node, locked_value=NIL, locked_round=-1), outcome.actions)

    monkeypatch.setattr(answers, "step", lambda node, log, claim: unlocked(node, log, claim, step(node, log, claim)))
    with pytest.raises(RefusedError, match="wrong in itself"):
        ClosedRounds(Table(Instance(rounds=1)))


@pytest.mark.slow
def test_more_is_exhausted_than_with_rounds_open():
    three_rounds = exhaust(Instance(rounds=3), closes_rounds=True)
    assert (three_rounds.holds, three_rounds.states) == (True, 260_231)
    weighted = exhaust(Instance(rounds=3, powers=(2, 2, 1, 1), byzantine=frozenset({2})), closes_rounds=True)
    assert (weighted.holds, weighted.states) == (True, 252_213)
    seven = exhaust(SEVEN, closes_rounds=True)
    assert (seven.holds, seven.states) == (True, 373_206)


@pytest.mark.long
def test_two_liars_of_seven_break_nothing_in_three_rounds():
    done = exhaust(replace(SEVEN, rounds=3), closes_rounds=True)
    assert (done.holds, done.states) == (True, 297_535_137)
