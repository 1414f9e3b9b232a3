"""Incidents of funding: applied at peaks, leaving a residue that stopped a chain, paying out more than came in."""

from __future__ import annotations

from clearstone.models.chain import Chain
from clearstone.models.incidents.ledger_figures import account_of, cash_of, events_of, everyone, identifier, paid
from clearstone.models.incidents.scenario import Scenario, Trial, act
from clearstone.models.scenario_genesis import (
    FIRST_INDEX,
    HOUR,
    MINUTE,
    START,
    USD,
    buy,
    scenario_genesis,
    sell,
    trade,
    walk_index,
)
from clearstone.spec.funding import FUNDING_SCALE
from clearstone.spec.transactions import Action, Cancel, Deposit, Liquidate

TURN = START - START % (8 * HOUR) + 8 * HOUR
"""First end of a funding interval after genesis, ms since the epoch."""


def _with_premium(chain: Chain) -> tuple[str, str, str]:
    """A long and a short of 333 lots, and a maker whose quotes lie 2,400 ppm above the index."""
    long, short, maker = (chain.open(name, "main", 50_000 * USD) for name in ("long", "short", "maker"))
    trade(chain, long, short, "BTC-PERP", 333, FIRST_INDEX)
    act(chain, maker, buy("BTC-PERP", 50, FIRST_INDEX + 100))
    act(chain, maker, sell("BTC-PERP", 50, FIRST_INDEX + 140))
    return long, short, maker


