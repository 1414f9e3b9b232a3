"""The committed vectors, and clients that are a few lines of Python."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from clearstone.conformance.runner.conversation import Conversation
from clearstone.conformance.runner.limits import Limits
from clearstone.conformance.runner.verdicts import Result
from clearstone.conformance.vector_file import Case, read_folder

VECTORS = Path(__file__).parents[2] / "vectors"

POLITE = """
import json, sys
def reply(value):
    sys.stdout.write(value if isinstance(value, str) else json.dumps(value) + "\\n")
    sys.stdout.flush()
SUITES = ["arithmetic", "signatures", "ledger"]
def hello():
    about = {"name": "scripted", "version": "1", "language": "Python", "homepage": ""}
    reply({"client": about, "protocol": "clearstone-conformance/1", "suites": SUITES})
def right(question):
    n, d = int(question["input"]["numerator"]), int(question["input"]["divisor"])
    return {"seq": question["seq"], "output": {"value": str(n // d)}}
def main(answer):
    for number, line in enumerate(sys.stdin):
        question = json.loads(line)
        if question["kind"] == "start":
            hello()
        elif question["kind"] == "run":
            answer(question, number)
        else:
            break
"""
"""What every scripted client begins with."""


def division(number: int) -> Case:
    value = str(number // 7)
    question = {"numerator": str(number), "divisor": "7"}
    return Case(f"arithmetic/case-{number}", "A division.", ("NUM-3",), "floor_div", question, {"value": value})


@pytest.fixture(scope="session")
def vectors() -> tuple[Case, ...]:
    return read_folder(VECTORS)


@pytest.fixture(scope="session")
def divisions() -> Callable[[int], list[Case]]:
    """So many cases that a scripted client can answer."""
    return lambda count: [division(number) for number in range(count)]


@pytest.fixture
def scripted(tmp_path: Path) -> Callable[[str], list[str]]:
    """The command of a client, from the lines that come after `POLITE`."""

    def write(script: str) -> list[str]:
        path = tmp_path / "client.py"
        path.write_text(POLITE + script, encoding="utf-8")
        return [sys.executable, str(path)]

    return write


@pytest.fixture
def asked(scripted, divisions) -> Callable[..., tuple[list[Result], Conversation]]:
    """Run divisions against a scripted client."""

    def run(script: str, count: int = 20, **limits: float) -> tuple[list[Result], Conversation]:
        conversation = Conversation(scripted(script), divisions(count), Limits(**{"reply_seconds": 5.0, **limits}))
        return list(conversation), conversation

    return run
