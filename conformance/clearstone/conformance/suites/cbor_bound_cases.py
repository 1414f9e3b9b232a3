"""Canonical bytes at their ends: sizes of heads, what is reserved, what claims too much, which fault wins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from clearstone.conformance.operations.encoding_operations import Bytes
from clearstone.conformance.suites.draft import Draft

NINE = "010203040506070809"
"""Nine bytes, as few as a bignum has."""

HEADS: Mapping[str, str] = MappingProxyType(
    {
        "least-of-one-byte": "1818",
        "below-the-least-of-one-byte": "1817",
        "most-of-one-byte": "18ff",
        "one-byte-in-two": "1900ff",
        "seven-bits-in-two": "19007f",
        "least-of-two-bytes": "190100",
        "most-of-two-bytes": "19ffff",
        "two-bytes-in-four": "1a0000ffff",
        "fifteen-bits-in-four": "1a00007fff",
        "least-of-four-bytes": "1a00010000",
        "most-of-four-bytes": "1affffffff",
        "four-bytes-in-eight": "1b00000000ffffffff",
        "thirty-one-bits-in-eight": "1b000000007fffffff",
        "least-of-eight-bytes": "1b0000000100000000",
        "most-of-eight-bytes": "1bffffffffffffffff",
        "negative-least-of-two-bytes": "390100",
        "negative-one-byte-in-two": "3900ff",
    }
)
"""The shortest head and one that is longer than needed, by what each is."""

RESERVED = ("1c", "1d", "1e", "1f", "3c", "5c", "7d", "9e", "bc", "dd", "fc", "fe", "3f", "df", "ff")
"""Heads that mean nothing, or not here."""

SIMPLE = ("f800", "f813", "f814", "f815", "f816", "f817", "f818", "f81f", "f820", "f8ff", "f3", "f4", "f6", "f7", "f0")
"""Simple values, most of which do not count."""

FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "list-that-claims-too-much-with-a-long-head": "831817",
        "map-that-claims-too-much-with-a-long-head": "a361611817",
        "list-that-claims-as-much-as-there-is": "820101",
        "list-too-deep-that-claims-too-much": "81" * 32 + "85",
        "list-too-deep": "81" * 32 + "8101",
        "list-as-deep-as-may-be": "81" * 32 + "01",
        "map-too-deep-that-claims-too-much": "81" * 32 + "a5",
        "text-that-claims-too-much": "6361",
        "bytes-that-claim-too-much": "4301",
        "bytes-too-few-in-a-list-with-a-long-head": "8243011817",
        "tag-4-with-a-bignum": "c449" + NINE,
        "tag-1-with-a-bignum": "c149" + NINE,
        "tag-0-with-a-bignum": "c049" + NINE,
        "long-tag-with-a-bignum": "d90102" + "49" + NINE,
        "bignum-in-a-text": "c269" + NINE,
        "bignum-in-a-list": "c289" + NINE,
        "bignum-in-a-tag": "c2c249" + NINE,
        "bignum-longer-than-may-be-and-than-there-is": "c25821" + NINE,
        "bignum-shorter-than-may-be-and-longer-than-there-is": "c248" + "01",
        "bignum-cut-short": "c249" + "01",
        "bignum-longer-than-may-be": "c25821" + "01" * 33,
        "bignum-as-long-as-may-be": "c25820" + "ff" * 32,
        "negative-bignum-as-long-as-may-be": "c35820" + "ff" * 32,
        "bignum-as-short-as-may-be": "c249" + NINE,
        "bignum-too-short": "c248" + "ff" * 8,
        "bignum-with-a-zero": "c249" + "00" + "ff" * 8,
        "negative-bignum-with-a-zero": "c349" + "00" + "ff" * 8,
        "bignum-without-anything": "c2",
        "bignum-with-a-long-head": "c25809" + NINE,
        "key-that-equals-the-last": "a2616101616102",
        "key-shorter-than-the-last": "a262616101617a02",
        "key-longer-than-the-last": "a2617a0162616102",
        "empty-key": "a16001",
        "empty-key-twice": "a260016002",
        "key-that-is-bytes": "a1416101",
        "key-that-is-a-number": "a10101",
        "value-cut-short": "a16161",
        "key-cut-short": "a161",
        "value-with-a-long-head": "a161611817",
    }
)
"""Bytes by what they are."""

LONG = 1 << 16
"""Length of a byte string whose head has four bytes."""


def drafts() -> list[Draft]:
    """The cases about canonical bytes at their ends, of the suite `encoding`."""
    return list(_cases())


def _cases() -> Iterator[Draft]:
    rules = ("ENC-1", "ENC-3")

    def case(name: str, told: str, data: str) -> Draft:
        return Draft(f"encoding/bytes-{name}", told, rules, "recode", Bytes(bytes.fromhex(data)))

    for name, data in HEADS.items():
        yield case(name, "A head is the shortest that holds its argument.", data)
    for head in RESERVED:
        yield case(f"reserved-{head}", "A head that is reserved, or outside the subset.", head)
        yield case(f"reserved-{head}-and-more", "The same, with bytes enough after it.", head + "00" * 70)
    for data in SIMPLE:
        yield case(f"simple-{data}", "Of simple values only false, true and null count, in one byte.", data)
    for name, data in FAULTS.items():
        yield case(name, "From left to right, the first fault is the one reported.", data)
    for length in (LONG - 1, LONG):
        head = "59ffff" if length < LONG else "5a00010000"
        yield case(f"of-length-{length}", "The head of what is long.", head + "00" * length)
