"""Whatever a client does in a live test, it ends in bounded time, and says what was wrong and where."""

import time

import pytest

from clearstone.conformance.live.budget import Budget
from clearstone.conformance.live.live_report import lines, report_of
from clearstone.conformance.live.live_test import live_test
from clearstone.conformance.runner.limits import Limits

QUICK = Budget(seconds=10.0, shrink_seconds=1.0, steps=4)
LIMITS = Limits(reply_seconds=0.4, restarts=4)

MISBEHAVIOURS = {
    "dies": ("sys.exit(3)", "exited with code 3"),
    "is killed": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "ended by signal 9"),
    "hangs": ("time.sleep(1000)", "no reply within 0.4 s"),
    "answers garbage": ('write("%&/(\\n")', "not JSON"),
    "answers a number": ('write({"seq": 7, "output": {}})', "seq must be the string"),
    "answers another question": ('write({"seq": "0", "output": {}})', "the reply names question 0"),
    "lacks a field": ('write({"seq": question["seq"]})', "must have exactly"),
    "is nested deeply": ('write("[" * 100000 + "\\n")', "nested too deeply"),
    "writes a line without end": ('write("x" * 20_000_000)', "a line of more than"),
    "floods": ("""while True: write({"seq": question["seq"], "output": {}})""", ""),
}


@pytest.mark.parametrize("name", MISBEHAVIOURS)
def test_a_client_that_misbehaves_in_a_program_is_found_out_in_time(script, name):
    does, said = MISBEHAVIOURS[name]
    command = script(f"main(lambda question, number: exec({does!r}, {{**globals(), 'question': question}}))")
    begun = time.monotonic()
    test = live_test(command, QUICK, LIMITS, only=("programs",))
    assert time.monotonic() - begun < 20
    assert test.ended == "mismatch"
    assert said in test.finding.mismatch.reason
    report = report_of(test)
    assert not report.conforms
    assert "at step 0" in report.results[-1].reason
    assert any("does not conform" in line for line in lines(test, report, {}, None))


def test_a_client_that_dies_at_a_question_is_blamed_for_the_smallest_such(script):
    command = script(
        """
def answer(question, number):
    n, d = int(question["input"]["numerator"]), int(question["input"]["divisor"])
    if n < -7:
        sys.stderr.write("less than it can bear")
        sys.exit(1)
    write({"seq": question["seq"], "output": {"value": str(n // d)}})
main(answer)
"""
    )
    test = live_test(command, QUICK, Limits(restarts=200), only=("floor-div",))
    assert test.ended == "mismatch"
    assert test.finding.mismatch.kind == "fault"
    assert "exited with code 1" in test.finding.mismatch.reason
    assert "less than it can bear" in test.finding.mismatch.stderr
    assert test.finding.case.input == {"numerator": "-8", "divisor": "1"}


def test_a_client_that_does_not_introduce_itself_is_not_tested(script):
    test = live_test(script("time.sleep(1000)"), QUICK, LIMITS)
    assert test.ended == "gone"
    assert "nothing within 0.4 s" in test.reason
    report = report_of(test)
    assert not report.conforms
    assert {result.verdict for result in report.results} == {"not run"}


def test_a_command_that_is_not_there_is_told():
    test = live_test(("/there/is/no/such/client",), QUICK, LIMITS)
    assert test.ended == "gone"
    assert "cannot be started" in test.reason


def test_what_a_client_skips_is_neither_asked_again_nor_passed(script):
    skips = """
def answer(question, number):
    write({"seq": question["seq"], "skipped": "not yet"})
main(answer)
"""
    test = live_test(script(skips), QUICK, LIMITS)
    assert test.ended == "done"
    questions = {"floor-div", "ceil-div", "apportion", "weighted-median", "spoilt-block"}
    assert set(test.skipped) == questions | {"altered-arithmetic", "altered-blocks", "programs"}
    verdicts = {result.case.id: result.verdict for result in report_of(test).results}
    assert verdicts["blocks/live-programs"] == verdicts["arithmetic/live-apportion"] == "skipped"
    assert verdicts["consensus/live-take-step"] == "unsupported"
    assert test.seconds < 10
