"""The transition function: a state and a block give the next state and its receipts, and nothing else does (CONS-6).

The order within a block is fixed (LEDGER-7): time, oracle, funding, expiry, the transactions, the defaults of flagged
accounts, fees, and last the parameter changes that fall due, so that they bind after everything that judges accounts. A
block that is not valid changes nothing; a transaction that is refused changes nothing but its nonce.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from clearstone.spec.accounts import Account
from clearstone.spec.authentication import authenticate
from clearstone.spec.blocks import Block, Commit, block_id
from clearstone.spec.book import impact_price
from clearstone.spec.cash import deposit, open_account, release, transfer, withdraw
from clearstone.spec.changes import bind_changes, schedule_change
from clearstone.spec.consensus.commits import check_commit
from clearstone.spec.consensus.validators import power_of
from clearstone.spec.defaults import resolve_flagged
from clearstone.spec.encoding.signatures import Authentic
from clearstone.spec.encoding.signatures import authentic as verify_signature
from clearstone.spec.funding import Funding, advance_funding, sample_premium
from clearstone.spec.instruments import Perpetual
from clearstone.spec.ledger_state import Context, Ledger, Pool, with_account
from clearstone.spec.liquidation import liquidate
from clearstone.spec.numbers import MAX_TIME
from clearstone.spec.oracle import block_time, is_fresh, update_feed
from clearstone.spec.orders import cancel, place
from clearstone.spec.receipts import Posting, Receipt, Rejection
from clearstone.spec.settlement import sample_expiry, settle
from clearstone.spec.state import State, context_of, make_quotes
from clearstone.spec.state_root import commit_state, state_root
from clearstone.spec.tables import Table, fold
from clearstone.spec.transactions import (
    Body,
    Cancel,
    Deposit,
    Liquidate,
    OpenAccount,
    Place,
    Release,
    Settle,
    Transaction,
    Transfer,
    Withdraw,
)


@dataclass(frozen=True, slots=True)
class BlockReceipt:
    """LEDGER-7. What a block did."""

    rejection: Rejection | None
    """Why the whole block was refused, or None; if refused, the state is as it was."""
    transactions: tuple[Receipt, ...] = ()
    """One receipt per transaction, in order."""
    steps: tuple[Receipt, ...] = ()
    """Receipts of the block's own steps after the transactions: defaults, fees, parameter changes."""


def check_block(state: State, block: Block, authentic: Authentic = verify_signature) -> Rejection | None:
    """CONS-6. Whether a block may follow a state; what a validator asks before it prevotes.

    In this order: LEDGER-8 (version), CONS-6 (chain, height, block before, proposer, root), CONS-6 (the commit of the
    block before), NUM-5 (time or size out of bounds), ORACLE-6 (time).
    """
    if block.version != state.version:
        return Rejection("LEDGER-8", "the block is for another version of the rules")
    if block.chain != state.chain or block.height != state.height + 1 or block.previous != state.block_id:
        return Rejection("CONS-6", "the block does not follow the last one")
    if power_of(state.validators, block.proposer) == 0:
        return Rejection("CONS-6", "the proposer is not a validator")
    if block.root != state_root(state):
        return Rejection("CONS-6", "the block names another state root")
    rejection = _check_previous_commit(state, block.commit, authentic)
    if rejection is not None:
        return rejection
    if block.time > MAX_TIME or len(block.transactions) > state.parameters.max_transactions:
        return Rejection("NUM-5", "the block's time or size is out of bounds")
    if block.time != block_time(block.commit, state.validators, state.time):
        return Rejection("ORACLE-6", "the block's time is not the median of the commit's clocks")
    return None


def _check_previous_commit(state: State, commit: Commit, authentic: Authentic) -> Rejection | None:
    """CONS-6. Whether the commit that a block carries decided the block before; genesis has an empty one."""
    if commit.height != state.height or commit.block_id != state.block_id:
        return Rejection("CONS-6", "the commit is for another block")
    if state.height == 0:
        empty = commit.round == 0 and not commit.signatures
        return None if empty else Rejection("CONS-6", "the genesis commit has no signatures")
    return check_commit(state.chain, state.validators, commit, authentic)


def apply_block(state: State, block: Block, authentic: Authentic = verify_signature) -> tuple[State, BlockReceipt]:
    """CONS-6. The state after a block, and what it did; the same state if the block is not valid."""
    rejection = check_block(state, block, authentic)
    if rejection is not None:
        return state, BlockReceipt(rejection)
    begun = begin_block(state, block)
    context = context_of(begun)
    ledger, receipts = begun.ledger, []
    for transaction in block.transactions:
        ledger, receipt = execute(ledger, context, transaction, authentic)
        receipts.append(receipt)
    ended, steps = end_block(replace(begun, ledger=ledger), context)
    return commit_state(ended), BlockReceipt(None, tuple(receipts), steps)


