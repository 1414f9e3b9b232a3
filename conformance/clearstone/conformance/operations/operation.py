"""An operation: a question that a client can be asked, and the function of the spec that answers it.

Question and answer are records, so their JSON form, their schema and the check of what a client sends all follow from
their type hints (`clearstone.spec.encoding.shapes`).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

from clearstone.spec.encoding.state_json import Json, from_json, to_json
from clearstone.spec.receipts import Rejection


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that a client can be asked."""

    name: str
    """Its name on the wire."""
    statement: str
    """What it asks, in a sentence."""
    question: type
    """Record that is its input."""
    answer: type
    """Record that is its output."""
    run: Callable[[Any], Any]
    """From a question to an answer, or to a Rejection."""


def operation(run: Callable[[Any], Any]) -> Operation:
    """The operation that a function answers: its name, docstring and annotations say all of it."""
    hints = get_type_hints(run)
    answers = [cls for cls in get_args(hints["return"]) or (hints["return"],) if cls is not Rejection]
    [question] = [hint for name, hint in hints.items() if name != "return"]
    return Operation(run.__name__, inspect.getdoc(run) or "", question, answers[0], run)


def operations(*runs: Callable[[Any], Any]) -> tuple[Operation, ...]:
    """The operations that functions answer."""
    return tuple(operation(run) for run in runs)


@dataclass(frozen=True, slots=True)
class Answered:
    """What an operation came to, as JSON."""

    output: Json
    """The answer; None if it was rejected."""
    rule: str | None = None
    """Id of the rule that rejects; None if there is an answer."""


def answer(asked: Operation, question: object) -> Answered:
    """Ask an operation a question: a record of its kind."""
    result = asked.run(question)
    return Answered(None, result.rule) if isinstance(result, Rejection) else Answered(to_json(result))


def answer_json(asked: Operation, question: object) -> Answered:
    """Ask an operation a question in JSON; one that is malformed is rejected by ENC-3."""
    read = from_json(asked.question, question)
    return Answered(None, read.rule) if isinstance(read, Rejection) else answer(asked, read)
