"""Liquidation: what it may cost, how much may be taken, and that nobody gains from nowhere."""

from __future__ import annotations

from dataclasses import replace

from clearstone.proofs.contracts import any_health, found_healthy, replaced
from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.money import require_conservation, require_postings
from clearstone.proofs.ledger.number_proofs import DONE
from clearstone.proofs.ledger.outcomes import ACCEPTED, came_to
from clearstone.proofs.ledger.worlds import ALICE, BOB, Setting, beside, context, ledger
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import Account, Position, lots_in
from clearstone.spec.ledger_state import Context
from clearstone.spec.liquidation import liquidate
from clearstone.spec.margin import equity, liquidatable
from clearstone.spec.numbers import MAX_LOTS
from clearstone.spec.parameters import PoolParameters
from clearstone.spec.takeover import charge_cap, discount_rate, least_lots
from clearstone.spec.transactions import Liquidate

PERP = "perp"
"""The market in which proofs liquidate."""
MARKETS = (PERP, beside(ALICE), beside(BOB))
"""All markets that the named accounts hold anything in."""


@obligation("LIQ-4", about=(charge_cap,), reaches={DONE})
def a_liquidation_never_lowers_equity_over_requirement(world: World) -> None:
    """Whatever is charged up to the cap, equity over requirement does not fall: (E − charge) · R ≥ E · R′."""
    held, required = world.integer("equity", usual=100), world.integer("required", 0, None, 200)
    after, charge = world.integer("required after", 0, None, 150), world.integer("charge", 0, None, 20)
    cap = charge_cap(held, required, after)
    world.observe("cap", cap)
    world.assume(charge <= cap)
    world.assume(after <= required)
    world.reached(DONE)
    world.require(cap >= 0, "the cap is not negative")
    if held > 0:
        world.require((held - charge) * required >= held * after, "equity over requirement does not fall")
        world.require(charge <= held, "no more is charged than there is")
    else:
        world.require(charge == 0, "who has no equity is charged nothing")


@obligation("LIQ-2", about=(discount_rate,), reaches={DONE})
def the_discount_rises_from_its_start_to_its_limit(world: World) -> None:
    """The discount lies between its start and its limit, and never falls with time."""
    parameters = parts.parameters(world, PoolParameters, "main")
    earlier, later = world.integer("earlier", 0, None, 300), world.integer("later", 0, None, 400)
    world.assume(earlier <= later)
    rate, more = discount_rate(parameters, earlier), discount_rate(parameters, later)
    world.observe("rates", (rate, more))
    world.reached(DONE)
    rise = parameters.discount_limit - parameters.discount_start
    before = min(earlier, parameters.discount_ramp)
    world.lemma(rise * before >= 0)
    world.lemma(rise * before <= rise * parameters.discount_ramp)
    world.require(rate >= parameters.discount_start, "not below the start")
    world.require(rate <= parameters.discount_limit, "not above the limit")
    world.lemma(rise * before <= rise * min(later, parameters.discount_ramp))
    world.require(rate <= more, "it does not fall")


def liquidation(world: World) -> Setting:
    """Any ledger in which Bob holds a perpetual, and Alice nothing or anything; all funding is settled."""
    quotes = {
        PERP: parts.quote(world, parts.perpetual(world, PERP), world.choice("feed", (True, False))),
        beside(ALICE): parts.ghost_quote(world, beside(ALICE), True),
        beside(BOB): parts.ghost_quote(world, beside(BOB), True),
    }

    def settled(positions: tuple[Position, ...]) -> tuple[Position, ...]:
        return tuple(replace(held, funding_index=quotes[held.instrument].funding_index) for held in positions)

    aside = parts.ghost_position(world, ALICE, beside(ALICE))
    target = parts.position(world, BOB, PERP), parts.ghost_position(world, BOB, beside(BOB))
    owner = world.choice("owners", (b"", ALICE.encode().ljust(32, b"\0")))
    flagged = world.choice("flag", ("none", "standing"))
    flagged_at = None if flagged == "none" else world.integer("flagged at", 0, None, 2_000)
    accounts = {
        ALICE: parts.account(world, ALICE, settled((aside,))),
        BOB: parts.account(world, BOB, settled(target), (), owner, flagged_at),
    }
    pool = parts.pool(world, flagged=() if flagged_at is None else (BOB,))
    block = context(world, quotes)
    if flagged_at is not None:
        world.assume(flagged_at <= block.now)
    return Setting(ledger(world, accounts, MARKETS, pool), block)


@obligation(
    "LIQ-1",
    "LIQ-2",
    "LIQ-3",
    "LIQ-5",
    "LEDGER-1",
    about=(liquidate,),
    reaches={ACCEPTED, "LIQ-1", "BOOK-4", "ORACLE-5", "MARGIN-6"},
    kinds=(Liquidate,),
    keeps={"conservation", "pots", "health", "direction"},
)
def liquidation_conserves_money_and_takes_no_more_than_there_is(world: World) -> None:
    """Takeover, discount and penalty move money exactly as posted; no position grows or flips, nobody takes his own."""
    setting = liquidation(world)
    before, block = setting.ledger, setting.context
    asked: list[int] = []

    def any_part(target: Account, _: Context, __: PoolParameters, position: Position) -> int:
        lots = world.integer("least lots", 1, MAX_LOTS, 2)
        world.assume(lots <= abs(position.lots))
        asked.append(lots)
        return lots

    def any_rate(parameters: PoolParameters, _: int) -> int:
        return world.integer("rate", 0, 500_000, 5_000)  # within start and limit: proved above

    def any_cap(*_: int) -> int:
        return world.integer("cap", 0, None, 100)  # never negative: proved above

    with (
        replaced(least_lots, any_part),
        replaced(discount_rate, any_rate),
        replaced(charge_cap, any_cap),
        any_health(world) as asked_health,
    ):
        after, receipt = liquidate(before, block, ALICE, Liquidate(BOB, PERP, world.integer("lots", 0, None, 3)))
    require_conservation(world, before, after, (ALICE, BOB), MARKETS)
    require_postings(world, before, after, receipt.postings, (ALICE, BOB), MARKETS)
    if not came_to(world, before, after, receipt):
        return
    target, liquidator = before.accounts[BOB], before.accounts[ALICE]
    world.require(target.owner != liquidator.owner, "an owner does not liquidate himself")
    if any(event.kind == "liquidated" for event in receipt.events):
        world.require(block.quotes[PERP].fresh, "lots are taken only at a price to rely on")
        judged = found_healthy(asked_health, liquidator, after.accounts[ALICE])
        world.require(judged, "the liquidator was judged healthy after taking over")
    world.require(liquidatable(target, block.quotes), "the target was below maintenance margin")
    was, now = lots_in(target, PERP), lots_in(after.accounts[BOB], PERP)
    given = was - now
    world.require(given == lots_in(after.accounts[ALICE], PERP), "the liquidator has what the target gave")
    if was > 0:
        world.require(now >= 0, "never past zero")
        world.require(now <= was, "no position grows")
    else:
        world.require(now <= 0, "never past zero")
        world.require(now >= was, "no position grows")
    cost = equity(target, block.quotes) - equity(after.accounts[BOB], block.quotes)
    gained = equity(after.accounts[ALICE], block.quotes) - equity(liquidator, block.quotes)
    penalty = after.pools["main"].insurance - before.pools["main"].insurance
    world.require(cost == gained + penalty, "what the target loses is discount and penalty")
    world.require(gained >= 0, "the discount is not negative")
    world.require(penalty >= 0, "the penalty is not negative")
