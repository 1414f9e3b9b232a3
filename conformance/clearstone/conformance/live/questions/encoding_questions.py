"""Records and bytes, right ones and ones with a flaw; tries and proofs; geneses and states that may be none."""

from __future__ import annotations

from dataclasses import fields, replace
from hashlib import sha256
from typing import Any

from hypothesis import strategies as st

from clearstone.conformance.live.questions.asked import Asked, Material
from clearstone.conformance.live.questions.loose_writer import FLAWS, LooseWriter
from clearstone.conformance.live.questions.records import integers, octets, records, texts
from clearstone.conformance.operations.encoding_operations import (
    RECORDS,
    Bytes,
    Decoding,
    Encoding,
    GenesisToStart,
    ProofToCheck,
    StateToRestore,
    Writes,
)
from clearstone.models.stateful.exchange_world import WORLDS, world_genesis
from clearstone.spec.encoding import trie
from clearstone.spec.encoding.plain import to_plain
from clearstone.spec.snapshot import snapshot_of

kinds = st.sampled_from(sorted(RECORDS))
writers = st.builds(LooseWriter, st.sampled_from(FLAWS), st.sampled_from((0, 0, 0, 0, 1, 2, 3, 6, 12)))
values = st.recursive(
    st.none() | st.booleans() | integers | octets | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
keys = st.sampled_from([bytes([number]) for number in range(9)])
contents = st.binary(max_size=2)


@st.composite
def encodings(draw: st.DrawFn) -> Encoding:
    """Any record of those that are written as bytes."""
    return Encoding(draw(records(RECORDS[draw(kinds)])))


@st.composite
def decodings(draw: st.DrawFn) -> Decoding:
    """A record's bytes, perhaps with a flaw, or with a byte changed."""
    kind: Any = draw(kinds)
    data = bytearray(draw(writers).whole(to_plain(draw(records(RECORDS[kind])))))
    if data and draw(st.integers(0, 5)) == 5:
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    return Decoding(kind, bytes(data))


@st.composite
def recodings(draw: st.DrawFn) -> Bytes:
    """A value's bytes, perhaps with a flaw; or any bytes."""
    return Bytes(draw(writers).whole(draw(values)) if draw(st.booleans()) else draw(st.binary(max_size=6)))


@st.composite
def writes(draw: st.DrawFn) -> Writes:
    """Writes and deletions of a few keys, so that they meet."""
    changes = draw(st.lists(st.tuples(keys, st.none() | contents), max_size=12))
    return Writes(tuple(changes), draw(keys))


@st.composite
def proofs(draw: st.DrawFn) -> ProofToCheck:
    """What a trie proves about a key, or something made of that which it does not."""
    entries = draw(st.dictionaries(keys, contents, max_size=6))
    held = trie.update(trie.EMPTY, list(entries.items()))
    about = draw(keys)
    proof = trie.prove(held, about)
    said = entries.get(about)
    flaw = draw(st.sampled_from(("none", "value", "absent", "key", "siblings", "leaf", "own leaf", "root")))
    root = trie.root(held)
    if flaw == "value":
        said = draw(contents)
    elif flaw == "absent":
        said = None
    elif flaw == "key":
        about = draw(keys)
    elif flaw == "siblings":
        proof = replace(proof, siblings=proof.siblings[1:])
    elif flaw == "leaf":
        proof = replace(proof, other=draw(st.binary(min_size=64, max_size=64)))
    elif flaw == "own leaf" and said is not None:
        proof, said = replace(proof, other=sha256(about).digest() + sha256(said).digest()), None
    elif flaw == "root":
        root = sha256(root).digest()
    return ProofToCheck(root, about, said, proof)


@st.composite
def geneses(draw: st.DrawFn) -> GenesisToStart:
    """A world's genesis, with one of its parameters or lists changed."""
    genesis = world_genesis(draw(st.sampled_from(WORLDS)))
    what = draw(st.sampled_from(("parameters", "pools", "instruments", "validators", "feeds")))
    if what == "parameters":
        return GenesisToStart(replace(genesis, parameters=draw(with_another_value(genesis.parameters))))
    held: tuple[Any, ...] = getattr(genesis, what)
    place = draw(st.integers(0, len(held) - 1))
    if what in ("pools", "instruments"):
        changed = replace(held[place], parameters=draw(with_another_value(held[place].parameters)))
        held = (*held[:place], changed, *held[place + 1 :])
    else:
        held = draw(st.sampled_from((held[place:], held[::-1], (*held, held[place]))))
    changes: dict[str, Any] = {what: held}
    return GenesisToStart(replace(genesis, **changes))


@st.composite
def with_another_value(draw: st.DrawFn, parameters: Any) -> Any:
    """Parameters with one of them at an end of its range, past it, or like another one."""
    item = draw(st.sampled_from(fields(parameters)))
    low, high = item.metadata["low"], item.metadata["high"]
    others = [getattr(parameters, other.name) for other in fields(parameters)]
    return replace(parameters, **{item.name: draw(st.sampled_from((low, low - 1, high, high + 1, *others)))})


def states(material: Material) -> st.SearchStrategy[StateToRestore]:
    """States of programs, a few with a table in another order or a part missing."""

    @st.composite
    def one(draw: st.DrawFn) -> StateToRestore:
        snapshot = snapshot_of(draw(st.sampled_from(material.blocks)).after)
        if draw(st.integers(0, 3)) == 3:
            name = draw(
                st.sampled_from(("instruments", "feeds", "funding", "expiries", "accounts", "pools", "markets"))
            )
            table: Any = getattr(snapshot, name)
            snapshot = replace(snapshot, **{name: draw(st.sampled_from((table[1:], table[::-1])))})
        return StateToRestore(snapshot)

    return one()


ASKED = (
    Asked("encode", "encoding", "encode", "records of any content", ("ENC-1",), lambda _: encodings()),
    Asked(
        "decode",
        "encoding",
        "decode",
        "bytes of records, with flaws",
        ("ENC-1", "ENC-3"),
        lambda _: decodings(),
        weight=4,
    ),
    Asked(
        "recode",
        "encoding",
        "recode",
        "bytes of values, with flaws",
        ("ENC-1", "ENC-3"),
        lambda _: recodings(),
        weight=3,
    ),
    Asked("write-trie", "encoding", "write_trie", "writes and deletions", ("ENC-1",), lambda _: writes()),
    Asked("check-proof", "encoding", "check_proof", "proofs, true and made up", ("ENC-1",), lambda _: proofs()),
    Asked("genesis", "encoding", "genesis", "geneses with a part changed", ("LEDGER-8",), lambda _: geneses()),
    Asked("root-of-state", "encoding", "root_of_state", "states of programs", ("ENC-1", "ENC-3"), states, True),
)
