import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from clearstone.mutants import find
from clearstone.proofs.catalogue import proofs
from clearstone.proofs.running import prove_one
from clearstone.reference import check_plan
from clearstone.reference.check_command import proofs_to_run
from clearstone.reference.check_plan import SCENARIOS, Job
from clearstone.reference.command import main
from clearstone.reference.workers import Died, Finished, Progress

HEADER = "time_utc,open,high,low,close,volume\n"


def with_jobs(monkeypatch: pytest.MonkeyPatch, *messages) -> None:
    def run_jobs(jobs):
        assert [job.seed for job in jobs[:2]] == [5, 5]
        assert {job.name for job in jobs if job.is_proof} == {proof.id for proof in proofs()}
        yield from messages

    monkeypatch.setattr("clearstone.reference.workers.run_jobs", run_jobs)


@pytest.fixture
def tiny(tmp_path: Path) -> Job:
    file = tmp_path / "tiny.csv"
    bars = [f"2020-03-12T{hour:02}:00:00Z,100,104,96,{100 + hour},1\n" for hour in range(4)]
    file.write_text(HEADER + "".join(bars))
    return Job("tiny", 5, 20, people=0.1, path=str(file))


def test_a_check_that_is_not_complete_fails(tiny: Job, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    with_jobs(monkeypatch, Progress(tiny, 1, 2, ""), Died(tiny, "the worker ended with exit code 9"))
    result = CliRunner().invoke(main, ["check", "--seed", "5", "--json", str(tmp_path / "check.json")])
    assert result.exit_code == 1
    assert "totality violated" in result.output
    assert "exit code 9" in result.output
    data = json.loads((tmp_path / "check.json").read_text())
    assert data["holds"] is False
    assert [each["id"] for each in data["results"] if each["verdict"] == "violated"] == ["totality"]


def test_a_check_ends_at_the_first_report_that_does_not_hold(tiny: Job, monkeypatch: pytest.MonkeyPatch):
    from clearstone.reference.job_runner import ScenarioOutcome, ScenariosOutcome

    broken = ScenariosOutcome(
        [ScenarioOutcome("incident-7", "A branch", "incidents", 1, ("it is refused: accepted",), 0.0)]
    )
    never = Finished(tiny, None)
    with_jobs(monkeypatch, Finished(Job(SCENARIOS, 5), broken), never)
    result = CliRunner().invoke(main, ["check", "--seed", "5"])
    assert result.exit_code == 1
    assert "incident-7 violated" in result.output
    assert "the check fails" in result.output


def test_a_refuted_proof_is_one_of_the_things_that_do_not_hold(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    job = Job("shares_add_up_to_the_amount", 0, is_proof=True)
    broken = prove_one(job.name)
    broken.verdict, broken.detail = "refuted", "within its cap"
    with_jobs(monkeypatch, Progress(job, 0, 1, ""), Finished(job, broken), Finished(job, None))
    result = CliRunner().invoke(main, ["check", "--seed", "5", "--json", str(tmp_path / "check.json")])
    assert result.exit_code == 1
    assert "shares_add_up_to_the_amount violated" in result.output
    data = json.loads((tmp_path / "check.json").read_text())
    (proved,) = (each for each in data["results"] if each["method"] == "prove")
    assert proved == {
        "id": job.name,
        "statement": broken.statement,
        "layer": "number",
        "method": "prove",
        "verdict": "violated",
        "strength": "INDUCTIVE",
        "detail": "refuted: within its cap",
        "seconds": round(broken.seconds, 3),
    }
    assert data["proofs"] == {"planned": len(proofs()), "done": 1}


def test_under_a_mutant_only_the_proofs_run_that_rest_on_what_it_breaks(monkeypatch: pytest.MonkeyPatch):
    assert len(proofs_to_run()) == len(proofs())
    monkeypatch.setattr("clearstone.mutants.current", lambda: find("parameter-at-once"))
    nearest, *others = proofs_to_run()
    assert nearest == "a_change_is_scheduled_once_and_waits_its_delay"
    assert len(others) < 10


@pytest.mark.slow
def test_a_quick_check_holds(tmp_path: Path):
    file = tmp_path / "check.json"
    result = CliRunner().invoke(main, ["check", "--quick", "--json", str(file)])
    data = json.loads(file.read_text())
    assert [each for each in data["results"] if each["verdict"] != "holds"] == []
    assert result.exit_code == 0
    assert set(data["replays"]) == {check_plan.MARCH_2020, *check_plan.OTHER_SERIES}
    assert "incident-35" in result.output


def test_a_part_of_a_check_holds_without_what_it_never_asks(tmp_path: Path):
    written = tmp_path / "check.json"
    result = CliRunner().invoke(main, ["check", "--part", "machines", "--json", str(written)])
    assert result.exit_code == 0, result.output
    data = json.loads(written.read_text())
    assert {each["method"] for each in data["results"]} == {"stateful"}
    assert (data["replays"], data["proofs"]) == ({}, {"planned": 0, "done": 0})


def test_a_series_of_one_s_own_is_replayed(tiny: Job, tmp_path: Path):
    json_file, html_file = tmp_path / "replay.json", tmp_path / "replay.html"
    arguments = ["replay", tiny.path, "--blocks", "30", "--json", str(json_file), "--html", str(html_file)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert "invariants and properties hold" in result.output
    data = json.loads(json_file.read_text())
    assert data["holds"] is True
    assert data["blocks"] == data["planned"] > 10
    verdicts = {each["id"]: each["verdict"] for each in data["results"]}
    assert verdicts["conservation"] == verdicts["agreement"] == "holds"
    assert "violated" not in verdicts.values()
    assert "<svg" in html_file.read_text()


@pytest.mark.parametrize(
    ("content", "line"),
    [("", ""), ("a,b\n", ":1"), (HEADER + "2020-03-12T10:00:00Z,1,1,2,1,1\n", ":2"), ("\0\1\2", ":1"), (HEADER, "")],
)
def test_a_wrong_file_is_one_line_and_exit_code_2(content: str, line: str, tmp_path: Path):
    file = tmp_path / "wrong.csv"
    file.write_text(content)
    result = CliRunner().invoke(main, ["replay", str(file)])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"clearstone: {file}{line}: ")
    assert result.stderr.count("\n") == 1


def test_a_file_that_is_not_there_or_a_folder_is_one_line(tmp_path: Path):
    for path in (tmp_path / "none.csv", tmp_path):
        result = CliRunner().invoke(main, ["replay", str(path)])
        assert result.exit_code == 2
        assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [["--blocks", "3"], ["--resolution", "0"], ["--seed", "-1"], ["--seed", "x"]])
def test_options_out_of_range_are_wrong_usage(arguments: list[str], tiny: Job):
    assert CliRunner().invoke(main, ["replay", tiny.path, *arguments]).exit_code == 2
