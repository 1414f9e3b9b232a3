"""The smallest application: it adds up what the transactions transfer. Consensus can be watched by itself with it."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from clearstone.spec.blocks import Block, Commit
from clearstone.spec.consensus.commits import check_commit
from clearstone.spec.consensus.messages import Prices
from clearstone.spec.consensus.validators import Validators, power_of
from clearstone.spec.encoding.records import encode_record
from clearstone.spec.encoding.signatures import Authentic
from clearstone.spec.numbers import lower_weighted_median
from clearstone.spec.receipts import Rejection
from clearstone.spec.transactions import Body, Transaction, Transfer

VERSION = 1
"""Version of this application's rules."""


@dataclass(frozen=True, slots=True)
class Count:
    """The state of the counting application."""

    height: int
    """Height of the last block."""
    time: int
    """Its time, ms since the epoch."""
    last: bytes
    """Its id, 32 bytes."""
    total: int
    """Sum of all amounts transferred."""
    price: int
    """Median of the last prices that were reported for anything, in ticks."""


class CountingApplication:
    """CONS-6. Everything that is true of blocks in general, with an addition in place of a ledger."""

    def __init__(self, chain: str, validators: Validators, authentic: Authentic, time: int) -> None:
        """The application of a chain whose genesis was at this time."""
        self._chain = chain
        self._validators = validators
        self._authentic = authentic
        self._genesis = Count(0, time, sha256(f"genesis of {chain}".encode()).digest(), 0, 0)

    def genesis(self) -> Count:
        """Nothing counted yet."""
        return self._genesis

    def genesis_commit(self) -> Commit:
        """No signatures, for the genesis id."""
        return Commit(0, 0, self._genesis.last, ())

    def propose(self, state: Count, proposer: bytes, commit: Commit, transactions: tuple[Transaction, ...]) -> Block:
        """The block that follows with these transactions."""
        time = self._time(state, commit)
        root = self.root(state)
        return Block(self._chain, VERSION, state.height + 1, time, proposer, state.last, commit, transactions, root)

    def check(self, state: Count, block: Block) -> Rejection | None:
        """CONS-6. Whether it is the block that `propose` would make of its proposer, commit and transactions."""
        if power_of(self._validators, block.proposer) == 0:
            return Rejection("CONS-6", "its proposer is not a validator")
        if block.commit.height != state.height or block.commit.block_id != state.last:
            return Rejection("CONS-6", "its commit is not for the last block")
        refused = (
            None
            if block.commit == self.genesis_commit()
            else check_commit(self._chain, self._validators, block.commit, self._authentic)
        )
        if refused is not None:
            return refused
        if block != self.propose(state, block.proposer, block.commit, block.transactions):
            return Rejection("CONS-6", "its height, time, root or predecessor is wrong")
        return None

    def apply(self, state: Count, block: Block) -> tuple[Count, tuple[int, ...]]:
        """Count; the receipt lists the amounts."""
        actions = (transaction.body.action for transaction in block.transactions)
        amounts = tuple(action.amount for action in actions if isinstance(action, Transfer))
        reports = [
            (ticks, power_of(self._validators, each.validator))
            for each in block.commit.signatures
            for _, ticks in each.prices
        ]
        price = lower_weighted_median(reports) if reports else state.price
        last = sha256(encode_record(block)).digest()
        return Count(block.height, block.time, last, state.total + sum(amounts), price), amounts

    def root(self, state: Count) -> bytes:
        """The hash of the state."""
        return sha256(encode_record(state)).digest()

    def _time(self, state: Count, commit: Commit) -> int:
        clocks = [(each.time, power_of(self._validators, each.validator)) for each in commit.signatures]
        return max(state.time + 1, lower_weighted_median(clocks)) if clocks else state.time + 1


class CountingSurroundings:
    """A few transfers for every block, and a price that everybody sees alike."""

    def __init__(self, chain: str, per_block: int = 2) -> None:
        """So many transfers in every block."""
        self._chain = chain
        self._per_block = per_block

    def starts(self, height: int) -> int:
        """At once."""
        return 0

    def transactions(self, height: int, state: Count) -> tuple[Transaction, ...]:
        """Transfers of 1, 2, 3…"""
        bodies = (
            Body(self._chain, "payer", height, state.time, Transfer("payee", 1 + number))
            for number in range(self._per_block)
        )
        return tuple(Transaction(body, ()) for body in bodies)

    def prices(self, height: int, validator: int) -> Prices:
        """A price that goes up and down."""
        return (("btc", 5_000 + height % 7),)
