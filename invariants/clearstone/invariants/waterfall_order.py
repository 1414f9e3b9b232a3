"""The waterfall stated a second time: which stage takes how much from whom, from figures alone (WATER-2, NUM-6).

It starts where the defaulted account's positions are closed, and knows nothing of positions: each account is its
equity, its profit, and the profit of the lots just closed. A charge lowers the first two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from clearstone.invariants.block_step import SubStep
from clearstone.spec.accounts import locked_profit
from clearstone.spec.defaults import settle_expired, settle_pool_funding
from clearstone.spec.deleveraging import Closing, close_positions
from clearstone.spec.funding import settle_funding
from clearstone.spec.ledger_state import Context, horizon_period, insurance_period
from clearstone.spec.margin import equity
from clearstone.spec.numbers import floor_div
from clearstone.spec.orders import cancel_all
from clearstone.spec.waterfall import sweep_clearing

STAGES = ("insurance", "closed-profit", "profit", "equity", "last-insurance", "last-residue", "last-fees")
"""The stages, in order: reasons of the postings by which they pay."""


@dataclass(slots=True)
class Payer:
    """WATER-2. What an account can be charged."""

    equity: int
    """Equity at the marks, in atoms."""
    profit: int
    """All profit, locked included, in atoms."""
    closed: int
    """Profit of the lots just closed against the defaulter, in atoms."""

    def claim(self, stage: str) -> int:
        """The most that a stage may take from it, in atoms."""
        claims = {"closed-profit": self.closed, "profit": self.profit, "equity": self.equity}
        return max(0, min(claims[stage], self.equity))

    def charge(self, amount: int) -> None:
        """It has paid so much."""
        self.equity -= amount
        self.profit = max(0, self.profit - amount)


def closing_of(part: SubStep) -> Closing:
    """The ledger of a default as its deficit is about to be assigned."""
    context, account_id = part.context, part.subject
    ledger, _ = settle_funding(part.before, context.quotes, context.now, account_id)
    ledger, _ = settle_expired(ledger, context, account_id)
    pool_id = ledger.accounts[account_id].pool
    ledger, _ = settle_pool_funding(cancel_all(ledger, account_id), context, pool_id)
    ledger, _ = sweep_clearing(ledger, context, pool_id)
    return close_positions(ledger, context, account_id)


def expected_charges(part: SubStep, closing: Closing) -> Iterator[tuple[str, str, int]]:
    """(stage, balance, atoms) for everything that a default's deficit should take, in order."""
    ledger, context = closing.ledger, part.context
    pool = ledger.pools[ledger.accounts[part.subject].pool]
    owed = -ledger.accounts[part.subject].cash
    drawn = min(owed, pool.insurance, sum(allowances(closing, context, part.subject).values()))
    if drawn > 0:
        yield "insurance", "insurance", drawn
    owed -= drawn
    payers = payers_of(closing, context, part.subject)
    for stage in STAGES[1:4]:
        caps = {account_id: payer.claim(stage) for account_id, payer in payers.items()}
        total, before = sum(caps.values()), 0
        taken = min(owed, total)
        for account_id in sorted(caps) if taken else ():
            upper, lower = (floor_div(taken * up_to, total) for up_to in (before + caps[account_id], before))
            before += caps[account_id]
            if upper > lower:
                payers[account_id].charge(upper - lower)
                yield stage, f"account/{account_id}", upper - lower
        owed -= taken
    for stage, pot, held in zip(
        STAGES[4:], ("insurance", "residue", "fees"), (pool.insurance - drawn, pool.residue, pool.fees), strict=True
    ):
        if min(owed, held) > 0:
            yield stage, pot, min(owed, held)
        owed -= min(owed, held)


def allowances(closing: Closing, context: Context, account_id: str) -> Mapping[str, int]:
    """What the insurance fund may still pay in this window, by market closed; under "" without any."""
    ledger = closing.ledger
    pool = ledger.pools[ledger.accounts[account_id].pool]
    window = insurance_period(pool, context.now)
    if not closing.closed:
        used = pool.unassigned_used if pool.unassigned_window == window else 0
        return {"": max(0, pool.parameters.unassigned_cap - used)}
    left: dict[str, int] = {}
    for market in closing.closed:
        state = ledger.markets[market]
        used = state.insurance_used if state.insurance_window == window else 0
        left[market] = max(0, context.instruments[market].parameters.insurance_cap - used)
    return left


def payers_of(closing: Closing, context: Context, account_id: str) -> dict[str, Payer]:
    """The pool's other accounts, by id, with what they can be charged."""
    accounts = closing.ledger.accounts
    pool_id = accounts[account_id].pool
    period = horizon_period(closing.ledger.pools[pool_id], context.now)
    payers: dict[str, Payer] = {}
    for other_id, other in accounts.entries.items():
        if other.pool == pool_id and other_id != account_id:
            unrealised = sum(
                max(0, position.lots * context.quotes[position.instrument].mark - position.cost)
                for position in other.positions
            )
            payers[other_id] = Payer(equity(other, context.quotes), unrealised + locked_profit(other, period), 0)
    for other_id, profit in closing.profits:
        payers[other_id].closed += profit
    return payers
