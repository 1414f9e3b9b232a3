"""What enters a log, what proves a decision, and whose turn it is: the rules around `step` that the theorems rely on.

The bridge from power in a log to a quorum needs that what is counted was signed by validators, and that its rounds are
rounds: `check_message`. A commit convinces whoever was not there for the same reasons: `check_commit`. Each accepts
exactly what its rule says. Turns are shared by power, and no silent proposer is asked for ever.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from clearstone.models.cluster.message_log import MessageLog
from clearstone.proofs.consensus.local_steps import iff
from clearstone.proofs.obligations import obligation
from clearstone.proofs.symbolic.formulas import conjunction
from clearstone.proofs.worlds import World
from clearstone.spec.blocks import NIL, Commit, CommitSignature
from clearstone.spec.consensus import messages
from clearstone.spec.consensus.commits import check_commit
from clearstone.spec.consensus.messages import Message, Proposal, SignedMessage, Vote, check_message
from clearstone.spec.consensus.proposer import proposer
from clearstone.spec.consensus.validators import Validator
from clearstone.spec.numbers import MAX_TICKS, MAX_TIME

KEYS = tuple(bytes([number]) * 32 for number in (1, 2, 3))
"""Keys of three validators, ascending."""
STRANGER = b"s" * 32
"""The key of somebody who is none."""
BLOCKS = (b"b" * 32, NIL, b"short")
"""A block id, none, and something malformed."""
GENUINE, FORGED = b"genuine", b"forged"
"""Signatures that verify, and those that don't."""


def is_genuine(key: bytes, record: object, signature: bytes) -> bool:
    """Stand in for the check of a signature."""
    return signature == GENUINE


def any_prices(world: World) -> tuple[messages.Prices, Any]:
    """Some price reports, and whether they are well-formed."""
    ticks = world.integer("ticks", usual=1)
    within = conjunction(ticks >= -MAX_TICKS, ticks <= MAX_TICKS)
    cases = {"none": ((), True), "one": ((("btc", ticks),), within), "out of order": ((("eth", 1), ("btc", 1)), False)}
    return cases[world.choice("prices", tuple(cases))]


def any_vote(world: World) -> tuple[Message, Any]:
    """Any vote, and whether it is well-formed."""
    block, step = world.choice("block", BLOCKS), world.integer("step", usual=1)
    time, (prices, fit) = world.integer("time"), any_prices(world)
    vote = Vote("chain", world.integer("height", usual=1), world.integer("round"), step, block, time, prices)
    bare = conjunction(time == 0, prices == ())
    extended = conjunction(time >= 0, time <= MAX_TIME, fit)
    prevote = conjunction(step == messages.PREVOTE, block != b"short", bare)
    precommit = conjunction(step == messages.PRECOMMIT, block != b"short", bare if block == NIL else extended)
    return vote, prevote | precommit


def any_proposal(world: World) -> tuple[Message, Any]:
    """Any proposal, and whether it is well-formed."""
    block, round = world.choice("block", BLOCKS), world.integer("round")
    valid_round = world.integer("valid round", usual=-1)
    proposal = Proposal("chain", world.integer("height", usual=1), round, block, valid_round)
    return proposal, conjunction(valid_round >= -1, valid_round < round, block == BLOCKS[0])


@obligation(
    "CONS-2",
    "ENC-2",
    about=(check_message, messages.check_vote, messages.check_proposal, messages.check_extension),
    reaches={"admitted", "NUM-5", "CONS-1", "CONS-2", "CONS-4", "ENC-2"},
    bound="three validators of power 1, 2 and 3, and at most two prices",
)
def a_log_admits_exactly_well_formed_messages_that_a_validator_signed(world: World) -> None:
    """A message counts if and only if it is of this chain, within bounds, and its signer's to send."""
    validators = tuple(Validator(key, power) for power, key in enumerate(KEYS, start=1))
    message, fit = any_vote(world) if world.choice("kind", ("vote", "proposal")) == "vote" else any_proposal(world)
    chain, sender = world.choice("chain", ("chain", "other")), world.choice("sender", (KEYS[2], STRANGER))
    signature = world.choice("signature", (GENUINE, FORGED))
    rejection = check_message(chain, validators, SignedMessage(sender, message, signature), is_genuine)
    world.reached("admitted" if rejection is None else rejection.rule)
    height = conjunction(message.height >= 1, message.height <= messages.MAX_HEIGHT)
    bounds = conjunction(height, message.round >= 0, message.round <= messages.MAX_ROUND)
    own = chain == "chain" and sender != STRANGER and signature == GENUINE
    if own and isinstance(message, Proposal) and bool(conjunction(bounds, fit)):
        own = proposer(validators, message.height, message.round) == sender
    world.require(iff(rejection is None, conjunction(bounds, fit, own)), "it is admitted exactly then")


