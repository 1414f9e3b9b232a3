"""Canonical bytes at their ends: sizes of heads, what is reserved, what claims too much, which fault wins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Literal, TypeAlias

from clearstone.conformance.operations.encoding_operations import Bytes, Decoding, ProofToCheck
from clearstone.conformance.suites.draft import Draft
from clearstone.spec.accounts import Account
from clearstone.spec.consensus.messages import PREVOTE, Vote
from clearstone.spec.encoding import cbor, trie
from clearstone.spec.encoding.records import encode_record
from clearstone.spec.encoding.trie import Proof
from clearstone.spec.transactions import Body, Cancel, Transaction

Kind: TypeAlias = Literal["Vote", "Account", "Transaction"]
"""Names of records."""
VOTE = Vote("c", 9, 1, PREVOTE, bytes(32), 0, ())

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
        "bignum-shorter-than-may-be-and-a-byte-longer-than-there-is": "c248" + "01" * 7,
        "bignum-longer-than-may-be-and-a-byte-longer-than-there-is": "c25821" + "01" * 32,
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
    return [*_cases(), *_records(), *_proofs()]


def _records() -> Iterator[Draft]:
    """Values of a wrong kind in the place of each kind of part of a record."""
    vote = cbor.decode(encode_record(VOTE))
    account = cbor.decode(encode_record(Account(bytes(32), "main", 1, 2)))
    transaction = cbor.decode(encode_record(Transaction(Body("c", "ab", 3, 5, Cancel(1)), ())))
    assert isinstance(vote, dict)
    assert isinstance(account, dict)
    assert isinstance(transaction, dict)
    body = transaction["body"]
    assert isinstance(body, dict)
    wrong: tuple[tuple[str, Kind, dict[str, cbor.Value]], ...] = (
        ("number-for-a-text", "Vote", {**vote, "chain": 1}),
        ("list-for-a-text", "Vote", {**vote, "chain": ["c"]}),
        ("number-for-bytes", "Vote", {**vote, "block_id": 1}),
        ("null-for-bytes", "Vote", {**vote, "block_id": None}),
        ("map-for-a-row", "Vote", {**vote, "prices": [{"a": 1, "b": 2}]}),
        ("text-for-a-row", "Vote", {**vote, "prices": ["ab"]}),
        ("bytes-for-a-row", "Vote", {**vote, "prices": [b"ab"]}),
        ("row-too-long", "Vote", {**vote, "prices": [["BTC", 1, 2]]}),
        ("second-row-wrong", "Vote", {**vote, "prices": [["BTC", 1], ["ETH", "1"]]}),
        ("text-for-a-list", "Vote", {**vote, "prices": "ab"}),
        ("number-for-a-list", "Account", {**account, "positions": 1}),
        ("number-for-a-record", "Account", {**account, "positions": [1]}),
        ("list-for-a-record", "Account", {**account, "positions": [["a", 1, 1, 1]]}),
        ("text-for-an-optional-number", "Account", {**account, "flagged_at": "1"}),
        ("false-for-an-optional-number", "Account", {**account, "flagged_at": False}),
        (
            "field-left-out-and-one-too-many",
            "Account",
            {**{k: v for k, v in account.items() if k != "cash"}, "more": 1},
        ),
        ("list-for-a-kind", "Transaction", {**transaction, "body": {**body, "action": ["Cancel", {"nonce": 1}]}}),
        ("no-kind", "Transaction", {**transaction, "body": {**body, "action": {}}}),
        ("text-for-a-kind", "Transaction", {**transaction, "body": {**body, "action": "Cancel"}}),
        ("kind-in-small-letters", "Transaction", {**transaction, "body": {**body, "action": {"cancel": {"nonce": 1}}}}),
        ("kind-of-nothing", "Transaction", {**transaction, "body": {**body, "action": {"Cancel": None}}}),
    )
    for name, kind, value in wrong:
        told = "What is of a wrong kind is refused, wherever it is."
        question = Decoding(kind, cbor.encode(value))
        yield Draft(f"encoding/record-with-{name}", told, ("ENC-3",), "decode", question)


def _proofs() -> Iterator[Draft]:
    """Proofs at their ends: as many siblings as there may be, hashes of other lengths, leaves beside the path."""
    entries = [(f"key {number}".encode(), f"value {number}".encode()) for number in range(9)]
    made = trie.update(trie.EMPTY, entries)
    root, key, value = trie.root(made), *entries[3]
    proof = trie.prove(made, key)
    absent = next(name for name in (f"none {n}".encode() for n in range(99)) if trie.prove(made, name).other)
    beside = trie.prove(made, absent)
    hashed = sha256(absent).digest()
    near = (int.from_bytes(hashed, "big") ^ 1).to_bytes(32, "big")
    deep = tuple(bytes([number]) * 32 for number in range(256))

    def reaching(end: bytes, siblings: tuple[bytes, ...], path: bytes) -> bytes:
        node, bits = end, int.from_bytes(path, "big")
        for depth in range(len(siblings) - 1, -1, -1):
            pair = siblings[depth] + node if bits >> 255 - depth & 1 else node + siblings[depth]
            node = sha256(b"\x01" + pair).digest()
        return node

    leaf = near + sha256(b"x").digest()
    other = sha256(b"\x00" + leaf).digest()
    short = (hashed[:31] + bytes([hashed[31] ^ 3])) + sha256(b"x").digest()
    far = bytes([hashed[0] ^ 128]) + hashed[1:] + sha256(b"x").digest()
    cases: tuple[tuple[str, ProofToCheck], ...] = (
        ("of-256-siblings", ProofToCheck(reaching(bytes(32), deep, hashed), absent, None, Proof(deep, b""))),
        (
            "of-257-siblings",
            ProofToCheck(reaching(bytes(32), deep, hashed), absent, None, Proof((*deep, deep[0]), b"")),
        ),
        ("of-255-and-a-leaf", ProofToCheck(reaching(other, deep[:255], hashed), absent, None, Proof(deep[:255], leaf))),
        (
            "of-254-and-a-leaf-off",
            ProofToCheck(
                reaching(sha256(b"\x00" + short).digest(), deep[:255], hashed), absent, None, Proof(deep[:255], short)
            ),
        ),
        (
            "of-a-leaf-off-at-once",
            ProofToCheck(
                reaching(sha256(b"\x00" + far).digest(), deep[:1], hashed), absent, None, Proof(deep[:1], far)
            ),
        ),
        ("of-a-leaf-off-without-siblings", ProofToCheck(sha256(b"\x00" + far).digest(), absent, None, Proof((), far))),
        ("with-a-value-and-a-leaf", ProofToCheck(root, absent, b"x", beside)),
        ("with-a-leaf-beside", ProofToCheck(root, absent, None, beside)),
        (
            "with-a-long-leaf",
            ProofToCheck(sha256(b"\x00" + leaf + b"\x00").digest(), absent, None, Proof((), leaf + b"\x00")),
        ),
        ("with-a-leaf-of-63", ProofToCheck(sha256(b"\x00" + leaf[:63]).digest(), absent, None, Proof((), leaf[:63]))),
        (
            "with-one-short-sibling",
            ProofToCheck(root, key, value, Proof((*proof.siblings[:-1], proof.siblings[-1][:31]), b"")),
        ),
        (
            "with-long-siblings",
            ProofToCheck(reaching(trie.EMPTY[0], (bytes(33),), hashed), absent, None, Proof((bytes(33),), b"")),
        ),
        ("of-presence", ProofToCheck(root, key, value, proof)),
    )
    for name, question in cases:
        told = "A proof shows what it is said to show, or nothing."
        yield Draft(f"encoding/proof-{name}", told, ("ENC-1", "ENC-3"), "check_proof", question)


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
    yield case(f"of-length-{LONG}", "The head of what is long.", "5a00010000" + "00" * LONG)
