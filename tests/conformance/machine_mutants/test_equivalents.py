"""The list of equivalent mutants: each there, each once, each with a reason."""

import tomllib
from collections import Counter

from clearstone.conformance.machine_mutants.equivalents import LIST, equivalents, stale
from clearstone.conformance.machine_mutants.generation import all_mutants


def test_no_entry_is_stale():
    assert stale(equivalents(), all_mutants()) == ()


def test_an_entry_whose_statement_was_edited_is_stale():
    title = next(iter(equivalents()))
    assert stale([title, title.replace("=>", "=> not")], all_mutants()) == (title.replace("=>", "=> not"),)


def test_every_entry_is_there_once_and_has_a_reason():
    groups = tomllib.loads(LIST.read_text(encoding="utf-8"))["equivalent"]
    assert [title for title, count in Counter(t for g in groups for t in g["mutants"]).items() if count > 1] == []
    assert all(len(group["because"]) > 20 and group["mutants"] for group in groups)
