"""Findings kept in a file, a line each: a report on all mutants takes an hour, and need not begin again.

A finding is about one spec, and about what it was put to: the invariants, the models, the proofs or the vectors as they
were. Each line names these by a digest of their code without the prose, so that what was found of others is not taken
for an answer about them.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import cache
from hashlib import sha256
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Any

from clearstone.mutants import Mutant
from clearstone.reference.input_errors import InputError
from clearstone.reference.mutant_hunts import Finding

RESTS_ON: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "check": ("spec", "invariants", "models"),
        "prove": ("spec", "proofs"),
        "explore": ("spec", "invariants", "models"),
        "stateful": ("spec", "invariants", "models"),
        "conform": ("spec", "models", "conformance"),
    }
)
"""The packages whose code decides what a method finds."""


def digest_of(method: str) -> str:
    """What names the code that a finding by a method is about, without docstrings and comments."""
    return sha256("".join(map(_package_digest, RESTS_ON[method])).encode()).hexdigest()[:16]


@cache
def _package_digest(package: str) -> str:
    digest = sha256()
    for name, source in sorted(_sources(resources.files(f"clearstone.{package}"), "")):
        digest.update(f"{name}\n{ast.unparse(_without_prose(ast.parse(source)))}\n".encode())
    return digest.hexdigest()


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


def key_of(mutant: Mutant, method: str) -> str:
    """What names a mutant under a method: the same name may stand for another text tomorrow."""
    return f"{digest_of(method)}-{sha256(repr((mutant.module, mutant.old, mutant.new)).encode()).hexdigest()[:8]}"


def read_findings(path: Path, mutants: Iterable[Mutant]) -> dict[tuple[str, str], Finding]:
    """What a file keeps of these mutants and of the code at hand, by mutant and method; nothing if there is no file.

    Raises InputError where a line is not a finding.
    """
    named = {mutant.name: mutant for mutant in mutants}
    found: dict[tuple[str, str], Finding] = {}
    if not path.exists():
        return found
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            data = json.loads(line)
            key, finding = data.pop("key"), Finding(**data)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise InputError(str(path), number, "is not a finding that `clearstone kill-matrix --keep` wrote") from None
        known = finding.mutant in named and finding.method in RESTS_ON
        if known and key_of(named[finding.mutant], finding.method) == key:
            found[finding.mutant, finding.method] = finding
    return found


def keep_finding(path: Path, finding: Finding, mutant: Mutant) -> None:
    """Add a finding to a file."""
    data: dict[str, Any] = {"key": key_of(mutant, finding.method), **asdict(finding)}
    with path.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(data, ensure_ascii=False) + "\n")
