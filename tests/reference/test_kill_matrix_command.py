import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from clearstone.mutants import CATALOGUE, find
from clearstone.reference import kept_findings, mutant_hunts
from clearstone.reference.command import main
from clearstone.reference.input_errors import InputError
from clearstone.reference.kept_findings import RESTS_ON, digest_of, keep_finding, key_of, read_findings
from clearstone.reference.kill_matrix_command import METHODS
from clearstone.reference.kill_matrix_tables import cell, summed, unlike_said
from clearstone.reference.mutant_hunts import Finding, find_by

SIGN = find("funding-sign")


def run(*arguments: str):
    return CliRunner().invoke(main, ["kill-matrix", *arguments])


def finding(method: str = "check", caught: bool = True, steps: int | None = None) -> Finding:
    return Finding(SIGN.name, method, caught, "conservation" if caught else "", "why", steps, 3.0)


def answering(monkeypatch: pytest.MonkeyPatch, caught: set[str]) -> list[str]:
    asked: list[str] = []

    def answer(method: str, mutant) -> Finding:
        asked.append(method)
        return Finding(mutant.name, method, method in caught, "what", "how", None, 1.0)

    monkeypatch.setattr(mutant_hunts, "find_by", answer)
    return asked


def test_every_method_can_hunt():
    assert tuple(mutant_hunts.METHODS) == METHODS


def test_the_catalogue_names_only_methods_that_there_are_and_two_for_every_mutant():
    assert {method for mutant in CATALOGUE for method in mutant.caught_by} <= set(METHODS)
    assert [mutant.name for mutant in CATALOGUE if len(mutant.caught_by) < 2] == []


def test_a_mutant_noticed_as_the_catalogue_says_is_no_surprise(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    answering(monkeypatch, set(SIGN.caught_by))
    written = tmp_path / "matrix.json"
    result = run("funding-sign", "--json", str(written))
    assert result.exit_code == 0, result.output
    (row,) = json.loads(written.read_text())["mutants"]
    assert row["said"] == list(SIGN.caught_by)
    assert [each["method"] for each in row["findings"]] == list(METHODS)


def test_a_mutant_that_lives_against_the_catalogue_fails_the_command(monkeypatch: pytest.MonkeyPatch):
    answering(monkeypatch, set())
    result = run("funding-sign", "--method", "check")
    assert result.exit_code == 1
    assert "funding-sign by check lives, but is said to be caught: how" in result.output


def test_what_is_kept_is_not_hunted_for_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    asked = answering(monkeypatch, set(METHODS))
    kept = tmp_path / "found.jsonl"
    run("funding-sign", "--method", "check", "--keep", str(kept))
    run("funding-sign", "--method", "check", "--method", "prove", "--keep", str(kept))
    assert asked == ["check", "prove"]
    assert len(kept.read_text().splitlines()) == 2


def test_a_finding_about_other_code_or_another_text_is_not_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    kept = tmp_path / "found.jsonl"
    keep_finding(kept, finding(), SIGN)
    assert read_findings(kept, CATALOGUE) == {(SIGN.name, "check"): finding()}
    assert read_findings(kept, ()) == {}
    assert key_of(SIGN, "check") != key_of(find("no-lock"), "check")
    monkeypatch.setattr(kept_findings, "digest_of", lambda method: "other")
    assert read_findings(kept, CATALOGUE) == {}


def test_what_a_method_rests_on_is_named_by_a_digest_of_its_own():
    assert set(RESTS_ON) == set(METHODS)
    assert all(len(digest_of(method)) == 16 for method in METHODS)
    assert digest_of("check") == digest_of("stateful") != digest_of("conform")


@pytest.mark.parametrize("line", ["nothing", "[1]", '{"key": "k"}'])
def test_a_line_that_is_no_finding_is_named(line: str, tmp_path: Path):
    kept = tmp_path / "found.jsonl"
    kept.write_text(f"{line}\n")
    with pytest.raises(InputError) as error:
        read_findings(kept, CATALOGUE)
    assert error.value.line == 1
    assert run("funding-sign", "--keep", str(kept)).exit_code == 2


@pytest.mark.parametrize("arguments", [("no-such-mutant",), ("--layer", "weather"), ("--method", "prayer")])
def test_what_there_is_not_is_wrong_usage(arguments: tuple[str, ...]):
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_the_page_has_a_cell_for_each_method(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    answering(monkeypatch, set(SIGN.caught_by))
    page = tmp_path / "matrix.html"
    run("--layer", "funding", "--html", str(page))
    text = page.read_text()
    funding = [mutant for mutant in CATALOGUE if mutant.layer == "funding"]
    assert text.count("<details>") == len(METHODS) * len(funding)
    assert all(mutant.name in text for mutant in funding)


def test_a_cell_says_how_it_was_caught():
    assert "2 steps" in cell(finding(steps=2))
    assert "lives" in cell(finding(caught=False))
    assert cell(None) == ""


def test_a_sum_says_how_many_how_long_and_in_how_many_steps():
    told = summed("stateful", [finding(steps=2), finding(steps=4), finding(caught=False)])
    assert told == "stateful: 2 of 3 caught, in 3 s in the median and 3 s at most; 3 steps in the median and 4 at most"


def test_one_method_is_not_enough():
    lone = type(SIGN)(SIGN.name, SIGN.module, SIGN.old, SIGN.new, SIGN.breaks, SIGN.layer, ("check",))
    assert list(unlike_said(lone, METHODS, {})) == ["funding-sign: 1 methods are said to notice it, and 2 must"]


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_every_method_notices_a_mutant_that_it_is_said_to(method: str):
    mutant = find("no-lock")
    assert method in mutant.caught_by
    told = find_by(method, mutant)
    assert told.caught, told.detail
    assert told.by


@pytest.mark.slow
def test_a_hunt_without_a_mistake_to_find_says_what_holds():
    told = find_by("prove", find("keys-twice"))
    assert not told.caught
    assert told.detail == "no proof rests on what it breaks"
