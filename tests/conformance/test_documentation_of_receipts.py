"""The format page names every posting and event that a receipt can have, with its figures in their order."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FORMAT = (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8")
FIGURES_OF_CHANGES = {"scheduled", "bound"}


def receipts() -> Iterator[dict[str, Any]]:
    """Every receipt of the committed vectors."""
    for path in sorted((ROOT / "vectors").glob("*.json")):
        for case in json.loads(path.read_text(encoding="utf-8"))["cases"]:
            output = case.get("output") or {}
            if "receipt" in output:
                yield output["receipt"]
            for block in output.get("blocks", ()):
                yield from (*block["transactions"], *block["steps"])


def section(title: str) -> str:
    """The part of the page under a heading of the third level."""
    return FORMAT.split(f"### {title}\n", 1)[1].split("\n#", 1)[0]


def documented_events() -> dict[str, list[str]]:
    """The figures of each kind of event, as the page lists them."""
    events: dict[str, list[str]] = {}
    row = re.compile(r"^\| (`[a-z-]+`(?:, `[a-z-]+`)*) \| [^|]*\| ([^|]*) \|$", re.MULTILINE)
    for kinds, figures in row.findall(section("Events")):
        for kind in re.findall(r"`([a-z-]+)`", kinds):
            events[kind] = re.findall(r"`([a-z-]+)`", figures)
    return events


def test_every_posting_is_named() -> None:
    """A reason that the page leaves out could only be read off a vector."""
    reasons = {posting["reason"] for receipt in receipts() for posting in receipt["postings"]}
    named = set(re.findall(r"`([a-z-]+)`", section("Postings")))
    assert reasons
    assert reasons <= named


def test_every_event_has_its_figures_in_the_order_told() -> None:
    """Figures are compared in their order, so the page has to tell it."""
    told = documented_events()
    seen = set()
    for receipt in receipts():
        for event in receipt["events"]:
            kind, names = event["kind"], [name for name, _ in event["details"]]
            seen.add(kind)
            if kind in FIGURES_OF_CHANGES:
                assert names[1:] == (["binds-at"] if kind == "scheduled" else [])
            elif kind == "liquidated":
                assert [names[0], *names[-2:]] == told[kind]
            else:
                assert names == told[kind], kind
    assert seen == set(told)
