"""A chain without consensus: blocks as a correct cluster would decide them, made and applied one after the other.

Scenarios, benchmarks and tests of the ledger need blocks, not the votes behind them. `Chain` writes the commits that
the votes would have left, every validator reporting the given prices at the block's time, unless told otherwise.
Signatures are not made and not asked for; the cluster does that. Who needs keys that can sign has them made by
`keys_made_by`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from hashlib import sha256

from clearstone.spec.accounts import account_id
from clearstone.spec.blocks import Block, Commit, CommitSignature
from clearstone.spec.consensus.validators import Validator, Validators
from clearstone.spec.genesis import Genesis, genesis_state
from clearstone.spec.numbers import MAX_TIME
from clearstone.spec.receipts import Receipt, Rejection
from clearstone.spec.state import State
from clearstone.spec.state_root import state_root
from clearstone.spec.transactions import Action, Body, Deposit, OpenAccount, Signature, Transaction
from clearstone.spec.transition import BlockReceipt, apply_block


def accept_all(_key: bytes, _record: object, _signature: bytes) -> bool:
    """Take every signature for authentic: the ledger alone is looked at."""
    return True


_KEY_MAKER: ContextVar[Callable[[str], bytes] | None] = ContextVar("key maker", default=None)


def named_key(name: str) -> bytes:
    """A key of 32 bytes for a name; nobody can sign with it, unless `keys_made_by` says otherwise."""
    make = _KEY_MAKER.get()
    return sha256(name.encode()).digest() if make is None else make(name)


@contextmanager
def keys_made_by(make: Callable[[str], bytes]) -> Iterator[None]:
    """Let named keys be what a function makes of their names, such as the public halves of keys that can sign."""
    token = _KEY_MAKER.set(make)
    try:
        yield
    finally:
        _KEY_MAKER.reset(token)


def equal_validators(count: int) -> Validators:
    """So many validators of power 1, ascending by key."""
    return tuple(Validator(key, 1) for key in sorted(named_key(f"validator {number}") for number in range(count)))


@dataclass(frozen=True, slots=True)
class Applied:
    """One block and what it did."""

    before: State
    """State before the block."""
    block: Block
    """The block."""
    after: State
    """State after it."""
    receipt: BlockReceipt
    """Its receipts."""


class Chain:
    """A chain that grows by one valid block at a time."""

    def __init__(self, genesis: Genesis) -> None:
        """Start from a genesis, which must be valid."""
        state = genesis_state(genesis)
        if isinstance(state, Rejection):
            raise ValueError(f"{state.rule}: {state.reason}")
        self.state: State = state
        self.prices: dict[str, int] = {feed.feed: feed.index for feed in genesis.feeds}
        self.history: list[Applied] = []

    def commit(self, time: int, reports: Mapping[bytes, Mapping[str, int]]) -> Commit:
        """The commit of the last block, with each validator's clock at `time` and its reports in ticks by feed."""
        if self.state.height == 0:
            return Commit(0, 0, self.state.block_id, ())
        signatures = tuple(
            CommitSignature(key, time, tuple(sorted(prices.items())), bytes(64))
            for key, prices in sorted(reports.items())
        )
        return Commit(self.state.height, 0, self.state.block_id, signatures)

    def block(
        self,
        *transactions: Transaction,
        time: int | None = None,
        elapsed: int = 1_000,
        prices: Mapping[str, int] | None = None,
        reports: Mapping[bytes, Mapping[str, int]] | None = None,
    ) -> Applied:
        """Apply a block: at `time`, or so many ms after the last; `prices` (ticks by feed) stay in force.

        `reports` replaces what single validators report; one that maps to {} reports nothing.
        """
        self.prices.update(prices or {})
        heard = {validator.key: dict(self.prices) for validator in self.state.validators} | dict(reports or {})
        now = self.state.time + elapsed if time is None else time
        made = Block(
            chain=self.state.chain,
            version=self.state.version,
            height=self.state.height + 1,
            time=now if self.state.height else self.state.time + 1,
            proposer=self.state.validators[0].key,
            previous=self.state.block_id,
            commit=self.commit(now, heard),
            transactions=transactions,
            root=state_root(self.state),
        )
        return self.apply(made)

    def apply(self, block: Block) -> Applied:
        """Apply any block, valid or not."""
        after, receipt = apply_block(self.state, block, accept_all)
        applied = Applied(self.state, block, after, receipt)
        self.history.append(applied)
        self.state = after
        return applied

    def run(self, *transactions: Transaction) -> tuple[Receipt, ...]:
        """The receipts of one more block with these transactions; a refused block is its author's error."""
        applied = self.block(*transactions)
        if applied.receipt.rejection is not None:
            raise ValueError(applied.receipt.rejection.reason)
        return applied.receipt.transactions

    def sign(self, account: str, action: Action, *, nonce: int | None = None) -> Transaction:
        """A transaction of an account's owner, by default with the next nonce of the last state."""
        held = self.state.ledger.accounts.get(account)
        owner = held.owner if held is not None else action.owner if isinstance(action, OpenAccount) else bytes(32)
        following = 0 if held is None else held.nonce + 1
        body = Body(self.state.chain, account, following if nonce is None else nonce, MAX_TIME, action)
        return Transaction(body, (Signature(owner, bytes(64)),))

    def attest(self, action: Action) -> Transaction:
        """A transaction that all validators attest."""
        body = Body(self.state.chain, "", 0, MAX_TIME, action)
        return Transaction(body, tuple(Signature(validator.key, bytes(64)) for validator in self.state.validators))

    def open(self, owner: str, pool: str, cash: int = 0, number: int = 0) -> str:
        """Open an account for a named owner and deposit so many atoms; its id."""
        key = named_key(owner)
        opened = account_id(key, pool, number)
        self.run(self.sign(opened, OpenAccount(key, pool, number)))
        if cash > 0:
            self.run(self.attest(Deposit(named_key(f"deposit {opened} {self.state.height}"), opened, cash)))
        return opened


def forked(chain: Chain) -> Chain:
    """A copy of a chain that grows by itself: states are values, so nothing is copied."""
    copy = object.__new__(Chain)
    copy.state, copy.prices, copy.history = chain.state, dict(chain.prices), list(chain.history)
    return copy
