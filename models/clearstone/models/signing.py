"""Signatures at the cluster's pace: the rule of `spec.encoding.signatures`, the equation left to a library (ENC-2).

`fast_verify` puts the specification's own checks (`strict_form`) before the library's, which then only has to be right
about the equation without cofactor. `cryptography`, that is OpenSSL, is: it evaluates that equation and little besides.
By itself it accepts small-order points and A with y ≥ P, which is why `strict_form` is not optional. libsodium, in
PyNaCl 1.6.2, gave the same answers on every vector and is nearly twice as quick; it has checks of its own mixed in, and
would be one more thing to keep an eye on. None of this is taken on trust: tests compare `fast_verify` with the rule on
Wycheproof's vectors and on the project's own edge cases, where the two equations differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from clearstone.spec.encoding.signatures import Authentic, signing_bytes, strict_form


def fast_verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """ENC-2. The same answer as `spec.encoding.signatures.verify` for any bytes, in a tenth of a millisecond."""
    if not strict_form(key, signature):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def fast_authentic(key: bytes, record: Any, signature: bytes) -> bool:
    """ENC-2. The same answer as `spec.encoding.signatures.authentic`."""
    return fast_verify(key, signing_bytes(record), signature)


def remembering_authentic(capacity: int = 2**16) -> Authentic:
    """ENC-2. `fast_authentic` that remembers its latest `capacity` answers.

    For replicas that share a process: what one has verified the others need not. The memory is keyed by the bytes that
    are signed, not by the record: named tuples of two classes compare equal and yet are signed differently.
    """
    verify = lru_cache(capacity)(fast_verify)

    def authentic(key: bytes, record: Any, signature: bytes) -> bool:
        return verify(key, signing_bytes(record), signature)

    return authentic


@dataclass(frozen=True, slots=True)
class SigningKey:
    """ENC-2. A private key, for owners and validators in simulations: anyone who knows the name can derive it."""

    private: Ed25519PrivateKey
    """The library's key."""
    public: bytes
    """Ed25519 public key, 32 bytes: how the ledger knows its holder."""

    @classmethod
    def derive(cls, seed: int, name: str) -> SigningKey:
        """The key of a named participant under a seed: always the same one."""
        private = Ed25519PrivateKey.from_private_bytes(sha256(f"clearstone simulation/{seed}/{name}".encode()).digest())
        return cls(private, private.public_key().public_bytes_raw())

    def sign(self, record: Any) -> bytes:
        """The signature over a record, 64 bytes; deterministic, as RFC 8032 has it."""
        return self.private.sign(signing_bytes(record))
