"""What a live test found: the smallest program or question, told step by step, and as a case to keep."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from clearstone.conformance import wire
from clearstone.conformance.live.alterations.alteration import altered, told_alteration, told_path
from clearstone.conformance.live.alterations.hunt import AlteredAsking
from clearstone.conformance.live.client import ClientFault, ClientGone, LiveClient
from clearstone.conformance.live.deciding import deciding_rules
from clearstone.conformance.live.mismatch import Mismatch
from clearstone.conformance.live.program_run import LiveRun
from clearstone.conformance.live.question_hunt import Asking
from clearstone.conformance.live.told_questions import rules_behind, told_input, told_question
from clearstone.conformance.operations import OPERATIONS
from clearstone.conformance.operations.encoding_operations import StateToRestore
from clearstone.conformance.operations.ledger_operations import BlocksToApply
from clearstone.conformance.operations.operation import answer
from clearstone.conformance.suites.draft import Draft
from clearstone.conformance.vector_file import Case
from clearstone.models.stateful.exchange_program import Program
from clearstone.models.stateful.exchange_telling import moments
from clearstone.spec.encoding.state_json import from_json, to_json
from clearstone.spec.rules import RULES
from clearstone.spec.snapshot import snapshot_of

_RULE = re.compile(r"[A-Z]+-\d+[a-z]?")
_SPAN = re.compile(r"([A-Z]+)-(\d+) to \1-(\d+)")


@dataclass(frozen=True, slots=True)
class Finding:
    """The smallest thing found that the client gets wrong."""

    mismatch: Mismatch
    """What is wrong."""
    case: Case
    """It as a case of the vectors."""
    told: tuple[str, ...]
    """It step by step, a line each, with the rules behind each step."""
    steps: int
    """Its steps: of a program the blocks, of an altered vector the changes, but at least 1; of another question 1."""
    found_steps: int
    """The steps of what was found first."""
    tried: int
    """What was tried to make it smaller."""
    found_after: float
    """Seconds until it was found."""
    program: Program | None = None
    """The program, if it is one."""
    repeats: bool = True
    """Whether the client gets the case wrong when it is asked it by itself."""


def of_program(run: LiveRun, found: LiveRun, tried: int, found_after: float, seed: int, client: LiveClient) -> Finding:
    """A program as a finding; `found` is what it was before it was made shorter."""
    assert run.mismatch is not None, "only what is wrong is a finding"
    told = list(moments(run))
    behind = [rule for text in told[-1].rules for rule in rules_in(text)]
    rules = (*deciding_rules(run.mismatch, run.expected), *behind)
    known = tuple(dict.fromkeys(rule for rule in rules if rule in RULES)) or ("LEDGER-7",)
    actions = "; ".join(moment.action for moment in told[1:]) or told[0].action
    about = f"Made up at random from seed {seed}, then made as short as could be found: {actions}."
    if run.blocks:
        question: object = BlocksToApply(snapshot_of(run.opened), tuple(run.blocks))
        draft = Draft(f"blocks/live-program-of-seed-{seed}", about, known, "apply_blocks", question)
    else:
        known = tuple(dict.fromkeys(("ENC-1", *known)))
        question = StateToRestore(snapshot_of(run.opened))
        draft = Draft(f"encoding/live-state-of-seed-{seed}", about, known, "root_of_state", question)
    lines = []
    for number, moment in enumerate(told):
        lines.append(f"{number or 'start'}. {moment.action} [{', '.join(moment.rules)}]")
        lines += [f"     {outcome}" for outcome in moment.outcomes]
    case = _answered(draft)
    return Finding(
        run.mismatch,
        case,
        tuple(lines),
        run.length,
        found.length,
        tried,
        found_after,
        run.program,
        _repeats(case, client),
    )


def of_question(done: Asking, found_after: float, seed: int, client: LiveClient) -> Finding:
    """A question as a finding."""
    asked, mismatch, expected = done.asked, done.mismatch, done.expected
    assert mismatch is not None, "only what is wrong is a finding"
    assert expected is not None, "the spec answers whatever it is asked"
    rules = tuple(dict.fromkeys((*deciding_rules(mismatch, expected.output), *asked.rules)))
    statement = OPERATIONS[asked.operation].statement
    case = Case(
        f"{asked.suite}/live-{asked.name}-of-seed-{seed}",
        f"Made up at random from seed {seed}, then made as small as could be found: {statement}",
        rules,
        asked.operation,
        to_json(done.question),
        expected.output,
        expected.rule,
    )
    told = tuple(told_question(asked, done.question))
    return Finding(mismatch, case, told, 1, 1, done.tried, found_after, None, _repeats(case, client))


def of_altered(done: AlteredAsking, found_after: float, seed: int, client: LiveClient) -> Finding:
    """An altered vector as a finding."""
    mismatch, question = done.mismatch, done.smallest
    assert mismatch is not None, "only what is wrong is a finding"
    assert question is not None, "and it has a question"
    vector, alterations, expected = question.case, question.alterations, question.expected
    lines, given = [f"vector {vector.id}: {vector.description} [{', '.join(vector.rules)}]"], vector.input
    for number, alteration in enumerate(alterations, 1):
        lines.append(f"{number}. {told_alteration(given, alteration)}")
        given = altered(given, alteration)
    if not alterations:
        lines.append("as it stands: the client gets the vector itself wrong")
    elif question.only is None and given != question.given:
        lines.append("and signatures, ids, roots and times that follow from that")
    if question.only is not None:
        lines.append(f"and of its blocks only number {question.only}, on the state before it")
    asked = from_json(OPERATIONS[vector.operation].question, question.given)
    if not isinstance(asked, BlocksToApply) or len(asked.blocks) == 1:
        lines += told_input(asked)
    as_written = not alterations and question.only is None
    behind = [] if as_written else [rule for text in rules_behind(asked) for rule in rules_in(text)]
    places = ", ".join(told_path(alteration.path) for alteration in alterations) or "nothing, it is the vector itself"
    case = Case(
        f"{vector.suite}/live-altered-of-seed-{seed}",
        f"Vector {vector.id}, altered at random from seed {seed}, as little as could be found, in: {places}.",
        tuple(dict.fromkeys((*deciding_rules(mismatch, expected.output), *behind, *vector.rules))),
        vector.operation,
        question.given,
        expected.output,
        expected.rule,
    )
    steps, repeats = max(1, len(alterations)), _repeats(case, client)
    return Finding(mismatch, case, tuple(lines), steps, done.found, done.tried, found_after, None, repeats)


def rules_in(text: str) -> Iterable[str]:
    """The ids of the rules that a text names; of a span all."""
    for family, low, high in _SPAN.findall(text):
        yield from (f"{family}-{number}" for number in range(int(low), int(high) + 1))
    yield from _RULE.findall(text)


def _answered(draft: Draft) -> Case:
    told = answer(OPERATIONS[draft.operation], draft.question)
    return Case(
        draft.id, draft.description, draft.rules, draft.operation, to_json(draft.question), told.output, told.rule
    )


def _repeats(case: Case, client: LiveClient) -> bool:
    """Whether the client gets a case wrong when it is asked as the vectors are."""
    question: wire.Json = {"kind": "run", "suite": case.suite, "operation": case.operation, "input": case.input}
    try:
        reply = client.ask(question)
    except (ClientFault, ClientGone):
        return True
    if case.rejected is not None:
        return (reply.kind, reply.content) != ("rejected", case.rejected)
    return (reply.kind, reply.content) != ("output", case.output)
