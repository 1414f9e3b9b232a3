from dataclasses import replace

import pytest

from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.messages import (
    MAX_HEIGHT,
    MAX_PRICES,
    MAX_ROUND,
    PRECOMMIT,
    PREVOTE,
    Proposal,
    SignedMessage,
    Vote,
    check_message,
)
from clearstone.spec.consensus.proposer import proposer
from clearstone.spec.consensus.validators import Validator
from clearstone.spec.numbers import MAX_TEXT, MAX_TICKS, MAX_TIME

VALIDATORS = tuple(Validator(bytes([i]) * 32, i) for i in (1, 2, 3, 4))
A = b"a" * 32
TURN = proposer(VALIDATORS, 5, 2)
PROPOSAL = Proposal("c", 5, 2, A, 1)
VOTE = Vote("c", 5, 2, PRECOMMIT, A, 7, (("btc", 1), ("eth", 2)))
NIL_VOTE = Vote("c", 5, 2, PREVOTE, NIL, 0, ())


def judge(message, sender=TURN, signature=b"good"):
    signed = SignedMessage(sender, message, signature)
    return check_message("c", VALIDATORS, signed, lambda key, record, signature: signature == b"good")


@pytest.mark.parametrize(
    "message",
    [
        PROPOSAL,
        replace(PROPOSAL, valid_round=-1),
        VOTE,
        NIL_VOTE,
        replace(NIL_VOTE, step=PRECOMMIT),
        replace(NIL_VOTE, block_id=A),
        replace(VOTE, prices=(), time=0),
        replace(VOTE, time=MAX_TIME, prices=(("x" * MAX_TEXT, -MAX_TICKS), ("y", MAX_TICKS))),
        replace(VOTE, round=MAX_ROUND, height=MAX_HEIGHT),
        replace(VOTE, prices=tuple((f"{i:04}", 1) for i in range(MAX_PRICES))),
    ],
)
def test_a_well_formed_message_is_admitted(message):
    assert judge(message) is None


@pytest.mark.parametrize(
    ("message", "rule"),
    [
        (replace(PROPOSAL, chain="d"), "CONS-2"),
        (replace(VOTE, chain="d"), "CONS-2"),
        (replace(PROPOSAL, height=0), "NUM-5"),
        (replace(PROPOSAL, height=MAX_HEIGHT + 1), "NUM-5"),
        (replace(PROPOSAL, round=-1, valid_round=-2), "NUM-5"),
        (replace(PROPOSAL, round=MAX_ROUND + 1), "NUM-5"),
        (replace(PROPOSAL, valid_round=-2), "CONS-2"),
        (replace(PROPOSAL, valid_round=2), "CONS-2"),
        (replace(PROPOSAL, block_id=NIL), "CONS-2"),
        (replace(PROPOSAL, block_id=A + b"a"), "CONS-2"),
        (replace(VOTE, height=0), "NUM-5"),
        (replace(VOTE, height=MAX_HEIGHT + 1), "NUM-5"),
        (replace(VOTE, round=-1), "NUM-5"),
        (replace(VOTE, round=MAX_ROUND + 1), "NUM-5"),
        (replace(VOTE, step=0), "CONS-2"),
        (replace(VOTE, step=3), "CONS-2"),
        (replace(VOTE, block_id=b"x"), "CONS-2"),
        (replace(VOTE, time=-1), "NUM-5"),
        (replace(VOTE, time=MAX_TIME + 1), "NUM-5"),
        (replace(VOTE, prices=(("btc", MAX_TICKS + 1),)), "NUM-5"),
        (replace(VOTE, prices=(("btc", -MAX_TICKS - 1),)), "NUM-5"),
        (replace(VOTE, prices=(("b" * (MAX_TEXT + 1), 1),)), "NUM-5"),
        (replace(VOTE, prices=(("\ud800" * MAX_TEXT, 1),)), "NUM-5"),
        (replace(VOTE, prices=tuple((f"{i:04}", 1) for i in range(MAX_PRICES + 1))), "NUM-5"),
        (replace(VOTE, prices=(("eth", 1), ("btc", 1))), "CONS-2"),
        (replace(VOTE, prices=(("btc", 1), ("btc", 2))), "CONS-2"),
        (replace(NIL_VOTE, time=1), "CONS-2"),
        (replace(NIL_VOTE, prices=(("btc", 1),)), "CONS-2"),
        (replace(VOTE, step=PREVOTE), "CONS-2"),
    ],
)
def test_a_malformed_message_is_refused(message, rule):
    assert judge(message).rule == rule


def test_a_stranger_is_refused():
    assert judge(VOTE, sender=b"\x09" * 32).rule == "CONS-1"


def test_a_proposal_out_of_turn_is_refused():
    other = next(validator.key for validator in VALIDATORS if validator.key != TURN)
    assert judge(PROPOSAL, sender=other).rule == "CONS-4"
    assert judge(VOTE, sender=other) is None


def test_a_bad_signature_is_refused_last():
    assert judge(VOTE, signature=b"bad").rule == "ENC-2"
    assert judge(replace(VOTE, round=-1), signature=b"bad").rule == "NUM-5"
