"""Incidents of those who may change the rules: switches, junk collateral, approvals that never expired."""

from __future__ import annotations

from dataclasses import replace

from clearstone.models.chain import Chain
from clearstone.models.incidents.enumeration import expect_only_known_kinds
from clearstone.models.incidents.ledger_figures import account_of, equity_of, events_of
from clearstone.models.incidents.scenario import Scenario, Trial, act
from clearstone.models.scenario_genesis import (
    FIRST_INDEX,
    MINUTE,
    PERPETUAL,
    POOL,
    USD,
    buy,
    scenario_genesis,
    trade,
    walk_index,
)
from clearstone.spec.instruments import Perpetual
from clearstone.spec.margin import liquidatable
from clearstone.spec.parameters import PerpetualParameters
from clearstone.spec.transactions import ChangeParameter, Liquidate, Transaction, Transfer

MARKET = "market/BTC-PERP"
"""Scope of the perpetual's parameters."""


def _parameters(chain: Chain) -> PerpetualParameters:
    """The perpetual's parameters in force."""
    instrument = chain.state.instruments["BTC-PERP"]
    return instrument.parameters if isinstance(instrument, Perpetual) else PERPETUAL


def value_lost_on_the_second_call(trial: Trial) -> None:
    """Freeze twice and thaw; change a parameter, change it again, and change it back."""
    chain = trial.start(scenario_genesis())
    silence: dict[bytes, dict[str, int]] = {validator.key: {} for validator in chain.state.validators}
    before = _parameters(chain), chain.state.ledger.pools["main"].parameters, chain.state.parameters
    for _ in range(2):
        chain.block(elapsed=11 * MINUTE, reports=silence)
    chain.block()
    chain.block()
    after = _parameters(chain), chain.state.ledger.pools["main"].parameters, chain.state.parameters
    trial.expect("freezing twice and thawing leaves every parameter", before == after)
    trial.expect("and the market trades again", chain.state.quotes["BTC-PERP"].fresh)
    for number, value in enumerate((5_400, 5_400, 5_000), start=1):
        change = chain.attest(ChangeParameter(number, "pool/main", "penalty", value))
        trial.accepted(f"change {number} is accepted", chain.run(change)[0])
        chain.block(elapsed=11 * MINUTE)
        penalty = chain.state.ledger.pools["main"].parameters.penalty
        trial.expect(f"after change {number} the value is what it named", penalty == value, penalty)
    trial.expect("changed and changed back, all is as it was", chain.state.ledger.pools["main"].parameters == POOL)
    expect_only_known_kinds(trial, "switch an emergency on or off, or restore a saved value")


def junk_listed_and_guards_removed(trial: Trial) -> None:
    """Change parameters without power, at once, too far, twice, out of range, and against open positions."""
    chain = trial.start(scenario_genesis(pool=replace(POOL, discount_start=49_000)))
    account, maker = chain.open("account", "main", 1_000 * USD), chain.open("maker", "main", 50_000 * USD)
    trade(chain, account, maker, "BTC-PERP", 300, FIRST_INDEX)
    change = ChangeParameter(1, MARKET, "maintenance_fraction", 33_000)
    attested = chain.attest(change)
    for count in (0, 1, 2):
        weak = Transaction(attested.body, attested.signatures[:count])
        trial.refused(f"{count} of 4 validators change nothing", "LEDGER-5", chain.run(weak)[0])
    twice = Transaction(attested.body, (attested.signatures[0],) * 3)
    trial.refused("nor does one who signs three times", "LEDGER-6", chain.run(twice)[0])
    trial.refused("an owner changes nothing", "LEDGER-6", act(chain, account, change))
    for name, value, why in (
        ("maintenance_fraction", 1, "a jump to nothing"),
        ("maintenance_fraction", 50_000, "a fraction as large as the initial one"),
        ("collar", 1_000_000, "the end of the band"),
        ("funding_limit", -1, "a value out of its range"),
        ("oracle", 1, "a guard that is no parameter"),
    ):
        refused = chain.run(chain.attest(ChangeParameter(1, MARKET, name, value)))[0]
        trial.refused(f"{why} is refused", "LEDGER-8", refused)
    crossed = chain.run(chain.attest(ChangeParameter(1, "pool/main", "discount_start", 53_000)))[0]
    trial.refused("a value that contradicts another one is refused", "LIQ-2", crossed)
    unlisted = chain.run(chain.attest(ChangeParameter(1, "market/JUNK-PERP", "initial_fraction", 1)))[0]
    trial.refused("a market that is not listed has no parameters", "LEDGER-8", unlisted)
    _bind(trial, chain, attested, account)
    expect_only_known_kinds(trial, "list a market, mint, or write a balance")


