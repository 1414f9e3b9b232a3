import re
from pathlib import Path

import pytest

from clearstone.reference.command import SUBCOMMANDS

REPOSITORY = Path(__file__).parents[2]
DOCUMENTS = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_into_the_repository_leads_somewhere(document: str):
    text = (REPOSITORY / document).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#:]+)\)", text)
    assert [link for link in links if not (REPOSITORY / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_make_target_that_is_named_exists(document: str):
    targets = set(re.findall(r"^([a-z]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = re.findall(r"\bmake ([a-z]+)\b(?=[`\s]|$)", "\n".join(commands(document)))
    assert set(named) <= targets


def test_every_subcommand_is_in_the_readme():
    told = "\n".join(commands("README.md"))
    assert [name for name in SUBCOMMANDS if f"clearstone {name}" not in told] == []


def commands(document: str) -> list[str]:
    """What stands between backticks or in an indented block."""
    text = (REPOSITORY / document).read_text(encoding="utf-8")
    return re.findall(r"`([^`\n]+)`", text) + re.findall(r"^    (.+)$", text, re.MULTILINE)
