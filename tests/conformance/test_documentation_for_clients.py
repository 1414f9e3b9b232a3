"""What the pages for client teams say is so."""

import json
import re
import sys
from pathlib import Path

from clearstone.conformance.operations import OPERATIONS
from clearstone.conformance.runner.conversation import Conversation
from clearstone.conformance.runner.limits import Limits
from clearstone.conformance.wire import SUITES

DOCUMENTS = Path(__file__).parents[2] / "docs"
FORMAT = (DOCUMENTS / "conformance.md").read_text(encoding="utf-8")
GUIDE = (DOCUMENTS / "client-in-an-afternoon.md").read_text(encoding="utf-8")


def skeleton(folder: Path) -> list[str]:
    [script] = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    assert len(script.splitlines()) <= 60
    path = folder / "client.py"
    path.write_text(script, encoding="utf-8")
    return [sys.executable, str(path)]


def test_the_skeleton_passes_what_it_has_and_skips_what_it_has_not(tmp_path, vectors):
    cases = [case for case in vectors if case.suite in ("arithmetic", "ledger")]
    results = list(Conversation(skeleton(tmp_path), cases, Limits()))
    for result in results:
        if result.case.suite == "ledger":
            assert result.verdict == "unsupported"
        elif result.case.operation == "weighted_median":
            assert (result.verdict, result.reason) == ("skipped", "weighted_median is still to be written")
        else:
            assert result.verdict == "passed", result.reason
    passed = sum(result.verdict == "passed" for result in results)
    assert f"{passed} cases of divisions and shares pass" in GUIDE


def test_the_talk_that_is_shown_is_what_the_skeleton_says(tmp_path):
    import subprocess

    lines = re.findall(r"^    ([<>]) (\{.*\})$", GUIDE, re.MULTILINE)
    asked = "".join(text + "\n" for arrow, text in lines if arrow == ">")
    run = subprocess.run(skeleton(tmp_path), input=asked, capture_output=True, encoding="utf-8", timeout=60, check=True)
    told = [json.loads(text) for arrow, text in lines if arrow == "<"]
    assert [json.loads(line) for line in run.stdout.splitlines()] == told


def test_every_operation_is_in_the_page_with_what_it_asks():
    rows = {
        f"| `{each.name}` | {each.statement} | {each.question.__name__} | {each.answer.__name__} |"
        for each in OPERATIONS.values()
    }
    assert rows == {
        line for line in FORMAT.splitlines() if line.startswith("| `") and line.count("|") == 5 and "`," not in line
    }


def test_every_suite_is_in_the_page():
    assert [suite for suite in SUITES if f"| {suite} |" not in FORMAT] == []


def test_every_link_leads_somewhere():
    for page in (FORMAT, GUIDE):
        for link in re.findall(r"\]\(([^)#:]+)\)", page):
            assert (DOCUMENTS / link).exists(), link


def test_the_limits_that_are_told_are_those_of_the_runner():
    limits = Limits()
    assert f"for {limits.reply_seconds:g} seconds (`--timeout`)" in FORMAT
    assert f"most {limits.restarts} times (`--restarts`)" in FORMAT
    assert f"at most {limits.run_seconds:g} seconds (`--time-limit`)" in FORMAT
    assert f"Up to {limits.window} questions" in FORMAT
