"""Blocks a second of the whole cluster: messages, real signatures, every correct replica executing every block."""

from dataclasses import replace

import pytest

from clearstone.models.cluster.cluster import Cluster, validators_of
from clearstone.models.cluster.ledger_application import LedgerApplication
from clearstone.models.collector import collector_at_rest
from clearstone.models.scenario_genesis import USD, scenario_genesis
from clearstone.models.signing import SigningKey, remembering_authentic
from clearstone.spec.accounts import Account, account_id
from clearstone.spec.genesis import genesis_state
from clearstone.spec.numbers import MAX_TIME
from clearstone.spec.transactions import Body, Signature, Transaction, Transfer

HEIGHTS = 20


class Payments:
    """Two accounts that pay each other so many times a block."""

    def __init__(self, genesis, per_block):
        self.genesis, self.per_block = genesis, per_block
        self.owners = [SigningKey.derive(0, f"owner {number}") for number in range(2)]
        self.accounts = [account_id(owner.public, "main", 0) for owner in self.owners]
        self.signed = {height: self._block(height) for height in range(1, HEIGHTS + 2)}

    def state(self):
        state = genesis_state(self.genesis)
        accounts = state.ledger.accounts
        for owner, name in zip(self.owners, self.accounts, strict=True):
            accounts = accounts.set(name, Account(owner.public, "main", 0, 10**6 * USD))
        pool = state.ledger.pools["main"]
        pools = state.ledger.pools.set("main", replace(pool, vault=pool.vault + 2 * 10**6 * USD))
        return replace(state, ledger=replace(state.ledger, accounts=accounts, pools=pools))

    def _block(self, height):
        return tuple(self._payment(number % 2, height * 1_000 + number) for number in range(self.per_block))

    def _payment(self, payer, nonce):
        body = Body(self.genesis.chain, self.accounts[payer], nonce, MAX_TIME, Transfer(self.accounts[1 - payer], 1))
        return Transaction(body, (Signature(self.owners[payer].public, self.owners[payer].sign(body)),))

    def starts(self, height):
        return self.genesis.time + height * 1_000

    def transactions(self, height, state):
        return self.signed[height]

    def prices(self, height, validator):
        return tuple(sorted((feed.feed, feed.index) for feed in self.genesis.feeds))


@pytest.mark.parametrize("transactions", [0, 100], ids=["empty blocks", "blocks of 100 payments"])
@pytest.mark.parametrize("count", [4, 7, 10], ids=lambda count: f"{count} validators")
def bench_cluster(benchmark, throughput, count, transactions):
    keys, validators = validators_of(0, (1,) * count)
    genesis = replace(scenario_genesis(), validators=validators)
    payments = Payments(genesis, transactions)

    def run():
        authentic = remembering_authentic()
        application = LedgerApplication(payments.state(), authentic)
        cluster = Cluster(
            chain=genesis.chain,
            keys=keys,
            validators=validators,
            application=application,
            surroundings=payments,
            authentic=authentic,
            epoch=genesis.time,
        )
        assert cluster.run(HEIGHTS, genesis.time + 10**7)

    with collector_at_rest():
        benchmark.pedantic(run, rounds=3)
    throughput(HEIGHTS, "blocks")
