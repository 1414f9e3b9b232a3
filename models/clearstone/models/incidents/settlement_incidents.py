"""Incidents of expiry: paid out more than once, and a moment at which nobody knew what was allowed."""

from __future__ import annotations

from clearstone.models.chain import Chain
from clearstone.models.incidents.ledger_figures import cash_of, identifier, lots_of
from clearstone.models.incidents.scenario import Scenario, Trial, act
from clearstone.models.scenario_genesis import (
    FIRST_INDEX,
    MINUTE,
    MULTIPLIER,
    USD,
    scenario_genesis,
    sell,
    series,
    trade,
    walk_index,
)
from clearstone.spec.ledger_state import accounts_cash
from clearstone.spec.state import context_of
from clearstone.spec.transactions import Settle, Withdraw

CALL = series(call=True, strike=FIRST_INDEX)
"""A call at the money that expires an hour after genesis."""


def _to_expiry(chain: Chain, samples: int) -> None:
    """Walk to the expiry with so many samples of the index before it."""
    chain.block(time=CALL.expiry - 4_000 * samples)
    for _ in range(samples - 1):
        chain.block(elapsed=4_000)


def double_exercise(trial: Trial) -> None:
    """Settle the same position as often as possible, by whomever, in one block and in several."""
    chain = trial.start(scenario_genesis(options=(CALL,)))
    short, first, second = (chain.open(name, "main", 20_000 * USD) for name in ("short", "first", "second"))
    trade(chain, first, short, CALL.market, 10, 1_000)
    trade(chain, second, short, CALL.market, 7, 1_000)
    walk_index(chain, 52_000)
    _to_expiry(chain, 29)
    chain.block(time=CALL.expiry)
    trial.expect("the settlement price is set", chain.state.expiries[f"BTC/{CALL.expiry}"].price == 52_000)
    payoff = 2_000 * MULTIPLIER
    vault = chain.state.ledger.pools["main"].vault
    total = accounts_cash(chain.state.ledger, context_of(chain.state), "main")
    cash = cash_of(chain, first)
    by_others = [chain.sign(account, Settle(first, CALL.market)) for account in (first, second, short)]
    once, *again = chain.run(*by_others)
    trial.accepted("a position settles once", once)
    for receipt in again:
        trial.refused("and not a second time in the same block", "OPT-3", receipt)
    trial.refused("nor in a later one", "OPT-3", act(chain, first, Settle(first, CALL.market)))
    trial.expect("it was paid exactly its payoff", cash_of(chain, first) - cash == 10 * payoff)
    earned = chain.sign(first, Withdraw(identifier("payoff"), cash_of(chain, first)))
    trial.refused("a payoff is profit, and locked at first", "MARGIN-4", chain.run(earned)[0])
    _expect_clearing(trial, chain, "after the first one", (first, second, short), payoff)
    trial.accepted("a loser is settled by anyone", act(chain, first, Settle(short, CALL.market)))
    _expect_clearing(trial, chain, "after the loser", (first, second, short), payoff)
    trial.accepted("and the last one in any order", act(chain, short, Settle(second, CALL.market)))
    market = chain.state.ledger.markets[CALL.market]
    done = (market.clearing, market.open_interest)
    trial.expect("then the series has nothing left", done == (0, 0), done)
    after = accounts_cash(chain.state.ledger, context_of(chain.state), "main")
    trial.expect("no money came or went", (vault, total) == (chain.state.ledger.pools["main"].vault, after))


def _expect_clearing(trial: Trial, chain: Chain, when: str, accounts: tuple[str, ...], payoff: int) -> None:
    """Expect that the series owes those who are not settled, net, what its clearing balance holds."""
    clearing = chain.state.ledger.markets[CALL.market].clearing
    owed = sum(lots_of(chain, account, CALL.market) for account in accounts) * payoff
    trial.expect(f"{when} the clearing balance is what the others have coming", clearing == owed, f"{clearing}, {owed}")


def action_at_exact_expiry(trial: Trial) -> None:
    """Try to trade and to settle a millisecond before expiry, at it, and after it: with enough samples, and without."""
    for samples, phases in ((29, ("trade", "settle", "settle")), (3, ("trade", "pending", "pending"))):
        chain = trial.start(scenario_genesis(options=(CALL,)))
        short, *longs = (chain.open(name, "main", 20_000 * USD) for name in ("short", "first", "second", "third"))
        for long in longs:
            trade(chain, long, short, CALL.market, 10, 1_000)
        _to_expiry(chain, samples)
        for offset, long, expected in zip((-1, 0, 1), longs, phases, strict=True):
            selling = chain.sign(short, sell(CALL.market, 1, 1_500))
            settling = chain.sign(long, Settle(long, CALL.market))
            receipts = chain.block(selling, settling, time=CALL.expiry + offset).receipt.transactions
            possible = [receipt.rejection is None for receipt in receipts]
            statement = f"with {samples} samples, at expiry{offset:+} ms a series is in its phase {expected}"
            trial.expect(statement, possible == [expected == "trade", expected == "settle"], possible)
        if phases[-1] == "pending":
            _pending_until_the_end(trial, chain, longs[0])


def _pending_until_the_end(trial: Trial, chain: Chain, long: str) -> None:
    """While a series is pending nobody leaves its pool; at the stated end the last index stands."""
    other = chain.open("other", "main", USD)
    leaving = act(chain, other, Withdraw(identifier("leaving"), USD))
    trial.refused("while a series is pending nobody in its pool withdraws", "OPT-4", leaving)
    walk_index(chain, 51_000)
    silence: dict[bytes, dict[str, int]] = {validator.key: {} for validator in chain.state.validators}
    chain.block(time=CALL.expiry + 10 * MINUTE, reports=silence)
    price = chain.state.expiries[f"BTC/{CALL.expiry}"].price
    trial.expect("at the end of the extension the last index stands", price == 51_000, price)
    trial.accepted("and positions settle", act(chain, long, Settle(long, CALL.market)))
    trial.accepted("and others leave", act(chain, other, Withdraw(identifier("left"), USD)))


SCENARIOS = (
    Scenario(
        number=5,
        title="The same exercise paid twice",
        happened="Opyn ETH puts, August 2020, $371 k: one payment was checked for each vault in a loop [P].",
        answer="A position is consumed with its payment; the series' clearing balance is what the others have coming.",
        rules=("OPT-1", "OPT-3", "OPT-4"),
        script=double_exercise,
    ),
    Scenario(
        number=35,
        title="An action at exact expiry",
        happened="Opyn Gamma#291, finding M03: what holds at t = expiry was not defined [issue].",
        answer="Three phases divide time: trade before expiry, pending from it, settle once the price is set.",
        rules=("OPT-2", "OPT-3", "OPT-4"),
        script=action_at_exact_expiry,
    ),
)
"""The scenarios of this theme."""
