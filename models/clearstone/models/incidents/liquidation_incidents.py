"""Incidents of liquidations: bids of nothing, penalties that ruined, bidders that could not pay or were kept away."""

from __future__ import annotations

from dataclasses import replace

from clearstone.models.chain import Chain
from clearstone.models.incidents.ledger_figures import (
    account_of,
    cash_of,
    equity_of,
    identifier,
    lots_of,
    paid,
)
from clearstone.models.incidents.scenario import Scenario, Trial, act
from clearstone.models.scenario_genesis import (
    FIRST_INDEX,
    HOUR,
    MINUTE,
    POOL,
    USD,
    buy,
    scenario_genesis,
    trade,
    walk_index,
)
from clearstone.spec.margin import initial_requirement, maintenance_requirement
from clearstone.spec.parameters import PoolParameters
from clearstone.spec.transactions import Deposit, Liquidate, Transfer


def _underwater(chain: Chain, index: int = 46_100) -> tuple[str, str]:
    """A long of 200 lots that is below maintenance margin but not in default, and the maker who can take it over."""
    maker, target = chain.open("maker", "main", 100_000 * USD), chain.open("target", "main", 1_000 * USD)
    trade(chain, target, maker, "BTC-PERP", 200, FIRST_INDEX)
    walk_index(chain, index)
    return maker, target


def _health(chain: Chain, account: str) -> tuple[int, int]:
    """Equity and maintenance requirement, in atoms."""
    return equity_of(chain, account), maintenance_requirement(account_of(chain, account), chain.state.quotes)


def bids_of_nothing(trial: Trial) -> None:
    """Liquidate a lot at once, and one again, later or hours later, without any competition."""
    auction = replace(POOL, penalty=0, discount_limit=25_000)
    for waited, rate in ((5 * MINUTE, 15_000), (10 * MINUTE, 25_000), (3 * HOUR, 25_000)):
        chain = trial.start(scenario_genesis(pool=auction))
        maker, target = _underwater(chain, 46_400)
        act(chain, maker, Liquidate(target, "BTC-PERP", 1))
        _expect_discount(trial, chain, "at once", auction.discount_start)
        chain.block(elapsed=waited - 1_000)
        act(chain, maker, Liquidate(target, "BTC-PERP", 1))
        _expect_discount(trial, chain, f"after {waited // MINUTE} minutes", rate)


def _expect_discount(trial: Trial, chain: Chain, when: str, rate: int) -> None:
    """Expect that the last block sold one lot at the mark less so many ppm."""
    discount = paid(chain.history[-1:], "account/", "account/", "discount")
    expected = chain.state.quotes["BTC-PERP"].mark * rate // 10**6
    statement = f"{when} a lot goes at the mark less {rate} ppm"
    trial.expect(statement, discount == expected, f"{discount} of {expected}")


def penalty_that_ruins(trial: Trial) -> None:
    """Liquidate step by step under the heaviest charges that parameters allow: all discount, or all penalty."""
    _liquidate_in_steps(trial, replace(POOL, discount_start=100_000, discount_limit=500_000, penalty=100_000))
    _liquidate_in_steps(trial, replace(POOL, discount_start=0, discount_limit=0, penalty=100_000))


def _liquidate_in_steps(trial: Trial, harsh: PoolParameters) -> None:
    """Take a position over in four parts and a rest, comparing health and cash at every step."""
    chain = trial.start(scenario_genesis(pool=harsh))
    maker, target = _underwater(chain)
    for step in range(4):
        before, insurance = _health(chain, target), chain.state.ledger.pools["main"].insurance
        cash = cash_of(chain, target) + cash_of(chain, maker)
        trial.accepted(f"step {step}: a part is taken over", act(chain, maker, Liquidate(target, "BTC-PERP", 20)))
        after = _health(chain, target)
        trial.expect(
            f"step {step}: equity over requirement does not fall",
            after[0] > 0 and after[0] * before[1] >= before[0] * after[1],
            f"{before}, then {after}",
        )
        penalty = chain.state.ledger.pools["main"].insurance - insurance
        lost = cash - cash_of(chain, target) - cash_of(chain, maker)
        trial.expect(f"step {step}: what both lose the fund receives", lost == penalty, f"{lost} and {penalty}")
        chain.block(elapsed=MINUTE)
    rest = act(chain, maker, Liquidate(target, "BTC-PERP", 100_000))
    trial.accepted("all that is needed is taken over at last", rest)
    left = lots_of(chain, target, "BTC-PERP")
    trial.expect("a position is never taken past zero", 0 <= left < 200, left)
    trial.expect("nor does a liquidation leave a debt", equity_of(chain, target) >= 0, equity_of(chain, target))