def begin_block(state: State, block: Block) -> State:
    """LEDGER-7. Time, oracle, funding accrual and expiry: all that a block does before its first transaction."""
    now = block.time
    feeds = fold(
        lambda table, feed_id: table.set(
            feed_id, update_feed(table[feed_id], feed_id, block.commit, state.validators, state.parameters, now)
        ),
        state.feeds,
        state.feeds.keys(),
    )
    timed = replace(state, height=block.height, time=now, block_id=block_id(block), feeds=feeds)
    timed = replace(timed, funding=accrue_all(timed, state.time))
    expiries = timed.expiries
    for key, expiry in expiries.items():
        feed = feeds[expiry.feed]
        sampled = sample_expiry(expiry, timed.parameters, now, feed.index, is_fresh(feed, timed.parameters))
        expiries = expiries if sampled is expiry else expiries.set(key, sampled)
    timed = replace(timed, expiries=expiries)
    quotes = make_quotes(timed, now, clamped=True)
    carried = any(feed.index != feed.median for _, feed in feeds.items())
    return replace(timed, quotes=quotes, unclamped=make_quotes(timed, now, clamped=False) if carried else quotes)


def accrue_all(state: State, before: int) -> Table[Funding]:
    """PERP-1. The funding of every perpetual after the time since the block before."""
    funding = state.funding
    for market, instrument in state.instruments.items():
        if isinstance(instrument, Perpetual):
            funding = funding.set(market, _advance(state, funding[market], instrument, before))
    return funding


def _advance(state: State, funding: Funding, perpetual: Perpetual, before: int) -> Funding:
    """PERP-3. One perpetual's funding after a block: the book is sampled as the block before left it."""
    index = state.feeds[perpetual.feed].index
    book, accounts, lots = state.ledger.books[perpetual.market], state.ledger.accounts, perpetual.parameters.impact_lots
    bid, ask = impact_price(book, accounts, True, lots), impact_price(book, accounts, False, lots)
    return advance_funding(funding, perpetual, index, before, state.time, sample_premium(index, bid, ask))


def execute(ledger: Ledger, context: Context, transaction: Transaction, authentic: Authentic) -> tuple[Ledger, Receipt]:
    """LEDGER-6, LEDGER-7. One transaction: authentic or not, then its kind's own rules."""
    rejection = authenticate(ledger, context, transaction, authentic)
    if rejection is not None:
        return ledger, Receipt(rejection)
    body = transaction.body
    if body.account in ledger.accounts:
        ledger = with_account(ledger, body.account, _with_nonce(ledger.accounts[body.account], body.nonce))
    return _dispatch(ledger, context, body)


def _with_nonce(account: Account, nonce: int) -> Account:
    """LEDGER-6. The account with a nonce used up."""
    return Account(
        account.owner,
        account.pool,
        nonce,
        account.cash,
        account.positions,
        account.orders,
        account.locked_recent,
        account.locked_earlier,
        account.locked_period,
        account.flagged_at,
    )


def _dispatch(ledger: Ledger, context: Context, body: Body) -> tuple[Ledger, Receipt]:
    """LEDGER-7. The transaction kinds, by enumeration."""
    match body.action:
        case Transfer() as action:
            return transfer(ledger, context, body.account, action)
        case Place() as action:
            return place(ledger, context, body.account, body.nonce, action)
        case Cancel() as action:
            return cancel(ledger, body.account, action)
        case Liquidate() as action:
            return liquidate(ledger, context, body.account, action)
        case Settle() as action:
            return settle(ledger, context, action)
        case Withdraw() as action:
            return withdraw(ledger, context, body.account, action)
        case OpenAccount() as action:
            return open_account(ledger, body.account, action)
        case Deposit() as action:
            return deposit(ledger, context, action)
        case Release() as action:
            return release(ledger, action)
        case action:  # ChangeParameter, the only kind left
            return schedule_change(ledger, context, action)


def end_block(state: State, context: Context) -> tuple[State, tuple[Receipt, ...]]:
    """LEDGER-7. Defaults, fees, parameter changes: all that a block does after its last transaction."""
    ledger, defaults = resolve_flagged(state.ledger, context)
    ledger, fees = collect_fees(ledger)
    ledger, instruments, changes = bind_changes(ledger, state.instruments, state.time)
    return replace(state, ledger=ledger, instruments=instruments), (*defaults, *fees, *changes)


def collect_fees(ledger: Ledger) -> tuple[Ledger, tuple[Receipt, ...]]:
    """LEDGER-9. Fees fill up each pool's insurance fund while it is below its target; the rest stays in fees."""
    start: tuple[Ledger, tuple[Receipt, ...]] = (ledger, ())
    return fold(fill_fund, start, ledger.pools.keys())


def fill_fund(so_far: tuple[Ledger, tuple[Receipt, ...]], pool_id: str) -> tuple[Ledger, tuple[Receipt, ...]]:
    """LEDGER-9. The fees of one pool fill up its fund: the step of the fold."""
    ledger, receipts = so_far
    pool = ledger.pools[pool_id]
    moved = fee_share(pool)
    if moved <= 0:
        return so_far
    filled = replace(pool, fees=pool.fees - moved, insurance=pool.insurance + moved)
    receipt = Receipt(None, (Posting(pool_id, "fees", "insurance", moved, "fees"),))
    return replace(ledger, pools=ledger.pools.set(pool_id, filled)), (*receipts, receipt)


def fee_share(pool: Pool) -> int:
    """LEDGER-9. What moves from fees to the insurance fund, in atoms."""
    return max(0, min(pool.fees, pool.parameters.insurance_target - pool.insurance))
