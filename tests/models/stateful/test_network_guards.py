from dataclasses import replace

import pytest

from clearstone.invariants.observations import ConsensusTrace
from clearstone.models.directed_scenarios.stage import INVALID, Stage
from clearstone.models.stateful import network_forgeries, network_guards, network_run
from clearstone.models.stateful.network_forgeries import CLOCKS, FORGERIES, GUILT_PROVED, LET_IN, REFUSED
from clearstone.models.stateful.network_guards import EXACT_RULES, inexact
from clearstone.models.stateful.network_program import UNEQUAL, Calm, Forge, Lie, Poll, Program, TimeOut
from clearstone.models.stateful.network_run import TURNS, NetworkRun, run_program
from clearstone.spec.consensus.actions import Outcome
from clearstone.spec.consensus.claims import Ahead, Proposed
from clearstone.spec.consensus.messages import PRECOMMIT, PREVOTE, PROPOSE
from clearstone.spec.consensus.node import NEW, Node
from clearstone.spec.consensus.step import step

RULES = {
    "in another's name": "ENC-2",
    "for another chain": "CONS-2",
    "out of turn": "CONS-4",
    "before all rounds": "NUM-5",
}


def nodes() -> list[Node]:
    bare = Stage().new_node(b"a" * 32)
    return [
        replace(bare, step=at, round=2, locked_round=locked, locked_value=b"l" * 32 if locked >= 0 else b"")
        for at in (PROPOSE, PREVOTE, PRECOMMIT)
        for locked in (-1, 0, 1)
    ]


@pytest.mark.parametrize("node", nodes())
def test_the_rules_fire_exactly_when_their_guards_hold(node: Node):
    assert inexact(node) == ()
    assert inexact(replace(node, step=NEW)) == ()
    assert inexact(replace(node, decision=b"d" * 32)) == ()


BROKEN = {
    "always stays": lambda node, log, claim: Outcome(node),
    "skips to any round": lambda node, log, claim: (
        Outcome(replace(node, round=claim.round)) if isinstance(claim, Ahead) else step(node, log, claim)
    ),
    "votes for what is invalid": lambda node, log, claim: (
        step(node, Believing(log), claim) if isinstance(claim, Proposed) else step(node, log, claim)
    ),
}


class Believing:
    def __init__(self, log: object) -> None:
        self.log = log

    def __getattr__(self, name: str) -> object:
        return (lambda value: True) if name == "valid" else getattr(self.log, name)


@pytest.mark.parametrize("broken", BROKEN)
def test_rules_that_are_broken_are_noticed(broken: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(network_guards, "step", BROKEN[broken])
    inexact.cache_clear()
    run = NetworkRun((1,))
    found = {violation.invariant for violation in run.take(TimeOut(2, ())).violations}
    inexact.cache_clear()
    assert found == {EXACT_RULES}


def test_an_invalid_block_is_among_the_proposals_asked_about():
    assert INVALID in {proposal.block_id for node in nodes() for proposal in network_guards.proposals_about(node)}


@pytest.mark.parametrize("how", FORGERIES)
def test_forgeries_are_refused_and_convict_nobody(how: str):
    run = NetworkRun((2,))
    assert run.take(Forge(2, how, 0, "a")).violations == ()


@pytest.mark.parametrize("how", REFUSED)
def test_each_forgery_is_refused_for_what_is_wrong_with_it(how: str):
    stage = Stage(liars=(2,))
    for signed in REFUSED[how](stage, Forge(2, how, 0, "a")):
        refused = network_forgeries.check_message("clearstone-stage", stage.validators, signed, stage.authentic)
        assert refused is not None
        assert refused.rule == RULES[how]


def test_a_forgery_that_is_let_in_or_convicts_is_a_violation(monkeypatch: pytest.MonkeyPatch):
    run = NetworkRun((2,))
    monkeypatch.setattr(network_forgeries, "check_message", lambda *_: None)
    assert {each.invariant for each in run.take(Forge(2, "out of turn", 0, "a")).violations} == {LET_IN}
    everybody = frozenset(key.public for key in run.stage.keys)
    monkeypatch.setattr(network_forgeries, "accused", lambda *_: everybody)
    assert {each.invariant for each in run.take(Forge(2, CLOCKS, 0, "a")).violations} == {GUILT_PROVED}


def test_who_contradicts_himself_or_breaks_his_lock_may_be_convicted():
    stage = Stage(liars=(2,))
    lock, broken = stage.vote(2, PRECOMMIT, 0, b"x" * 32), stage.vote(2, PREVOTE, 1, b"y" * 32)
    assert network_forgeries.could_be_guilty([lock, broken])
    assert network_forgeries.could_be_guilty([stage.vote(2, PREVOTE, 1, b"x" * 32), broken])
    assert network_forgeries.could_be_guilty([stage.proposal(2, 2, b"x" * 32), stage.proposal(2, 2, b"y" * 32)])
    assert not network_forgeries.could_be_guilty([lock, stage.proposal(2, 2, b"x" * 32)])


def test_turns_that_are_not_shared_out_by_power_are_a_violation(monkeypatch: pytest.MonkeyPatch):
    run = NetworkRun((3,), powers=UNEQUAL)
    monkeypatch.setattr(network_run, "turn", lambda stage, round: stage.validators[round % 3].key)
    assert {each.invariant for each in run.take(TimeOut(0, ())).violations} == {TURNS}


def fork() -> Program:
    lies = [
        Lie(liar, step, 0, value, (who,)) for who, value in ((2, "a"), (3, "b")) for step in (1, 2) for liar in (0, 1)
    ]
    return Program((0, 1), (*lies, Calm()))


def test_too_many_liars_may_fork_the_chain_and_are_blamed():
    run = run_program(fork())
    assert run.violations == ()
    assert run.outvoted


def test_a_fork_that_nobody_is_blamed_for_is_a_violation(monkeypatch: pytest.MonkeyPatch):
    from clearstone.models.stateful.network_program import Propose

    shown = tuple(Propose(0, 0, value, (who,)) for who, value in ((2, "a"), (3, "b")))
    program = replace(fork(), steps=shown + fork().steps)
    run = run_program(program)
    assert run.violations == ()
    assert len(run.stage.decisions()) == 2
    monkeypatch.setattr("clearstone.invariants.voting.accused", lambda *_: frozenset())
    assert {each.invariant for each in run_program(program).violations} == {"forks-are-blamed"}


def test_a_poll_brings_what_all_have_said():
    run = NetworkRun((1,))
    run.take(Poll(PROPOSE, 0, (2, 3)))
    trace: ConsensusTrace = run.stage.trace()
    assert [len(trace.logs[run.stage.keys[index].public]) for index in (2, 3)] == [2, 2]
