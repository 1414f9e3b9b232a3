"""Asking altered vectors, and leaving changes out of one that the client gets wrong."""

from __future__ import annotations

import re
import traceback
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from clearstone.conformance.live.alterations.alteration import Alteration, NoSuchPlace, all_altered, altered, plainer
from clearstone.conformance.live.alterations.bounds import within_bounds
from clearstone.conformance.live.alterations.making import HOW_MANY, made_up
from clearstone.conformance.live.alterations.mending import mended
from clearstone.conformance.live.alterations.stock import Stock
from clearstone.conformance.live.budget import Clock, Enough
from clearstone.conformance.live.client import ClientFault, ClientGone, LiveClient
from clearstone.conformance.live.mismatch import Mismatch, compared
from clearstone.conformance.operations import OPERATIONS
from clearstone.conformance.operations.ledger_operations import BlocksToApply, apply_to
from clearstone.conformance.operations.operation import Answered, answer
from clearstone.conformance.vector_file import Case
from clearstone.conformance.wire import Json
from clearstone.models.stateful.shrinking import Shrinker
from clearstone.spec.encoding.state_json import from_json, to_json
from clearstone.spec.receipts import Rejection
from clearstone.spec.snapshot import restore, snapshot_of

_BLOCK = re.compile(r"blocks\[(\d+)\]")


class SpecificationRaised(Exception):
    """The specification, which is to have an answer to everything, failed on an altered vector."""

    def __init__(self, case: Case, error: Exception) -> None:
        """Say on which, and where."""
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{last.name}, line {last.lineno} of {Path(last.filename).name}"
        super().__init__(
            f"the specification raised {type(error).__name__} in {where} when it was asked {case.id} with something "
            f"altered: a defect of Clearstone and not of the client ({error})"
        )


class _Skipped(Exception):
    """The client does not have the operation."""


@dataclass(frozen=True, slots=True)
class Altered:
    """A vector with changes."""

    case: Case
    """The vector."""
    alterations: tuple[Alteration, ...]
    """The changes, made one after the other; none if the vector is asked as it stands."""
    given: Json
    """The question: the changes made, and what follows from them."""
    expected: Answered
    """What the spec answers."""
    only: int | None = None
    """The one block that is left of several, and is asked about on the state before it; None if all are."""


@dataclass(slots=True)
class AlteredAsking:
    """How one turn of altered vectors of a suite goes."""

    questions: int = 0
    """Questions that were answered rightly."""
    skipped: dict[str, str] = field(default_factory=dict)
    """Why the client does not answer an operation, if it said so."""
    asked: int = 0
    """Questions that it did not skip."""
    mismatch: Mismatch | None = None
    """What was wrong with the smallest question that it got wrong, if any."""
    smallest: Altered | None = None
    """That question."""
    found: int = 0
    """How many changes the one found first had."""
    tried: int = 0
    """Questions asked to make it smaller."""
    shrinking: Clock | None = None
    """Runs since the first one was found."""

    def found_after(self, clock: Clock) -> float:
        """Seconds of a clock until the first one was found."""
        return clock.spent if self.shrinking is None else self.shrinking.begun - clock.begun


def ask_altered(
    client: LiveClient, suite: str, stock: Stock, clock: Clock, most: int, number: int, shrink_seconds: float
) -> AlteredAsking:
    """Ask so many vectors of a suite with changes, up to the first that the client gets wrong. Raises Enough."""
    done, begun = AlteredAsking(), None
    for case in stock.next(suite, most):
        if clock.over:
            raise Enough
        following = None
        if case.operation not in done.skipped:  # made up while the client answers the one before
            following = some_altered(Random(f"{number} {case.id}"), case, stock)
        if begun is not None:
            _settle(done, client, begun)
        if done.mismatch is not None:
            break
        begun = None
        if following is not None and case.operation not in done.skipped:
            begun = following
            _begin(client, begun)
    else:
        if begun is not None:
            _settle(done, client, begun)
    if done.smallest is not None:
        done.found, done.shrinking = len(done.smallest.alterations), Clock(shrink_seconds)
        _shrink(done, client, stock, done.shrinking)
    return done


