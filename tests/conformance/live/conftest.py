"""Live tests within seconds: clients of a few lines, and the reference without a process between."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from clearstone.conformance import wire
from clearstone.conformance.client_session import ClientSession
from clearstone.conformance.suites.ledger_stage import RING
from clearstone.models.chain import keys_made_by

ABOUT = """
import json, sys, time
SUITES = ["arithmetic", "blocks"]
def write(value):
    sys.stdout.write(value if isinstance(value, str) else json.dumps(value) + "\\n")
    sys.stdout.flush()
def main(answer):
    for number, line in enumerate(sys.stdin):
        question = json.loads(line)
        if question["kind"] == "start":
            about = {"name": "scripted", "version": "1", "language": "Python", "homepage": ""}
            write({"client": about, "protocol": "clearstone-conformance/1", "suites": SUITES})
        elif question["kind"] == "stop":
            break
        else:
            answer(question, number)
"""
"""What every scripted client begins with."""


class InProcess:
    """The reference, asked as a live client is."""

    def __init__(self) -> None:
        self.session = ClientSession("1")
        self.asked = 0
        self.begun: wire.Json = None
        self.changes: Callable[[wire.Json, wire.Json], wire.Json] = lambda question, reply: reply
        """What is done to a reply before it is given."""

    def ask(self, question: wire.Json) -> wire.Reply:
        """The reply to a question."""
        self.asked += 1
        line = self.session.reply(wire.write({"seq": str(self.asked), **question}))
        assert line is not None, "only stop has no reply"
        reply = wire.read_reply(self.changes(question, wire.read(line)))
        assert isinstance(reply, wire.Reply), "the reference replies well"
        return reply

    def begin(self, question: wire.Json) -> None:
        """Ask a question; its reply is fetched later."""
        self.begun = question

    def finish(self) -> wire.Reply:
        """The reply to the question that was begun last."""
        return self.ask(self.begun)

    def stderr(self) -> str:
        """It writes nothing there."""
        return ""


@pytest.fixture
def reference() -> InProcess:
    """The reference, without a process."""
    return InProcess()


@pytest.fixture
def keys():
    """Names stand for keys that can sign."""
    with keys_made_by(RING.named):
        yield


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str], tuple[str, ...]]:
    """The command of a client, from the lines that come after `ABOUT`."""

    def write(text: str) -> tuple[str, ...]:
        path = tmp_path / "client.py"
        path.write_text(ABOUT + text, encoding="utf-8")
        return sys.executable, str(path)

    return write


@pytest.fixture
def client() -> Callable[..., tuple[str, ...]]:
    """The command of the reference, perhaps under a mutant."""

    def command(mutant: str = "") -> tuple[str, ...]:
        under = ("--mutant", mutant) if mutant else ()
        return sys.executable, "-m", "clearstone.reference.command", "client", *under

    return command
