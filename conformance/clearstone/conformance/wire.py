"""What is said on the pipe: one JSON object a line, questions on the client's standard input, replies on its output.

No number is ever written as a JSON number, so that no reader can lose a digit: integers are decimal strings, bytes are
lowercase hex. A question has a `kind` and all but `start` and `stop` a `seq`, which the reply repeats. The expected
answer is never sent. `docs/conformance.md` explains it for those who write a client; `schemas` has it as JSON Schema.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

PROTOCOL = "clearstone-conformance/1"
"""Name and version of what is spoken."""

SUITES = (
    "arithmetic",
    "encoding",
    "signatures",
    "oracle",
    "ledger",
    "book",
    "funding",
    "options",
    "margin",
    "liquidation",
    "waterfall",
    "consensus",
    "blocks",
    "incidents",
)
"""Every suite, in the order in which a client is asked."""

SESSION = ("open", "apply", "dump", "close")
"""Kinds of questions of a live session: the client keeps a state, and is given transactions and blocks."""

START = {"kind": "start", "protocol": PROTOCOL}
"""The first question of all."""
STOP = {"kind": "stop"}
"""The last line; nothing replies to it."""

Json = Any
"""A JSON value as the standard library reads it."""


@dataclass(frozen=True, slots=True)
class MalformedNumber:
    """What a JSON number is read as, which has no place here: equal to nothing, and never worked out."""

    text: str
    """The first digits of it."""

    def __str__(self) -> str:
        return f"the JSON number {self.text}"


class NotJson(ValueError):
    """A line is not one JSON value; says why in a few words."""


def write(message: Json) -> bytes:
    """A message as a line."""
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


def _number(text: str) -> MalformedNumber:
    return MalformedNumber(text if len(text) <= 40 else text[:37] + "...")


def _once(entries: list[tuple[str, Json]]) -> Json:
    found = dict(entries)
    if len(found) != len(entries):
        raise NotJson("an object names a key twice")
    return found


_DECODER = json.JSONDecoder(parse_int=_number, parse_float=_number, parse_constant=_number, object_pairs_hook=_once)


def read(line: bytes) -> Json:
    """The message of a line, whatever somebody wrote there; raises NotJson."""
    try:
        return _DECODER.decode(line.decode())
    except UnicodeDecodeError:
        raise NotJson("the line is not UTF-8") from None
    except RecursionError:
        raise NotJson("the line is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise NotJson(f"the line is not JSON: {error.msg} at column {error.colno}") from None


def run(seq: str, suite: str, operation: str, question: Json) -> Json:
    """The question of one case."""
    return {"kind": "run", "seq": seq, "suite": suite, "operation": operation, "input": question}


@dataclass(frozen=True, slots=True)
class Hello:
    """A client's reply to `start`."""

    name: str
    """Its name."""
    version: str
    """Its version."""
    language: str
    """Language that it is written in."""
    homepage: str
    """Where to find it."""
    suites: tuple[str, ...]
    """The suites that it supports; others are reported as unsupported."""


def read_hello(message: Json) -> Hello | str:
    """A client's introduction, or what is wrong with it."""
    if not isinstance(message, dict) or set(message) != {"client", "protocol", "suites"}:
        return "the reply to start must have exactly client, protocol and suites"
    client, suites = message["client"], message["suites"]
    if message["protocol"] != PROTOCOL:
        return f"the client does not speak {PROTOCOL}"
    if not isinstance(client, dict) or set(client) != {"name", "version", "language", "homepage"}:
        return "client must have exactly name, version, language and homepage"
    if not _are_texts(client.values()):
        return "name, version, language and homepage must be strings of at most 200 characters"
    if not isinstance(suites, list) or not all(isinstance(suite, str) and suite in SUITES for suite in suites):
        return f"suites must be a list out of {', '.join(SUITES)}"
    return Hello(client["name"], client["version"], client["language"], client["homepage"], tuple(suites))


def _are_texts(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) and len(value) <= 200 for value in values)


@dataclass(frozen=True, slots=True)
class Reply:
    """A client's reply to a question with a `seq`."""

    seq: str
    """The question that it answers."""
    kind: str
    """`output`, `rejected`, `skipped` or `error`."""
    content: Json
    """The output; the rule's id; or the reason."""


def read_reply(message: Json) -> Reply | str:
    """A reply, or what is wrong with it."""
    if type(message) is not dict or len(message) != 2 or "seq" not in message:
        return "a reply must have exactly seq and one of output, rejected, skipped and error"
    seq = message["seq"]
    if type(seq) is not str:
        return "seq must be the string that the question had"
    if "output" in message:
        return Reply(seq, "output", message["output"])
    if "rejected" in message:
        rejected = message["rejected"]
        if type(rejected) is not dict or set(rejected) != {"rule"} or type(rejected["rule"]) is not str:
            return 'rejected must be {"rule": ID}'
        return Reply(seq, "rejected", rejected["rule"])
    for kind in ("skipped", "error"):
        if kind in message:
            reason = message[kind]
            return Reply(seq, kind, reason[:1000]) if type(reason) is str else f"{kind} must be a string: the reason"
    return "a reply must have exactly seq and one of output, rejected, skipped and error"