def _bind(trial: Trial, chain: Chain, attested: Transaction, account: str) -> None:
    """A change that is in order waits for its delay, binds after everything that judges accounts, and is used up."""
    walk_index(chain, 48_230)
    keeper = chain.open("keeper", "main", 10_000 * USD)
    trial.accepted("a small step that is attested is accepted", chain.run(attested)[0])
    accepted_at = chain.state.time
    trial.refused("its approval is used up", "LEDGER-8", chain.run(attested)[0])
    chain.block(time=accepted_at + 10 * MINUTE - 1)
    trial.expect("before the delay it does not bind", _parameters(chain).maintenance_fraction == 30_000)
    binding = chain.block(chain.sign(keeper, Liquidate(account, "BTC-PERP", 10)), elapsed=2)
    trial.expect("then it binds", bool(events_of(binding, "bound")), _parameters(chain).maintenance_fraction)
    early = binding.receipt.transactions[0]
    trial.refused("in that block a healthy account is not liquidated by it", "LIQ-1", early)
    trial.expect("nor judged by it", not liquidatable(account_of(chain, account), chain.state.quotes))
    second = [ChangeParameter(2 + i, MARKET, "maintenance_fraction", 36_000 + 3_000 * i) for i in range(2)]
    chain.run(chain.attest(second[0]))
    trial.refused("two steps that wait do not add up", "LEDGER-8", chain.run(chain.attest(second[1]))[0])


def collateral_of_another_kind(trial: Trial) -> None:
    """Name another pool's account or market: the only other thing that could be taken for collateral."""
    chain = trial.start(scenario_genesis(second_pool=True))
    main, other = chain.open("owner", "main", 1_000 * USD), chain.open("owner", "other", 1_000 * USD)
    moved = act(chain, main, Transfer(other, USD))
    trial.refused("cash does not cross from pool to pool, even to oneself", "LEDGER-4", moved)
    foreign = act(chain, main, buy("ETH-PERP", 1, 2_000))
    trial.refused("nor does an account trade in another pool", "BOOK-1", foreign)
    crossing = act(chain, main, Liquidate(other, "ETH-PERP", 1))
    trial.refused("nor take over from there", "LEDGER-4", crossing)
    units = {pool: chain.state.ledger.pools[pool].vault for pool in ("main", "other")}
    trial.expect("each vault holds what its own accounts have", len(set(units.values())) == 1, units)
    trial.expect("and equity is in the same unit as cash", equity_of(chain, main) == 1_000 * USD)
    expect_only_known_kinds(trial, "add, name or swap a collateral")


SCENARIOS = (
    Scenario(
        number=23,
        title="A saved value lost on the second call",
        happened="Derive DRV2-04: switching an emergency on twice overwrote the saved fee with 100 % [S].",
        answer="absent: no switch and no saved value; a change names the value that it sets.",
        rules=("LEDGER-8", "ORACLE-5"),
        script=value_lost_on_the_second_call,
    ),
    Scenario(
        number=30,
        title="Junk listed and guards removed at once",
        happened="Drift, 1 April 2026, $285 M: approvals signed before, no delay, guards off; Levyathan 2021 [2, P].",
        answer="Changes are attested, numbered, delayed and bounded; nothing is listed or minted after genesis.",
        rules=("LEDGER-5", "LEDGER-6", "LEDGER-7", "LEDGER-8"),
        script=junk_listed_and_guards_removed,
    ),
    Scenario(
        number=34,
        title="Collateral changed under a requirement",
        happened="Grappa full-collat-engine#8: after a swap of collateral the requirement had a wrong unit [issue].",
        answer="absent: there is one collateral, cash in atoms, and requirements are in atoms; pools do not mix.",
        rules=("LEDGER-4", "LEDGER-7", "BOOK-1"),
        script=collateral_of_another_kind,
    ),
)
"""The scenarios of this theme."""
