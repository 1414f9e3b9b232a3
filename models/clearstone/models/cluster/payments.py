"""The smallest life on the ledger: two accounts that pay each other in every block, with real signatures.

For running the cluster on the ledger where what is traded does not matter: random schedules and benchmarks.
"""

from __future__ import annotations

from dataclasses import replace

from clearstone.models.scenario_genesis import USD, scenario_genesis
from clearstone.models.signing import SigningKey
from clearstone.spec.accounts import Account, account_id
from clearstone.spec.consensus.messages import Prices
from clearstone.spec.consensus.validators import Validators
from clearstone.spec.genesis import genesis_state
from clearstone.spec.numbers import MAX_TIME
from clearstone.spec.receipts import Rejection
from clearstone.spec.state import State
from clearstone.spec.transactions import Body, Signature, Transaction, Transfer

POOL = "main"
"""Pool in which the accounts live."""
FIRST_CASH = 1_000_000 * USD
"""What each of the two begins with, in atoms."""


class Payments:
    """Two accounts, and so many payments between them in every block."""

    def __init__(self, validators: Validators, per_block: int = 2, interval: int = 0) -> None:
        """The payments of a chain with these validators, whose heights begin `interval` ms apart, or at once if 0."""
        self._genesis = scenario_genesis(validators=validators)
        self._owners = tuple(SigningKey.derive(0, f"owner {number}") for number in range(2))
        self._accounts = tuple(account_id(owner.public, POOL, 0) for owner in self._owners)
        self._per_block = per_block
        self._interval = interval
        self._signed: dict[int, tuple[Transaction, ...]] = {}

    def state(self) -> State:
        """The state before the first block, with both accounts open and funded."""
        state = genesis_state(self._genesis)
        assert not isinstance(state, Rejection), "the genesis of scenarios is valid"
        accounts, pool = state.ledger.accounts, state.ledger.pools[POOL]
        for owner, name in zip(self._owners, self._accounts, strict=True):
            accounts = accounts.set(name, Account(owner.public, POOL, 0, FIRST_CASH))
            pool = replace(pool, vault=pool.vault + FIRST_CASH)
        return replace(state, ledger=replace(state.ledger, accounts=accounts, pools=state.ledger.pools.set(POOL, pool)))

    def starts(self, height: int) -> int:
        """At once, or at its turn."""
        return self._genesis.time + height * self._interval if self._interval else 0

    def transactions(self, height: int, state: State) -> tuple[Transaction, ...]:
        """The payments of a height, in turns."""
        if height not in self._signed:
            self._signed[height] = tuple(self._payment(height, number) for number in range(self._per_block))
        return self._signed[height]

    def _payment(self, height: int, number: int) -> Transaction:
        """One payment; its nonce is new at every height."""
        payer, nonce = number % 2, height * self._per_block + number
        transfer = Transfer(self._accounts[1 - payer], 1 + number)
        body = Body(self._genesis.chain, self._accounts[payer], nonce, MAX_TIME, transfer)
        return Transaction(body, (Signature(self._owners[payer].public, self._owners[payer].sign(body)),))

    def prices(self, height: int, validator: int) -> Prices:
        """The first price of every feed, a little higher in every other block."""
        return tuple(sorted((feed.feed, feed.index + height % 2) for feed in self._genesis.feeds))
