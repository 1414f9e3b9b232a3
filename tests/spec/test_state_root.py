from __future__ import annotations

from dataclasses import fields, replace

import pytest

from clearstone.models.chain import forked, named_key
from clearstone.models.scenario_genesis import USD, buy, scenario_genesis, series, started, trade
from clearstone.spec.encoding.trie import check_proof, prove, root
from clearstone.spec.state import State
from clearstone.spec.state_root import (
    all_entries,
    commit_state,
    encode_entry,
    rebuild_trie,
    state_root,
    written_entries,
)
from clearstone.spec.transactions import ChangeParameter, Withdraw

BASE = started(scenario_genesis(options=(series(call=True, strike=55_000),)))
ALICE, BOB = (BASE.open(name, "main", 1_000 * USD) for name in ("alice", "bob"))
trade(BASE, ALICE, BOB, "BTC-PERP", 3, 50_000)
BASE.run(BASE.sign(ALICE, buy("BTC-PERP", 1, 49_000)), BASE.attest(ChangeParameter(1, "pool/main", "penalty", 5_001)))
BASE.run(BASE.sign(BOB, Withdraw(named_key("w"), 1)))
STATE = BASE.state


def entry_keys(state: State) -> set[str]:
    return {key.decode() for key, _ in all_entries(state)}


def test_every_kind_of_entry_stands_under_its_key() -> None:
    kinds = {key.partition("/")[0] for key in entry_keys(STATE)}
    assert kinds == {
        *("chain", "header", "instrument", "feed", "funding", "expiry"),
        *("pool", "market", "account", "withdrawal", "deposit", "change"),
    }


def test_the_root_kept_up_to_date_is_the_one_built_from_nothing() -> None:
    assert STATE.trie == rebuild_trie(STATE)
    assert state_root(STATE) == root(STATE.trie)


def test_a_committed_state_has_nothing_written_but_what_every_block_changes() -> None:
    assert {key for key, _ in written_entries(STATE)} == {b"chain", b"header"}
    assert commit_state(STATE).trie == STATE.trie


def test_what_is_removed_leaves_no_trace_in_the_root() -> None:
    without = replace(STATE, ledger=replace(STATE.ledger, changes=STATE.ledger.changes.remove(f"{1:020d}")))
    assert [value for key, value in written_entries(without) if key.startswith(b"change/")] == [None]
    committed = commit_state(without)
    assert committed.trie == rebuild_trie(committed)
    assert state_root(committed) != state_root(STATE)


def test_a_key_written_more_than_once_counts_with_its_last_value() -> None:
    accounts = STATE.ledger.accounts
    richer = accounts.set(ALICE, replace(accounts[ALICE], cash=1)).set(ALICE, accounts[ALICE])
    committed = commit_state(replace(STATE, ledger=replace(STATE.ledger, accounts=richer)))
    assert state_root(committed) == state_root(STATE)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("chain", "another"),
        ("version", 2),
        ("height", 0),
        ("time", 0),
        ("block_id", bytes(32)),
        ("validators", STATE.validators[:3]),
        ("parameters", replace(STATE.parameters, grace_blocks=9)),
    ],
)
def test_the_root_depends_on_every_field_that_is_not_derived(name: str, value: object) -> None:
    assert state_root(commit_state(replace(STATE, **{name: value}))) != state_root(STATE)
    assert name in {item.name for item in fields(State)}


def test_any_balance_has_a_short_proof_and_an_absent_account_one_of_absence() -> None:
    key = f"account/{ALICE}".encode()
    value = encode_entry(STATE.ledger.accounts[ALICE])
    assert check_proof(state_root(STATE), key, value, prove(STATE.trie, key))
    assert not check_proof(state_root(STATE), key, value + b"\0", prove(STATE.trie, key))
    assert check_proof(state_root(STATE), b"account/nobody", None, prove(STATE.trie, b"account/nobody"))


def test_a_deposit_is_committed_as_its_amount() -> None:
    assert encode_entry(24) == b"\x18\x18"


def test_states_that_hold_the_same_have_the_same_root_whatever_their_history() -> None:
    chain, detour = forked(BASE), forked(BASE)
    for each in (chain, detour):
        accounts = each.state.ledger.accounts
        if each is detour:
            accounts = accounts.set("zz", accounts[ALICE]).remove("zz")
        each.state = commit_state(replace(each.state, ledger=replace(each.state.ledger, accounts=accounts)))
    assert chain.state.trie == detour.state.trie
