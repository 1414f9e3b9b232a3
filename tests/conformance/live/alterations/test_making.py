"""Changes at random: what comes out is well formed, is a change, and keeps to what the fields may hold."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearstone.conformance.live.alterations.alteration import altered
from clearstone.conformance.live.alterations.making import id_in_use, made_up, sent_again
from clearstone.conformance.live.alterations.places import Part, at_place, places_in, some_part, whole
from clearstone.conformance.live.alterations.stock import vectors_of
from clearstone.conformance.operations import OPERATIONS
from clearstone.conformance.operations.ledger_operations import BlocksToApply
from clearstone.conformance.operations.operation import answer_json
from clearstone.spec.encoding.state_json import from_json
from clearstone.spec.receipts import Rejection

CASES = vectors_of(("arithmetic", "oracle", "ledger", "waterfall", "consensus"))
cases = st.sampled_from(CASES)
numbers = st.integers(0, 1 << 30)


def question_of(case):
    return OPERATIONS[case.operation].question


@given(cases, numbers)
@settings(max_examples=60)
def test_a_change_is_one_and_leaves_the_question_well_formed(case, number):
    chance = Random(number)
    others = [each.input for each in CASES if each.operation == case.operation]
    alteration = made_up(chance, question_of(case), case.input, tuple(chance.choices(others, k=2)))
    if alteration is not None:
        changed = altered(case.input, alteration)
        assert not isinstance(from_json(question_of(case), changed), Rejection)
        assert changed != case.input or alteration.how in ("swap", "insert")


@given(cases, numbers)
@settings(max_examples=60)
def test_a_part_stands_where_its_path_says(case, number):
    part = some_part(Random(number), whole(question_of(case), case.input))
    held = case.input
    for step in part.path:
        held = held[step]
    assert held is part.value
    top = whole(question_of(case), case.input)
    assert part.value in list(at_place(top, part.place))
    assert part.place in places_in(top.place, top.shape)


def all_parts(part: Part):
    yield part
    for each in part.inner:
        yield from all_parts(each)


@given(cases)
@settings(max_examples=20)
def test_places_that_are_passed_over_hold_nothing_of_the_kind(case):
    top = whole(question_of(case), case.input)
    by_place = Counter(part.place for part in all_parts(top))
    for place in list(by_place)[:20]:
        inside = sum(1 for _ in at_place(top, place))
        assert 0 < inside <= by_place[place]


def test_every_kind_of_change_and_every_part_of_a_question_comes_up():
    case = next(case for case in CASES if case.id == "ledger/transfer-of-all")
    hows, tops = Counter(), Counter()
    for number in range(300):
        alteration = made_up(Random(number), question_of(case), case.input, ())
        hows[alteration.how] += 1
        tops[alteration.path[:2]] += 1
    assert set(hows) >= {"put", "insert", "remove"}
    assert tops["transaction", "body"] > 20
    assert tops["state", "accounts"] > 5


@pytest.mark.parametrize(
    ("place", "signed"), [("Account.cash", True), ("Transfer.amount", False), ("Body.nonce", False)]
)
def test_integers_keep_to_one_side_of_zero_unless_their_field_is_signed(monkeypatch, place, signed):
    case = next(case for case in CASES if case.id == "ledger/transfer-of-all")
    part = next(part for part in all_parts(whole(question_of(case), case.input)) if part.place == place)
    monkeypatch.setattr("clearstone.conformance.live.alterations.making.some_part", lambda *_: part)
    values = [made_up(Random(number), question_of(case), case.input, ()).value for number in range(200)]
    assert any(value.startswith("-") for value in values) == signed


def test_what_is_sent_again_has_a_nonce_that_was_not_used():
    told = 0
    for case in CASES:
        if question_of(case) is not BlocksToApply:
            continue
        alteration = sent_again(Random(1), case.input)
        if alteration is None:
            continue
        body = alteration.value["body"]
        assert alteration.how == "insert"
        told += 1
        if not body["account"]:  # attested: what makes it unique is an id of its own
            assert body["nonce"] == "0"
            continue
        used = [
            int(each["body"]["nonce"])
            for block in case.input["blocks"]
            for each in block["transactions"]
            if each["body"]["account"] == body["account"]
        ]
        assert int(body["nonce"]) > max(used)
    assert told > 5


def test_an_id_that_was_used_before_is_refused():
    refused = Counter()
    for case in CASES:
        if case.operation != "apply_transaction":
            continue
        alteration = id_in_use(case.input)
        if alteration is not None and case.output["receipt"]["rejection"] is None:
            told = answer_json(OPERATIONS[case.operation], altered(case.input, alteration))
            refused[told.output["receipt"]["rejection"]] += 1
    assert set(refused) == {"LEDGER-5"}
    assert refused["LEDGER-5"] > 10
