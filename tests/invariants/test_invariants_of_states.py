"""Every invariant of a state is seen failing when the state is tampered with; that they hold is told with the steps."""

from dataclasses import replace
from zlib import crc32

import pytest
from immutables import Map

from clearstone.invariants.catalogue import INVARIANTS
from clearstone.invariants.checking import Tally, check_state, findings
from clearstone.invariants.margins import PARTS
from clearstone.invariants.snapshot import Snapshot
from clearstone.spec.book import EMPTY_BOOK, Book, Level, Resting
from clearstone.spec.encoding.trie import EMPTY
from clearstone.spec.instruments import OptionSeries
from clearstone.spec.numbers import MAX_ATOMS

BREAK = {}


def breaks(identifier):
    def enter(tampered):
        BREAK[identifier] = tampered
        return tampered

    return enter


def with_pool(state, tamper, **changes):
    return replace(state, ledger=tamper.pool(state.ledger, **changes))


def with_market(state, tamper, market, **changes):
    return replace(state, ledger=tamper.market(state.ledger, market, **changes))


def holder(state, market="BTC-PERP"):
    return next(
        (account_id, account)
        for account_id, account in state.ledger.accounts.items()
        if any(position.instrument == market for position in account.positions)
    )


def at_turn_of(state, account_id):
    """The state at a height at which an account has its turn."""
    return replace(state, height=crc32(account_id.encode()) % PARTS)


@breaks("conservation")
def an_atom_too_much(state, tamper):
    return with_pool(state, tamper, vault=state.ledger.pools["main"].vault + 1)


@breaks("solvency")
def a_negative_pot(state, tamper):
    return with_pool(state, tamper, fees=-1)


@breaks("zero-sum")
def a_lot_too_many(state, tamper):
    account_id, account = holder(state)
    positions = tuple(replace(position, lots=position.lots + 1) for position in account.positions)
    return replace(state, ledger=tamper.account(state.ledger, account_id, positions=positions))


@breaks("open-interest")
def an_aggregate_that_drifted(state, tamper):
    return with_market(state, tamper, "BTC-PERP", open_interest=3)


@breaks("series-clearing")
def a_clearing_balance_before_expiry(state, tamper):
    series = next(market for market, each in state.instruments.items() if isinstance(each, OptionSeries))
    return with_market(state, tamper, series, clearing=1)


@breaks("funding-clearing")
def a_funding_payment_too_many(state, tamper):
    clearing = state.ledger.markets["BTC-PERP"].clearing
    return with_market(state, tamper, "BTC-PERP", clearing=clearing - 1)


@breaks("escrow")
def escrow_for_nobody(state, tamper):
    return with_pool(state, tamper, escrow=1)


@breaks("root-from-content")
def a_root_of_something_else(state, tamper):
    return replace(state, trie=EMPTY)


@breaks("margin-order")
def initial_below_maintenance(state, tamper):
    return tamper.quote(state, "BTC-PERP", initial=0)


@breaks("maintenance-restated")
def a_maintenance_margin_of_its_own(state, tamper):
    account_id = next(
        other
        for other, account in Snapshot(state).totals.compound
        if any(position.instrument == "BTC-PERP" for position in account.positions)
    )
    maintenance = state.quotes["BTC-PERP"].maintenance + 10
    return tamper.quote(at_turn_of(state, account_id), "BTC-PERP", maintenance=maintenance)


@breaks("marks-in-bounds")
def a_mark_beside_the_index(state, tamper):
    return tamper.quote(state, "BTC-PERP", mark=1)


@breaks("grace")
def a_price_relied_on_too_early(state, tamper):
    return replace(state, feeds=state.feeds.set("BTC", replace(state.feeds["BTC"], fresh_blocks=1)))


@breaks("flags")
def a_flag_that_the_pool_forgot(state, tamper):
    return with_pool(state, tamper, flagged=())


@breaks("no-debt-lingers")
def a_debt_that_is_left(state, tamper):
    (flagged,) = state.ledger.pools["main"].flagged
    return replace(state, ledger=tamper.account(state.ledger, flagged, cash=-(10**12), positions=()))


@breaks("book-index")
def a_book_that_forgot(state, tamper):
    books = Map(dict.fromkeys(state.ledger.books, EMPTY_BOOK))
    return replace(state, ledger=replace(state.ledger, books=books))


@breaks("uncrossed-book")
def a_crossed_book(state, tamper):
    crossed = Book((Level(-10, (Resting(0, "a", 0),)),), (Level(10, (Resting(1, "b", 0),)),))
    return replace(state, ledger=replace(state.ledger, books=state.ledger.books.set("BTC-PERP", crossed)))


@breaks("bounds")
def cash_out_of_bounds(state, tamper):
    account_id, _ = holder(state)
    return replace(state, ledger=tamper.account(state.ledger, account_id, cash=MAX_ATOMS + 1))


@breaks("one-pool")
def a_position_in_another_pool(state, tamper):
    account_id, _ = holder(state)
    return replace(state, ledger=tamper.account(state.ledger, account_id, pool="other"))


def test_every_invariant_of_states_is_seen_failing():
    assert {each.id for each in INVARIANTS.values() if each.kind == "state"} == BREAK.keys()


@pytest.mark.parametrize("identifier", sorted(BREAK))
def test_a_tampered_state_is_found_out(story, tamper, identifier):
    state = story.busy.state
    asked = INVARIANTS[identifier]
    assert asked.holds(Snapshot(state))
    found = findings(asked, Snapshot(BREAK[identifier](state, tamper)), 0)
    assert found
    assert not any(violation.detail.startswith("cannot be evaluated") for violation in found), found


def test_accounts_take_turns_unless_all_are_asked_for(story, tamper):
    state = BREAK["maintenance-restated"](story.busy.state, tamper)
    states = [replace(state, height=height) for height in range(PARTS)]
    some, every = ([bool(Tally(thorough=thorough).check_state(each)) for each in states] for thorough in (False, True))
    assert every == [True] * PARTS
    assert 0 < some.count(True) < PARTS


def test_checking_a_state_names_the_invariant_and_the_height(story, tamper):
    state = BREAK["solvency"](story.busy.state, tamper)
    violation = next(each for each in check_state(state) if each.invariant == "solvency")
    assert violation.height == state.height
    assert violation.detail == "pool main: fees is -1"
