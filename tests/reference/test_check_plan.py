from importlib import resources

from clearstone.reference.check_plan import (
    EXPLORATIONS,
    MACHINES,
    MARCH_2020,
    OTHER_SERIES,
    PARTS,
    SCENARIOS,
    Job,
    check_plan,
    proof_jobs,
)


def test_march_2020_comes_first_and_the_scenarios_beside_it():
    assert [job.name for job in check_plan(1, quick=False)] == [
        MARCH_2020,
        SCENARIOS,
        EXPLORATIONS,
        MACHINES,
        *OTHER_SERIES,
    ]


def test_what_the_machines_make_up_is_the_same_each_time():
    assert {job.seed for seed in (1, 2, 3) for job in check_plan(seed, quick=True) if job.name == MACHINES} == {1}


def test_every_series_of_the_project_is_replayed():
    names = {path.name for path in (resources.files("clearstone.models") / "data" / "prices").iterdir()}
    planned = {f"{job.name}.csv" for job in check_plan(1, quick=False) if job.name not in PARTS}
    assert planned == {name for name in names if name.endswith(".csv")}


def test_quick_is_the_same_with_fewer_blocks():
    slow, quick = (check_plan(3, quick=quick) for quick in (False, True))
    assert [(job.name, job.seed) for job in slow] == [(job.name, job.seed) for job in quick]
    assert sum(job.blocks for job in quick) * 3 < sum(job.blocks for job in slow)


def test_a_proof_does_not_depend_on_the_seed_of_the_check():
    (job,) = proof_jobs(["one"])
    assert (job.name, job.seed, job.is_proof) == ("one", 0, True)
    assert not any(job.is_proof for job in check_plan(1, quick=True))


def test_each_job_belongs_to_one_part_of_the_check():
    jobs = (*check_plan(1, quick=True), *proof_jobs(["one"]))
    assert {job.part for job in jobs} == set(PARTS)
    assert {job.part for job in jobs if job.blocks} == {"replays"}


def test_another_seed_is_another_check():
    assert check_plan(1, quick=True) != check_plan(2, quick=True)
    assert isinstance(check_plan(1, quick=True)[0], Job)
