"""Steps that several people take part in, or that take some working out, from the words that a rule draws."""

from __future__ import annotations

from clearstone.models.chain import named_key
from clearstone.models.scenario_genesis import USD
from clearstone.models.stateful.exchange_moves import (
    amount_of,
    asked_of,
    lots_of,
    markets_held,
    people,
    price_near,
    richest_first,
    unsettled,
    wait_of,
    weakest_first,
)
from clearstone.models.stateful.exchange_program import Act, Step, id_number
from clearstone.models.stateful.exchange_world import NAMES, PLACES
from clearstone.spec.accounts import lots_in
from clearstone.spec.state import State
from clearstone.spec.transactions import (
    ChangeParameter,
    Deposit,
    Liquidate,
    OpenAccount,
    Place,
    Release,
    Settle,
    Side,
    TimeInForce,
    Transfer,
    Withdraw,
)

CHANGES = (
    ("market/BTC-PERP", "maintenance_fraction"),
    ("pool/main", "penalty"),
    ("market/BTC-PERP", "taker_fee"),
    ("market/BTC-PERP", "initial_fraction"),
    ("pool/main", "discount_start"),
    ("market/BTC-50000-C", "initial_floor"),
    ("pool/main", "liquidation_horizon"),
    ("market/BTC-PERP", "maker_fee"),
    ("market/BTC-50000-P", "put_ratio"),
)
"""Parameters that programs try to change; the horizon is fixed, and a lower ratio out of its range."""
PERCENT = (10, -10, 900, -10)
"""By how much: as much as may be, or more."""


def placed(who: str, market: str, side: Side, lots: int, price: int, time: TimeInForce = "gtc") -> Act:
    """A limit order that is in no way special."""
    return Act(who, Place(market, side, lots, price, time, False, "cancel-maker"))


def opposite(side: Side) -> Side:
    """The other side."""
    return "sell" if side == "buy" else "buy"


def trade(state: State, first: str, second: str, market: str, side: Side, size: str, offset: int) -> Step:
    """The first person's order rests, and the second takes it, if nobody is in between."""
    price, lots = price_near(state, market, offset), lots_of(state, first, market, side, size)
    return Step((placed(first, market, side, lots, price), placed(second, market, opposite(side), lots, price)))


