"""What can happen in a block: one transaction of each kind or a few, the world outside moves, or nothing may happen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from clearstone.models.chain import Chain, named_key
from clearstone.models.exchange_instances.refused import BLOCKS, TRANSACTIONS, Tamper
from clearstone.models.exchange_instances.starting import EXPIRY, MARKET, OPTION, PENDING
from clearstone.models.scenario_genesis import USD, buy, sell
from clearstone.spec.accounts import account_id
from clearstone.spec.transactions import (
    Action,
    Cancel,
    ChangeParameter,
    Deposit,
    Liquidate,
    OpenAccount,
    Release,
    Settle,
    Transaction,
    Transfer,
    Withdraw,
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that can happen."""

    name: str
    """In a few words."""
    make: Callable[[Chain, Mapping[str, str]], Transaction] | None = None
    """The transaction, given the chain and the account of each person; None if there is none."""
    prices: Mapping[str, int] = field(default_factory=dict)
    """Prices that validators report from now on, in ticks by feed."""
    silent: bool = False
    """Whether no validator reports anything in this block."""
    at: int | None = None
    """Time of the block, if it is to be so late; else it comes a second after the last."""
    tamper: Tamper | None = None
    """What is done to the block, so that it must be refused."""
    must_be_refused: bool = False
    """Whether the transaction must be refused in any state."""


def by(name: str, action: Callable[[Chain, Mapping[str, str]], Action]) -> Callable[..., Transaction]:
    """A transaction of one person."""
    return lambda chain, accounts: chain.sign(accounts[name], action(chain, accounts))


def attested(action: Callable[[Chain, Mapping[str, str]], Action]) -> Callable[..., Transaction]:
    """A transaction that the validators attest."""
    return lambda chain, accounts: chain.attest(action(chain, accounts))


def opening(chain: Chain, accounts: Mapping[str, str]) -> Transaction:
    """Dave opens an account."""
    key = named_key("dave")
    return chain.sign(account_id(key, "main", 0), OpenAccount(key, "main", 0), nonce=0)


def resting(chain: Chain, account: str) -> int:
    """The nonce of an account's first open order; 0, which no order has, if it has none."""
    held = chain.state.ledger.accounts.get(account)
    return held.orders[0].nonce if held is not None and held.orders else 0


MENU = (
    Choice("nothing"),
    Choice("dave opens an account", opening),
    Choice("alice pays in 1 USD", attested(lambda chain, who: Deposit(named_key("paid in"), who["alice"], USD))),
    Choice("alice withdraws 100 USD", by("alice", lambda chain, who: Withdraw(named_key("taken out"), 100 * USD))),
    Choice("carol's withdrawal is released", attested(lambda chain, who: Release(who["carol"], PENDING))),
    Choice("carol gives bob 500 USD", by("carol", lambda chain, who: Transfer(who["bob"], 500 * USD))),
    Choice("alice gives carol 1,000 USD", by("alice", lambda chain, who: Transfer(who["carol"], 1_000 * USD))),
    Choice("alice sells 10 lots at 50,000", by("alice", lambda chain, who: sell(MARKET, 10, 50_000))),
    Choice("bob buys 20 lots at the market", by("bob", lambda chain, who: buy(MARKET, 20))),
    Choice("alice sells 1,000 lots, reducing", by("alice", lambda c, who: sell(MARKET, 1_000, reduce_only=True))),
    Choice("carol bids for 1,000 lots at 49,000", by("carol", lambda chain, who: buy(MARKET, 1_000, 49_000))),
    Choice("carol cancels her order", by("carol", lambda chain, who: Cancel(resting(chain, who["carol"])))),
    Choice("carol liquidates alice", by("carol", lambda chain, who: Liquidate(who["alice"], MARKET, 1_000))),
    Choice("carol liquidates bob", by("carol", lambda chain, who: Liquidate(who["bob"], MARKET, 1_000))),
    Choice("carol settles bob's call", by("carol", lambda chain, who: Settle(who["bob"], OPTION))),
    Choice("alice settles her call", by("alice", lambda chain, who: Settle(who["alice"], OPTION))),
    Choice(
        "the taker's fee is to change",
        attested(
            lambda chain, who: ChangeParameter(chain.state.ledger.last_change + 1, f"market/{MARKET}", "taker_fee", 550)
        ),
    ),
    Choice("the price jumps to 47,000", prices={"BTC": 47_000}),
    Choice("the price jumps to 55,000", prices={"BTC": 55_000}),
    Choice("the feeds fall silent", silent=True),
    Choice("the call expires", at=EXPIRY),
    Choice("half an hour later", at=EXPIRY + 1_800_000),
    *(Choice(name, tamper=tamper) for name, tamper in BLOCKS.items()),
    *(Choice(name, make, must_be_refused=True) for name, make in TRANSACTIONS.items()),
)
"""Everything that can happen."""
