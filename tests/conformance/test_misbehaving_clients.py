"""Whatever a client does, the run ends, and says what happened at which case."""

import time

import pytest

from clearstone.conformance.runner.conversation import Conversation
from clearstone.conformance.runner.limits import Limits

RIGHT = "main(lambda question, number: reply(right(question)))"


def verdicts(results):
    return [result.verdict for result in results]


def failed(results):
    return {int(result.case.id.rpartition("-")[2]): result.reason for result in results if result.verdict != "passed"}


def test_a_client_that_answers_rightly_passes(asked):
    results, conversation = asked(RIGHT)
    assert verdicts(results) == ["passed"] * 20
    assert conversation.starts == 1
    assert conversation.notes == []
    assert conversation.hello.name == "scripted"


def test_a_client_that_never_answers_anything_ends_the_run(asked):
    begun = time.monotonic()
    results, conversation = asked("import time; time.sleep(1000)", reply_seconds=0.3)
    assert time.monotonic() - begun < 10
    assert verdicts(results) == ["not run"] * 20
    assert "nothing within 0.3 s" in results[0].reason
    assert conversation.hello is None


def test_a_client_that_hangs_at_one_case_is_killed_and_the_others_are_run(asked):
    script = """
import time
def answer(question, number):
    if question["input"]["numerator"] == "7":
        time.sleep(1000)
    reply(right(question))
main(answer)
"""
    results, conversation = asked(script, reply_seconds=0.7)
    assert failed(results) == {7: "no reply within 0.7 s"}
    assert len(results) == 20
    assert conversation.starts == 3


def test_garbage_fails_the_case_that_it_answers(asked):
    script = """
def answer(question, number):
    reply("%$&/ no JSON\\n" if number % 5 == 0 else right(question))
main(answer)
"""
    results, conversation = asked(script)
    assert set(failed(results)) == {4, 9, 14, 19}
    assert all("not JSON" in reason for reason in failed(results).values())
    assert conversation.starts == 1


def test_a_line_between_the_replies_fails_one_case_and_no_more(asked):
    script = """
def answer(question, number):
    if number == 9:
        reply("a line for debugging\\n")
    reply(right(question))
main(answer)
"""
    results, _ = asked(script)
    assert set(failed(results)) == {8}


def test_the_answer_to_the_previous_question_is_seen_as_such(asked):
    script = """
before = []
def answer(question, number):
    before.append(right(question))
    reply(before[-2] if len(before) > 1 else {"seq": "0", "output": {}})
main(answer)
"""
    begun = time.monotonic()
    results, _ = asked(script, reply_seconds=0.3, restarts=3)
    assert time.monotonic() - begun < 20
    assert len(results) == 20
    assert 'the reply names question "0", but this was question 1' in [result.reason for result in results]
    assert results[-1].verdict != "passed"


def test_the_previous_answer_under_the_present_number_is_wrong(asked):
    script = """
before = [{"value": "0"}]
def answer(question, number):
    said = right(question)
    before.append(said["output"])
    reply({"seq": said["seq"], "output": before[-2]})
main(answer)
"""
    results, _ = asked(script)
    assert set(failed(results)) == {7, 14}
    assert results[7].differences[0].path == "value"


def test_a_flood_of_lines_is_stopped(asked):
    script = """
def answer(question, number):
    while True:
        reply("{}\\n" * 1000)
main(answer)
"""
    begun = time.monotonic()
    results, _ = asked(script, restarts=2)
    assert time.monotonic() - begun < 20
    assert len(results) == 20
    assert "passed" not in verdicts(results)


def test_a_line_without_end_is_stopped(asked):
    script = """
def answer(question, number):
    while True:
        reply("x" * 1_000_000)
main(answer)
"""
    results, _ = asked(script, restarts=1, reply_bytes=3_000_000)
    assert len(results) == 20
    assert "a line of more than 3000000 bytes" in results[0].reason


def test_a_flood_of_standard_error_is_read_and_its_end_is_kept(asked):
    script = """
def answer(question, number):
    sys.stderr.write("x" * 1_000_000 + f"\\nthis is question {number}\\n")
    sys.stderr.flush()
    reply({"seq": question["seq"], "output": {"value": "1"}} if number == 3 else right(question))
main(answer)
"""
    results, _ = asked(script, window=1)
    assert set(failed(results)) == {2}
    assert results[2].stderr.endswith("this is question 3\n")
    assert len(results[2].stderr) <= 4_000


def test_a_client_that_dies_on_every_third_case_is_started_again(asked):
    script = """
def answer(question, number):
    if int(question["input"]["numerator"]) % 3 == 2:
        sys.exit(7)
    reply(right(question))
main(answer)
"""
    results, _ = asked(script)
    assert failed(results) == dict.fromkeys((2, 5, 8, 11, 14, 17), "the client exited with code 7")


def test_a_client_that_dies_too_often_is_given_up_and_the_rest_is_counted_as_not_run(asked):
    results, conversation = asked("main(lambda question, number: sys.exit(1))", restarts=4)
    assert verdicts(results) == ["failed"] * 4 + ["not run"] * 16
    assert conversation.starts == 5
    assert "more than 4 times" in results[-1].reason


def test_a_client_that_is_killed_by_a_signal_is_told_so(asked):
    script = "import os, signal; main(lambda question, number: os.kill(os.getpid(), signal.SIGSEGV))"
    results, _ = asked(script, count=1)
    assert results[0].reason == "the client was ended by signal 11"


