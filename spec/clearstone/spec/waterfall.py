"""The default waterfall: who pays when an account owes more than it has, in a fixed order and to the atom (WATER-2).

First the insurance fund, capped per market and window so that one market cannot drain it (incident 3); then the profit
of the lots just closed, all profit, and equity, each apportioned by what the accounts have of it; last the fund above
its cap, the residue and the fees. Profit is charged before principal, because whoever gained from the move that ruined
the defaulter holds what he could not pay. A charge lowers locked profit first and then raises entry costs, so that the
same profit is never charged twice. Nothing stays owed and nobody is pushed below zero: the vault covers all claims,
every funding payment is settled beforehand, and what the clearing balances then hold is nobody's claim.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from clearstone.spec.accounts import Account, Position, locked_profit, realise
from clearstone.spec.instruments import Perpetual
from clearstone.spec.ledger_state import Context, Ledger, Pool, horizon_period, insurance_period
from clearstone.spec.margin import Quotes, equity
from clearstone.spec.numbers import apportion
from clearstone.spec.receipts import Event, Posting
from clearstone.spec.tables import fold

Pot: TypeAlias = Literal["insurance", "residue", "fees"]


@dataclass(frozen=True, slots=True)
class Absorption:
    """WATER-2. How far the assignment of one deficit has come."""

    ledger: Ledger
    """After the charges so far."""
    owed: int
    """What is still to be assigned, in atoms."""
    postings: tuple[Posting, ...] = ()
    """Money moved, in order."""
    events: tuple[Event, ...] = ()
    """What each stage took, in order."""


def absorb(
    ledger: Ledger, context: Context, account_id: str, closed: tuple[str, ...], profits: tuple[tuple[str, int], ...]
) -> Absorption:
    """WATER-2, WATER-3. Assign an account's deficit, which is its negative cash, and leave it at exactly zero."""
    account = ledger.accounts[account_id]
    absorption = Absorption(ledger, -account.cash)
    absorption = draw_insurance(absorption, context, account_id, closed)
    pool = ledger.pools[account.pool]
    by_account = _sums(profits)
    stages: tuple[tuple[str, Callable[[str, Account], int]], ...] = (
        ("closed-profit", lambda other_id, _: by_account.get(other_id, 0)),
        ("profit", lambda _, other: profit_of(other, context, pool)),
        ("equity", lambda _, other: equity(other, context.quotes)),
    )
    for name, claim in stages:
        absorption = charge_accounts(absorption, context, account_id, name, claim)
    last_pots: tuple[Pot, ...] = ("insurance", "residue", "fees")
    return fold(lambda so_far, pot: draw_pot(so_far, account_id, pot), absorption, last_pots)


def _sums(profits: tuple[tuple[str, int], ...]) -> dict[str, int]:
    """WATER-2. Profits added up by account."""
    sums: dict[str, int] = {}
    for account_id, profit in profits:
        sums[account_id] = sums.get(account_id, 0) + profit
    return sums


def profit_of(account: Account, context: Context, pool: Pool) -> int:
    """WATER-2. All profit of an account, in atoms: what each position is worth above its cost, and what is locked."""
    return unrealised_profit(account, context.quotes) + locked_profit(account, horizon_period(pool, context.now))


def unrealised_profit(account: Account, quotes: Quotes) -> int:
    """WATER-2. Σ over positions of max(0, value − cost), in atoms."""
    return sum(position_profit(position, quotes) for position in account.positions)


def position_profit(position: Position, quotes: Quotes) -> int:
    """LEDGER-3. What a position is worth above its cost, in atoms, at least 0."""
    return max(0, position.lots * quotes[position.instrument].mark - position.cost)


def draw_insurance(absorption: Absorption, context: Context, account_id: str, closed: tuple[str, ...]) -> Absorption:
    """WATER-2. What the insurance fund pays within the caps of the markets that were closed.

    A deficit without a position (from funding or an expiry) draws on a line of its own.
    """
    ledger = absorption.ledger
    pool_id = ledger.accounts[account_id].pool
    pool = ledger.pools[pool_id]
    window = insurance_period(pool, context.now)
    allowances = tuple(allowance(ledger, context, market, window) for market in closed)
    if not closed:
        used = pool.unassigned_used if pool.unassigned_window == window else 0
        allowances = (max(0, pool.parameters.unassigned_cap - used),)
    drawn = min(absorption.owed, pool.insurance, sum(allowances))
    markets = ledger.markets
    for market_id, amount in zip(closed, apportion(drawn, allowances), strict=False):
        market = markets[market_id]
        used = market.insurance_used if market.insurance_window == window else 0
        markets = markets.set(market_id, replace(market, insurance_used=used + amount, insurance_window=window))
    changed = replace(pool, insurance=pool.insurance - drawn)
    if not closed:
        used = pool.unassigned_used if pool.unassigned_window == window else 0
        changed = replace(changed, unassigned_used=used + drawn, unassigned_window=window)
    ledger = replace(ledger, markets=markets, pools=ledger.pools.set(pool_id, changed))
    return _paid_in(replace(absorption, ledger=ledger), account_id, "insurance", drawn, "insurance")


