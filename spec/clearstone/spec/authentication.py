"""Who may act: the checks that come before any rule of the ledger, in one order for every kind (LEDGER-6, ENC-2).

A transaction names its chain, its account, a strictly increasing nonce and its last moment, so it executes at most once
and never later than its signer meant (approvals that never expire are part of incident 30). The order in which they are
asked is: LEDGER-6 (chain), LEDGER-6 (expired), NUM-5 (nonce's bounds), then for what owners send LEDGER-4 (no such
account), ENC-2 (signature), LEDGER-6 (nonce), and for what validators attest LEDGER-6 (form), LEDGER-5 (power), ENC-2
(signatures). Only a transaction that passes all of these is authentic, and only an authentic one uses up its nonce.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TypeGuard

from clearstone.spec.consensus.validators import is_quorum, power_of, total_power
from clearstone.spec.encoding.signatures import Authentic
from clearstone.spec.ledger_state import Context, Ledger
from clearstone.spec.numbers import MAX_TIME
from clearstone.spec.receipts import Rejection
from clearstone.spec.transactions import (
    Action,
    ChangeParameter,
    Deposit,
    OpenAccount,
    Release,
    Transaction,
)

Attested = Deposit | Release | ChangeParameter
"""The kinds that validators attest."""


def is_attested(action: Action) -> TypeGuard[Attested]:
    """LEDGER-5, LEDGER-8. Whether a kind is attested by validators instead of signed by an owner."""
    return isinstance(action, (Deposit, Release, ChangeParameter))


def authenticate(ledger: Ledger, context: Context, transaction: Transaction, authentic: Authentic) -> Rejection | None:
    """LEDGER-6. Why a transaction is not authentic, or None."""
    body = transaction.body
    if body.chain != context.chain:
        return Rejection("LEDGER-6", "the transaction is for another chain")
    if not context.now <= body.expires <= MAX_TIME:
        return Rejection("LEDGER-6", "the transaction has expired")
    if not 0 <= body.nonce <= MAX_TIME:
        return Rejection("NUM-5", "the nonce is out of bounds")
    if is_attested(body.action):
        return _check_attestation(context, transaction, authentic)
    return _check_owner(ledger, transaction, authentic)


def _check_owner(ledger: Ledger, transaction: Transaction, authentic: Authentic) -> Rejection | None:
    """LEDGER-6. Whether the account's owner signed, once, with a nonce not used before.

    An account that is there belongs to its owner, also if the action is to open it: the key that an opening names may
    only speak for an account that does not exist yet, or anyone could use up another's nonces. It does so with nonce 0.
    """
    body = transaction.body
    account = ledger.accounts.get(body.account)
    if account is not None:
        owner, following, latest = account.owner, account.nonce + 1, MAX_TIME
    elif isinstance(body.action, OpenAccount):
        owner, following, latest = body.action.owner, 0, 0
    else:
        return Rejection("LEDGER-4", "no such account")
    if len(transaction.signatures) != 1 or transaction.signatures[0].key != owner:
        return Rejection("ENC-2", "the one signature of the owner is missing")
    if not authentic(owner, body, transaction.signatures[0].signature):
        return Rejection("ENC-2", "the owner's signature does not verify")
    if not following <= body.nonce <= latest:
        return Rejection("LEDGER-6", "the nonce was used before, or is not 0 for opening")
    return None


def _check_attestation(context: Context, transaction: Transaction, authentic: Authentic) -> Rejection | None:
    """LEDGER-5. Whether validators with more than 2/3 of the power signed."""
    body, signatures = transaction.body, transaction.signatures
    if body.account != "" or body.nonce != 0:
        return Rejection("LEDGER-6", "an attested transaction has no account and no nonce")
    if any(not first.key < second.key for first, second in pairwise(signatures)):
        return Rejection("LEDGER-6", "attestations ascend by validator, each validator once")
    power = sum(power_of(context.validators, signature.key) for signature in signatures)
    if not is_quorum(power, total_power(context.validators)):
        return Rejection("LEDGER-5", "the attestations have no more than 2/3 of the power")
    if not all(authentic(signature.key, body, signature.signature) for signature in signatures):
        return Rejection("ENC-2", "an attestation's signature does not verify")
    return None
