import pytest

from clearstone.models.cluster.byzantine import KINDS
from clearstone.models.cluster.schedules import Result, random_schedule, run_schedule, run_schedule_on_ledger
from clearstone.models.signing import remembering_authentic
from clearstone.spec.consensus.evidence import accused

authentic = remembering_authentic()


def judge(seed, run=run_schedule_on_ledger):
    """Run the schedule of a seed; its promises, and that no correct validator is ever accused."""
    wrongly = []

    def observe(height):
        trace = height.trace
        wrongly.extend(accused(trace.chain, trace.validators, trace.logs.values(), authentic) & trace.correct)
        assert len(set(height.roots.values())) == 1
        assert set(height.roots) == set(trace.correct)

    result = run(random_schedule(seed), observe)
    assert result.holds, f"random_schedule({seed}) fails: {result}"
    assert wrongly == [], f"random_schedule({seed}) accuses a correct validator"
    return result


@pytest.mark.parametrize("first", range(0, 60, 15))
def test_random_schedules_keep_one_root_and_decide_every_height(first):
    assert sum(judge(seed).decided for seed in range(first, first + 15)) >= 3 * 15


def test_random_schedules_keep_their_promises_whatever_is_replicated():
    assert sum(judge(seed, run_schedule).decided for seed in range(30)) >= 3 * 30


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("first", range(0, 1_000, 50))
def test_a_thousand_random_schedules_keep_one_root_and_decide_every_height(first):
    assert sum(judge(seed).decided for seed in range(first, first + 50)) >= 3 * 50


def test_schedules_cover_what_can_go_wrong():
    schedules = [random_schedule(seed) for seed in range(400)]
    assert {len(each.powers) for each in schedules} == {4, 7, 10}
    assert {kind for each in schedules for _, kind in each.byzantine} == set(KINDS)
    assert any(len(set(each.powers)) == 1 for each in schedules)
    assert any(len(set(each.powers)) > 2 for each in schedules)
    assert any(each.conditions.partitions and each.conditions.loss for each in schedules)
    for drawn in (True, False):
        assert any(crash.keeps_log is drawn for each in schedules for crash in each.crashes)
        assert any(crash.after_persisting is drawn for each in schedules for crash in each.crashes)
    for each in schedules:
        assert 3 * sum(each.powers[index] for index, _ in each.byzantine) < sum(each.powers)
        assert all(crash.down < crash.up <= each.conditions.stabilises for crash in each.crashes)


def test_a_schedule_follows_from_its_seed():
    assert random_schedule(7) == random_schedule(7)
    assert run_schedule(random_schedule(7)) == run_schedule(random_schedule(7))


@pytest.mark.parametrize(("decided", "forks"), [(3, (2,)), (2, ())])
def test_a_fork_or_an_undecided_height_is_a_failure(decided, forks):
    schedule = random_schedule(3)
    height = schedule.heights
    assert Result(schedule, height, (), (), 0, 0).holds
    assert not Result(schedule, decided if not forks else height, forks, (), 0, 0).holds
