"""The matrix mutant × method as one page that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib import resources
from itertools import groupby
from pathlib import Path
from string import Template

from clearstone.mutants import Mutant
from clearstone.reference.kill_matrix_tables import Found, summed
from clearstone.reference.mutant_hunts import Finding
from clearstone.reference.proof_results import counted


def write_page(path: Path, listed: Sequence[Mutant], methods: Sequence[str], found: Found) -> None:
    """Write the page."""
    path.write_text(page(listed, methods, found), encoding="utf-8")


def page(listed: Sequence[Mutant], methods: Sequence[str], found: Found) -> str:
    """The page: sums, then a table for each layer."""
    template = Template((resources.files("clearstone.reference") / "kill_matrix_page.html").read_text(encoding="utf-8"))
    sums = "".join(
        f"<li>{escape(summed(method, [each for (_, by), each in found.items() if by == method]))}</li>"
        for method in methods
    )
    layers = "".join(
        f"<h2>{escape(layer.capitalize())}</h2>{table(tuple(rows), methods, found)}"
        for layer, rows in groupby(listed, key=lambda mutant: mutant.layer)
    )
    return template.substitute(sums=sums, layers=layers)


def table(listed: Sequence[Mutant], methods: Sequence[str], found: Found) -> str:
    """The mutants of a layer."""
    head = "".join(f"<th>{method}</th>" for method in methods)
    rows = "".join(
        f"<tr><th><code>{escape(mutant.name)}</code><br><small>{escape(mutant.breaks)}</small></th>"
        + "".join(cell(method, found.get((mutant.name, method))) for method in methods)
        + "</tr>"
        for mutant in listed
    )
    return f'<div class="wide"><table><tr><th>mutant</th>{head}</tr>{rows}</table></div>'


def cell(method: str, finding: Finding | None) -> str:
    """What a method came to; opened, what broke and how."""
    if finding is None:
        return f'<td data-column="{method}">–</td>'
    steps = "" if finding.steps is None else f" in {counted(finding.steps, 'step')}"
    said = f"caught{steps}" if finding.caught else "lives"
    by = f"<code>{escape(finding.by)}</code>: " if finding.by else ""
    return (
        f'<td data-column="{method}" class="{"good" if finding.caught else "part"}"><details><summary>{said}</summary>'
        f"<p>{by}{escape(finding.detail)} ({finding.seconds:.0f} s)</p></details></td>"
    )
