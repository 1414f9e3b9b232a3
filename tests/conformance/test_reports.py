"""What is reported: whole, readable by machines, and pointing at the rule."""

import json
from xml.etree import ElementTree

import pytest

from clearstone.conformance.reports import badge, html_matrix, json_lines, junit, terminal
from clearstone.conformance.reports.run_report import RunReport, suspects, tally
from clearstone.conformance.runner.differences import MOST, differences
from clearstone.conformance.runner.verdicts import Result
from clearstone.conformance.vector_file import Case
from clearstone.conformance.wire import Hello

HELLO = Hello("other <client>", "2", "Go", "", ("arithmetic",))


def case(name: str, *rules: str, operation: str = "floor_div") -> Case:
    return Case(name, "What it is about.", rules, operation, {"a": "1"}, {"value": "1"})


def result(name: str, verdict: str, *rules: str, reason: str = "", operation: str = "floor_div") -> Result:
    found = differences({"value": "1"}, {"value": "2"}) if verdict == "failed" else ()
    return Result(case(name, *rules, operation=operation), verdict, reason, found, "{<", "a\x00b\n<stderr>")


@pytest.fixture
def report() -> RunReport:
    results = (
        Result(case("arithmetic/a", "NUM-3"), "passed"),
        result("arithmetic/b", "failed", "NUM-6", reason="value is 2, but should be 1"),
        result("ledger/c", "skipped", "LEDGER-5", reason="later"),
        result("ledger/d", "unsupported", "LEDGER-5", reason="not there"),
        result("blocks/e", "not run", "CONS-6", reason="it <died>"),
    )
    return RunReport(("client", "--fast"), HELLO, results, ("a note",), 3, 1.5)


def test_suites_are_counted_in_their_order(report):
    counts = tally(report.results)
    assert list(counts) == ["arithmetic", "ledger", "blocks"]
    assert counts["arithmetic"] == {"passed": 1, "failed": 1, "skipped": 0, "unsupported": 0, "not run": 0}


def test_a_failure_or_a_case_that_was_not_run_is_no_conformance(report):
    passed = report.results[:1]
    assert not report.conforms
    assert RunReport((), HELLO, passed).conforms
    assert not RunReport((), None, ()).conforms
    assert not RunReport((), HELLO, report.results[4:]).conforms
    assert RunReport((), HELLO, report.results[1:4], known=frozenset({"arithmetic/b"})).conforms
    assert not RunReport((), HELLO, passed, now_passing=("arithmetic/a",), known=frozenset({"arithmetic/a"})).conforms


def test_a_report_that_is_read_again_is_the_same(report, tmp_path):
    path = tmp_path / "report.jsonl"
    path.write_text("".join(json_lines.lines(report)), encoding="utf-8")
    read = json_lines.read(path)
    assert "".join(json_lines.lines(read)) == path.read_text(encoding="utf-8")
    assert (read.client, read.command, read.seconds) == (report.client, report.command, report.seconds)


def test_a_report_has_a_header_a_line_a_case_and_a_footer_that_counts_them(report):
    parsed = [json.loads(line) for line in json_lines.lines(report)]
    assert [line["kind"] for line in parsed] == ["header", *["case"] * 5, "footer"]
    assert parsed[-1]["cases"] == 5
    assert sum(parsed[-1]["verdicts"].values()) == 5
    assert parsed[-1]["conforms"] is False


@pytest.mark.parametrize(
    "spoil",
    [
        lambda lines: lines[:-1],
        lambda lines: [*lines[:2], *lines[3:]],
        lambda lines: lines[1:],
        lambda lines: [],
        lambda lines: ["{"],
        lambda lines: ["1\n", "2\n"],
        lambda lines: [lines[0], lines[1].replace("passed", "loved"), *lines[2:]],
    ],
)
def test_a_report_that_was_cut_short_or_altered_is_refused(report, tmp_path, spoil):
    path = tmp_path / "report.jsonl"
    path.write_text("".join(spoil(list(json_lines.lines(report)))), encoding="utf-8")
    with pytest.raises(json_lines.ReportError):
        json_lines.read(path)


def test_junit_xml_counts_and_names_every_case(report):
    root = ElementTree.fromstring(junit.document(report))
    suites = {suite.get("name"): suite for suite in root}
    assert {
        name: (s.get("tests"), s.get("failures"), s.get("errors"), s.get("skipped")) for name, s in suites.items()
    } == {
        "arithmetic": ("2", "1", "0", "0"),
        "ledger": ("2", "0", "0", "2"),
        "blocks": ("1", "0", "1", "0"),
    }
    failure = suites["arithmetic"][1].find("failure")
    assert failure.get("message") == "NUM-6: value is 2, but should be 1"
    assert 'value: expected "1", got "2"' in failure.text


