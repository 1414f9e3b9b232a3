import pytest

from clearstone.models.market import checked_replay
from clearstone.models.market.checked_replay import ReplayOutcome, run_checked, told
from clearstone.models.market.population import FULL
from clearstone.models.market.replay_plan import ReplayPlan
from clearstone.models.market.replay_properties import POOLS_APART, PROGRESS, TOTALITY

SMALL = FULL.shrunk(0.2)


@pytest.fixture
def plan(march) -> ReplayPlan:
    return ReplayPlan(march, 1, 40, SMALL, stays_calm=True)


def test_a_replay_through_the_cluster_holds_every_invariant(plan):
    seen: list[int] = []
    outcome = run_checked(plan, lambda outcome: seen.append(outcome.tally.blocks))
    assert outcome.judgement.violations == []
    assert outcome.holds
    assert seen == list(range(1, outcome.planned + 1))
    assert len(outcome.course) == outcome.tally.blocks == outcome.planned
    assert outcome.rounds >= outcome.planned
    assert outcome.judgement.asked["agreement"] == outcome.planned
    assert outcome.judgement.asked["conservation"] == outcome.planned
    assert outcome.judgement.asked[TOTALITY.id] == outcome.judgement.asked[PROGRESS.id] == 1


def violated(outcome: ReplayOutcome) -> set[str]:
    return {violation.invariant for violation in outcome.judgement.violations}


def test_it_ends_at_the_first_height_at_which_something_does_not_hold(plan, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(
        checked_replay.ShadowPool, "follow", lambda self, block, after: "crossed" if block.height >= 7 else None
    )
    outcome = run_checked(plan)
    assert violated(outcome) == {POOLS_APART.id}
    assert outcome.tally.blocks == 7
    assert (outcome.judgement.violations[0].height, outcome.judgement.violations[0].detail) == (7, "crossed")


def test_an_exception_is_a_violation_and_no_traceback(plan, monkeypatch: pytest.MonkeyPatch):
    def explode(self, block, after):
        raise ZeroDivisionError("division\nby zero")

    monkeypatch.setattr(checked_replay.ShadowPool, "follow", explode)
    outcome = run_checked(plan)
    assert violated(outcome) == {TOTALITY.id}
    assert "ZeroDivisionError: division by zero in explode" in outcome.judgement.violations[0].detail


def test_a_replay_that_cannot_begin_is_a_violation_too(plan, monkeypatch: pytest.MonkeyPatch):
    def refuse(*arguments, **options):
        raise ValueError("LEDGER-8: a feed is missing")

    monkeypatch.setattr(checked_replay, "cluster_replay", refuse)
    assert violated(run_checked(plan)) == {TOTALITY.id}


def test_a_height_that_is_not_decided_is_a_violation(plan, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checked_replay.ClusterReplay, "run", lambda self: self.cluster.run(3, 1 << 60) and False)
    outcome = run_checked(plan)
    assert violated(outcome) >= {PROGRESS.id}
    assert outcome.tally.blocks == 3


def test_an_exception_without_a_place_is_told_in_a_line():
    assert told(KeyError("a\nb")) == "KeyError: 'a\\nb'"
