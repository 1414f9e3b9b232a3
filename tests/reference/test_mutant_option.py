import subprocess
import sys
from pathlib import Path

import pytest

from clearstone.mutants import CATALOGUE, find, run_in_fresh_process

COMMAND = """
import concurrent.futures, multiprocessing
import click
from clearstone.reference import command
from clearstone.reference.mutant_option import list_mutants_option, mutant_option

def half_is_a_quorum(_):
    from clearstone.spec.consensus.validators import is_quorum
    return is_quorum(1, 2)

@click.command()
@mutant_option
@list_mutants_option
def broken():
    print("here", half_is_a_quorum(0))
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        print("in a worker", pool.submit(half_is_a_quorum, 0).result())

if __name__ == "__main__":
    command.broken = broken
    command.SUBCOMMANDS["broken"] = command.Subcommand(command.__name__, "broken", "Be broken.")
    command.main()
"""


@pytest.fixture
def run(tmp_path: Path):
    program = tmp_path / "program.py"
    program.write_text(COMMAND)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(program), "broken", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    return run


def test_without_the_option_no_rule_is_broken(run):
    assert run().stdout == "here False\nin a worker False\n"


def test_the_option_breaks_the_rule_here_and_in_every_worker(run):
    result = run("--mutant", "quorum-of-half")
    assert result.stdout == "here True\nin a worker True\n", result.stderr


def test_an_unknown_mutant_is_one_line_and_wrong_usage(run):
    result = run("--mutant", "no-such-mutant")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == "clearstone: no mutant is called 'no-such-mutant'; --list-mutants names them all\n"


def test_the_names_are_listed_one_a_line(run):
    result = run("--list-mutants")
    assert (result.returncode, result.stdout.splitlines()) == (0, [mutant.name for mutant in CATALOGUE])


def test_a_fresh_process_runs_the_command_under_the_mutant(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CLEARSTONE_MUTANT", "no-such-mutant")
    assert run_in_fresh_process(["rules", "CONS-1"], None).returncode == 0
    assert run_in_fresh_process(["rules", "CONS-1"], find("quorum-of-half")).returncode == 0
    with pytest.raises(subprocess.TimeoutExpired):
        run_in_fresh_process(["rules"], None, timeout=0)
