"""What proofs came to, in the form that every method reports in, and with what only proofs have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from clearstone.proofs.catalogue import proofs
from clearstone.proofs.kind_table import kind_table
from clearstone.proofs.obligations import ProofResult
from clearstone.proofs.second_opinions.opinions import Opinion
from clearstone.reference.results import HOLDS, PROVE, UNDECIDED, VIOLATED, CheckResult, Verdict


def check_result(result: ProofResult) -> CheckResult:
    """A proof's line in the table of all that must hold."""
    verdict: Verdict = HOLDS if result.holds else VIOLATED if result.verdict == "refuted" else UNDECIDED
    detail = told(result) if result.holds else f"{result.verdict}: {result.detail}"
    seconds = round(result.seconds, 3)
    layer = next((proof.layer for proof in proofs() if proof.id == result.id), "")
    return CheckResult(result.id, result.statement, layer, PROVE, verdict, result.strength, detail, seconds)


def told(result: ProofResult) -> str:
    """How much was decided, in a few words: paths through the code, or conditions of a theorem."""
    if not result.paths:
        return counted(result.requirements, "condition")
    return f"{counted(result.paths, 'path')}, {counted(result.requirements, 'demand')}"


def counted(number: int, one: str, many: str = "") -> str:
    """A number of things."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def as_data(result: ProofResult) -> dict[str, Any]:
    """The result of a proof as data: what every method has, and under `proof` what only proofs have."""
    own = ("verdict", "rules", "about", "paths", "replayed", "requirements", "outcomes", "counterexample")
    whole = asdict(result)
    return {**asdict(check_result(result)), "detail": result.detail, "proof": {name: whole[name] for name in own}}


def opinion_as_data(opinion: Opinion) -> dict[str, Any]:
    """What another tool says of a proof, as data."""
    names = ("id", "by", "judgement", "strength", "count", "detail", "outcomes", "seconds")
    return {name: getattr(opinion, name) for name in names}


def report_as_data(results: Sequence[ProofResult], opinions: Iterable[Opinion], holds: bool) -> dict[str, Any]:
    """The whole report as data: each proof, what other tools say, and what is proved of each kind of transaction."""
    return {
        "holds": holds,
        "results": [as_data(result) for result in results],
        "opinions": [opinion_as_data(opinion) for opinion in opinions],
        "kinds": {row.kind: row.strengths for row in kind_table(results)},
    }
