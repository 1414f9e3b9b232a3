import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clearstone.conformance.wire import SUITES
from clearstone.reference.command import main

CLIENT = [sys.executable, "-m", "clearstone.reference.command", "client"]
CASE = "ledger/transfer-of-an-atom-too-much"


@pytest.fixture
def conform(tmp_path: Path):
    def run(*options: str, client: list[str] = CLIENT) -> Result:
        return CliRunner().invoke(main, ["conform", "--keep", str(tmp_path / "failed"), *options, "--", *client])

    return run


def test_the_reference_conforms(conform, tmp_path):
    result = conform("--suite", "oracle", "--suite", "arithmetic", "--json", str(tmp_path / "result.json"))
    assert result.exit_code == 0, result.output
    assert "conforms" in result.output
    told = json.loads((tmp_path / "result.json").read_text())
    assert told["conforms"] is True
    assert list(told["suites"]) == ["arithmetic", "oracle"]
    assert not (tmp_path / "failed").exists()


def test_a_broken_rule_is_named_with_field_and_a_file_that_fails_again(conform, tmp_path):
    broken = [*CLIENT, "--mutant", "transfer-unchecked"]
    result = conform("--case", CASE, client=broken)
    assert result.exit_code == 1
    assert f"FAILED {CASE} (MARGIN-4, MARGIN-6, LEDGER-7)" in result.output
    assert 'receipt.rejection: expected "MARGIN-4", got null' in result.output
    kept = tmp_path / "failed" / "ledger-transfer-of-an-atom-too-much.json"
    assert f"clearstone conform --vectors {kept} -- CMD" in result.output
    assert conform("--vectors", str(kept), client=broken).exit_code == 1
    assert conform("--vectors", str(kept)).exit_code == 0


def test_every_report_is_written_and_the_page_shows_both_clients(conform, tmp_path):
    names = {option: tmp_path / option for option in ("report", "junit", "badge", "html")}
    options = [part for option, path in names.items() for part in (f"--{option}", str(path))]
    assert conform("--case", CASE, *options, client=[*CLIENT, "--mutant", "transfer-unchecked"]).exit_code == 1
    assert all(path.read_text() for path in names.values())
    page = tmp_path / "both.html"
    assert conform("--case", CASE, "--html", str(page), "--beside", str(names["report"])).exit_code == 0
    assert page.read_text().count("<section>") == 2


def test_a_known_failure_is_borne_and_one_that_passes_is_reported(conform, tmp_path):
    known = tmp_path / "known.txt"
    known.write_text(f"# what is still to be done\n{CASE}  # soon\n\n")
    options = ["--case", CASE, "--known", str(known)]
    assert conform(*options, client=[*CLIENT, "--mutant", "transfer-unchecked"]).exit_code == 0
    result = conform(*options)
    assert result.exit_code == 1
    assert f"passes, though it is listed as a known failure: {CASE}" in result.output


def test_a_client_that_cannot_be_started_fails(conform):
    result = conform("--case", CASE, client=["/nowhere/to/be/found"])
    assert result.exit_code == 1
    assert "cannot be started: No such file or directory" in result.output


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--suite", "cooking"], "there is no suite cooking; there are arithmetic"),
        (["--case", "ledger/nothing"], "there is no case ledger/nothing"),
        (["--timeout", "0"], "Invalid value for '--timeout'"),
        (["--report", "/nowhere/report"], "does not exist"),
        (["--vectors", "/nowhere"], "does not exist"),
    ],
)
def test_wrong_usage_is_told_in_a_line(conform, options: list[str], reason: str):
    result = conform(*options)
    assert result.exit_code == 2
    assert reason in result.output


@pytest.mark.parametrize(
    ("option", "text", "reason"),
    [
        ("--vectors", "{", "line 1: "),
        ("--vectors", "{}", "its format is not"),
        ("--vectors", "\ud800", "not UTF-8 text"),
        ("--known", "ledger/a\nb\n", ":2: not the id of a case"),
        ("--known", "\ud800", "not UTF-8 text"),
        ("--beside", "{}\n", "not a whole report"),
        ("--beside", "x", "not JSON Lines"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_told_with_its_place(conform, tmp_path, option, text, reason):
    path = tmp_path / "file"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    result = conform(option, str(path))
    assert result.exit_code == 2
    assert result.output.startswith(f"clearstone: {path}")
    assert reason in result.output
    assert result.output.count("\n") == 1


def test_without_committed_vectors_they_are_made_from_the_spec(conform, monkeypatch):
    monkeypatch.setattr("clearstone.conformance.vector_file.committed_folder", lambda: None)
    result = conform("--suite", "arithmetic")
    assert result.exit_code == 0
    assert "189 passed" in result.output


def test_the_help_ends_with_examples():
    for command in ("conform", "client", "vectors"):
        assert "Examples:" in CliRunner().invoke(main, [command, "--help"]).output


def test_vectors_are_written_where_they_are_asked_for_and_nowhere_else(tmp_path):
    result = CliRunner().invoke(main, ["vectors", str(tmp_path), "arithmetic", "oracle"])
    assert result.exit_code == 0
    assert {path.name for path in tmp_path.iterdir()} == {"arithmetic.json", "oracle.json", "schemas"}
    committed = Path(__file__).parents[2] / "vectors" / "oracle.json"
    assert (tmp_path / "oracle.json").read_bytes() == committed.read_bytes()


def test_vectors_of_no_suite_are_wrong_usage(tmp_path):
    result = CliRunner().invoke(main, ["vectors", str(tmp_path), "cooking"])
    assert result.exit_code == 2
    assert "there is no suite cooking" in result.output
    assert SUITES[0] in result.output


def test_the_client_answers_lines_until_stop_and_ends_when_nobody_listens():
    lines = '{"kind":"start","protocol":"x"}\n{"kind":"stop"}\n{"kind":"start","protocol":"x"}\n'
    run = subprocess.run(CLIENT, input=lines, capture_output=True, encoding="utf-8", timeout=60, check=True)
    assert len(run.stdout.splitlines()) == 1
    deaf = subprocess.Popen(CLIENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deaf.stdout.close()
    deaf.stdin.write(lines.encode())
    deaf.stdin.close()
    told = deaf.stderr.read()
    deaf.stderr.close()
    assert (deaf.wait(60), told) == (0, b"")
