"""Ledgers in which somebody is liquidated, and what any liquidation has to keep.

What is proved of its parts by themselves stands for them: the discount, the cap on charges, what is required of
positions, who is healthy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

from clearstone.proofs.contracts import Judgement, any_health, replaced
from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.trading_contracts import any_bounds
from clearstone.proofs.ledger.worlds import ALICE, BOB, Setting, beside, context, ledger
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import Account, Position, lots_in, realise
from clearstone.spec.ledger_state import Ledger
from clearstone.spec.margin import Quotes, equity, health_equity, maintenance_requirement
from clearstone.spec.parameters import PoolParameters
from clearstone.spec.takeover import charge_cap, discount_rate, within_cap

PERP, SERIES = "perp", "option"
"""The markets in which proofs liquidate."""
PAIR = (ALICE, BOB)
"""Who liquidates, and who is liquidated."""
CASES = ("a flagged account", "one's own account", "a frozen feed")
"""What is liquidated. Flagging comes first and is proved by itself, so most is tried of an account with a flag."""


def liquidation(world: World, *, option: bool = False) -> Setting:
    """Any ledger in which Bob holds a perpetual, or he and Alice hold an `option`, and anything; funding is settled."""
    case = world.choice("liquidated", CASES[:1] if option else CASES)
    market = SERIES if option else PERP
    listed = parts.series(world, SERIES, True) if option else parts.perpetual(world, PERP)
    quotes = {
        market: parts.quote(world, listed, case != "a frozen feed"),
        beside(ALICE): parts.ghost_quote(world, beside(ALICE), True),
        beside(BOB): parts.ghost_quote(world, beside(BOB), True),
    }

    def settled(positions: tuple[Position, ...]) -> tuple[Position, ...]:
        return tuple(replace(held, funding_index=quotes[held.instrument].funding_index) for held in positions)

    aside: tuple[Position, ...] = (parts.ghost_position(world, ALICE, beside(ALICE)),)
    if option:
        aside = (parts.position(world, ALICE, SERIES), *aside)
    target = parts.position(world, BOB, market), parts.ghost_position(world, BOB, beside(BOB))
    owner = ALICE.encode().ljust(32, b"\0") if case == "one's own account" else b""
    flagged_at = world.integer("flagged at", 0, None, 2_000) if case == "a flagged account" else None
    accounts = {
        ALICE: parts.account(world, ALICE, settled(aside)),
        BOB: parts.account(world, BOB, settled(target), (), owner, flagged_at),
    }
    pool = parts.pool(world, flagged=() if flagged_at is None else (BOB,))
    block = context(world, quotes)
    if flagged_at is not None:
        world.assume(flagged_at <= block.now)
    return Setting(ledger(world, accounts, tuple(quotes), pool), block)


Requirement = Callable[[Account, Quotes], int]
"""What an account has to hold."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a liquidation asked of the parts that are proved by themselves."""

    health: list[Judgement]
    """Changes of accounts that were judged."""
    caps: list[tuple[int, int, int, int]]
    """Equity, requirement, requirement afterwards, and the cap on charges that they were said to give."""
    requirement: Requirement
    """What was said to be required of an account."""


def any_requirement(world: World) -> Requirement:
    """Positions require anything, and the same positions the same: what options require is proved elsewhere."""
    known: list[tuple[tuple[Position, ...], int]] = []

    def requirement(account: Account, _: Quotes) -> int:
        for positions, required in known:
            if positions is account.positions:
                return required
        known.append((account.positions, world.integer(f"requirement {len(known)}", 0, None, 200 - len(known))))
        return known[-1][1]

    return requirement


@contextmanager
def any_terms(world: World) -> Iterator[Asked]:
    """Any discount, any cap on charges that is not negative, any number of bounds and health: as proved of each."""
    caps: list[tuple[int, int, int, int]] = []

    def any_rate(parameters: PoolParameters, _: int) -> int:
        return world.integer("rate", 0, 500_000, 5_000)  # within start and limit: proved by itself

    def any_cap(held: int, required: int, after: int) -> int:
        caps.append((held, required, after, world.integer("cap", 0, None, 100)))  # never negative: proved by itself
        return caps[-1][-1]

    def any_charges(discount: int, penalty: int, cap: int) -> tuple[int, int]:
        world.require(discount >= 0, "no discount is negative")
        world.require(penalty >= 0, "no penalty is negative")
        charges = world.integer("discount charged", 0, None, 2), world.integer("penalty charged", 0, None, 1)
        world.assume(charges[0] + charges[1] <= cap)  # proved by itself
        return charges

    requirement = any_requirement(world)
    parts_of_it: dict[Callable[..., Any], Callable[..., Any]] = {
        discount_rate: any_rate,
        charge_cap: any_cap,
        within_cap: any_charges,
        maintenance_requirement: requirement,
        realise: lambda *_: any_locks(world),
    }
    with ExitStack() as contracts:
        for function, by in parts_of_it.items():
            contracts.enter_context(replaced(function, by))
        contracts.enter_context(any_bounds(world))
        yield Asked(contracts.enter_context(any_health(world)), caps, requirement)


def any_locks(world: World) -> tuple[int, int]:
    """Any locked profit, of which nothing is said here."""
    return world.integer("locked, recent", 0), world.integer("locked, earlier", 0)


def require_exchange(world: World, setting: Setting, after: Ledger, asked: Asked, market: str) -> None:
    """LIQ-2 to LIQ-5. What the target gave the liquidator has, at the mark; no more was charged than the cap allows."""
    before, quotes = setting.ledger, setting.context.quotes
    target, liquidator = before.accounts[BOB], before.accounts[ALICE]
    below = health_equity(target, quotes) < asked.requirement(target, quotes)
    world.require(below, "the target was below maintenance margin")
    world.require(target.owner != liquidator.owner, "an owner does not liquidate himself")
    was, now = lots_in(target, market), lots_in(after.accounts[BOB], market)
    got = lots_in(after.accounts[ALICE], market) - lots_in(liquidator, market)
    world.require(was - now == got, "the liquidator gets what the target gives")
    side = 1 if was > 0 else -1
    world.require(side * now >= 0, "never past zero")
    world.require(side * now <= side * was, "no position grows")
    longs = [max(0, lots_in(accounts[name], market)) for accounts in (before.accounts, after.accounts) for name in PAIR]
    grown = after.markets[market].open_interest - before.markets[market].open_interest
    world.require(grown == longs[2] + longs[3] - longs[0] - longs[1], "open interest is what the longs hold")
    cost = equity(target, quotes) - equity(after.accounts[BOB], quotes)
    gained = equity(after.accounts[ALICE], quotes) - equity(liquidator, quotes)
    penalty = after.pools["main"].insurance - before.pools["main"].insurance
    world.require(cost == gained + penalty, "what the target loses is discount and penalty")
    world.require(gained >= 0, "the discount is not negative")
    world.require(penalty >= 0, "the penalty is not negative")
    for held, required, required_after, cap in asked.caps:
        world.require(cost <= cap, "the target loses no more than the cap")
        world.require(held == health_equity(target, quotes), "the cap is for the equity that it had")
        world.require(required == asked.requirement(target, quotes), "for what it required")
        left = asked.requirement(after.accounts[BOB], quotes)
        world.require(required_after == left, "and for what it requires now: so equity over requirement does not fall")
        world.require(left < required, "less is required")
    world.require(len(asked.caps) <= 1, "it is charged once")