def bidder_without_cash(trial: Trial) -> None:
    """Take over positions with nothing, with too little, and with enough."""
    chain = trial.start(scenario_genesis())
    maker, target = _underwater(chain)
    bidders = [chain.open(f"bidder {cash}", "main", cash * USD) for cash in (0, 100)]
    for bidder in bidders:
        bid = act(chain, bidder, Liquidate(target, "BTC-PERP", 150))
        trial.refused("who cannot carry the position may not take it over", "MARGIN-6", bid)
        trial.expect("and has no position after", lots_of(chain, bidder, "BTC-PERP") == 0)
    held = lots_of(chain, target, "BTC-PERP")
    trial.expect("the target was left alone", held == 200, held)
    trial.accepted("who can may", act(chain, maker, Liquidate(target, "BTC-PERP", 150)))
    able = account_of(chain, maker)
    required = initial_requirement(able, chain.state.quotes)
    trial.expect("and has its initial margin after", equity_of(chain, maker) >= required, required)
    bought = chain.open("long", "main", 1_000 * USD)
    act(chain, maker, buy("BTC-PERP", 1, 46_000))
    trade(chain, bought, maker, "BTC-PERP", 100, 46_100)
    cash, equity = cash_of(chain, bought), equity_of(chain, bought)
    trial.expect("negative cash is no debt: lots stand against it", cash < 0 < equity, f"{cash}, {equity}")


def griefed_liquidation(trial: Trial) -> None:
    """Let third parties do all they can to a target and its liquidator before the liquidation."""
    chain = trial.start(scenario_genesis())
    maker, target = _underwater(chain)
    griefer = chain.open("griefer", "main", 5_000 * USD)
    for number in range(10):
        act(chain, target, buy("BTC-PERP", 1, 45_000 - number, "post-only", reduce_only=True))
    dust = chain.attest(Deposit(identifier("dust"), target, 1))
    nonce = account_of(chain, griefer).nonce
    to_target = chain.sign(griefer, Transfer(target, 1), nonce=nonce + 1)
    to_maker = chain.sign(griefer, Transfer(maker, 1), nonce=nonce + 2)
    for receipt in chain.run(dust, to_target, to_maker):
        trial.accepted("anyone may give anyone cash", receipt)
    first = act(chain, maker, Liquidate(target, "BTC-PERP", 10))
    trial.accepted("the liquidation does not mind", first)
    flagged = account_of(chain, target).flagged_at
    trial.expect("the target is flagged", flagged is not None)
    equity, required = _health(chain, target)
    gift = required - equity + USD
    act(chain, griefer, Transfer(target, gift))
    trial.expect("a gift lifts it just above maintenance", _health(chain, target)[0] >= _health(chain, target)[1])
    chain.block()
    trial.expect("the flag stands until the buffer is there", account_of(chain, target).flagged_at == flagged, flagged)
    chain.block(elapsed=10 * MINUTE)
    walk_index(chain, 46_000)
    again = act(chain, maker, Liquidate(target, "BTC-PERP", 10))
    trial.accepted("below it again, it is liquidated again", again)
    discount = paid(chain.history[-1:], "account/", "account/", "discount")
    least = 10 * chain.state.quotes["BTC-PERP"].mark * 20_000 // 10**6
    trial.expect("its discount has grown since the first flag", discount > least, f"{discount}, more than {least}")


SCENARIOS = (
    Scenario(
        number=14,
        title="Auctions won with bids of nothing",
        happened="Maker, March 2020, $8.3 M: with no competition in a congested hour, bids of 0 won collateral [2].",
        answer="A lot is taken at the mark less a discount that starts small, rises with time and has a limit.",
        rules=("LIQ-1", "LIQ-2", "LIQ-4"),
        script=bids_of_nothing,
    ),
    Scenario(
        number=15,
        title="A penalty that worsens health",
        happened="Bullet BULL-03, July 2025: the reward was debited in full however little equity was left [S].",
        answer="Discount and penalty together are capped so that equity over requirement never falls.",
        rules=("LIQ-2", "LIQ-3", "LIQ-4"),
        script=penalty_that_ruins,
    ),
    Scenario(
        number=21,
        title="A bidder without cash",
        happened="Derive DRV-04: a bid that the bidder could not pay was taken, and printed money [S].",
        answer="Cash may be negative here, as lots stand against it; who takes over is margin-checked after it.",
        rules=("LIQ-5", "MARGIN-6", "LEDGER-2"),
        script=bidder_without_cash,
    ),
    Scenario(
        number=22,
        title="Liquidations kept off by gifts",
        happened="Derive DRV-02 and DRV2-01, January 2025: a token pushed to the bidder made every bid revert [S].",
        answer="Nothing that a third party can write decides whether an account can be liquidated, or its clock.",
        rules=("LIQ-1", "LIQ-2", "LIQ-5"),
        script=griefed_liquidation,
    ),
)
"""The scenarios of this theme."""
