from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from clearstone.models.cluster.network import CALM, Conditions, Network, Partition

WILD = Conditions(stabilises=1_000, bound=20, wild_delay=500, loss=300_000, duplication=200_000)


def asked(conditions, now, seed=1, count=400):
    network = Network(conditions, Random(seed))
    return [network.delays(now, 0, 1) for _ in range(count)]


@given(st.integers(0, 10**6))
def test_a_calm_network_delivers_once_and_within_its_bound(seed):
    assert all(len(delays) == 1 and 1 <= delays[0] <= CALM.bound for delays in asked(CALM, 0, seed, 20))


def test_before_it_stabilises_messages_are_lost_late_reordered_and_doubled():
    seen = asked(WILD, 999)
    assert {len(delays) for delays in seen} == {0, 1, 2}
    assert max(delays[0] for delays in seen if delays) > WILD.bound


def test_once_stable_nothing_is_lost_and_the_first_copy_comes_within_the_bound():
    seen = asked(WILD, 1_000)
    assert {len(delays) for delays in seen} == {1, 2}
    assert all(1 <= delays[0] <= WILD.bound for delays in seen)


def test_a_partition_cuts_both_ways_for_its_time_and_no_longer_than_until_the_network_is_stable():
    parted = replace(WILD, loss=0, partitions=(Partition(100, 2_000, frozenset({0})),))
    network = Network(parted, Random(1))
    assert network.delays(500, 0, 1) == network.delays(500, 1, 0) == ()
    assert all(network.delays(now, *pair) for now, pair in [(99, (0, 1)), (500, (1, 2)), (1_500, (0, 1))])


@given(st.integers(0, 10**6))
def test_all_follows_from_the_seed(seed):
    assert asked(WILD, 5, seed, 20) == asked(WILD, 5, seed, 20)
