"""States a second of the finite instances of consensus: `step` in every state, and the table of it."""

import pytest

from clearstone.models.tendermint.exhausting import exhaust
from clearstone.models.tendermint.instance import Instance


@pytest.mark.parametrize("by_step", [True, False], ids=["by step", "by table"])
def bench_rounds_0_and_1(benchmark, throughput, by_step):
    done = benchmark.pedantic(exhaust, args=(Instance(rounds=2),), kwargs={"by_step": by_step}, rounds=3)
    assert (done.states, done.holds) == (39_825, True)
    throughput(done.states, "states")


@pytest.mark.parametrize(
    ("closes_rounds", "states"), [(False, 17_810_572), (True, 260_231)], ids=["rounds open", "rounds closed"]
)
def bench_rounds_0_to_2(benchmark, throughput, closes_rounds, states):
    given = {"closes_rounds": closes_rounds}
    done = benchmark.pedantic(exhaust, args=(Instance(rounds=3),), kwargs=given, rounds=1)
    assert (done.states, done.holds) == (states, True)
    throughput(done.states, "states")
