"""Whatever bytes arrive, the gate lets in what is well-formed and authentic, and gives a rule for the rest."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearstone.models.cluster.cluster import validators_of
from clearstone.models.cluster.wire import Arrival, DecidedBlock, Gate, Inquiry, ProposedBlock, id_of, pack
from clearstone.models.signing import remembering_authentic
from clearstone.spec.blocks import NIL, Block, Commit, CommitSignature
from clearstone.spec.consensus.messages import PRECOMMIT, PREVOTE, Proposal, SignedMessage, Vote
from clearstone.spec.consensus.proposer import proposer
from clearstone.spec.encoding.records import encode_record
from clearstone.spec.receipts import Rejection

KEYS, VALIDATORS = validators_of(0, (1, 1, 1, 1))
BLOCK = Block("c", 1, 5, 7, KEYS[0].public, bytes(32), Commit(4, 0, bytes(32), ()), (), bytes(32))
DATA = encode_record(BLOCK)
ID = id_of(DATA)


def gate(capacity=100):
    return Gate("c", VALIDATORS, remembering_authentic(), capacity)


def signed(index, message):
    return SignedMessage(KEYS[index].public, message, KEYS[index].sign(message))


def precommit(index):
    return signed(index, Vote("c", 5, 0, PRECOMMIT, ID, 9, (("btc", 3),)))


TURN = next(i for i, key in enumerate(KEYS) if key.public == proposer(VALIDATORS, 5, 0))
VOTE = signed(1, Vote("c", 5, 0, PREVOTE, NIL, 0, ()))
PROPOSAL = ProposedBlock(signed(TURN, Proposal("c", 5, 0, ID, -1)), DATA)
COMMIT = Commit(
    5,
    0,
    ID,
    tuple(
        CommitSignature(vote.sender, vote.message.time, vote.message.prices, vote.signature)
        for vote in map(precommit, (0, 1, 3))
    ),
)
DECIDED = DecidedBlock(DATA, COMMIT)


@pytest.mark.parametrize(
    ("content", "block"),
    [(VOTE, None), (precommit(2), None), (PROPOSAL, BLOCK), (DECIDED, BLOCK), (Inquiry(5), None)],
)
def test_what_is_sent_arrives_as_it_was(content, block):
    assert gate().admit(pack(content)) == Arrival(content, block)


def other_block(**changes):
    data = encode_record(replace(BLOCK, **changes))
    return data, ProposedBlock(signed(TURN, Proposal("c", 5, 0, id_of(data), -1)), data)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (signed(TURN, PROPOSAL.proposal.message), "CONS-2"),
        (replace(PROPOSAL, block=DATA[:-1]), "CONS-2"),
        (replace(PROPOSAL, proposal=VOTE), "CONS-2"),
        (replace(PROPOSAL, proposal=signed(1 - min(TURN, 1), PROPOSAL.proposal.message)), "CONS-4"),
        (replace(PROPOSAL, proposal=replace(PROPOSAL.proposal, signature=bytes(64))), "ENC-2"),
        (ProposedBlock(signed(TURN, Proposal("c", 5, 0, id_of(b"\xff"), -1)), b"\xff"), "ENC-1"),
        (other_block(height=6)[1], "CONS-6"),
        (replace(VOTE, signature=bytes(64)), "ENC-2"),
        (replace(VOTE, sender=bytes(32)), "CONS-1"),
        (signed(1, replace(VOTE.message, round=-1)), "NUM-5"),
        (signed(1, replace(VOTE.message, chain="d")), "CONS-2"),
        (replace(DECIDED, block=other_block(time=8)[0]), "CONS-6"),
        (replace(DECIDED, commit=replace(COMMIT, signatures=COMMIT.signatures[:2])), "CONS-1"),
        (replace(DECIDED, commit=replace(COMMIT, round=1)), "ENC-2"),
    ],
)
def test_what_is_wrong_is_refused_with_its_rule(content, rule):
    refused = gate().admit(pack(content))
    assert isinstance(refused, Rejection)
    assert refused.rule in (rule, "ENC-3")


@given(st.sampled_from([VOTE, PROPOSAL, DECIDED, Inquiry(5)]), st.data())
def test_no_part_of_a_packet_is_let_in(content, data):
    packet = pack(content)
    cut = data.draw(st.integers(0, len(packet) - 1))
    assert isinstance(gate().admit(packet[:cut]), Rejection)


@given(st.sampled_from([VOTE, PROPOSAL, DECIDED]), st.data())
def test_no_changed_bit_is_let_in(content, data):
    packet = bytearray(pack(content))
    packet[data.draw(st.integers(0, len(packet) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert isinstance(gate().admit(bytes(packet)), Rejection)


@given(st.binary(max_size=200))
def test_any_bytes_get_an_answer(data):
    assert isinstance(gate().admit(data), Rejection)


def test_a_verdict_is_remembered_but_not_too_many_are():
    asked = []

    def authentic(key, record, signature):
        asked.append(record)
        return True

    small = Gate("c", VALIDATORS, authentic, capacity=2)
    for content in (VOTE, VOTE, precommit(0), VOTE, precommit(1), VOTE):
        small.admit(pack(content))
    assert [vote.step for vote in asked] == [PREVOTE, PRECOMMIT, PRECOMMIT, PREVOTE]
