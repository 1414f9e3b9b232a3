"""What an account below its initial margin may do where one condition alone decides."""

from __future__ import annotations

from dataclasses import replace

from clearstone.conformance.suites.account_edits import account_of, holding, with_account, with_equity
from clearstone.conformance.suites.draft import Draft
from clearstone.conformance.suites.ledger_stage import RING, LedgerStage
from clearstone.models.scenario_genesis import USD, buy, scenario_genesis, sell, series
from clearstone.spec.accounts import Order

MARKET = "BTC-PERP"
LOT = 50_000_000
"""What a lot of the perpetual is worth, in atoms; $2.50 of it is its initial margin."""
MARK = 1_000_000
"""What a lot of an option is worth, in atoms."""
LOW, HIGH = series(call=True, strike=50_000), series(call=True, strike=55_000)
RULES = ("MARGIN-6", "MARGIN-4")


def drafts() -> list[Draft]:
    """The cases about single conditions of health, of the suite `margin`."""
    return [*_opened_hedges(), *_last_lot(), *_grown_requirement()]


def _opened_hedges() -> list[Draft]:
    """A hedge that lowers the requirement by more than it costs, but is a new position."""
    stage = LedgerStage("margin", lambda: scenario_genesis(options=(LOW, HIGH)))
    weak, other = stage.open("weak"), stage.open("other", 1_000 * USD)
    stage.acts(other, sell(LOW.market, 1, 1_000), buy(HIGH.market, 1, 1_000))
    for name, positions, equity, order in (
        ("bought", ((HIGH.market, -1), (MARKET, 10)), 20 * USD, buy(LOW.market, 1, 1_000, "ioc")),
        ("sold", ((LOW.market, 5), (MARKET, 10)), 20 * USD, sell(HIGH.market, 1, 1_000, "ioc")),
    ):
        held = [(market, lots, lots * (LOT if market == MARKET else MARK)) for market, lots in positions]
        state = with_equity(stage, holding(stage, weak, 0, *held), weak, equity)
        told = "Below initial margin no position is opened, not even one that lowers the requirement."
        stage.tries_signed(f"hedge-{name}", told, RULES, RING.signed(stage.chain.sign(weak, order)), state)
    return stage.drafts


def _last_lot() -> list[Draft]:
    """All but one lot is closed, at a fair price."""
    stage = LedgerStage("margin", scenario_genesis)
    weak, other = stage.open("weak"), stage.open("other", 1_000 * USD)
    stage.acts(other, sell(MARKET, 1, 50_000), buy(MARKET, 1, 49_999))
    for lots, order in ((-2, buy(MARKET, 1, 50_000, "ioc")), (2, sell(MARKET, 1, 49_999, "ioc"))):
        state = with_equity(stage, holding(stage, weak, 0, (MARKET, lots, lots * LOT)), weak, 2 * USD)
        told = "Below initial margin a position may shrink to a single lot."
        side = "short" if lots < 0 else "long"
        stage.tries_signed(f"last-{side}-lot", told, RULES, RING.signed(stage.chain.sign(weak, order)), state)
    return stage.drafts


def _grown_requirement() -> list[Draft]:
    """Own asks need more beside a smaller long, of which a lot is sold at a price that makes up for it."""
    stage = LedgerStage("margin", scenario_genesis)
    weak, other = stage.open("weak"), stage.open("other", 1_000 * USD)
    stage.acts(other, buy(MARKET, 1, 53_000))
    state = with_equity(stage, holding(stage, weak, 0, (MARKET, 2, 2 * LOT)), weak, 10 * USD)
    told = "Below initial margin the requirement may not grow, even where equity grows by more."
    for name, asked in (("grown-requirement", 9), ("same-requirement", 1)):
        ask = Order(1, MARKET, False, asked, 54_000, 1_000, False)
        account = replace(account_of(state, weak), orders=(ask,))
        signed = RING.signed(stage.chain.sign(weak, sell(MARKET, 1, 53_000, "ioc")))
        stage.tries_signed(name, told, RULES, signed, with_account(state, weak, account))
    return stage.drafts
