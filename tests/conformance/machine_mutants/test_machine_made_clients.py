"""The gate: clients with one machine-made mistake are caught by the vectors, and by no fewer than must be."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from clearstone.conformance.machine_mutants.generation import modules, mutants_of
from clearstone.conformance.machine_mutants.score import LEAST

VECTORS = Path(__file__).parents[3] / "vectors"
SMALL = ("arithmetic", "oracle", "funding", "options")
"""Suites whose cases are quick to record."""
THEIRS = ("numbers", "oracle", "funding", "instruments", "settlement")
"""Modules that they are about."""


def run(folder: Path, report: Path, *options: str) -> tuple[int, dict]:
    command = [sys.executable, "-m", "clearstone.reference.command", "mutants", "--vectors", str(folder)]
    done = subprocess.run([*command, "--json", str(report), *options], capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, json.loads(report.read_text())


def folder_of(tmp_path: Path, *suites: str) -> Path:
    folder = tmp_path / "vectors"
    folder.mkdir()
    for suite in suites:
        shutil.copy(VECTORS / f"{suite}.json", folder)
    return folder


def of_modules(*modules: str) -> list[str]:
    return [option for module in modules for option in ("--module", module)]


def mutated_modules() -> list[str]:
    return [module for module in modules() if mutants_of(module)]


def test_a_few_are_caught_by_a_few_suites(tmp_path: Path):
    code, report = run(folder_of(tmp_path, *SMALL), tmp_path / "r.json", "--sample", "40", *of_modules(*THEIRS))
    assert report["score"]["tried"] == 40
    assert report["score"]["caught"] >= 30
    assert {each["verdict"] for each in report["mutants"]} <= {"answers", "raises", "hangs", "survives"}
    assert code in (0, 1)


def test_the_gate_fails_if_the_suite_that_asks_is_left_out(tmp_path: Path):
    code, report = run(folder_of(tmp_path, "oracle", "options"), tmp_path / "r.json", "--module", "numbers")
    assert code == 1
    assert report["score"]["ppm"] < LEAST


@pytest.mark.slow
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("half", [0, 1])
def test_nineteen_of_twenty_machine_made_clients_are_caught_and_the_list_of_equivalent_ones_is_right(
    half: int, tmp_path: Path
):
    code, report = run(VECTORS, tmp_path / "report.json", *of_modules(*mutated_modules()[half::2]))
    assert report["score"]["tried"] > 2_000
    assert report["score"]["ppm"] >= LEAST
    assert code == 0
