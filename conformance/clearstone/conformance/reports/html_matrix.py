"""Runs as one page that needs nothing else: suites × clients, and behind each number the cases, field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from importlib import resources
from string import Template

from clearstone.conformance.reports.run_report import RunReport, suspects, tally
from clearstone.conformance.reports.terminal import verdict
from clearstone.conformance.runner.verdicts import Result, Verdict
from clearstone.conformance.wire import SUITES

MOST = 500
"""As many cases as are told of one client; the figures count all."""


def page(reports: Sequence[RunReport]) -> str:
    """The page, clients in the order given."""
    template = Template((resources.files("clearstone.conformance.reports") / "matrix.html").read_text(encoding="utf-8"))
    sections = "".join(_client(number, report) for number, report in enumerate(reports))
    return template.substitute(matrix=_matrix(reports), clients=sections)


def _matrix(reports: Sequence[RunReport]) -> str:
    tallies = [tally(report.results) for report in reports]
    names = "".join(f'<th><a href="#c{n}">{escape(report.name)}</a></th>' for n, report in enumerate(reports))
    rows = "".join(
        f"<tr><th>{suite}</th>{''.join(_cell(n, suite, each.get(suite)) for n, each in enumerate(tallies))}</tr>"
        for suite in SUITES
        if any(suite in each for each in tallies)
    )
    return f'<table class="matrix"><tr><th>suite</th>{names}</tr>{rows}</table>'


def _cell(number: int, suite: str, counts: Mapping[Verdict, int] | None) -> str:
    if counts is None:
        return "<td>–</td>"
    total, passed = sum(counts.values()), counts["passed"]
    if passed == total:
        return f'<td class="good">{total}</td>'
    kind = "bad" if counts["failed"] or counts["not run"] else "some"
    rest = ", ".join(f"{count} {name}" for name, count in counts.items() if count and name != "passed")
    return f'<td class="{kind}"><a href="#c{number}-{suite}">{passed} of {total}<br><small>{rest}</small></a></td>'


def _client(number: int, report: RunReport) -> str:
    about = "" if report.client is None else f"{report.client.language}. {report.client.homepage}"
    command = " ".join(report.command)
    parts = [
        f'<h2 id="c{number}">{escape(report.name)}</h2>',
        f"<p>{escape(verdict(report))}.<br>{escape(about)}<br><code>{escape(command)}</code></p>",
    ]
    pointed = suspects(report.results)[:8]
    if pointed:
        told = ", ".join(f"{each.rule} ({each.failed} of {each.asked})" for each in pointed)
        parts.append(f"<p>Rules that the failures point at, the likeliest first: {told}.</p>")
    parts += [f"<p>{escape(note)}</p>" for note in (*report.notes, *_stale(report))]
    missed = [each for each in report.results if each.verdict != "passed"]
    for suite in SUITES:
        listed = [each for each in missed[:MOST] if each.case.suite == suite]
        if listed:
            parts.append(f'<h3 id="c{number}-{suite}">{suite}</h3>{"".join(map(_case, listed))}')
    if len(missed) > MOST:
        parts.append(f"<p>{len(missed) - MOST} more are left out of this page.</p>")
    return f"<section>{''.join(parts)}</section>"


def _stale(report: RunReport) -> list[str]:
    return [f"Passes, though it is listed as a known failure: {each}" for each in report.now_passing]


def _case(result: Result) -> str:
    case = result.case
    kind = "bad" if result.verdict in ("failed", "not run") else "some"
    head = f'<span class="{kind}">{result.verdict}</span> <b>{escape(case.id)}</b> {", ".join(case.rules)}'
    body = f"<p>{escape(case.description)}<br>{escape(result.reason)}</p>"
    if result.differences:
        rows = "".join(
            f"<tr><td><code>{escape(each.path or '(output)')}</code></td><td><code>{escape(each.expected)}</code></td>"
            f"<td><code>{escape(each.actual)}</code></td></tr>"
            for each in result.differences
        )
        body += f"<table><tr><th>field</th><th>expected</th><th>answered</th></tr>{rows}</table>"
    if result.actual and not result.differences:
        body += f"<p>It answered:</p><pre>{escape(result.actual)}</pre>"
    if result.stderr:
        body += f"<p>Standard error:</p><pre>{escape(result.stderr)}</pre>"
    return f"<details><summary>{head}</summary>{body}</details>"
