"""The reference as a client: what it replies to, line by line."""

import json

import pytest

from clearstone.conformance import wire
from clearstone.conformance.client_session import ClientSession
from clearstone.conformance.wire import SUITES, read_hello, read_reply


@pytest.fixture
def session() -> ClientSession:
    return ClientSession("9")


def say(session: ClientSession, **question):
    reply = session.reply(wire.write(question))
    return None if reply is None else json.loads(reply)


def test_it_introduces_itself_with_all_suites(session):
    hello = read_hello(say(session, kind="start", protocol=wire.PROTOCOL))
    assert (hello.name, hello.version, hello.suites) == ("clearstone", "9", SUITES)


def test_stop_has_no_reply(session):
    assert say(session, kind="stop") is None


def test_a_case_is_answered_under_its_number(session):
    question = {"numerator": "-7", "divisor": "2"}
    reply = say(session, kind="run", seq="5", suite="arithmetic", operation="floor_div", input=question)
    assert reply == {"seq": "5", "output": {"value": "-4"}}


def test_what_is_malformed_is_rejected_and_what_is_unknown_is_skipped(session):
    run = {"kind": "run", "seq": "5", "suite": "arithmetic"}
    assert say(session, **run, operation="floor_div", input={}) == {"seq": "5", "rejected": {"rule": "ENC-3"}}
    assert "skipped" in say(session, **run, operation="cook", input={})
    assert "skipped" in say(session, **run, operation=["floor_div"], input={})


def test_what_the_spec_cannot_compute_is_an_error_and_the_next_question_is_answered(session):
    run = {"kind": "run", "seq": "5", "suite": "arithmetic", "operation": "floor_div"}
    assert "ZeroDivisionError" in say(session, **run, input={"numerator": "1", "divisor": "0"})["error"]
    assert say(session, **run, input={"numerator": "1", "divisor": "1"})["output"] == {"value": "1"}


@pytest.mark.parametrize("line", [b"", b"{", b"\xff", b"[]", b"1", b'{"kind": 1}', b'{"kind": "run"}', b"[" * 99_999])
def test_any_line_is_answered(session, line: bytes):
    reply = read_reply(json.loads(session.reply(line)))
    assert reply.kind == "error"


def test_a_live_session_keeps_the_state_and_hands_it_out(session, vectors):
    case = next(case for case in vectors if case.id == "ledger/transfer-of-all")
    assert "error" in say(session, kind="dump", seq="1")
    opened = say(session, kind="open", seq="2", state=case.input["state"])
    applied = say(session, kind="apply", seq="3", transaction=case.input["transaction"])
    assert applied["output"] == {"receipt": case.output["receipt"], "root": case.output["root"]}
    dumped = say(session, kind="dump", seq="4")
    assert dumped["output"] == {"root": case.output["root"], "state": case.output["state"]}
    assert opened["output"]["root"] != applied["output"]["root"]
    assert say(session, kind="close", seq="5") == {"seq": "5", "output": {}}
    assert "error" in say(session, kind="dump", seq="6")


def test_a_live_session_applies_blocks(session, vectors):
    case = next(case for case in vectors if case.id == "blocks/ordinary-days")
    say(session, kind="open", seq="1", state=case.input["state"])
    for block, done in zip(case.input["blocks"], case.output["blocks"], strict=True):
        assert say(session, kind="apply", seq="2", block=block)["output"] == done
    assert say(session, kind="dump", seq="3")["output"]["state"] == case.output["state"]


def test_what_cannot_be_opened_or_applied_is_rejected_and_changes_nothing(session, vectors):
    case = next(case for case in vectors if case.id == "ledger/transfer-of-all")
    assert say(session, kind="open", seq="1", state={}) == {"seq": "1", "rejected": {"rule": "ENC-3"}}
    say(session, kind="open", seq="2", state=case.input["state"])
    assert say(session, kind="apply", seq="3", transaction={})["rejected"] == {"rule": "ENC-3"}
    assert say(session, kind="apply", seq="3", block={})["rejected"] == {"rule": "ENC-3"}
    assert say(session, kind="dump", seq="4")["output"]["state"] == case.input["state"]


def test_there_is_no_other_kind_of_question(session):
    assert "no question of the kind" in say(session, kind="cook", seq="1")["error"]
