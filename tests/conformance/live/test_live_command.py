"""`clearstone conform --live`: what it prints and writes, and how it ends."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner

from clearstone.conformance.live.alterations.kinds import ALTERED
from clearstone.conformance.live.questions import ASKED
from clearstone.reference.conform_command import conform

REFERENCE = (sys.executable, "-m", "clearstone.reference.command", "client")


def run(*arguments, mutant=""):
    under = ("--mutant", mutant) if mutant else ()
    return CliRunner().invoke(conform, [*arguments, "--", *REFERENCE, *under])


@pytest.fixture(autouse=True)
def within(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_the_reference_answers_as_the_spec_does():
    result = run("--live", "--programs", "3", "--steps", "6", "--json", "live.json", "--report", "live.jsonl")
    assert result.exit_code == 0, result.output
    assert "clearstone 0.1.0 answered as the spec does" in result.output
    with open("live.json", encoding="utf-8") as file:
        told = json.load(file)
    assert told["conforms"] is True
    assert told["live"]["programs"] == 3
    asked = told["live"]["questions"]
    assert set(asked) == {kind.name for kind in (*ASKED, *ALTERED)}
    assert min(asked[kind.name] for kind in ASKED) >= 4
    assert sum(asked[kind.name] for kind in ALTERED) >= 100
    with open("live.jsonl", encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    assert lines[-1]["conforms"] is True
    assert "blocks/live-programs" in [line.get("id") for line in lines]


def test_a_broken_rule_is_found_told_kept_and_found_again():
    result = run(
        "--live", "--json", "live.json", "--junit", "live.xml", "--html", "live.html", mutant="fee-credited-twice"
    )
    assert result.exit_code == 1
    assert "FAILED blocks/live-program-of-seed-1 (LEDGER-9" in result.output
    assert "does not conform" in result.output
    with open("live.json", encoding="utf-8") as file:
        found = json.load(file)["live"]["found"]
    assert found["rules"][0] == "LEDGER-9"
    assert found["steps"] <= 8
    assert found["repeats"] is True
    kept = "failed/blocks-live-program-of-seed-1"
    assert run("--vectors", f"{kept}.json", mutant="fee-credited-twice").exit_code == 1
    assert run("--live-program", f"{kept}.itf.json", mutant="fee-credited-twice").exit_code == 1
    assert run("--live-program", f"{kept}.itf.json").exit_code == 0


def test_what_only_vectors_can_do_is_wrong_usage():
    result = run("--live", "--suite", "margin")
    assert result.exit_code == 2
    assert "don't go with it" in result.output


def test_a_file_without_a_program_is_refused_in_a_line(tmp_path):
    path = tmp_path / "none.itf.json"
    path.write_text('{"vars": ["a"], "states": [{"a": true}]}', encoding="utf-8")
    result = CliRunner().invoke(conform, ["--live-program", str(path), "--", *REFERENCE])
    assert result.exit_code != 0
    assert "holds no program of the exchange" in str(result.exception) + result.output


SLOW_AT_SUMS = """
import pathlib
def answer(question, number):
    if question["operation"] != "floor_div":
        write({"seq": question["seq"], "skipped": "sums only"})
        return
    pathlib.Path("asked").touch()
    time.sleep(0.01)
    given = question["input"]
    write({"seq": question["seq"], "output": {"value": str(int(given["numerator"]) // int(given["divisor"]))}})
main(answer)
"""


def test_an_interrupt_leaves_a_report_that_says_it_is_partial(script, tmp_path):
    arguments = ["conform", "--live", "--report", "live.jsonl", "--json", "live.json", "--", *script(SLOW_AT_SUMS)]
    process = subprocess.Popen(
        [sys.executable, "-m", "clearstone.reference.command", *arguments],
        stdout=subprocess.PIPE,
        encoding="utf-8",
        cwd=tmp_path,
        env=os.environ,
    )
    while not (tmp_path / "asked").exists() and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "partial: the live test was interrupted" in output
    assert json.loads((tmp_path / "live.json").read_text(encoding="utf-8"))["live"]["ended"] == "interrupted"
    assert json.loads((tmp_path / "live.jsonl").read_text(encoding="utf-8").splitlines()[-1])["conforms"] is False
