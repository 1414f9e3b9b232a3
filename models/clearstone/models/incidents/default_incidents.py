"""Incidents of defaults: losses put onto the pool, deleveraging that took too much, and the wrong order of steps."""

from __future__ import annotations

from dataclasses import replace

from clearstone.models.chain import Chain
from clearstone.models.incidents.ledger_figures import (
    account_of,
    equity_of,
    events_of,
    everyone,
    lots_of,
    paid,
    postings_of,
)
from clearstone.models.incidents.scenario import Scenario, Trial, act
from clearstone.models.scenario_genesis import (
    FIRST_INDEX,
    PERPETUAL,
    USD,
    scenario_genesis,
    trade,
    walk_index,
)
from clearstone.spec.transactions import Liquidate


def loss_put_onto_the_pool(trial: Trial) -> None:
    """Go short in one account, long in another, pump the index, and leave the short to the pool."""
    capped = replace(PERPETUAL, insurance_cap=300 * USD)
    chain = trial.start(scenario_genesis(perpetual=capped))
    short, long = chain.open("short", "main", 1_000 * USD), chain.open("accomplice", "main", 1_000 * USD)
    bystander = chain.open("bystander", "main", 5_000 * USD)
    keeper = chain.open("keeper", "main", 10 * USD)
    trade(chain, long, short, "BTC-PERP", 300, FIRST_INDEX)
    walk_index(chain, 62_000)
    trial.expect("the short is deep in deficit", equity_of(chain, short) < -1_000 * USD, equity_of(chain, short))
    act(chain, keeper, Liquidate(short, "BTC-PERP", 1))
    drawn = paid(chain.history, "insurance", "account/", "insurance")
    trial.expect("the fund pays the market's budget and no more", drawn == 300 * USD, drawn)
    trial.expect("the pool inherits no position", lots_of(chain, short, "BTC-PERP") == 0)
    gained = equity_of(chain, short, long) - 2_000 * USD
    trial.expect("the coalition gains no more than that budget", gained <= 300 * USD, gained)
    trial.expect("who has no position pays nothing", equity_of(chain, bystander) == 5_000 * USD)
    index = chain.state.feeds["BTC"].index
    moved = events_of(chain.history[-1], "deleveraged")
    trial.expect("the position is closed at the oracle's price", bool(moved) and index == 62_000, index)


def self_loss_for_profit(trial: Trial) -> None:
    """Lose in one account what another one wins, with an empty fund: alone, and beside others who trade."""
    for beside_others in (False, True):
        chain = trial.start(scenario_genesis(insurance=0))
        loser, winner = chain.open("loser", "main", 500 * USD), chain.open("winner", "main", 500 * USD)
        bystander = chain.open("bystander", "main", 2_000 * USD)
        up, down = (chain.open(name, "main", 2_000 * USD) for name in ("victim with shorts", "victim with longs"))
        if beside_others:
            trade(chain, down, up, "BTC-PERP", 100, FIRST_INDEX)
        trade(chain, loser, winner, "BTC-PERP", 180, FIRST_INDEX)
        walk_index(chain, 42_000)
        before = equity_of(chain, down)
        applied = chain.block(chain.sign(bystander, Liquidate(loser, "BTC-PERP", 1)))
        deficit = sum(int(dict(event.details)["deficit"]) for event in events_of(applied, "defaulted"))
        gained = equity_of(chain, loser, winner) - 1_000 * USD
        others = "beside others" if beside_others else "alone"
        trial.expect(f"{others}, the loser owes more than it has", deficit > 0, deficit)
        most = deficit if beside_others else 0
        trial.expect(f"{others}, the coalition gains at most what it shares of its deficit", gained <= most, gained)
        trial.expect(f"{others}, who has no position pays nothing", equity_of(chain, bystander) == 2_000 * USD)
        trial.expect(f"{others}, who lost already pays nothing", equity_of(chain, down) == before)
        kept = equity_of(chain, up)
        trial.expect(f"{others}, who won pays of the profit alone", kept >= 1_999 * USD, kept)


def _crowd(trial: Trial, insurance: int = 100 * USD) -> tuple[Chain, list[str], list[str], str]:
    """Two longs in deficit and one that is not, three shorts of odd sizes, a bystander; the fund cannot pay it all."""
    chain = trial.start(scenario_genesis(insurance=insurance))
    longs = [chain.open(f"long {number}", "main", 400 * USD) for number in range(2)]
    shorts = [chain.open(f"short {number}", "main", 2_000 * USD) for number in range(3)]
    bystander = chain.open("bystander", "main", 1_000 * USD)
    for long, sizes in zip(longs, ((41, 37, 23), (29, 31, 47)), strict=True):
        for short, lots in zip(shorts, sizes, strict=True):
            trade(chain, long, short, "BTC-PERP", lots, FIRST_INDEX)
    anchor = chain.open("anchor", "main", 2_000 * USD)
    trade(chain, anchor, shorts[0], "BTC-PERP", 97, FIRST_INDEX)
    walk_index(chain, 42_345)
    return chain, longs, shorts, bystander


