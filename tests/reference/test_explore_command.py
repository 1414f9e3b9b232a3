import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clearstone.models.itf import read_itf
from clearstone.reference import explore_plan
from clearstone.reference.command import main


def explore(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["explore", *arguments])


def test_an_instance_that_holds_is_exhausted(tmp_path: Path):
    file = tmp_path / "explore.json"
    result = explore("tendermint", "--rounds", "1", "--json", str(file))
    assert result.exit_code == 0, result.output
    assert "holds: every state was looked at" in result.output
    data = json.loads(file.read_text())
    assert data["holds"] is True
    (only,) = data["results"]
    assert (only["verdict"], only["ended"], only["states"], only["frontier"]) == ("holds", "exhausted", 110, 0)


def test_a_fork_is_shown_and_written_for_viewers(tmp_path: Path):
    trace, data = tmp_path / "fork.itf.json", tmp_path / "fork.json"
    arguments = ("--rounds", "1", "--byzantine", "1,2", "--trace", str(trace), "--json", str(data))
    result = explore("tendermint", *arguments)
    assert result.exit_code == 1
    assert "agreement: A and B can both be decided" in result.output
    assert "a shortest trace, 8 steps" in result.output
    assert len(read_itf(trace).states) == 9
    assert json.loads(data.read_text())["holds"] is False


def test_nothing_is_written_for_viewers_if_there_is_nothing_to_see(tmp_path: Path):
    trace = tmp_path / "none.itf.json"
    assert explore("tendermint", "--rounds", "1", "--trace", str(trace)).exit_code == 0
    assert not trace.exists()


def test_an_exploration_that_ends_early_is_partial_and_no_success(tmp_path: Path):
    file = tmp_path / "partial.json"
    result = explore("tendermint", "--max-states", "50", "--json", str(file))
    assert result.exit_code == 1
    assert "partial: state limit" in result.output
    assert json.loads(file.read_text())["results"][0]["verdict"] == "partial"


@pytest.mark.parametrize("model", ["tendermint", "accountability"])
def test_what_is_interrupted_leaves_a_partial_result(model: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    def interrupt(_self, _done) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("clearstone.reference.explore_progress.ExploreProgress.tell", interrupt)
    file = tmp_path / "partial.json"
    result = explore(model, "--json", str(file))
    assert result.exit_code == 1
    assert "partial: interrupted" in result.output
    assert json.loads(file.read_text())["results"][0]["ended"] == "interrupted"


def test_rules_so_broken_that_nothing_can_be_explored_are_a_finding(monkeypatch: pytest.MonkeyPatch):
    def broken(depth: int, max_states: int | None):
        raise StopIteration

    monkeypatch.setattr(explore_plan, "explore_exchange", broken)
    result = explore("exchange")
    assert result.exit_code == 1
    assert "totality: the rules cannot be explored, StopIteration in broken, line" in result.stdout


def test_closed_rounds_show_the_same_of_fewer_states():
    result = explore("tendermint", "--closed-rounds")
    assert result.exit_code == 0, result.output
    assert "4,680 states" in result.stdout
    assert "with rounds closed" in result.stdout


def test_why_rounds_are_not_closed_is_said():
    result = explore("tendermint", "--rounds", "1", "--crashes", "1", "--closed-rounds")
    assert result.exit_code == 0, result.output
    assert "rounds are not closed: timers would have to" in result.stdout


def test_every_fork_is_judged():
    result = explore("accountability", "--rounds", "1")
    assert result.exit_code == 0, result.output
    assert "2 states with a fork, of 2, were judged: the least power accused is 2 of 4" in result.output


def test_all_decide_in_a_good_network():
    result = explore("termination")
    assert result.exit_code == 0, result.output
    assert "says at most 2 things" in result.output


def test_correct_proposers_in_turn_are_explored_with_nothing_left_out():
    result = explore("tendermint", "--rounds", "1", "--round-robin")
    assert result.exit_code == 0, result.output
    assert "1,134 states" in result.output
    assert "by a table" in result.output


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nothing"], "'nothing' is not one of"),
        (["--powers", "1,x"], "is not a list of small integers"),
        (["--powers", "1"], "2 to 10 powers"),
        (["--powers", "0,1,1"], "2 to 10 powers"),
        (["--byzantine", "4"], "places go from 0 to 3"),
        (["--byzantine", "0,1,2,3"], "somebody has to be correct"),
        (["accountability", "--byzantine", "0,3"], "proposers of all rounds have to be Byzantine"),
        (["--rounds", "0"], "0 is not in the range"),
        (["--trace", "no/such/folder.itf.json"], "does not exist"),
        (["--mutant", "no-such-mutant"], "no mutant is called"),
    ],
)
def test_wrong_usage_is_said_and_explored_is_nothing(arguments: list[str], reason: str):
    result = explore(*arguments)
    assert result.exit_code == 2
    assert reason in result.stderr
    assert result.stdout == ""
