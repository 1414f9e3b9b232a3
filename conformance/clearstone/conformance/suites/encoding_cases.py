"""Bytes: one encoding for each value, one root for each state, and what is neither."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256

from clearstone.conformance.operations.encoding_operations import (
    RECORDS,
    Bytes,
    Decoding,
    Encodable,
    Encoding,
    ProofToCheck,
    Writes,
)
from clearstone.conformance.suites import bound_cases, cbor_bound_cases, genesis_cases
from clearstone.conformance.suites.draft import Draft
from clearstone.conformance.suites.ledger_stage import LedgerStage
from clearstone.models.scenario_genesis import USD, buy, scenario_genesis
from clearstone.spec.accounts import Account, Order, Position
from clearstone.spec.consensus.messages import NO_ROUND, PRECOMMIT, Proposal, SignedMessage, Vote
from clearstone.spec.encoding import cbor, trie
from clearstone.spec.encoding.records import encode_record
from clearstone.spec.encoding.trie import Proof
from clearstone.spec.transactions import (
    Body,
    Cancel,
    ChangeParameter,
    Deposit,
    Liquidate,
    OpenAccount,
    Place,
    Release,
    Settle,
    Signature,
    Transaction,
    Transfer,
    Withdraw,
)

BLOCK = sha256(b"a block").digest()
VOTE = Vote("c", 1, 0, PRECOMMIT, BLOCK, 1_600_000_000_000, (("BTC", 50_000), ("ETH", 2_000)))
EDGES = (0, 23, 24, 255, 256, 65_535, 65_536, 2**32 - 1, 2**32, 2**64 - 1, 2**64, 2**256 - 1)
"""Where the length of an integer's encoding changes."""

ACTIONS = (
    OpenAccount(bytes(32), "main", 7),
    Deposit(bytes(32), "ab", 1),
    Withdraw(bytes(32), 1),
    Release("ab", bytes(32)),
    Transfer("cd", 10**18),
    buy("BTC-PERP", 3, 50_000),
    Place("BTC-PERP", "sell", 3, None, "fok", True, "decrement"),
    Cancel(4),
    Liquidate("ab", "BTC-PERP", 5),
    Settle("ab", "BTC-55000-C"),
    ChangeParameter(1, "pool/main", "penalty", 6_000),
)
"""Every kind of transaction."""

MALFORMED: tuple[tuple[str, str, str], ...] = (
    ("longer-head", "ENC-1", "1817"),
    ("longer-length", "ENC-1", "580141"),
    ("bignum-that-fits-a-head", "ENC-1", "c248ffffffffffffffff"),
    ("bignum-with-leading-zero", "ENC-1", "c24a00010000000000000000"),
    ("bignum-too-long", "ENC-1", "c25821" + "01" * 33),
    ("bignum-of-no-bytes", "ENC-1", "c261ff"),
    ("bignum-cut-short", "ENC-3", "c249010000"),
    ("bignum-in-nothing", "ENC-3", "c2"),
    ("keys-out-of-order", "ENC-1", "a2617a01616102"),
    ("longer-key-before-shorter", "ENC-1", "a262616101617a02"),
    ("key-twice", "ENC-3", "a2616101616102"),
    ("key-that-is-a-number", "ENC-1", "a10101"),
    ("key-cut-short", "ENC-3", "a161"),
    ("value-cut-short", "ENC-3", "a16161"),
    ("float", "ENC-1", "f93c00"),
    ("double", "ENC-1", "fb3ff0000000000000"),
    ("indefinite-list", "ENC-1", "9f01ff"),
    ("indefinite-integer", "ENC-3", "1f"),
    ("date", "ENC-1", "c11a514b67b0"),
    ("undefined", "ENC-1", "f7"),
    ("unassigned-simple-value", "ENC-1", "f0"),
    ("long-simple-value", "ENC-1", "f8ff"),
    ("reserved-simple-value", "ENC-3", "f818"),
    ("break-without-beginning", "ENC-3", "ff"),
    ("bytes-left-over", "ENC-3", "0000"),
    ("list-cut-short", "ENC-3", "8201"),
    ("head-cut-short", "ENC-3", "19ff"),
    ("length-past-the-end", "ENC-3", "5bffffffffffffffff00"),
    ("reserved-head", "ENC-3", "1c"),
    ("text-that-is-not-utf-8", "ENC-3", "61ff"),
    ("nothing", "ENC-3", ""),
    ("deepest", "ENC-1", "81" * 33 + "00"),
)
"""Name, the rule that is at stake, the bytes."""


