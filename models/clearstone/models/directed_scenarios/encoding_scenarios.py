"""Encoding: one sequence of bytes for each value, one root for each state, one answer for each signature (ENC-1 to 3).

The tests compare all of this with published vectors at length. Here are the few bytes that tell a broken rule at once,
worked out by hand from the rules' text.
"""

from __future__ import annotations

from hashlib import sha256

from clearstone.models.directed_scenarios.scenario import DirectedScenario, Trial
from clearstone.spec.blocks import Commit
from clearstone.spec.consensus.messages import SignedMessage, Vote
from clearstone.spec.encoding import cbor, trie
from clearstone.spec.encoding.edwards25519 import L, P
from clearstone.spec.encoding.records import decode_record, encode_record
from clearstone.spec.encoding.signatures import authentic, signing_bytes, verify
from clearstone.spec.receipts import Rejection

EXACT: tuple[tuple[cbor.Value, str], ...] = (
    (0, "00"),
    (23, "17"),
    (24, "1818"),
    (255, "18ff"),
    (256, "190100"),
    (65_535, "19ffff"),
    (65_536, "1a00010000"),
    (2**32, "1b0000000100000000"),
    (2**64 - 1, "1bffffffffffffffff"),
    (2**64, "c249010000000000000000"),
    (-1, "20"),
    (-256, "38ff"),
    (-(2**64), "3bffffffffffffffff"),
    (-(2**64) - 1, "c349010000000000000000"),
    (b"\x01\x02", "420102"),
    ("ü", "62c3bc"),
    ([1, [None]], "820181f6"),
    (True, "f5"),
    ({"z": 1, "aa": 2, "b": 3}, "a3616203617a0162616102"),
)
"""Values and their one encoding."""

REFUSED = (
    ("a longer head than needed", "ENC-1", "1817"),
    ("a longer length than needed", "ENC-1", "580141"),
    ("a bignum that fits a head", "ENC-1", "c248ffffffffffffffff"),
    ("a bignum with a leading zero", "ENC-1", "c24a00010000000000000000"),
    ("keys out of order", "ENC-1", "a2617a01616102"),
    ("a longer key before a shorter one", "ENC-1", "a262616101617a02"),
    ("a key twice", "ENC-1", "a2616101616102"),
    ("a key that is a number", "ENC-1", "a10101"),
    ("a float", "ENC-1", "f93c00"),
    ("an indefinite length", "ENC-1", "9f01ff"),
    ("a date", "ENC-1", "c11a514b67b0"),
    ("undefined", "ENC-1", "f7"),
    ("bytes left over", "ENC-3", "0000"),
    ("a list cut short", "ENC-3", "8201"),
    ("a length past the end", "ENC-3", "5bffffffffffffffff00"),
    ("a reserved head", "ENC-3", "1c"),
    ("a reserved simple value", "ENC-3", "f818"),
    ("text that is not UTF-8", "ENC-3", "61ff"),
    ("nothing", "ENC-3", ""),
    ("lists too deep", "ENC-1", "81" * 33 + "00"),
)
"""Bytes that stand for no value: what they are, the rule, the bytes."""


def canonical_bytes(trial: Trial) -> None:
    """Write and read values whose bytes are known, and read bytes that stand for nothing."""
    for value, expected in EXACT:
        written = cbor.encode(value)
        trial.expect(f"{value!r} is written as {expected}", written.hex() == expected, written.hex())
        trial.expect("and read again", cbor.decode(written) == value)
    for what, rule, data in REFUSED:
        read = cbor.decode(bytes.fromhex(data))
        trial.expect_refusal(f"{what} is refused", rule, read if isinstance(read, Rejection) else None)


VOTE = Vote("c", 1, 0, 1, b"", 0, ())
"""A prevote for nothing."""
VOTE_FIELDS = (
    b"\x64step\x01",
    b"\x64time\x00",
    b"\x65chain\x61c",
    b"\x65round\x00",
    b"\x66height\x01",
    b"\x66prices\x80",
    b"\x68block_id\x40",
)
"""Its fields, the shorter names first."""
VOTE_BYTES = b"\xa7" + b"".join(VOTE_FIELDS)
"""Its bytes: a map of these."""


def records(trial: Trial) -> None:
    """Write a record whose bytes are known, and read what is nearly one."""
    trial.expect("a record is written in its one way", encode_record(VOTE) == VOTE_BYTES, encode_record(VOTE).hex())
    signed = SignedMessage(b"k" * 32, VOTE, b"s" * 64)
    trial.expect("what is written is read again", decode_record(SignedMessage, encode_record(signed)) == signed)
    near = {
        "with a field too many": b"\xa8" + VOTE_BYTES[1:] + b"\x69a_surplus\x00",
        "with a field too few": b"\xa6" + VOTE_BYTES[1:-10],
        "with a truth for a number": VOTE_BYTES.replace(b"\x64step\x01", b"\x64step\xf5"),
        "with a text for bytes": VOTE_BYTES[:-1] + b"\x60",
        "with null for a text": VOTE_BYTES.replace(b"\x61c", b"\xf6"),
    }
    for what, data in near.items():
        read = decode_record(Vote, data)
        trial.expect_refusal(f"a record {what} is refused", "ENC-3", read if isinstance(read, Rejection) else None)
    other = decode_record(Commit, VOTE_BYTES)
    trial.expect_refusal("another record is refused", "ENC-3", other if isinstance(other, Rejection) else None)


