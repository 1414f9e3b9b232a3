"""The group that Ed25519 signs in: the curve −x² + y² = 1 + d·x²·y² over the integers mod 2²⁵⁵ − 19 (RFC 8032).

The group has 8·L elements, with L prime. Every honest key is a multiple of the base point and so has order L; the
eight points whose order divides 8 are the *small-order* points, and a sum of the two kinds is a *mixed-order* point.
Signature libraries differ exactly where points that are not of order L come in, which is why this module treats the
whole group with care (`signatures` states what is accepted).

A point is kept in extended coordinates (X, Y, Z, T) with x = X/Z, y = Y/Z and x·y = T/Z, so that adding needs no
division. Formulas: Hisil, Wong, Carter, Dawson, "Twisted Edwards Curves Revisited" (2008), complete for this curve: no
special case for equal, opposite or neutral points.

Nothing here runs in constant time, and nothing needs to: verification handles public values only.
"""

from __future__ import annotations

from typing import TypeAlias

Point: TypeAlias = tuple[int, int, int, int]
"""Extended coordinates (X, Y, Z, T), each in [0, P)."""

P = 2**255 - 19
"""The field's prime."""
L = 2**252 + 27742317777372353535851937790883648493
"""Order of the base point: the prime factor of the group's order 8·L."""
D = -121665 * pow(121666, -1, P) % P
"""The curve's constant d."""
SQRT_MINUS_ONE = pow(2, (P - 1) // 4, P)
"""A square root of −1."""
NEUTRAL: Point = (0, 1, 1, 0)
"""The neutral element, x = 0 and y = 1."""

_SIGN = 1 << 255
_WINDOW = 4


def decode_point(encoded: bytes) -> Point | None:
    """ENC-2. The point that 32 bytes stand for, or None. Exactly one encoding of each point is accepted.

    Little-endian, the low 255 bits are y and the top bit is the parity of x. Refused: another length, y ≥ P (it would
    be a second name for y − P), a y for which no x exists, and a parity bit of 1 where x is 0.
    """
    if len(encoded) != 32:
        return None
    number = int.from_bytes(encoded, "little")
    y, parity = number & (_SIGN - 1), number >> 255
    if y >= P:
        return None
    x = _square_root_of_ratio(y * y - 1, D * y * y + 1)
    if x is None or (x == 0 and parity):
        return None
    if x & 1 != parity:
        x = P - x
    return x, y, 1, x * y % P


def encode_point(point: Point) -> bytes:
    """ENC-2. The one encoding of a point, 32 bytes."""
    x, y, z, _ = point
    inverse = pow(z, -1, P)
    return (y * inverse % P | (x * inverse % P & 1) << 255).to_bytes(32, "little")


def _square_root_of_ratio(numerator: int, denominator: int) -> int | None:
    """The x with x²·denominator = numerator, or None (RFC 8032 section 5.1.3: P = 5 mod 8 gives a closed form)."""
    cubed = denominator**3 % P
    x = numerator * cubed * pow(numerator * cubed * denominator**4, (P - 5) // 8, P) % P
    error = (denominator * x * x - numerator) % P
    if error == 0:
        return x
    x = x * SQRT_MINUS_ONE % P
    return x if (denominator * x * x - numerator) % P == 0 else None


def add(a: Point, b: Point) -> Point:
    """ENC-2. The sum of two points, which may be equal."""
    x1, y1, z1, t1 = a
    x2, y2, z2, t2 = b
    low, high = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * D * t1 * t2 % P, 2 * z1 * z2 % P
    e, f, g, h = high - low, d - c, d + c, high + low
    return e * f % P, g * h % P, f * g % P, e * h % P


def double(a: Point) -> Point:
    """ENC-2. A point plus itself, in fewer multiplications than `add`."""
    x, y, z, _ = a
    xx, yy = x * x % P, y * y % P
    h = xx + yy
    e, g = h - (x + y) * (x + y) % P, xx - yy
    f = 2 * z * z + g
    return e * f % P, g * h % P, f * g % P, e * h % P


def negate(a: Point) -> Point:
    """ENC-2. The point that sums with this one to the neutral element."""
    x, y, z, t = a
    return P - x, y, z, P - t


def multiply_and_add(m: int, a: Point, n: int, b: Point) -> Point:
    """ENC-2. [m]a + [n]b for m and n in [0, 2²⁵⁶): both scalars share one chain of doublings, four bits at a time."""
    multiples_of_a, multiples_of_b = _multiples(a), _multiples(b)
    total = NEUTRAL
    for shift in range(256 - _WINDOW, -1, -_WINDOW):
        for _ in range(_WINDOW):
            total = double(total)
        total = add(total, multiples_of_a[m >> shift & 15])
        total = add(total, multiples_of_b[n >> shift & 15])
    return total


def _multiples(a: Point) -> list[Point]:
    multiples = [NEUTRAL]
    for _ in range(2**_WINDOW - 1):
        multiples.append(add(multiples[-1], a))
    return multiples


def _base_point() -> Point:
    point = decode_point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    assert point is not None
    return point


BASE = _base_point()
"""The base point: y = 4/5 and x even. Its order is L."""
