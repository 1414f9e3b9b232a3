"""All that `step` can say to a claim: it is run once for every way in which a log could answer what it asks.

What is found is put as *guards*: the least answers with which the claim has its effect. That says the same only if the
rule is monotone, that is, if it has the same effect with any greater answers; a rule that is not is refused. It is also
what the whole model rests on, in which every message is there for everybody at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from types import MappingProxyType
from typing import TypeAlias

from clearstone.models.tendermint.instance import Instance
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.actions import Outcome
from clearstone.spec.consensus.claims import Claim
from clearstone.spec.consensus.messages import Proposal
from clearstone.spec.consensus.node import Node
from clearstone.spec.consensus.step import step

Question: TypeAlias = tuple[object, ...]
"""A question about power: (kind, round, value), (kind, round) or (round,); or about one proposal: (proposal,)."""
Guard: TypeAlias = frozenset[tuple[Question, int]]
"""Questions, each with the least answer that is enough."""


NOTHING_OWN: Mapping[int, bytes] = MappingProxyType({})
"""What a validator proposes whose turn it never is."""


class RefusedError(Exception):
    """The rules that run are not such that they can be put into a table; the reason in one line."""


class ScriptedLog:
    """CONS-2. A log that answers as it is told, the least possible to what it was not told, and notes what is asked."""

    def __init__(
        self, instance: Instance, answers: Mapping[Question, int], least: int, own: Mapping[int, bytes]
    ) -> None:
        """Answer like this; `own` is what the validator that asks would propose in its rounds."""
        self.instance = instance
        self.own = own
        self.values = frozenset(instance.names)
        self.answers = answers
        self.least = least
        self.new: list[Question] = []

    def answer(self, question: Question) -> int:
        """Answer as told."""
        if question in self.answers:
            return self.answers[question]
        if question not in self.new:
            self.new.append(question)
        return self.least

    def power(self, step: int, round: int, value: bytes) -> int:
        """As told."""
        return self.answer((step, round, value))

    def power_any(self, step: int, round: int) -> int:
        """As told."""
        return self.answer((step, round))

    def heard(self, round: int) -> int:
        """As told."""
        return self.answer((round,))

    def proposed(self, proposal: Proposal) -> bool:
        """As told, if a correct validator has to make it; more than the least is yes. Else it always may be made."""
        return self.instance.may_be_made(proposal) or self.answer((proposal,)) > self.least

    def valid(self, value: bytes) -> bool:
        """Every value of the instance is."""
        return value in self.values

    def candidate(self, round: int) -> bytes:
        """What it would propose in its turn."""
        return self.own.get(round, NIL)


def possible_powers(instance: Instance) -> tuple[int, ...]:
    """Every power that can be behind a vote: that of the Byzantine, and of any of the correct."""
    sums = {instance.byzantine_power}
    for place in instance.correct:
        sums |= {power + instance.powers[place] for power in sums}
    return tuple(sorted(sums))


def answered(
    instance: Instance, powers: Sequence[int], node: Node, claim: Claim, own: Mapping[int, bytes]
) -> tuple[list[Question], dict[tuple[int, ...], Outcome]]:
    """The questions that a claim can lead to, and its outcome for every way to answer all of them."""
    questions: list[Question] = []
    while True:
        outcomes: dict[tuple[int, ...], Outcome] = {}
        new: list[Question] = []
        for answers in product(powers, repeat=len(questions)):
            log = ScriptedLog(instance, dict(zip(questions, answers, strict=True)), powers[0], own)
            outcomes[answers] = step(node, log, claim)
            new += [question for question in log.new if question not in new]
        if not new:
            return questions, outcomes
        questions += new


def guards(
    instance: Instance, powers: Sequence[int], node: Node, claim: Claim, own: Mapping[int, bytes] = NOTHING_OWN
) -> Iterator[tuple[Guard, Outcome]]:
    """The least answers with which a claim has an effect, and the effect."""
    questions, outcomes = answered(instance, powers, node, claim, own)
    effective = [answers for answers, outcome in outcomes.items() if outcome.actions or outcome.node != node]
    minimal: list[tuple[int, ...]] = []
    for answers in effective:  # ascending, so nothing that comes later is less
        for greater, outcome in outcomes.items():
            if is_at_least(greater, answers) and outcome != outcomes[answers]:
                raise RefusedError(f"{type(claim).__name__} has another effect with more messages: it is not monotone")
        if not any(is_at_least(answers, less) for less in minimal):
            minimal.append(answers)
    for answers in minimal:
        needs = zip(questions, answers, strict=True)
        yield frozenset((question, least) for question, least in needs if least > powers[0]), outcomes[answers]


def both(one: Guard, other: Guard) -> Guard:
    """The guard that holds if both do."""
    needs = dict(one)
    for question, least in other:
        needs[question] = max(least, needs.get(question, 0))
    return frozenset(needs.items())


def is_enough(guard: Guard, given: Guard) -> bool:
    """Whether a guard holds for certain once these answers are reached."""
    answers = dict(given)
    return all(answers.get(question, 0) >= least for question, least in guard)


def is_at_least(greater: tuple[int, ...], less: tuple[int, ...]) -> bool:
    """Whether every answer is at least as great."""
    return all(one >= other for one, other in zip(greater, less, strict=True))
