import json
from dataclasses import replace

import pytest

from clearstone import mutants
from clearstone.models.itf import from_json, written
from clearstone.models.tendermint.accountability import judged, judged_forks, with_byzantine_proposers
from clearstone.models.tendermint.exhausting import exhaust
from clearstone.models.tendermint.instance import Instance
from clearstone.models.tendermint.runs import Moment
from clearstone.models.tendermint.traces import itf_trace, moment_text
from clearstone.spec.blocks import NIL

UNREDUCED = Instance(timers_are_scheduled=True, keeps_decisions=True, symmetric=False)
A_THIRD_LIES = ("--powers", "1,1,1", "--byzantine", "2")
TWO_LIARS = Instance(rounds=2, byzantine=frozenset({1, 2}))


@pytest.mark.parametrize(
    ("instance", "states"),
    [
        (Instance(rounds=1), 110),
        (Instance(rounds=1, symmetric=False), 838),
        (Instance(rounds=2), 39_825),
        (Instance(rounds=2, symmetric=False), 452_269),
        (Instance(rounds=1, crashes=1), 742),
        (Instance(rounds=1, powers=(2, 2, 1, 1), byzantine=frozenset({2})), None),
    ],
    ids=lambda value: str(value) if not isinstance(value, Instance) else f"{value.powers} {value.rounds}",
)
def test_nothing_is_wrong_where_liars_have_less_than_a_third(instance: Instance, states: int | None):
    done = exhaust(instance)
    assert (done.ended, done.findings, done.engine) == ("exhausted", [], "table")
    assert states is None or done.states == states
    assert not instance.is_over_threshold


@pytest.mark.parametrize(
    ("rounds", "states", "steps"), [(1, 1_134, 2_628), pytest.param(2, 362_712, 966_836, marks=pytest.mark.slow)]
)
def test_nothing_is_wrong_with_nothing_left_out_and_correct_proposers_in_turn(rounds: int, states: int, steps: int):
    done = exhaust(replace(UNREDUCED, rounds=rounds, proposers=tuple(range(rounds))))
    assert (done.ended, done.findings, done.engine) == ("exhausted", [], "table")
    assert (done.states, done.steps) == (states, steps)


@pytest.mark.long
def test_with_nothing_left_out_calling_step_in_every_state_finds_as_many_states_at_each_distance():
    instance = replace(UNREDUCED, rounds=2, proposers=(0, 1))
    by_table, by_step = exhaust(instance), exhaust(instance, by_step=True)
    assert (by_table.engine, by_step.engine, by_step.ended) == ("table", "step", "exhausted")
    assert (by_table.layers, by_table.steps) == (by_step.layers, by_step.steps)


def test_two_liars_of_four_fork_the_chain_in_one_round():
    done = exhaust(TWO_LIARS)
    assert TWO_LIARS.is_over_threshold
    assert done.findings == ["agreement: A and B can both be decided"]
    assert decisions(done.moments[-1]) == {b"A", b"B"}
    assert len(done.moments) == 9  # two begin, prevote, precommit and decide


def test_every_fork_names_more_than_a_third_and_nobody_correct():
    forks = judged_forks(Instance(rounds=1, byzantine=frozenset({1, 2})))
    assert (forks.forks, forks.judged, forks.least_accused, forks.failures, forks.complete) == (2, 2, 2, [], True)


@pytest.mark.slow
def test_two_liars_of_seven_break_nothing_in_two_rounds():
    done = exhaust(Instance(powers=(1,) * 7, byzantine=frozenset({5, 6})))
    assert (done.ended, done.findings, done.states) == ("exhausted", [], 10_883_848)


@pytest.mark.slow
def test_nothing_is_wrong_in_three_rounds():
    done = exhaust(Instance(rounds=3))
    assert (done.ended, done.findings, done.states) == ("exhausted", [], 17_810_572)


@pytest.mark.slow
def test_every_fork_of_two_rounds_names_more_than_a_third_and_nobody_correct():
    forks = judged_forks(TWO_LIARS)
    assert (forks.forks, forks.judged, forks.least_accused, forks.failures) == (457, 457, 2, [])


def test_a_run_without_a_fork_is_no_fork_to_the_judge():
    done = exhaust(TWO_LIARS)
    wrong, power = judged(TWO_LIARS, done.moments[:2])
    assert [each.partition(":")[0] for each in wrong] == ["no fork", "forks-are-blamed"]
    assert power == 0


def test_forks_are_not_judged_where_a_correct_validator_would_have_to_sign_every_proposal():
    assert not with_byzantine_proposers(Instance(rounds=2))
    with pytest.raises(ValueError, match="Byzantine"):
        judged_forks(Instance(rounds=2))