WELL_FORMED: tuple[tuple[str, str], ...] = (
    ("zero", "00"),
    ("largest-in-a-head", "17"),
    ("two-bytes", "1818"),
    ("three-bytes", "190100"),
    ("five-bytes", "1a00010000"),
    ("nine-bytes", "1bffffffffffffffff"),
    ("bignum", "c249010000000000000000"),
    ("largest-bignum", "c25820" + "ff" * 32),
    ("minus-one", "20"),
    ("negative", "3bffffffffffffffff"),
    ("negative-bignum", "c349010000000000000000"),
    ("bytes", "420102"),
    ("text", "62c3bc"),
    ("list", "820181f6"),
    ("true", "f5"),
    ("false", "f4"),
    ("map", "a3616203617a0162616102"),
    ("empty-map", "a0"),
    ("empty-list", "80"),
    ("deepest", "81" * 32 + "00"),
)
"""Name, the bytes."""


def records() -> Iterator[tuple[str, Encodable]]:
    """Records of every kind, with every kind of field."""
    stage = LedgerStage("encoding", scenario_genesis, validators=4)
    stage.open("alice", 100 * USD)
    for action in ACTIONS:
        body = Body("c", "ab", 3, 1_600_000_000_000, action)
        yield (
            type(action).__name__.lower() + ("-market" if getattr(action, "price", 0) is None else ""),
            Transaction(body, (Signature(bytes(range(32)), bytes(64)),)),
        )
    yield "unsigned-transaction", Transaction(Body("", "", 0, 0, ACTIONS[7]), ())
    yield "text-beyond-ascii", Transaction(Body("käse-チェーン", "", 0, 0, ACTIONS[7]), ())
    yield "vote", VOTE
    yield "nil-vote", replace(VOTE, block_id=b"", time=0, prices=())
    yield "proposal", Proposal("c", 2, 3, BLOCK, NO_ROUND)
    yield "signed-message", SignedMessage(bytes(range(32)), VOTE, bytes(64))
    yield "empty-account", Account(bytes(32), "main", 0, 0)
    position, order = Position("BTC-PERP", -5, -(10**12), 2**70), Order(9, "BTC-PERP", False, 2, 50_000, 17, True)
    yield "account", Account(bytes(32), "main", 9, -(10**18), (position,), (order,), 5, 6, 7, 8)
    yield "block", stage.chain.history[-1].block
    for edge in EDGES:
        yield f"integer-{edge}", Transaction(Body("c", "ab", edge, -edge, Cancel(-1 - edge)), ())


def drafts() -> list[Draft]:
    """The cases of the suite `encoding`."""
    found: list[Draft] = []
    for name, record in records():
        kind = type(record).__name__
        told = f"A {kind} has one encoding."
        found.append(Draft(f"encoding/write-{name}", told, ("ENC-1",), "encode", Encoding(record)))
        question = Decoding(kind, encode_record(record))  # type: ignore[arg-type]  # the class names are the literals
        found.append(Draft(f"encoding/read-{name}", "And it is read again.", ("ENC-1", "ENC-3"), "decode", question))
    for name, rule, data in MALFORMED:
        told = "Bytes that stand for no value."
        rules = (rule, "ENC-1") if name == "key-twice" else (rule,)
        found.append(Draft(f"encoding/malformed-{name}", told, rules, "recode", Bytes(bytes.fromhex(data))))
    for name, data in WELL_FORMED:
        told = "Bytes that stand for a value, of which they are the one encoding."
        found.append(Draft(f"encoding/value-{name}", told, ("ENC-1",), "recode", Bytes(bytes.fromhex(data))))
    found += [
        Draft(f"encoding/no-record-{name}", told, ("ENC-3",), "decode", Decoding(kind, data))  # type: ignore[arg-type]  # as above
        for name, told, kind, data in no_records()
        if kind in RECORDS
    ]
    return (
        found + _tries() + _proofs() + genesis_cases.drafts() + bound_cases.bound_drafts() + cbor_bound_cases.drafts()
    )


