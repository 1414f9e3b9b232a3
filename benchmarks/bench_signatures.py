"""Signatures by themselves: the rule as the spec spells it out."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clearstone.spec.encoding import signatures


def bench_verify_by_the_spec(benchmark):
    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    message = bytes(200)
    key, signature = private.public_key().public_bytes_raw(), private.sign(message)
    assert benchmark(signatures.verify, key, message, signature)