def test_an_exploration_that_is_interrupted_says_so():
    def interrupt(done) -> None:
        raise KeyboardInterrupt

    for by_step in (False, True):
        done = exhaust(Instance(rounds=2), by_step=by_step, tell=interrupt)
        assert (done.ended, done.holds, done.findings) == ("interrupted", False, [])
        assert done.states > 0


def test_a_limit_of_states_is_no_proof():
    done = exhaust(Instance(rounds=2), max_states=100)
    assert (done.ended, done.holds) == ("state limit", False)


def test_a_trace_says_who_did_what_by_which_lines_and_reads_back():
    done = exhaust(TWO_LIARS)
    trace = itf_trace(TWO_LIARS, done.moments, done.findings, "test")
    again = from_json(json.loads(written(trace)))
    assert again.states == trace.states
    assert again.meta["description"] == "agreement: A and B can both be decided"
    happened = [state.values["happened"] for state in again.states]
    assert happened[0]["action"] == "init"
    assert "CONS-2, line 36" in {each["rule"] for each in happened}
    assert happened[-1]["text"].endswith("decides B")
    assert [moment_text(moment) for moment in done.moments] == [each["text"] for each in happened]
    assert {each["decision"] for each in again.states[-1].values["validators"].values()} == {"A", "B"}


def explored(mutant: str, *options: str) -> dict:
    """What the command says of an instance under a mutant, in a fresh process."""
    done = mutants.run_in_fresh_process(
        ("explore", "tendermint", "--json", "/dev/stdout", *options), mutants.find(mutant), timeout=100
    )
    assert done.returncode == 1, done.stderr
    (result,) = json.loads(done.stdout[done.stdout.index("{") :])["results"]
    assert result["verdict"] == "violated"
    return result


@pytest.mark.parametrize(
    ("mutant", "options", "steps"),
    [
        ("no-lock", (), 14),
        ("quorum-of-half", (), 8),
        ("decide-on-prevotes", (), 10),
        ("lock-ignored-on-fresh-proposal", (), 14),
        ("reproposal-without-polka", (), 14),
        ("forget-lock-on-restart", ("--crashes", "1"), 14),
        pytest.param("lock-ignored-on-reproposal", ("--rounds", "3"), 18, marks=pytest.mark.slow),
    ],
)
def test_a_broken_rule_forks_the_chain_by_a_shortest_trace(mutant: str, options: tuple[str, ...], steps: int):
    result = explored(mutant, *options)
    assert result["findings"][0] == "agreement: A and B can both be decided"
    assert len(result["trace"]) - 1 == steps


@pytest.mark.parametrize(
    ("mutant", "options", "invariant"),
    [
        ("lock-released-on-timeout", (), "lock-kept"),
        ("lock-released-by-nil-polka", (), "lock-kept"),
        ("decision-not-persisted", ("--rounds", "1"), "persist-first"),
        ("broadcast-before-persist", ("--rounds", "1"), "persist-first"),
        ("polka-without-quorum", (), "agreement"),
        ("quorum-of-two-thirds", ("--rounds", "1", "--powers", "2,2,1,1"), "commits-have-a-quorum"),
        ("skip-round-on-any-message", A_THIRD_LIES, "rounds-are-skipped-with-a-third"),
        ("skip-round-on-any-message", (*A_THIRD_LIES, "--by-step"), "rounds-are-skipped-with-a-third"),
        ("a-third-exceeds-a-third", A_THIRD_LIES, "rounds-are-skipped-with-a-third"),
        ("skip-round-on-a-quorum", A_THIRD_LIES, "nobody-is-left-behind"),
        ("skip-round-on-a-quorum", (*A_THIRD_LIES, "--by-step"), "nobody-is-left-behind"),
        ("proposal-of-another-height", ("--rounds", "1"), "messages-are-of-a-height"),
        ("timer-of-another-round", A_THIRD_LIES, "timers-are-of-a-round"),
        ("invalid-block-prevoted", ("--rounds", "1"), "votes-are-for-valid-blocks"),
        ("decided-and-not-silent", ("--rounds", "1", "--round-robin"), "persist-first"),
        ("valid-value-not-proposed-again", (*A_THIRD_LIES, "--round-robin"), "valid-is-proposed-again"),
    ],
)
def test_a_broken_rule_breaks_an_invariant_of_single_steps(mutant: str, options: tuple[str, ...], invariant: str):
    result = explored(mutant, *options)
    assert result["findings"][0].startswith(f"{invariant}: ")
    assert len(result["trace"]) > 1


def decisions(moment: Moment) -> set[bytes]:
    """The first letter of what was decided."""
    return {local.node.decision[:1] for local in moment.validators if local.node.decision != NIL}