def no_records() -> Iterator[tuple[str, str, str, bytes]]:
    """Canonical values that are no record of their kind."""
    good = cbor.decode(encode_record(VOTE))
    assert isinstance(good, dict)
    changes: tuple[tuple[str, str, dict[str, cbor.Value]], ...] = (
        ("surplus-field", "A field that is none of its own.", {**good, "surplus": 1}),
        ("boolean-for-an-integer", "True is no integer.", {**good, "round": True}),
        ("text-for-an-integer", "A text is no integer.", {**good, "round": "1"}),
        ("null-for-an-integer", "Null is no integer.", {**good, "round": None}),
        ("text-for-bytes", "A text is no byte string.", {**good, "block_id": "00"}),
        ("bytes-for-text", "Bytes are no text.", {**good, "chain": b"c"}),
        ("map-for-a-list", "A map is no list.", {**good, "prices": {}}),
        ("row-too-short", "A pair has two items.", {**good, "prices": [["BTC"]]}),
        ("row-of-wrong-kind", "The first is a text.", {**good, "prices": [[1, 1]]}),
    )
    for name, told, value in changes:
        yield name, told, "Vote", cbor.encode(value)
    yield "missing-field", "A field is missing.", "Vote", cbor.encode({k: v for k, v in good.items() if k != "time"})
    yield "list", "A list is no record.", "Vote", cbor.encode([good])
    body = Body("c", "ab", 3, 5, buy("BTC-PERP", 3, 50_000))
    transaction = cbor.decode(encode_record(Transaction(body, ())))
    assert isinstance(transaction, dict)
    inner = transaction["body"]
    assert isinstance(inner, dict)

    def acting(action: cbor.Value) -> bytes:
        return cbor.encode({**transaction, "body": {**inner, "action": action}})

    order = inner["action"]
    assert isinstance(order, dict)
    place = order["Place"]
    assert isinstance(place, dict)
    yield "unknown-kind", "There is no such transaction.", "Transaction", acting({"Mint": {"amount": 1}})
    yield "two-kinds", "A transaction is of one kind.", "Transaction", acting({**order, "Cancel": {"nonce": 1}})
    yield "kind-without-name", "A kind is named.", "Transaction", acting(1)
    yield "unknown-choice", "A side is buy or sell.", "Transaction", acting({"Place": {**place, "side": "both"}})
    yield "number-for-a-flag", "1 is not true.", "Transaction", acting({"Place": {**place, "reduce_only": 1}})
    yield "text-for-an-optional", "A price or null.", "Transaction", acting({"Place": {**place, "price": ""}})


def _entries(*names: str) -> list[tuple[bytes, bytes | None]]:
    return [(name.encode(), b"value of " + name.encode()) for name in names]


