"""A chain on which single transactions are tried: each is a case with the whole state before and after it.

    stage = LedgerStage("ledger", scenario_genesis())
    alice, bob = stage.open("alice", 100 * USD), stage.open("bob")
    stage.tries("transfer-of-all", "All that an account has may go.", ("LEDGER-7",), alice, Transfer(bob, 100 * USD))

What is tried changes nothing; the chain goes on with `stage.chain`, whose keys can sign.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from clearstone.conformance.key_ring import KeyRing
from clearstone.conformance.operations.account_operations import AccountToJudge
from clearstone.conformance.operations.ledger_operations import BlocksToApply, TransactionToApply
from clearstone.conformance.suites.draft import Draft
from clearstone.models.chain import Applied, Chain, accept_all, equal_validators, forked, keys_made_by
from clearstone.models.scenario_genesis import started
from clearstone.spec.genesis import Genesis
from clearstone.spec.snapshot import Snapshot, snapshot_of
from clearstone.spec.state import State
from clearstone.spec.transactions import Action, Transaction
from clearstone.spec.transition import apply_block

T = TypeVar("T")
RING = KeyRing()
"""The keys of all stages."""


def with_keys(make: Callable[[], T]) -> T:
    """Something made with keys that can sign."""
    with keys_made_by(RING.named):
        return make()


def signed_blocks(before: State, history: tuple[Applied, ...]) -> BlocksToApply:
    """Blocks of an unsigned history, made anew on a chain of which everything is signed."""
    state, blocks, last = before, [], None
    for applied in history:
        block = RING.block_on(state, applied.block, last)
        state, receipt = apply_block(state, block, accept_all)
        blocks.append(block)
        last = applied.block if receipt.rejection is None else last
    return BlocksToApply(snapshot_of(before), tuple(blocks))


def without_reports(state: Snapshot) -> Snapshot:
    """The state with prices alone, without the reports that they came from: those are read by the next block only."""
    return replace(state, feeds=tuple((name, replace(feed, reports=())) for name, feed in state.feeds))


class LedgerStage:
    """A chain, and the cases that were tried on it."""

    def __init__(self, suite: str, genesis: Callable[[], Genesis], validators: int = 3) -> None:
        """A stage for a suite; the genesis is made with keys that can sign, and its feeds are fresh.

        Every state names all validators, and every block what each of them reports: unless a case is about them, there
        are no more than a feed needs.
        """
        self.suite = suite
        self.chain: Chain = with_keys(lambda: started(replace(genesis(), validators=equal_validators(validators))))
        self.drafts: list[Draft] = []

    def open(self, owner: str, cash: int = 0, pool: str = "main", number: int = 0) -> str:
        """Open an account for a named owner, with so many atoms; its id."""
        return with_keys(lambda: self.chain.open(owner, pool, cash, number))

    def acts(self, account: str, *actions: Action) -> None:
        """Let an account's owner do something, a block for each; what is refused is an error of the suite's author."""
        for action in actions:
            [receipt] = self.chain.run(self.chain.sign(account, action))
            if receipt.rejection is not None:
                raise ValueError(f"{receipt.rejection.rule}: {receipt.rejection.reason}")

    def tries(self, name: str, description: str, rules: tuple[str, ...], account: str, action: Action) -> None:
        """Try a transaction of an account's owner."""
        self.tries_signed(name, description, rules, RING.signed(self.chain.sign(account, action)))

    def tries_attested(self, name: str, description: str, rules: tuple[str, ...], action: Action) -> None:
        """Try a transaction that all validators attest."""
        self.tries_signed(name, description, rules, RING.signed(self.chain.attest(action)))

    def tries_signed(
        self,
        name: str,
        description: str,
        rules: tuple[str, ...],
        transaction: Transaction,
        state: Snapshot | None = None,
    ) -> None:
        """Try a transaction as it stands; on another state than the chain's, if one is given."""
        question = TransactionToApply(without_reports(state or snapshot_of(self.chain.state)), transaction)
        self.drafts.append(Draft(f"{self.suite}/{name}", description, rules, "apply_transaction", question))

    def with_cash(self, cash: Mapping[str, int]) -> Snapshot:
        """The chain's state, with the cash of some accounts set to so many atoms: for what no chain would come to."""
        state = snapshot_of(self.chain.state)
        changed = ((key, replace(account, cash=cash.get(key, account.cash))) for key, account in state.accounts)
        return replace(state, accounts=tuple(changed))

    def flagged_at(self, account_id: str, time: int) -> Snapshot:
        """The chain's state, with an account flagged since a time, ms since the epoch."""
        state = snapshot_of(self.chain.state)
        pool_id = self.chain.state.ledger.accounts[account_id].pool
        accounts = tuple(
            (key, replace(account, flagged_at=time) if key == account_id else account)
            for key, account in state.accounts
        )
        pools = tuple(
            (key, replace(pool, flagged=(account_id,)) if key == pool_id else pool) for key, pool in state.pools
        )
        return replace(state, accounts=accounts, pools=pools)

    def judges(self, name: str, description: str, rules: tuple[str, ...], account: str) -> None:
        """Ask for the figures of an account."""
        question = AccountToJudge(without_reports(snapshot_of(self.chain.state)), account)
        self.drafts.append(Draft(f"{self.suite}/{name}", description, rules, "judge_account", question))

    def plays(self, name: str, description: str, rules: tuple[str, ...], since: int) -> None:
        """Make a case of the chain's blocks since so many of them, as a sequence."""
        history = tuple(self.chain.history[since:])
        question = signed_blocks(history[0].before, history)
        self.drafts.append(Draft(f"{self.suite}/{name}", description, rules, "apply_blocks", question))

    def next_block_tries(
        self, name: str, description: str, rules: tuple[str, ...], act: Callable[[Chain], object]
    ) -> None:
        """Try one block or more, made by a function on a copy of the chain."""
        copy = forked(self.chain)
        start = len(copy.history)
        with_keys(lambda: act(copy))
        history = tuple(copy.history[start:])
        question = signed_blocks(history[0].before, history)
        self.drafts.append(Draft(f"{self.suite}/{name}", description, rules, "apply_blocks", question))
