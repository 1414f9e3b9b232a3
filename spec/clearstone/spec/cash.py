"""Cash in, out and across: accounts opened, deposits, withdrawals, releases, transfers (LEDGER-4 to LEDGER-7).

Money enters by an attested deposit, exactly as much as the vault received, and leaves in two steps: a withdrawal moves
cash into escrow under an id that is used once, ever, and an attested release takes the escrow off the vault. Each
function states in which order its rules are asked; the first that refuses is the one that is reported.
"""

from __future__ import annotations

from dataclasses import replace

from clearstone.spec.accounts import Account, account_id, locked_profit
from clearstone.spec.funding import settle_funding
from clearstone.spec.ledger_state import (
    Context,
    Ledger,
    Pool,
    Withdrawal,
    accounts_cash,
    horizon_period,
    with_account,
    withdrawal_key,
)
from clearstone.spec.margin import initial_health, withdrawable
from clearstone.spec.numbers import MAX_ATOMS
from clearstone.spec.receipts import Event, Posting, Receipt, Rejection
from clearstone.spec.transactions import Deposit, OpenAccount, Release, Transfer, Withdraw

MAX_NUMBER = (1 << 32) - 1
"""Largest number that an owner may give an account."""


def open_account(ledger: Ledger, named: str, action: OpenAccount) -> tuple[Ledger, Receipt]:
    """LEDGER-4. Open an account under the id that its owner, pool and number give.

    Refused by LEDGER-4: no such pool; number out of range; not the id that follows; already open.
    """
    if action.pool not in ledger.pools:
        return ledger, Receipt(Rejection("LEDGER-4", "no such pool"))
    if not 0 <= action.number <= MAX_NUMBER or len(action.owner) != 32:
        return ledger, Receipt(Rejection("LEDGER-4", "the owner's key or number is out of range"))
    if named != account_id(action.owner, action.pool, action.number):
        return ledger, Receipt(Rejection("LEDGER-4", "the account id does not follow from owner, pool and number"))
    if named in ledger.accounts:
        return ledger, Receipt(Rejection("LEDGER-4", "the account is already open"))
    opened = with_account(ledger, named, Account(action.owner, action.pool, nonce=0, cash=0))
    return opened, Receipt(None, (), (Event("opened", named, (("pool", action.pool),)),))


def deposit(ledger: Ledger, context: Context, action: Deposit) -> tuple[Ledger, Receipt]:
    """LEDGER-5. Credit exactly what the vault received, once per deposit id.

    Refused by NUM-5 (amount), LEDGER-4 (no such account), LEDGER-5 (id consumed), NUM-5 (balance). Crediting more than
    was received, by a unit too many or by a second count, is a family of incidents (31, 33).
    """
    key = action.deposit_id.hex()
    if not 1 <= action.amount <= MAX_ATOMS:
        return ledger, Receipt(Rejection("NUM-5", "the amount is out of bounds"))
    if action.account not in ledger.accounts:
        return ledger, Receipt(Rejection("LEDGER-4", "no such account"))
    if len(action.deposit_id) != 32 or key in ledger.deposits:
        return ledger, Receipt(Rejection("LEDGER-5", "the deposit id is not new"))
    settled, postings = settle_funding(ledger, context.quotes, context.now, action.account)
    account = settled.accounts[action.account]
    pool = settled.pools[account.pool]
    if account.cash + action.amount > MAX_ATOMS or pool.vault + action.amount > MAX_ATOMS:
        return ledger, Receipt(Rejection("NUM-5", "the balance would be out of bounds"))
    credited = replace(
        settled,
        accounts=settled.accounts.set(action.account, replace(account, cash=account.cash + action.amount)),
        pools=settled.pools.set(account.pool, replace(pool, vault=pool.vault + action.amount)),
        deposits=settled.deposits.set(key, action.amount),
    )
    posting = Posting(account.pool, "outside", f"account/{action.account}", action.amount, "deposit")
    return credited, Receipt(None, (*postings, posting))


def withdraw(ledger: Ledger, context: Context, account_id: str, action: Withdraw) -> tuple[Ledger, Receipt]:
    """LEDGER-5. Move cash into escrow under a withdrawal id, if the account and the pool can spare it.

    Refused by NUM-5 (amount), LEDGER-5 (id used before), OPT-4 (a series of the pool is pending), ORACLE-4 and MARGIN-4
    (see `check_leaving`), LEDGER-5 (a winner may not be paid before a loser has paid in, incident 17).
    """
    key = withdrawal_key(account_id, action.withdrawal_id)
    if not 1 <= action.amount <= MAX_ATOMS:
        return ledger, Receipt(Rejection("NUM-5", "the amount is out of bounds"))
    if len(action.withdrawal_id) != 32 or key in ledger.withdrawals:
        return ledger, Receipt(Rejection("LEDGER-5", "the withdrawal id is not new"))
    settled, postings = settle_funding(ledger, context.quotes, context.now, account_id)
    account = settled.accounts[account_id]
    pool = settled.pools[account.pool]
    debited = replace(account, cash=account.cash - action.amount)
    rejection = check_leaving(context, pool, debited)
    if rejection is not None:
        return ledger, Receipt(rejection)
    owed = sum(max(0, -settled.markets[market].clearing) for market in context.members[account.pool])
    if accounts_cash(settled, context, account.pool) - action.amount < owed:
        return ledger, Receipt(Rejection("LEDGER-5", "the pool's losers have not paid in yet"))
    paid = replace(
        settled,
        accounts=settled.accounts.set(account_id, debited),
        pools=settled.pools.set(account.pool, replace(pool, escrow=pool.escrow + action.amount)),
        withdrawals=settled.withdrawals.set(key, Withdrawal(account.pool, account_id, action.amount, "escrowed")),
    )
    posting = Posting(account.pool, f"account/{account_id}", "escrow", action.amount, "withdrawal")
    return paid, Receipt(None, (*postings, posting))