@obligation(
    "CONS-6",
    about=(check_commit,),
    reaches={"accepted", "NUM-5", "CONS-1", "CONS-6", "ENC-2"},
    bound="two validators of any power, at most two signatures",
)
def a_commit_proves_a_decision_exactly_by_genuine_precommits_of_a_quorum(world: World) -> None:
    """A commit is accepted if and only if distinct validators with a quorum of the power each really signed it."""
    validators = tuple(Validator(key, world.integer(f"power {place}", 1)) for place, key in enumerate(KEYS[:2]))
    power = {each.key: each.power for each in validators}
    signers = world.choice(
        "signers", ((), KEYS[:1], KEYS[1:2], KEYS[:2], KEYS[1::-1], KEYS[:1] * 2, (KEYS[0], STRANGER))
    )
    genuine = tuple(world.choice(f"signature {place}", (GENUINE, FORGED)) for place in range(len(signers)))
    time = world.integer("time")
    signatures = tuple(CommitSignature(key, time, (), made) for key, made in zip(signers, genuine, strict=True))
    block = world.choice("block", (b"b" * 32, b"short"))
    commit = Commit(world.integer("height", usual=1), world.integer("round"), block, signatures)
    rejection = check_commit("chain", validators, commit, is_genuine)
    world.reached("accepted" if rejection is None else rejection.rule)
    bounds = conjunction(commit.height >= 1, commit.height <= messages.MAX_HEIGHT)
    rounds = conjunction(commit.round >= 0, commit.round <= messages.MAX_ROUND)
    times = conjunction(time >= 0, time <= MAX_TIME) if signers else True
    form = block != b"short" and list(signers) == sorted(set(signers)) and STRANGER not in signers
    behind = sum(power.get(key, 0) for key in signers)
    quorum = 2 * sum(power.values()) < 3 * behind
    signed = all(each == GENUINE for each in genuine)
    world.require(iff(rejection is None, conjunction(bounds, rounds, times, form, quorum, signed)), "exactly then")


@obligation(
    "CONS-2",
    about=(MessageLog.add, MessageLog.power, MessageLog.power_any, MessageLog.heard),
    reaches={"counted"},
    bound="three validators of any power, three messages",
)
def a_running_log_counts_each_sender_once(world: World) -> None:
    """The power behind a vote, behind a kind of vote, and heard in a round, is that of the distinct senders of such.

    That it then is the power of a quorum whose correct members all sent it, for any number of messages, is the bridge.
    """
    power = {key: world.integer(f"power {place}", 1) for place, key in enumerate(KEYS)}
    log = MessageLog(power, lambda block: True, lambda round: NIL)
    values, kinds = (BLOCKS[0], NIL), (messages.PREVOTE, messages.PRECOMMIT)
    sent = []
    for place in range(3):
        sender = world.choice(f"sender {place}", KEYS)
        value, kind = world.choice(f"vote {place}", ((values[0], 1), (values[1], 1), (values[0], 2)))
        sent.append((sender, kind, value))
        log.add(SignedMessage(sender, Vote("chain", 1, 0, kind, value, 0, ()), GENUINE))
    world.reached("counted")

    def behind(*wanted: object) -> int:
        return sum(power[key] for key in sorted({key for key, *said in sent if tuple(said)[: len(wanted)] == wanted}))

    world.require(log.heard(0) == behind(), "all that were heard")
    for kind in kinds:
        world.require(log.power_any(kind, 0) == behind(kind), "all that voted so")
        for value in values:
            world.require(log.power(kind, 0, value) == behind(kind, value), "all that voted for this")


POWERS = ((1,), (1, 1, 1, 1), (1, 2, 3), (5, 10, 85), (7, 7, 1), (100, 1))
"""Weights to try."""


@obligation("CONS-4", about=(proposer,), reaches={"turns"}, bound="some weights, all heights and rounds")
def every_failed_round_passes_the_turn_on_as_a_height_does(world: World) -> None:
    """Whose turn it is depends on height + round alone, so that a silent proposer delays its chain by one round."""
    powers = world.choice("powers", ((1, 1, 1, 1), (1, 2, 3)))
    validators = tuple(Validator(bytes([place]) * 32, power) for place, power in enumerate(powers))
    height, round = world.integer("height", 1), world.integer("round", 0)
    world.reached("turns")
    world.require(
        proposer(validators, height, round + 1) == proposer(validators, height + 1, round), "the turn is the same"
    )


@obligation("CONS-4", about=(proposer,), reaches={"turns"}, bound="some weights, one full circle of turns")
def turns_are_shared_exactly_by_power(world: World) -> None:
    """In as many turns as there is power, each validator proposes as often as its power says."""
    powers = world.choice("powers", POWERS)
    validators = tuple(Validator(bytes([place]) * 32, power) for place, power in enumerate(powers))
    height = world.choice("height", (1, 17))
    turns = Counter(proposer(validators, height, round) for round in range(sum(powers)))
    world.reached("turns")
    world.require(turns == {each.key: each.power for each in validators}, "each as often as its power")
