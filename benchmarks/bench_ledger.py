"""Transactions a second through apply_block, and orders a second through matching."""

from unittest import mock

import pytest

from clearstone.models.chain import accept_all
from clearstone.models.collector import collector_at_rest
from clearstone.models.workload import BITCOIN_TICKS, Workload
from clearstone.spec import transition
from clearstone.spec.state import context_of
from clearstone.spec.transition import execute

BLOCKS, SIZE = 20, 500


@pytest.mark.parametrize("accounts", [10**3, 10**4, 10**5])
@pytest.mark.parametrize("funding_rate", [0, 100], ids=["no funding", "funding"])
@pytest.mark.parametrize("root", [True, False], ids=["with the root", "without the root"])
def bench_transactions(benchmark, throughput, accounts, funding_rate, root):
    """Half transfers, half fills, every account with two positions, blocks of 500, full margin checks."""
    workload = Workload(accounts, funding_rate)
    workload.stock_book(10**6)
    blocks = iter([workload.mixed(SIZE) for _ in range(BLOCKS)])
    receipts = []

    def let_go():
        workload.chain.history.clear()  # of old states, as who runs a chain does

    def apply_next():
        receipts.extend(workload.chain.block(*next(blocks)).receipt.transactions)

    keep = transition.commit_state if root else lambda state: state
    with collector_at_rest(), mock.patch.object(transition, "commit_state", keep):
        benchmark.pedantic(apply_next, setup=let_go, rounds=BLOCKS)
    assert len(receipts) == BLOCKS * SIZE
    assert all(receipt.rejection is None for receipt in receipts)
    throughput(SIZE, "transactions")


@pytest.mark.parametrize("kind", ["resting", "crossing"])
def bench_orders(benchmark, throughput, kind):
    """Orders of a thousand accounts: limit orders that rest at a hundred prices, or market orders that fill."""
    workload = Workload(10**3)
    workload.stock_book(10**6, spread=200)
    context = context_of(workload.chain.state)
    orders = [_resting(workload, number) for number in range(SIZE)]
    if kind == "crossing":
        orders = [workload.market_order() for _ in range(SIZE)]

    def place_all():
        ledger, receipts = workload.chain.state.ledger, []
        for order in orders:
            ledger, receipt = execute(ledger, context, order, accept_all)
            receipts.append(receipt)
        return receipts

    with collector_at_rest():
        receipts = benchmark.pedantic(place_all, rounds=5)
    assert all(receipt.rejection is None for receipt in receipts)
    throughput(SIZE, "orders")


def _resting(workload, number):
    side, step = ("buy", -1) if number % 2 else ("sell", 1)
    order = workload.order(side, 1, BITCOIN_TICKS + step * (1 + number % 100))
    return workload.chain.sign(workload.accounts[number], order, nonce=1_000)
