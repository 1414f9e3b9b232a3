"""Incidents of profit that was not there yet: pumped, borrowed against, netted, or paid out before a loser had paid."""

from __future__ import annotations

from dataclasses import replace

from clearstone.models.chain import Chain
from clearstone.models.incidents.ledger_figures import account_of, equity_of, fills, identifier, paid, spare
from clearstone.models.incidents.scenario import Scenario, Trial, act
from clearstone.models.scenario_genesis import (
    FIRST_INDEX,
    HOUR,
    MULTIPLIER,
    PERPETUAL,
    USD,
    buy,
    scenario_genesis,
    sell,
    series,
    trade,
    walk_index,
)
from clearstone.spec.genesis import Genesis, GenesisFeed
from clearstone.spec.instruments import Perpetual
from clearstone.spec.transactions import Transfer, Withdraw


def pump_and_borrow(trial: Trial) -> None:
    """Trade with oneself, pump the index, and try every way to take the unrealised profit out."""
    chain = trial.start(scenario_genesis())
    long, alias = (chain.open("attacker", "main", 1_000 * USD, number) for number in range(2))
    mule, maker = chain.open("accomplice", "main", 1_000 * USD), chain.open("maker", "main", 100_000 * USD)
    act(chain, alias, sell("BTC-PERP", 100, FIRST_INDEX))
    crossing = act(chain, long, buy("BTC-PERP", 100, FIRST_INDEX, "ioc"))
    trial.expect("two accounts of one owner never trade with each other", not fills(crossing))
    trade(chain, long, maker, "BTC-PERP", 300, FIRST_INDEX)
    chain.block(prices={"BTC": 5 * FIRST_INDEX})
    index = chain.state.feeds["BTC"].index
    trial.expect("a fivefold pump moves the index by 5 % in a block", index == FIRST_INDEX * 105 // 100, index)
    chain.block()
    chain.block()
    profit = equity_of(chain, long) - 1_000 * USD
    trial.expect("the pump made unrealised profit", profit > 2_000 * USD, profit)
    for name, action in (
        ("withdrawn", Withdraw(identifier("profit"), profit)),
        ("withdrawn to the last cent of the deposit", Withdraw(identifier("deposit"), 1_000 * USD)),
        ("transferred", Transfer(alias, profit)),
    ):
        trial.refused(f"unrealised profit cannot be {name}", "MARGIN-4", act(chain, long, action))
    trade(chain, mule, long, "BTC-PERP", 200, chain.state.feeds["BTC"].index * 95 // 100)
    locked = act(chain, long, Withdraw(identifier("realised"), 1_500 * USD))
    trial.refused("nor withdrawn once an accomplice has bought the position", "MARGIN-4", locked)
    for account in (long, alias, mule):
        if spare(chain, account) > 0:
            act(chain, account, Withdraw(identifier(account), spare(chain, account)))
    taken = paid(chain.history, "account/", "escrow", "withdrawal")
    trial.expect("the coalition withdrew no more than it deposited", taken <= 3_000 * USD, taken)


def withdraw_from_a_winning_giant(trial: Trial) -> None:
    """Take margin out of a winning position until it would be liquidated."""
    chain = trial.start(scenario_genesis())
    giant, maker = chain.open("giant", "main", 30_000 * USD), chain.open("maker", "main", 400_000 * USD)
    trade(chain, giant, maker, "BTC-PERP", 9_000, FIRST_INDEX)
    walk_index(chain, 55_000)
    quote = chain.state.quotes["BTC-PERP"]
    most = 30_000 * USD - 9_000 * FIRST_INDEX * MULTIPLIER * 500 // 10**6 - 9_000 * quote.initial
    trial.expect("the margin of the position stays, its profit does not count", spare(chain, giant) == most, most)
    trial.refused(
        "an atom more cannot be withdrawn", "MARGIN-4", act(chain, giant, Withdraw(identifier("more"), most + 1))
    )
    trial.accepted("exactly that can", act(chain, giant, Withdraw(identifier("most"), most)))
    left, required = equity_of(chain, giant), 9_000 * quote.initial
    trial.expect("initial margin is left", left >= required, f"{left} of {required}")
    trial.refused("and nothing more leaves", "MARGIN-4", act(chain, giant, Transfer(maker, 1)))
    walk_index(chain, 51_000)
    trial.expect("a fall of 7 % leaves the position without a deficit", equity_of(chain, giant) > 0)


def netted_losses(trial: Trial) -> None:
    """Add a winner to a loser, and good orders to bad ones: neither may free margin."""
    chain = trial.start(_with_second_market(scenario_genesis(options=(series(call=True, strike=90_000),))))
    maker, alone, netted = (chain.open(name, "main", 50_000 * USD) for name in ("maker", "alone", "netted"))
    for account in (alone, netted):
        trade(chain, account, maker, "BTC-PERP", 200, FIRST_INDEX)
    trade(chain, netted, maker, "ETH-PERP", 500, 2_000)
    walk_index(chain, 2_200, "ETH")
    walk_index(chain, 48_000)
    gained = equity_of(chain, netted) - equity_of(chain, alone)
    trial.expect("the second position wins", gained > 0, gained)
    least = equity_of(chain, alone) - 200 * chain.state.quotes["BTC-PERP"].initial
    trial.expect("a loss counts in full", spare(chain, alone) == least, f"{spare(chain, alone)}, {least}")
    trial.expect(
        "a winning position frees nothing for withdrawal",
        spare(chain, netted) < spare(chain, alone),
        f"{spare(chain, netted)} with it, {spare(chain, alone)} without",
    )
    bad, mixed = chain.open("bad", "main", 1_000 * USD), chain.open("mixed", "main", 1_000 * USD)
    act(chain, mixed, buy("BTC-PERP", 100, 47_000, "post-only"))
    for account in (bad, mixed):
        act(chain, account, buy("BTC-PERP", 100, 49_000, "post-only"))
    lower = spare(chain, bad) - spare(chain, mixed)
    needed = 100 * chain.state.quotes["BTC-PERP"].initial
    trial.expect("a bid below the mark does not offset one above it", lower == needed, f"{lower}, margin {needed}")
    buyer = chain.open("buyer", "main", 1_000 * USD)
    trade(chain, buyer, maker, "BTC-90000-C", 900, 1_000)
    again = act(chain, buyer, Withdraw(identifier("premium"), 900 * USD))
    trial.refused("what was paid for options is not there a second time", "MARGIN-4", again)


def _with_second_market(genesis: Genesis) -> Genesis:
    """The genesis with `ETH-PERP` in the same pool."""
    second = Perpetual("ETH-PERP", "main", "ETH", MULTIPLIER, PERPETUAL)
    feeds = (*genesis.feeds, GenesisFeed("ETH", 2_000, 50_000))
    return replace(genesis, feeds=feeds, instruments=(*genesis.instruments, second))


def unsettled_profit(trial: Trial) -> None:
    """Realise a profit that its loser cannot pay, wait until it unlocks, and withdraw all of it."""
    chain = trial.start(scenario_genesis(insurance=0))
    winner, loser, heir = _winner_loser_heir(chain)
    earned = account_of(chain, winner).cash
    trial.refused(
        "realised profit is locked at first", "MARGIN-4", act(chain, winner, Withdraw(identifier("early"), earned))
    )
    chain.block(elapsed=HOUR - 10_000)
    chain.block(elapsed=HOUR)
    chain.block()
    everything = act(chain, winner, Withdraw(identifier("all"), earned))
    trial.refused("unlocked, it is paid only as far as losers have paid in", "LEDGER-5", everything)
    others = sum(account_of(chain, account).cash for account in (loser, heir))
    trial.expect("since the others' cash is short", others < 0, others)
    trial.accepted("what is there can be withdrawn", act(chain, winner, Withdraw(identifier("there"), earned + others)))
    one_more = act(chain, winner, Withdraw(identifier("one more"), 1))
    trial.refused("and not an atom more", "LEDGER-5", one_more)


def _winner_loser_heir(chain: Chain) -> tuple[str, str, str]:
    """A long who realised more profit than the deposits of the short and of the account that took his lots over."""
    winner, loser, heir = (
        chain.open(name, "main", cash * USD) for name, cash in (("winner", 1_000), ("loser", 300), ("heir", 320))
    )
    trade(chain, winner, loser, "BTC-PERP", 100, FIRST_INDEX)
    walk_index(chain, 57_000)
    trade(chain, heir, winner, "BTC-PERP", 100, 57_000)
    return winner, loser, heir


SCENARIOS = (
    Scenario(
        number=1,
        title="A pumped index, and unrealised profit borrowed out",
        happened="Mango, 2022, $116 M: self-matched perpetuals, spot pumped 5–24×, the paper profit borrowed out [2].",
        answer="No trade with oneself, an index of bounded steps, and no unrealised or locked profit leaves.",
        rules=("BOOK-4", "ORACLE-4", "MARGIN-4", "MARGIN-4a"),
        script=pump_and_borrow,
    ),
    Scenario(
        number=4,
        title="Margin taken out of a winning giant",
        happened="Hyperliquid ETH, March 2025, $4 M: profit was withdrawn until the position was the pool's [2].",
        answer="What leaves is judged after it left, against initial margin, with no unrealised profit counted.",
        rules=("MARGIN-4", "MARGIN-5", "LEDGER-5"),
        script=withdraw_from_a_winning_giant,
    ),
    Scenario(
        number=16,
        title="A conservative loss that was netted first",
        happened="Bullet BULL-02: losses were summed with gains before they were clipped [S].",
        answer="Profit is excluded position by position, adverse prices are counted order by order.",
        rules=("MARGIN-4", "BOOK-5"),
        script=netted_losses,
    ),
    Scenario(
        number=17,
        title="A winner paid before the loser has paid in",
        happened="Bullet BULL-01: profit that was owed but not there was paid from the deposits of others [S].",
        answer="Realised profit is locked, and a withdrawal keeps the pool's cash and negative clearing at 0 or more.",
        rules=("LEDGER-5", "MARGIN-4a"),
        script=unsettled_profit,
    ),
)
"""The scenarios of this theme."""
