"""A run as JUnit XML, which test servers read: a test suite for each suite, a test case for each case."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from clearstone.conformance.reports.run_report import RunReport
from clearstone.conformance.runner.verdicts import Result
from clearstone.conformance.wire import SUITES

_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def document(report: RunReport) -> str:
    """The XML."""
    root = ElementTree.Element("testsuites", name=_text(report.name), time=f"{report.seconds:.3f}")
    for suite in SUITES:
        results = [each for each in report.results if each.case.suite == suite]
        if results:
            _suite(root, suite, results, report.known)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(root: ElementTree.Element, suite: str, results: list[Result], known: frozenset[str]) -> None:
    told = [_outcome(each, known) for each in results]
    counts: dict[str, int] = {
        "failures": told.count("failure"),
        "errors": told.count("error"),
        "skipped": told.count("skipped"),
    }
    element = ElementTree.SubElement(root, "testsuite", {"name": suite, "tests": str(len(results))})
    element.attrib |= {key: str(count) for key, count in counts.items()}
    for result, outcome in zip(results, told, strict=True):
        case = ElementTree.SubElement(element, "testcase", classname=f"clearstone.{suite}", name=result.case.id)
        if outcome:
            rules = ", ".join(result.case.rules)
            inner = ElementTree.SubElement(case, outcome, message=_text(f"{rules}: {result.reason}"))
            inner.text = _text(
                "\n".join(f"{each.path}: expected {each.expected}, got {each.actual}" for each in result.differences)
            )
        if result.stderr:
            ElementTree.SubElement(case, "system-err").text = _text(result.stderr)


def _outcome(result: Result, known: frozenset[str]) -> str:
    if result.verdict == "failed":
        return "skipped" if result.case.id in known else "failure"
    return {"passed": "", "not run": "error"}.get(result.verdict, "skipped")


def _text(text: str) -> str:
    """A text without what XML cannot hold."""
    return _NO_XML.sub("\ufffd", text)
