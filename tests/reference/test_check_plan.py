from importlib import resources

from clearstone.reference.check_plan import MARCH_2020, OTHER_SERIES, SCENARIOS, Job, check_plan


def test_march_2020_has_a_process_to_itself_and_the_scenarios_come_first_in_the_other():
    first, second = check_plan(1, quick=False)
    assert [job.name for job in first] == [MARCH_2020]
    assert [job.name for job in second] == [SCENARIOS, *OTHER_SERIES]


def test_every_series_of_the_project_is_replayed():
    names = {path.name for path in (resources.files("clearstone.models") / "data" / "prices").iterdir()}
    planned = {f"{job.name}.csv" for queue in check_plan(1, quick=False) for job in queue if job.name != SCENARIOS}
    assert planned == {name for name in names if name.endswith(".csv")}


def test_quick_is_the_same_with_fewer_blocks():
    slow, quick = ([job for queue in check_plan(3, quick=quick) for job in queue] for quick in (False, True))
    assert [(job.name, job.seed) for job in slow] == [(job.name, job.seed) for job in quick]
    assert sum(job.blocks for job in quick) * 3 < sum(job.blocks for job in slow)


def test_another_seed_is_another_check():
    assert check_plan(1, quick=True) != check_plan(2, quick=True)
    assert isinstance(check_plan(1, quick=True)[0][0], Job)
