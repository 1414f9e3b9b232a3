"""Which signatures are valid, to the last bit (ENC-2).

Ed25519 is one name for several rules. RFC 8032 allows two verification equations, and libraries add checks of their
own or leave some out, so that two honest clients can disagree about one signature. In a replicated ledger that
splits the chain. So the rule is spelt out here, and clients compare themselves with its vectors, not with a library.

A signature is 64 bytes, R ‖ S; a key is 32 bytes, A; k = SHA-512(R ‖ A ‖ message), little-endian, reduced mod L. It is
valid exactly when

1. S < L as a little-endian number (else S + L would sign the same message: malleability);
2. A and R are canonical encodings: y < P, and no parity bit on x = 0;
3. neither A nor R is one of the eight small-order points (with such a key one signature fits many messages);
4. A is on the curve, and the bytes of [S]B − [k]A equal the bytes of R: the equation *without* cofactor.

The order in which these are tested does not matter: the answer is yes or no. Points of mixed order are allowed, and
item 4 decides: a signature which satisfies only the cofactored equation [8][S]B = [8]R + [8][k]A is invalid. That k is
reduced before it multiplies matters for such points only, and is part of the rule.

What is signed is never a bare record: see `signing_bytes`.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha512
from typing import Any, TypeAlias

from clearstone.spec.encoding import cbor, edwards25519, records
from clearstone.spec.encoding.edwards25519 import BASE, L, P

Authentic: TypeAlias = Callable[[bytes, Any, bytes], bool]
"""(key, record, signature) → is it valid? What rules that read signatures take, so that whoever runs them may answer
from a quicker library or from memory. It must agree with `authentic` everywhere."""

PROTOCOL = "clearstone/1"
"""First element of everything that is signed: another protocol's bytes are never ours."""

_Y_OF_ORDER_8 = 2707385501144840649318225287225658788936804267575313519463743609750303402022
SMALL_ORDER_Y = frozenset({0, 1, P - 1, _Y_OF_ORDER_8, P - _Y_OF_ORDER_8})
"""The y of the eight small-order points: order 1 has y = 1, order 2 −1, order 4 0, order 8 the two others."""

_WITHOUT_SIGN = 2**255 - 1


def strict_form(key: bytes, signature: bytes) -> bool:
    """ENC-2, items 1 to 3. Everything but the equation: lengths, canonical S, A and R canonical and not of small order.

    Cheap (no curve arithmetic), so that a client may put it before whichever library evaluates item 4. Only x = 0 has a
    forbidden parity bit, there y is 1 or −1, and both are of small order: hence one look at y is enough.
    """
    return (
        len(key) == 32
        and len(signature) == 64
        and int.from_bytes(signature[32:], "little") < L
        and _is_strict_point(key)
        and _is_strict_point(signature[:32])
    )


def _is_strict_point(encoded: bytes) -> bool:
    y = int.from_bytes(encoded, "little") & _WITHOUT_SIGN
    return y < P and y not in SMALL_ORDER_Y


def verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """ENC-2. Whether `signature` (64 bytes) over `message` is valid under `key` (32 bytes). Total: any bytes will do.

    Comparing the bytes of R rather than the point needs no square root for R, and settles that R is on the curve.
    """
    if not strict_form(key, signature):
        return False
    point = edwards25519.decode_point(key)
    if point is None:
        return False
    s = int.from_bytes(signature[32:], "little")
    k = int.from_bytes(sha512(signature[:32] + key + message).digest(), "little") % L
    recovered = edwards25519.multiply_and_add(s, BASE, k, edwards25519.negate(point))
    return edwards25519.encode_point(recovered) == signature[:32]


def signing_bytes(record: Any) -> bytes:
    """ENC-2. What is signed for a record: the canonical CBOR of [`PROTOCOL`, class name, record].

    The class name is the domain: a signature over a prevote can't be shown as one over a precommit, even if their
    fields are the same. Which chain it is for is a field of every record that is signed.
    """
    return b"\x83" + cbor.encode(PROTOCOL) + cbor.encode(type(record).__name__) + records.encode_record(record)


def authentic(key: bytes, record: Any, signature: bytes) -> bool:
    """ENC-2. Whether `signature` is `key`'s over `record`."""
    return verify(key, signing_bytes(record), signature)
