"""Accountability: where liars have the power to fork the chain, every fork names enough of them (CONS-5).

For every state in which two values can be decided, a shortest run to it is made and the decisions are taken. Each
correct validator's log then holds what it sent and what it acted on, with as little from the Byzantine as had the same
effect: whoever convicts on that convicts on more. The spec's own judge is given these logs. It must accuse more than a
third of the power, and nobody correct.

The judge is then given *slander* beside that, which the Byzantine can always add: for every vote of a correct validator
one for another block in its name, whose signature does not verify; and one that it did sign, but on another chain.
Neither may convict it.

Only votes and proposals that the run needed are in the logs, so the Byzantine are not convicted of what they could have
sent. A proposal must have been signed by the proposer of its round: the instance has to be one whose proposers are
Byzantine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from clearstone.invariants.quorum import more_than_a_third, power_behind
from clearstone.models.tendermint.columns import Columns
from clearstone.models.tendermint.instance import CHAIN, HEIGHT, Instance
from clearstone.models.tendermint.packed import PackedExploration, explore_packed
from clearstone.models.tendermint.paths import way_to
from clearstone.models.tendermint.runs import Moment, run
from clearstone.models.tendermint.table import Table
from clearstone.spec.consensus.evidence import accused
from clearstone.spec.consensus.messages import Message, SignedMessage, Vote
from clearstone.spec.consensus.proposer import proposer

FORGED = b"!" * 64
"""A signature that does not verify."""


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
    logs = logs_of(instance, moments)
    guilty = accused(CHAIN, instance.validators, logs, is_genuine)
    slandered: frozenset[bytes] = frozenset()
    for slander in slanders(instance, moments):
        slandered |= accused(CHAIN, instance.validators, [*logs, slander], is_genuine)
    power = power_behind(instance.validators, guilty)
    wrong = []
    if len({local.node.decision for local in moments[-1].validators if local.node.decision}) < 2:
        wrong.append("no fork: the run does not end in two decisions")
    if not more_than_a_third(power, instance.validators):
        wrong.append(f"forks-are-blamed: {power} of {instance.total} are accused")
    correct = {instance.validators[place].key for place in instance.correct}
    wrong += [f"never-accused: {key.hex()[:16]} is accused" for key in sorted((guilty | slandered) & correct)]
    return wrong, power


def is_genuine(_key: bytes, _message: Message, signature: bytes) -> bool:
    """Whether a signature verifies: all do but the forged ones."""
    return signature != FORGED


def slanders(instance: Instance, moments: Sequence[Moment]) -> tuple[list[SignedMessage], list[SignedMessage]]:
    """What would convict correct validators, were it looked at less closely: forgeries, and votes of another chain."""
    others = {name: instance.names[number - 1] for number, name in enumerate(instance.names)}
    forged: list[SignedMessage] = []
    foreign: list[SignedMessage] = []
    for place, local in zip(instance.correct, moments[-1].validators, strict=True):
        key = instance.validators[place].key
        for vote in local.said:
            if isinstance(vote, Vote):
                other = replace(vote, block_id=others.get(vote.block_id, instance.names[0]))
                forged.append(SignedMessage(key, other, FORGED))
                foreign.append(SignedMessage(key, replace(other, chain=f"not {CHAIN}"), bytes(64)))
    return forged, foreign


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
