"""How cases are written down: a question, what it is about, and nothing of the answer, which is the spec's."""

from __future__ import annotations

from dataclasses import dataclass

from clearstone.conformance.operations import OPERATIONS
from clearstone.conformance.operations.operation import answer
from clearstone.conformance.vector_file import Case
from clearstone.spec.encoding.state_json import to_json


@dataclass(frozen=True, slots=True)
class Draft:
    """A case without its answer."""

    id: str
    """`suite/what-it-is-about`, unique."""
    description: str
    """What it is about, in a sentence."""
    rules: tuple[str, ...]
    """Ids of the rules that decide it, the one most at stake first."""
    operation: str
    """What is asked."""
    question: object
    """The question: a record of the operation's kind."""


def answered(draft: Draft) -> Case:
    """The case: what the spec answers, in full."""
    asked = OPERATIONS[draft.operation]
    if type(draft.question) is not asked.question:
        raise TypeError(f"{draft.id}: {asked.name} asks a {asked.question.__name__}")
    told = answer(asked, draft.question)
    if told.rule is not None and told.rule not in draft.rules:
        raise ValueError(f"{draft.id}: is rejected by {told.rule}, which it does not name")
    rules = tuple(dict.fromkeys(draft.rules))
    return Case(draft.id, draft.description, rules, draft.operation, to_json(draft.question), told.output, told.rule)
