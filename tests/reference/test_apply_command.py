import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clearstone.models.example_chain import example_state
from clearstone.reference.chain_files import read_state
from clearstone.reference.command import main
from clearstone.spec.state_root import state_root


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert run("apply", "--example", str(tmp_path)).exit_code == 0
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def applied(folder: Path, *options: str) -> Result:
    return run("apply", str(folder / "state.json"), str(folder / "block.json"), *options)


def test_a_block_from_a_file_is_applied_to_a_state_from_a_file(folder: Path):
    result = applied(folder, "--out", str(folder / "next.json"), "--json", str(folder / "result.json"))
    assert result.exit_code == 0
    assert "OpenAccount      accepted" in result.output
    assert "Withdraw         MARGIN-4: " in result.output
    after = read_state(folder / "next.json")
    assert after.height == 1
    assert f"root {state_root(after).hex()}" in result.output
    assert json.loads((folder / "result.json").read_text())["root"] == state_root(after).hex()


def test_a_state_file_reads_as_the_state_that_was_written(folder: Path):
    assert state_root(read_state(folder / "state.json")) == state_root(example_state())


def test_a_block_that_does_not_follow_is_refused_with_its_rule(folder: Path):
    applied(folder, "--out", str(folder / "state.json"))
    result = applied(folder)
    assert result.exit_code == 1
    assert result.output.startswith("refused by CONS-6: ")


def broken(folder: Path, name: str, old: str, new: str) -> Result:
    file = folder / name
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    return applied(folder)


@pytest.mark.parametrize(
    ("name", "old", "new", "reason"),
    [
        ("state.json", "{", "", "ENC-3: "),
        ("state.json", '"insurance"', '"insurances"', "ENC-3: state.pools[0][1]: without the field insurance"),
        ("state.json", '"vault": "', '"vault": "1', "ENC-1: the state's root is "),
        ("state.json", '"version": "1"', '"version": "2"', "LEDGER-8: "),
        ("block.json", '"amount": "1000000"', '"amount": 1000000', "Withdraw.amount: not an integer in decimal"),
        ("block.json", '"nonce": "1"', '"nonce": "1.5"', "nonce: not an integer in decimal"),
        ("block.json", '"Withdraw"', '"Borrow"', "not a map with one entry, named "),
    ],
)
def test_a_malformed_file_is_one_line_with_its_place(folder: Path, name: str, old: str, new: str, reason: str):
    result = broken(folder, name, old, new)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"clearstone: {folder / name}")
    assert reason in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_syntax_error_is_reported_with_its_line(folder: Path):
    (folder / "block.json").write_text('{\n"block": {\n"chain": oops\n')
    assert f"{folder / 'block.json'}:3: ENC-3: " in applied(folder).stderr


def test_a_file_of_bytes_is_not_text(folder: Path):
    (folder / "state.json").write_bytes(b"\xff\xfe\x00")
    result = applied(folder)
    assert (result.exit_code, "ENC-3: not UTF-8 text" in result.stderr) == (2, True)
