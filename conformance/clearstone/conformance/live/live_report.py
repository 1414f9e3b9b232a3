"""A live test as a report like that of the suites: one result for each kind of question, and one for the programs.

So whatever reads a report, as lines, JUnit, badge or page, reads this one. What was found is a failed case with its
whole input, which is kept and replayed like any other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from clearstone.conformance.live.alterations.kinds import ALTERED
from clearstone.conformance.live.live_test import SUITE_OF_PROGRAMS, LiveTest
from clearstone.conformance.live.questions import ASKED, Asked
from clearstone.conformance.reports import terminal
from clearstone.conformance.reports.run_report import RunReport
from clearstone.conformance.runner.verdicts import Result, Verdict
from clearstone.conformance.vector_file import Case
from clearstone.conformance.wire import SUITES

NEVER_CAME = "the test ended before it came to them"
PROGRAMS = Asked("programs", SUITE_OF_PROGRAMS, "apply_blocks", "programs", ("LEDGER-7",), lambda _: _nothing())


KINDS = (*ASKED, *ALTERED)
"""All kinds of questions."""


def _nothing() -> Any:
    raise AssertionError("programs are made up by the machine of the exchange")


def report_of(test: LiveTest) -> RunReport:
    """The report of a live test."""
    kinds = () if test.replayed else KINDS
    results = [_result(test, asked, test.questions.get(asked.name, 0)) for asked in kinds]
    results.append(_result(test, PROGRAMS, test.programs))
    if test.finding is not None:
        found = test.finding
        mismatch, place = found.mismatch, f" at step {found.steps}" if found.program is not None else ""
        reason = mismatch.reason + place
        results.append(Result(found.case, "failed", reason, mismatch.differences, mismatch.actual, mismatch.stderr))
    return RunReport(
        test.command, test.client, tuple(results), tuple(_notes(test)), test.starts, test.seconds, (), frozenset()
    )


def _result(test: LiveTest, asked: Asked, count: int) -> Result:
    """What came of one kind: of a failure the case itself tells."""
    about = f"{count:,} made up at random: {asked.about}"
    if asked.name == PROGRAMS.name:
        about += f", {test.steps:,} steps"
    case = Case(f"{asked.suite}/live-{asked.name}", about, asked.rules, asked.operation, None, None)
    return Result(case, *_verdict(test, asked, count))


def _verdict(test: LiveTest, asked: Asked, count: int) -> tuple[Verdict, str]:
    if test.client is None:
        return "not run", test.reason or NEVER_CAME
    if asked.suite not in test.client.suites:
        return "unsupported", "the client does not support the suite"
    if asked.name in test.skipped:
        return "skipped", test.skipped[asked.name]
    if test.ended == "gone" or (test.ended == "interrupted" and asked.name == PROGRAMS.name):
        return "not run", test.reason or f"interrupted after {count:,}, all of them right"
    return ("passed", "") if count else ("not run", NEVER_CAME)


def _notes(test: LiveTest) -> Iterator[str]:
    if test.reason:
        yield test.reason
    if test.ended == "interrupted":
        yield "partial: the live test was interrupted"
    if test.finding is not None and not test.finding.repeats:
        yield "asked by itself the client gets the kept case right: only --live-program shows what is wrong"


def lines(test: LiveTest, report: RunReport, kept: Mapping[str, str], program_file: str | None) -> Iterator[str]:
    """The report for a terminal; `kept` says in which file the case can be replayed."""
    yield report.name + ("" if report.client is None else f", {report.client.language}")
    asked: Counter[str] = Counter()
    for each in KINDS:
        asked[each.suite] += test.questions.get(each.name, 0)
    yield f"{'suite':<13}{'questions':>13}"
    for suite in SUITES:
        if asked[suite]:
            yield f"{suite:<13}{asked[suite]:>13,}"
    yield f"{'programs':<13}{test.programs:>13,}  of {test.steps:,} steps"
    skipped = [f"{name} ({reason})" for name, reason in test.skipped.items()]
    if skipped:
        yield f"skipped by the client: {'; '.join(skipped)}"
    if test.finding is not None:
        yield ""
        yield from _found(test, report, kept, program_file)
    for note in report.notes:
        yield f"note: {note}"
    yield ""
    yield _summary(test, report)


def _found(test: LiveTest, report: RunReport, kept: Mapping[str, str], program_file: str | None) -> Iterator[str]:
    finding = test.finding
    assert finding is not None, "asked for what was found only"
    yield from terminal.failure(report.results[-1], kept.get(finding.case.id))
    if program_file is not None:
        yield f"    again live: clearstone conform --live-program {program_file} -- CMD"
    yield (
        f"    found after {finding.found_after:.1f} s in {finding.found_steps} steps, made {finding.steps}"
        f" by trying {finding.tried:,} others:"
    )
    yield from (f"    {line}" for line in finding.told)


def _summary(test: LiveTest, report: RunReport) -> str:
    questions = sum(test.questions.values())
    rate = test.steps / test.seconds if test.seconds else 0
    told = f"{questions:,} questions, {test.programs:,} programs of {test.steps:,} steps, {rate:,.0f} steps a second"
    if test.finding is not None:
        verdict = "does not conform"
    elif test.ended == "done":
        verdict = "answered as the spec does" if report.conforms else "was not asked everything"
    else:
        verdict = "was not tested to the end; until then it answered as the spec does"
    return f"{report.name} {verdict}: {told}, seed {test.budget.seed}, {test.seconds:.1f} s"


def as_data(test: LiveTest) -> dict[str, Any]:
    """A live test as data."""
    found = test.finding
    return {
        "seed": test.budget.seed,
        "ended": test.ended,
        "questions": dict(test.questions),
        "programs": test.programs,
        "steps": test.steps,
        "skipped": dict(test.skipped),
        "seconds": round(test.seconds, 3),
        "found": None
        if found is None
        else {
            "case": found.case.id,
            "rules": list(found.case.rules),
            "kind": found.mismatch.kind,
            "reason": found.mismatch.reason,
            "after_seconds": round(found.found_after, 3),
            "found_steps": found.found_steps,
            "steps": found.steps,
            "tried": found.tried,
            "told": list(found.told),
            "repeats": found.repeats,
        },
    }
