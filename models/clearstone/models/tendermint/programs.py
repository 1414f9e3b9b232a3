"""A trace of consensus as a program: what it takes to run it again, on the rules as they are, step by step.

A step of the program whose rule does not fire now leads to nothing, and the next one is taken all the same: so a trace
that was found under a broken rule can be run on the rules as they should be, and shows where they part.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clearstone.invariants.quorum import power_behind
from clearstone.models.exploration.replayed import Replayed, violations_of
from clearstone.models.stateful.telling import Moment as Told
from clearstone.models.tendermint import safety
from clearstone.models.tendermint.accountability import judged
from clearstone.models.tendermint.effects import Happening
from clearstone.models.tendermint.instance import Instance
from clearstone.models.tendermint.runs import Moment, Run
from clearstone.models.tendermint.traces import itf_trace, moment_text, named, rule_of, shown
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.claims import Ahead, Claim
from clearstone.spec.consensus.messages import SignedMessage


@dataclass(frozen=True, slots=True)
class Taken:
    """One step: a claim of a correct validator, or its crash."""

    validator: int
    """Which validator, by place."""
    claim: Claim | None
    """The claim; None if it crashed between two."""
    candidate: bytes = NIL
    """The block that it would propose, if it is its turn; else NIL."""
    carried_out: int | None = None
    """After how many of the claim's actions it crashed; None if it did not crash."""


@dataclass(frozen=True, slots=True)
class Program:
    """A trace, to be run again; its fields but the last are those of `Instance`, which say what is finite about it."""

    powers: tuple[int, ...]
    """Power of each validator."""
    byzantine: tuple[int, ...]
    """Which of them are Byzantine, by place."""
    values: int
    """How many blocks can be proposed."""
    rounds: int
    """Rounds 0 to this less one."""
    proposers: tuple[int, ...] | None
    """Who proposes in each round, by place; None if any proposal may be made at any time."""
    crashes: int
    """How often each correct validator may crash."""
    judges_forks: bool
    """Whether what is asked is whom a fork is blamed on, and not whether there is one."""
    steps: tuple[Taken, ...]
    """What happens."""

    def instance(self) -> Instance:
        """The instance that it is a trace of."""
        return Instance(
            self.powers, frozenset(self.byzantine), self.values, self.rounds, self.proposers, crashes=self.crashes
        )


def program_of(instance: Instance, moments: Sequence[Moment], *, judges_forks: bool) -> Program:
    """The program of a run."""
    happened = (moment.happening for moment in moments)
    return Program(
        instance.powers,
        tuple(sorted(instance.byzantine)),
        instance.values,
        instance.rounds,
        instance.proposers,
        instance.crashes,
        judges_forks,
        tuple(Taken(*happening) for happening in happened if happening is not None),
    )


def faults(program: Program) -> Iterator[str]:
    """What a program refers to that is not there."""
    count, places = len(program.powers), range(len(program.powers))
    if not 2 <= count <= 10 or not all(1 <= power <= 1_000 for power in program.powers):
        yield "it has 2 to 10 validators, each of a power from 1 to 1,000"
    elif not all(place in places for place in program.byzantine) or len(set(program.byzantine)) >= count:
        yield "some validators are Byzantine, by place, and not all"
    elif not (1 <= program.rounds <= 8 and 1 <= program.values <= 4 and 0 <= program.crashes <= 8):
        yield "its rounds, values or crashes are out of bounds"
    elif program.proposers is not None and (
        len(program.proposers) != program.rounds or not all(place in places for place in program.proposers)
    ):
        yield "it names a proposer for each round"
    else:
        yield from _step_faults(program)


def _step_faults(program: Program) -> Iterator[str]:
    instance = program.instance()
    for number, step in enumerate(program.steps, 1):
        if step.validator not in instance.correct:
            yield f"step {number} is of a validator that is not correct"
        if step.claim is not None and step.claim not in instance.claims:
            yield f"step {number} claims what nobody can claim in this instance"
        if step.claim is None and step.carried_out != 0:
            yield f"step {number} is neither a claim nor a crash"


def run_program(program: Program) -> Replayed:
    """Run a trace again, and judge each of its steps."""
    instance = program.instance()
    run = Run(instance)
    told = [Told("nobody has begun", (), (), _shown(instance, run.moments[0]))]
    findings: list[str] = []
    decided: set[bytes] = set()
    for step in program.steps:
        before = run.moments[-1]
        run.go(Happening(step.validator, step.claim, step.candidate, step.carried_out), must_act=False)
        now = run.moments[-1]
        wrong = list(_judged(instance, before, now))
        decisions = {local.node.decision for local in now.validators} - {NIL}
        if len(decisions) > 1 and decisions != decided:
            wrong = [*_fork(program, run.moments), *wrong]
        decided = decisions
        findings += wrong
        outcome = () if now.outcome is None else (moment_text(now).partition(": ")[2] or "nothing is said",)
        outcome = outcome if now.validators != before.validators else ("the rule does not fire",)
        rules = (rule_of(step.claim),)
        told.append(
            Told(moment_text(now).partition(": ")[0], rules, outcome, _shown(instance, now), violations_of(wrong))
        )
    return Replayed(tuple(told), itf_trace(instance, run.moments, findings, "clearstone replay"))


def _fork(program: Program, moments: Sequence[Moment]) -> Sequence[str]:
    """What is wrong with two decisions: that there are two, or whom that is blamed on."""
    if program.judges_forks:
        return judged(program.instance(), moments)[0]
    return safety.agreement({local.node.decision for local in moments[-1].validators} - {NIL})


def _judged(instance: Instance, before: Moment, now: Moment) -> Sequence[str]:
    """What is wrong with a step by itself."""
    happening = now.happening
    assert happening is not None, "every moment but the first has something happen"
    index = instance.correct.index(happening.validator)
    was, after = before.validators[index], now.validators[index]
    if happening.carried_out is not None:
        return safety.crashed(after)
    assert happening.claim is not None, "what has no claim is a crash"
    assert now.outcome is not None, "a claim has an outcome"
    log = [
        SignedMessage(instance.validators[place].key, message, b"")
        for place, local in zip(instance.correct, before.validators, strict=True)
        for message in local.said
    ]

    def heard_in(round: int) -> int:
        senders = {signed.sender for signed in log if signed.message.round == round}
        return instance.byzantine_power + power_behind(instance.validators, senders)

    if now.outcome.node is was.node and not now.outcome.actions:
        later = happening.claim.round if isinstance(happening.claim, Ahead) else 0
        return safety.left_behind(instance, was.node, happening.claim, heard_in(later))
    heard = heard_in(now.outcome.node.round)
    log += safety.sent_by_byzantine(instance)
    return safety.claimed(instance, happening.validator, was, happening.claim, now.outcome, after, log, heard)


def _shown(instance: Instance, moment: Moment) -> dict[str, object]:
    """What a moment shows of each correct validator."""
    return {named(place): shown(local) for place, local in zip(instance.correct, moment.validators, strict=True)}
