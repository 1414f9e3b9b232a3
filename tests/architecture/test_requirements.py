import ast
import re
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
IMPORTED_AS = {"crosshair-tool": "crosshair", "z3-solver": "z3"}
"""Name of a distribution whose package has another name."""


def pinned(file: str) -> dict[str, list[str]]:
    """The hashes of each pin, as `name==version`, by line."""
    pins: dict[str, list[str]] = {}
    for line in (REPOSITORY / "requirements" / file).read_text(encoding="utf-8").splitlines():
        if line.lstrip().startswith("--hash="):
            pins[next(reversed(pins))].append(line)
        else:
            pins[line.split(" ")[0]] = []
    return pins


def names(pins) -> set[str]:
    return {pin.partition("==")[0] for pin in pins}


def name_of(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9_.-]", requirement)[0].lower()


@pytest.mark.parametrize("file", ["runtime.txt", "development.txt"])
def test_every_pin_is_exact_and_has_hashes_and_no_address(file: str):
    for pin, hashes in pinned(file).items():
        assert re.fullmatch(r"[a-z0-9-]+==[\w.]+", pin)
        assert hashes, pin
        assert all(re.fullmatch(r" +--hash=sha256:[0-9a-f]{64}( \\)?", line) for line in hashes), pin


def test_what_the_project_asks_for_is_pinned(project):
    groups = project["dependency-groups"]
    asked = {name_of(requirement) for requirement in project["project"]["dependencies"]}
    assert asked | {name_of(requirement) for requirement in groups["build"]} <= names(pinned("runtime.txt"))
    development = {name_of(entry) for entry in groups["development"] if isinstance(entry, str)}
    assert development <= names(pinned("development.txt"))


def test_development_keeps_every_version_that_runs():
    assert pinned("runtime.txt").keys() <= pinned("development.txt").keys()


def test_every_library_that_is_imported_is_asked_for(modules, project):
    extras = project["project"]["optional-dependencies"].values()
    listed = [project["project"]["dependencies"], *extras]
    asked = {name_of(requirement) for requirements in listed for requirement in requirements}
    known = {IMPORTED_AS.get(name, name) for name in asked} | sys.stdlib_module_names | {"clearstone"}
    imported = {
        name.split(".")[0]
        for module in modules
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module])
    }
    assert imported <= known