def allowance(ledger: Ledger, context: Context, market_id: str, window: int) -> int:
    """WATER-2. What the insurance fund may still pay for a market in a window, in atoms, at least 0."""
    market = ledger.markets[market_id]
    used = market.insurance_used if market.insurance_window == window else 0
    return max(0, context.instruments[market_id].parameters.insurance_cap - used)


def charge_accounts(
    absorption: Absorption, context: Context, account_id: str, name: str, claim: Callable[[str, Account], int]
) -> Absorption:
    """WATER-2, NUM-6. One stage: what is owed over the pool's accounts, by a claim of each, never past its equity."""
    accounts = absorption.ledger.accounts
    pool_id = accounts[account_id].pool
    payers = tuple(
        (other_id, min(claim(other_id, other), max(0, equity(other, context.quotes))))
        for other_id, other in accounts.items()
        if other_id != account_id and other.pool == pool_id
    )
    caps = tuple(max(0, cap) for _, cap in payers)
    charges = apportion(min(absorption.owed, sum(caps)), caps)

    def step(so_far: Absorption, charge: tuple[str, int]) -> Absorption:
        return charge_account(so_far, context, account_id, charge[0], charge[1], name)

    charged = zip((other_id for other_id, _ in payers), charges, strict=True)
    return fold(step, absorption, ((other_id, amount) for other_id, amount in charged if amount > 0))


def charge_account(
    absorption: Absorption, context: Context, account_id: str, payer_id: str, amount: int, name: str
) -> Absorption:
    """WATER-2. One account pays its share of a deficit: the step of the fold."""
    ledger = absorption.ledger
    payer = ledger.accounts[payer_id]
    period = horizon_period(ledger.pools[payer.pool], context.now)
    accounts = ledger.accounts.set(payer_id, charged_for_default(payer, amount, context.quotes, period))
    charged = replace(absorption, ledger=replace(ledger, accounts=accounts))
    return _paid_in(charged, account_id, f"account/{payer_id}", amount, name)


def charged_for_default(account: Account, amount: int, quotes: Quotes, period: int) -> Account:
    """WATER-2. The account after a charge: locked profit goes first, then entry costs rise, ascending by instrument."""
    recent, earlier = realise(account, -amount, period)
    left = amount - (locked_profit(account, period) - recent - earlier)
    positions: list[Position] = []
    for position in account.positions:
        raised = min(left, position_profit(position, quotes))
        left -= raised
        positions.append(replace(position, cost=position.cost + raised))
    return replace(
        account,
        cash=account.cash - amount,
        positions=tuple(positions),
        locked_recent=recent,
        locked_earlier=earlier,
        locked_period=period,
    )


def draw_pot(absorption: Absorption, account_id: str, pot: Pot) -> Absorption:
    """WATER-2. What is still owed from a pot of the pool: the fund above its cap, the residue, the fees."""
    ledger = absorption.ledger
    pool_id = ledger.accounts[account_id].pool
    pool = ledger.pools[pool_id]
    if pot == "insurance":
        drawn = min(absorption.owed, pool.insurance)
        changed = replace(pool, insurance=pool.insurance - drawn)
    elif pot == "residue":
        drawn = min(absorption.owed, pool.residue)
        changed = replace(pool, residue=pool.residue - drawn)
    else:
        drawn = min(absorption.owed, pool.fees)
        changed = replace(pool, fees=pool.fees - drawn)
    drained = replace(absorption, ledger=replace(ledger, pools=ledger.pools.set(pool_id, changed)))
    return _paid_in(drained, account_id, pot, drawn, f"last-{pot}")


def _paid_in(absorption: Absorption, account_id: str, source: str, amount: int, name: str) -> Absorption:
    """WATER-3. The deficit lowered by what a stage paid to the defaulted account."""
    if amount == 0:
        return absorption
    ledger = absorption.ledger
    account = ledger.accounts[account_id]
    credited = replace(account, cash=account.cash + amount)
    return Absorption(
        replace(ledger, accounts=ledger.accounts.set(account_id, credited)),
        absorption.owed - amount,
        (*absorption.postings, Posting(account.pool, source, f"account/{account_id}", amount, name)),
        (*absorption.events, Event("absorbed", account_id, (("stage", name), ("from", source), ("amount", amount)))),
    )


def sweep_clearing(ledger: Ledger, context: Context, pool_id: str) -> tuple[Ledger, tuple[Posting, ...]]:
    """PERP-2, NUM-4. Move what the perpetuals' clearing balances hold to the residue, once every account is settled.

    With all accounts at the same funding index Σ lots · index is 0, so by PERP-2's bound the balance is at least zero
    and made of rounding alone: less than an atom a settlement, which nobody has a claim on.
    """
    postings: list[Posting] = []
    for market_id in context.members[pool_id]:
        market, pool = ledger.markets[market_id], ledger.pools[pool_id]
        if isinstance(context.instruments[market_id], Perpetual) and market.settlements > 0:
            swept = replace(market, clearing=0, settlements=0)
            kept = replace(pool, residue=pool.residue + market.clearing)
            postings.append(Posting(pool_id, f"clearing/{market_id}", "residue", market.clearing, "sweep"))
            markets = ledger.markets.set(market_id, swept)
            ledger = replace(ledger, markets=markets, pools=ledger.pools.set(pool_id, kept))
    return ledger, tuple(postings)
