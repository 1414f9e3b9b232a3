"""Incidents of trading: size that the market could not absorb, fills at the oracle's price, sums out of step."""

from __future__ import annotations

from dataclasses import replace

from clearstone.models.chain import Chain
from clearstone.models.incidents.ledger_figures import (
    account_of,
    cash_of,
    equity_of,
    events_of,
    everyone,
    fills,
    identifier,
    paid,
)
from clearstone.models.incidents.scenario import Scenario, Trial, act
from clearstone.models.scenario_genesis import (
    FIRST_INDEX,
    MULTIPLIER,
    PERPETUAL,
    USD,
    buy,
    scenario_genesis,
    sell,
    trade,
    walk_index,
)
from clearstone.spec.accounts import lots_in
from clearstone.spec.book import rebuild
from clearstone.spec.transactions import Cancel, Deposit, Liquidate, Withdraw


def concentration_in_a_small_market(trial: Trial) -> None:
    """Let many wallets buy one small market, recycle their profit, and then let it fall."""
    small = replace(
        PERPETUAL,
        open_interest_low=1_000,
        open_interest_high=2_000,
        initial_fraction_limit=200_000,
        max_open_interest=2_000,
        profit_cap=100 * USD,
        insurance_cap=500 * USD,
    )
    chain = trial.start(scenario_genesis(perpetual=small))
    maker = chain.open("maker", "main", 100_000 * USD)
    wallets = [chain.open(f"wallet {number}", "main", 2_600 * USD) for number in range(3)]
    trade(chain, wallets[0], maker, "BTC-PERP", 1_000, FIRST_INDEX)
    chain.block()
    low, rich = chain.state.quotes["BTC-PERP"].initial, chain.open("rich", "main", 100_000 * USD)
    act(chain, maker, sell("BTC-PERP", 2_000, FIRST_INDEX))
    trial.accepted("a second wallet may still grow the market", act(chain, wallets[1], buy("BTC-PERP", 500)))
    chain.block()
    high = chain.state.quotes["BTC-PERP"].initial
    trial.expect("a larger open interest needs more margin a lot", high > low, f"{low}, then {high}")
    crowded = act(chain, wallets[2], buy("BTC-PERP", 500))
    trial.refused("a third wallet, as rich, is refused what the second one got", "MARGIN-6", crowded)
    trial.refused("nobody grows the market past its cap", "MARGIN-5", act(chain, rich, buy("BTC-PERP", 501)))
    _recycle_profit(trial, chain, maker, wallets[1])
    _crash(trial, chain, maker, wallets)


def _recycle_profit(trial: Trial, chain: Chain, maker: str, wallet: str) -> None:
    """Unrealised profit beyond the market's cap buys nothing more."""
    walk_index(chain, 56_000)
    act(chain, maker, sell("BTC-PERP", 400, 56_000))
    needed = chain.state.quotes["BTC-PERP"].initial
    shown = equity_of(chain, wallet)
    more = (shown - 500 * needed) // needed * 3 // 4
    trial.expect("the wallet shows enough equity for more", more > 0, more)
    recycled = act(chain, wallet, buy("BTC-PERP", more, None, "fok"))
    trial.refused("but profit above the cap does not count", "MARGIN-6", recycled)


def _crash(trial: Trial, chain: Chain, maker: str, wallets: list[str]) -> None:
    """A fall by a third: what the fund pays for one market in a window is capped."""
    walk_index(chain, 38_000)
    for wallet in wallets[:2]:
        act(chain, maker, Liquidate(wallet, "BTC-PERP", 10_000))
    defaulted = [event for applied in chain.history for event in events_of(applied, "defaulted")]
    drawn = paid(chain.history, "insurance", "account/", "insurance")
    trial.expect("both wallets defaulted", len(defaulted) == 2)
    trial.expect("the insurance fund paid the market's cap and no more", drawn == 500 * USD, drawn)
    trial.expect("nobody is left below zero", all(equity_of(chain, account) >= 0 for account, _ in everyone(chain)))


