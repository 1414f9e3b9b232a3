"""What keeps quantities within their bounds: entry costs, which no rule refuses, and balances, which NUM-5 refuses."""

from __future__ import annotations

from dataclasses import replace

from clearstone.proofs.bounds.ranges import LOT
from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.number_proofs import DONE
from clearstone.proofs.ledger.outcomes import ACCEPTED
from clearstone.proofs.ledger.worlds import ALICE, BOB, beside, context, ledger
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import Position, trade_position
from clearstone.spec.cash import deposit, transfer
from clearstone.spec.instruments import OptionSeries
from clearstone.spec.numbers import MAX_ATOMS, MAX_LOTS
from clearstone.spec.settlement import settle
from clearstone.spec.transactions import Deposit, Settle, Transfer
from clearstone.spec.waterfall import charged_for_default

PERP = "perp"
"""The perpetual that proofs hold."""


def costing(world: World, market: str) -> Position:
    """Any position whose entry cost has its lots' sign and is no more than they are worth at the largest price."""
    held = parts.position(world, ALICE, market)
    lots, paid = abs(held.lots), world.integer("paid for it", 0, MAX_LOTS * LOT, 5_000_000)
    world.assume(paid <= lots * LOT)
    return replace(held, cost=paid if held.lots > 0 else -paid)


def require_cost(world: World, held: Position) -> None:
    """NUM-5. The cost has the sign of the lots and is no more than they are worth at the largest price."""
    if held.lots > 0:
        world.require(held.cost >= 0, "a long position cost something")
        world.require(held.cost <= held.lots * LOT, "no more than at the largest price")
    else:
        world.require(held.cost <= 0, "a short position brought something in")
        world.require(held.cost >= held.lots * LOT, "no more than at the largest price")


@obligation("NUM-5", "LEDGER-3", about=(trade_position,), reaches={"more", "less", "flipped", "none"})
def an_entry_cost_is_no_more_than_the_lots_at_the_largest_price(world: World) -> None:
    """However a position is traded, |cost| ≤ |lots| · largest price: at most 2^92 atoms."""
    held, price = costing(world, PERP), world.integer("price", 0, LOT, 500_000)
    lots = world.integer("traded", -2 * MAX_LOTS, 2 * MAX_LOTS, 3)
    world.assume(lots != 0)
    after, _ = trade_position(held, lots, price)
    world.observe("position", after)
    flipped = (after.lots > 0) != (held.lots > 0)
    if after.lots == 0:
        world.reached("none")
    else:
        world.reached("flipped" if flipped else "more" if abs(after.lots) > abs(held.lots) else "less")
    world.lemma(abs(lots) * price >= 0)
    world.lemma(abs(lots) * price <= abs(lots) * LOT)
    world.lemma(abs(after.lots) * price >= 0)
    world.lemma(abs(after.lots) * price <= abs(after.lots) * LOT)
    world.lemma(abs(held.cost) * abs(after.lots) <= abs(held.lots) * LOT * abs(after.lots))
    require_cost(world, after)


@obligation("NUM-5", "WATER-2", about=(charged_for_default,), reaches={DONE})
def a_charge_raises_no_entry_cost_past_the_worth_of_the_lots(world: World) -> None:
    """A charge for somebody's default keeps |cost| ≤ |lots| · largest price."""
    quotes = {PERP: parts.quote(world, parts.perpetual(world, PERP))}
    account = parts.account(world, ALICE, (costing(world, PERP),))
    amount = world.integer("charge", 1, MAX_ATOMS, 50)
    after = charged_for_default(account, amount, quotes, world.integer("period", 0, None, 3))
    world.observe("account", after)
    world.reached(DONE)
    held, mark = after.positions[0], quotes[PERP].mark
    world.lemma(abs(held.lots) * mark >= 0)
    world.lemma(abs(held.lots) * mark <= abs(held.lots) * LOT)
    require_cost(world, held)


@obligation("NUM-5", "LEDGER-7", about=(deposit, transfer), reaches={ACCEPTED, "NUM-5"})
def what_is_credited_leaves_the_balance_within_its_bound(world: World) -> None:
    """After an accepted deposit or transfer neither the account that is credited nor the vault holds too much."""
    quotes = {beside(name): parts.ghost_quote(world, beside(name), True) for name in (ALICE, BOB)}
    held = {name: (parts.ghost_position(world, name, beside(name)),) for name in (ALICE, BOB)}
    accounts = {name: parts.account(world, name, held[name]) for name in (ALICE, BOB)}
    amount, new = world.integer("amount", usual=5), bytes(32)
    before, block = ledger(world, accounts, tuple(quotes), absent=(new.hex(),)), context(world, quotes)
    if world.choice("kind", ("deposit", "transfer")) == "deposit":
        after, receipt = deposit(before, block, Deposit(new, BOB, amount))
    else:
        after, receipt = transfer(before, block, ALICE, Transfer(BOB, amount))
    world.observe("receipt", receipt)
    world.reached(ACCEPTED if receipt.rejection is None else receipt.rejection.rule)
    world.require(after.pools["main"].vault <= MAX_ATOMS, "the vault is within its bound")
    if receipt.rejection is None:
        world.require(after.accounts[BOB].cash <= MAX_ATOMS, "who is credited is within the bound")
        world.require(amount <= MAX_ATOMS, "no amount is larger than a balance may be")
        world.require(amount >= 1, "no amount is empty")


@obligation("NUM-5", "OPT-3", about=(settle,), reaches={ACCEPTED, "NUM-5"})
def a_payoff_leaves_the_balance_within_its_bound(world: World) -> None:
    """After an accepted settlement the account's cash is within its bound, either way."""
    series: OptionSeries = parts.series(world, "option", world.choice("call", (True, False)))
    quote = replace(parts.quote(world, series), phase="settle", funding_index=0)
    account = parts.account(world, ALICE, (parts.position(world, ALICE, "option", funding=0),))
    before = ledger(world, {ALICE: account}, ("option",))
    after, receipt = settle(before, context(world, {"option": quote}), Settle(ALICE, "option"))
    world.observe("receipt", receipt)
    world.reached(ACCEPTED if receipt.rejection is None else receipt.rejection.rule)
    if receipt.rejection is None:
        world.require(after.accounts[ALICE].cash <= MAX_ATOMS, "not too much")
        world.require(after.accounts[ALICE].cash >= -MAX_ATOMS, "not too little")
