"""A run as text: a line a suite, then each failure with its fields and how to see it again."""

from __future__ import annotations

from collections.abc import Iterator

from clearstone.conformance.reports.run_report import RunReport, suspects, tally
from clearstone.conformance.runner.verdicts import VERDICTS, Result

SHOWN = 10
"""As many failures as are told in full."""
NAMED = 6
"""As many rules as are named that the failures point at."""
FIELDS = 8
"""As many fields as are told of each."""


def lines(report: RunReport, kept: dict[str, str], shown: int = SHOWN) -> Iterator[str]:
    """The text; `kept` says in which file a failed case can be replayed."""
    yield from _table(report)
    bad = report.bad
    failed = [each for each in bad if each.verdict == "failed"]
    for result in failed[:shown]:
        yield ""
        yield from failure(result, kept.get(result.case.id))
    if len(failed) > shown:
        yield f"\n{len(failed) - shown} more failed"
    missed = next((each for each in bad if each.verdict == "not run"), None)
    if missed is not None:
        yield f"\nnot run from {missed.case.id} on: {missed.reason}"
        if missed.stderr:
            yield from (f"    stderr: {line}" for line in missed.stderr.splitlines()[-FIELDS:])
    if failed:
        yield "\nrules that the failures point at, the likeliest first:"
        for each in suspects(report.results)[:NAMED]:
            yield f"    {each.rule:<11} {each.failed} of {each.asked} cases that name it failed"
    for note in report.notes[:5]:
        yield f"note: {note}"
    for identifier in report.now_passing:
        yield f"passes, though it is listed as a known failure: {identifier}"
    yield ""
    yield verdict(report)


def _table(report: RunReport) -> Iterator[str]:
    yield f"{report.name}" + ("" if report.client is None else f", {report.client.language}")
    yield f"{'suite':<13}" + "".join(f"{name:>13}" for name in VERDICTS)
    for suite, counts in tally(report.results).items():
        yield f"{suite:<13}" + "".join(f"{counts[name] or '·':>13}" for name in VERDICTS)


def failure(result: Result, replay: str | None) -> Iterator[str]:
    """One failed case: rules, fields, file to replay."""
    case = result.case
    yield f"FAILED {case.id} ({', '.join(case.rules)}): {case.description}"
    yield f"    {result.reason}"
    for each in result.differences[:FIELDS]:
        yield f"    {each.path or '(output)'}: expected {each.expected}, got {each.actual}"
    if len(result.differences) > FIELDS:
        yield f"    and {len(result.differences) - FIELDS} more fields"
    for line in result.stderr.splitlines()[-3:]:
        yield f"    stderr: {line}"
    if replay is not None:
        yield f"    again: clearstone conform --vectors {replay} -- CMD"


def verdict(report: RunReport) -> str:
    """The run in a line."""
    counts = {name: sum(each.verdict == name for each in report.results) for name in VERDICTS}
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    expected = sum(each.verdict == "failed" and each.case.id in report.known for each in report.results)
    known = f" ({expected} of them known)" if expected else ""
    whole = counts["passed"] == len(report.results)
    word = "does not conform" if not report.conforms else "conforms" if whole else "conforms in what it answered"
    return f"{report.name} {word}: {len(report.results)} cases, {told}{known}, {report.seconds:.1f} s"
