"""A sample of the mutants that the machines catch. Most take less than 12 steps after shrinking, a few take more."""

import json
from pathlib import Path

import pytest

from clearstone.mutants import find, run_in_fresh_process

QUICK = [("no-lock", "network"), ("deposit-counted-twice", "exchange"), ("index-jumps", "exchange")]
SAMPLE = [
    ("share-floored-alone", "exchange"),
    ("rounding-toward-zero", "exchange"),
    ("grace-skipped", "exchange"),
    ("pending-pool-left", "exchange"),
    ("transfer-unchecked", "exchange"),
    ("naked-calls-margin-floored", "exchange"),
    ("liquidate-past-zero", "exchange"),
    ("reduce-only-opens", "exchange"),
    ("spent-reduce-only-order-stays", "exchange"),
    ("insurance-cap-ignored", "exchange"),
    ("winners-charged-in-full", "exchange"),
    ("funding-sign", "exchange"),
    ("quorum-of-half", "network"),
    ("forget-lock-on-restart", "network"),
]


def hunted(name: str, machine: str, folder: Path) -> dict[str, object]:
    out, trace = folder / "hunt.json", folder / "found.itf.json"
    arguments = ("stateful", "--machine", machine, "--json", str(out), "--trace", str(trace))
    done = run_in_fresh_process(arguments, find(name), timeout=280)
    assert done.returncode == 1, done.stdout + done.stderr
    replayed = run_in_fresh_process(("replay", str(trace)), find(name), timeout=60)
    assert replayed.returncode == 1, replayed.stdout + replayed.stderr
    return dict(json.loads(out.read_text())["hunts"][0])


@pytest.mark.parametrize(("name", "machine"), QUICK)
def test_a_machine_catches_a_mutant_and_its_trace_breaks_again(name: str, machine: str, tmp_path: Path):
    assert hunted(name, machine, tmp_path)["shrunk_steps"] <= 12


@pytest.mark.slow
@pytest.mark.timeout(350)
@pytest.mark.parametrize(("name", "machine"), SAMPLE)
def test_a_machine_catches_more_mutants(name: str, machine: str, tmp_path: Path):
    assert hunted(name, machine, tmp_path)["shrunk_steps"] <= 25
