"""What all who trade have in common: an account, a key, dice of their own, and the public state that they see.

A participant looks at the state after the last block, which is all that anybody knows, and answers with actions. They
are signed and numbered here, and take effect in the next block, at prices that nobody knew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Protocol

from clearstone.models.signing import SigningKey
from clearstone.spec.accounts import Account, account_id, lots_in
from clearstone.spec.authentication import is_attested
from clearstone.spec.instruments import Quote
from clearstone.spec.margin import equity, liquidatable
from clearstone.spec.numbers import MAX_TIME
from clearstone.spec.state import State
from clearstone.spec.transactions import Action, Body, OpenAccount, Signature, Transaction


@dataclass(frozen=True)
class View:
    """What everybody sees before a block: the state after the last one, and what follows from it."""

    height: int
    """Height of the block to come."""
    state: State
    """State after the block before."""

    @cached_property
    def liquidatable(self) -> dict[str, tuple[str, ...]]:
        """Accounts below maintenance margin by pool, ascending."""
        quotes = self.state.quotes
        found: dict[str, list[str]] = {}
        for identifier, account in self.state.ledger.accounts.items():
            if account.positions and liquidatable(account, quotes):
                found.setdefault(account.pool, []).append(identifier)
        return {pool: tuple(accounts) for pool, accounts in found.items()}

    def account(self, holder: Holder) -> Account | None:
        """A holder's account, if it is open."""
        return self.state.ledger.accounts.get(holder.account)

    def quote(self, market: str) -> Quote:
        """The last block's quote of a market."""
        return self.state.quotes[market]

    def lots(self, holder: Holder, market: str) -> int:
        """A holder's lots in a market, signed."""
        account = self.account(holder)
        return 0 if account is None else lots_in(account, market)

    def equity(self, holder: Holder) -> int:
        """A holder's equity, in atoms."""
        account = self.account(holder)
        return 0 if account is None else equity(account, self.state.quotes)


@dataclass(slots=True)
class Holder:
    """Who holds an account, and what it takes to act for it."""

    name: str
    """What the participant is called, unique."""
    key: SigningKey
    """Its key."""
    pool: str
    """Pool of its account."""
    account: str
    """The account's id."""
    random: Random
    """Its own dice: what one does never depends on who else is there."""
    nonce: int = 0
    """Last nonce that it used."""

    @classmethod
    def make(cls, seed: int, name: str, pool: str) -> Holder:
        """The holder of that name under a seed: always the same one."""
        key = SigningKey.derive(seed, name)
        return cls(name, key, pool, account_id(key.public, pool, 0), Random(f"{seed}/{name}"))


class Participant(Protocol):
    """Somebody who acts once a block at most."""

    holder: Holder
    """Who acts."""

    def act(self, view: View) -> Iterable[Action]:
        """What it does about what it sees; attested actions are asked of the validators."""
        ...


@dataclass(slots=True)
class Desk:
    """Where actions become transactions: signed by their account's owner, or attested by validators."""

    chain: str
    """Id of the chain."""
    attestors: tuple[SigningKey, ...]
    """Validators that attest, ascending by key, with more than 2/3 of the power together."""
    patience: int
    """How long its transactions stay good, in ms."""

    def transaction(self, holder: Holder, action: Action, now: int) -> Transaction:
        """The transaction by which a holder does something."""
        expires = min(now + self.patience, MAX_TIME)
        if is_attested(action):
            body = Body(self.chain, "", 0, expires, action)
            return Transaction(body, tuple(Signature(key.public, key.sign(body)) for key in self.attestors))
        holder.nonce += 0 if isinstance(action, OpenAccount) else 1
        body = Body(self.chain, holder.account, holder.nonce, expires, action)
        return Transaction(body, (Signature(holder.key.public, holder.key.sign(body)),))
