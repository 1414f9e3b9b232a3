from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearstone.spec.encoding.trie import EMPTY, Proof, check_proof, prove, root, update


def nearby_keys(bits, count):
    """Keys whose hashes agree in their first bits, so that their leaves lie deep and close."""
    found, number = [], 0
    while len(found) < count:
        key = b"%d" % number
        if int.from_bytes(sha256(key).digest(), "big") >> 256 - bits == 0:
            found.append(key)
        number += 1
    return found


NEARBY = nearby_keys(9, 6)
keys = st.one_of(st.sampled_from([b"%d" % n for n in range(30)]), st.sampled_from(NEARBY))
contents = st.dictionaries(keys, st.binary(max_size=3), max_size=25)
changes = st.lists(st.tuples(keys, st.none() | st.binary(max_size=3)), max_size=25)


def h(*parts):
    return sha256(b"".join(parts)).digest()


def root_by_definition(entries, depth=0):
    """The rule's own words, over a whole set of (H(key), H(value)) at once."""
    if not entries:
        return bytes(32)
    if len(entries) == 1:
        [(path, value)] = entries
        return h(b"\x00", path, value)
    sides = ([], [])
    for path, value in entries:
        sides[path[depth // 8] >> 7 - depth % 8 & 1].append((path, value))
    return h(b"\x01", root_by_definition(sides[0], depth + 1), root_by_definition(sides[1], depth + 1))


def trie_of(content):
    return update(EMPTY, content.items())


def applied(content, changes):
    for key, value in changes:
        content = {k: v for k, v in content.items() if k != key} | ({} if value is None else {key: value})
    return content


@given(contents)
def test_the_root_is_what_the_rule_says_of_the_set_of_entries(content):
    assert root(trie_of(content)) == root_by_definition([(h(key), h(value)) for key, value in content.items()])


def test_the_roots_of_small_tries_are_pinned():
    assert root(EMPTY).hex() == "00" * 32
    assert root(trie_of({b"a": b"1"})) == h(b"\x00", h(b"a"), h(b"1"))
    pair = root(trie_of({b"a": b"1", b"b": b"2"}))
    assert pair.hex() == "70a50295110313dd28320faccbee14d04dc2894e877a2e407115a2f337ed4efa"


@given(contents, st.randoms())
def test_the_order_of_insertion_leaves_no_trace(content, random):
    entries = list(content.items())
    random.shuffle(entries)
    one_by_one = EMPTY
    for entry in entries:
        one_by_one = update(one_by_one, [entry])
    assert one_by_one == trie_of(content)


@given(contents, changes)
def test_updating_is_the_same_as_building_anew(content, changes):
    assert update(trie_of(content), changes) == trie_of(applied(content, changes))


@given(contents, changes, changes)
def test_how_changes_are_batched_leaves_no_trace(content, first, second):
    trie = trie_of(content)
    assert update(update(trie, first), second) == update(trie, first + second)


@given(contents, changes)
def test_an_update_leaves_the_trie_before_it_alone(content, changes):
    trie = trie_of(content)
    before = root(trie)
    update(trie, changes)
    assert root(trie) == before
    assert trie == trie_of(content)


@given(contents)
def test_deleting_everything_gives_the_empty_trie(content):
    assert update(trie_of(content), [(key, None) for key in content]) is EMPTY


@given(contents, contents)
def test_only_the_same_entries_have_the_same_root(one, other):
    assert (root(trie_of(one)) == root(trie_of(other))) == (one == other)


@given(contents, keys, st.binary(max_size=3))
def test_a_proof_shows_what_the_trie_says_and_nothing_else(content, key, guess):
    trie = trie_of(content)
    proof = prove(trie, key)
    value = content.get(key)
    assert check_proof(root(trie), key, value, proof)
    assert check_proof(root(trie), key, guess, proof) == (guess == value)
    assert check_proof(root(trie), key, None, proof) == (value is None)
    assert len(proof.siblings) <= 256


@given(contents, keys, keys, st.none() | st.binary(max_size=3))
def test_no_key_can_be_proved_wrongly_with_the_proof_of_another(content, key, other, value):
    trie = trie_of(content)
    if check_proof(root(trie), key, value, prove(trie, other)):
        assert content.get(key) == value


@given(contents, keys, st.data())
def test_a_tampered_proof_shows_nothing(content, key, data):
    trie = trie_of(content)
    proof = prove(trie, key)
    parts = [*proof.siblings, proof.other]
    place = data.draw(st.integers(0, len(parts) - 1))
    kind = data.draw(st.sampled_from(["flip", "shorten", "drop", "repeat"]))
    if kind == "flip" and parts[place]:
        flipped = int.from_bytes(parts[place], "big") ^ 1 << data.draw(st.integers(0, 8 * len(parts[place]) - 1))
        parts[place] = flipped.to_bytes(len(parts[place]), "big")
    elif kind == "shorten":
        parts[place] = parts[place][1:]
    elif kind == "drop":
        parts[place:] = [*parts[place + 1 :], b""][: len(parts) - place]
    else:
        parts.insert(place, bytes(32))
    tampered = Proof(tuple(parts[:-1]), parts[-1])
    if tampered != proof:
        assert not check_proof(root(trie), key, content.get(key), tampered)


def test_malformed_proofs_show_nothing():
    key, path = b"a", h(b"a")
    beside = (int.from_bytes(path, "big") ^ 1).to_bytes(32, "big")
    far = (int.from_bytes(path, "big") ^ 1 << 255).to_bytes(32, "big")
    value = h(b"1")
    for proof in (
        Proof((bytes(32),) * 257, b""),
        Proof((bytes(31),), b""),
        Proof((), beside),
        Proof((), path + value),
        Proof((bytes(32),), far + value),
    ):
        for claimed in (b"1", None):
            for claimed_root in (b"", bytes(32), h(b"\x00", path, value), h(b"\x00", beside)):
                assert not check_proof(claimed_root, key, claimed, proof)
    assert not check_proof(h(b"\x00", beside, value), key, b"1", Proof((), beside + value))
    assert check_proof(h(b"\x00", beside, value), key, None, Proof((), beside + value))


def test_malformed_proofs_show_nothing_even_under_a_root_that_was_made_to_fit_them():
    def branch(first_bit, node, sibling):
        return h(b"\x01", sibling, node) if first_bit else h(b"\x01", node, sibling)

    key, path, value = b"a", h(b"a"), h(b"1")
    first_bit = path[0] >> 7
    misplaced = (int.from_bytes(path, "big") ^ 1 << 255).to_bytes(32, "big") + value
    fitting = branch(first_bit, h(b"\x00", path, value), bytes(32))
    short = branch(first_bit, h(b"\x00", path, value), bytes(31))
    misfit = branch(first_bit, h(b"\x00", misplaced), bytes(32))
    assert check_proof(fitting, key, b"1", Proof((bytes(32),), b""))
    assert not check_proof(short, key, b"1", Proof((bytes(31),), b""))
    assert not check_proof(misfit, key, None, Proof((bytes(32),), misplaced))


@pytest.mark.parametrize("trie", [EMPTY, trie_of({b"a": b"1"}), trie_of(dict.fromkeys(NEARBY, b""))])
def test_no_change_gives_the_very_same_trie(trie):
    assert update(trie, []) is trie


def test_keys_that_share_many_bits_lie_deep_and_collapse_again():
    one, two = NEARBY[:2]
    trie = trie_of({one: b"1", two: b"2"})
    assert len(prove(trie, one).siblings) >= 10
    assert update(trie, [(two, None)]) == trie_of({one: b"1"})
    assert len(prove(update(trie, [(two, None)]), one).siblings) == 0


def test_the_last_change_of_a_key_counts():
    assert update(EMPTY, [(b"a", b"1"), (b"a", None), (b"a", b"2")]) == trie_of({b"a": b"2"})
