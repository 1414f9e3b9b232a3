from dataclasses import replace
from itertools import pairwise

import pytest

from clearstone.invariants.catalogue import INVARIANTS
from clearstone.invariants.checking import FINDINGS_KEPT, Tally, check_step
from clearstone.invariants.incidents import ABSENT, INCIDENTS
from clearstone.invariants.registry import REGISTRY, invariant
from clearstone.invariants.snapshot import Snapshot
from clearstone.spec.rules import RULES


def test_every_incident_is_answered_or_absent_and_none_is_both():
    answered = {number for each in INVARIANTS.values() for number in each.incidents}
    assert answered | ABSENT.keys() == set(INCIDENTS)
    assert not answered & ABSENT.keys()


def test_every_invariant_states_rules_that_exist():
    for each in INVARIANTS.values():
        assert each.rules, each.id
        assert set(each.rules) <= RULES.keys(), each.id


def test_the_rules_that_no_invariant_states_are_none():
    assert RULES.keys() - {rule for each in INVARIANTS.values() for rule in each.rules} == set()


def test_a_statement_is_one_sentence_without_line_breaks():
    for each in INVARIANTS.values():
        assert each.statement.endswith("."), each.id
        assert ". " not in each.statement, each.id
        assert "\n" not in each.statement


def test_ids_are_short_words_in_lower_case():
    for identifier in INVARIANTS:
        assert identifier.replace("-", "").isalpha()
        assert identifier == identifier.lower()
        assert len(identifier) <= 30


def test_the_catalogue_lists_the_whole_registry_by_subject():
    assert dict(INVARIANTS) == {key: REGISTRY[key] for key in INVARIANTS}
    modules = [each.findings.__module__ for each in INVARIANTS.values()]
    assert len(dict.fromkeys(modules)) == 1 + sum(a != b for a, b in pairwise(modules))


def test_an_id_is_taken_once():
    with pytest.raises(ValueError, match="two invariants are called conservation"):
        invariant("conservation", of=Snapshot, layer="ledger", severity="high", rules=())(lambda _: ())


def test_an_invariant_that_cannot_be_evaluated_is_violated(story):
    state = story.last.after
    headless = replace(state, ledger=replace(state.ledger, pools=None))
    (violation,) = Tally({"conservation": INVARIANTS["conservation"]}).check_state(headless)
    assert violation.height == state.height
    assert violation.detail.startswith("cannot be evaluated: AttributeError")


def test_what_costs_a_block_takes_turns_unless_asked_for_thoroughly(story):
    step = next(each for each in story.steps if each.after.height % 10)
    tally, thorough = Tally(), Tally(thorough=True)
    tally.check_block(step)
    thorough.check_block(step)
    assert tally.evaluations["pools-are-isolated"] == 0
    assert thorough.evaluations["pools-are-isolated"] == 1
    assert tally.evaluations["conservation"] == 1


def test_a_table_has_a_row_for_every_invariant(story, tamper):
    tally = Tally()
    step = tamper.after(story.last, ledger=tamper.pool(story.last.after.ledger, fees=-1))
    tally.check_state(step.end)
    rows = {row.id: row for row in tally.rows()}
    assert list(rows) == list(INVARIANTS)
    assert rows["solvency"].verdict == "violated"
    assert rows["solvency"].detail == f"height {step.after.height}: pool main: fees is -1"
    assert rows["zero-sum"].verdict == "holds"
    assert rows["zero-sum"].strength == "SAMPLED 1"
    assert rows["zero-sum"].seconds > 0
    assert rows["agreement"].verdict == "not asked"
    assert "10th" in rows["pools-are-isolated"].method


def test_few_findings_of_one_observation_are_kept(story, tamper):
    quotes = story.last.after.quotes
    for market in quotes:
        quotes = quotes.set(market, replace(quotes[market], initial=-1))
    found = [
        each
        for each in check_step(tamper.after(story.last, quotes=quotes))
        if each.invariant == "no-surprise-liquidation"
    ]
    assert len(found) == min(FINDINGS_KEPT, len(quotes))
