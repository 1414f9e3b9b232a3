"""Blocks a second of the whole cluster: messages, real signatures, every correct replica executing every block."""

import pytest

from clearstone.models.cluster.cluster import Cluster, validators_of
from clearstone.models.cluster.ledger_application import LedgerApplication
from clearstone.models.cluster.payments import Payments
from clearstone.models.collector import collector_at_rest
from clearstone.models.signing import remembering_authentic

HEIGHTS = 20


@pytest.mark.parametrize("transactions", [0, 100], ids=["empty blocks", "blocks of 100 payments"])
@pytest.mark.parametrize("count", [4, 7, 10], ids=lambda count: f"{count} validators")
def bench_cluster(benchmark, throughput, count, transactions):
    keys, validators = validators_of(0, (1,) * count)
    payments = Payments(validators, per_block=transactions, interval=1_000)
    genesis = payments.state()

    def run():
        authentic = remembering_authentic()
        cluster = Cluster(
            chain=genesis.chain,
            keys=keys,
            validators=validators,
            application=LedgerApplication(genesis, authentic),
            surroundings=payments,
            authentic=authentic,
            epoch=genesis.time,
        )
        assert cluster.run(HEIGHTS, genesis.time + 10**7)

    with collector_at_rest():
        benchmark.pedantic(run, rounds=3)
    throughput(HEIGHTS, "blocks")