def hashed(*parts: bytes) -> bytes:
    """SHA-256 of these, one after the other."""
    return sha256(b"".join(parts)).digest()


def expected_root(entries: dict[bytes, bytes], depth: int = 0) -> bytes:
    """The root of a set of entries, from the definition alone."""
    if not entries:
        return bytes(32)
    if len(entries) == 1:
        [(key, value)] = entries.items()
        return hashed(b"\x00", hashed(key), hashed(value))
    halves: tuple[dict[bytes, bytes], dict[bytes, bytes]] = ({}, {})
    for key, value in entries.items():
        halves[hashed(key)[depth // 8] >> 7 - depth % 8 & 1][key] = value
    left, right = (expected_root(half, depth + 1) for half in halves)
    return hashed(b"\x01", left, right)


def state_trie(trial: Trial) -> None:
    """Build tries by different ways, compare their roots with the definition, and prove what is and is not in them."""
    entries = {f"account/{number}".encode(): f"{number} atoms".encode() for number in range(40)}
    at_once = trie.update(trie.EMPTY, entries.items())
    one_by_one: trie.Trie = trie.EMPTY
    for entry in reversed(entries.items()):
        one_by_one = trie.update(one_by_one, (entry,))
    expected = expected_root(entries)
    trial.expect("the root is the one defined", trie.root(at_once) == expected)
    trial.expect("whichever way it was reached", trie.root(one_by_one) == expected)
    shrunk, left = at_once, dict(entries)
    for key in tuple(entries)[:-1]:
        shrunk = trie.update(shrunk, ((key, None),))
        del left[key]
        trial.expect("what was deleted leaves no trace", trie.root(shrunk) == expected_root(left))
    for key, value in entries.items():
        proof = trie.prove(at_once, key)
        trial.expect("an entry is proved", trie.check_proof(expected, key, value, proof))
        trial.expect("another value is not", not trie.check_proof(expected, key, value + b"0", proof))
        trial.expect("nor that it is absent", not trie.check_proof(expected, key, None, proof))
        turned = trie.Proof(proof.siblings, hashed(key) + hashed(value))
        trial.expect("not by its own leaf either", not trie.check_proof(expected, key, None, turned))
    absent = b"account/none"
    proof = trie.prove(at_once, absent)
    trial.expect("what is not there is proved absent", trie.check_proof(expected, absent, None, proof))
    trial.expect("and not present", not trie.check_proof(expected, absent, b"", proof))
    key, value = next(iter(entries.items()))
    leaf = trie.Proof((), hashed(absent) + hashed(b"1 atom"))
    trial.expect("a leaf made up shows nothing", not trie.check_proof(expected, key, None, leaf))


PUBLISHED = (
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
)
"""RFC 8032, section 7.1, tests 1 and 2: key, message, signature."""


def signatures(trial: Trial) -> None:
    """Verify published signatures, and what differs from them in a way that some library forgives."""
    for key, message, signature in ((*map(bytes.fromhex, each),) for each in PUBLISHED):
        trial.expect("a published signature is valid", verify(key, message, signature))
        trial.expect("not for another message", not verify(key, message + b"!", signature))
        s = int.from_bytes(signature[32:], "little")
        second = signature[:32] + (s + L).to_bytes(32, "little")
        trial.expect("not with S + L in place of S", not verify(key, message, second))
    neutral = (1).to_bytes(32, "little")
    trial.expect("a key of small order signs nothing", not verify(neutral, b"any", neutral + bytes(32)))
    two_names = (P + 1).to_bytes(32, "little")
    trial.expect("nor does its second name", not verify(two_names, b"any", two_names + bytes(32)))
    domain = b"\x83\x6cclearstone/1\x64Vote" + VOTE_BYTES
    trial.expect("what is signed begins with its domain", signing_bytes(VOTE) == domain, signing_bytes(VOTE)[:24])
    key, _, signature = map(bytes.fromhex, PUBLISHED[0])
    trial.expect("a bare signature speaks for no record", not authentic(key, VOTE, signature))


SCENARIOS = (
    DirectedScenario(
        "canonical-bytes",
        "A value has exactly one encoding, and what is none is refused by the rule that it breaks.",
        "encoding",
        ("ENC-1", "ENC-3"),
        canonical_bytes,
    ),
    DirectedScenario(
        "records-in-bytes",
        "A record has exactly one encoding, and what is nearly one is refused.",
        "encoding",
        ("ENC-1", "ENC-3"),
        records,
    ),
    DirectedScenario(
        "state-trie",
        "The root depends on the entries alone, and proves what is in it and what is not.",
        "encoding",
        ("ENC-1",),
        state_trie,
    ),
    DirectedScenario(
        "signatures-to-the-last-bit",
        "A signature is valid in one form only, under a key that signs one thing at a time, in its domain.",
        "encoding",
        ("ENC-2",),
        signatures,
    ),
)
"""The scenarios of this theme."""
