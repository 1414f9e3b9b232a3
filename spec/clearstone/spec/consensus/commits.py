"""Commits: what proves to anybody that a block was decided, without having been there."""

from __future__ import annotations

from itertools import pairwise

from clearstone.spec.blocks import Commit, CommitSignature
from clearstone.spec.consensus.messages import (
    ID_BYTES,
    MAX_HEIGHT,
    MAX_ROUND,
    PRECOMMIT,
    Vote,
    check_extension,
)
from clearstone.spec.consensus.validators import Validators, is_quorum, power_of, total_power
from clearstone.spec.encoding.signatures import Authentic
from clearstone.spec.receipts import Rejection


def check_commit(chain: str, validators: Validators, commit: Commit, authentic: Authentic) -> Rejection | None:
    """CONS-6. Do these precommits prove the decision? The first that applies is the reason why not.

    In this order: bounds (NUM-5) and form (CONS-6) of the commit, order of the signatures (CONS-6), form of each
    extension (as in a vote), a signer without power (CONS-1), too little power (CONS-1), a bad signature (ENC-2). One
    bad signature spoils the commit even if the others suffice: the ledger reads times and prices from all of them. The
    genesis commit has no signatures, so this refuses it; only the first block may carry it.
    """
    if not (1 <= commit.height <= MAX_HEIGHT and 0 <= commit.round <= MAX_ROUND):
        return Rejection("NUM-5", "the commit's height or round is out of bounds")
    if len(commit.block_id) != ID_BYTES:
        return Rejection("CONS-6", f"a block id has {ID_BYTES} bytes")
    if any(not first.validator < second.validator for first, second in pairwise(commit.signatures)):
        return Rejection("CONS-6", "precommits ascend by validator, each validator once")
    for signature in commit.signatures:
        malformed = check_extension(signature.time, signature.prices)
        if malformed is not None:
            return malformed
    powers = [power_of(validators, signature.validator) for signature in commit.signatures]
    if any(power == 0 for power in powers):
        return Rejection("CONS-1", "a precommit's signer is not a validator")
    if not is_quorum(sum(powers), total_power(validators)):
        return Rejection("CONS-1", "the precommits have no more than 2/3 of the power")
    if not all(authentic(each.validator, precommit(chain, commit, each), each.signature) for each in commit.signatures):
        return Rejection("ENC-2", "a precommit's signature does not verify")
    return None


def precommit(chain: str, commit: Commit, signature: CommitSignature) -> Vote:
    """CONS-6. The precommit that one signature of a commit stands for: what its validator signed."""
    return Vote(chain, commit.height, commit.round, PRECOMMIT, commit.block_id, signature.time, signature.prices)
