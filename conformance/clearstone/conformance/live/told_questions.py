"""Telling a question in a few lines: what is done in it, with the rules behind it; not the whole of its input."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from clearstone.conformance.live.questions import Asked
from clearstone.conformance.operations import OPERATIONS
from clearstone.conformance.operations.consensus_operations import StepToTake
from clearstone.conformance.operations.ledger_operations import BlocksToApply, TransactionToApply
from clearstone.models.stateful.exchange_world import NAMES
from clearstone.models.stateful.telling import rules_of
from clearstone.spec.encoding.state_json import to_json
from clearstone.spec.transactions import Transaction

LONGEST = 400
"""As many characters as are told of an input."""


def told_question(asked: Asked, question: Any) -> Iterator[str]:
    """A question in lines."""
    yield f"1. {asked.operation}: {OPERATIONS[asked.operation].statement} [{', '.join(asked.rules)}]"
    yield from told_input(question)


def told_input(question: Any) -> Iterator[str]:
    """What is done in a question, in lines."""
    match question:
        case TransactionToApply():
            yield f"     {told_transaction(question.transaction)}"
        case BlocksToApply():
            for block in question.blocks:
                yield f"     block {block.height}, time {block.time}, {len(block.commit.signatures)} precommits:"
                yield from (f"       {told_transaction(each)}" for each in block.transactions)
        case StepToTake():
            yield f"     {question.claim}"
            yield f"     {question.node}"
            yield f"     {len(question.received)} messages in the log"
        case _:
            text = json.dumps(to_json(question))
            yield f"     {text if len(text) <= LONGEST else text[: LONGEST - 3] + '...'}"


def told_transaction(transaction: Transaction) -> str:
    """A transaction in a line: who, what, and the rules behind that."""
    body = transaction.body
    told = ", ".join(f"{item.name} {_told(getattr(body.action, item.name))}" for item in fields(body.action))
    who = NAMES.get(body.account, body.account) or f"{len(transaction.signatures)} validators"
    return f"{who}: {type(body.action).__name__} {told}, nonce {body.nonce} [{rules_of(type(body.action))}]"


def rules_behind(question: Any) -> Iterator[str]:
    """What names the rules behind the transactions of a question, if it has any."""
    match question:
        case TransactionToApply():
            yield rules_of(type(question.transaction.body.action))
        case BlocksToApply():
            for block in question.blocks:
                yield from (rules_of(type(each.body.action)) for each in block.transactions)


def _told(value: object) -> str:
    if isinstance(value, bytes):
        return value.hex().lstrip("0")[:16] or "0"
    return f"{value:,}" if isinstance(value, int) else NAMES.get(str(value), str(value))
