"""Traces of the explorer are run again, step by step, on the rules at hand, and as tests."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clearstone import mutants
from clearstone.models.itf import read_itf
from clearstone.reference.command import main
from clearstone.reference.explore_programs import MODELS

FOUND = {
    "lock": ("no-lock", ("tendermint",), "step 5 breaks lock-kept, step 14 breaks agreement"),
    "left": ("skip-round-on-a-quorum", ("tendermint",), "breaks nobody-is-left-behind"),
    "skip": ("skip-round-on-any-message", ("tendermint",), "step 2 breaks rounds-are-skipped-with-a-third"),
    "crash": ("forget-lock-on-restart", ("tendermint", "--crashes", "1"), "step 5 breaks restarts-remember"),
    "fork": ("amnesia-is-no-evidence", ("accountability",), "step 9 breaks forks-are-blamed"),
    "valid": ("valid-value-not-proposed-again", ("termination",), "step 9 breaks termination"),
    "fee": ("fee-credited-twice", ("exchange",), "step 1 breaks conservation"),
}
"""Traces by name: under which mutant, of which model, and what a replay under it says."""
SEES = """
import sys
from clearstone import mutants
mutants.activate(sys.argv[1])
sys.path.insert(0, sys.argv[2])
import test_found
print(len(test_found.run_program(test_found.PROGRAM).violations))
"""


def found(name: str, folder: Path) -> Path:
    """A trace, made in a process of its own under its mutant."""
    mutant, options, _ = FOUND[name]
    path = folder / f"{name}.itf.json"
    done = mutants.run_in_fresh_process(("explore", *options, "--trace", str(path)), mutants.find(mutant), timeout=300)
    assert done.returncode == 1, done.stderr
    return path


def replay(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["replay", *map(str, arguments)])


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name == "valid" else name for name in FOUND]
)
def test_a_trace_breaks_again_under_its_mutant_and_holds_on_the_rules_as_they_are(name: str, tmp_path: Path):
    mutant, options, said = FOUND[name]
    path, test = found(name, tmp_path), tmp_path / "test_found.py"
    under = mutants.run_in_fresh_process(("replay", str(path)), mutants.find(mutant), timeout=300)
    assert under.returncode == 1, under.stderr
    assert said in under.stdout
    assert "are not those of the trace" not in under.stdout
    here = replay(path, "--as-test", test, "--json", tmp_path / "replay.json")
    assert here.exit_code == 0, here.output
    assert f"see it break with --mutant {mutant}" in here.stdout
    data = json.loads((tmp_path / "replay.json").read_text())
    assert (data["holds"], data["model"]) == (True, options[0])
    assert all(step["action"] for step in data["steps"])
    assert any(step["changes"] for step in data["steps"])
    names: dict[str, object] = {}
    exec(compile(test.read_text(), str(test), "exec"), names)
    for key, value in names.items():
        if key.startswith("test_") and callable(value):
            value()
    broken = subprocess.run(
        [sys.executable, "-c", SEES, mutant, str(tmp_path)], capture_output=True, text=True, check=True, timeout=300
    )
    assert int(broken.stdout) > 0


def test_a_replay_shows_each_step_with_its_rule_and_every_field_that_changed(tmp_path: Path):
    path = found("lock", tmp_path)
    result = replay(path)
    assert "v0 Start()  CONS-2, line 10" in result.stdout
    assert "v1.step: propose → prevote" in result.stdout
    assert "v1.locked: (nil, -1) → (A, 0)" in result.stdout
    assert "the rule does not fire" in result.stdout
    assert "from step 5 on the states are not those of the trace" in result.stdout


def test_figures_of_the_exchange_are_shown_in_their_units(tmp_path: Path):
    path = tmp_path / "paid.itf.json"
    program = {"steps": ["alice pays in 1 USD"]}
    path.write_text(json.dumps({"#meta": {"model": "exchange", "program": program}, "vars": [], "states": []}))
    result = replay(path)
    assert result.exit_code == 0
    assert "accounts.alice.cash: " in result.stdout
    assert " atoms (+1,000,000)" in result.stdout
    assert "accepted" in result.stdout


DAMAGED = [
    ({"program": {}}, "its program cannot be read"),
    ({"model": "weather"}, "does not say which machine made it, or which model"),
    ({"program.powers": []}, "2 to 10 validators"),
    ({"program.byzantine": ["7"]}, "some validators are Byzantine, by place, and not all"),
    ({"program.byzantine": ["0", "1", "2", "3"]}, "some validators are Byzantine, by place, and not all"),
    ({"program.rounds": "9"}, "out of bounds"),
    ({"program.proposers": ["0"]}, "it names a proposer for each round"),
    ({"program.byzantine": ["0"]}, "step 1 is of a validator that is not correct"),
    ({"program.values": "1"}, "claims what nobody can claim in this instance"),
]


@pytest.mark.parametrize(("changes", "reason"), DAMAGED, ids=lambda value: str(value)[:40])
def test_a_damaged_trace_is_refused_in_one_line(changes: dict[str, object], reason: str, tmp_path: Path):
    path = forked(tmp_path)
    data = json.loads(path.read_text())
    for place, value in changes.items():
        *folders, last = place.split(".")
        held = data["#meta"]
        for folder in folders:
            held = held[folder]
        held[last] = value
    path.write_text(json.dumps(data))
    result = replay(path)
    assert result.exit_code == 2
    assert reason in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def forked(folder: Path) -> Path:
    """A trace to a fork among two liars of four, in two rounds."""
    path = folder / "fork.itf.json"
    result = CliRunner().invoke(main, ["explore", "tendermint", "--byzantine", "1,2", "--trace", str(path)])
    assert result.exit_code == 1
    return path


def test_a_fork_that_needs_no_broken_rule_is_replayed_to_its_end(tmp_path: Path):
    path = forked(tmp_path)
    result = replay(path)
    assert result.exit_code == 1
    assert "step 8 breaks agreement on the specification" in result.stdout
    assert read_itf(path).meta["model"] in MODELS


VOTE = {"chain": "x", "height": "1", "round": "0", "step": "1", "block_id": "", "time": "0", "prices": []}


@pytest.mark.parametrize(
    ("model", "program", "reason"),
    [
        ("exchange", {"steps": ["a walk in the park"]}, "step 1, 'a walk in the park', is not on the menu"),
        ("termination", {"proposers": []}, "out of bounds"),
        ("termination", {"byzantine": ["9"]}, "named by their places"),
        ("termination", {"powers": ["1"]}, "2 to 10 validators"),
        ("termination", {"steps": [{"RanOut": {"validator": "3", "claim": {"step": "0", "round": "0"}}}]}, "timer"),
        ("termination", {"steps": [{"Said": {"message": {"Vote": VOTE}}}]}, "nobody Byzantine can say"),
    ],
)
def test_programs_of_other_models_are_checked_before_they_are_run(
    model: str, program: dict[str, object], reason: str, tmp_path: Path
):
    good = {
        "powers": ["1"] * 4,
        "byzantine": ["3"],
        "values": "2",
        "proposers": ["3", "0"],
        "most_said": "2",
        "steps": [],
    }
    path = tmp_path / "trace.itf.json"
    held = program if model == "exchange" else {**good, **program}
    path.write_text(json.dumps({"#meta": {"model": model, "program": held}, "vars": [], "states": []}))
    result = replay(path)
    assert result.exit_code == 2
    assert reason in result.stderr
