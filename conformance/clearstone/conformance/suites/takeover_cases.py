"""What a liquidator may take, and at which charge, where one thing alone decides: equity below nothing, one leg."""

from __future__ import annotations

from dataclasses import replace

from clearstone.conformance.suites.account_edits import holding, maintenance_of, with_equity
from clearstone.conformance.suites.draft import Draft
from clearstone.conformance.suites.ledger_stage import RING, LedgerStage
from clearstone.conformance.suites.margin_bound_cases import marked
from clearstone.models.scenario_genesis import USD, scenario_genesis, series
from clearstone.spec.genesis import Genesis
from clearstone.spec.snapshot import Snapshot
from clearstone.spec.transactions import Liquidate

MARKET = "BTC-PERP"
LOT = 50_000_000
"""What a lot of the perpetual is worth, in atoms."""
MARK = 1_000_000
"""What a lot of an option is worth, in atoms."""
LOW, HIGH = series(call=True, strike=50_000), series(call=True, strike=55_000)
ELSEWHERE = replace(LOW, market="ETH-2000-C", feed="ETH", mark_feed="ETH-2000-C-MARK", strike=2_000)
"""A series of the same pool and expiry on another index."""


def drafts() -> list[Draft]:
    """The cases about single conditions of takeovers, of the suite `liquidation`."""
    return [*_without_health(), *_legs(), *_hedge()]


def _tries(stage: LedgerStage, name: str, told: str, who: str, action: Liquidate, state: Snapshot) -> None:
    rules = ("LIQ-2", "LIQ-3", "LIQ-4")
    stage.tries_signed(name, told, rules, RING.signed(stage.chain.sign(who, action)), state)


def _without_health() -> list[Draft]:
    """An account that has equity at the marks, and nothing or less as health tests count it."""
    stage = LedgerStage("liquidation", lambda: scenario_genesis(options=(LOW,)))
    target, taker = stage.open("target"), stage.open("taker", 1_000 * USD)
    for name, health in (("below-nothing", -MARK // 2), ("nothing", 0)):
        state = holding(stage, target, health - 2 * LOT, (MARKET, 2, 2 * LOT), (LOW.market, 1, MARK))
        state = marked(state, LOW.mark_feed, 1_000, fresh=False)
        told = "Who has equity, but none that health tests count, is taken over without a charge."
        _tries(stage, f"health-of-{name}", told, taker, Liquidate(target, MARKET, 1), state)
    return stage.drafts


def _two_indexes() -> Genesis:
    """A pool with series of one expiry on two indexes."""
    return scenario_genesis(options=(LOW, HIGH, ELSEWHERE), second_pool=True)


def _legs() -> list[Draft]:
    """Short in three series of one expiry time, one of them on another index, or with a frozen mark."""
    stage = LedgerStage("liquidation", _two_indexes)
    target, taker = stage.open("target"), stage.open("taker", 1_000 * USD)
    lots = {LOW.market: -3, HIGH.market: -2, ELSEWHERE.market: -4}
    held = holding(stage, target, 0, *((market, size, size * MARK) for market, size in lots.items()))
    weak = with_equity(stage, held, target, maintenance_of(stage, held, target) * 3 // 4)
    told = "Taken are the legs of one index and expiry that trade at a price to rely on."
    for name, state in (("other-index", weak), ("frozen-leg", marked(weak, HIGH.mark_feed, 1_000, fresh=False))):
        _tries(stage, f"legs-beside-{name}", told, taker, Liquidate(target, LOW.market, 5), state)
    return stage.drafts


def _hedge() -> list[Draft]:
    """A single long lot goes with the shorts that it hedges."""
    stage = LedgerStage("liquidation", lambda: scenario_genesis(options=(LOW, HIGH)))
    target, taker = stage.open("target"), stage.open("taker", 1_000 * USD)
    held = holding(stage, target, 0, (LOW.market, -4, -4 * MARK), (HIGH.market, 1, MARK))
    weak = with_equity(stage, held, target, maintenance_of(stage, held, target) // 2)
    told = "Of a single lot a part is the whole, on its own side."
    _tries(stage, "leg-of-one-lot", told, taker, Liquidate(target, LOW.market, 2), weak)
    return stage.drafts
