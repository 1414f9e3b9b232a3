from dataclasses import replace
from itertools import pairwise

from clearstone.models.market.exchange import waits
from clearstone.models.market.single_replica import replay_on_one, without_votes
from clearstone.spec.genesis import genesis_state
from clearstone.spec.receipts import Rejection
from clearstone.spec.transactions import Body, Cancel, Deposit, OpenAccount, Release, Signature, Transaction


def heights(exchange, count: int):
    replay = replay_on_one(exchange)
    return [next(replay) for _ in range(count)]


def test_what_is_asked_twice_is_answered_alike(exchange):
    before, _, after, _ = heights(exchange, 12)[-1]
    offered = exchange.transactions(12, before)
    assert offered == exchange.transactions(12, before)
    assert offered == exchange.transactions(12, after)  # whoever asks, and whatever he has seen since


def test_what_a_block_left_out_is_offered_again(exchange):
    genesis = genesis_state(exchange.listing.genesis)
    assert not isinstance(genesis, Rejection)
    offered = exchange.transactions(3, genesis)
    assert len(offered) >= 2
    again = exchange.transactions(4, genesis)
    assert again[: len(offered)] == offered


def test_what_was_executed_is_not_offered_again(exchange):
    seen = heights(exchange, 20)
    for (_, earlier, _, _), (_, later, _, _) in pairwise(seen):
        assert set(earlier.transactions).isdisjoint(later.transactions)


def test_whether_a_transaction_still_waits_is_seen_in_the_state(exchange):
    _, _, state, _ = heights(exchange, 20)[-1]
    account_id = next(iter(state.ledger.accounts.keys()))
    account = state.ledger.accounts[account_id]
    deposited = bytes.fromhex(next(iter(state.ledger.deposits.keys())))

    def waiting(action, nonce: int = 0, name: str = "", signatures: int = 3) -> bool:
        body = Body(state.chain, name, nonce, state.time + 1, action)
        return waits(state, Transaction(body, (Signature(bytes(32), bytes(64)),) * signatures))

    assert not waiting(OpenAccount(account.owner, account.pool, 0), name=account_id)
    assert waiting(OpenAccount(account.owner, account.pool, 1), name="f" * 32)
    assert not waiting(Deposit(deposited, account_id, 1))
    assert waiting(Deposit(bytes(32), account_id, 1))
    assert not waiting(Deposit(bytes(32), account_id, 1), signatures=1)
    assert not waiting(Release(account_id, bytes(32)))
    assert not waiting(Cancel(1), nonce=account.nonce, name=account_id)
    assert waiting(Cancel(1), nonce=account.nonce + 1, name=account_id)


def test_the_single_replica_verifies_transactions_and_no_votes(exchange):
    _, block, _, _ = heights(exchange, 5)[-1]
    transaction = next(each for each in block.transactions if len(each.signatures) == 1)
    forged = replace(transaction.body, expires=transaction.body.expires + 1)
    verify = without_votes(lambda key, record, signature: record == transaction.body)
    assert verify(b"", transaction.body, b"")
    assert not verify(b"", forged, b"")
