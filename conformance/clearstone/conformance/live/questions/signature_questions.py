"""Signatures, with a part replaced by what strict rules refuse; and what is signed."""

from __future__ import annotations

from hypothesis import strategies as st

from clearstone.conformance.live.questions.asked import Asked
from clearstone.conformance.live.questions.records import records
from clearstone.conformance.operations.signature_operations import RecordToSign, SignatureToCheck
from clearstone.conformance.suites.signature_cases import A, R, a, r, scalar, signed
from clearstone.spec.consensus.messages import Proposal, Vote
from clearstone.spec.encoding.edwards25519 import L, P
from clearstone.spec.encoding.signatures import SMALL_ORDER_Y
from clearstone.spec.transactions import Body

SIGN = 1 << 255
"""The parity bit of x in an encoded point."""
SMALL = sorted(SMALL_ORDER_Y)
NOT_CANONICAL = [y + P for y in range(19)]
points = st.builds(
    lambda y, sign: scalar(y | sign),
    st.sampled_from(SMALL) | st.sampled_from(NOT_CANONICAL) | st.integers(0, P - 1),
    st.sampled_from((0, SIGN)),
)


@st.composite
def signatures(draw: st.DrawFn) -> SignatureToCheck:
    """A signature that is valid but for what was done to it."""
    good = signed(A, R, lambda _: True)
    s = int.from_bytes(good.signature[32:], "little")
    key, message, point = A, good.message, R
    what = draw(st.sampled_from(("none", "s", "key", "point", "neutral key", "message", "length")))
    if what == "s":
        s = (s + draw(st.sampled_from((L, 2 * L, 7 * L, 1, L - 1)))) % (1 << 256)
    elif what == "key":
        key = draw(points)
    elif what == "point":
        point = draw(points)
    elif what == "neutral key":  # the equation holds for every message, if only S is R's logarithm
        key, message, s = scalar(1), draw(st.binary(max_size=3)), r
    elif what == "message":
        message, s = draw(st.binary(max_size=3)), draw(st.sampled_from((s, r, a, 0)))
    signature = point + scalar(s)
    return SignatureToCheck(
        key, message, signature[: draw(st.sampled_from((64, 63, 32)))] if what == "length" else signature
    )


@st.composite
def signables(draw: st.DrawFn) -> RecordToSign:
    """Any record that is signed."""
    return RecordToSign(draw(records(draw(st.sampled_from((Body, Vote, Proposal))))))


ASKED = (
    Asked("verify", "signatures", "verify", "signatures with a part replaced", ("ENC-2",), lambda _: signatures()),
    Asked("signing-bytes", "signatures", "signing_bytes", "records that are signed", ("ENC-2",), lambda _: signables()),
)
