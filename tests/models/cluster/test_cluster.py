"""What the cluster does in particular cases; `test_schedules` has the random ones."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearstone.models.cluster.byzantine import KINDS
from clearstone.models.cluster.cluster import Cluster, Crash, validators_of
from clearstone.models.cluster.counting_application import CountingApplication, CountingSurroundings
from clearstone.models.cluster.network import CALM, Conditions, Partition
from clearstone.models.signing import remembering_authentic
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.actions import Broadcast, Persist
from clearstone.spec.consensus.commits import check_commit
from clearstone.spec.consensus.evidence import accused
from clearstone.spec.consensus.messages import PRECOMMIT, PREVOTE, Proposal
from clearstone.spec.consensus.proposer import proposer
from clearstone.spec.consensus.validators import exceeds_a_third, power_of, total_power

CHAIN = "test"
EPOCH = 1_000_000
authentic = remembering_authentic()


def cluster_of(powers=(1, 1, 1, 1), per_block=2, seen=None, **options):
    keys, validators = validators_of(0, powers)
    return Cluster(
        chain=CHAIN,
        keys=keys,
        validators=validators,
        application=CountingApplication(CHAIN, validators, authentic, EPOCH),
        surroundings=CountingSurroundings(CHAIN, per_block),
        authentic=authentic,
        epoch=EPOCH,
        observer=(lambda height: None) if seen is None else seen.append,
        **options,
    )


def deadline(milliseconds):
    return EPOCH + milliseconds


@pytest.mark.parametrize("powers", [(1,), (5, 1), (1, 1, 1, 1), (3, 10, 4, 9, 8, 7, 1)])
def test_in_calm_every_height_is_decided_in_its_first_round(powers):
    seen = []
    cluster = cluster_of(powers, seen=seen)
    assert cluster.run(5, deadline(1_000))
    assert [height.height for height in seen] == [1, 2, 3, 4, 5]
    assert {height.rounds for height in seen} == {1}
    assert all(len(height.roots) == len(powers) and len(set(height.roots.values())) == 1 for height in seen)
    assert cluster.forks == []


def test_heights_build_on_each_other():
    seen = []
    cluster_of(seen=seen).run(4, deadline(1_000))
    for before, after in pairwise(seen):
        assert after.before == before.state
        assert after.block.previous == after.block.commit.block_id == before.state.last
        assert after.block.root == next(iter(before.roots.values()))
        assert after.block.time > before.block.time
        assert after.receipt == (1, 2)
        assert check_commit(CHAIN, after.trace.validators, after.block.commit, authentic) is None


def test_validators_take_turns_to_propose():
    seen = []
    cluster_of(seen=seen).run(8, deadline(2_000))
    assert Counter(Counter(height.block.proposer for height in seen).values()) == {2: 4}


def test_precommits_that_come_after_the_decision_still_complete_the_commit():
    seen = []
    cluster_of(seen=seen, conditions=Conditions(bound=2)).run(12, deadline(2_000))
    assert max(len(height.block.commit.signatures) for height in seen) == 4


def test_a_run_follows_from_its_seed():
    def traces(seed):
        seen = []
        wild = Conditions(stabilises=500, wild_delay=300, loss=200_000)
        cluster_of(seen=seen, seed=seed, conditions=wild, byzantine={0: "equivocating"}).run(3, deadline(60_000))
        return [height.trace.steps for height in seen]

    assert traces(1) == traces(1)
    assert traces(1) != traces(2)


def test_a_height_does_not_begin_before_its_time():
    class Hourly(CountingSurroundings):
        def starts(self, height):
            return EPOCH + 3_600_000 * height

    seen = []
    cluster = cluster_of(seen=seen)
    cluster.surroundings = Hourly(CHAIN)
    assert cluster.run(3, deadline(4 * 3_600_000))
    assert all(height.trace.steps[0].time >= EPOCH + 3_600_000 * height.height for height in seen[1:])


@pytest.mark.parametrize("per_block", [0, 1])
def test_two_blocks_of_one_proposer_are_no_harm(per_block):
    seen = []
    cluster = cluster_of(seen=seen, per_block=per_block, byzantine={0: "equivocating"}, conditions=Conditions(bound=50))
    assert cluster.run(8, deadline(60_000))
    proposals = {
        (signed.message.height, signed.message.round, signed.message.block_id)
        for height in seen
        for log in height.trace.logs.values()
        for signed in log
        if isinstance(signed.message, Proposal) and signed.sender == cluster.processes[0].key
    }
    assert len(proposals) > len({(height, round) for height, round, _ in proposals})
    assert cluster.forks == []


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_one_liar_of_four_neither_stops_nor_forks_the_chain(kind):
    seen = []
    crashes = [Crash(0, 50, 400, False, False)] if kind == "forgetful" else []
    cluster = cluster_of(seen=seen, byzantine={0: kind}, crashes=crashes)
    assert cluster.run(8, deadline(60_000))
    assert cluster.forks == []
    assert all(set(height.roots) == {process.key for process in cluster.correct} for height in seen)


def test_false_reports_do_not_move_the_median():
    seen = []
    cluster_of(seen=seen, byzantine={2: "false-reports"}).run(10, deadline(60_000))
    reported = {ticks for height in seen for each in height.block.commit.signatures for _, ticks in each.prices}
    assert max(reported) > 100_000  # they are in the commits
    assert all(height.state.price == 0 or 5_000 <= height.state.price < 5_007 for height in seen)
    assert all(EPOCH < height.block.time < EPOCH + 60_000 for height in seen)


def test_with_a_third_of_the_power_silent_nothing_is_decided():
    cluster = cluster_of((1, 1, 1), byzantine={0: "silent"})
    assert not cluster.run(1, deadline(20_000))
    assert cluster.decided == 0
    assert [trace.height for trace in cluster.unfinished()] == [1]
    assert cluster.unfinished()[0].decisions == {}


# Crashes and restarts


def everybody_crashes(keeps_log, after_persisting, at=30):
    return [Crash(index, at + index, 700 + index, keeps_log, after_persisting) for index in range(4)]


@pytest.mark.parametrize("keeps_log", [True, False])
@pytest.mark.parametrize("after_persisting", [True, False])
@pytest.mark.parametrize("seed", range(8))
def test_when_all_crash_at_once_they_go_on_from_what_they_stored(keeps_log, after_persisting, seed):
    seen = []
    cluster = cluster_of(seen=seen, seed=seed, crashes=everybody_crashes(keeps_log, after_persisting, 10 + 7 * seed))
    assert cluster.run(6, deadline(60_000))
    assert cluster.forks == []
    restarts = [node for height in seen for nodes in height.trace.restarts.values() for node in nodes]
    assert 1 <= len(restarts) <= 4
    assert judged(seen) == set()


def judged(seen):
    return {
        key for height in seen for key in accused(CHAIN, height.trace.validators, height.trace.logs.values(), authentic)
    }


def test_who_crashes_between_storing_and_sending_says_the_same_after():
    seen = []
    cluster = cluster_of(seen=seen, crashes=[Crash(1, 0, 500, False, True)])
    cluster.run(3, deadline(60_000))
    victim = cluster.processes[1].key
    (resumed,) = [nodes[0] for height in seen if (nodes := height.trace.restarts.get(victim))]
    first = seen[resumed.height - 1].trace
    stored = next(
        action.message
        for step in first.steps
        if step.validator == victim
        for action in step.actions
        if isinstance(action, Persist)
    )
    said = next(signed.message for signed in first.logs[victim] if signed.sender == victim)
    assert (said.round, said.block_id) == (stored.round, stored.block_id)


def test_a_valid_value_is_stored_with_its_block():
    cluster = cluster_of()
    for time in range(100):
        cluster.run(1, deadline(time))
        locked = [process for process in cluster.processes if process.node.locked_value != NIL]
        if locked:
            break
    locked[0].crash()
    locked[0].storage.received = {}
    locked[0].boot()
    assert locked[0].log.valid(locked[0].node.valid_value)


def test_who_was_down_for_long_is_told_what_was_decided():
    seen = []
    cluster = cluster_of(seen=seen, crashes=[Crash(3, 1, 4_000, False, False)])
    assert cluster.run(40, deadline(60_000))
    told = [height.trace.decisions[cluster.processes[3].key].told for height in seen]
    assert told.count(True) > 10
    assert not told[-1]


def test_who_was_cut_off_catches_up():
    cut = Conditions(stabilises=3_000, partitions=(Partition(0, 3_000, frozenset({1})),))
    seen = []
    cluster = cluster_of(seen=seen, conditions=cut)
    assert cluster.run(30, deadline(60_000))
    assert any(height.trace.decisions[cluster.processes[1].key].told for height in seen)


# Traces


def wild_run(seed, **options):
    seen = []
    wild = Conditions(stabilises=1_500, wild_delay=400, loss=300_000, duplication=100_000)
    cluster = cluster_of(seen=seen, seed=seed, conditions=wild, **options)
    assert cluster.run(3, deadline(60_000))
    return cluster, seen


@given(st.integers(0, 10**6))
def test_steps_join_up_from_the_start_or_a_restart_to_the_decision(seed):
    cluster, seen = wild_run(seed, crashes=everybody_crashes(seed % 2 == 0, seed % 3 == 0))
    for height in seen:
        for process in cluster.correct:
            steps = [step for step in height.trace.steps if step.validator == process.key]
            resumed = height.trace.restarts.get(process.key, [])
            joints = [(step.before, before.after) for before, step in pairwise(steps)]
            assert all(before == after or before in resumed for before, after in joints)
            decision = height.trace.decisions[process.key]
            assert decision.told or steps[-1].after.decision == decision.block_id


@given(st.integers(0, 10**6))
def test_what_is_said_in_a_trace_was_stored_first_and_said_once(seed):
    cluster, seen = wild_run(
        seed, byzantine={seed % 4: "equivocating"}, crashes=[Crash((seed + 1) % 4, 9, 999, False, True)]
    )
    for height in seen:
        for process in cluster.correct:
            steps = [step for step in height.trace.steps if step.validator == process.key]
            stored = [action.message for step in steps for action in step.actions if isinstance(action, Persist)]
            asked = [action.message for step in steps for action in step.actions if isinstance(action, Broadcast)]
            said = {signed.message for signed in height.trace.logs.get(process.key, ()) if signed.sender == process.key}
            slots = [(each.round, getattr(each, "step", 0)) for each in said]
            assert set(asked) <= set(stored)
            assert len(slots) == len(set(slots)) == len(asked)


# Accountability: two clusters share validators 1 and 2, who thereby say two things at once.


def twin(seed, missing, per_block):
    seen = []
    wild = Conditions(stabilises=seed % 5 * 300, wild_delay=300, loss=400_000)
    cluster = cluster_of(per_block=per_block, seen=seen, seed=seed, conditions=wild, byzantine={missing: "silent"})
    assert cluster.run(1, deadline(60_000))
    return cluster, seen[0].trace


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_fork_convicts_more_than_a_third_of_the_power_and_no_correct_validator(one, other):
    """Validator 0 is correct in the first cluster and 3 in the second: together they have decided two blocks."""
    first, left = twin(one, 3, 1)
    second, right = twin(other, 0, 2)
    zero, three = first.processes[0].key, second.processes[3].key
    assert left.decisions[zero].block_id != right.decisions[three].block_id
    guilty = accused(CHAIN, first.validators, [left.logs[zero], right.logs[three]], authentic)
    power = sum(power_of(first.validators, key) for key in guilty)
    assert exceeds_a_third(power, total_power(first.validators))
    assert guilty <= {first.processes[1].key, first.processes[2].key}


@given(st.integers(0, 10**6), st.sampled_from(sorted(KINDS)))
def test_only_liars_are_ever_accused(seed, kind):
    liar = seed % 4
    cluster, seen = wild_run(seed, byzantine={liar: kind}, crashes=[Crash(liar, 200, 400, False, False)])
    assert judged(seen) <= {cluster.processes[liar].key}


def test_equivocation_is_found_out():
    seen = []
    cluster = cluster_of(seen=seen, byzantine={1: "equivocating"}, conditions=CALM)
    cluster.run(6, deadline(60_000))
    assert judged(seen) == {cluster.processes[1].key}


def test_forgeries_reach_no_log():
    seen = []
    cluster = cluster_of(seen=seen, byzantine={1: "forging"})
    cluster.run(6, deadline(60_000))
    for height in seen:
        for log in height.trace.logs.values():
            for signed in log:
                message = signed.message
                assert authentic(signed.sender, message, signed.signature)
                assert message.round >= 0
                if isinstance(message, Proposal):
                    assert signed.sender == proposer(cluster.validators, message.height, message.round)
                else:
                    assert message.step in (PREVOTE, PRECOMMIT)
                    assert message.block_id == NIL or len(message.block_id) == 32