def _settle(done: AlteredAsking, client: LiveClient, question: Altered) -> None:
    """Note what came of a question that was begun."""
    try:
        mismatch = _finished(client, question)
    except _Skipped as reason:
        done.skipped[question.case.operation] = str(reason)
        return
    done.asked += 1
    if mismatch is None:
        done.questions += 1
    else:
        done.mismatch, done.smallest = mismatch, question


def some_altered(chance: Random, case: Case, stock: Stock) -> Altered | None:
    """A vector with a few changes at random; None if nothing came of it that the spec answers."""
    given, made = case.input, []
    donors = tuple(donor.input for donor in stock.donors(chance, case))
    for _ in range(chance.choice(HOW_MANY)):
        alteration = made_up(chance, OPERATIONS[case.operation].question, given, donors)
        if alteration is not None:
            given = altered(given, alteration)
            made.append(alteration)
    question = as_altered(case, tuple(made), stock)
    return None if question is None or question.given == case.input else question


def as_altered(case: Case, alterations: tuple[Alteration, ...], stock: Stock) -> Altered | None:
    """A vector with changes, and what the spec answers; None where the changes leave what it has an answer to."""
    try:
        given = all_altered(case.input, alterations)
    except NoSuchPlace:
        return None
    if alterations:
        given = mended(case.operation, given, stock.in_order(case), alterations)
    operation = OPERATIONS[case.operation]
    question = from_json(operation.question, given)
    if isinstance(question, Rejection):
        return Altered(case, alterations, given, Answered(None, question.rule))
    if not within_bounds(question):
        return None
    try:
        return Altered(case, alterations, given, answer(operation, question))
    except Exception as error:  # it is total, so whatever comes is a defect to be told
        raise SpecificationRaised(case, error) from error


def _begin(client: LiveClient, question: Altered) -> None:
    case = question.case
    client.begin({"kind": "run", "suite": case.suite, "operation": case.operation, "input": question.given})


def _finished(client: LiveClient, question: Altered) -> Mismatch | None:
    """What is wrong with the answer to a question that was begun."""
    try:
        reply = client.finish()
    except ClientFault as fault:
        return Mismatch("fault", fault.reason, (), "", fault.stderr)
    if reply.kind == "skipped":
        raise _Skipped(reply.content)
    return compared(question.expected, reply, client.stderr() if reply.kind != "output" else "")


def _shrink(done: AlteredAsking, client: LiveClient, stock: Stock, clock: Clock) -> None:
    """Leave out the changes that are not needed; if none is, the client gets the vector itself wrong."""
    assert done.smallest is not None, "only what is wrong is made smaller"
    assert done.mismatch is not None, "and it says what is wrong"
    case, kind = done.smallest.case, done.mismatch.kind

    def wrong(alterations: tuple[Alteration, ...]) -> bool:
        return still(None if clock.over else as_altered(case, alterations, stock))

    def still(question: Altered | None) -> bool:
        if question is None:
            return False
        done.tried += 1
        _begin(client, question)
        mismatch = _finished(client, question)
        if mismatch is None or mismatch.kind != kind:
            return False
        done.mismatch, done.smallest = mismatch, question
        return True

    try:
        if not wrong(()):
            Shrinker().shrink(done.smallest.alterations, wrong, plainer, lambda first, second: ())
        still(of_one_block(done.smallest, done.mismatch))
    except (ClientGone, KeyboardInterrupt, SpecificationRaised, _Skipped):  # what was found until then stands
        pass


def of_one_block(question: Altered, mismatch: Mismatch) -> Altered | None:
    """The first block that the client gets wrong of several, asked about by itself, on the state before it."""
    places = [int(place.group(1)) for each in mismatch.differences if (place := _BLOCK.match(each.path)) is not None]
    asked = from_json(OPERATIONS[question.case.operation].question, question.given)
    if not isinstance(asked, BlocksToApply) or not places or not 1 + min(places) <= len(asked.blocks) != 1:
        return None
    only, state = min(places), restore(asked.state)
    for block in asked.blocks[:only]:
        assert not isinstance(state, Rejection), "there was an answer"
        state, _ = apply_to(state, block)
    assert not isinstance(state, Rejection), "there was an answer"
    smaller = BlocksToApply(snapshot_of(state), (asked.blocks[only],))
    expected = answer(OPERATIONS[question.case.operation], smaller)
    return replace(question, given=to_json(smaller), expected=expected, only=only)
