"""Asking questions that are made up, and making one that the client gets wrong as small as can be.

Hypothesis makes a failing question smaller by itself; here its time is bounded, and the smallest one so far kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.errors import Flaky

from clearstone.conformance.live.budget import Clock, Enough, ended_from_outside
from clearstone.conformance.live.client import ClientFault, ClientGone, LiveClient
from clearstone.conformance.live.mismatch import Mismatch, compared
from clearstone.conformance.live.questions import Asked, Material
from clearstone.conformance.operations import OPERATIONS
from clearstone.conformance.operations.operation import Answered, answer
from clearstone.models.stateful.drawing import drawn_from_the_seed_alone
from clearstone.spec.encoding.state_json import to_json

BATCH = 8
"""Questions of one seed: of many, Hypothesis would make up half by repeating parts of earlier ones."""


class _Wrong(Exception):
    """The client got a question wrong: for Hypothesis, which then looks for a smaller one."""


class _NotAsked(BaseException):
    """The client does not have the operation. No `Exception`, as Hypothesis would look for more of it."""


@dataclass(slots=True)
class Asking:
    """How one turn of questions of a kind goes."""

    asked: Asked
    """The kind."""
    questions: int = 0
    """Questions that were answered rightly, before the first that was not."""
    skipped: str = ""
    """Why the client does not answer such questions, if it said so."""
    mismatch: Mismatch | None = None
    """What was wrong with the smallest question that it got wrong, if any."""
    question: Any = None
    """That question."""
    expected: Answered | None = None
    """What the spec answers to it."""
    tried: int = 0
    """Questions asked to make it smaller."""
    shrinking: Clock | None = None
    """Runs since the first one was found."""

    def found_after(self, clock: Clock) -> float:
        """Seconds of a clock until the first one was found."""
        return clock.spent if self.shrinking is None else self.shrinking.begun - clock.begun


def ask_questions(
    client: LiveClient, asked: Asked, material: Material, clock: Clock, most: int, number: int, shrink_seconds: float
) -> Asking:
    """Ask so many questions of a kind, drawn from a seed, up to the first that the client gets wrong. Raises Enough."""
    done = Asking(asked)

    def one(question: Any) -> None:
        if (done.shrinking or clock).over:
            raise Enough
        found, expected = _answered(client, asked, question)
        if done.shrinking is not None:
            done.tried += 1
        elif found is None:
            done.questions += 1
        if found is not None:
            done.shrinking = done.shrinking or Clock(shrink_seconds)
            done.mismatch, done.question, done.expected = found, question, expected
            raise _Wrong

    how = settings(
        max_examples=min(BATCH, most),
        deadline=None,
        database=None,
        derandomize=False,
        print_blob=False,
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    try:
        for batch in range(0, most, BATCH):
            with ended_from_outside(), drawn_from_the_seed_alone():
                seed(number * 1_009 + batch)(how(given(asked.draw(material))(one)))()
    except _Wrong:
        pass
    except _NotAsked as reason:
        done.skipped = str(reason)
    except (Enough, ClientGone, KeyboardInterrupt, Flaky):
        if done.mismatch is None:
            raise
        # While one is made smaller, what was found until then stands; a client may also be wrong now and then only.
    return done


def _answered(client: LiveClient, asked: Asked, question: Any) -> tuple[Mismatch | None, Answered]:
    """What is wrong with the client's answer, if anything, and the spec's, which answers in the meantime."""
    asking = {"kind": "run", "suite": asked.suite, "operation": asked.operation, "input": to_json(question)}
    client.begin(asking)
    expected = answer(OPERATIONS[asked.operation], question)
    try:
        reply = client.finish()
    except ClientFault as fault:
        return Mismatch("fault", fault.reason, (), "", fault.stderr), expected
    if reply.kind == "skipped":
        raise _NotAsked(reply.content)
    return compared(expected, reply, client.stderr() if reply.kind != "output" else ""), expected
