"""Every module of the source roots, parsed once."""

import ast
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Source:
    root: str
    name: str
    path: Path
    tree: ast.Module
    length: int


@pytest.fixture(scope="session")
def project() -> dict:
    return tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def roots(project: dict) -> list[str]:
    return project["tool"]["hatch"]["build"]["dev-mode-dirs"]


@pytest.fixture(scope="session")
def modules(roots: list[str]) -> list[Source]:
    found = []
    for root in roots:
        for path in sorted((REPOSITORY / root).rglob("*.py")):
            parts = path.relative_to(REPOSITORY / root).with_suffix("").parts
            text = path.read_text(encoding="utf-8")
            name = ".".join(part for part in parts if part != "__init__")
            found.append(Source(root, name, path.relative_to(REPOSITORY), ast.parse(text), len(text.splitlines())))
    return found