def funding_at_peaks(trial: Trial) -> None:
    """Accrue over the same hours in few blocks and in many, some of them settling, one of them at a peak."""
    few, many = (trial.start(scenario_genesis()) for _ in range(2))
    for chain in (few, many):
        long, _, maker = _with_premium(chain)
        chain.block(time=TURN)
    for end in (TURN + 8 * HOUR, TURN + 16 * HOUR, TURN + 24 * HOUR):
        few.block(time=end)
        step = 0
        while end - many.state.time > HOUR:
            dust = Deposit(identifier(f"{end} {step}"), long, 1)
            many.block(many.attest(dust), elapsed=HOUR // 2 + 1_001 * step)
            step += 1
        _peak(many, maker)
        many.block(time=end)
        rates = few.state.funding["BTC-PERP"].rate, many.state.funding["BTC-PERP"].rate
        trial.expect("a peak at the end of an interval does not set the rate", rates[0] == rates[1] == 2_500, rates)
        paths = few.state.funding["BTC-PERP"], many.state.funding["BTC-PERP"]
        same = (paths[0].index, paths[0].remainder) == (paths[1].index, paths[1].remainder)
        trial.expect("funding over some hours is the same however they are divided", same, paths[0].index)
    trial.expect("and it is not zero", few.state.funding["BTC-PERP"].index > 0)
    for chain in (few, many):
        chain.run(chain.attest(Deposit(identifier("last"), long, 1)))
    gifts = sum(amount for _, amount in many.state.ledger.deposits.items() if amount == 1) - 1
    lost = cash_of(few, long) - (cash_of(many, long) - gifts)
    trial.expect("settling often costs less than an atom each time, and gains nothing", 0 <= lost <= gifts + 1, lost)


def _peak(chain: Chain, maker: str) -> None:
    """For one block, long enough to be sampled, the maker quotes far above the index."""
    nonce = account_of(chain, maker).nonce
    far = [sell("BTC-PERP", 50, FIRST_INDEX + 4_500), buy("BTC-PERP", 50, FIRST_INDEX + 4_000)]
    asks = [order.nonce for order in account_of(chain, maker).orders if not order.buy]
    moves = [chain.sign(maker, Cancel(ask), nonce=nonce + 1 + i) for i, ask in enumerate(asks)]
    moves += [chain.sign(maker, order, nonce=nonce + 10 + i) for i, order in enumerate(far)]
    chain.run(*moves)
    back: list[Action] = [Cancel(nonce + 10), Cancel(nonce + 11), sell("BTC-PERP", 50, FIRST_INDEX + 140)]
    chain.block(*(chain.sign(maker, action, nonce=nonce + 20 + i) for i, action in enumerate(back)), elapsed=MINUTE)


def residue_of_rounding(trial: Trial) -> None:
    """Settle funding of odd sizes at odd times, then let an account default with all of it outstanding."""
    chain = trial.start(scenario_genesis(first_index=49_999, insurance=0))
    names = ("a", "b", "c", "d")
    accounts = [chain.open(name, "main", 2_000 * USD) for name in names]
    for buyer, seller, lots in ((0, 1, 7), (2, 1, 11), (0, 3, 13), (2, 3, 301)):
        trade(chain, accounts[buyer], accounts[seller], "BTC-PERP", lots, 49_999)
    chain.block(time=TURN)
    outside = []
    for step in range(24):
        account = accounts[step * 7 % 4]
        chain.block(chain.attest(Deposit(identifier(str(step)), account, 1)), elapsed=1_234_567 + 1_009 * step)
        low, high = _clearing_bounds(chain)
        if not low <= FUNDING_SCALE * chain.state.ledger.markets["BTC-PERP"].clearing <= high:
            outside.append((step, low, high))
    trial.expect(
        "the clearing balance holds what is unsettled and less than an atom a settlement", not outside, outside
    )
    walk_index(chain, 43_000)
    applied = chain.block(chain.sign(accounts[0], Liquidate(accounts[2], "BTC-PERP", 1)))
    trial.expect("an account defaults", bool(events_of(applied, "defaulted")))
    swept = paid([applied], "clearing/", "residue", "sweep")
    trial.expect("what rounding left goes to the residue", swept > 0, swept)
    pool, market = chain.state.ledger.pools["main"], chain.state.ledger.markets["BTC-PERP"]
    low, high = _clearing_bounds(chain)
    inside = low <= FUNDING_SCALE * market.clearing <= high
    trial.expect("and the clearing balance holds what is still unsettled", inside, f"{low}, {market.clearing}, {high}")
    claims = sum(account.cash for _, account in everyone(chain)) + pool.insurance + pool.fees + pool.escrow
    total = claims + pool.residue + market.clearing
    trial.expect("and the vault holds what all have, to the atom", pool.vault == total, f"{pool.vault}, {total}")
    chain.block(elapsed=8 * HOUR)
    trial.expect("the chain goes on", chain.history[-1].receipt.rejection is None)


def _clearing_bounds(chain: Chain) -> tuple[int, int]:
    """PERP-2's bounds of 10⁶ · clearing."""
    settled = [
        position.lots * position.funding_index
        for _, account in everyone(chain)
        for position in account.positions
        if position.instrument == "BTC-PERP"
    ]
    slack = (FUNDING_SCALE - 1) * chain.state.ledger.markets["BTC-PERP"].settlements
    return sum(settled), sum(settled) + slack


def more_paid_out_than_collected(trial: Trial) -> None:
    """Let every receiver settle before any payer, block after block."""
    chain = trial.start(scenario_genesis())
    long, short, _ = _with_premium(chain)
    other = chain.open("other", "main", 1_000 * USD)
    trade(chain, long, other, "BTC-PERP", 1, FIRST_INDEX + 120)
    chain.block(time=TURN)
    chain.block(elapsed=HOUR)
    before = len(chain.history)
    cash = {account: cash_of(chain, account) for account in (long, short)}
    for hour in range(6):
        for account in (short, other, long):
            chain.run(chain.attest(Deposit(identifier(f"{hour} {account}"), account, 1)))
        chain.block(elapsed=HOUR - 3_000)
    for account in (short, other, long):
        chain.block(chain.attest(Deposit(identifier(account), account, 1)), elapsed=1)
    blocks = chain.history[before:]
    collected, given = (
        paid(blocks, "account/", "clearing/", "funding"),
        paid(blocks, "clearing/", "account/", "funding"),
    )
    trial.expect("something was collected", collected > 0, collected)
    trial.expect("at a premium longs pay", cash_of(chain, long) < cash[long])
    trial.expect("and shorts are paid", cash_of(chain, short) > cash[short])
    left = (
        chain.state.ledger.markets["BTC-PERP"].clearing
        - chain.history[before].before.ledger.markets["BTC-PERP"].clearing
    )
    trial.expect("what was paid out and what is left is what was collected", collected - given == left, left)
    low, high = _clearing_bounds(chain)
    clearing = FUNDING_SCALE * chain.state.ledger.markets["BTC-PERP"].clearing
    trial.expect(
        "claims on the clearing balance never exceed it", low <= clearing <= high, f"{low}, {clearing}, {high}"
    )


SCENARIOS = (
    Scenario(
        number=25,
        title="Funding applied at a peak",
        happened="Derive DRV-10, Bullet BULL-27: the rate of the moment for all time before; an hour's edge twice [S].",
        answer="Funding accrues continuously at a rate fixed before, so dividing the time differently changes nothing.",
        rules=("PERP-1", "PERP-2", "PERP-3"),
        script=funding_at_peaks,
    ),
    Scenario(
        number=27,
        title="A residue that stopped the chain",
        happened="vegaprotocol/vega#9619: rounding of funding left 7, a node asserted 0, and consensus failed [S].",
        answer="What rounding leaves is in a named balance, and nothing asserts that it is zero.",
        rules=("NUM-3", "NUM-4", "PERP-2", "LEDGER-1"),
        script=residue_of_rounding,
    ),
    Scenario(
        number=32,
        title="Funding that pays out more than it collects",
        happened="GMX v2, Sherlock 2023-02 #67 and #109: rounding per size paid more than had been collected [issue].",
        answer="Payers pay the ceiling and receivers get the floor, by one rule, whoever settles first.",
        rules=("PERP-2", "PERP-3", "NUM-3"),
        script=more_paid_out_than_collected,
    ),
)
"""The scenarios of this theme."""
