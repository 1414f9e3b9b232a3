import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from clearstone import mutants
from clearstone.mutants import Mutant

SELF_TEST = Mutant(
    name="nil-is-not-empty",
    module="clearstone.spec.blocks",
    old='NIL = b""',
    new='NIL = b"mutated"',
    breaks="CONS-2: a vote for nothing",
    layer="consensus",
    caught_by=(),
)


def run(program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    prelude = f"from clearstone import mutants\nfrom clearstone.mutants import Mutant\nmutant = {SELF_TEST!r}\n"
    return subprocess.run(
        [sys.executable, "-c", prelude + program],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_mutant_changes_the_module_that_is_imported_after_it():
    result = run("mutants.apply(mutant)\nfrom clearstone.spec.blocks import NIL\nprint(NIL)")
    assert result.stdout == "b'mutated'\n", result.stderr


def test_modules_that_the_mutant_does_not_name_are_left_alone():
    result = run("mutants.apply(mutant)\nfrom clearstone.spec import receipts\nprint(receipts.__loader__)")
    assert "MutantLoader" not in result.stdout
    assert result.returncode == 0, result.stderr


def test_no_compiled_mutant_is_left_on_the_disk(tmp_path: Path):
    cached = {"PYTHONPYCACHEPREFIX": str(tmp_path), "PYTHONDONTWRITEBYTECODE": ""}
    mutated = run("mutants.apply(mutant)\nfrom clearstone.spec.blocks import NIL", **cached)
    assert mutated.returncode == 0, mutated.stderr
    assert list(tmp_path.rglob("transactions.*.pyc"))
    assert not list(tmp_path.rglob("blocks.*.pyc"))
    after = run("from clearstone.spec.blocks import NIL\nprint(NIL)", **cached)
    assert after.stdout == "b''\n"


def test_a_compilation_of_the_true_source_is_not_used_under_a_mutant(tmp_path: Path):
    cached = {"PYTHONPYCACHEPREFIX": str(tmp_path), "PYTHONDONTWRITEBYTECODE": ""}
    true = run("from clearstone.spec.blocks import NIL", **cached)
    assert list(tmp_path.rglob("blocks.*.pyc")), true.stderr
    mutated = run("mutants.apply(mutant)\nfrom clearstone.spec.blocks import NIL\nprint(NIL)", **cached)
    assert mutated.stdout == "b'mutated'\n"


def test_a_mutant_after_its_module_is_too_late():
    result = run("import clearstone.spec.blocks\nmutants.apply(mutant)")
    assert "TooLateError: mutant nil-is-not-empty comes too late: clearstone.spec.blocks" in result.stderr


def test_a_process_runs_under_one_mutant_only():
    result = run(
        "from dataclasses import replace\nmutants.apply(mutant)\nmutants.apply(mutant)\n"
        "mutants.apply(replace(mutant, name='another'))"
    )
    assert "TooLateError: this process already runs under mutant nil-is-not-empty" in result.stderr


def test_current_tells_the_mutant_of_the_process():
    result = run("print(mutants.current())\nmutants.apply(mutant)\nprint(mutants.current() == mutant)")
    assert result.stdout == "None\nTrue\n"


@pytest.mark.parametrize(
    "stale",
    [
        replace(SELF_TEST, old="this text is not there"),
        replace(SELF_TEST, module="clearstone.spec.no_such_module"),
        replace(SELF_TEST, module="no_such_package.module"),
    ],
)
def test_a_mutant_whose_text_is_gone_is_stale(stale: Mutant):
    with pytest.raises(mutants.StaleMutantError, match="occurs 0 times"):
        mutants.patched(mutants.source_of(stale.module), stale)


def test_a_mutant_whose_text_occurs_twice_is_stale():
    with pytest.raises(mutants.StaleMutantError, match="occurs 2 times"):
        mutants.patched('NIL = b""\nNIL = b""', SELF_TEST)


def test_a_stale_mutant_is_an_error_when_it_is_applied():
    result = run("from dataclasses import replace\nmutants.apply(replace(mutant, old='gone'))")
    assert "StaleMutantError: mutant nil-is-not-empty is stale" in result.stderr


def test_a_module_that_does_not_exist_has_no_source():
    assert mutants.source_of("clearstone.spec.no_such_module") == ""
    assert mutants.source_of("no_such_package") == ""
    assert mutants.source_of("clearstone") == ""


def test_an_unknown_name_is_an_error_that_says_so():
    with pytest.raises(mutants.UnknownMutantError, match="no mutant is called 'no-such-mutant'"):
        mutants.find("no-such-mutant")


def test_the_environment_names_the_mutant():
    result = run(
        "import clearstone.mutants.catalogue as catalogue\ncatalogue.CATALOGUE = (mutant,)\n"
        "mutants.install_from_environment()\nfrom clearstone.spec.blocks import NIL\nprint(NIL)",
        CLEARSTONE_MUTANT="nil-is-not-empty",
    )
    assert result.stdout == "b'mutated'\n", result.stderr


def test_an_unknown_name_in_the_environment_is_an_error():
    result = run("mutants.install_from_environment()", CLEARSTONE_MUTANT="no-such-mutant")
    assert "UnknownMutantError" in result.stderr


WITH_WORKERS = """
import concurrent.futures, multiprocessing, sys
import clearstone.mutants.catalogue as catalogue
from clearstone import mutants
from clearstone.mutants import Mutant

catalogue.CATALOGUE = ({mutant!r},)

def nil(_):
    from clearstone.spec.blocks import NIL
    return NIL

if __name__ == "__main__":
    mutants.activate("nil-is-not-empty")
    context = multiprocessing.get_context(sys.argv[1])
    with concurrent.futures.ProcessPoolExecutor(
        1, mp_context=context, initializer=mutants.install_from_environment
    ) as pool:
        print(pool.submit(nil, 0).result())
"""


@pytest.mark.parametrize("start_method", ["fork", "spawn"])
def test_workers_run_under_the_mutant_of_the_process_that_started_them(start_method: str, tmp_path: Path):
    program = tmp_path / "program.py"
    program.write_text(WITH_WORKERS.format(mutant=SELF_TEST))
    result = subprocess.run(
        [sys.executable, str(program), start_method], capture_output=True, text=True, check=False, timeout=60
    )
    assert result.stdout == "b'mutated'\n", result.stderr
