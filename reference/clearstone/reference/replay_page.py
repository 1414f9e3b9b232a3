"""A replay drawn on one page that needs nothing else: price, liquidations, insurance fund and what was shared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from clearstone.models.market.checked_replay import ReplayOutcome, Sample
from clearstone.models.market.listing import USD
from clearstone.reference.check_tables import told

WIDTH, HEIGHT, MARGIN = 960, 170, 70
"""Size of one panel and the room for its labels, in pixels."""
PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>body{{font:15px system-ui,sans-serif;max-width:1040px;margin:2em auto;padding:0 1em;color:#222;background:#fff}}
svg{{width:100%;height:auto}}text{{font-size:12px;fill:#555}}pre{{white-space:pre-wrap}}</style>
<h1>{title}</h1>
<p>{summary}</p>
{panels}
<h2>Pools</h2>
<pre>{pools}</pre>
</html>
"""


@dataclass(frozen=True, slots=True)
class Panel:
    """One curve over the blocks of a replay."""

    title: str
    """What is drawn."""
    values: tuple[float, ...]
    """A value for each block."""
    colour: str
    """Of the line."""


def write_page(path: Path | None, replay: ReplayOutcome) -> None:
    """Write the page, if one was asked for."""
    if path is not None:
        path.write_text(page(replay), encoding="utf-8")


def page(replay: ReplayOutcome) -> str:
    """The page of a replay."""
    tally = replay.tally
    verdict = "every invariant holds" if replay.holds else f"{replay.judgement.violations[0].invariant} is violated"
    pools = "\n".join(f"{name}: {told(pool)}" for name, pool in sorted(tally.pools.items()))
    return PAGE.format(
        title=escape(f"Replay of {replay.series}"),
        summary=escape(
            f"{tally.blocks:,} blocks, {tally.transactions:,} transactions, {replay.accounts} accounts: {verdict}. "
            "Blocks stand side by side at equal distances, so the worst hours, where they are a minute apart, are wide."
        ),
        panels="\n".join(draw(panel, replay.course) for panel in panels_of(replay)),
        pools=escape(pools),
    )


def panels_of(replay: ReplayOutcome) -> tuple[Panel, ...]:
    """What is drawn, from top to bottom."""
    course, unit = replay.course, 10**replay.places
    return (
        Panel("Index", tuple(each.index / unit for each in course), "#1f5fa8"),
        Panel("Liquidations so far, pool main", tuple(float(each.liquidations) for each in course), "#b3541e"),
        Panel("Defaults so far, pool main", tuple(float(each.defaults) for each in course), "#a11d33"),
        Panel("Insurance fund of main, $", tuple(each.insurance / USD for each in course), "#2c7a4b"),
        Panel("Socialised so far in main, $", tuple(each.socialised / USD for each in course), "#5b3a8c"),
    )


def draw(panel: Panel, course: Sequence[Sample]) -> str:
    """One panel as SVG: a line from left to right, the range on its left, some times below."""
    if not course:
        return ""
    low, high = min(panel.values), max(panel.values)
    across, span = max(1, len(course) - 1), (high - low) or 1.0
    points = " ".join(
        f"{MARGIN + WIDTH * number / across:.1f},{20 + HEIGHT * (high - value) / span:.1f}"
        for number, value in enumerate(panel.values)
    )
    labels = [
        f'<text x="{MARGIN - 6}" y="{y}" text-anchor="end">{value:,.0f}</text>'
        for y, value in ((24, high), (24 + HEIGHT, low))
    ]
    for fraction in range(5):
        number = across * fraction // 4
        moment = datetime.fromtimestamp(course[min(number, len(course) - 1)].time / 1000, UTC)
        place = MARGIN + WIDTH * fraction // 4
        labels.append(f'<text x="{place}" y="{HEIGHT + 40}" text-anchor="middle">{moment:%d %b %H:%M}</text>')
    return (
        f'<svg viewBox="0 0 {WIDTH + 2 * MARGIN} {HEIGHT + 50}" role="img" aria-label="{escape(panel.title)}">'
        f'<text x="{MARGIN}" y="12">{escape(panel.title)}</text>'
        f'<rect x="{MARGIN}" y="20" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#ddd"/>'
        f'<polyline points="{points}" fill="none" stroke="{panel.colour}" stroke-width="1.5"/>{"".join(labels)}</svg>'
    )
