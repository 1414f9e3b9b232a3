import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from clearstone.conformance.machine_mutants.generation import mutants_of

VECTORS = Path(__file__).parents[2] / "vectors"


def run(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "clearstone.reference.command", "mutants", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=110)


@pytest.fixture
def arithmetic(tmp_path: Path) -> str:
    folder = tmp_path / "vectors"
    folder.mkdir()
    shutil.copy(VECTORS / "arithmetic.json", folder)
    return str(folder)


def named(scope: str, before: str, after: str) -> str:
    [mutant] = [m for m in mutants_of("numbers") if (m.scope, m.before, m.after) == (scope, before, after)]
    return mutant.name


def test_one_mutant_is_told_with_the_case_that_caught_it_and_the_first_difference(arithmetic: str, tmp_path: Path):
    name = named("share", "before + cap", "before - cap")
    report = tmp_path / "report.json"
    done = run(name, "--vectors", arithmetic, "--json", str(report))
    assert done.returncode == 0, done.stderr
    assert f"{name} arithmetic: before + cap => before - cap" in done.stdout
    assert "answers arithmetic/share-" in done.stdout
    assert "expected" in done.stdout
    told = json.loads(report.read_text())
    assert told["score"] == {"tried": 1, "caught": 1, "equivalent": 0, "ppm": 1_000_000}
    [mutant] = told["mutants"]
    assert mutant["verdict"] == "answers"
    assert mutant["case"].startswith("arithmetic/share-")


def test_one_that_survives_fails(arithmetic: str):
    done = run(named("MAX_TEXT", "128", "129"), "--vectors", arithmetic)
    assert done.returncode == 1
    assert "survives" in done.stdout


def test_what_runs_on_loading_is_changed_before_anything_is_loaded(arithmetic: str):
    done = run(named("PPM", "1000000", "1000001"), "--vectors", arithmetic)
    assert done.returncode == 1
    assert "survives 189 cases" in done.stdout  # divisions and shares do not ask what a million is


def test_a_name_that_is_not_there_is_wrong_usage(arithmetic: str):
    done = run("numbers.share~00000000", "--vectors", arithmetic)
    assert done.returncode == 2
    assert "there is no mutant numbers.share~00000000" in done.stderr


def test_a_module_that_is_not_there_is_wrong_usage(arithmetic: str):
    done = run("--module", "cooking", "--vectors", arithmetic)
    assert done.returncode == 2
    assert "there is no module cooking" in done.stderr


def test_a_folder_without_vectors_is_wrong_input(tmp_path: Path):
    done = run("--vectors", str(tmp_path), "--sample", "1")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "no vector file" in done.stderr
