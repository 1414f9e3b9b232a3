"""What MARGIN-6 demands of an account that a transaction touched, where the transaction does not ask it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from clearstone.proofs.contracts import replaced
from clearstone.proofs.ledger.worlds import Setting
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import Account
from clearstone.spec.cash import check_leaving
from clearstone.spec.funding import settle_funding
from clearstone.spec.ledger_state import Context, Ledger, Pool
from clearstone.spec.margin import equity, healthy_after
from clearstone.spec.receipts import Rejection


def settled(setting: Setting, name: str) -> Account:
    """An account as it is once its funding is settled: what MARGIN-6 compares with."""
    block = setting.context
    after, _ = settle_funding(setting.ledger, block.quotes, block.now, name)
    return after.accounts[name]


def require_healthy(world: World, setting: Setting, after: Ledger, name: str) -> None:
    """MARGIN-6. What became of an account is what the health rule allows."""
    was, now, quotes = settled(setting, name), after.accounts[name], setting.context.quotes
    world.require(healthy_after(was, now, quotes), f"the health rule allows what became of {name}")
    becomes = equity(now, quotes)
    world.require(becomes >= 0 or becomes >= equity(was, quotes), f"no deficit of {name} grew")


def require_gain(world: World, setting: Setting, after: Ledger, name: str) -> None:
    """MARGIN-6. An account gained cash and nothing else: `who_gains_cash_passes_the_health_rule`."""
    was, now = settled(setting, name), after.accounts[name]
    world.require(replace(now, cash=was.cash) == was, f"nothing of {name} but its cash changes")
    world.require(now.cash >= was.cash, f"{name} gains")


@contextmanager
def leaving() -> Iterator[list[Account]]:
    """Gives the accounts that were allowed to let cash leave, in order: `who_may_leave_passes_the_health_rule`."""
    allowed: list[Account] = []

    def judge(context: Context, pool: Pool, debited: Account) -> Rejection | None:
        rejection = check_leaving(context, pool, debited)
        if rejection is None:
            allowed.append(debited)
        return rejection

    with replaced(check_leaving, judge):
        yield allowed
