"""Signatures: valid ones, and each way in which libraries disagree (ENC-2).

An ordinary signature comes from a private scalar a: A = [a]B, R = [r]B, S = r + k·a. A small-order point added to A or
R leaves the equation with the cofactor true, and the one without true or false as k mod 8 has it; messages are tried
until k is as a case wants it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256, sha512
from itertools import product

from clearstone.conformance.operations.signature_operations import RecordToSign, SignatureToCheck
from clearstone.conformance.suites.draft import Draft
from clearstone.spec.consensus.messages import NO_ROUND, PRECOMMIT, PREVOTE, Proposal, Vote
from clearstone.spec.encoding.edwards25519 import (
    BASE,
    NEUTRAL,
    L,
    P,
    Point,
    add,
    decode_point,
    encode_point,
    multiply_and_add,
)
from clearstone.spec.transactions import Body, Cancel, Transfer, Withdraw

SIGN = 1 << 255
"""The parity bit of x in an encoded point."""


def scalar(number: int) -> bytes:
    """32 bytes, little-endian."""
    return number.to_bytes(32, "little")


def times(factor: int, point: Point) -> Point:
    """A multiple of a point."""
    return multiply_and_add(factor, point, 0, NEUTRAL)


def _number(label: str) -> int:
    return int.from_bytes(sha512(f"clearstone vectors/{label}".encode()).digest(), "little") % L


a, r = _number("key"), _number("nonce")
A, R = encode_point(times(a, BASE)), encode_point(times(r, BASE))


def _generator_of_small_order() -> Point:
    """A point of order 8: any point of the curve, times L, that has it."""
    for y in range(2, 1_000):
        point = decode_point(scalar(y))
        if point is not None:
            small = times(L, point)
            if encode_point(times(4, small)) != encode_point(NEUTRAL):
                return small
    raise ArithmeticError("there is a point of order 8 among the first thousand")


def signed(key: bytes, point: bytes, wanted: Callable[[int], bool], nonce: int = r) -> SignatureToCheck:
    """A signature with S = nonce + k·a, over the first message whose k is as wanted."""
    for count in range(10_000):
        message = f"message {count}".encode()
        k = int.from_bytes(sha512(point + key + message).digest(), "little")
        if wanted(k):
            return SignatureToCheck(key, message, point + scalar((nonce + k * a) % L))
    raise ArithmeticError("one of so many messages is as wanted")


def drafts() -> list[Draft]:
    """The cases of the suite `signatures`."""
    cases = [*_ordinary(), *_of_small_order(), *_not_canonical(), *_of_wrong_length(), *_of_both_signs()]
    found = [Draft(f"signatures/{name}", told, ("ENC-2",), "verify", question) for name, told, question in cases]
    return found + _domains()


Cases = list[tuple[str, str, SignatureToCheck]]


def _ordinary() -> Cases:
    good = signed(A, R, lambda _: True)
    point, s = good.signature[:32], int.from_bytes(good.signature[32:], "little")
    nowhere = scalar(next(y for y in range(2, P) if decode_point(scalar(y)) is None))
    flipped = scalar(int.from_bytes(A, "little") ^ SIGN)
    return [
        ("ordinary", "An ordinary signature is valid.", good),
        (
            "of-another-message",
            "It is not over another message.",
            SignatureToCheck(A, good.message + b".", good.signature),
        ),
        (
            "of-the-opposite-key",
            "Nor under the opposite point.",
            SignatureToCheck(flipped, good.message, good.signature),
        ),
        ("with-another-s", "One more than S is invalid.", SignatureToCheck(A, good.message, point + scalar(s + 1))),
        ("with-s-plus-l", "S + L, malleable.", SignatureToCheck(A, good.message, point + scalar(s + L))),
        ("with-s-plus-seven-l", "S + 7 L.", SignatureToCheck(A, good.message, point + scalar(s + 7 * L))),
        ("with-s-of-l", "S = L.", SignatureToCheck(A, good.message, point + scalar(L))),
        ("with-s-of-l-less-one", "S = L − 1 is canonical.", SignatureToCheck(A, good.message, point + scalar(L - 1))),
        ("with-s-of-zero", "S = 0 is canonical, and wrong.", SignatureToCheck(A, good.message, point + scalar(0))),
        ("under-a-key-off-the-curve", "A is no point.", SignatureToCheck(nowhere, good.message, good.signature)),
        ("with-r-off-the-curve", "R is no point.", SignatureToCheck(A, good.message, nowhere + good.signature[32:])),
    ]


def _of_small_order() -> Cases:
    small = [times(n, _generator_of_small_order()) for n in range(8)]
    neutral = encode_point(NEUTRAL)
    found: Cases = [
        (
            "all-neutral",
            "A and R neutral and S 0: one popular library accepts it.",
            SignatureToCheck(neutral, b"any message", neutral + scalar(0)),
        )
    ]
    for n in range(8):
        key = encode_point(small[n])
        fits = signed(key, R, lambda k, n=n: k % L * n % 8 == 0)  # type: ignore[misc]  # a lambda's default has no type
        forged = SignatureToCheck(key, fits.message, R + scalar(r))
        found.append((f"small-order-key-{n}", "The key is of small order, the equation true.", forged))
        point = signed(A, encode_point(small[n]), lambda _: True, 0)
        found.append((f"small-order-r-{n}", "R is of small order.", point))
    key = encode_point(add(times(a, BASE), small[1]))
    told = "A has a part of small order; the equation without cofactor is"
    found.append(("mixed-order-true", f"{told} true.", signed(key, R, lambda k: k % L % 8 == 0)))
    found.append(("mixed-order-cofactored", f"{told} false.", signed(key, R, lambda k: k % L % 8 == 4)))
    reduced = signed(key, R, lambda k: k % L % 8 == 0 and k % 8 != 0)
    found.append(("mixed-order-reduced-k", "k is reduced modulo L before it multiplies.", reduced))
    unreduced = signed(key, R, lambda k: k % L % 8 != 0 and k % 8 == 0)
    found.append(("mixed-order-unreduced-k", "And not after.", unreduced))
    return found


def _not_canonical() -> Cases:
    found: Cases = []
    for excess in (0, 1, 2, 3, 18):
        for sign in (0, SIGN):
            bytes_of = scalar(P + excess | sign)
            name = f"p-plus-{excess}{'-signed' if sign else ''}"
            found.append((f"key-{name}", "A is not canonical.", SignatureToCheck(bytes_of, b"m", R + scalar(r))))
            found.append((f"r-{name}", "R is not canonical.", SignatureToCheck(A, b"m", bytes_of + scalar(r))))
    for name, y in (("one", 1), ("minus-one", P - 1)):
        bytes_of = scalar(y | SIGN)
        found.append((f"key-{name}-signed", "x = 0 has no sign.", SignatureToCheck(bytes_of, b"m", R + scalar(r))))
        found.append((f"r-{name}-signed", "x = 0 has no sign.", SignatureToCheck(A, b"m", bytes_of + scalar(r))))
    return found


def _of_wrong_length() -> Cases:
    good = signed(A, R, lambda _: True)
    found: Cases = []
    for length in (0, 31, 33):
        question = SignatureToCheck((A * 2)[:length], good.message, good.signature)
        found.append((f"key-of-{length}-bytes", "A key has 32 bytes.", question))
    longer = SignatureToCheck(A, good.message, good.signature + b"\x00")
    found.append(("signature-and-a-zero", "A number is not longer for a zero, but a signature is.", longer))
    for length in (0, 63, 65, 128):
        question = SignatureToCheck(A, good.message, (good.signature * 2)[:length])
        found.append((f"signature-of-{length}-bytes", "A signature has 64 bytes.", question))
    return found


def _of_both_signs() -> Cases:
    """Valid signatures of which the points A and R have an even and an odd x, in every combination."""
    found: Cases = []
    for key_sign, point_sign in product((0, 1), (0, 1)):
        key, nonce = (_of_sign(label, sign) for label, sign in (("key", key_sign), ("nonce", point_sign)))
        name = f"of-{'odd' if key_sign else 'even'}-a-and-{'odd' if point_sign else 'even'}-r"
        public, point = encode_point(times(key, BASE)), encode_point(times(nonce, BASE))
        message = name.encode()
        k = int.from_bytes(sha512(point + public + message).digest(), "little")
        question = SignatureToCheck(public, message, point + scalar((nonce + k * key) % L))
        found.append((name, "The sign of x is the last bit of a point.", question))
        other = replace(question, signature=scalar(int.from_bytes(point, "little") ^ SIGN) + question.signature[32:])
        found.append((f"{name}-turned", "With the other sign it is another point.", other))
    for count in range(6):
        key = _number(f"key of many {count}")
        public, message = encode_point(times(key, BASE)), f"many {count}".encode()
        k = int.from_bytes(sha512(R + public + message).digest(), "little")
        question = SignatureToCheck(public, message, R + scalar((r + k * key) % L))
        found.append((f"of-key-{count}-of-many", "Whichever root is found first, the sign decides.", question))
    return found


def _of_sign(label: str, sign: int) -> int:
    """A scalar whose multiple of the base point has an x of this parity."""
    numbers = (_number(f"{label} {count}") for count in range(100))
    return next(n for n in numbers if encode_point(times(n, BASE))[31] >> 7 == sign)


def _domains() -> list[Draft]:
    block = sha256(b"a block").digest()
    records = (
        ("prevote", Vote("c", 1, 0, PREVOTE, block, 0, ())),
        ("precommit", Vote("c", 1, 0, PRECOMMIT, block, 1_600_000_000_000, (("BTC", 50_000),))),
        ("nil-vote", Vote("c", 1, 0, PREVOTE, b"", 0, ())),
        ("proposal", Proposal("c", 1, 0, block, NO_ROUND)),
        ("transfer", Body("c", "ab", 3, 1_600_000_000_000, Transfer("cd", 10**18))),
        ("withdrawal", Body("c", "ab", 4, 1_600_000_000_000, Withdraw(bytes(32), 1))),
        ("cancellation", Body("c", "ab", 4, 1_600_000_000_000, Cancel(1))),
    )
    told = "The protocol and the name of the record stand before the record."
    return [
        Draft(f"signatures/bytes-of-{name}", told, ("ENC-2",), "signing_bytes", RecordToSign(record))
        for name, record in records
    ]
