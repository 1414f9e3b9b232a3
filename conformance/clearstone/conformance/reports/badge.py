"""A run as a badge: the JSON that badge servers make a picture of."""

from __future__ import annotations

import json

from clearstone.conformance.reports.run_report import RunReport


def document(report: RunReport) -> str:
    """The JSON: how many cases passed, of all there are."""
    passed = sum(each.verdict == "passed" for each in report.results)
    everything = passed == len(report.results) and report.conforms
    colour = "brightgreen" if everything else "yellow" if report.conforms else "red"
    message = f"{passed} of {len(report.results)}"
    badge = {"schemaVersion": 1, "label": "clearstone conformance", "message": message, "color": colour}
    return json.dumps(badge) + "\n"
