"""An arbitrary ledger with a few named accounts, and the context of an arbitrary block."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from immutables import Map

from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.frames import framed
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import Account
from clearstone.spec.book import EMPTY_BOOK, Book
from clearstone.spec.instruments import Instrument, Quote
from clearstone.spec.ledger_state import Context, Ledger, Pool, Withdrawal
from clearstone.spec.numbers import MAX_TIME
from clearstone.spec.parameters import ProtocolParameters

ALICE, BOB, NOBODY = "alice", "bob", "nobody"
"""Ids of the accounts that proofs name; the last one is not open."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a transaction happens."""

    ledger: Ledger
    """Before it."""
    context: Context
    """Of its block."""


def beside(account: str) -> str:
    """The instrument that stands for all that an account holds beside what is named; it comes last by id."""
    return f"~{account}"


def ledger(
    world: World,
    accounts: Mapping[str, Account],
    markets: Collection[str],
    pool: Pool | None = None,
    *,
    withdrawals: Mapping[str, Withdrawal] | None = None,
    deposits: Mapping[str, int] | None = None,
    absent: Collection[str] = (),
    unopened: Collection[str] = (),
    changes: Collection[str] = (),
    books: Mapping[str, Book] | None = None,
) -> Ledger:
    """Any ledger whose named accounts are these; `absent` are keys of withdrawals and deposits that are not there."""
    return Ledger(
        accounts=framed(accounts, {NOBODY, *unopened}),
        pools=framed({"main": parts.pool(world) if pool is None else pool}, {"nowhere"}),
        markets=framed({market: parts.market(world, market) for market in markets}),
        withdrawals=framed(withdrawals or {}, absent),
        deposits=framed(deposits or {}, absent),
        changes=framed({}, changes),
        last_change=world.integer("last change", 0, None, 4),
        books=Map(dict.fromkeys(markets, EMPTY_BOOK) | dict(books or {})),
    )


def context(
    world: World,
    quotes: Mapping[str, Quote],
    unclamped: Mapping[str, Quote] | None = None,
    pending: Collection[str] = (),
) -> Context:
    """The context of any block with these quotes, all of the pool `main`; its instruments are what is quoted."""
    instruments: dict[str, Instrument] = {market: quote.instrument for market, quote in quotes.items()}
    clamped = Map(dict(quotes))
    return Context(
        chain="chain",
        now=world.integer("now", 0, MAX_TIME, 3_000),
        parameters=parts.parameters(world, ProtocolParameters, "protocol"),
        validators=(),
        instruments=framed(instruments, {"unlisted"}),
        quotes=clamped,
        unclamped=clamped if unclamped is None else Map(dict(unclamped)),
        members=Map({"main": tuple(sorted(quotes))}),
        pending=frozenset(pending),
    )


def holders(world: World, *names: str, carried: bool = False) -> Setting:
    """Any ledger in which each named account holds anything; `carried`: some index still has to reach its median."""
    freshness = {name: world.choice(f"{name}'s feeds", ("fresh", "frozen")) == "fresh" for name in names}
    quotes = {beside(name): parts.ghost_quote(world, beside(name), freshness[name]) for name in names}
    unclamped = None
    if carried:
        unclamped = {
            beside(name): parts.ghost_quote(world, beside(name), freshness[name], " unclamped") for name in names
        }
    accounts = {name: parts.account(world, name, (parts.ghost_position(world, name, beside(name)),)) for name in names}
    return Setting(ledger(world, accounts, tuple(quotes)), context(world, quotes, unclamped))
