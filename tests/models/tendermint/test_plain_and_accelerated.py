"""The accelerated exploration finds what calling `step` in every state finds: states, steps, violations."""

from dataclasses import replace

import numpy as np
import pytest

from clearstone.models.exploration.search import explore
from clearstone.models.tendermint import answers
from clearstone.models.tendermint.answers import RefusedError
from clearstone.models.tendermint.columns import Columns
from clearstone.models.tendermint.exhausting import exhaust
from clearstone.models.tendermint.instance import Instance
from clearstone.models.tendermint.packed import explore_packed
from clearstone.models.tendermint.paths import unpacked
from clearstone.models.tendermint.system import TendermintSystem
from clearstone.models.tendermint.table import Table
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.actions import Outcome
from clearstone.spec.consensus.claims import NilPolka, Proposed, Timeout
from clearstone.spec.consensus.messages import PRECOMMIT, PREVOTE
from clearstone.spec.consensus.step import step

THREE = {"powers": (1, 1, 1), "byzantine": frozenset({2})}
UNREDUCED = {"timers_are_scheduled": True, "keeps_decisions": True, "symmetric": False}


def edges_by_table(instance: Instance) -> set[tuple[tuple[int, ...], tuple[int, ...]]]:
    columns = Columns(Table(instance))
    plain = TendermintSystem(instance, locals=columns.table.locals)
    done = explore_packed(columns, judges_agreement=False)
    assert done.ended == "exhausted"
    names: dict[int, tuple[int, ...]] = {}

    def name(state: int) -> tuple[int, ...]:
        if state not in names:
            names[state] = plain.canonical(unpacked(columns, state))
        return names[state]

    edges = set()
    for layer in done.found:
        split = columns.split(layer)
        for chosen, after in columns.steps(split, columns.counted(split)):
            pairs = np.unique(np.stack([layer[chosen], after]), axis=1)
            edges |= {(name(int(before)), name(int(then))) for before, then in pairs.T}
    return edges


def edges_by_step(instance: Instance) -> set[tuple[tuple[int, ...], tuple[int, ...]]]:
    table = Table(instance)
    system = TendermintSystem(instance, judges_agreement=False, locals=table.locals)
    edges = set()

    class Watched:
        initial, canonical = system.initial, system.canonical

        def expand(self, state):
            expansion = system.expand(state)
            edges.update((state, system.canonical(each.after)) for each in expansion.steps)
            return expansion

    assert explore(Watched()).ended == "exhausted"
    return edges


@pytest.mark.parametrize(
    "instance",
    [
        Instance(rounds=1),
        Instance(rounds=1, values=3),
        Instance(rounds=1, symmetric=False),
        Instance(rounds=1, crashes=1),
        Instance(rounds=1, powers=(3, 2, 1, 1), byzantine=frozenset({1})),
        Instance(rounds=2, **THREE),
        Instance(rounds=2, crashes=1, **THREE),
        Instance(rounds=1, timers_are_scheduled=True),
        Instance(rounds=1, keeps_decisions=True),
        Instance(rounds=1, proposers=(0,), **UNREDUCED),
        Instance(rounds=2, proposers=(0, 1), **UNREDUCED, **THREE),
        Instance(rounds=2, proposers=(2, 0), **UNREDUCED, **THREE),
    ],
    ids=lambda instance: f"{instance.powers} rounds {instance.rounds} values {instance.values} {instance.crashes}",
)
def test_the_same_edges_are_found_by_the_table_and_by_calling_step(instance: Instance):
    assert edges_by_table(instance) == edges_by_step(instance)


@pytest.mark.slow
def test_the_same_edges_are_found_of_four_validators_in_two_rounds():
    by_table = edges_by_table(Instance(rounds=2))
    assert by_table == edges_by_step(Instance(rounds=2))
    assert len({state for edge in by_table for state in edge}) == 39_825


def test_layers_are_the_same_where_a_round_can_be_skipped():
    instance = Instance(rounds=3, values=1, **THREE)
    columns = Columns(Table(instance))
    by_table = explore_packed(columns, judges_agreement=False)
    assert columns.window > 0  # a state can be found again a few layers later
    by_step = explore(TendermintSystem(instance, judges_agreement=False))
    assert (by_table.layers, by_table.steps) == (by_step.layers, by_step.steps)


@pytest.mark.parametrize("symmetric", [True, False])
def test_both_find_a_shortest_trace_of_the_same_length(symmetric: bool):
    instance = Instance(rounds=1, byzantine=frozenset({1, 2}), symmetric=symmetric)
    by_table, by_step = exhaust(instance), exhaust(instance, by_step=True)
    assert (by_table.engine, by_step.engine) == ("table", "step")
    assert by_table.ended == by_step.ended == "violation"
    assert len(by_table.moments) == len(by_step.moments) == 9
    assert by_table.findings[0].startswith("agreement: ")


def refused_with(monkeypatch: pytest.MonkeyPatch, changed, rounds: int = 1) -> str:
    """The reason why no table is made of rules that are changed like this."""

    def broken(node, log, claim):
        return changed(node, log, claim, step(node, log, claim))

    monkeypatch.setattr(answers, "step", broken)
    with pytest.raises(RefusedError) as refused:
        Table(Instance(rounds=rounds))
    return str(refused.value)


def test_rules_that_are_not_monotone_in_the_log_are_refused(monkeypatch: pytest.MonkeyPatch):
    def shy(node, log, claim, outcome):
        """A rule that does not fire once too many are for it."""
        return Outcome(node) if isinstance(claim, NilPolka) and log.power(PREVOTE, 0, NIL) > 3 else outcome

    assert "not monotone" in refused_with(monkeypatch, shy)


def test_rules_by_which_a_validator_comes_back_are_refused(monkeypatch: pytest.MonkeyPatch):
    def circling(node, log, claim, outcome):
        """A rule that forgets the step."""
        silent = Outcome(replace(node, step=PRECOMMIT if node.step == PREVOTE else PREVOTE))
        return silent if node.step >= PREVOTE and claim == Timeout(PRECOMMIT, 0) else outcome

    assert "come back" in refused_with(monkeypatch, circling, rounds=2)


def test_rules_that_tell_values_apart_are_refused(monkeypatch: pytest.MonkeyPatch):
    def partial_to_a(node, log, claim, outcome):
        """A rule that never prevotes B."""
        return Outcome(node) if isinstance(claim, Proposed) and claim.proposal.block_id[:1] == b"B" else outcome

    assert "tells values apart" in refused_with(monkeypatch, partial_to_a)


def test_no_table_is_made_where_correct_proposers_tell_values_apart_and_names_are_to_count_once():
    with pytest.raises(RefusedError, match="told apart"):
        Table(Instance(rounds=1, proposers=(0,)))


def test_a_state_that_does_not_fit_into_a_word_is_refused():
    with pytest.raises(RefusedError, match="bits"):
        Columns(Table(Instance(rounds=2, powers=(1,) * 10, byzantine=frozenset({9}))))


def test_rules_that_are_refused_are_explored_state_by_state_and_without_symmetry(monkeypatch: pytest.MonkeyPatch):
    def shy(node, log, claim):
        return (
            Outcome(node) if isinstance(claim, NilPolka) and log.power(PREVOTE, 0, NIL) > 3 else step(node, log, claim)
        )

    monkeypatch.setattr(answers, "step", shy)
    done = exhaust(Instance(rounds=1))
    assert (done.engine, done.instance.symmetric, done.states, done.holds) == ("step", False, 838, True)
    assert "not monotone" in done.note
