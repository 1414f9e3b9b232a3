"""Contracts that proofs about losses use: what is proved of a part by itself stands for it in the whole.

Apportioning is proved share by share (`a_share_lies_between_nothing_and_its_cap`, `shares_add_up_to_the_amount`): for
any number of caps each share lies between nothing and its cap, and they add up to the amount. Here the shares may be
anything of which that is true; that the amount and the caps are such as NUM-6 asks for is required of whoever calls it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from clearstone.proofs.contracts import replaced
from clearstone.proofs.symbolic.formulas import conjunction, negation
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import Account
from clearstone.spec.ledger_state import Context
from clearstone.spec.margin import equity
from clearstone.spec.numbers import apportion
from clearstone.spec.receipts import Posting
from clearstone.spec.waterfall import Absorption, charge_accounts, draw_insurance


def usual_shares(amount: int, caps: Sequence[int]) -> tuple[int, ...]:
    """Shares to try first: where amount and caps are numbers, what apportioning makes of them."""
    plain = all(isinstance(one, int) for one in (amount, *caps)) and min((amount, *caps), default=0) >= 0
    return apportion(amount, caps) if plain else (1,) * len(caps)


@contextmanager
def any_shares(world: World) -> Iterator[list[tuple[int, ...]]]:
    """Apportioning gives any shares within the caps that add up to the amount; gives the caps that were asked about."""
    asked: list[tuple[int, ...]] = []

    def shares(amount: int, caps: Sequence[int]) -> tuple[int, ...]:
        world.require(amount >= 0, "no negative amount is apportioned")
        world.require(amount <= sum(caps), "no more is apportioned than the caps allow")
        likely = usual_shares(amount, caps)
        found = tuple(
            world.integer(f"share {len(asked)}.{place}", 0, None, usual) for place, usual in enumerate(likely)
        )
        asked.append(tuple(caps))
        for part, cap in zip(found, caps, strict=True):
            world.require(cap >= 0, "no cap is negative")
            world.assume(part <= cap)
        world.assume(sum(found) == amount)
        return found

    with replaced(apportion, shares):
        yield asked


@dataclass(frozen=True, slots=True)
class Draw:
    """What was asked of the insurance fund."""

    closed: tuple[str, ...]
    """Markets that were closed."""
    owed: int
    """What was owed, in atoms."""
    drawn: int
    """What the fund paid, in atoms."""


@contextmanager
def any_insurance(world: World) -> Iterator[list[Draw]]:
    """The fund pays any part of what is owed and it holds, as `the_insurance_fund_pays_first_and_within_its_caps`."""
    draws: list[Draw] = []

    def draw(absorption: Absorption, _: Context, account_id: str, closed: tuple[str, ...]) -> Absorption:
        ledger = absorption.ledger
        account = ledger.accounts[account_id]
        pool = ledger.pools[account.pool]
        drawn = world.integer("drawn from the fund", 0, None, 1)
        world.assume(drawn <= absorption.owed)
        world.assume(drawn <= pool.insurance)
        draws.append(Draw(closed, absorption.owed, drawn))
        paid = replace(
            ledger,
            accounts=ledger.accounts.set(account_id, replace(account, cash=account.cash + drawn)),
            pools=ledger.pools.set(account.pool, replace(pool, insurance=pool.insurance - drawn)),
        )
        posting = Posting(account.pool, "insurance", f"account/{account_id}", drawn, "insurance")
        return Absorption(paid, absorption.owed - drawn, (*absorption.postings, posting), absorption.events)

    with replaced(draw_insurance, draw):
        yield draws


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the waterfall, as it was asked for."""

    name: str
    """Its name."""
    owed: int
    """What was owed when it began, in atoms."""
    caps: dict[str, int]
    """The most that each account pays in it, in atoms."""
    taken: int
    """What it took, in atoms."""


@contextmanager
def any_stage(world: World, named: str, others: str) -> Iterator[list[Stage]]:
    """A stage takes what `a_stage_takes_all_it_may_and_pushes_nobody_below_zero` says; gives the stages, in order.

    Of the named account it takes any part up to its cap, the rest of all others, which stand as one: the claim on them
    is the sum of what may be claimed of each, so no more than what they have together.
    """
    stages: list[Stage] = []

    def stage(
        absorption: Absorption, context: Context, account_id: str, name: str, claim: Callable[[str, Account], int]
    ) -> Absorption:
        accounts = absorption.ledger.accounts
        cap = max(0, min(claim(named, accounts[named]), equity(accounts[named], context.quotes)))
        together = claim(others, accounts[others])
        world.assume(together >= 0)
        world.assume(together <= equity(accounts[others], context.quotes))
        caps = {named: cap, others: together}
        least = min(absorption.owed, cap + together)
        likely = usual_shares(least, (cap, together))
        taken = world.integer(f"taken in {name}", 0, None, sum(likely))
        paid = world.integer(f"paid by {named} in {name}", 0, None, likely[0])
        world.assume(taken <= absorption.owed)
        world.assume(taken <= cap + together)
        world.assume(negation(conjunction(taken < absorption.owed, taken < cap + together)))
        world.assume(paid <= cap)
        world.assume(paid <= taken)
        world.assume(taken - paid <= together)
        stages.append(Stage(name, absorption.owed, caps, taken))
        postings = absorption.postings
        for payer, amount in ((named, paid), (others, taken - paid)):
            charged = replace(accounts[payer], cash=accounts[payer].cash - amount)
            accounts = accounts.set(payer, charged)
            posting = Posting(charged.pool, f"account/{payer}", f"account/{account_id}", amount, name)
            postings = (*postings, posting)
        accounts = accounts.set(account_id, replace(accounts[account_id], cash=accounts[account_id].cash + taken))
        ledger = replace(absorption.ledger, accounts=accounts)
        return Absorption(ledger, absorption.owed - taken, postings, absorption.events)

    with replaced(charge_accounts, stage):
        yield stages