def deleveraging_of_a_stale_copy(trial: Trial) -> None:
    """Let two accounts default in one block against the same counterparties."""
    chain, longs, shorts, bystander = _crowd(trial)
    before = {account: lots_of(chain, account, "BTC-PERP") for account in (*longs, *shorts)}
    flags = [chain.sign(bystander, Liquidate(long, "BTC-PERP", 1), nonce=1 + i) for i, long in enumerate(longs)]
    applied = chain.block(*flags)
    trial.expect("both default in one block", len(events_of(applied, "defaulted")) == 2)
    for long in longs:
        taken = [dict(event.details) for event in events_of(applied, "deleveraged")]
        size = sum(int(figures["lots"]) for figures in taken if figures["from"] == long)
        trial.expect(
            "counterparties take exactly the defaulter's size", size == before[long], f"{size}, {before[long]}"
        )
        held = account_of(chain, long)
        trial.expect("the defaulter is left with nothing", (held.positions, held.cash) == ((), 0), held.cash)
    for short in shorts:
        after = lots_of(chain, short, "BTC-PERP")
        trial.expect(
            "no counterparty's position grows or flips", before[short] <= after <= 0, f"{before[short]}, {after}"
        )
    total = sum(lots_of(chain, account, "BTC-PERP") for account, _ in everyone(chain))
    trial.expect("lots still sum to zero", total == 0, total)
    mark = chain.state.quotes["BTC-PERP"].mark
    moved = sum(posting.amount for posting in postings_of([applied]) if posting.reason == "deleveraging")
    lots = sum(before[long] for long in longs)
    trial.expect("every lot is closed at the mark of the block", moved == lots * mark, f"{moved} for {lots} lots")


def deleveraging_overshoot(trial: Trial) -> None:
    """Add up what everybody paid for two deficits, stage by stage."""
    chain, longs, shorts, bystander = _crowd(trial)
    before = {account: equity_of(chain, account) for account in (*shorts, bystander)}
    flags = [chain.sign(bystander, Liquidate(long, "BTC-PERP", 1), nonce=1 + i) for i, long in enumerate(longs)]
    applied = chain.block(*flags)
    deficit = sum(int(dict(event.details)["deficit"]) for event in events_of(applied, "defaulted"))
    trial.expect("there is a deficit", deficit > 0, deficit)
    absorbed = [dict(event.details) for event in events_of(applied, "absorbed")]
    total = sum(int(figures["amount"]) for figures in absorbed)
    trial.expect("what is taken is the deficit, to the atom", total == deficit, f"{total}, {deficit}")
    stages = list(dict.fromkeys(str(figures["stage"]) for figures in absorbed))
    trial.expect("the fund pays first, then profit, and nothing else", stages == ["insurance", "closed-profit"], stages)
    fund = sum(int(figures["amount"]) for figures in absorbed if figures["stage"] == "insurance")
    had = applied.before.ledger.pools["main"].insurance
    trial.expect("the fund paid all it had", fund == had, f"{fund} of {had}")
    lost = sum(before[short] - equity_of(chain, short) for short in shorts)
    trial.expect("winners lose what the fund did not pay, and no more", lost == deficit - fund, f"{lost}")
    trial.expect("who won nothing pays nothing", equity_of(chain, bystander) == before[bystander])


SCENARIOS = (
    Scenario(
        number=3,
        title="A losing giant left to the pool",
        happened="Hyperliquid JELLY, March 2025: a vault inherited a short against own longs; settled by vote [2].",
        answer="A pool inherits nothing: positions close at the oracle's mark, and the fund pays up to a market's cap.",
        rules=("WATER-1", "WATER-2", "MARK-1", "ORACLE-3"),
        script=loss_put_onto_the_pool,
    ),
    Scenario(
        number=18,
        title="Deleveraging from a stale copy",
        happened="Bullet BULL-17 and BULL-18: fills over the size, at a wrong price; the bankrupt kept value [S].",
        answer="Each default starts from what the one before left, and closes the exact size at the mark.",
        rules=("WATER-1", "WATER-3", "NUM-6"),
        script=deleveraging_of_a_stale_copy,
    ),
    Scenario(
        number=19,
        title="Deleveraging beyond the shortfall",
        happened="Hyperliquid, 10 October 2025: winners were cut by $45–51.7 M more than was missing [2].",
        answer="The deficit is apportioned exactly: what all pay is what is missing, to the atom.",
        rules=("WATER-2", "WATER-3", "NUM-6"),
        script=deleveraging_overshoot,
    ),
    Scenario(
        number=26,
        title="Losing to oneself at the expense of others",
        happened="Derive DRV-23, closed as expected: lose in one account, win in another, and socialise the loss [S].",
        answer="Profit pays before principal, and the winner's own profit is charged first.",
        rules=("WATER-1", "WATER-2", "MARGIN-7"),
        script=self_loss_for_profit,
    ),
)
"""The scenarios of this theme."""