@pytest.mark.parametrize("value", ["1.0", "1e400", "NaN", "-Infinity", "9" * 5_000, "12345678901234567890"])
def test_a_json_number_is_no_integer_of_the_protocol(asked, value: str):
    script = f"""
def answer(question, number):
    reply('{{"seq": "' + question["seq"] + '", "output": {{"value": {value}}}}}\\n')
main(answer)
"""
    results, _ = asked(script, count=3)
    assert verdicts(results) == ["failed"] * 3
    assert "malformed" in results[0].reason
    assert results[0].differences[0].actual.startswith("the JSON number")


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ('{"seq": "1"}', "exactly seq and one of"),
        ('{"seq": "1", "output": {"value": "0"}, "more": 1}', "exactly seq and one of"),
        ('{"seq": 1, "output": {"value": "0"}}', "seq must be the string"),
        ('{"seq": "1", "seq": "1", "output": {}}', "names a key twice"),
        ('{"seq": "1", "rejected": "NUM-3"}', "rejected must be"),
        ('{"seq": "1", "skipped": 3}', "skipped must be a string"),
        ('{"seq": "1", "output": {}}', "malformed: without the field value"),
        ('{"seq": "1", "output": {"value": "00"}}', "malformed"),
        ('{"seq": "1", "output": {"value": "0", "more": "1"}}', "malformed"),
        ('{"seq": "1", "output": []}', "malformed"),
        ('{"seq": "1", "rejected": {"rule": "NUM-3"}}', "rejected by NUM-3, but the spec accepts"),
        ('{"seq": "1", "error": "no idea"}', "the client reports an error: no idea"),
        ("[" * 100_000, "nested too deeply"),
        ("", "not JSON"),
        ("null", "exactly seq and one of"),
    ],
)
def test_a_reply_of_the_wrong_form_fails_its_case(asked, reply: str, reason: str):
    results, _ = asked(f"main(lambda question, number: reply({reply + chr(10)!r}))", count=1)
    assert verdicts(results) == ["failed"]
    assert reason in results[0].reason


def test_bytes_that_are_no_text_fail_the_case(asked):
    script = 'main(lambda question, number: (sys.stdout.buffer.write(b"\\xff\\xfe\\n"), sys.stdout.flush()))'
    results, _ = asked(script, count=1)
    assert "not UTF-8" in results[0].reason


def test_a_skipped_case_is_shown_with_its_reason_and_is_no_pass(asked):
    results, _ = asked('main(lambda question, number: reply({"seq": question["seq"], "skipped": "later"}))', count=2)
    assert [(result.verdict, result.reason) for result in results] == [("skipped", "later")] * 2


def test_suites_that_a_client_leaves_out_are_unsupported(asked):
    results, _ = asked('SUITES[:] = ["ledger"]\n' + RIGHT, count=2)
    assert verdicts(results) == ["unsupported"] * 2


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ('def hello(): reply("hello\\n")\n', "not JSON"),
        ("def hello(): reply({})\n", "exactly client, protocol and suites"),
        ("def hello(): sys.exit(3)\n", "exited with code 3"),
        ('SUITES[:] = ["cooking"]\n', "suites must be a list out of"),
        ('def hello(): reply({"client": {}, "protocol": "other/1", "suites": []})\n', "does not speak"),
    ],
)
def test_a_client_that_introduces_itself_wrongly_is_not_asked_anything(asked, script: str, reason: str):
    results, conversation = asked(script + RIGHT, count=3)
    assert verdicts(results) == ["not run"] * 3
    assert reason in results[0].reason
    assert conversation.notes


def test_a_command_that_is_not_there_is_told(divisions):
    results = list(Conversation(["/nowhere/to/be/found"], divisions(2), Limits()))
    assert [result.reason for result in results] == ["the client cannot be started: No such file or directory"] * 2


def test_a_client_that_holds_replies_back_until_its_input_ends_is_not_waited_for_for_ever(asked):
    script = "held = []\nmain(lambda question, number: held.append(right(question)))\nfor each in held: reply(each)"
    begun = time.monotonic()
    results, _ = asked(script, reply_seconds=0.3, restarts=2)
    assert time.monotonic() - begun < 15
    assert len(results) == 20
    assert results[0].reason == "no reply within 0.3 s"


def test_the_whole_run_has_a_limit(asked):
    script = "import time\nmain(lambda question, number: (time.sleep(0.2), reply(right(question))))"
    begun = time.monotonic()
    results, _ = asked(script, count=100, run_seconds=1.0)
    assert time.monotonic() - begun < 10
    assert len(results) == 100
    assert results[-1].verdict == "not run"
    assert "time limit" in results[-1].reason


def test_a_run_that_is_ended_before_its_time_still_has_a_result_for_every_case(scripted, divisions):
    conversation = Conversation(scripted(RIGHT), divisions(200), Limits(window=4))
    running = iter(conversation)
    told = [next(running) for _ in range(9)]
    running.close()
    told += conversation.abandoned("interrupted")
    assert sorted(result.case.id for result in told) == sorted(case.id for case in divisions(200))
    assert told[-1].verdict == "not run"
    assert told[-1].reason == "interrupted"


def test_what_a_client_starts_ends_with_it(asked, tmp_path):
    mark = tmp_path / "alive"
    script = f"""
import subprocess
def answer(question, number):
    loop = "import time, pathlib\\nwhile True: pathlib.Path({str(mark)!r}).touch(); time.sleep(0.05)"
    subprocess.Popen([sys.executable, "-c", loop])
    import time; time.sleep(1000)
main(answer)
"""
    asked(script, count=1, reply_seconds=1.5)
    mark.unlink(missing_ok=True)
    time.sleep(0.3)
    assert not mark.exists()
