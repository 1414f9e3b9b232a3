from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from clearstone.spec.tables import Table, fold, table

writes = st.lists(st.tuples(st.sampled_from("abcde"), st.none() | st.integers(0, 9)), max_size=20)


def written_to(start: Table[int], changes: list[tuple[str, int | None]]) -> Table[int]:
    for key, value in changes:
        if value is not None:
            start = start.set(key, value)
        elif key in start:
            start = start.remove(key)
    return start


@given(writes)
def test_a_table_holds_what_a_dictionary_would(changes: list[tuple[str, int | None]]) -> None:
    held: dict[str, int] = {}
    for key, value in changes:
        if value is None:
            held.pop(key, None)
        else:
            held[key] = value
    result = written_to(table(), changes)
    assert dict(result.items()) == held
    assert [result.get(key) for key in "abcde"] == [held.get(key) for key in "abcde"]
    assert [key in result for key in "abcde"] == [key in held for key in "abcde"]
    assert all(result[key] == value for key, value in held.items())


@given(writes, writes)
def test_a_table_lists_every_key_that_differs_from_the_last_commitment(
    earlier: list[tuple[str, int | None]], later: list[tuple[str, int | None]]
) -> None:
    committed = written_to(table(), earlier).committed()
    assert committed.keys_written() == ()
    result = written_to(committed, later)
    differing = {key for key in "abcde" if committed.get(key) != result.get(key)}
    assert differing <= set(result.keys_written())


@given(writes, writes)
def test_a_table_lists_the_keys_written_since_an_earlier_version(
    earlier: list[tuple[str, int | None]], later: list[tuple[str, int | None]]
) -> None:
    before = written_to(table([("e", 1)]), earlier)
    written, held = [], set(before.keys())
    for key, value in later:
        if value is not None or key in held:
            written.append(key)
            held = held - {key} if value is None else held | {key}
    after = written_to(before, later)
    assert after.keys_written(before) == tuple(dict.fromkeys(reversed(written)))
    assert before.keys_written(before) == ()


def test_tables_with_the_same_entries_are_equal_whatever_was_written() -> None:
    assert table([("a", 1)]).set("b", 2).remove("b") == table([("a", 1)]).committed()
    assert table([("a", 1)]) != table([("a", 2)])


def test_a_new_table_counts_all_its_entries_as_written() -> None:
    assert set(table([("b", 1), ("a", 2)]).keys_written()) == {"a", "b"}


@given(st.dictionaries(st.text(max_size=3), st.integers(), max_size=8))
def test_keys_and_items_ascend_whatever_the_order_of_writing(entries: dict[str, int]) -> None:
    forwards, backwards = table(entries.items()), table(reversed(entries.items()))
    assert forwards.keys() == backwards.keys() == tuple(sorted(entries))
    assert list(forwards.items()) == list(backwards.items()) == sorted(entries.items())


def test_a_write_leaves_the_table_before_it_alone() -> None:
    before = table([("a", 1)])
    before.set("a", 2)
    before.remove("a")
    assert before["a"] == 1


@given(st.lists(st.integers()))
def test_fold_goes_through_the_items_in_their_order(items: list[int]) -> None:
    assert fold(lambda so_far, item: (*so_far, item), (), items) == tuple(items)
