"""Every mutant of the machines' own layers is caught, in less than a minute of work, or it is said why not."""

import json
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from typing import Any

import pytest

from clearstone.models.stateful.out_of_reach import EXCHANGE_LAYERS, IN_BLOCKS, NETWORK_LAYERS, OUT_OF_REACH
from clearstone.mutants import CATALOGUE, Mutant, find, run_in_fresh_process

HUNTED = [mutant for mutant in CATALOGUE if mutant.layer in EXCHANGE_LAYERS + NETWORK_LAYERS]
CAUGHT = [mutant for mutant in HUNTED if mutant.name not in OUT_OF_REACH]
STEPS = 12
LONGER = {"lock-ignored-on-reproposal": 15, "withdraw-ignores-locked-profit": 14}
"""Mutants whose shortest program has more steps, with how many."""
SECONDS = 60


def machine_of(mutant: Mutant) -> str:
    return "exchange" if mutant.layer in EXCHANGE_LAYERS or mutant.name in IN_BLOCKS else "network"


def hunted(mutant: Mutant, out: Path) -> tuple[dict[str, Any], float]:
    before = getrusage(RUSAGE_CHILDREN).ru_utime
    done = run_in_fresh_process(("stateful", "--machine", machine_of(mutant), "--json", str(out)), mutant, timeout=900)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(out.read_text())["hunts"][0], getrusage(RUSAGE_CHILDREN).ru_utime - before


def test_what_is_said_of_mutants_is_about_mutants_of_these_layers():
    names = {mutant.name for mutant in HUNTED}
    assert names >= OUT_OF_REACH.keys() | LONGER.keys() | {*IN_BLOCKS}
    assert not OUT_OF_REACH.keys() & LONGER.keys()
    assert all(len(reason) > 40 for reason in OUT_OF_REACH.values())
    assert all(find(name).layer == "messages" for name in IN_BLOCKS)


def test_the_median_mutant_takes_few_steps():
    assert median(LONGER.get(mutant.name, STEPS) for mutant in CAUGHT) <= STEPS


@pytest.mark.long
@pytest.mark.timeout(1000)
@pytest.mark.parametrize("mutant", CAUGHT, ids=lambda mutant: mutant.name)
def test_a_mutant_is_caught_in_a_minute_by_a_short_program(mutant: Mutant, tmp_path: Path):
    hunt, seconds = hunted(mutant, tmp_path / "hunt.json")
    assert hunt["ended"] == "violation"
    assert hunt["shrunk_steps"] <= LONGER.get(mutant.name, STEPS)
    assert seconds < SECONDS


@pytest.mark.long
@pytest.mark.timeout(1000)
@pytest.mark.parametrize("name", sorted(OUT_OF_REACH))
def test_what_is_out_of_reach_is_still_not_found(name: str, tmp_path: Path):
    hunt, _ = hunted(find(name), tmp_path / "hunt.json")
    assert hunt["ended"] == "done", "found after all: take it off the list"
