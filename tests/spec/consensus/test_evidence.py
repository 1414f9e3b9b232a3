from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.evidence import accused, contradict
from clearstone.spec.consensus.messages import PRECOMMIT, PREVOTE, Proposal, SignedMessage, Vote
from clearstone.spec.consensus.proposer import proposer
from clearstone.spec.consensus.validators import Validator

KEYS = [bytes([i]) * 32 for i in (1, 2, 3, 4)]
VALIDATORS = tuple(Validator(key, 1) for key in KEYS)
A, B = b"a" * 32, b"b" * 32


def vote(sender, step, round, value, height=5, **extension):
    extended = {"time": 7, "prices": ()} if step == PRECOMMIT and value != NIL else {"time": 0, "prices": ()}
    return SignedMessage(KEYS[sender], Vote("c", height, round, step, value, **{**extended, **extension}), b"good")


def proposal(round, value, valid_round=-1, height=5):
    message = Proposal("c", height, round, value, valid_round)
    return SignedMessage(proposer(VALIDATORS, height, round), message, b"good")


def polka(round, value, senders=(0, 1, 2), height=5):
    return [vote(sender, PREVOTE, round, value, height) for sender in senders]


def judge(*logs):
    return accused("c", VALIDATORS, logs, lambda key, record, signature: signature == b"good")


def guilty(*senders):
    return {KEYS[sender] for sender in senders}


@pytest.mark.parametrize(
    "pair",
    [
        (vote(0, PREVOTE, 1, A), vote(0, PREVOTE, 1, B)),
        (vote(0, PREVOTE, 1, A), vote(0, PREVOTE, 1, NIL)),
        (vote(0, PRECOMMIT, 1, A), vote(0, PRECOMMIT, 1, NIL)),
    ],
)
def test_two_votes_of_a_round_and_kind_are_equivocation_wherever_they_were_seen(pair):
    assert judge(pair) == judge(pair[:1], pair[1:]) == guilty(0)


def test_two_proposals_of_a_round_are_equivocation_even_for_one_block():
    who = proposal(2, A).sender
    assert judge([proposal(2, A), proposal(2, B)]) == {who}
    assert judge([proposal(2, A), proposal(2, A, 1)]) == {who}


def test_a_third_message_is_compared_too():
    messages = [vote(0, PRECOMMIT, 1, A), vote(0, PRECOMMIT, 1, A, time=8), vote(0, PRECOMMIT, 1, B)]
    assert judge(messages) == guilty(0)


@pytest.mark.parametrize(
    "innocent",
    [
        [vote(0, PRECOMMIT, 1, A, time=7), vote(0, PRECOMMIT, 1, A, time=8, prices=(("btc", 1),))],
        [vote(0, PREVOTE, 1, A), vote(0, PRECOMMIT, 1, NIL)],
        [vote(0, PREVOTE, 1, A), vote(0, PREVOTE, 2, NIL)],
        [vote(0, PREVOTE, 1, A), vote(1, PREVOTE, 1, B)],
        [vote(0, PREVOTE, 1, A), vote(0, PREVOTE, 1, B, height=6)],
        [proposal(2, A), vote(0, PREVOTE, 2, B), vote(1, PREVOTE, 2, B), vote(2, PREVOTE, 2, B)],
        [vote(0, PREVOTE, 1, A), vote(0, PREVOTE, 1, A)],
    ],
)
def test_what_does_not_contradict_itself_accuses_nobody(innocent):
    assert judge(innocent) == set()


def test_messages_that_nobody_admits_accuse_nobody():
    forged = replace(vote(0, PREVOTE, 1, B), signature=b"bad")
    assert judge([vote(0, PREVOTE, 1, A), forged]) == set()


def test_a_proposal_contradicts_proposals_alone():
    made, cast = proposal(2, A).message, vote(0, PREVOTE, 2, B).message
    assert not contradict(made, cast)
    assert not contradict(cast, made)
    assert not contradict(made, replace(made, chain="d"))


# Amnesia: validator 0 precommits A in round 1 and prevotes B in round 3.

LOCK = vote(0, PRECOMMIT, 1, A)
TURNED = vote(0, PREVOTE, 3, B)


def test_to_forget_a_lock_is_amnesia():
    assert judge([LOCK], [TURNED]) == guilty(0)


@pytest.mark.parametrize("freed_in", [1, 2])
def test_a_polka_named_by_the_proposal_frees_from_the_lock(freed_in):
    # In round 1 validator 0 itself did not prevote for B: three others did.
    evidence = [LOCK, TURNED, proposal(3, B, freed_in), *polka(freed_in, B, (1, 2, 3))]
    assert judge(evidence) == set()
    assert judge([each for each in evidence if each.message.round != freed_in or each is LOCK]) == guilty(0)


