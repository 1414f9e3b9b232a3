import re
import statistics
from pathlib import Path

from clearstone.reference import __version__

REPOSITORY = Path(__file__).parents[2]
SAYS_NOTHING = {"util", "utils", "helper", "helpers", "common", "misc"}
LONGER_THAN_300_LINES: dict[str, str] = {}
"""Path of a module that may be longer, and why."""


def test_every_list_of_roots_in_the_project_file_is_the_same(project, roots):
    tool = project["tool"]
    assert tool["hatch"]["build"]["targets"]["wheel"]["packages"] == [f"{root}/clearstone" for root in roots]
    assert tool["mypy"]["mypy_path"].split(":") == roots
    assert tool["mypy"]["files"] == roots
    assert tool["ruff"]["src"] == roots
    assert tool["coverage"]["run"]["source"] == roots


def test_every_folder_with_the_namespace_is_a_root_and_every_root_is_there(roots):
    assert sorted(path.parent.name for path in REPOSITORY.glob("*/clearstone")) == sorted(roots)


def test_the_namespace_belongs_to_no_root(roots):
    assert [root for root in roots if (REPOSITORY / root / "clearstone" / "__init__.py").exists()] == []


def test_every_part_is_a_typed_package(roots):
    for root in roots:
        assert (REPOSITORY / root / "clearstone" / root / "py.typed").is_file(), root


def test_every_folder_of_modules_is_a_package(modules):
    folders = {module.path.parent for module in modules}
    assert [str(folder) for folder in folders if not (REPOSITORY / folder / "__init__.py").exists()] == []


def test_names_say_something(modules):
    assert [m.name for m in modules if SAYS_NOTHING & set(re.split(r"[._]", m.name))] == []


def test_modules_are_short(modules):
    assert statistics.median(module.length for module in modules) < 130
    long = {str(module.path) for module in modules if module.length > 300}
    assert long == LONGER_THAN_300_LINES.keys()


def test_the_changelog_tells_of_this_version():
    assert f"## [{__version__}]" in (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
