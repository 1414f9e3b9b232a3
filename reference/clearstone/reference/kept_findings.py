"""Findings kept in a file, a line each: a report on all mutants takes an hour, and need not begin again.

A finding is about one spec. Each line names it by a digest of its code without the prose, so that what was found of
another one is not taken for an answer about this one.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable
from dataclasses import asdict
from hashlib import sha256
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from clearstone.mutants import Mutant
from clearstone.reference.input_errors import InputError
from clearstone.reference.mutant_hunts import Finding


def spec_digest() -> str:
    """What names the spec that findings are about: a digest of its code, without docstrings and comments."""
    folder = resources.files("clearstone.spec")
    digest = sha256()
    for name, source in sorted(_sources(folder, "")):
        digest.update(f"{name}\n{ast.unparse(_without_prose(ast.parse(source)))}\n".encode())
    return digest.hexdigest()[:16]


def _sources(folder: Traversable, prefix: str) -> Iterable[tuple[str, str]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _sources(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".py"):
            yield prefix + entry.name, entry.read_text(encoding="utf-8")


def _without_prose(tree: ast.Module) -> ast.Module:
    """The tree without statements that are text alone: docstrings, of fields too."""
    for node in ast.walk(tree):
        if isinstance(body := getattr(node, "body", None), list):
            kept = [each for each in body if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))]
            node.body = kept or [ast.Pass()]  # type: ignore[attr-defined]  # a list of statements: only blocks have one
    return tree


def key_of(mutant: Mutant, spec: str) -> str:
    """What names a mutant of a spec: the same name may stand for another text tomorrow."""
    return f"{spec}-{sha256(repr((mutant.module, mutant.old, mutant.new)).encode()).hexdigest()[:8]}"


def read_findings(path: Path, mutants: Iterable[Mutant], spec: str) -> dict[tuple[str, str], Finding]:
    """What a file keeps of these mutants of this spec, by mutant and method; nothing if there is no such file.

    Raises InputError where a line is not a finding.
    """
    keys = {mutant.name: key_of(mutant, spec) for mutant in mutants}
    found: dict[tuple[str, str], Finding] = {}
    if not path.exists():
        return found
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            data = json.loads(line)
            key, finding = data.pop("key"), Finding(**data)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise InputError(str(path), number, "is not a finding that `clearstone kill-matrix --keep` wrote") from None
        if keys.get(finding.mutant) == key:
            found[finding.mutant, finding.method] = finding
    return found


def keep_finding(path: Path, finding: Finding, mutant: Mutant, spec: str) -> None:
    """Add a finding to a file."""
    data: dict[str, Any] = {"key": key_of(mutant, spec), **asdict(finding)}
    with path.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(data, ensure_ascii=False) + "\n")
