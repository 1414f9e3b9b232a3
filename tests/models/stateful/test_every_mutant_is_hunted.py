"""Every mutant of the machines' own layers is caught, in less than a minute of work, or it is said why not."""

import json
from collections.abc import Iterable
from functools import cache
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from typing import Any

import pytest

from clearstone.models.stateful.out_of_reach import EXCHANGE_LAYERS, IN_BLOCKS, NETWORK_LAYERS, OUT_OF_REACH
from clearstone.mutants import CATALOGUE, Mutant, find, run_in_fresh_process

HUNTED = [mutant for mutant in CATALOGUE if mutant.layer in EXCHANGE_LAYERS + NETWORK_LAYERS]
CAUGHT = [mutant for mutant in HUNTED if mutant.name not in OUT_OF_REACH]
STEPS = 12
LONGER = {"lock-ignored-on-reproposal": 13, "bisection-skips-what-holds": 13}
"""Mutants whose shortest program has more steps, with how many."""
SECONDS = 60
SAMPLE = CAUGHT[::20]
"""Every twentieth mutant in the order of the catalogue: seven of them."""


def machine_of(mutant: Mutant) -> str:
    return "exchange" if mutant.layer in EXCHANGE_LAYERS or mutant.name in IN_BLOCKS else "network"


@cache
def hunted(mutant: Mutant) -> tuple[dict[str, Any], float]:
    before = getrusage(RUSAGE_CHILDREN).ru_utime
    done = run_in_fresh_process(("stateful", "--machine", machine_of(mutant), "--json", "-"), mutant, timeout=900)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)["hunts"][0], getrusage(RUSAGE_CHILDREN).ru_utime - before


def median_steps(mutants: Iterable[Mutant]) -> float:
    """Of the shortest programs found; what is not found has no steps, and fails."""
    hunts = [hunted(mutant)[0] for mutant in mutants]
    assert {hunt["ended"] for hunt in hunts} == {"violation"}
    return median(hunt["shrunk_steps"] for hunt in hunts)


def test_what_is_said_of_mutants_is_about_mutants_of_these_layers():
    names = {mutant.name for mutant in HUNTED}
    assert names >= OUT_OF_REACH.keys() | LONGER.keys() | {*IN_BLOCKS}
    assert not OUT_OF_REACH.keys() & LONGER.keys()
    assert all(len(reason) > 40 for reason in OUT_OF_REACH.values())
    assert all(find(name).layer == "messages" for name in IN_BLOCKS)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_median_mutant_of_a_sample_takes_few_steps():
    assert {machine_of(mutant) for mutant in SAMPLE} == {"exchange", "network"}
    assert median_steps(SAMPLE) <= STEPS


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_the_median_mutant_takes_few_steps():
    assert median_steps(CAUGHT) <= STEPS


@pytest.mark.long
@pytest.mark.timeout(1000)
@pytest.mark.parametrize("mutant", CAUGHT, ids=lambda mutant: mutant.name)
def test_a_mutant_is_caught_in_a_minute_by_a_short_program(mutant: Mutant):
    hunt, seconds = hunted(mutant)
    assert hunt["ended"] == "violation"
    assert hunt["shrunk_steps"] <= LONGER.get(mutant.name, STEPS)
    assert seconds < SECONDS


@pytest.mark.long
@pytest.mark.timeout(1000)
@pytest.mark.parametrize("name", sorted(OUT_OF_REACH))
def test_what_is_out_of_reach_is_still_not_found(name: str):
    hunt, _ = hunted(find(name))
    assert hunt["ended"] == "done", "found after all: take it off the list"
