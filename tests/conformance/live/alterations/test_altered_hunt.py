"""Asking altered vectors: a right client has nothing to fear, a wrong one is told by as few changes as do."""

import sys
from itertools import islice
from random import Random

import pytest

from clearstone.conformance.live.alterations.alteration import Alteration
from clearstone.conformance.live.alterations.hunt import SpecificationRaised, ask_altered, some_altered
from clearstone.conformance.live.alterations.stock import Stock
from clearstone.conformance.live.budget import Budget, Clock, Enough
from clearstone.conformance.live.finding import of_altered
from clearstone.conformance.live.live_report import report_of
from clearstone.conformance.live.live_test import live_test
from clearstone.conformance.runner.limits import Limits
from clearstone.conformance.vector_file import read_file, text_of


def test_the_reference_answers_altered_vectors(reference, keys, stock):
    for suite in ("arithmetic", "oracle", "ledger", "waterfall", "consensus"):
        done = ask_altered(reference, suite, stock, Clock(600.0), 12, 3, 1.0)
        assert done.mismatch is None, done.mismatch
        assert done.questions > 5


def test_all_vectors_of_a_suite_come_up_before_one_comes_again(stock):
    count = stock.count("oracle")
    first, second = ([case.id for case in stock.next("oracle", count)] for _ in range(2))
    assert len(set(first)) == len(set(second)) == count
    assert first != second


def test_the_same_seed_makes_the_same_questions(reference, keys, stock, vectors):
    for case in islice(vectors.values(), 0, None, 40):
        one, other = (some_altered(Random(case.id), case, Stock(tuple(vectors.values()), 1)) for _ in range(2))
        assert (one and one.given) == (other and other.given)


def failing(question):
    raise ZeroDivisionError("nobody voted")


def test_a_specification_that_fails_is_told_as_such(reference, keys, stock, monkeypatch):
    monkeypatch.setattr("clearstone.conformance.live.alterations.hunt.answer", lambda _operation, given: failing(given))
    with pytest.raises(
        SpecificationRaised, match=r"raised ZeroDivisionError in failing, line \d+ of test_altered"
    ) as told:
        ask_altered(reference, "arithmetic", stock, Clock(600.0), 12, 3, 1.0)
    assert "a defect of Clearstone and not of the client (nobody voted)" in str(told.value)


def test_a_live_test_ends_in_good_order_where_the_specification_fails(keys, monkeypatch):
    monkeypatch.setattr("clearstone.conformance.live.alterations.hunt.answer", lambda _operation, given: failing(given))
    command = (sys.executable, "-m", "clearstone.reference.command", "client")
    test = live_test(command, Budget(seconds=20.0), Limits(), only=["altered-arithmetic"])
    assert test.ended == "gone"
    assert test.reason.startswith("the specification raised ZeroDivisionError")
    report = report_of(test)
    assert not report.conforms
    assert test.reason in report.notes


def wrong_about_a_cap(question, reply):
    """A client that is wrong about one cap alone, which no vector has."""
    given = question["input"]
    if question["operation"] == "apportion" and "123" in given["caps"]:
        reply["output"]["shares"][0] = "999"
    return reply


def test_changes_that_are_not_needed_are_left_out(reference, keys, stock, vectors, monkeypatch, tmp_path):
    case = next(case for case in vectors.values() if case.operation == "apportion" and len(case.input["caps"]) > 1)
    needed = Alteration(("caps", 1), "put", "123")
    changes = [Alteration(("amount",), "put", "0"), needed, Alteration(("caps", 0), "put", "7")]
    monkeypatch.setattr(stock, "next", lambda suite, count: iter([case]))
    made = iter(changes)
    monkeypatch.setattr("clearstone.conformance.live.alterations.hunt.made_up", lambda *_: next(made))
    monkeypatch.setattr("clearstone.conformance.live.alterations.hunt.HOW_MANY", (3,))
    reference.changes = wrong_about_a_cap
    done = ask_altered(reference, "arithmetic", stock, Clock(600.0), 1, 1, 60.0)
    assert done.found == 3
    assert done.smallest.alterations == (needed,)
    finding = of_altered(done, 0.0, 1, reference)
    assert (finding.steps, finding.found_steps) == (1, 3)
    assert finding.mismatch.differences[0].path == "shares[0]"
    assert finding.case.rules == ("NUM-6",)
    assert finding.told[0].startswith(f"vector {case.id}")
    assert finding.told[1].startswith('1. caps[1]: "123" in place of')
    assert finding.repeats
    path = tmp_path / "kept.json"
    path.write_text(text_of("arithmetic", [finding.case]), encoding="utf-8")
    assert read_file(path) == (finding.case,)


def test_a_client_that_gets_the_vector_itself_wrong_is_told_so(reference, keys, stock):
    def change(question, reply):
        if "output" in reply and question["operation"] == "weighted_median":
            reply["output"]["value"] = "77"
        return reply

    reference.changes = change
    done = ask_altered(reference, "arithmetic", stock, Clock(600.0), stock.count("arithmetic"), 1, 60.0)
    assert done.smallest.alterations == ()
    finding = of_altered(done, 0.0, 1, reference)
    assert finding.case.input == done.smallest.case.input
    assert finding.steps == 1
    assert "as it stands: the client gets the vector itself wrong" in finding.told


def test_of_several_blocks_the_one_that_is_wrong_is_asked_about_by_itself(reference, keys, stock, vectors, monkeypatch):
    case = next(case for case in vectors.values() if case.operation == "apply_blocks" and len(case.input["blocks"]) > 2)
    wrong_from = int(case.input["blocks"][1]["height"])

    def change(question, reply):
        for block, done in zip(question["input"]["blocks"], reply["output"]["blocks"], strict=True):
            if int(block["height"]) >= wrong_from:
                done["root"] = "00" * 32
                reply["output"]["state"]["pools"][0][1]["fees"] = "7"
        return reply

    harmless = Alteration(("state", "pools", 0, 1, "residue"), "put", "1")
    monkeypatch.setattr(stock, "next", lambda suite, count: iter([case]))
    monkeypatch.setattr("clearstone.conformance.live.alterations.hunt.made_up", lambda *_: harmless)
    reference.changes = change
    done = ask_altered(reference, case.suite, stock, Clock(600.0), 1, 1, 60.0)
    assert done.smallest.only == 1
    assert len(done.smallest.given["blocks"]) == 1
    finding = of_altered(done, 0.0, 1, reference)
    assert finding.mismatch.differences[0].path == "state.pools[0][1].fees"
    assert finding.case.rules[0] == "LEDGER-9"
    assert "of its blocks only number 1" in "".join(finding.told)
    assert finding.repeats


def test_operations_that_a_client_does_not_have_are_not_asked_again(reference, keys, stock):
    asked = []

    def change(question, reply):
        asked.append(question["operation"])
        return {"seq": reply["seq"], "skipped": "not yet"}

    reference.changes = change
    done = ask_altered(reference, "arithmetic", stock, Clock(600.0), stock.count("arithmetic"), 1, 60.0)
    assert sorted(asked) == sorted(done.skipped) == ["apportion", "ceil_div", "floor_div", "weighted_median"]
    assert (done.asked, done.questions, done.mismatch) == (0, 0, None)


def test_asking_ends_when_the_time_is_over(reference, keys, stock):
    with pytest.raises(Enough):
        ask_altered(reference, "arithmetic", stock, Clock(0.0), 5, 1, 5.0)
    assert reference.asked == 0
