from dataclasses import replace

import pytest

from clearstone.spec.blocks import Commit, CommitSignature
from clearstone.spec.consensus.commits import check_commit, precommit
from clearstone.spec.consensus.messages import MAX_HEIGHT, MAX_ROUND, PRECOMMIT, Vote
from clearstone.spec.consensus.validators import Validator

VALIDATORS = tuple(Validator(bytes([i]) * 32, 1) for i in (1, 2, 3, 4))
A = b"a" * 32


def authentic(key, record, signature):
    return signature == key + repr(record).encode()


def signed(index, time=7):
    key = bytes([index]) * 32
    vote = Vote("c", 5, 2, PRECOMMIT, A, time, (("btc", 1),))
    return CommitSignature(key, time, (("btc", 1),), key + repr(vote).encode())


GOOD = Commit(5, 2, A, (signed(1), signed(2), signed(4)))


def judge(commit):
    return check_commit("c", VALIDATORS, commit, authentic)


def test_more_than_two_thirds_of_the_power_prove_a_decision():
    assert judge(GOOD) is None
    assert judge(replace(GOOD, signatures=tuple(signed(i, i) for i in (1, 2, 3, 4)))) is None


def test_a_signature_stands_for_the_precommit_that_its_validator_signed():
    assert precommit("c", GOOD, signed(1)) == Vote("c", 5, 2, PRECOMMIT, A, 7, (("btc", 1),))


@pytest.mark.parametrize(
    ("commit", "rule"),
    [
        (replace(GOOD, height=0), "NUM-5"),
        (replace(GOOD, height=MAX_HEIGHT + 1), "NUM-5"),
        (replace(GOOD, round=-1), "NUM-5"),
        (replace(GOOD, round=MAX_ROUND + 1), "NUM-5"),
        (replace(GOOD, block_id=b""), "CONS-6"),
        (replace(GOOD, signatures=GOOD.signatures[::-1]), "CONS-6"),
        (replace(GOOD, signatures=(signed(1), signed(1), signed(2))), "CONS-6"),
        (replace(GOOD, signatures=(signed(1, -1), signed(2), signed(4))), "NUM-5"),
        (replace(GOOD, signatures=(signed(1), signed(2), signed(9))), "CONS-1"),
        (replace(GOOD, signatures=(signed(1), signed(2))), "CONS-1"),
        (replace(GOOD, signatures=()), "CONS-1"),
        (replace(GOOD, signatures=(signed(1), signed(2), replace(signed(4), signature=b""))), "ENC-2"),
        (replace(GOOD, signatures=(*GOOD.signatures[:2], replace(signed(4), time=8))), "ENC-2"),
        (replace(GOOD, round=3), "ENC-2"),
        (replace(GOOD, block_id=b"b" * 32), "ENC-2"),
    ],
)
def test_anything_less_proves_nothing(commit, rule):
    assert judge(commit).rule == rule


def test_a_commit_of_another_chain_proves_nothing():
    assert check_commit("d", VALIDATORS, GOOD, authentic).rule == "ENC-2"
