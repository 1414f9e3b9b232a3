"""A run as JSON Lines: a header, a line a case, and a footer that counts them, so that a report cut short shows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from clearstone.conformance.reports.run_report import RunReport, Suspect, suspects
from clearstone.conformance.runner.differences import Difference
from clearstone.conformance.runner.verdicts import VERDICTS, Result
from clearstone.conformance.vector_file import Case
from clearstone.conformance.wire import Hello

FORMAT = "clearstone-report/1"
"""Name and version of the format."""


class ReportError(ValueError):
    """A file is not a whole report: why."""


def lines(report: RunReport) -> Iterator[str]:
    """The lines of a report."""
    about = None if report.client is None else {**_fields(report.client), "suites": list(report.client.suites)}
    yield _line({"kind": "header", "format": FORMAT, "command": list(report.command), "client": about})
    for result in report.results:
        yield _line(_case(result, result.case.id in report.known))
    counts = {name: sum(each.verdict == name for each in report.results) for name in VERDICTS}
    yield _line(
        {
            "kind": "footer",
            "cases": len(report.results),
            "verdicts": counts,
            "suspects": [_suspect(each) for each in suspects(report.results)],
            "notes": list(report.notes),
            "now_passing": list(report.now_passing),
            "starts": report.starts,
            "seconds": round(report.seconds, 3),
            "conforms": report.conforms,
        }
    )


def _suspect(suspect: Suspect) -> dict[str, Any]:
    return {"rule": suspect.rule, "failed": suspect.failed, "asked": suspect.asked}


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":")) + "\n"


def _fields(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__}


def _case(result: Result, known: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "kind": "case",
        "id": result.case.id,
        "description": result.case.description,
        "rules": list(result.case.rules),
        "operation": result.case.operation,
        "verdict": result.verdict,
    }
    if known:
        told["known"] = True
    if result.verdict != "passed":
        told["reason"] = result.reason
    if result.differences:
        told["differences"] = [_fields(each) for each in result.differences]
    for name in ("actual", "stderr"):
        if getattr(result, name):
            told[name] = getattr(result, name)
    return told


def read(path: Path) -> RunReport:
    """A report that was written before, without inputs and outputs; a ReportError says why it is none."""
    try:
        parsed = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        return _read(parsed)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise ReportError("not a report: not JSON Lines") from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ReportError(f"not a whole report: {error}") from None


def _read(parsed: list[Any]) -> RunReport:
    if len(parsed) < 2 or parsed[0].get("format") != FORMAT:
        raise ValueError(f"its first line does not say {FORMAT}")
    header, footer = parsed[0], parsed[-1]
    if footer.get("kind") != "footer" or footer["cases"] != len(parsed) - 2:
        raise ValueError("it was cut short")
    client = header["client"]
    hello = None if client is None else Hello(**{**client, "suites": tuple(client["suites"])})
    return RunReport(
        command=tuple(header["command"]),
        client=hello,
        results=tuple(map(_read_case, parsed[1:-1])),
        notes=tuple(footer["notes"]),
        starts=footer["starts"],
        seconds=footer["seconds"],
        now_passing=tuple(footer["now_passing"]),
        known=frozenset(each["id"] for each in parsed[1:-1] if each.get("known")),
    )


def _read_case(told: dict[str, Any]) -> Result:
    if told["verdict"] not in VERDICTS:
        raise ValueError(f"there is no verdict {told['verdict']}")
    return Result(
        Case(told["id"], told["description"], tuple(told["rules"]), told["operation"], None, None),
        told["verdict"],
        told.get("reason", ""),
        tuple(Difference(**each) for each in told.get("differences", ())),
        told.get("actual", ""),
        told.get("stderr", ""),
    )
