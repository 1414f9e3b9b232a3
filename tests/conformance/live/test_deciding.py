"""The rule that decides a field comes first in what is said of a mismatch."""

import re
from pathlib import Path

from clearstone.conformance.live.deciding import (
    RULE_OF_EVENT,
    RULE_OF_FIELD,
    RULE_OF_POSTING,
    at,
    deciding_rules,
)
from clearstone.conformance.live.mismatch import differing
from clearstone.spec.rules import RULES

SPEC = Path(__file__).parents[3] / "spec" / "clearstone" / "spec"


def decided(expected, actual):
    return deciding_rules(differing(expected, actual), expected)


def receipt(**changes):
    posting = {"pool": "main", "source": "a", "destination": "b", "amount": "1", "reason": "funding"}
    event = {"kind": "liquidated", "subject": "a", "details": []}
    return {"transactions": [{"rejection": None, "postings": [posting], "events": [event], **changes}]}


def test_another_amount_of_a_posting_is_decided_by_what_it_is_for():
    other = receipt()
    other["transactions"][0]["postings"][0] = {**other["transactions"][0]["postings"][0], "amount": "2"}
    assert decided(receipt(), other) == ("PERP-2",)


def test_a_missing_event_is_decided_by_its_kind():
    assert decided(receipt(), receipt(events=[])) == ("LIQ-3",)


def test_another_refusal_is_decided_by_both_rules():
    assert decided(receipt(rejection="LIQ-1"), receipt(rejection="MARGIN-6")) == ("LIQ-1", "MARGIN-6")


def test_a_refusal_that_is_no_rule_is_left_out():
    assert decided(receipt(rejection="LIQ-1"), receipt(rejection="NO-1")) == ("LIQ-1",)


def test_a_field_of_the_state_is_decided_by_its_innermost_name():
    states = [{"state": {"accounts": [["id", {"locked_recent": amount}]]}} for amount in ("1", "2")]
    assert decided(*states) == ("MARGIN-4a",)


def test_a_path_leads_to_what_stands_there_and_a_wrong_one_to_nothing():
    value = {"a": [{"b": "c"}]}
    assert at(value, "a[0].b") == "c"
    assert at(value, "a[1].b") is None
    assert at(value, "x") is None


def test_all_rules_exist_and_all_names_occur_in_the_spec():
    for table in (RULE_OF_POSTING, RULE_OF_EVENT, RULE_OF_FIELD):
        assert set(table.values()) <= RULES.keys()
    source = "".join(path.read_text(encoding="utf-8") for path in SPEC.rglob("*.py"))
    quoted = set(re.findall(r'"([a-z-]+)"', source))
    assert RULE_OF_EVENT.keys() <= quoted
    assert RULE_OF_POSTING.keys() <= quoted
