"""The report of the proofs, and of the mutants that they kill, as one page that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from importlib import resources
from pathlib import Path
from string import Template

from clearstone import mutants
from clearstone.proofs.kill_matrix import Kill
from clearstone.proofs.kind_table import KEPT, MEANING, UNPROVED, kind_table
from clearstone.proofs.obligations import Kept, ProofResult
from clearstone.proofs.second_opinions.opinions import Opinion
from clearstone.reference.proof_results import check_result, counted, told
from clearstone.reference.proof_tables import confirmed, values_of

PROOFS = (
    "The specification's own functions were run on integers that stand for every integer, and a solver decided what "
    "was demanded of them. INDUCTIVE: for all integers and any number of accounts or validators. BOUNDED: for all "
    "integers, within the bound that is named. Each outcome was reached by concrete inputs, on the plain functions."
)
"""What the first section says of itself."""
MUTANTS = (
    "Each mutant is the specification with one rule broken on purpose. It is killed if a proof that rests on the rule "
    "finds inputs for which the plain functions, broken as they are, break what was proved."
)
"""What the second section says of itself."""


def write_page(
    path: Path, results: Sequence[ProofResult], kills: Sequence[Kill], opinions: Sequence[Opinion] = ()
) -> None:
    """Write the page: the proofs with what other tools say of them, the mutants, or both."""
    path.write_text(page(results, kills, opinions), encoding="utf-8")


def page(results: Sequence[ProofResult], kills: Sequence[Kill], opinions: Sequence[Opinion] = ()) -> str:
    """The page."""
    template = Template((resources.files("clearstone.reference") / "proof_page.html").read_text(encoding="utf-8"))
    sections = [warning()] + ([proofs_section(results, opinions)] if results else [])
    sections += [mutants_section(kills)] if kills else []
    return template.substitute(sections="\n".join(sections))


def warning() -> str:
    """That a rule is broken on purpose, if one is."""
    broken = mutants.current()
    if broken is None:
        return ""
    return f'<p class="warning">Under the mutant {escape(broken.name)}: {escape(broken.breaks)}.</p>'


def proofs_section(results: Sequence[ProofResult], opinions: Sequence[Opinion]) -> str:
    """All proofs: what fails first and open, then the others by layer, closed."""
    said: dict[str, list[Opinion]] = {}
    for opinion in opinions:
        said.setdefault(opinion.id, []).append(opinion)
    failed = [result for result in results if not result.holds]
    strengths = [result.strength.partition(" ")[0] for result in results if result.holds]
    figures = [(f"{len(results) - len(failed)}", f"of {len(results)} proved")]
    figures += [(f"{strengths.count(kind)}", kind) for kind in dict.fromkeys(sorted(strengths, reverse=True))]
    figures.append((f"{sum(result.paths for result in results):,}", "paths"))
    figures.append((f"{sum(result.seconds for result in results):.0f} s", "of work"))
    layers: dict[str, list[ProofResult]] = {}
    for result in results:
        if result.holds:
            layers.setdefault(check_result(result).layer, []).append(result)
    headed = {"Not proved": failed} if failed else {}
    headed |= {layer.replace("_", " ").capitalize(): listed for layer, listed in layers.items()}
    parts = [
        f"<h2>{escape(head)}</h2>{''.join(entry(result, said.get(result.id, ())) for result in listed)}"
        for head, listed in headed.items()
    ]
    return f'<section><p class="lead">{PROOFS}</p>{tiles(figures)}{kinds(results)}{"".join(parts)}</section>'


def kinds(results: Sequence[ProofResult]) -> str:
    """What is proved that each kind of transaction keeps, if anything was tried that says so."""
    tried = {result.id for result in results}
    rows = kind_table(results)
    if not any(tried.issuperset(ids) for row in rows for ids in row.proofs.values()):
        return ""
    head = "".join(f"<th>{kept}</th>" for kept in KEPT)
    lines = "".join(
        f"<tr><th>{row.kind}</th>{''.join(cell(kept, row.strengths[kept]) for kept in KEPT)}</tr>" for row in rows
    )
    meaning = "; ".join(f"{kept}: {MEANING[kept]}" for kept in KEPT)
    return (
        f'<h2>Every kind of transaction</h2><div class="wide"><table><tr><th></th>{head}</tr>{lines}</table></div>'
        f'<p class="lead">{escape(meaning)}.</p>'
    )


def cell(kept: Kept, strength: str) -> str:
    """One cell of that table; narrow screens show what the column says under it."""
    kind = "bad" if strength == UNPROVED else strength.lower()
    return f'<td data-column="{kept}"><span class="badge {kind}">{strength}</span></td>'


def tiles(figures: Iterable[tuple[str, str]]) -> str:
    """Figures in a row, each with what it counts."""
    return "".join(
        ['<ul class="tiles">', *(f"<li><b>{escape(b)}</b> {escape(what)}</li>" for b, what in figures), "</ul>"]
    )


def entry(result: ProofResult, opinions: Sequence[Opinion] = ()) -> str:
    """One proof: the sentence and what the proof is worth; opened, what it is about and what it took."""
    state = "good" if result.holds else "bad"
    kind = result.strength.partition(" ")[0]
    badge = kind if result.holds else result.verdict
    facts = [
        ("id", f"<code>{escape(result.id)}</code>"),
        ("rules", escape(", ".join(result.rules))),
        ("about", "<br>".join(f"<code>{escape(place)}</code>" for place in result.about)),
        ("strength" if result.holds else "would be", escape(result.strength)),
        ("decided", escape(told(result))),
        ("outcomes reached", escape(outcomes(result))),
        ("took", f"{result.seconds:.2f} s"),
        *((opinion.by, escape(": ".join(filter(None, (opinion.told, opinion.detail))))) for opinion in opinions),
    ]
    rows = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts if value)
    return (
        f'<details class="{state}"{"" if result.holds else " open"}>'
        f'<summary><span class="badge {kind.lower()}">{escape(badge)}</span> {marked(result.statement)}</summary>'
        f"<dl>{rows}</dl>{failure(result)}</details>"
    )


def outcomes(result: ProofResult) -> str:
    """Each outcome with the number of paths on which a replayed input reached it."""
    if not result.paths:
        return ", ".join(result.outcomes)
    return ", ".join(f"{name} ({counted(number, 'path')})" for name, number in sorted(result.outcomes.items()))


def failure(result: ProofResult) -> str:
    """Why it is not proved, and the counterexample in units."""
    if result.holds:
        return ""
    shown = result.counterexample
    if shown is None:
        return f"<p>{escape(result.detail)}</p>"
    values = escape("\n".join(values_of(shown)))
    return f"<p>{escape(result.detail)}: {confirmed(shown)}, on these inputs:</p><pre>{values}</pre>"


def marked(text: str) -> str:
    """A sentence with what stands between backticks set as code."""
    return "".join(
        f"<code>{escape(part)}</code>" if number % 2 else escape(part) for number, part in enumerate(text.split("`"))
    )


def mutants_section(kills: Sequence[Kill]) -> str:
    """The kill matrix: a line for each mutant, then mutants by proofs."""
    killed = [kill for kill in kills if kill.killer]
    figures = [(f"{len(killed)}", f"of {len(kills)} mutants killed by a proof")]
    figures.append((f"{max((kill.seconds for kill in killed), default=0.0):.1f} s", "for the slowest"))
    entries = "".join(map(kill_entry, kills))
    return f'<section><h2>Mutants</h2><p class="lead">{MUTANTS}</p>{tiles(figures)}{entries}</section>'


def kill_entry(kill: Kill) -> str:
    """One mutant: what it breaks and who notices; opened, the counterexample and all that was tried."""
    killer = kill.killer
    badge = '<span class="badge inductive">killed</span>' if killer else '<span class="badge bounded">lives</span>'
    facts = [("in", f"<code>{escape(kill.mutant.module)}</code>")]
    if killer:
        by = "<br>".join(f"<code>{escape(attempt.id)}</code>" for attempt in kill.attempts if attempt.kills)
        facts += [("killed by", by), ("no longer so", escape(killer.detail))]
    else:
        facts.append(("why it lives", escape(kill.reason)))
    facts.append(("tried", f"{len(kill.attempts)} of {counted(len(kill.candidates), 'proof')} that rest on it"))
    if kill.attempts:
        facts.append(("took", f"{kill.seconds:.1f} s with starting a process"))
    rows = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts)
    values = ""
    if killer and killer.counterexample:
        values = f"<pre>{escape(chr(10).join(values_of(killer.counterexample)))}</pre>"
    return (
        f"<details><summary>{badge} <code>{escape(kill.mutant.name)}</code> "
        f'<span class="quiet">{escape(kill.mutant.breaks)}</span></summary><dl>{rows}</dl>{values}</details>'
    )
