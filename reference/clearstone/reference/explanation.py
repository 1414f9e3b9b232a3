"""`clearstone prove --explain`: the verification conditions of proofs, for any other solver."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import click

from clearstone.proofs.catalogue import selected
from clearstone.proofs.explaining import verification_conditions
from clearstone.reference.proof_report import progress
from clearstone.reference.proof_results import counted

HEAD = """; Verification conditions of {id}
; {statement}
; Each script stands alone, and asks for inputs that break what should follow: unsat means that it is proved.
"""
"""What comes before the conditions of a proof."""


def explain_proofs(ids: Sequence[str], seed: int, folder: Path | None) -> int:
    """Print every condition, a `(reset)` between them; or write each to a file of its own. The exit code is 0."""
    listed, number = selected(ids), 0
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    with progress("explaining", len(listed)) as bars:
        for proof in listed:
            bars.update(bars.task_ids[0], note=proof.id)
            if folder is None:
                click.echo(HEAD.format(id=proof.id, statement=proof.statement))
            for condition in verification_conditions(proof, seed):
                number += condition.is_asked
                if folder is None:
                    click.echo(f"{condition.text}{'(reset)' if condition.is_asked else ''}\n")
                elif condition.is_asked:
                    (folder / file_name(proof.id, number)).write_text(condition.text, encoding="utf-8")
            bars.update(bars.task_ids[0], advance=1)
    click.echo(f"{counted(number, 'condition')}{f' in {folder}' if folder else ''}", err=True)
    return 0


def file_name(id: str, number: int) -> str:
    """A name that sorts in order and is fit for every file system."""
    return f"{re.sub('[^A-Za-z0-9_]', '_', id)}-{number:04}.smt2"
