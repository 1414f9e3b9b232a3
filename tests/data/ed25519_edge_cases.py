"""Writes ed25519-edge-cases.json: signatures on which Ed25519 libraries differ and rule ENC-2 is exact.

An ordinary signature comes from a private scalar a: A = [a]B, R = [r]B, S = r + k·a. Adding a small-order point to A or
R leaves the cofactored equation true, and the one without cofactor true or false as k mod 8 has it; so messages are
tried until k is as a case wants it. Everything derives from labels: no randomness.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from hashlib import sha512

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
    negate,
)

Case = dict[str, str | bool | list[str]]

FLAGS = {
    "Ordinary": "Nothing unusual: what every library agrees on.",
    "SmallOrderKey": "A is one of the eight small-order points. The equation holds for many messages at once, so such a"
    " signature binds its signer to nothing.",
    "SmallOrderR": "R is one of the eight small-order points. No honest signer makes one.",
    "MixedOrder": "A or R is the sum of an ordinary and a small-order point. Allowed; whether the equation without"
    " cofactor holds decides.",
    "CofactoredOnly": "Only the equation multiplied by the cofactor 8 holds. Libraries that use it (batch verifiers"
    " must) accept.",
    "ReductionOfK": "The equation holds with k reduced mod L and fails with the 512-bit k, or the reverse.",
    "NonCanonicalA": "The encoding of A has y >= P, or a sign bit where x is 0.",
    "NonCanonicalR": "The encoding of R has y >= P, or a sign bit where x is 0.",
    "NonCanonicalS": "S >= L. Accepting it lets anyone turn a signature into another one of the same message.",
    "NotOnCurve": "The encoding is of canonical form, but there is no such point.",
    "Length": "Key or signature has another length than 32 and 64 bytes.",
    "Altered": "A bit of an ordinary signature, key or message was changed.",
}


def number(label: str) -> int:
    """A scalar in [0, L) that depends on nothing but the label."""
    return int.from_bytes(sha512(label.encode()).digest(), "little") % L


def times(n: int, point: Point) -> Point:
    return multiply_and_add(n, point, 0, NEUTRAL)


def generator_of_small_order() -> Point:
    """A point of order 8: L times a point of the whole group is one in half of all cases."""
    for y in range(2, P):
        point = decode_point(y.to_bytes(32, "little"))
        if point and encode_point(times(4, small := times(L, point))) != encode_point(NEUTRAL):
            return small
    raise AssertionError


SMALL = [times(n, generator_of_small_order()) for n in range(8)]
"""The small-order points; number n is n times the first."""
a, r = number("key"), number("nonce")
A, R = times(a, BASE), times(r, BASE)


def full_k(key: bytes, point: bytes, message: bytes) -> int:
    return int.from_bytes(sha512(point + key + message).digest(), "little")


def scalar(n: int) -> bytes:
    return n.to_bytes(32, "little")


def lenient(encoded: bytes) -> Point | None:
    """The point that a careless reader sees: y is reduced, and a sign bit on x = 0 is ignored."""
    n = int.from_bytes(encoded, "little")
    y, sign = n % 2**255 % P, n >> 255
    return decode_point(scalar(y | sign << 255)) or decode_point(scalar(y))


def equations(key: bytes, message: bytes, signature: bytes) -> tuple[bool, bool]:
    """Whether a careless reader finds the equation true without and with the cofactor."""
    if len(key) != 32 or len(signature) != 64:
        return False, False
    key_point, point = lenient(key), lenient(signature[:32])
    if key_point is None or point is None:
        return False, False
    k, s = full_k(key, signature[:32], message) % L, int.from_bytes(signature[32:], "little")
    error = add(multiply_and_add(s, BASE, k, negate(key_point)), negate(point))
    return tuple(encode_point(times(factor, error)) == encode_point(NEUTRAL) for factor in (1, 8))


def signed(key: bytes, point: bytes, wanted: Callable[[int], bool], r: int = r) -> tuple[bytes, bytes, bytes]:
    """(key, message, signature) with S = r + k·a, for the first message whose full k is as wanted."""
    for count in range(10_000):
        message = f"message {count}".encode()
        k = full_k(key, point, message)
        if wanted(k):
            return key, message, point + scalar((r + k * a) % L)
    raise AssertionError


def unsigned(key: bytes, point: bytes, wanted: Callable[[int], bool], r: int = r) -> tuple[bytes, bytes, bytes]:
    """The same where A has no part along the base point: S = r."""
    key, message, _ = signed(key, point, wanted)
    return key, message, point + scalar(r)


def case(name: str, flags: list[str], parts: tuple[bytes, bytes, bytes], strict: bool) -> Case:
    key, message, signature = parts
    cofactorless, cofactored = equations(key, message, signature)
    return {
        "id": name,
        "flags": flags,
        "key": key.hex(),
        "message": message.hex(),
        "signature": signature.hex(),
        "strict": strict,
        "cofactorless": cofactorless,
        "cofactored": cofactored,
        "result": "valid" if strict and cofactorless else "invalid",
    }


def always(k: int) -> bool:
    return True


def cases() -> Iterator[Case]:
    yield from ordinary()
    yield from small_order()
    yield from mixed_order()
    yield from non_canonical_points()
    yield from scalars_and_lengths()


def ordinary() -> Iterator[Case]:
    key, message, signature = signed(encode_point(A), encode_point(R), always)
    yield case("ordinary", ["Ordinary"], (key, message, signature), strict=True)
    for bit in (0, 255, 256, 256 + 251):
        altered = scalar_64(int.from_bytes(signature, "little") ^ 1 << bit)
        yield case(f"signature bit {bit} flipped", ["Altered"], (key, message, altered), strict=True)
    for bit in (0, 255):
        altered = scalar(int.from_bytes(key, "little") ^ 1 << bit)
        yield case(f"key bit {bit} flipped", ["Altered"], (altered, message, signature), strict=True)
    yield case("another message", ["Altered"], (key, message + b".", signature), strict=True)


def scalar_64(n: int) -> bytes:
    return n.to_bytes(64, "little")


def small_order() -> Iterator[Case]:
    neutral = encode_point(NEUTRAL)
    parts = neutral, b"any message", neutral + scalar(0)
    yield case("A = R = neutral, S = 0", ["SmallOrderKey", "SmallOrderR"], parts, strict=False)
    for n in range(8):
        parts = unsigned(encode_point(SMALL[n]), encode_point(R), lambda k, n=n: k % L * n % 8 == 0)
        yield case(f"A = {n} T, equation true", ["SmallOrderKey"], parts, strict=False)
        mixed = encode_point(add(A, SMALL[1]) if n else A)
        parts = signed(mixed, encode_point(SMALL[n]), lambda k, n=n: n == 0 or (k % L + n) % 8 == 0, r=0)
        yield case(f"R = {n} T, equation true", ["SmallOrderR"], parts, strict=False)
        parts = signed(encode_point(A), encode_point(SMALL[n]), always, r=0)
        yield case(f"R = {n} T, ordinary A", ["SmallOrderR"], parts, strict=False)


def mixed_order() -> Iterator[Case]:
    for n, m in ((1, 0), (2, 0), (4, 0), (1, 1), (1, 2), (2, 4), (4, 4), (7, 3), (0, 1), (0, 2), (0, 4)):
        key, point = encode_point(add(A, SMALL[n])), encode_point(add(R, SMALL[m]))
        if n:
            parts = signed(key, point, lambda k, n=n, m=m: (k % L * n + m) % 8 == 0)
            yield case(f"A + {n} T, R + {m} T, equation true", ["MixedOrder"], parts, strict=True)
        parts = signed(key, point, lambda k, n=n, m=m: (k % L * n + m) % 8 != 0)
        yield case(f"A + {n} T, R + {m} T, cofactored", ["MixedOrder", "CofactoredOnly"], parts, strict=True)
    key, point = encode_point(add(A, SMALL[1])), encode_point(R)
    flags = ["MixedOrder", "ReductionOfK"]
    parts = signed(key, point, lambda k: k % L % 8 == 0 and k % 8 != 0)
    yield case("A + T, k mod L is a multiple of 8, k is not", flags, parts, strict=True)
    parts = signed(key, point, lambda k: k % L % 8 != 0 and k % 8 == 0)
    yield case("A + T, k is a multiple of 8, k mod L is not", [*flags, "CofactoredOnly"], parts, strict=True)


def non_canonical_points() -> Iterator[Case]:
    """With y = 0, 1 or −1 they are of small order, and the equation can be made true; for the others nobody can."""
    sign = 1 << 255
    for name, n in (("y = 1, sign bit", 1 | sign), ("y = -1, sign bit", P - 1 | sign)):
        yield from _non_canonical(name, n)
    for excess in range(19):
        yield from _non_canonical(f"y = P + {excess}", P + excess)
        yield from _non_canonical(f"y = P + {excess}, sign bit", P + excess | sign)


def _non_canonical(name: str, n: int) -> Iterator[Case]:
    parts = unsigned(scalar(n), encode_point(R), lambda k: k % L % 8 == 0)
    yield case(f"A with {name}", ["NonCanonicalA"], parts, strict=False)
    point, wanted = lenient(scalar(n)), always
    key = A
    if point is not None and encode_point(times(8, point)) == encode_point(NEUTRAL) != encode_point(point):
        order = next(m for m in range(8) if encode_point(SMALL[m]) == encode_point(point))
        key = add(A, SMALL[1])

        def wanted(k: int) -> bool:
            return (k % L + order) % 8 == 0

    parts = signed(encode_point(key), scalar(n), wanted, r=0)
    yield case(f"R with {name}", ["NonCanonicalR"], parts, strict=False)


def scalars_and_lengths() -> Iterator[Case]:
    key, message, signature = signed(encode_point(A), encode_point(R), always)
    point, s = signature[:32], int.from_bytes(signature[32:], "little")
    for multiple in (1, 2, 7, 8, 14):
        parts = key, message, point + scalar(s + multiple * L)
        yield case(f"S + {multiple} L", ["NonCanonicalS"], parts, strict=False)
    for name, n in (("L", L), ("2^256 - 1", 2**256 - 1)):
        yield case(f"S = {name}", ["NonCanonicalS"], (key, message, point + scalar(n)), strict=False)
    for name, n in (("L - 1", L - 1), ("0", 0)):
        yield case(f"S = {name}", ["Altered"], (key, message, point + scalar(n)), strict=True)
    nowhere = scalar(next(y for y in range(2, P) if decode_point(scalar(y)) is None))
    yield case("A is no point", ["NotOnCurve"], (nowhere, message, signature), strict=True)
    yield case("R is no point", ["NotOnCurve"], (key, message, nowhere + signature[32:]), strict=True)
    for length in (0, 31, 33, 64):
        yield case(f"key of {length} bytes", ["Length"], ((key * 2)[:length], message, signature), strict=False)
    for length in (0, 32, 63, 65, 128):
        yield case(f"signature of {length} bytes", ["Length"], (key, message, (signature * 2)[:length]), strict=False)


def document() -> str:
    """The whole file."""
    content = {"rule": "ENC-2", "licence": "Apache-2.0", "flags": FLAGS, "cases": list(cases())}
    return json.dumps(content, indent=1) + "\n"


if __name__ == "__main__":
    print(document(), end="")
