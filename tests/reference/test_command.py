import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from clearstone.reference import command
from clearstone.reference.command import SUBCOMMANDS, Subcommand, main
from clearstone.reference.input_errors import InputError

INPUT_ERROR = InputError("prices.csv", 7, "high is below low")


def failing_with(error: Exception) -> click.Command:
    @click.command()
    def failing() -> None:
        raise error

    return failing


def run_failing(error: Exception, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(SUBCOMMANDS, "failing", Subcommand(command.__name__, "failing", "Fail."))
    monkeypatch.setattr(command, "failing", failing_with(error), raising=False)
    return CliRunner().invoke(main, ["failing"])


def run_fresh(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_help_names_every_subcommand_and_shows_examples():
    result = CliRunner().invoke(main, ["--help"])
    assert result.exit_code == 0
    for name in SUBCOMMANDS:
        assert f"  {name} " in result.output
    assert "clearstone check --mutant NAME" in result.output


def test_version_is_that_of_the_package():
    assert CliRunner().invoke(main, ["--version"]).output == "clearstone 0.1.0\n"


def test_wrong_input_is_one_line_with_file_line_and_reason(monkeypatch: pytest.MonkeyPatch):
    result = run_failing(INPUT_ERROR, monkeypatch)
    assert (result.exit_code, result.stderr) == (2, "clearstone: prices.csv:7: high is below low\n")


def test_wrong_input_as_a_whole_has_no_line(monkeypatch: pytest.MonkeyPatch):
    result = run_failing(InputError(Path("empty.csv"), None, "no rows\nat all"), monkeypatch)
    assert (result.exit_code, result.stderr) == (2, "clearstone: empty.csv: no rows at all\n")


def test_a_file_that_cannot_be_opened_is_one_line(monkeypatch: pytest.MonkeyPatch):
    result = run_failing(FileNotFoundError(2, "No such file or directory", "gone.csv"), monkeypatch)
    assert (result.exit_code, result.stderr) == (2, "clearstone: gone.csv: No such file or directory\n")


def test_a_defect_of_the_program_is_not_hidden(monkeypatch: pytest.MonkeyPatch):
    result = run_failing(OSError("no file is to blame"), monkeypatch)
    assert isinstance(result.exception, OSError)


def test_an_unknown_subcommand_is_wrong_usage():
    result = CliRunner().invoke(main, ["no-such-command"])
    assert result.exit_code == 2
    assert "No such command 'no-such-command'" in result.stderr


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_a_subcommand_loads_nothing_of_the_spec_before_it_runs(name: str):
    module = SUBCOMMANDS[name].module
    result = run_fresh(
        "-c", f"import sys, {module}\nprint([name for name in sys.modules if name.startswith('clearstone.spec')])"
    )
    assert result.stdout == "[]\n", result.stderr


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_a_subcommand_explains_itself(name: str):
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0
    assert "Examples:" in result.output


def test_an_unknown_mutant_in_the_environment_is_one_line():
    result = run_fresh("-m", "clearstone.reference.command", "rules", CLEARSTONE_MUTANT="no-such-mutant")
    assert result.returncode == 2
    assert result.stderr.startswith("clearstone: no mutant is called 'no-such-mutant'")
    assert result.stderr.count("\n") == 1


def test_json_goes_to_the_file(tmp_path: Path):
    file = tmp_path / "rules.json"
    result = CliRunner().invoke(main, ["rules", "LIQ-1", "--json", str(file)])
    assert result.exit_code == 0
    assert [rule["id"] for rule in json.loads(file.read_text())["rules"]] == ["LIQ-1"]


def test_json_into_a_folder_that_is_not_there_is_refused_before_the_work(tmp_path: Path):
    result = CliRunner().invoke(main, ["rules", "--json", str(tmp_path / "no" / "rules.json")])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "does not exist" in result.stderr
