"""Liquidation: what it may cost, how much may be taken, and that nobody gains from nowhere."""

from __future__ import annotations

from dataclasses import replace

from clearstone.proofs.contracts import found_healthy, replaced
from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.liquidation_worlds import PERP, SERIES, any_terms, liquidation, require_exchange
from clearstone.proofs.ledger.money import require_conservation, require_postings
from clearstone.proofs.ledger.number_proofs import DONE
from clearstone.proofs.ledger.outcomes import ACCEPTED, came_to
from clearstone.proofs.ledger.populations import any_account
from clearstone.proofs.ledger.takeover_contracts import any_least_lots
from clearstone.proofs.ledger.worlds import ALICE, BOB, beside, context, ledger
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import Account, Position, lots_in
from clearstone.spec.book import EMPTY_BOOK, with_order
from clearstone.spec.liquidation import liquidate
from clearstone.spec.margin import Quotes, equity, liquidatable
from clearstone.spec.parameters import PoolParameters
from clearstone.spec.takeover import (
    SIXTEENTHS,
    charge_cap,
    discount_rate,
    least_sixteenths,
    part_of,
    within_cap,
)
from clearstone.spec.transactions import Liquidate


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


@obligation("LIQ-4", about=(within_cap,), reaches={DONE})
def charges_stay_within_their_cap_discount_first(world: World) -> None:
    """No more is charged than the cap, all of it if discount and penalty reach it, and the discount comes first."""
    discount, penalty = world.integer("discount", 0, None, 5), world.integer("penalty", 0, None, 3)
    cap = world.integer("cap", 0, None, 6)
    paid, fined = within_cap(discount, penalty, cap)
    world.observe("charges", (paid, fined))
    world.reached(DONE)
    world.require(paid >= 0, "the discount is not negative")
    world.require(fined >= 0, "nor is the penalty")
    world.require(paid == min(discount, cap), "the discount comes first")
    world.require(paid + fined == min(discount + penalty, cap), "together they reach the cap, and no further")


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


@obligation(
    "LIQ-1",
    "LIQ-2",
    "LIQ-3",
    "LIQ-4",
    "LIQ-5",
    "LEDGER-1",
    about=(liquidate,),
    reaches={ACCEPTED, "LIQ-1", "BOOK-4", "ORACLE-5", "LIQ-4", "MARGIN-6", "NUM-5"},
    kinds=(Liquidate,),
    keeps=("conservation", "pots", "health", "direction"),
)
def liquidation_conserves_money_and_takes_no_more_than_there_is(world: World) -> None:
    """Takeover, discount and penalty move money exactly as posted; no position grows or flips, nobody takes his own.

    Only who is below maintenance margin is liquidated, at a fresh price, and only to who can carry it. The charges obey
    the cap for the target's equity and requirement, before and after; with
    `a_liquidation_never_lowers_equity_over_requirement` its health does not worsen, not by an atom.
    """
    setting = liquidation(world)
    before, block = setting.ledger, setting.context
    action = Liquidate(BOB, PERP, world.integer("lots", 0, None, 3))
    with any_least_lots(world) as least, any_terms(world) as asked:
        after, receipt = liquidate(before, block, ALICE, action)
    markets = (PERP, beside(ALICE), beside(BOB))
    require_conservation(world, before, after, (ALICE, BOB), markets)
    require_postings(world, before, after, receipt.postings, (ALICE, BOB), markets)
    if not came_to(world, before, after, receipt):
        return
    if any(event.kind == "liquidated" for event in receipt.events):
        world.require(block.quotes[PERP].fresh, "lots are taken only at a price to rely on")
        judged = found_healthy(asked.health, before.accounts[ALICE], after.accounts[ALICE])
        world.require(judged, "the liquidator was judged healthy after taking over")
    require_exchange(world, setting, after, asked, PERP)
    taken = abs(lots_in(before.accounts[BOB], PERP) - lots_in(after.accounts[BOB], PERP))
    allowed = sum(min(lots, action.lots) for _, _, lots in least)
    world.require(taken == allowed, "what is taken is the least that restores the buffer, or as few as asked for")


