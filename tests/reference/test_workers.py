import contextlib

import pytest

from clearstone.reference import workers
from clearstone.reference.check_plan import SCENARIOS, Job
from clearstone.reference.workers import Died, Finished, Progress, run_jobs

HEADER = "time_utc,open,high,low,close,volume\n"


def replay_job(tmp_path, blocks: int = 20) -> Job:
    file = tmp_path / "tiny.csv"
    bars = [f"2020-03-12T{hour:02}:00:00Z,100,104,96,{100 + hour},1\n" for hour in range(4)]
    file.write_text(HEADER + "".join(bars))
    return Job("tiny", 1, blocks, people=0.1, path=str(file))


def test_a_worker_tells_of_its_progress_and_reports_every_job(tmp_path):
    job = replay_job(tmp_path)
    messages = list(run_jobs([job]))
    assert any(isinstance(message, Progress) and message.job == job for message in messages)
    (finished,) = (message for message in messages if isinstance(message, Finished))
    assert finished.report.holds
    assert finished.report.tally.blocks == finished.report.planned


def test_a_worker_that_dies_is_reported(tmp_path, capfd: pytest.CaptureFixture[str]):
    job = Job("no-such-series", 1, 20)
    (died,) = run_jobs([job])
    assert isinstance(died, Died)
    assert died.job == job
    assert "exit code 1" in died.reason


def test_ending_the_iteration_ends_the_workers():
    with contextlib.closing(run_jobs([Job(SCENARIOS, 1)])) as messages:
        assert isinstance(next(messages), Progress)


def test_workers_that_are_not_heard_of_count_as_dead(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(workers, "SILENCE", 0.001)
    job = Job(SCENARIOS, 1)
    (died,) = run_jobs([job])
    assert isinstance(died, Died)
    assert died.job == job


def test_jobs_are_done_side_by_side_by_as_many_workers_as_there_are(tmp_path):
    job = replay_job(tmp_path)
    proofs = [Job(id, 0, is_proof=True) for id in ("shares_add_up_to_the_amount", "time_strictly_increases")]
    messages = list(run_jobs([job, *proofs], 2))
    finished = [message for message in messages if isinstance(message, Finished)]
    assert {message.job for message in finished} == {job, *proofs}
    assert all(message.report.holds for message in finished)
    assert messages[0].job in (job, proofs[0])
