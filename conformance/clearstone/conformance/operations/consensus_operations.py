"""Consensus, one local step at a time: a validator's state, what it has received and a claim give state and actions."""

from __future__ import annotations

from dataclasses import dataclass

from clearstone.conformance.operations.operation import operations
from clearstone.models.cluster.message_log import MessageLog
from clearstone.models.signing import fast_authentic
from clearstone.spec.blocks import Commit
from clearstone.spec.consensus import commits, evidence, messages, proposer, rules, validators
from clearstone.spec.consensus.actions import Outcome
from clearstone.spec.consensus.claims import Claim
from clearstone.spec.consensus.messages import SignedMessage
from clearstone.spec.consensus.node import Node
from clearstone.spec.consensus.step import step
from clearstone.spec.consensus.validators import Validators
from clearstone.spec.receipts import Rejection


@dataclass(frozen=True, slots=True)
class StepToTake:
    """A validator, what it knows, and a claim."""

    node: Node
    """Its state."""
    validators: Validators
    """Who decides, ascending by key."""
    received: tuple[SignedMessage, ...]
    """Its log: messages of validators, of this chain and height, all admitted before, so that neither signatures nor
    whose turn it was are looked at again."""
    valid: tuple[bytes, ...]
    """Ids of the blocks that may be decided at this height; all others may not."""
    candidate: bytes
    """Id of the block that it proposes in whichever round it enters, as if that were its turn; empty if it is not."""
    claim: Claim
    """What is claimed to hold."""


@dataclass(frozen=True, slots=True)
class NodeToResume:
    """A validator after a crash."""

    node: Node
    """The state that it persisted last."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A round of a height."""

    validators: Validators
    """Who decides, ascending by key."""
    height: int
    """The height, at least 1."""
    round: int
    """The round, at least 0."""


@dataclass(frozen=True, slots=True)
class Key:
    """A validator's key."""

    key: bytes
    """32 bytes."""


@dataclass(frozen=True, slots=True)
class MessageToCheck:
    """A message that has arrived."""

    chain: str
    """Id of the chain."""
    validators: Validators
    """Who decides, ascending by key."""
    signed: SignedMessage
    """Any message."""


@dataclass(frozen=True, slots=True)
class CommitToCheck:
    """A commit that is to prove a decision."""

    chain: str
    """Id of the chain."""
    validators: Validators
    """Who decides, ascending by key."""
    commit: Commit
    """Any commit."""


@dataclass(frozen=True, slots=True)
class ValidatorsToCheck:
    """Those who are to decide."""

    validators: Validators
    """Any list."""


@dataclass(frozen=True, slots=True)
class Logs:
    """The message logs of correct validators."""

    chain: str
    """Id of the chain."""
    validators: Validators
    """Who decides, ascending by key."""
    logs: tuple[tuple[SignedMessage, ...], ...]
    """What each of them sent and received."""


@dataclass(frozen=True, slots=True)
class Accused:
    """Who is proved guilty."""

    keys: tuple[bytes, ...]
    """Their keys, ascending."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """Something was found to be in order."""


def take_step(question: StepToTake) -> Outcome:
    """Check a claim against a validator's state and log, and take the one rule that it names, or stay."""
    powers = {validator.key: validator.power for validator in question.validators}
    log = MessageLog(powers, frozenset(question.valid).__contains__, lambda _round: question.candidate)
    for signed in question.received:
        log.add(signed)
    return step(question.node, log, question.claim)


def resume(question: NodeToResume) -> Outcome:
    """Say what a validator does first after a restart."""
    return rules.resume(question.node)


def proposer_of(question: Turn) -> Key:
    """Name the proposer of a round."""
    return Key(proposer.proposer(question.validators, question.height, question.round))


def check_message(question: MessageToCheck) -> Admitted | Rejection:
    """Say whether a message may be counted."""
    rejection = messages.check_message(question.chain, question.validators, question.signed, fast_authentic)
    return rejection or Admitted()


def check_commit(question: CommitToCheck) -> Admitted | Rejection:
    """Say whether precommits prove a decision."""
    return commits.check_commit(question.chain, question.validators, question.commit, fast_authentic) or Admitted()


def check_validators(question: ValidatorsToCheck) -> Admitted | Rejection:
    """Say whether a list of validators can vote."""
    return validators.check_validators(question.validators) or Admitted()


def accuse(question: Logs) -> Accused:
    """Name those whom the union of message logs proves guilty."""
    found = evidence.accused(question.chain, question.validators, question.logs, fast_authentic)
    return Accused(tuple(sorted(found)))


OPERATIONS = operations(take_step, resume, proposer_of, check_message, check_commit, check_validators, accuse)