def test_the_badge_says_how_many_passed(report):
    told = json.loads(badge.document(report))
    assert (told["message"], told["color"], told["schemaVersion"]) == ("1 of 5", "red", 1)
    assert json.loads(badge.document(RunReport((), HELLO, report.results[:1])))["color"] == "brightgreen"


def test_the_page_has_every_client_and_leads_from_a_number_to_its_cases(report):
    fine = RunReport(("fine",), Hello("fine", "1", "C", "", ()), report.results[:1])
    page = html_matrix.page([report, fine])
    assert "other &lt;client&gt; 2" in page
    assert "<client>" not in page
    assert 'href="#c0-arithmetic"' in page
    assert 'id="c0-arithmetic"' in page
    assert "it &lt;died&gt;" in page
    assert "http" not in page.replace("http-equiv", "")


def test_the_terminal_tells_rule_field_values_and_how_to_see_it_again(report):
    text = "\n".join(terminal.lines(report, {"arithmetic/b": "failed/b.json"}))
    assert "FAILED arithmetic/b (NUM-6)" in text
    assert 'value: expected "1", got "2"' in text
    assert "clearstone conform --vectors failed/b.json -- CMD" in text
    assert "NUM-6       1 of 1 cases that name it failed" in text
    assert "not run from blocks/e on: it <died>" in text
    assert "does not conform: 5 cases, 1 passed, 1 failed, 1 skipped, 1 unsupported, 1 not run" in text


def test_a_client_that_left_something_out_conforms_in_part(report):
    assert "conforms: 1 cases" in terminal.verdict(RunReport((), HELLO, report.results[:1]))
    part = RunReport((), HELLO, (report.results[0], *report.results[2:4]))
    assert "conforms in what it answered: 3 cases, 1 passed, 1 skipped, 1 unsupported" in terminal.verdict(part)


def test_the_rule_in_many_failures_and_few_passes_comes_first():
    results = (
        result("arithmetic/a", "failed", "NUM-6", "NUM-3"),
        result("arithmetic/b", "failed", "NUM-6"),
        *(Result(case(f"arithmetic/c{n}", "NUM-3"), "passed") for n in range(9)),
    )
    assert [each.rule for each in suspects(results)] == ["NUM-6", "NUM-3"]


def test_a_case_of_a_single_function_says_more_than_many_of_whole_states():
    results = (
        result("signatures/a", "failed", "ENC-2", operation="verify"),
        *(result(f"ledger/b{n}", "failed", "LIQ-1", operation="apply_transaction") for n in range(30)),
    )
    assert suspects(results)[0].rule == "ENC-2"


def test_the_rule_by_which_a_client_rejects_wrongly_is_suspected():
    wrong = differences({"receipt": {"rejection": None}}, {"receipt": {"rejection": "ORACLE-5"}})
    failed = Result(case("ledger/a", "LEDGER-5"), "failed", "", wrong)
    assert {each.rule for each in suspects((failed,))} == {"LEDGER-5", "ORACLE-5"}


def test_blocks_refused_because_of_one_before_are_not_counted_against_the_rule_for_blocks():
    wrong = differences(
        {"blocks": [{"root": "a", "rejection": None}, {"rejection": None}]},
        {"blocks": [{"root": "b", "rejection": None}, {"rejection": "CONS-6"}]},
    )
    failed = Result(case("waterfall/a", "WATER-2"), "failed", "", wrong)
    assert {each.rule for each in suspects((failed,))} == {"WATER-2"}


def test_fields_that_differ_are_found_wherever_they_are():
    expected = {"a": [{"b": "1"}, {"b": "2"}], "c": None, "d": "x", "e": True}
    actual = {"a": [{"b": "1"}, {"b": "3"}, {}], "c": "0", "f": "y", "e": "true"}
    assert [(each.path, each.expected, each.actual) for each in differences(expected, actual)] == [
        ("a[1].b", '"2"', '"3"'),
        ("a[2]", "absent", "{}"),
        ("c", "null", '"0"'),
        ("d", '"x"', "absent"),
        ("e", "true", '"true"'),
        ("f", "absent", '"y"'),
    ]
    assert differences(expected, expected) == ()
    assert len(differences(list(range(99)), [])) == MOST
    assert len(differences("x" * 10_000, "")[0].expected) == 300