@obligation(
    "LIQ-1",
    "LIQ-2",
    "LIQ-3",
    "LIQ-4",
    "LIQ-5",
    "LEDGER-1",
    about=(liquidate,),
    reaches={ACCEPTED, "LIQ-1", "LIQ-4", "MARGIN-6", "NUM-5"},
    kinds=(Liquidate,),
    keeps=("conservation", "pots", "health", "direction"),
)
def taking_over_an_expiry_conserves_money_and_takes_a_part_of_each_leg(world: World) -> None:
    """Of an option, too, what the target gives the liquidator gets, at the mark, to the atom, and never past zero.

    Any number of legs: the loops take them one by one, and this is any one of them.
    """
    setting = liquidation(world, option=True)
    before, block = setting.ledger, setting.context
    action = Liquidate(BOB, SERIES, world.integer("sixteenths", 1, None, 3))

    def any_least(*_: object) -> int:
        return world.integer("least sixteenths", 1, SIXTEENTHS, 2)

    def any_part(legs: tuple[Position, ...], sixteenths: int) -> tuple[tuple[Position, int], ...]:
        world.require(sixteenths >= 1, "some part is taken")
        world.require(sixteenths <= SIXTEENTHS, "and no more than all")
        lots = world.integer("lots taken", 1, None, 1)
        world.assume(lots <= abs(legs[0].lots))  # proved of each leg by itself
        return tuple((leg, lots if leg.lots > 0 else -lots) for leg in legs)

    with replaced(least_sixteenths, any_least), replaced(part_of, any_part), any_terms(world) as asked:
        after, receipt = liquidate(before, block, ALICE, action)
    markets = (SERIES, beside(ALICE), beside(BOB))
    require_conservation(world, before, after, (ALICE, BOB), markets)
    require_postings(world, before, after, receipt.postings, (ALICE, BOB), markets)
    if not came_to(world, before, after, receipt):
        return
    require_exchange(world, setting, after, asked, SERIES)
    if any(event.kind == "liquidated" for event in receipt.events):
        judged = found_healthy(asked.health, before.accounts[ALICE], after.accounts[ALICE])
        world.require(judged, "the liquidator was judged healthy after taking over")


@obligation(
    "LIQ-1", "PERP-2", "WATER-1", about=(liquidate,), reaches={ACCEPTED}, kinds=(Liquidate,), keeps={"conservation"}
)
def who_has_nothing_left_is_flagged_after_funding_is_settled(world: World) -> None:
    """Both sides settle their funding before the target is judged; without equity it is flagged and keeps its lots."""
    market = beside(BOB)
    quotes = {beside(name): parts.ghost_quote(world, beside(name), True) for name in (ALICE, BOB)}
    resting = parts.order(world, BOB, market, True)
    accounts = {name: any_account(world, name) for name in (ALICE, BOB)}
    accounts[BOB] = replace(accounts[BOB], orders=(resting,), cash=-accounts[BOB].cash)  # usually in debt
    books = {market: with_order(EMPTY_BOOK, BOB, resting)}
    before, block = ledger(world, accounts, tuple(quotes), books=books), context(world, quotes)

    def judge(account: Account, _: Quotes) -> bool:
        world.assume(equity(account, block.quotes) <= 0)
        held = account.positions[0]
        settled = held.funding_index == quotes[held.instrument].funding_index
        world.require(settled, "it is judged with its funding settled")
        return True

    with replaced(liquidatable, judge):
        after, receipt = liquidate(before, block, ALICE, Liquidate(BOB, market, world.integer("lots", 1, None, 3)))
    require_conservation(world, before, after, (ALICE, BOB), tuple(quotes))
    require_postings(world, before, after, receipt.postings, (ALICE, BOB), tuple(quotes))
    if not came_to(world, before, after, receipt):
        return
    for name in (ALICE, BOB):
        was, now = before.accounts[name].positions[0], after.accounts[name].positions[0]
        world.require((now.lots, now.cost) == (was.lots, was.cost), "nothing is taken")
        caught_up = now.funding_index == quotes[now.instrument].funding_index
        world.require(caught_up, "and both sides' funding is settled")
    world.require(after.accounts[BOB].flagged_at == block.now, "it is flagged")
    world.require(after.pools["main"].flagged == (BOB,), "in the pool as well")
    world.require(after.accounts[BOB].orders == (), "its orders are cancelled")