def test_a_polka_that_the_proposal_does_not_name_frees_nobody():
    assert judge([LOCK, TURNED, proposal(3, B), *polka(2, B, (1, 2, 3))]) == guilty(0)


def test_a_named_round_without_a_quorum_frees_nobody():
    assert judge([LOCK, TURNED, proposal(3, B, 2), *polka(2, B, (1, 2))]) == guilty(0)


@pytest.mark.parametrize("wrong", [0, 3])
def test_a_polka_before_the_lock_or_after_the_vote_frees_nobody(wrong):
    evidence = [LOCK, TURNED, proposal(3, B, 2), proposal(3, B, 0), *polka(wrong, B, (1, 2, 3))]
    assert judge(evidence) >= guilty(0)


def test_a_polka_for_another_block_or_height_frees_nobody():
    assert judge([LOCK, TURNED, proposal(3, B, 2), *polka(2, b"d" * 32, (1, 2, 3))]) >= guilty(0)
    assert judge([LOCK, TURNED, proposal(3, B, 2), *polka(2, B, (1, 2, 3), height=6)]) == guilty(0)


def test_a_proposal_of_another_round_or_block_names_nothing():
    assert judge([LOCK, TURNED, proposal(2, B, 1), *polka(1, B, (1, 2, 3))]) == guilty(0)
    assert judge([LOCK, TURNED, proposal(3, A, 1), *polka(1, B, (1, 2, 3))]) == guilty(0)


def test_a_lock_that_moved_with_a_polka_frees_even_on_a_fresh_proposal():
    moved = vote(0, PRECOMMIT, 2, B)
    evidence = [LOCK, TURNED, moved, proposal(3, B), *polka(2, B, (1, 2, 3))]
    assert judge(evidence) == set()
    assert judge([LOCK, TURNED, moved, proposal(3, B)]) == guilty(0)  # it claims a lock that no polka backs


@pytest.mark.parametrize(
    "innocent",
    [
        [LOCK, vote(0, PREVOTE, 3, A)],
        [LOCK, vote(0, PREVOTE, 3, NIL)],
        [LOCK, vote(0, PREVOTE, 0, B)],
        [LOCK, vote(0, PREVOTE, 3, B, height=6)],
        [vote(0, PRECOMMIT, 1, NIL), TURNED],
        [vote(1, PRECOMMIT, 1, A), TURNED],
        [TURNED],
    ],
)
def test_without_a_broken_lock_there_is_no_amnesia(innocent):
    assert judge(innocent) == set()


# Forks: A is decided in one round and B in the same or a later one.


def test_a_fork_in_one_round_convicts_more_than_a_third():
    fork = [
        [vote(i, step, 1, A) for step in (PREVOTE, PRECOMMIT) for i in (0, 1, 2)],
        [vote(i, step, 1, B) for step in (PREVOTE, PRECOMMIT) for i in (1, 2, 3)],
    ]
    assert judge(*fork) == guilty(1, 2)


def test_a_fork_over_two_rounds_convicts_more_than_a_third():
    fork = [
        [vote(i, step, 1, A) for step in (PREVOTE, PRECOMMIT) for i in (0, 1, 2)],
        [vote(i, step, 4, B) for step in (PREVOTE, PRECOMMIT) for i in (1, 2, 3)],
    ]
    assert judge(*fork) == guilty(1, 2)


votes = st.builds(
    vote, st.integers(0, 3), st.sampled_from([PREVOTE, PRECOMMIT]), st.integers(0, 3), st.sampled_from([A, B])
)
rest = st.lists(st.one_of(votes, st.builds(proposal, st.integers(2, 3), st.sampled_from([A, B]), st.integers(-1, 1))))


@given(st.integers(0, 2), st.integers(0, 1), st.permutations(range(4)), st.permutations(range(4)), rest)
def test_no_further_message_can_clear_the_guilty_of_a_fork(first, later, deciders, others, further):
    """Two decisions, each by a quorum of which one member saw the prevotes, amid whatever else was sent."""
    second = first + later
    fork = [
        *(vote(i, step, first, A) for step in (PREVOTE, PRECOMMIT) for i in deciders[:3]),
        *(vote(i, step, second, B) for step in (PREVOTE, PRECOMMIT) for i in others[:3]),
    ]
    assert len(judge(fork, further)) >= 2
