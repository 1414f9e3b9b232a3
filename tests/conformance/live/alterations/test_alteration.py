"""Changes of a question as data: each does what it says, to a copy, and can be told."""

import pytest

from clearstone.conformance.live.alterations.alteration import (
    Alteration,
    NoSuchPlace,
    all_altered,
    altered,
    plainer,
    told_alteration,
)

GIVEN = {"state": {"accounts": [["a", {"cash": "7"}], ["b", {"cash": "9"}]]}, "lots": "3"}
CASH = ("state", "accounts", 1, 1, "cash")
ACCOUNTS = ("state", "accounts")
TOLD = {
    Alteration(CASH, "put", "8"): 'state.accounts[1][1].cash: "8" in place of "9"',
    Alteration((*ACCOUNTS, 0), "remove"): 'state.accounts[0]: ["a", {"cash": "7"}] is left out',
    Alteration((*ACCOUNTS, 0), "swap"): 'state.accounts[0]: ["a", {"cash": "7"}] changes places with the next one',
    Alteration((*ACCOUNTS, 2), "insert", "c"): 'state.accounts[2]: "c" comes in',
}


def ids(given):
    return [entry[0] for entry in given["state"]["accounts"]]


def test_each_kind_of_change_does_what_it_says():
    assert altered(GIVEN, Alteration(CASH, "put", "8"))["state"]["accounts"][1][1] == {"cash": "8"}
    assert ids(altered(GIVEN, Alteration((*ACCOUNTS, 0), "remove"))) == ["b"]
    assert ids(altered(GIVEN, Alteration((*ACCOUNTS, 0), "swap"))) == ["b", "a"]
    assert ids(altered(GIVEN, Alteration((*ACCOUNTS, 2), "insert", ["c", {}]))) == ["a", "b", "c"]


def test_what_is_changed_is_a_copy():
    before = repr(GIVEN)
    for alteration in TOLD:
        altered(GIVEN, alteration)
    assert repr(GIVEN) == before


def test_changes_are_made_one_after_the_other():
    removed_twice = [Alteration((*ACCOUNTS, 0), "remove")] * 2
    assert ids(all_altered(GIVEN, removed_twice)) == []
    with pytest.raises(NoSuchPlace):
        all_altered(GIVEN, [*removed_twice, Alteration(CASH, "put", "8")])


@pytest.mark.parametrize("path", [("state", "pools"), (*ACCOUNTS, 2), (*ACCOUNTS, 0, 1, "cash", 0), (0,)])
def test_a_path_that_leads_nowhere_is_no_place(path):
    with pytest.raises(NoSuchPlace):
        altered(GIVEN, Alteration(path, "put", "8"))


def test_the_last_item_has_nothing_to_change_places_with():
    with pytest.raises(NoSuchPlace):
        altered(GIVEN, Alteration((*ACCOUNTS, 1), "swap"))


@pytest.mark.parametrize("alteration", TOLD)
def test_every_change_is_told_with_its_place(alteration):
    assert told_alteration(GIVEN, alteration) == TOLD[alteration]


def test_only_longer_integers_are_made_plainer():
    put = Alteration(CASH, "put", "8000")
    assert [each.value for each in plainer(put)] == ["0", "1"]
    assert list(plainer(Alteration(CASH, "put", "5"))) == []
    assert list(plainer(Alteration(CASH, "put", "text"))) == []
    assert list(plainer(Alteration((*ACCOUNTS, 0), "remove"))) == []
