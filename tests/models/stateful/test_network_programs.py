import json

import pytest

from clearstone.models.stateful.exchange_run import TOTALITY
from clearstone.models.stateful.hunting import MACHINES, make_up
from clearstone.models.stateful.network_program import (
    Arrive,
    Calm,
    Crash,
    Forge,
    Lie,
    Poll,
    Program,
    Propose,
    Restart,
    Talk,
    TimeOut,
    joined,
    plainer,
)
from clearstone.models.stateful.network_run import TERMINATION, NetworkRun, run_program
from clearstone.spec.blocks import NIL
from clearstone.spec.encoding.state_json import from_json, to_json

EVERY_KIND = Program(
    (1,),
    (
        Arrive(0, 0, 0, (2, 3)),
        Lie(1, 1, 0, "a", (0, 2)),
        Lie(1, 1, 0, "nil", (3,)),
        Propose(1, 1, "other", (0, 2, 3), 0),
        Poll(1, 0, (0,)),
        Forge(1, "out of turn", 0, "a"),
        Crash(2, 1),
        Crash(3),
        TimeOut(0, (0, 2, 3)),
        Restart(2),
        Restart(3),
        Talk((0, 2), 1),
        Calm(),
    ),
)


def test_a_program_of_every_kind_of_step_ends_in_one_decision():
    run = run_program(EVERY_KIND)
    assert run.violations == ()
    assert run.length == len(EVERY_KIND.steps)
    assert len(run.stage.decisions()) == 1
    assert NIL not in run.stage.decisions()


def test_nothing_arrives_unless_a_step_says_so():
    run = NetworkRun((1,))
    assert [node.step for node in run.nodes().values()] == [1, 0, 0]
    run.take(Arrive(0, 0, 0, (2,)))
    assert [node.step for node in run.nodes().values()] == [1, 1, 0]


def test_a_validator_that_crashes_before_it_has_said_anything_begins_again():
    run = run_program(Program((0,), (Crash(3), Calm())))
    assert run.violations == ()


def test_a_program_goes_into_json_and_back():
    assert from_json(Program, json.loads(json.dumps(to_json(EVERY_KIND)))) == EVERY_KIND


def test_an_exception_of_the_spec_is_a_violation(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("clearstone.models.directed_scenarios.actor.drive", lambda *_: 1 // 0)
    run = NetworkRun.__new__(NetworkRun)
    with pytest.raises(ZeroDivisionError):
        run.__init__((1,))
    monkeypatch.undo()
    run = NetworkRun((1,))
    monkeypatch.setattr("clearstone.models.directed_scenarios.actor.drive", lambda *_: 1 // 0)
    assert [violation.invariant for violation in run.take(TimeOut(0, (2,))).violations] == [TOTALITY]


def test_who_never_decides_on_a_quick_network_is_a_violation(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("clearstone.models.stateful.network_run.ROUNDS_TO_DECIDE", 0)
    assert [violation.invariant for violation in run_program(Program((1,), (Calm(),))).violations] == [TERMINATION]


def test_plainer_steps_have_fewer_recipients_and_joined_ones_have_both():
    assert Talk((0,), 1) in list(plainer(Talk((0, 1), 1)))
    assert Talk((0, 1), 0) in list(plainer(Talk((0, 1), 1)))
    assert Crash(1) in list(plainer(Crash(1, 3)))
    assert Arrive(1, 0, 3, (2,)) in list(plainer(Poll(1, 0, (2,))))
    assert list(joined(Lie(1, 1, 0, "a", (0,)), Lie(1, 1, 0, "a", (2,)))) == [Lie(1, 1, 0, "a", (0, 2))]
    assert list(joined(Lie(1, 1, 0, "a", (0,)), Lie(1, 1, 0, "b", (2,)))) == []


def test_made_up_programs_pass_rounds_and_hold():
    runs: list[NetworkRun] = []
    make_up(MACHINES["network"], runs.append, 20, 30, 3)
    assert all(run.violations == () for run in runs)
    assert max(node.round for run in runs for node in run.nodes().values()) >= 2
    last = max(runs, key=lambda run: run.length)
    assert run_program(last.program).nodes() == last.nodes()
