import re
import textwrap
from pathlib import Path

import pytest

from clearstone.proofs import obligations
from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.number_proofs import DONE
from clearstone.proofs.obligations import OBLIGATIONS, obligation
from clearstone.proofs.proving import prove
from clearstone.proofs.worlds import World
from clearstone.spec.transition import fee_share

CONTRIBUTING = Path(__file__).parents[2] / "CONTRIBUTING.md"


@pytest.fixture
def example() -> str:
    section = CONTRIBUTING.read_text(encoding="utf-8").partition("## Add a proof")[2].partition("\n## ")[0]
    (block,) = re.findall(r"(?:^    .*\n|^\n(?=    ))+", section, re.MULTILINE)
    return textwrap.dedent(block).strip()


def stated_in(text: str, monkeypatch: pytest.MonkeyPatch):
    registered: dict = {}
    monkeypatch.setattr(obligations, "OBLIGATIONS", registered)
    exec(
        compile("from __future__ import annotations\n" + text, "CONTRIBUTING.md", "exec"),
        {"obligation": obligation, "parts": parts, "DONE": DONE, "World": World, "fee_share": fee_share},
    )
    (made,) = registered.values()
    return made


def test_the_example_for_a_new_proof_has_ten_lines_at_most_and_is_proved(example: str, monkeypatch):
    assert len(example.splitlines()) <= 10
    made = stated_in(example, monkeypatch)
    result = prove(made)
    assert (result.verdict, result.detail) == ("proved", "")
    assert result.outcomes == {"done": 1}


def test_the_example_is_one_of_the_proofs(example: str, monkeypatch):
    made = stated_in(example, monkeypatch)
    assert made.id in OBLIGATIONS


def test_the_example_fails_if_it_demands_too_much(example: str, monkeypatch):
    assert "moved <= pool.fees" in example
    made = stated_in(example.replace("moved <= pool.fees", "moved < pool.fees"), monkeypatch)
    result = prove(made)
    assert result.verdict == "refuted"
    assert result.counterexample.replayed
