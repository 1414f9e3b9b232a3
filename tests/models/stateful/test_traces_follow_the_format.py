"""What counterexamples are written as, held against the letter of the Informal Trace Format that viewers read."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from clearstone.models.itf import read_itf, write_itf
from clearstone.models.stateful import exchange_run, network_run
from clearstone.models.stateful.counterexamples import read_counterexample, trace_of
from clearstone.models.stateful.exchange_program import Act, Step
from clearstone.models.stateful.exchange_program import Program as ExchangeProgram
from clearstone.models.stateful.hunting import MACHINES, Run
from clearstone.models.stateful.network_program import UNEQUAL, Calm, Forge, Poll, TimeOut
from clearstone.models.stateful.network_program import Program as NetworkProgram
from clearstone.spec.transactions import Place

INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")


def follows(value: Any) -> bool:
    match value:
        case bool() | str():
            return True
        case list():
            return all(map(follows, value))
        case {"#bigint": digits, **rest}:
            return not rest and isinstance(digits, str) and INTEGER.fullmatch(digits) is not None
        case {"#tup": items, **rest} | {"#set": items, **rest}:
            return not rest and isinstance(items, list) and all(map(follows, items))
        case {"#map": pairs, **rest}:
            return not rest and all(len(pair) == 2 and all(map(follows, pair)) for pair in pairs)
        case dict():
            return all(not key.startswith("#") and follows(item) for key, item in value.items())
    return False


def an_exchange_run() -> Run:
    order = Place("BTC-PERP", "buy", 1, 50_000, "gtc", False, "cancel-maker")
    steps = (Step((Act("bob", order),)), Step(prices=(("BTC", 1),), silent=(1,)), Step(restarts=True))
    return exchange_run.run_program(ExchangeProgram("lean", steps))


def a_network_run() -> Run:
    steps = (Poll(0, 0, (0, 1, 2)), Forge(3, "out of turn", 0, "a"), TimeOut(0, (0, 1)), Calm())
    return network_run.run_program(NetworkProgram((3,), steps, UNEQUAL))


RUNS = {"exchange": an_exchange_run, "network": a_network_run}


@pytest.mark.parametrize("machine", RUNS)
def test_a_counterexample_follows_the_format_and_comes_back(machine: str, tmp_path: Path):
    run, out = RUNS[machine](), tmp_path / "found.itf.json"
    write_itf(out, trace_of(MACHINES[machine], run))
    data = json.loads(out.read_text())
    assert data["#meta"]["format"] == "ITF"
    assert data["#meta"]["format-description"].startswith("https://")
    assert [state["#meta"]["index"] for state in data["states"]] == list(range(run.length + 1))
    for state in data["states"]:
        assert state.keys() == {"#meta", *data["vars"]}
        assert all(follows(state[name]) for name in data["vars"])
    again = read_counterexample(read_itf(out))
    assert again is not None
    assert (again.machine.name, again.program) == (machine, run.program)


@pytest.mark.parametrize("value", [1, 1.5, None, {"#bigint": 1}, {"#bigint": "01"}, {"#odd": "1"}, {"#set": "ab"}])
def test_what_the_format_has_no_place_for_is_noticed(value: Any):
    assert not follows(value)