def check_leaving(context: Context, pool: Pool, debited: Account) -> Rejection | None:
    """MARGIN-4, ORACLE-4, OPT-4. Whether cash may leave an account: what it keeps must cover initial margin.

    Without unrealised profit, without what is locked, on fresh prices, and at the clamped as well as at the unclamped
    ones: while an index still has to catch up with its median, nobody leaves at the better of the two.
    """
    if debited.pool in context.pending:
        return Rejection("OPT-4", "a series of the pool waits for its settlement price")
    locked = locked_profit(debited, horizon_period(pool, context.now))
    health = initial_health(debited, context.quotes, False)
    if not health.fresh:
        return Rejection("ORACLE-5", "a price that the account depends on is frozen")
    if withdrawable(health, locked) < 0:
        return Rejection("MARGIN-4", "what is left does not cover initial margin and locked profit")
    if (
        context.unclamped is not context.quotes
        and withdrawable(initial_health(debited, context.unclamped, False), locked) < 0
    ):
        return Rejection("ORACLE-4", "what is left does not cover initial margin at the prices before clamping")
    return None


def release(ledger: Ledger, action: Release) -> tuple[Ledger, Receipt]:
    """LEDGER-5. An escrowed withdrawal was paid outside: take it off the vault, once.

    Refused by LEDGER-5: no such withdrawal, or it was released before. A request that never existed was once processed
    (incident 33).
    """
    key = withdrawal_key(action.account, action.withdrawal_id)
    withdrawal = ledger.withdrawals.get(key)
    if withdrawal is None or withdrawal.status != "escrowed":
        return ledger, Receipt(Rejection("LEDGER-5", "no withdrawal of that id waits for its release"))
    pool = ledger.pools[withdrawal.pool]
    left = replace(pool, vault=pool.vault - withdrawal.amount, escrow=pool.escrow - withdrawal.amount)
    released = replace(
        ledger,
        pools=ledger.pools.set(withdrawal.pool, left),
        withdrawals=ledger.withdrawals.set(key, replace(withdrawal, status="released")),
    )
    posting = Posting(withdrawal.pool, "escrow", "outside", withdrawal.amount, "release")
    return released, Receipt(None, (posting,))


def transfer(ledger: Ledger, context: Context, sender_id: str, action: Transfer) -> tuple[Ledger, Receipt]:
    """LEDGER-7. Move cash to another account of the same pool; what leaves answers to the same test as a withdrawal.

    Refused by NUM-5 (amount), LEDGER-4 (no such account, another pool, or the sender itself), `check_leaving`, NUM-5
    (balance). MARGIN-6 needs no second test: the sender passed a stricter one, and a receiver that gains cash and
    nothing else cannot be worse off. The receiver is read after the sender was debited: a copy read before once let a
    transfer to oneself create money, and a check inside a transfer let a third account be emptied first (incident 20).
    """
    if not 1 <= action.amount <= MAX_ATOMS:
        return ledger, Receipt(Rejection("NUM-5", "the amount is out of bounds"))
    receiver = ledger.accounts.get(action.to)
    sender = ledger.accounts[sender_id]
    if receiver is None or receiver.pool != sender.pool or action.to == sender_id:
        return ledger, Receipt(Rejection("LEDGER-4", "the receiver is not another account of the pool"))
    settled, sender_funding = settle_funding(ledger, context.quotes, context.now, sender_id)
    settled, receiver_funding = settle_funding(settled, context.quotes, context.now, action.to)
    sender, receiver = settled.accounts[sender_id], settled.accounts[action.to]
    debited, credited = (
        _with_cash(sender, sender.cash - action.amount),
        _with_cash(receiver, receiver.cash + action.amount),
    )
    rejection = check_leaving(context, settled.pools[sender.pool], debited)
    if rejection is not None:
        return ledger, Receipt(rejection)
    if credited.cash > MAX_ATOMS:
        return ledger, Receipt(Rejection("NUM-5", "the balance would be out of bounds"))
    posting = Posting(sender.pool, f"account/{sender_id}", f"account/{action.to}", action.amount, "transfer")
    moved = Ledger(
        settled.accounts.set(sender_id, debited).set(action.to, credited),
        settled.pools,
        settled.markets,
        settled.withdrawals,
        settled.deposits,
        settled.changes,
        settled.last_change,
        settled.books,
    )
    return moved, Receipt(None, (*sender_funding, *receiver_funding, posting))


def _with_cash(account: Account, cash: int) -> Account:
    """LEDGER-2. The account at another cash balance."""
    return Account(
        account.owner,
        account.pool,
        account.nonce,
        cash,
        account.positions,
        account.orders,
        account.locked_recent,
        account.locked_earlier,
        account.locked_period,
        account.flagged_at,
    )
