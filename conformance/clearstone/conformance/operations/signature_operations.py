"""What is signed, and which signatures are valid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from clearstone.conformance.operations.encoding_operations import Validity
from clearstone.conformance.operations.operation import operations
from clearstone.spec.consensus.messages import Proposal, Vote
from clearstone.spec.encoding import signatures
from clearstone.spec.transactions import Body

Signable: TypeAlias = Body | Vote | Proposal
"""The records that are signed."""


@dataclass(frozen=True, slots=True)
class SignatureToCheck:
    """A signature over bytes."""

    key: bytes
    """Any bytes; a key has 32."""
    message: bytes
    """What was signed."""
    signature: bytes
    """Any bytes; a signature has 64."""


@dataclass(frozen=True, slots=True)
class RecordToSign:
    """A record that is to be signed."""

    record: Signable
    """The record, under the name of its kind."""


@dataclass(frozen=True, slots=True)
class SigningBytes:
    """What is signed."""

    data: bytes
    """The bytes, with their domain in front."""


def verify(question: SignatureToCheck) -> Validity:
    """Judge an Ed25519 signature over bytes, strictly."""
    return Validity(signatures.verify(question.key, question.message, question.signature))


def signing_bytes(question: RecordToSign) -> SigningBytes:
    """Write the bytes that are signed for a record."""
    return SigningBytes(signatures.signing_bytes(question.record))


OPERATIONS = operations(verify, signing_bytes)
