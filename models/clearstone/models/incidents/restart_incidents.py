"""Incidents of outages and restarts: steps in the wrong order, and an index that began again at zero."""

from __future__ import annotations

from collections.abc import Sequence

from clearstone.models.chain import Applied, Chain
from clearstone.models.incidents.ledger_figures import account_of, events_of, postings_of
from clearstone.models.incidents.scenario import Scenario, Trial
from clearstone.models.scenario_genesis import (
    FIRST_INDEX,
    HOUR,
    MINUTE,
    MULTIPLIER,
    PERPETUAL,
    START,
    USD,
    buy,
    scenario_genesis,
    sell,
    series,
    trade,
    walk_index,
)
from clearstone.spec.encoding.records import decode_record, encode_record
from clearstone.spec.numbers import PPM, ceil_div
from clearstone.spec.receipts import Rejection
from clearstone.spec.snapshot import Snapshot, restore, snapshot_of
from clearstone.spec.state_root import state_root
from clearstone.spec.transactions import Deposit, Liquidate, Withdraw


def last_position_of_a_pool(trial: Trial) -> None:
    """Close the last position of a pool by a default, after an outage, and watch every pot and the other pool."""
    chain = trial.start(scenario_genesis(second_pool=True, insurance=200 * USD))
    long, short = chain.open("long", "other", 460 * USD), chain.open("short", "other", 2_000 * USD)
    outside = chain.open("outsider", "main", 1_000 * USD)
    trade(chain, long, short, "ETH-PERP", 3_000, 2_000)
    untouched = chain.state.ledger.pools["main"], account_of(chain, outside)
    silence: dict[bytes, dict[str, int]] = {validator.key: {} for validator in chain.state.validators}
    chain.block(elapsed=60 * MINUTE, reports=silence)
    early = chain.block(chain.sign(short, Liquidate(long, "ETH-PERP", 1)), prices={"ETH": 1_900})
    trial.refused("in the first block after an outage nobody is liquidated", "ORACLE-5", early.receipt.transactions[0])
    chain.block()
    walk_index(chain, 1_700, "ETH")
    closed = chain.block(chain.sign(short, Liquidate(long, "ETH-PERP", 1)))
    trial.expect("the last position is closed by a default", bool(events_of(closed, "defaulted")))
    trial.expect("and nobody holds one any more", not account_of(chain, short).positions)
    low = lowest_pots(chain.history)
    trial.expect("no pot was below zero after any posting", low >= 0, low)
    pools = chain.state.ledger.pools["main"], account_of(chain, outside)
    trial.expect("the other pool is as it was", pools[0] == untouched[0] and pools[1] == untouched[1])
    chain.block()
    trial.expect("and the chain goes on", chain.history[-1].receipt.rejection is None)


def lowest_pots(blocks: Sequence[Applied]) -> int:
    """The lowest balance that any pot had after any posting, in atoms."""
    balances = {
        (pool_id, name): int(getattr(pool, name))
        for pool_id, pool in blocks[0].before.ledger.pools.items()
        for name in ("insurance", "fees", "escrow", "residue")
    }
    lowest = min(balances.values())
    for posting in postings_of(blocks):
        for name, change in ((posting.source, -posting.amount), (posting.destination, posting.amount)):
            if (posting.pool, name) in balances:
                balances[posting.pool, name] += change
                lowest = min(lowest, balances[posting.pool, name])
    return lowest


def funding_reset_by_a_restart(trial: Trial) -> None:
    """Stop a chain with everything in it, write its state to bytes, start again from them, and go on side by side."""
    chain = trial.start(scenario_genesis(options=(series(call=True, strike=55_000, expiry=START + 48 * HOUR),)))
    long, short = _busy(chain)
    kept = encode_record(snapshot_of(chain.state))
    read = decode_record(Snapshot, kept)
    restored = read if isinstance(read, Rejection) else restore(read)
    if isinstance(restored, Rejection):
        trial.expect("the bytes are a state", False, f"{restored.rule}: {restored.reason}")
        return
    trial.expect("the state root after a restart is the one before", state_root(restored) == state_root(chain.state))
    before = chain.state.funding["BTC-PERP"]
    trial.expect("there is funding to lose", before.index != 0, before.index)
    trial.expect("no funding is lost", restored.funding["BTC-PERP"] == before)
    trial.expect("nor any order", restored.ledger.books == chain.state.ledger.books)
    other = trial.resume(restored, chain.prices)
    for each in (chain, other):
        each.block(each.sign(long, sell("BTC-PERP", 30)), each.sign(short, buy("BTC-PERP", 5)), elapsed=HOUR)
        each.block(elapsed=8 * HOUR, prices={"BTC": 51_000})
    trial.expect("both go on alike", state_root(other.state) == state_root(chain.state))
    _expect_accrual_only(trial, chain.history)


def _busy(chain: Chain) -> tuple[str, str]:
    """A chain with positions, orders, funding, an escrowed withdrawal: two of its accounts."""
    long, short = (chain.open(name, "main", 20_000 * USD) for name in ("long", "short"))
    trade(chain, long, short, "BTC-PERP", 77, FIRST_INDEX)
    trade(chain, long, short, "BTC-55000-C", 3, 1_000)
    chain.block(chain.sign(long, buy("BTC-PERP", 40, 49_900)), chain.sign(short, sell("BTC-PERP", 40, 50_200)))
    chain.block(elapsed=8 * HOUR)
    chain.block(elapsed=7 * HOUR + 1_234)
    chain.run(chain.sign(long, Withdraw(b"w" * 32, USD)), chain.attest(Deposit(b"d" * 32, short, 7)))
    return long, short


def _expect_accrual_only(trial: Trial, blocks: Sequence[Applied]) -> None:
    """Expect that funding moved in no block by more than its limit allows for the time."""
    jumps = []
    for applied in blocks:
        before, after = applied.before.funding["BTC-PERP"].index, applied.after.funding["BTC-PERP"].index
        elapsed = applied.after.time - applied.before.time
        value = applied.after.feeds["BTC"].index * MULTIPLIER * PPM
        limit = ceil_div(value * PERPETUAL.funding_limit * elapsed, PPM * PERPETUAL.funding_interval)
        if abs(after - before) > limit:
            jumps.append((applied.after.height, after - before, limit))
    trial.expect("funding moves by accrual within its limit alone", not jumps, jumps)


SCENARIOS = (
    Scenario(
        number=28,
        title="The last position closed in the wrong order",
        happened="dYdX v4, 10 October 2025, 8 hours: collateral moved before the fund paid: a pot below 0 [P].",
        answer="No pot is below zero after any posting, and nothing is liquidated in the first blocks after an outage.",
        rules=("LEDGER-1", "LEDGER-4", "WATER-1", "WATER-2", "ORACLE-5"),
        script=last_position_of_a_pool,
    ),
    Scenario(
        number=29,
        title="A restart that reset funding",
        happened="Paradex, 19 January 2026, $650 k and a rollback: a race at restart set funding indices to 0 [2].",
        answer="Funding changes by accrual alone, and is part of the state that a restart must find again by its root.",
        rules=("PERP-1", "ENC-1", "CONS-6"),
        script=funding_reset_by_a_restart,
    ),
)
"""The scenarios of this theme."""