def fills_at_the_oracle(trial: Trial) -> None:
    """Buy a large size at once, and sell it again at the same index."""
    chain = trial.start(scenario_genesis())
    whale, maker = chain.open("whale", "main", 200_000 * USD), chain.open("maker", "main", 200_000 * USD)
    for step in range(1, 6):
        act(chain, maker, sell("BTC-PERP", 100, FIRST_INDEX + 20 * step))
        act(chain, maker, buy("BTC-PERP", 100, FIRST_INDEX - 20 * step))
    average: list[int] = []
    for lots in (50, 100, 300):
        before = cash_of(chain, whale)
        opened = act(chain, whale, buy("BTC-PERP", lots))
        prices = [int(fill["price"]) for fill in fills(opened)]
        trial.expect(f"{lots} lots are bought from the best price upwards", prices == sorted(prices), prices)
        cost = sum(int(fill["price"]) * int(fill["lots"]) for fill in fills(opened))
        trial.expect(f"and no lot of {lots} below the best ask", min(prices) > FIRST_INDEX, prices)
        fees = sum(int(fill["taker-fee"]) for fill in fills(opened))
        spent = before - cash_of(chain, whale)
        trial.expect(f"{lots} lots cost their makers' prices and the fee", spent == cost * MULTIPLIER + fees, spent)
        average.append(cost // lots)
        act(chain, whale, sell("BTC-PERP", lots))
        trial.expect(f"opening and closing {lots} lots at one index loses", cash_of(chain, whale) < before)
    trial.expect("the average price does not fall with size", average == sorted(average), average)
    far = act(chain, maker, sell("BTC-PERP", 1, FIRST_INDEX * 2))
    trial.refused("an order far from the index is refused", "BOOK-3", far)


def sums_and_their_parts(trial: Trial) -> None:
    """Trade, cancel, liquidate and default; compare every sum that the state keeps with its parts after each block."""
    chain = trial.start(scenario_genesis())
    names = (("maker", 50_000), ("long", 1_000), ("later", 1_000), ("short", 1_000))
    maker, long, later, short = (chain.open(name, "main", cash * USD) for name, cash in names)
    trade(chain, long, maker, "BTC-PERP", 200, FIRST_INDEX)
    trade(chain, later, short, "BTC-PERP", 150, FIRST_INDEX)
    act(chain, maker, buy("BTC-PERP", 70, FIRST_INDEX - 100))
    act(chain, maker, buy("BTC-PERP", 30, FIRST_INDEX - 200))
    act(chain, short, buy("BTC-PERP", 10, FIRST_INDEX - 100))
    act(chain, later, sell("BTC-PERP", 75, None))
    act(chain, maker, Cancel(account_of(chain, maker).nonce))
    walk_index(chain, 46_000)
    act(chain, maker, Liquidate(long, "BTC-PERP", 10))
    walk_index(chain, 44_000)
    act(chain, maker, Liquidate(long, "BTC-PERP", 1_000))
    trial.expect("an account defaulted", any(events_of(applied, "defaulted") for applied in chain.history))
    wrong_interest, wrong_books, wrong_flags = [], [], []
    for applied in chain.history:
        state, height = applied.after, applied.after.height
        accounts = tuple(state.ledger.accounts.items())
        lots = [lots_in(account, "BTC-PERP") for _, account in accounts]
        if state.ledger.markets["BTC-PERP"].open_interest != sum(max(0, held) for held in lots) or sum(lots) != 0:
            wrong_interest.append(height)
        if state.ledger.books["BTC-PERP"] != rebuild(accounts, "BTC-PERP"):
            wrong_books.append(height)
        flagged = tuple(account_id for account_id, account in accounts if account.flagged_at is not None)
        if state.ledger.pools["main"].flagged != flagged:
            wrong_flags.append(height)
    trial.expect("open interest is Σ of the long lots and of the short, always", not wrong_interest, wrong_interest)
    trial.expect("the book is made of the accounts' open orders, always", not wrong_books, wrong_books)
    trial.expect("the pool's flags are the accounts' flags, always", not wrong_flags, wrong_flags)


def sum_of_the_insolvent(trial: Trial) -> None:
    """Heal a flagged account in parts; nothing that was added up about it may outlast it."""
    chain = trial.start(scenario_genesis())
    maker, target = chain.open("maker", "main", 100_000 * USD), chain.open("target", "main", 1_000 * USD)
    trade(chain, target, maker, "BTC-PERP", 200, FIRST_INDEX)
    walk_index(chain, 46_100)
    act(chain, maker, Liquidate(target, "BTC-PERP", 5))
    pool = chain.state.ledger.pools["main"]
    trial.expect("a flagged account is on the pool's list", pool.flagged == (target,), pool.flagged)
    trial.accepted("others still withdraw", act(chain, maker, Withdraw(identifier("meanwhile"), USD)))
    for _ in range(3):
        chain.run(chain.attest(Deposit(identifier(str(chain.state.height)), target, 100 * USD)))
    pool, held = chain.state.ledger.pools["main"], account_of(chain, target)
    trial.expect("healthy again, it is off the list", pool.flagged == () and held.flagged_at is None, pool.flagged)
    trial.accepted("and may trade", act(chain, target, buy("BTC-PERP", 1, 45_000, "post-only")))
    trial.expect("it never defaulted", not any(events_of(applied, "defaulted") for applied in chain.history))


SCENARIOS = (
    Scenario(
        number=2,
        title="Concentration in a small market",
        happened="dYdX v3 YFI, November 2023, $9 M: 100 wallets, profit recycled, then a fall of 30 % in an hour [2].",
        answer="Margin grows with open interest, profit counts up to a cap, and so does the fund's payment per market.",
        rules=("MARGIN-4", "MARGIN-5", "WATER-2"),
        script=concentration_in_a_small_market,
    ),
    Scenario(
        number=11,
        title="Any size at the oracle's price",
        happened="GMX v1 AVAX, September 2022, $0.5 M: large sizes filled at the mark, which was then moved [2].",
        answer="A fill is at a maker's price, so it worsens with size; opening and closing at one index loses.",
        rules=("BOOK-2", "BOOK-3", "BOOK-7"),
        script=fills_at_the_oracle,
    ),
    Scenario(
        number=12,
        title="An aggregate out of step with its parts",
        happened="GMX v1, July 2025, $42 M: a re-entrant call skipped the tracker of shorts, inflating assets [2].",
        answer="Transactions do not nest; open interest, books and flags equal their parts after every block.",
        rules=("LEDGER-2", "LEDGER-7", "BOOK-2", "LIQ-1", "WATER-1"),
        script=sums_and_their_parts,
    ),
    Scenario(
        number=24,
        title="A sum that did not shrink with its parts",
        happened="Derive DRV2-05: a cached sum of insolvent margins was not lowered: withdrawals stood still [S].",
        answer="No such sum is kept: flags are per account, and the pool's list of them holds exactly those.",
        rules=("LIQ-1", "LEDGER-5"),
        script=sum_of_the_insolvent,
    ),
)
"""The scenarios of this theme."""
