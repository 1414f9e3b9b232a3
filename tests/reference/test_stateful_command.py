import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clearstone.mutants import find, run_in_fresh_process
from clearstone.reference.command import main
from clearstone.reference.results import HOLDS, UNDECIDED


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["stateful", *arguments])


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Path:
    trace = tmp_path_factory.mktemp("traces") / "funding.itf.json"
    arguments = ("stateful", "--machine", "exchange", "--trace", str(trace), "--json", str(trace.with_suffix(".out")))
    assert run_in_fresh_process(arguments, find("funding-sign"), timeout=100).returncode == 1
    return trace


def test_a_short_hunt_of_both_machines_holds(tmp_path: Path):
    data = tmp_path / "hunt.json"
    result = run("--programs", "3", "--steps", "8", "--json", str(data))
    assert result.exit_code == 0, result.output
    assert result.output.count("every invariant holds after every step") == 2
    told = json.loads(data.read_text())
    assert told["holds"] is True
    assert [(each["machine"], each["ended"]) for each in told["hunts"]] == [("exchange", "done"), ("network", "done")]


def test_the_same_seed_makes_up_the_same_programs(tmp_path: Path):
    told = []
    for name in ("one", "two"):
        run("--machine", "exchange", "--programs", "3", "--steps", "8", "--seed", "9", "--json", str(tmp_path / name))
        told.append(json.loads((tmp_path / name).read_text())["hunts"][0])
    assert [each["steps"] for each in told] == [told[0]["steps"]] * 2


def test_a_hunt_that_is_interrupted_says_what_it_came_to(monkeypatch: pytest.MonkeyPatch):
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("clearstone.reference.progress_display.ProgressDisplay.show", stop)
    result = run("--machine", "network", "--programs", "3", "--steps", "5")
    assert result.exit_code == 1
    assert "1 programs" in result.output
    assert "interrupted" in result.output


def test_what_a_check_shows_of_the_machines(monkeypatch: pytest.MonkeyPatch):
    from clearstone.models.stateful.hunting import PROFILES, Profile
    from clearstone.reference.stateful_results import stateful_results

    monkeypatch.setitem(PROFILES, "quick", Profile("quick", 2, 5))
    results = stateful_results()
    assert [(each.id, each.method, each.verdict) for each in results] == [
        ("stateful-exchange", "stateful", HOLDS),
        ("stateful-network", "stateful", HOLDS),
    ]
    assert all(each.strength.startswith("SAMPLED") and "programs of" in each.detail for each in results)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    assert {each.verdict for each in stateful_results(tell=stop)} == {UNDECIDED}


def test_a_mutant_is_found_shrunk_shown_and_written(found: Path):
    told = json.loads(found.with_suffix(".out").read_text())["hunts"][0]
    assert (told["ended"], told["violations"][0]["invariant"]) == ("violation", "funding-clearing")
    assert told["shrunk_steps"] <= 4
    assert told["found_after_seconds"] < 60
    trace = json.loads(found.read_text())
    assert (trace["#meta"]["machine"], trace["#meta"]["mutant"]) == ("exchange", "funding-sign")
    assert len(trace["states"]) == told["shrunk_steps"] + 1


def test_a_counterexample_breaks_again_under_its_mutant_where_it_broke(found: Path, tmp_path: Path):
    out = tmp_path / "replay.json"
    done = run_in_fresh_process(("replay", str(found), "--json", str(out)), find("funding-sign"), timeout=60)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "funding-clearing violated: A perpetual's clearing balance is what unsettled lots still owe" in done.stdout
    told = json.loads(out.read_text())
    assert told["parts_at"] is None
    assert [bool(step["violations"]) for step in told["steps"]] == [False] * (len(told["steps"]) - 1) + [True]
    changes = {change["path"]: change for step in told["steps"] for change in step["changes"]}
    assert any(path.startswith("accounts.") and change["unit"] == "atoms" for path, change in changes.items())
    assert all(step["rules"] for step in told["steps"])


def test_on_the_specification_it_holds_and_the_replay_says_where_they_part(found: Path):
    result = CliRunner().invoke(main, ["replay", str(found)])
    assert result.exit_code == 0, result.output
    assert "under the mutant funding-sign the program broke funding-clearing" in result.output
    assert "the states are not those of the trace" in result.output
    assert "see it break with --mutant funding-sign" in result.output


def test_a_counterexample_becomes_a_test_that_passes_on_the_specification(found: Path, tmp_path: Path):
    test = tmp_path / "test_found.py"
    assert CliRunner().invoke(main, ["replay", str(found), "--as-test", str(test)]).exit_code == 0
    scope: dict[str, object] = {}
    exec(compile(test.read_text(), str(test), "exec"), scope)
    scope["test_funding_clearing_holds"]()  # type: ignore[operator]  # it is the function that was just defined


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "it is not JSON"),
        ('{"vars": [], "states": []}', "does not say which machine made it"),
        ('{"#meta": {"machine": "exchange"}, "vars": [], "states": []}', "its program cannot be read"),
        (
            '{"#meta": {"machine": "exchange", "program": {"world": "odd", "steps": []}}, "vars": [], "states": []}',
            "there is no world odd",
        ),
        (
            '{"#meta": {"machine": "network", "program": {"powers": ["1", "1", "1", "1"], "liars": ["9"], '
            '"steps": []}}, "vars": [], "states": []}',
            "it has a liar that is no validator",
        ),
    ],
)
def test_a_damaged_trace_is_one_line_and_exit_code_two(content: str, reason: str, tmp_path: Path):
    file = tmp_path / "damaged.itf.json"
    file.write_text(content)
    result = CliRunner().invoke(main, ["replay", str(file)])
    assert result.exit_code == 2
    assert reason in result.output
    assert str(file) in result.output


def test_options_of_one_kind_of_file_are_refused_for_the_other(found: Path, tmp_path: Path):
    series = tmp_path / "prices.csv"
    series.write_text("time_utc,open,high,low,close,volume\n")
    test, page = tmp_path / "test_x.py", tmp_path / "page.html"
    wrong = (["replay", str(series), "--as-test", str(test)], ["replay", str(found), "--html", str(page)])
    assert [CliRunner().invoke(main, arguments).exit_code for arguments in wrong] == [2, 2]
