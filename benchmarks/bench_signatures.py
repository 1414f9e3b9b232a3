"""Signatures by themselves: the rule as the spec spells it out, and the same rule by a library."""

import pytest

from clearstone.models.signing import SigningKey, fast_verify
from clearstone.spec.encoding.signatures import signing_bytes, verify
from clearstone.spec.receipts import Rejection


@pytest.mark.parametrize("verifier", [verify, fast_verify], ids=["spec", "library"])
def bench_verify(benchmark, verifier):
    key, record = SigningKey.derive(1, "owner"), Rejection("ENC-2", "any record will do")
    assert benchmark(verifier, key.public, signing_bytes(record), key.sign(record))
