import json
from functools import cache

import pytest

from clearstone import mutants
from clearstone.models.exchange_instances.menu import MENU
from clearstone.models.exchange_instances.shown import itf_trace
from clearstone.models.exchange_instances.system import ExchangeSystem
from clearstone.models.exploration.search import Exploration, Violation, explore
from clearstone.models.itf import from_json, written
from clearstone.spec.transactions import Action


@cache
def two_blocks() -> tuple[ExchangeSystem, Exploration]:
    system = ExchangeSystem()
    return system, explore(system, max_depth=1)


def test_everything_in_every_order_in_two_blocks_keeps_every_invariant():
    _, done = two_blocks()
    assert done.violation is None
    assert done.ended == "depth limit"
    happen = [choice for choice in MENU if choice.tamper is None]
    assert done.layers == [1, len(happen)]
    assert done.steps == len(MENU) * (1 + len(happen))


def test_orders_that_lead_to_the_same_state_meet():
    _, done = two_blocks()
    assert done.states < 1 + done.steps


def test_every_kind_of_transaction_is_on_the_menu_and_is_accepted_somewhere():
    system, _ = two_blocks()
    kinds = set()
    for choice in MENU:
        if choice.make is not None and not choice.must_be_refused:
            assert system.accepted.get(choice.name), choice.name
            kinds.add(type(choice.make(system.chain, system.accounts).body.action))
    assert kinds == set(Action.__args__)


def test_a_state_is_its_root_and_what_will_be_reported():
    system = ExchangeSystem()
    (start,) = system.initial()
    again = next(ExchangeSystem().initial())
    assert start == again
    assert hash(start) == hash(again)
    quiet, jump = (system.step(start, choice).after for choice in MENU if choice.name in ("nothing", JUMP))
    assert quiet != jump != start


JUMP = "the price jumps to 47,000"


def test_a_trace_reads_back_for_viewers():
    system = ExchangeSystem()
    (start,) = system.initial()
    step = system.step(start, MENU[0])
    trace = itf_trace(Violation(("wrong",), start, (step,)), system.accounts, ("wrong",), "test")
    again = from_json(json.loads(written(trace)))
    assert again.states == trace.states
    assert set(again.states[0].values["accounts"]) == set(system.accounts)


def test_a_rule_that_raises_is_a_finding(monkeypatch: pytest.MonkeyPatch):
    def broken(*_arguments):
        raise KeyError("x")

    system = ExchangeSystem()
    (start,) = system.initial()
    monkeypatch.setattr(system, "block", broken)
    step = system.step(start, MENU[0])
    assert step.findings == ("totality: nothing: KeyError was raised, 'x'",)
    assert step.after == start


def test_what_must_be_refused_is_refused_and_changes_nothing():
    system = ExchangeSystem()
    (start,) = system.initial()
    for choice in MENU:
        if choice.tamper is not None or choice.must_be_refused:
            step = system.step(start, choice)
            assert (bool(step.label.refused), step.findings) == (True, ()), choice.name
        if choice.tamper is not None:
            assert step.after == start


@pytest.mark.parametrize(
    "mutant",
    [
        "fee-credited-twice",
        "transfer-unchecked",
        "liquidate-the-healthy",
        "commit-without-quorum",
        "duplicate-precommit-counts-twice",
        "root-not-checked",
        "nonce-not-checked",
    ],
)
def test_a_broken_rule_is_found_by_a_shortest_trace(mutant: str):
    done = mutants.run_in_fresh_process(
        ("explore", "exchange", "--depth", "2", "--json", "/dev/stdout"), mutants.find(mutant), timeout=100
    )
    assert done.returncode == 1, done.stderr
    (result,) = json.loads(done.stdout[done.stdout.index("{") :])["results"]
    assert result["verdict"] == "violated"
    assert 2 <= len(result["trace"]) <= 3