WRITES: tuple[tuple[str, str, list[tuple[bytes, bytes | None]], bytes], ...] = (
    ("empty", "Nothing at all.", [], b"a"),
    ("one-entry", "One entry is a leaf.", _entries("a"), b"a"),
    ("one-entry-absence", "Its leaf proves that another is absent.", _entries("a"), b"b"),
    ("two-entries", "Two entries.", _entries("a", "b"), b"a"),
    ("twenty-entries", "Twenty.", _entries(*(f"key {n}" for n in range(20))), b"key 7"),
    ("twenty-entries-reversed", "In another order.", _entries(*(f"key {n}" for n in range(19, -1, -1))), b"key 7"),
    ("absent-among-many", "An absent key.", _entries(*(f"key {n}" for n in range(20))), b"absent"),
    ("absent-under-a-leaf", "Another.", _entries(*(f"key {n}" for n in range(20))), b"absent 6"),
    ("written-twice", "The last write counts.", [*_entries("a", "b"), (b"a", b"again")], b"a"),
    ("written-and-deleted", "As if it had never been.", [*_entries("a", "b"), (b"b", None)], b"b"),
    ("all-deleted", "Empty again.", [*_entries("a", "b"), (b"b", None), (b"a", None)], b"a"),
    (
        "many-deleted",
        "Branches with one leaf collapse.",
        [*_entries(*(f"key {n}" for n in range(20))), *((f"key {n}".encode(), None) for n in range(3, 20))],
        b"key 2",
    ),
    ("absent-deleted", "Deleting what is absent changes nothing.", [*_entries("a", "b"), (b"c", None)], b"c"),
)
"""Name, what it is about, changes, key to prove."""


def _tries() -> list[Draft]:
    return [
        Draft(f"encoding/trie-{name}", told, ("ENC-1",), "write_trie", Writes(tuple(changes), key))
        for name, told, changes, key in WRITES
    ]


def _proofs() -> list[Draft]:
    made = trie.update(trie.EMPTY, _entries(*(f"key {n}" for n in range(20))))
    root, present, absent = trie.root(made), trie.prove(made, b"key 7"), trie.prove(made, b"absent 6")
    single = trie.update(trie.EMPTY, _entries("a"))
    own = Proof((), sha256(b"a").digest() + sha256(b"value of a").digest())
    elsewhere = trie.prove(single, b"b")
    cases: tuple[tuple[str, str, ProofToCheck], ...] = (
        ("presence", "A proof of presence.", ProofToCheck(root, b"key 7", b"value of key 7", present)),
        ("presence-of-another-value", "Not of another value.", ProofToCheck(root, b"key 7", b"x", present)),
        ("presence-of-another-key", "Nor of another key.", ProofToCheck(root, b"key 8", b"value of key 7", present)),
        ("presence-as-absence", "Nor of absence.", ProofToCheck(root, b"key 7", None, present)),
        ("absence", "A proof of absence.", ProofToCheck(root, b"absent 6", None, absent)),
        ("absence-as-presence", "Not of presence.", ProofToCheck(root, b"absent 6", b"x", absent)),
        ("absence-beside-a-leaf", "Another leaf stands there.", ProofToCheck(trie.root(single), b"b", None, elsewhere)),
        ("absence-by-own-leaf", "One's own leaf proves nothing.", ProofToCheck(trie.root(single), b"a", None, own)),
        ("in-the-empty-trie", "Nothing is absent there.", ProofToCheck(bytes(32), b"a", None, Proof((), b""))),
        ("with-a-short-leaf", "A leaf has 64 bytes.", ProofToCheck(root, b"b", None, Proof((), bytes(63)))),
        ("with-a-short-sibling", "A hash has 32.", ProofToCheck(root, b"b", None, Proof((bytes(31),), b""))),
        ("too-long", "At most 256 of them.", ProofToCheck(root, b"b", None, Proof((bytes(32),) * 257, b""))),
        (
            "of-a-leaf-elsewhere",
            "The other leaf must be on the way.",
            ProofToCheck(root, b"b", None, Proof((bytes(32),) * 200, bytes(64))),
        ),
        (
            "cut-short",
            "With a sibling left out.",
            ProofToCheck(root, b"key 7", b"value of key 7", Proof(present.siblings[1:], b"")),
        ),
    )
    return [
        Draft(f"encoding/proof-{name}", told, ("ENC-1",), "check_proof", question) for name, told, question in cases
    ]
