"""The smallest chain that can be run from files: a genesis state, and its first block, really signed.

The block opens an account, and carries a second transaction that is refused, so that both kinds of receipt can be seen.
"""

from __future__ import annotations

from clearstone.models.scenario_genesis import scenario_genesis
from clearstone.models.signing import SigningKey
from clearstone.spec.accounts import account_id
from clearstone.spec.blocks import Block, Commit
from clearstone.spec.genesis import genesis_state
from clearstone.spec.receipts import Rejection
from clearstone.spec.state import State
from clearstone.spec.state_root import state_root
from clearstone.spec.transactions import Action, Body, OpenAccount, Signature, Transaction, Withdraw

EXPIRES_AFTER = 3_600_000
"""How long the example's transactions are good for, in ms of chain time."""


def example_state() -> State:
    """The state of a chain with one pool and one perpetual, at height 0."""
    state = genesis_state(scenario_genesis())
    assert not isinstance(state, Rejection), "the genesis of scenarios is valid"
    return state


def example_block(state: State) -> Block:
    """The first block after a genesis state: one transaction that is accepted, one that is refused."""
    owner = SigningKey.derive(0, "example owner")
    pool = state.ledger.pools.keys()[0]
    account = account_id(owner.public, pool, 0)

    def signed(action: Action, nonce: int) -> Transaction:
        body = Body(state.chain, account, nonce, state.time + EXPIRES_AFTER, action)
        return Transaction(body, (Signature(owner.public, owner.sign(body)),))

    return Block(
        chain=state.chain,
        version=state.version,
        height=1,
        time=state.time + 1,
        proposer=state.validators[0].key,
        previous=state.block_id,
        commit=Commit(0, 0, state.block_id, ()),
        transactions=(signed(OpenAccount(owner.public, pool, 0), 0), signed(Withdraw(bytes(32), 1_000_000), 1)),
        root=state_root(state),
    )
