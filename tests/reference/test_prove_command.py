import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from clearstone.mutants import find, run_in_fresh_process
from clearstone.proofs.catalogue import proofs
from clearstone.proofs.kind_table import KEPT
from clearstone.reference.command import main

ONE = "shares_add_up_to_the_amount"
FIELDS = {"id", "statement", "layer", "method", "verdict", "strength", "detail", "seconds"}


def prove(*arguments: str):
    return CliRunner().invoke(main, ["prove", *arguments])


def test_what_is_proved_is_told_with_its_strength_and_ends_with_0():
    result = prove(ONE, "PERP-2")
    assert result.exit_code == 0
    assert ONE in result.output
    assert "INDUCTIVE" in result.output
    assert "1 path, 3 demands" in result.output
    assert "  about spec/numbers.py:" in result.output
    assert "  reached done" in result.output


def test_a_proof_that_fails_shows_inputs_in_units_and_ends_with_1():
    ended = run_in_fresh_process(["prove", "payers_pay_the_ceiling_and_receivers_get_the_floor"], find("funding-sign"))
    assert ended.returncode == 1
    assert "under the mutant funding-sign" in ended.stdout
    assert "about spec/funding.py:" in ended.stdout
    assert "shown by the plain functions as well" in ended.stdout
    assert "alice.perp.cost = 5,000,000 atoms (5 USD)" in ended.stdout
    assert "0 of 1 proved" in ended.stdout


def test_the_search_may_end_at_the_first_refutation():
    arguments = ["prove", "--until-refuted", "--json", "-", "PERP-2"]
    ended = run_in_fresh_process(arguments, find("funding-sign"))
    assert ended.returncode == 1
    data = json.loads(ended.stdout)
    assert data["holds"] is False
    assert [each["verdict"] for each in data["results"]][-1] == "violated"
    assert len(data["results"]) < sum("PERP-2" in proof.rules for proof in proofs())


def test_json_to_standard_output_stands_there_alone():
    result = prove(ONE, "--json", "-")
    assert result.exit_code == 0
    data = json.loads(result.stdout)
    (proved,) = data["results"]
    assert set(proved) == FIELDS | {"proof"}
    assert (proved["method"], proved["verdict"], proved["strength"]) == ("prove", "holds", "INDUCTIVE")
    assert proved["proof"]["about"][0].startswith("spec/numbers.py:")
    assert proved["proof"]["outcomes"] == {"done": 1}
    assert data["kinds"]["Transfer"].keys() == set(KEPT)
    assert "1 of 1 proved" in result.stderr


def test_json_and_a_page_go_to_files(tmp_path: Path):
    data, page = tmp_path / "proofs.json", tmp_path / "proofs.html"
    assert prove(ONE, "--json", str(data), "--html", str(page)).exit_code == 0
    assert json.loads(data.read_text())["holds"] is True
    assert ONE in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("transfers_conserve_money", "did you mean transfer_conserves_money"),
        ("MARGIN-66", "did you mean MARGIN-6"),
        ("~~~", "names them all"),
    ],
)
def test_an_unknown_name_is_wrong_usage_and_brings_the_nearest(name: str, hint: str):
    result = prove(name)
    assert result.exit_code == 2
    assert f"there is no obligation {name}" in result.stderr
    assert hint in " ".join(result.stderr.split())


@pytest.mark.parametrize(
    "arguments",
    [
        ["--explain", "--mutants"],
        ["--into", "folder"],
        ["--all"],
        ["--mutants", "no-such-mutant"],
        ["--processes", "0"],
        ["--seed", "x"],
        ["--html", "/no/such/folder/page.html"],
    ],
)
def test_options_that_make_no_sense_are_wrong_usage(arguments: list[str]):
    result = prove(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""


def test_an_explanation_is_one_text_of_scripts():
    result = prove("--explain", ONE)
    assert result.exit_code == 0
    assert result.stdout.startswith(f"; Verification conditions of {ONE}\n")
    assert result.stdout.count("(check-sat)") == result.stdout.count("(reset)") > 0
    assert "condition" in result.stderr


def test_an_explanation_goes_into_a_folder_with_a_file_for_each_condition(tmp_path: Path):
    result = prove("--explain", "divisions_err_as_they_say", "--into", str(tmp_path / "conditions"))
    assert result.exit_code == 0
    files = sorted((tmp_path / "conditions").iterdir())
    assert len(files) == 5
    assert files[0].name == "divisions_err_as_they_say-0001.smt2"
    assert all(file.read_text(encoding="utf-8").count("(check-sat)") == 1 for file in files)


def test_mutants_are_hunted_and_the_matrix_is_written(tmp_path: Path):
    data, page = tmp_path / "kills.json", tmp_path / "kills.html"
    names = ["share-floored-alone", "malleable-signatures"]
    result = prove("--mutants", *names, "--processes", "1", "--json", str(data), "--html", str(page))
    assert result.exit_code == 0, result.output
    assert "1 of 2 mutants killed" in result.output
    dead, alive = json.loads(data.read_text())["mutants"]
    assert dead["killed_by"] in dead["candidates"]
    assert dead["attempts"][-1]["counterexample"]["replayed"] is True
    assert (alive["killed_by"], alive["expected"]) == (None, False)
    assert all(name in page.read_text(encoding="utf-8") for name in names)
