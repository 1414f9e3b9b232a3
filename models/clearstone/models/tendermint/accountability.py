"""Accountability: where liars have the power to fork the chain, every fork names enough of them (CONS-5).

For every state in which two values can be decided, a shortest run to it is made and the decisions are taken. Each
correct validator's log then holds what it sent and what it acted on, with as little from the Byzantine as had the same
effect: whoever convicts on that convicts on more. The spec's own judge is given these logs. It must accuse more than a
third of the power, and nobody correct.

Only votes and proposals that the run needed are in the logs, so the Byzantine are not convicted of what they could have
sent. A proposal must have been signed by the proposer of its round: the instance has to be one whose proposers are
Byzantine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from clearstone.invariants.quorum import more_than_a_third, power_behind
from clearstone.models.chain import accept_all
from clearstone.models.tendermint.columns import Columns
from clearstone.models.tendermint.instance import CHAIN, HEIGHT, Instance
from clearstone.models.tendermint.packed import PackedExploration, explore_packed
from clearstone.models.tendermint.paths import way_to
from clearstone.models.tendermint.runs import Moment, run
from clearstone.models.tendermint.table import Table
from clearstone.spec.consensus.evidence import accused
from clearstone.spec.consensus.messages import SignedMessage
from clearstone.spec.consensus.proposer import proposer


@dataclass(slots=True)
class Accountability:
    """What the judge said of all forks of an instance."""

    states: int = 0
    """States of the instance, up to symmetry."""
    steps: int = 0
    """Steps in them."""
    depth: int = 0
    """Steps from the start to the states that are farthest from it."""
    forks: int = 0
    """States in which two values can be decided, up to symmetry."""
    judged: int = 0
    """How many of those were judged."""
    least_accused: int = 0
    """The least power that was accused for any of them."""
    failures: list[str] = field(default_factory=list)
    """Forks for which too little was accused, or somebody correct."""
    example: list[Moment] = field(default_factory=list)
    """The run that the first failure is about, or a shortest fork if there is none."""
    complete: bool = False
    """Whether all was looked at; not so if it was interrupted."""


def with_byzantine_proposers(instance: Instance) -> bool:
    """Whether every proposer of the instance's rounds is Byzantine."""
    liars = {instance.validators[place].key for place in instance.byzantine}
    return all(proposer(instance.validators, HEIGHT, round) in liars for round in range(instance.rounds))


def judged_forks(
    instance: Instance,
    tell: Callable[[PackedExploration], None] = lambda done: None,
    tell_judged: Callable[[int, int], None] = lambda done, planned: None,
) -> Accountability:
    """Find every fork of an instance and have it judged.

    `tell` is called with how far the exploration has come, `tell_judged` with forks judged, out of how many.
    """
    if not with_byzantine_proposers(instance):
        raise ValueError("the proposers of the instance's rounds have to be Byzantine")
    columns = Columns(Table(instance, judges_steps=False))
    done = explore_packed(columns, judges_agreement=False, judges_steps=False, gathers=True, tell=tell)
    result = Accountability(done.states, done.steps, len(done.layers) - 1, len(done.violating))
    result.least_accused = instance.total
    if done.ended != "exhausted":
        return result
    try:
        for depth, state in done.violating:
            tell_judged(result.judged, result.forks)
            way = way_to(columns, done.found[: depth + 1], state, judges_steps=False)
            judge_fork(result, instance, run(instance, [step.label for step in way.steps]))
    except KeyboardInterrupt:
        return result
    result.complete = True
    return result


def judge_fork(result: Accountability, instance: Instance, moments: list[Moment]) -> None:
    """Have one fork judged."""
    wrong, power = judged(instance, moments)
    if not result.example or (wrong and not result.failures):
        result.example = moments
    result.failures += wrong
    result.least_accused = min(result.least_accused, power)
    result.judged += 1


def judged(instance: Instance, moments: Sequence[Moment]) -> tuple[list[str], int]:
    """What is wrong with the verdict on one run, and the power that is accused."""
    guilty = accused(CHAIN, instance.validators, logs_of(instance, moments), accept_all)
    power = power_behind(instance.validators, guilty)
    wrong = []
    if len({local.node.decision for local in moments[-1].validators if local.node.decision}) < 2:
        wrong.append("no fork: the run does not end in two decisions")
    if not more_than_a_third(power, instance.validators):
        wrong.append(f"forks-are-blamed: {power} of {instance.total} are accused")
    correct = {instance.validators[place].key for place in instance.correct}
    wrong += [f"never-accused: {key.hex()[:16]} is accused" for key in sorted(guilty & correct)]
    return wrong, power


def logs_of(instance: Instance, moments: Sequence[Moment]) -> list[list[SignedMessage]]:
    """What each correct validator has sent, and what it acted on."""
    logs: list[list[SignedMessage]] = []
    for index, place in enumerate(instance.correct):
        key = instance.validators[place].key
        said = moments[-1].validators[index].said
        log = [SignedMessage(key, message, bytes(64)) for message in said]
        for moment in moments:
            if moment.happening is not None and moment.happening.validator == place:
                log += moment.needed
        logs.append(log)
    return logs
