"""Defaults: who is closed against whom, and who pays, to the atom, in blocks."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from clearstone.conformance.suites import default_bound_cases, pool_bound_cases, untouched_cases
from clearstone.conformance.suites.draft import Draft
from clearstone.conformance.suites.ledger_stage import LedgerStage, signed_blocks
from clearstone.models.incidents.scenario import resumed
from clearstone.models.scenario_genesis import (
    HOUR,
    PERPETUAL,
    POOL,
    USD,
    buy,
    scenario_genesis,
    sell,
    series,
    trade,
    walk_index,
)
from clearstone.spec.instruments import OptionSeries
from clearstone.spec.receipts import Rejection
from clearstone.spec.snapshot import restore, snapshot_of
from clearstone.spec.transactions import Liquidate, Settle

MARKET = "BTC-PERP"
RULES = ("WATER-2", "WATER-1", "WATER-3", "LEDGER-1", "NUM-6")


def drafts() -> list[Draft]:
    """The cases of the suite `waterfall`."""
    return [
        *_funds(),
        *_crowds(),
        *_shorts(),
        *_unassigned(),
        *_options(),
        *_flagged_through_expiry(),
        *_frozen(),
        *_last_pots(),
        *default_bound_cases.default_drafts(),
        *pool_bound_cases.waterfall_drafts(),
        *untouched_cases.drafts(),
    ]


def _funds() -> list[Draft]:
    """One default beside one winner, with funds that suffice, that are capped, and that are empty."""
    found = []
    for name, insurance, cap in (
        ("full-fund", 10_000 * USD, 20_000 * USD),
        ("capped-fund", 10_000 * USD, 30 * USD),
        ("poor-fund", 7 * USD + 1, 20_000 * USD),
        ("empty-fund", 0, 20_000 * USD),
    ):
        market = replace(PERPETUAL, insurance_cap=cap)
        stage = LedgerStage(
            "waterfall",
            partial(scenario_genesis, insurance=insurance, perpetual=market),
        )
        chain = stage.chain
        loser, winner = stage.open("loser", 500 * USD), stage.open("winner", 1_000 * USD)
        bystander, late = stage.open("bystander", 1_000 * USD), stage.open("late", 1_000 * USD)
        trade(chain, loser, winner, MARKET, 150, 50_000)
        stage.acts(loser, sell(MARKET, 1, 54_000))
        walk_index(chain, 46_400)
        stage.acts(bystander, sell(MARKET, 20, 46_400))
        stage.acts(late, buy(MARKET, 20, 46_400))
        walk_index(chain, 45_900)
        start = len(chain.history)
        stage.acts(winner, Liquidate(loser, MARKET, 1))
        walk_index(chain, 45_000)
        chain.block()
        chain.block()
        told = "The fund within its cap, then the profit of the lots closed, then all profit, then equity."
        stage.plays(name, told, (*RULES, "LIQ-1"), start)
        found += stage.drafts
    return found


def _crowds() -> list[Draft]:
    """Two defaults in one block against the same counterparties, of odd sizes."""
    found = []
    for insurance in (0, 100 * USD):
        stage = LedgerStage("waterfall", partial(scenario_genesis, insurance=insurance))
        chain = stage.chain
        longs = [stage.open(f"long {number}", 400 * USD) for number in range(2)]
        shorts = [stage.open(f"short {number}", 2_000 * USD) for number in range(3)]
        bystander = stage.open("bystander", 1_000 * USD)
        for long, sizes in zip(longs, ((41, 37, 23), (29, 31, 47)), strict=True):
            for short, lots in zip(shorts, sizes, strict=True):
                trade(chain, long, short, MARKET, lots, 50_000)
        anchor = stage.open("anchor", 2_000 * USD)
        trade(chain, anchor, shorts[0], MARKET, 97, 50_000)
        chain.block(elapsed=8 * HOUR)
        chain.block(elapsed=HOUR)
        walk_index(chain, 42_345)
        start = len(chain.history)
        flags = [chain.sign(bystander, Liquidate(long, MARKET, 1), nonce=1 + n) for n, long in enumerate(longs)]
        chain.block(*flags)
        chain.block()
        told = "Several defaults in ascending account id, funding settled before, residue swept."
        stage.plays(f"two-defaults-insured-{insurance}", told, (*RULES, "PERP-2", "NUM-4"), start)
        found += stage.drafts
    return found


def _shorts() -> list[Draft]:
    """A short defaults while counterparties are below what they paid: the group that is not in profit pays last."""
    stage = LedgerStage("waterfall", lambda: scenario_genesis(insurance=5 * USD))
    chain = stage.chain
    loser = stage.open("loser", 300 * USD)
    early, late = stage.open("early", 3_000 * USD), stage.open("late", 3_000 * USD)
    flagger = stage.open("flagger", 10 * USD)
    trade(chain, early, loser, MARKET, 40, 50_000)
    walk_index(chain, 54_500)
    other = stage.open("other", 3_000 * USD)
    trade(chain, late, other, MARKET, 60, 59_500)
    walk_index(chain, 57_900)
    start = len(chain.history)
    stage.acts(flagger, Liquidate(loser, MARKET, 1))
    chain.block()
    told = "Those in profit come first, then the rest; losers pay from the equity stage on."
    stage.plays("short-defaults", told, RULES, start)
    return stage.drafts


def _unassigned() -> list[Draft]:
    """A deficit without a position draws on a line of its own."""
    found = []
    for cap in (1_000 * USD, 5 * USD):
        call = series(call=True, strike=50_000)
        pool = replace(POOL, unassigned_cap=cap)
        stage = LedgerStage("waterfall", partial(scenario_genesis, options=(call,), pool=pool, max_move=1_000_000))
        chain = stage.chain
        writer, holder = stage.open("writer", 500 * USD), stage.open("holder", 1_000 * USD)
        flagger = stage.open("flagger", 10 * USD)
        trade(chain, holder, writer, call.market, 50, 1_000)
        for number in range(31):
            chain.block(time=call.expiry - 4_000 * (30 - number) + 1, prices={"BTC": 62_000})
        start = len(chain.history)
        stage.acts(flagger, Settle(writer, call.market))
        stage.acts(flagger, Liquidate(writer, "BTC-PERP", 1))
        chain.block()
        told = "What is owed without a position has a cap of its own."
        stage.plays(f"no-position-cap-{cap}", told, ("WATER-2", "WATER-3"), start)
        found += stage.drafts
    return found


def _options() -> list[Draft]:
    """A writer with options and a perpetual defaults; the expired position is paid out first."""
    calls: tuple[OptionSeries, ...] = (
        series(call=True, strike=50_000),
        series(call=True, strike=55_000, expiry=series(call=True, strike=1).expiry + HOUR),
    )
    stage = LedgerStage("waterfall", lambda: scenario_genesis(options=calls, insurance=50 * USD, max_move=1_000_000))
    chain = stage.chain
    writer, holder = stage.open("writer", 800 * USD), stage.open("holder", 3_000 * USD)
    flagger = stage.open("flagger", 10 * USD)
    for call in calls:
        trade(chain, holder, writer, call.market, 30, 1_000)
    trade(chain, holder, writer, MARKET, 20, 50_000)
    first = calls[0].expiry
    stage.acts(flagger, sell(MARKET, 1, 54_000))
    chain.block(time=first - 4_000 * 31, prices={"BTC": 66_000, calls[1].mark_feed: 12_000})
    chain.block()
    start = len(chain.history)
    stage.acts(flagger, Liquidate(writer, calls[1].market, 1))
    chain.block(time=first + 1)
    chain.block(time=first + 600_000)
    chain.block()
    told = "Positions of several instruments, one of them pending until it has its price."
    stage.plays("options-and-a-perpetual", told, (*RULES, "OPT-3"), start)
    return stage.drafts


def _flagged_through_expiry() -> list[Draft]:
    """An account that is flagged, with equity left, when a series that it has sold is settled."""
    call = series(call=True, strike=50_000)
    stage = LedgerStage("waterfall", partial(scenario_genesis, options=(call,), max_move=1_000_000))
    chain = stage.chain
    writer, holder = stage.open("writer", 500 * USD), stage.open("holder", 5_000 * USD)
    trade(chain, holder, writer, call.market, 50, 1_000)
    start = len(chain.history)
    chain.block(time=call.expiry - 4_000 * 31, prices={"BTC": 58_000, call.mark_feed: 8_000})
    chain.block(time=call.expiry - 4_000 * 30)
    stage.acts(holder, Liquidate(writer, call.market, 1))
    for number in range(31):
        chain.block(time=call.expiry - 4_000 * (29 - number) + 1, prices={"BTC": 58_000})
    chain.block()
    told = "What is settled is paid before a flagged account is judged."
    stage.plays("flagged-through-expiry", told, ("WATER-1", "OPT-3", "LIQ-1"), start)
    return stage.drafts


def _frozen() -> list[Draft]:
    """A position on a frozen feed stays until it can be closed; the deficit waits."""
    stage = LedgerStage("waterfall", scenario_genesis)
    chain = stage.chain
    loser, winner = stage.open("loser", 500 * USD), stage.open("winner", 1_000 * USD)
    flagger = stage.open("flagger", 10 * USD)
    trade(chain, loser, winner, MARKET, 150, 50_000)
    walk_index(chain, 46_000)
    silent: dict[bytes, dict[str, int]] = {validator.key: {} for validator in chain.state.validators}
    chain.block(elapsed=700_000, reports=silent)
    start = len(chain.history)
    stage.acts(flagger, Liquidate(loser, MARKET, 1))
    for _ in range(4):
        chain.block()
    told = "Nothing is closed while the feed is frozen or in its grace period."
    stage.plays("frozen", told, ("WATER-1", "ORACLE-5"), start)
    return stage.drafts


def _last_pots() -> list[Draft]:
    """Two pools, and a default in the second whose counterparties cannot pay it all: the first must not feel it.

    Losers' losses are winners' profits, so what the winner has is put into the fund, for once, beyond what the fund may
    pay for the market: then the last pots are asked.
    """
    found = []
    for name, moved, fees in (("the-fund", 350 * USD, 0), ("residue-and-fees", 320 * USD, 30 * USD)):
        market = replace(PERPETUAL, insurance_cap=USD)
        stage = LedgerStage(
            "waterfall", partial(scenario_genesis, second_pool=True, insurance=100 * USD, perpetual=market)
        )
        chain = stage.chain
        loser, winner = stage.open("loser", 100 * USD, pool="other"), stage.open("winner", 30 * USD, pool="other")
        flagger = stage.open("flagger", USD, pool="other")
        rich = [stage.open(who, 900 * USD) for who in ("rich", "richer")]
        trade(chain, rich[0], rich[1], "BTC-PERP", 10, 50_000)
        trade(chain, loser, winner, "ETH-PERP", 250, 2_000)
        walk_index(chain, 300, "ETH")
        state = snapshot_of(chain.state)
        accounts = tuple(
            (key, replace(account, cash=account.cash - moved) if key == winner else account)
            for key, account in state.accounts
        )
        pools = tuple(
            (
                key,
                replace(pool, insurance=pool.insurance + moved - fees, fees=pool.fees + fees)
                if key == "other"
                else pool,
            )
            for key, pool in state.pools
        )
        changed = restore(replace(state, accounts=accounts, pools=pools))
        assert not isinstance(changed, Rejection)
        poor = resumed(changed, chain.prices)
        poor.block(poor.sign(flagger, Liquidate(loser, "ETH-PERP", 1)))
        poor.block()
        told = "A pool pays its own defaults, to the last pot; another one does not feel it."
        rules = ("LEDGER-4", *RULES)
        question = signed_blocks(changed, tuple(poor.history))
        found.append(Draft(f"waterfall/last-pots-{name}", told, rules, "apply_blocks", question))
    return found
