"""The state root: an immutable binary Merkle trie over the bits of SHA-256(key), most significant first (ENC-1).

Keys and values are bytes; H is SHA-256. The trie of a set of entries is defined by the set alone:

- no entry: the empty trie, whose hash is 32 zero bytes (no SHA-256 is known to give them);
- one entry: a leaf, whose hash is H(0x00 ‖ H(key) ‖ H(value)), wherever in the trie it stands;
- two or more: a branch, whose hash is H(0x01 ‖ left ‖ right), of the tries of those whose next bit is 0 and is 1.

So entries that agree in their first n bits hang below n branches, and the depth of a leaf is only as great as needed to
tell it from its neighbours. How a trie came about, in which order, and what was deleted, leaves no trace in it.

A *proof* for a key holds the hashes beside the path from the root down to where the key is or would be, and, if another
key's leaf is there, that leaf. It proves presence (the leaf made of key and value hashes up to the root) or absence
(the empty trie, or another leaf with the same first bits, does).

Nodes are bare tuples on purpose: (hash,) is the empty trie, (hash, H(key) ‖ H(value)) a leaf, (hash, left, right) a
branch. Python's cyclic garbage collector stops tracking a tuple once it finds that nothing in it is tracked, so from
collection to collection less of a large trie costs it time; instances of classes it would traverse for ever.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeAlias

Empty: TypeAlias = tuple[bytes]
"""(32 zero bytes,)"""
Leaf: TypeAlias = tuple[bytes, bytes]
"""(hash, H(key) ‖ H(value))"""
Trie: TypeAlias = "Empty | Leaf | tuple[bytes, Trie, Trie]"
"""Empty, a leaf, or a branch (hash, trie of the entries whose next bit is 0, trie of those whose next bit is 1)."""

EMPTY: Empty = (bytes(32),)
"""The trie without entries."""

_TOP = 255


@dataclass(frozen=True, slots=True)
class Proof:
    """ENC-1. What shows to a holder of the root that a key has a value, or that it has none."""

    siblings: tuple[bytes, ...]
    """Hashes beside the path, 32 bytes each, the one below the root first; at most 256."""
    other: bytes
    """H(key) ‖ H(value), 64 bytes, of another key's leaf that stands where this key would; else empty."""


def root(trie: Trie) -> bytes:
    """ENC-1. The hash of a trie, 32 bytes: it stands for exactly one set of entries."""
    return trie[0]


def update(trie: Trie, changes: Iterable[tuple[bytes, bytes | None]]) -> Trie:
    """ENC-1. The trie with keys set to values, or deleted where the value is None; the last change of a key counts.

    All changes go down together and each branch above several of them is hashed once: O(log n) hashes per change, and
    less the more there are. Deleting a key that is absent changes nothing.
    """
    leaves: dict[bytes, Trie] = {}
    for key, value in changes:
        path = sha256(key).digest()
        leaves[path] = _leaf(path, value)
    if not leaves:
        return trie
    order = sorted(leaves)
    paths = [int.from_bytes(path, "big") for path in order]
    return _merge(trie, paths, [leaves[path] for path in order], 0, len(order), _TOP)


def _leaf(path: bytes, value: bytes | None) -> Empty | Leaf:
    if value is None:
        return EMPTY
    content = path + sha256(value).digest()
    return sha256(b"\x00" + content).digest(), content


def _merge(trie: Trie, paths: list[int], leaves: list[Trie], start: int, end: int, bit: int) -> Trie:
    """The trie with the changes start to end − 1 made; all its and their paths agree above `bit`."""
    if end - start == 1:
        return _put(trie, paths[start], leaves[start], bit)
    left, right = _halves(trie, bit)
    middle = bisect_left(paths, (paths[start] >> bit | 1) << bit, start, end)
    if start < middle:
        left = _merge(left, paths, leaves, start, middle, bit - 1)
    if middle < end:
        right = _merge(right, paths, leaves, middle, end, bit - 1)
    return _join(left, right)


def _put(trie: Trie, path: int, leaf: Trie, bit: int) -> Trie:
    """The trie with one change made: a leaf put in, or EMPTY where it was."""
    if len(trie) == 3:
        _, left, right = trie
    elif len(trie) == 1:
        return leaf
    else:
        other = int.from_bytes(trie[1][:32], "big")
        if other == path:
            return leaf
        left, right = _halves(trie, bit)
    if path >> bit & 1:
        right = _put(right, path, leaf, bit - 1)
    else:
        left = _put(left, path, leaf, bit - 1)
    return _join(left, right)


def _halves(trie: Trie, bit: int) -> tuple[Trie, Trie]:
    """What a trie holds on either side of a bit."""
    if len(trie) == 3:
        return trie[1], trie[2]
    if len(trie) == 2 and int.from_bytes(trie[1][:32], "big") >> bit & 1:
        return EMPTY, trie
    return trie, EMPTY


def _join(left: Trie, right: Trie) -> Trie:
    """Two halves as one trie: a branch, unless there are not two leaves to tell apart."""
    if right is EMPTY and len(left) < 3:
        return left
    if left is EMPTY and len(right) < 3:
        return right
    return sha256(b"\x01" + left[0] + right[0]).digest(), left, right


def prove(trie: Trie, key: bytes) -> Proof:
    """ENC-1. The proof of what this trie says about a key."""
    path = sha256(key).digest()
    bits = int.from_bytes(path, "big")
    siblings: list[bytes] = []
    while len(trie) == 3:
        _, left, right = trie
        trie, sibling = (right, left) if bits >> _TOP - len(siblings) & 1 else (left, right)
        siblings.append(sibling[0])
    other = trie[1] if len(trie) == 2 and trie[1][:32] != path else b""
    return Proof(tuple(siblings), other)


def check_proof(root: bytes, key: bytes, value: bytes | None, proof: Proof) -> bool:
    """ENC-1, ENC-3. Whether the proof shows that the trie with this root has the value at the key, or, if None, no key.

    Total: a proof that is malformed shows nothing, not even under a root that was made to fit it.
    """
    if len(proof.siblings) > 256 or any(len(sibling) != 32 for sibling in proof.siblings):
        return False
    path = sha256(key).digest()
    node = _end_of_path(path, value, proof)
    if node is None:
        return False
    bits = int.from_bytes(path, "big")
    for depth in range(len(proof.siblings) - 1, -1, -1):
        sibling = proof.siblings[depth]
        node = sha256(b"\x01" + (sibling + node if bits >> _TOP - depth & 1 else node + sibling)).digest()
    return node == root


def _end_of_path(path: bytes, value: bytes | None, proof: Proof) -> bytes | None:
    """The hash that must stand where the key's path ends, or None if the proof is malformed."""
    if not proof.other:
        return _leaf(path, value)[0]
    unmatched = _TOP + 1 - len(proof.siblings)
    elsewhere = int.from_bytes(proof.other[:32], "big") >> unmatched != int.from_bytes(path, "big") >> unmatched
    if value is not None or len(proof.other) != 64 or proof.other[:32] == path or elsewhere:
        return None
    return sha256(b"\x00" + proof.other).digest()