def trade_with_all(state: State, name: str, market: str, side: Side, size: str, odd: int) -> Step:
    """One person's order rests, and everybody else in the main pool takes a part of it, each less than the last."""
    price, others = price_near(state, market, 0), [other for other in people(state, "main") if other != name]
    whole = lots_of(state, name, market, side, size)
    acts = [placed(name, market, side, whole, price)]
    for number, other in enumerate(others):
        lots = max(1, whole // len(others) - number * odd)
        acts.append(placed(other, market, opposite(side), lots, price, "ioc"))
    return Step(tuple(acts))


def handed_over(state: State, name: str, other: str, market: str) -> Step:
    """Somebody closes a position against another one, who takes it over at the mark."""
    account = state.ledger.accounts[PLACES[name].id]
    lots, price = lots_in(account, market), price_near(state, market, 0)
    side: Side = "sell" if lots > 0 else "buy"
    size = max(1, abs(lots))
    return Step((placed(other, market, opposite(side), size, price), placed(name, market, side, size, price)))


def spread(state: State, first: str, second: str, legs: tuple[tuple[str, int], ...], size: int) -> Step:
    """Two people take opposite sides of several series at once."""
    acts: list[Act] = []
    for market, lots in legs:
        side: Side = "buy" if lots > 0 else "sell"
        price, whole = price_near(state, market, 0), abs(lots) * size
        acts += (placed(first, market, side, whole, price), placed(second, market, opposite(side), whole, price))
    return Step(tuple(acts))


def liquidation(state: State, by: int, rank: int, which: int, lots: str, wait: str) -> Step:
    """One of the richest liquidates one of the weakest accounts; if `by` is negative, one of the poorest does.

    Who waits until reports are stale meets prices that stand still: half the power is silent then.
    """
    weakest = weakest_first(state)
    ruined = weakest[rank % len(weakest)]
    held = markets_held(state, ruined)
    liquidators = [name for name in richest_first(state, PLACES[ruined].pool) if name != ruined]
    market = held[which % len(held)]
    action = Liquidate(ruined, market, asked_of(state, ruined, market, lots))
    silent = (0, 1) if wait == "stale" else ()
    return Step((Act(liquidators[by % len(liquidators)], action),), wait_of(state, wait), silent=silent)


def closing(state: State, rank: int, which: int, part: str, offset: int, reduce_only: bool) -> Step:
    """One of the weakest offers to close one of its positions: a half of it, all, or twice as much as there is."""
    weakest = weakest_first(state)
    name = weakest[rank % len(weakest)]
    held = markets_held(state, name)
    market = held[which % len(held)]
    account = state.ledger.accounts[PLACES[name].id]
    lots = lots_in(account, market)
    whole = {"all": abs(lots), "twice": 2 * abs(lots), "half": abs(lots) // 2 or 1}[part]
    side: Side = "sell" if lots > 0 else "buy"
    order = Place(market, side, whole, price_near(state, market, offset), "gtc", reduce_only, "cancel-maker")
    return Step((Act(name, order),))


def offered_beyond(state: State, name: str, market: str, side: Side, offset: int, reduce_only: bool) -> Step:
    """Somebody offers ten lots so many ppm of the index away from the mark: above it to sell, below it to buy."""
    price = price_near(state, market, offset if side == "sell" else -offset)
    return Step((Act(name, Place(market, side, 10, price, "gtc", reduce_only, "cancel-maker")),))


def opening(name: str) -> Step:
    """Somebody opens an account, perhaps one that is open."""
    seat = PLACES[name]
    return Step((Act(name, OpenAccount(named_key(seat.owner), seat.pool, seat.number)),))


def all_withdraw(state: State, pool: str, amount: str, number: int) -> Step:
    """Everybody in a pool withdraws."""
    names = people(state, pool)
    return Step(tuple(Act(name, Withdraw(id_number(number), amount_of(state, name, amount))) for name in names))


def leaving(state: State, name: str, amount: str, prices: tuple[tuple[str, int], ...]) -> Step:
    """Somebody sends cash to the richest of the others in his pool, in a block that reports prices."""
    to = next(each for each in richest_first(state, PLACES[name].pool) if each != name)
    return Step((Act(name, Transfer(to, amount_of(state, name, amount))),), prices=prices)


def all_released(state: State) -> Step:
    """The validators attest of every withdrawal that it was paid."""
    acts: list[Act] = []
    for key, withdrawal in state.ledger.withdrawals.items():
        if withdrawal.status == "escrowed":
            acts.append(Act("", Release(NAMES[withdrawal.account], bytes.fromhex(key.rpartition("/")[2]))))
    return Step(tuple(acts))


def an_atom_around(state: State, pool: str) -> Step:
    """Everybody in a pool sends an atom to the next: all settle their funding in one block."""
    names = people(state, pool)
    pairs = zip(names, (*names[1:], names[0]), strict=True)
    return Step(tuple(Act(sender, Transfer(receiver, 1)) for sender, receiver in pairs))


def all_settle(state: State) -> Step:
    """Everybody who has a position in a settled series settles it."""
    return Step(tuple(Act(name, Settle(name, series)) for name, series in unsettled(state)))


def change(state: State, which: int, how: int) -> Step:
    """The validators attest a change of a parameter, under the next number or under that of the last one."""
    scope, name = CHANGES[which]
    kind, _, identifier = scope.partition("/")
    holder = state.ledger.pools[identifier] if kind == "pool" else state.instruments[identifier]
    held = getattr(holder.parameters, name)
    number = state.ledger.last_change + (0 if how == 3 else 1)
    action = ChangeParameter(number, scope, name, held + held * PERCENT[how] // 100)
    return Step((Act("", action),), elapsed=60_000 if how == 1 else 1_000)


def attested(number: int, name: str, dollars: int, signers: tuple[int, ...] = (0, 1, 2, 3)) -> Step:
    """Some validators attest a deposit."""
    return Step((Act("", Deposit(id_number(number), name, dollars * USD), signers=signers),))
